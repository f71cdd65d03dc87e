"""Reports and desk books come in whole or not at all; each refusal is typed, names the file, and is kept aside."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker, undefer
from tally_samples import (
    CODE,
    NIGHT,
    VOTES,
    authority,
    book,
    cast,
    make_village,
    report,
    spec,
)

from epilwu.media.errors import ContainerRefused
from epilwu.media.errors import RehearsalRefused as MediaRehearsalRefused
from epilwu.protocol.canonical import dumps, loads
from epilwu.protocol.credential import derive
from epilwu.tally import log
from epilwu.tally.errors import (
    BallotInReportRefused,
    CredentialRefused,
    DeskBookConflict,
    ReportConflict,
    UnknownElection,
)
from epilwu.tally.intake import Intake, keep_aside
from epilwu.tally.models import Ballot, DeskBook, LogEntry, ReceivedFile, Report
from epilwu.tally.prepare import KeyPair, Prepared, Validity, create_authority
from epilwu.trust import certificates
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.errors import CertificateExpired, CertificateForeign, TrustError

Reports = dict[tuple[int, int], bytes]


def rows(factory: sessionmaker[Session]) -> dict[str, int]:
    with factory() as session:
        tables = (ReceivedFile, Report, Ballot, DeskBook, LogEntry)
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def aside(factory: sessionmaker[Session], state: str = "refused") -> list[ReceivedFile]:
    with factory() as session:
        return list(session.scalars(select(ReceivedFile).options(undefer(ReceivedFile.data)).filter_by(state=state)))


def booth_pair(prepared: Prepared, place: tuple[int, int], root: KeyPair, validity: Validity) -> KeyPair:
    key = prepared.keys.booths[place].key
    holder = Holder(Role.BOOTH, CODE, *place)
    span = (validity.not_before, validity.not_after)
    return KeyPair(key, certificates.issue(root.key, root.certificate, key.public_key(), holder, *span))


def test_a_report_is_accepted_once(intake: Intake, reports: Reports) -> None:
    seen: list[tuple[int, int]] = []
    first = intake.receive_report(
        reports[1, 1], name="TPS01-B1.epr", at=NIGHT, progress=lambda done, total: seen.append((done, total))
    )
    assert (first.new, first.station, first.booth, first.ballots) == (True, 1, 1, 3)
    assert seen == [(0, 3), (3, 3)]
    before = rows(intake.sessions)
    again = intake.receive_report(reports[1, 1], name="salinan.epr", at=NIGHT)
    assert (again.new, again.sha256, again.ballots) == (False, first.sha256, 3)
    assert rows(intake.sessions) == before
    assert before | {"log_entry": 0} == {
        "received_file": 1,
        "report": 1,
        "ballot": 3,
        "desk_book": 0,
        "log_entry": 0,
    }


def test_worker_processes_give_the_same(database: sessionmaker[Session], reports: Reports, prepared: Prepared) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        intake = Intake(database, "uji", executor)
        assert intake.receive_report(reports[1, 1], name="a", at=NIGHT).ballots == 3
        spoiled = cast(prepared, (1, 2), (1, 2))
        spoiled[1] = bad_proof(spoiled[1])
        with pytest.raises(BallotInReportRefused, match="ke-2"):
            intake.receive_report(report(prepared, (1, 2), spoiled), name="b", at=NIGHT)


def bad_proof(ballot: bytes) -> bytes:
    """The ballot with one response changed; its own hash says so, but the journal is honest about the bytes."""
    value = loads(ballot, limit=1 << 20)
    assert isinstance(value, dict)
    answers = value["answers"]
    assert isinstance(answers, list)
    answer = answers[0]
    assert isinstance(answer, dict)
    proofs = answer["overall_proof"]
    assert isinstance(proofs, list)
    proof = proofs[0]
    assert isinstance(proof, dict)
    proof["response"] = str(int(str(proof["response"])) + 1)
    return dumps(value)


def foreign_credential(prepared: Prepared) -> bytes:
    return report(prepared, (1, 1), cast(prepared, (1, 1), (1,), prepared.tokens[1, 2].main))


def expired(prepared: Prepared) -> bytes:
    validity = Validity(datetime(2023, 2, 1, tzinfo=UTC), datetime(2023, 3, 1, tzinfo=UTC))
    pair = booth_pair(prepared, (1, 1), authority(), validity)
    return one_vote(prepared, pair, prepared.setup.root, at=datetime(2023, 2, 15, tzinfo=UTC))


def foreign(prepared: Prepared) -> bytes:
    validity = Validity.around(date(2023, 10, 22))
    other = create_authority("Kabupaten Lain", validity)
    return one_vote(prepared, booth_pair(prepared, (1, 1), other, validity), other.certificate)


def second_certificate(prepared: Prepared) -> bytes:
    """The right key and holder, but not the certificate that was set up."""
    pair = booth_pair(prepared, (1, 1), authority(), Validity.around(date(2023, 10, 22)))
    return one_vote(prepared, pair, prepared.setup.root)


def one_vote(prepared: Prepared, pair: KeyPair, root: bytes, at: datetime = NIGHT) -> bytes:
    return report(prepared, (1, 1), cast(prepared, (1, 1), (1,)), pair=pair, root=root, at=at)


FAULTS: dict[str, tuple[Callable[[Prepared], bytes], type[Exception] | tuple[type[Exception], ...]]] = {
    "empty": (lambda _: b"", ContainerRefused),
    "text": (lambda _: b"not a report" * 100, ContainerRefused),
    "truncated": (lambda p: report(p, (1, 1), cast(p, (1, 1), (1,)))[:-700], ContainerRefused),
    "padded": (lambda p: report(p, (1, 1), cast(p, (1, 1), (1,))) + bytes(1024), ContainerRefused),
    "flipped": (lambda p: flip(report(p, (1, 1), cast(p, (1, 1), (1,)))), (ContainerRefused, TrustError)),
    "desk's book": (lambda p: book(p, 1), ContainerRefused),
    "other definition": (
        lambda p: report(p, (1, 1), cast(p, (1, 1), (1,)), definition_hash=64 * "0"),
        UnknownElection,
    ),
    "rehearsal": (lambda p: report(p, (1, 1), cast(p, (1, 1), (1,)), rehearsal=True), MediaRehearsalRefused),
    "bad proof": (lambda p: report(p, (1, 1), [bad_proof(cast(p, (1, 1), (1,))[0])]), BallotInReportRefused),
    "other booth's token": (foreign_credential, CredentialRefused),
    "expired device": (expired, CertificateExpired),
    "foreign device": (foreign, CertificateForeign),
    "unregistered certificate": (second_certificate, UnknownElection),
}


def flip(data: bytes) -> bytes:
    return data[:-600] + bytes([data[-600] ^ 1]) + data[-599:]


@pytest.mark.parametrize("fault", FAULTS)
def test_refusals_are_typed_named_and_kept_aside(intake: Intake, prepared: Prepared, fault: str) -> None:
    make, kind = FAULTS[fault]
    data = make(prepared)
    with pytest.raises(kind) as refused:
        intake.receive_report(data, name="TPS01-B1.epr", at=NIGHT)
    assert "TPS01-B1.epr" in str(refused.value)
    found = rows(intake.sessions)
    assert (found["report"], found["ballot"]) == (0, 0)
    (kept,) = aside(intake.sessions)
    assert kept.data == data
    assert kept.code == getattr(refused.value, "code", None)
    with intake.sessions() as session:
        assert log.read_log(session)[-1].kind == "file-refused"


def test_other_content_of_the_same_booth_is_an_alarm(intake: Intake, reports: Reports, prepared: Prepared) -> None:
    intake.receive_report(reports[1, 1], name="pertama.epr", at=NIGHT)
    other = report(prepared, (1, 1), cast(prepared, (1, 1), (3, 3)))
    with pytest.raises(ReportConflict, match=r"kedua\.epr"):
        intake.receive_report(other, name="kedua.epr", at=NIGHT)
    assert [(kept.data, kept.code) for kept in aside(intake.sessions, "held")] == [(other, "report-conflict")]
    with pytest.raises(ReportConflict, match="keputusan dua orang"):  # sending it again changes nothing
        intake.receive_report(other, name="kedua.epr", at=NIGHT)
    found = rows(intake.sessions)
    assert (found["report"], found["ballot"]) == (1, 3)


def test_a_refused_report_of_another_village_changes_nothing_here(intake: Intake) -> None:
    stranger = make_village(spec(title="Pemilihan lain"))
    with pytest.raises(UnknownElection):
        intake.receive_report(report(stranger, (1, 1), cast(stranger, (1, 1), (1,))), name="x", at=NIGHT)


def test_the_database_itself_refuses_a_token_twice(intake: Intake, reports: Reports, prepared: Prepared) -> None:
    """As if another process had brought one of the tokens in after the check: constraints hold, nothing is kept."""
    intake.receive_report(reports[1, 2], name="a", at=NIGHT)
    with intake.sessions.begin() as session:
        credential = derive(prepared.tokens[1, 1].main[1], prepared.setup.stations[0].uuid).public_hex
        session.execute(
            text("UPDATE ballot SET credential = :one WHERE tracker = (SELECT min(tracker) FROM ballot)"),
            {"one": credential},
        )
    with pytest.raises(CredentialRefused, match="sudah tercatat"):
        intake.receive_report(reports[1, 1], name="b", at=NIGHT)
    found = rows(intake.sessions)
    assert (found["report"], found["ballot"]) == (1, 3)


def test_a_failure_in_the_middle_counts_nothing_and_loses_nothing(intake: Intake, reports: Reports) -> None:
    """The disk fails at the ballots: nothing is counted, the file is kept and waits; afterwards it is taken in."""
    before = rows(intake.sessions)
    engine = intake.sessions.kw["bind"]

    def fail(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO ballot"):
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(OperationalError):
        intake.receive_report(reports[1, 1], name="x", at=NIGHT)
    event.remove(engine, "before_cursor_execute", fail)
    after = rows(intake.sessions)
    assert (after["report"], after["ballot"], after["log_entry"]) == (0, 0, before["log_entry"] + 1)
    assert [kept.data for kept in aside(intake.sessions, "received")] == [reports[1, 1]]
    assert intake.receive_report(reports[1, 1], name="x", at=NIGHT).new


def test_a_file_refused_too_early_is_accepted_later(intake: Intake, reports: Reports) -> None:
    """A report that came before its time (here: refused once) becomes accepted, and its row says so."""
    with intake.sessions.begin() as session:
        refusal = UnknownElection("belum dikenal", where="x")
        keep_aside(session, reports[1, 1], refusal, kind="station_report", name="x", at=NIGHT, actor="uji")
    assert len(aside(intake.sessions)) == 1
    assert intake.receive_report(reports[1, 1], name="x", at=NIGHT).new
    assert aside(intake.sessions) == []


def test_desk_books(intake: Intake, prepared: Prepared) -> None:
    assert intake.receive_desk_book(book(prepared, 1), name="meja.epd", at=NIGHT).new
    assert not intake.receive_desk_book(book(prepared, 1), name="meja.epd", at=NIGHT).new
    with pytest.raises(DeskBookConflict, match=r"lain\.epd"):
        intake.receive_desk_book(book(prepared, 1, handed=7), name="lain.epd", at=NIGHT)
    assert [kept.kind for kept in aside(intake.sessions, "held")] == ["desk_book"]
    with pytest.raises(ContainerRefused, match="rusak"):
        intake.receive_desk_book(b"x", name="rusak.epd", at=NIGHT)


def test_the_ballots_table_keeps_no_order(reported: Intake) -> None:
    """Rows are clustered by tracker: the table cannot tell in which order ballots were cast."""
    with reported.sessions() as session:
        trackers = list(session.scalars(text("SELECT tracker, credential FROM ballot")))
        schema = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'ballot'"))
    assert trackers == sorted(trackers)
    assert str(schema).rstrip().endswith("WITHOUT ROWID")
    assert len(trackers) == sum(map(len, VOTES.values()))
