"""Boards: closed only when whole, composed the same every time, opened by verified shares alone."""

from __future__ import annotations

import hashlib
import io
import itertools
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from tally_samples import CODE, NIGHT, VOTES, authority, cast, report, rule_pack, share, spec, trustees

from epilwu.election.rules import load_rule_pack
from epilwu.media.published import Context, StationResult
from epilwu.protocol.archive import ArchiveReader, EventType
from epilwu.protocol.ballot import tracker
from epilwu.protocol.verify import verify_archive
from epilwu.protocol.verify_report import Profile
from epilwu.tally import log
from epilwu.tally.board import Counting
from epilwu.tally.database import sessions
from epilwu.tally.errors import BoardRefused, ResultRefused, ShareConflict, ShareRefused
from epilwu.tally.intake import Intake
from epilwu.tally.models import ReceivedFile
from epilwu.tally.prepare import Prepared, define, prepare
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.villages import find_village, import_setup
from epilwu.trust.certificates import Role
from epilwu.trust.envelope import verify_detached
from epilwu.trust.errors import CertificateRefused
from epilwu.trust.keyfile import CHEAPEST


@pytest.fixture
def closed(reported: Intake, counting: Counting) -> Counting:
    assert counting.close_stations(CODE, at=NIGHT) == (1, 2)
    return counting


def ballots(archive: bytes) -> list[bytes]:
    return [e.data[0] for e in ArchiveReader(io.BytesIO(archive)).events() if e.type is EventType.BALLOT]


def give(counting: Counting, prepared: Prepared, station: int, *owners: int) -> None:
    board = counting.archive(CODE, station)
    for owner in owners:
        counting.receive_share(share(prepared, board, station, owner), name=f"bagian-{owner}", at=NIGHT)


def test_a_station_waits_for_all_its_booths(
    intake: Intake, counting: Counting, reports: dict[tuple[int, int], bytes]
) -> None:
    intake.receive_report(reports[1, 1], name="a", at=NIGHT)
    assert counting.close_stations(CODE, at=NIGHT) == ()
    with pytest.raises(BoardRefused, match="belum ditutup"):
        counting.archive(CODE, 1)
    intake.receive_report(reports[1, 2], name="b", at=NIGHT)
    assert counting.close_stations(CODE, at=NIGHT) == (1,)
    assert counting.close_stations(CODE, at=NIGHT) == ()


def test_ballots_stand_sorted_by_tracker(closed: Counting, reports: dict[tuple[int, int], bytes]) -> None:
    trackers = [tracker(ballot) for ballot in ballots(closed.archive(CODE, 1))]
    assert trackers == sorted(trackers)
    assert len(trackers) == len(VOTES[1, 1]) + len(VOTES[1, 2])


def test_too_few_ballots_are_not_summed(
    intake: Intake, counting: Counting, prepared: Prepared, reports: dict[tuple[int, int], bytes]
) -> None:
    intake.receive_report(reports[1, 1], name="a", at=NIGHT)
    intake.receive_report(report(prepared, (1, 2), cast(prepared, (1, 2), (1, 1))), name="b", at=NIGHT)
    with pytest.raises(BoardRefused, match="Hanya 5 surat suara"):
        counting.close_stations(CODE, at=NIGHT)


def test_an_archive_only_grows(closed: Counting, prepared: Prepared) -> None:
    boards = [closed.archive(CODE, 1)]
    for owner in (4, 2, 3):
        give(closed, prepared, 1, owner)
        boards.append(closed.archive(CODE, 1))
    closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT)
    boards.append(closed.archive(CODE, 1))
    for shorter, longer in itertools.pairwise(boards):
        assert longer.startswith(shorter)
        assert len(longer) > len(shorter)
    assert closed.archive(CODE, 1) == boards[-1]


def test_a_finished_board_verifies_and_its_result_is_signed(closed: Counting, prepared: Prepared) -> None:
    give(closed, prepared, 2, 1, 4, 5)
    assert closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT) == (2,)
    assert closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT) == ()
    archive = closed.archive(CODE, 2)
    with closed.sessions() as session:
        board = find_village(session, CODE).stations[1].board
        assert board is not None
        assert board.result is not None
        document, signature, side_file = board.result.document, board.result.signature, board.result.side_file
        counts = {count.choice: count.votes for count in board.result.counts}
    verified = verify_archive(io.BytesIO(archive), profile=Profile.EPILWU, side_file=side_file)
    assert verified.ok
    result = StationResult.parse(document)
    assert result.archive_sha256 == hashlib.sha256(archive).hexdigest()
    assert result.decryption_sha256 == hashlib.sha256(side_file).hexdigest()
    assert counts == {0: 0, 1: 3, 2: 2, 3: 1}
    day = NIGHT.date()
    verify_detached(Context.STATION_RESULT, document, signature, prepared.setup.root, at=day, holder_role=Role.TALLY)


def test_any_three_trustees_give_the_same_and_four_are_all_published(closed: Counting, prepared: Prepared) -> None:
    give(closed, prepared, 1, 5, 3, 1)
    give(closed, prepared, 2, 2, 4, 1, 5)
    closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT)
    owners = [
        event.count("owner")
        for event in ArchiveReader(io.BytesIO(closed.archive(CODE, 2))).events()
        if event.type is EventType.PARTIAL_DECRYPTION
    ]
    assert owners == [2, 4, 1, 5]


def test_two_shares_are_not_enough(closed: Counting, prepared: Prepared) -> None:
    give(closed, prepared, 1, 1, 2)
    assert closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT) == ()


def test_a_share_is_accepted_once(closed: Counting, prepared: Prepared) -> None:
    data = share(prepared, closed.archive(CODE, 1), 1, 2)
    assert closed.receive_share(data, name="a", at=NIGHT).new
    again = closed.receive_share(data, name="a", at=NIGHT)
    assert (again.new, again.have, again.need) == (False, 1, 3)
    other = share(prepared, closed.archive(CODE, 1), 1, 2)
    assert other != data
    with pytest.raises(ShareConflict, match="ke-2"):
        closed.receive_share(other, name="b", at=NIGHT)


def test_bad_shares_are_refused_naming_the_trustee(closed: Counting, prepared: Prepared) -> None:
    good = share(prepared, closed.archive(CODE, 1), 1, 2)
    faults = {
        "another's secret": share(prepared, closed.archive(CODE, 1), 1, 3, secret_of=4),
        "changed bound proof": _change_last_digit(good),
        "another station's sum": good.replace(_digest(good), _digest(share(prepared, closed.archive(CODE, 2), 2, 2))),
        "unknown trustee": good.replace(b'"owner":2', b'"owner":6'),
    }
    for fault, data in faults.items():
        with pytest.raises(ShareRefused, match=r"ke-[236]") as refused:
            closed.receive_share(data, name=f"{fault}.json", at=NIGHT)
        assert refused.value.where.startswith(fault)
    for data in (b"", b"{}", b'{"uuid":1,"owner":true}', b"x" * 300_000):
        with pytest.raises(ShareRefused, match="bukan berkas bagian"):
            closed.receive_share(data, name="x", at=NIGHT)
    with pytest.raises(ShareRefused, match="tidak dikenal"):
        closed.receive_share(b'{"uuid":"11111111111111","owner":1}', name="x", at=NIGHT)
    with closed.sessions() as session:
        kept = list(session.scalars(select(ReceivedFile).filter_by(kind="share", state="refused")))
        assert len(kept) == len(faults) + 5
        assert log.read_log(session)[-1].kind == "file-refused"


def _digest(data: bytes) -> bytes:
    start = data.index(b'"encrypted_tally":"') + 19
    return data[start : start + 64]


def _change_last_digit(data: bytes) -> bytes:
    place = data.rindex(b'"}]]}') - 1
    return data[:place] + bytes([ord("0") + (data[place] - ord("0") + 1) % 10]) + data[place + 1 :]


def test_a_share_after_the_result_is_refused(closed: Counting, prepared: Prepared) -> None:
    give(closed, prepared, 1, 1, 2, 3)
    closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT)
    with pytest.raises(ShareRefused, match="sudah ditutup"):
        give(closed, prepared, 1, 4)


def test_only_the_tally_signs_results(closed: Counting, prepared: Prepared) -> None:
    give(closed, prepared, 1, 1, 2, 3)
    with pytest.raises(CertificateRefused):
        closed.finish_stations(CODE, prepared.keys.committee, at=NIGHT)
    assert closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT) == (1,)


@pytest.mark.parametrize(
    "cheat",
    [
        "UPDATE ballot SET tracker = 'x' || substr(tracker, 2) WHERE tracker = (SELECT min(tracker) FROM ballot)",
        "DELETE FROM ballot WHERE tracker = (SELECT min(tracker) FROM ballot)",
        "UPDATE received_file SET data = (SELECT data FROM received_file r WHERE r.sha256 <> received_file.sha256)",
    ],
)
def test_a_database_that_was_tampered_with_closes_no_board(reported: Intake, counting: Counting, cheat: str) -> None:
    with reported.sessions.begin() as session:
        session.execute(text(cheat))
    with pytest.raises(BoardRefused, match=r"tidak sama|berubah"):
        counting.close_stations(CODE, at=NIGHT)


def test_shares_that_do_not_open_to_the_ballots_give_no_result(closed: Counting, prepared: Prepared) -> None:
    """A stored share replaced behind the program's back: its proofs are checked once more before signing."""
    give(closed, prepared, 1, 1, 2, 3)
    with closed.sessions.begin() as session:
        session.execute(
            text("UPDATE share SET data = :data WHERE owner = 3"),
            {"data": share(prepared, closed.archive(CODE, 1), 1, 3, secret_of=4)},
        )
    with pytest.raises(ResultRefused, match="TPS 1"):
        closed.finish_stations(CODE, prepared.keys.tally, at=NIGHT)


def test_the_real_pack_wants_ten_ballots(engine: Engine, tmp_path: Path) -> None:
    factory, plan = sessions(engine), spec()
    pack = load_rule_pack()
    assert pack != rule_pack()
    village = prepare(plan, define(plan, pack), trustees().data, pack, authority(), cost=CHEAPEST)
    write_setup(village, tmp_path / "setup")
    with factory.begin() as session:
        import_setup(session, read_setup(tmp_path / "setup"), at=NIGHT, actor="uji")
    intake = Intake(factory, "uji")
    for place, choices in VOTES.items():
        intake.receive_report(report(village, place, cast(village, place, choices)), name="x", at=NIGHT)
    with pytest.raises(BoardRefused, match="di bawah 10"):
        Counting(factory, "uji").close_stations(CODE, at=NIGHT)
