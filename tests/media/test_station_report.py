from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import media_samples as samples
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from media_samples import (
    BOOTH,
    CAST,
    DAY,
    VILLAGE,
    VOID,
    ballots,
    cast_entries,
    certified,
    closed,
    opened,
    report_bytes,
)

from epilwu.election import definition as definitions
from epilwu.errors import EpilwuError
from epilwu.media.container import Kind
from epilwu.media.errors import OtherElection, RehearsalRefused, ReportRefused
from epilwu.media.station_report import build, read, register_root, write
from epilwu.receipt.report_code import parse_report, sign_report
from epilwu.trust import journal, merkle
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateWrongHolder,
    JournalRefused,
    MalformedFile,
    SignatureRefused,
)

ROOT = samples.authority().root
PUBLIC = certified(BOOTH).key.public_key()
Files = dict[str, bytes]


def _signed(change: Callable[[Files], Files | None], holder: Holder = BOOTH) -> bytes:
    return samples.resign(report_bytes(), Kind.STATION_REPORT, certified(holder), change)


def test_a_report_comes_back_whole() -> None:
    found = read(report_bytes(), ROOT, DAY, definition=samples.definition())
    assert found == samples.report()
    assert found.ballots == ballots() and found.slips_cast == CAST and found.slips_void == VOID
    assert found.certificate_pem == certified(BOOTH).pem
    assert _signed(lambda files: None) == report_bytes()


def test_the_figures_follow_from_the_evidence() -> None:
    figures = samples.report().report
    assert (figures.region, figures.station, figures.booth, figures.uuid) == (VILLAGE, 1, 2, "1" * 14)
    assert (figures.ballots, figures.tokens_spent, figures.slips_cast, figures.slips_void) == (3, 3, 3, 2)
    assert (figures.restarts, figures.takeovers) == (1, 0)
    assert figures.cast_root == merkle.root(CAST).hex() == register_root(CAST[::-1])
    assert figures.void_root == merkle.root(VOID).hex()
    assert figures.journal_head == hashlib.sha256(samples.lines()[-1][129:-1]).hexdigest()
    assert figures.definition_hash == definitions.definition_hash(samples.definition())
    assert figures.closed_at == "2023-10-22T13:15+07:00"


def test_paper_and_medium_carry_the_same_figures() -> None:
    figures = samples.report().report
    read_back = parse_report(sign_report(figures.on_paper(), certified(BOOTH).key)).figures
    assert read_back == figures.on_paper()
    assert (read_back.ballots, read_back.journal_head.hex()) == (3, figures.journal_head)


def test_slips_and_ballots_share_nothing() -> None:
    """Secrecy: the lists of slips are sorted by a hash and stand in none of the ordered files."""
    files = samples.files_of(report_bytes(), Kind.STATION_REPORT)
    ordered = files["journal.log"] + files["ballots.jsonl"]
    assert not any(slip.hex().encode() in ordered for slip in (*CAST, *VOID))
    assert files["slips-cast.txt"].split() == sorted(files["slips-cast.txt"].split())


def test_an_empty_booth_reports_too() -> None:
    lines = samples.journal_lines((opened(), closed((), ())))
    report = build(certified(BOOTH).pem, BOOTH, PUBLIC, lines, (), (), (), rehearsal=False)
    found = read(write(report, certified(BOOTH).key), ROOT, DAY)
    assert (found.report.ballots, found.report.cast_root) == (0, hashlib.sha256(b"").hexdigest())


def test_only_a_valid_booth_of_this_regency_reports() -> None:
    with pytest.raises(CertificateForeign):
        read(report_bytes(), samples.Authority().root, DAY)
    for at in (date(2023, 6, 1), date(2025, 1, 1)):
        with pytest.raises(CertificateExpired):
            read(report_bytes(), ROOT, at)
    for holder in (samples.COMMITTEE, samples.DESK, Holder(Role.TALLY, "32.09")):
        with pytest.raises(CertificateWrongHolder):
            read(_signed(lambda files: None, holder), ROOT, DAY)


@pytest.mark.parametrize("holder", [Holder(Role.BOOTH, VILLAGE, 1, 1), Holder(Role.BOOTH, VILLAGE, 2, 2)])
def test_another_booth_cannot_pass_this_ones_report_on(holder: Holder) -> None:
    """With its own journal's signatures it fails on the journal; with a journal signed anew, on the place named."""
    with pytest.raises(SignatureRefused):
        read(_signed(lambda files: None, holder), ROOT, DAY)
    lines = samples.journal_lines((opened(), *cast_entries(), closed()), certified(holder).key)
    with pytest.raises(ReportRefused, match="milik TPS atau bilik lain"):
        read(_signed(lambda f: f.update({"journal.log": b"".join(lines)}), holder), ROOT, DAY)


def test_another_villages_booth_cannot_either() -> None:
    holder = Holder(Role.BOOTH, "32.09.07.2008", 1, 2)
    lines = samples.journal_lines((opened(), *cast_entries(), closed()), certified(holder).key)
    with pytest.raises(ReportRefused, match="region"):
        read(_signed(lambda f: f.update({"journal.log": b"".join(lines)}), holder), ROOT, DAY)


def test_a_rehearsal_is_no_election_and_an_election_no_rehearsal() -> None:
    rehearsed = build(certified(BOOTH).pem, BOOTH, PUBLIC, samples.lines(), ballots(), CAST, VOID, rehearsal=True)
    data = write(rehearsed, certified(BOOTH).key)
    assert read(data, ROOT, DAY, rehearsal=True).report.rehearsal
    with pytest.raises(RehearsalRefused, match="Laporan gladi"):
        read(data, ROOT, DAY)
    with pytest.raises(RehearsalRefused, match="bukan laporan gladi"):
        read(report_bytes(), ROOT, DAY, rehearsal=True)
    with pytest.raises(OtherElection):
        read(data, ROOT, DAY, rehearsal=True, definition=samples.definition())


def _definition(change: Callable[[dict[str, object]], object]) -> bytes:
    value = json.loads(samples.definition())
    change(value)
    return dumps(value)


@pytest.mark.parametrize(
    "definition",
    [
        samples.definition(rehearsal=True),
        _definition(lambda v: v.update(title="Pilwu")),
        _definition(lambda v: v.update(region="32.09.07.2008")),
    ],
)
def test_another_elections_report_is_refused(definition: bytes) -> None:
    with pytest.raises(OtherElection):
        read(report_bytes(), ROOT, DAY, definition=definition)


def test_a_booth_beyond_the_definition_is_refused() -> None:
    """Each with the journal naming exactly that definition, so that the hash alone would not tell."""
    for change in (
        lambda v: v["stations"][0].update(booths=1),
        lambda v: v["stations"][0].update(number=1, uuid="3" * 14),
        lambda v: v["stations"].pop(0),
        lambda v: v.update(region="32.09.07.2008"),
    ):
        definition = _definition(change)
        first = opened(definition=definitions.definition_hash(definition))
        lines = samples.journal_lines((first, *cast_entries(), closed()))
        report = build(certified(BOOTH).pem, BOOTH, PUBLIC, lines, ballots(), CAST, VOID, rehearsal=False)
        data = write(report, certified(BOOTH).key)
        read(data, ROOT, DAY)
        with pytest.raises(OtherElection):
            read(data, ROOT, DAY, definition=definition)


def _figures(**changes: object) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files["report.json"] = dumps({**json.loads(files["report.json"]), **changes})

    return change


def _journal(*events: journal.Event) -> Callable[[Files], None]:
    return lambda files: files.update({"journal.log": b"".join(samples.journal_lines(events))})


def _ballots(change: Callable[[list[bytes]], list[bytes]], *, entries: bool = True) -> Callable[[Files], None]:
    """Other ballots, and a journal that notes exactly these, so that only the ballots are at fault."""

    def apply(files: Files) -> None:
        changed = change(list(ballots()))
        files["ballots.jsonl"] = b"".join(ballot + b"\n" for ballot in changed)
        if entries:
            noted = (journal.BallotCast(hashlib.sha256(ballot).hexdigest()) for ballot in changed)
            files["journal.log"] = b"".join(samples.journal_lines((opened(), *noted, closed())))

    return apply


def _slips(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Files], None]:
    return lambda files: files.update({name: b"".join(change(files[name].splitlines(keepends=True)))})


def _closing(cast: tuple[bytes, ...], void: tuple[bytes, ...]) -> Callable[[Files], None]:
    """Other registers, with a closing entry that has their roots."""

    def apply(files: Files) -> None:
        files["slips-cast.txt"] = b"".join(slip.hex().encode() + b"\n" for slip in cast)
        files["slips-void.txt"] = b"".join(slip.hex().encode() + b"\n" for slip in void)
        files["journal.log"] = b"".join(samples.journal_lines((opened(), *cast_entries(), closed(cast, void))))

    return apply


def _again(ballot: bytes) -> bytes:
    """Another ballot under the same credential: only its name for the election's hash differs."""
    return ballot.replace(b'"election_hash":"', b'"election_hash":"x')


OPEN = "belum ditutup"
PARTS = "kurang atau berlebih"
ONCE = "tepat satu kali"
AFTER = "sesudah bilik ditutup"
CHAIN = "Rantai jurnal terputus"
OTHER_PLACE = "milik TPS atau bilik lain"
NOTED = "tidak sama dengan catatan jurnal"
CUT = "terpotong"
COUNT = "struk tercatat masuk"
ORDER = "tidak urut, berulang"
UNREADABLE = "tidak terbaca"
NOT_OURS = "bukan milik TPS ini"
DAMAGED = "Daftar struk rusak"
CLOSING = "yang dicatat saat penutupan"

Fault = tuple[Callable[[Files], Files | None], type[EpilwuError], str]
FAULTS: dict[str, Fault] = {
    "a file missing": (lambda f: f.pop("slips-void.txt") and None, ReportRefused, PARTS),
    "a file more": (lambda f: f.update({"catatan.txt": b""}), ReportRefused, PARTS),
    "figures that are none": (lambda f: f.update({"report.json": b"{}"}), MalformedFile, PARTS),
    "no journal": (lambda f: f.update({"journal.log": b""}), ReportRefused, OPEN),
    "a cut journal": (lambda f: f.update({"journal.log": f["journal.log"][:-1]}), JournalRefused, CUT),
    "a journal without its end": (
        lambda f: f.update({"journal.log": b"".join(samples.lines()[:-1])}),
        ReportRefused,
        OPEN,
    ),
    "a journal without its start": (_journal(*cast_entries(), closed()), JournalRefused, ONCE),
    "opened twice": (_journal(opened(), opened(), *cast_entries(), closed()), JournalRefused, ONCE),
    "closed in the middle": (_journal(opened(), closed(), *cast_entries()), JournalRefused, AFTER),
    "not closed last": (_journal(opened(), *cast_entries(), closed(), journal.Restart()), JournalRefused, AFTER),
    "an entry dropped": (
        lambda f: f.update({"journal.log": b"".join((*samples.lines()[:2], *samples.lines()[3:]))}),
        JournalRefused,
        CHAIN,
    ),
    "another station": (_journal(opened(station=2), *cast_entries(), closed()), ReportRefused, OTHER_PLACE),
    "another booth": (_journal(opened(booth=1), *cast_entries(), closed()), ReportRefused, OTHER_PLACE),
    "a ballot dropped": (_ballots(lambda b: b[:-1], entries=False), ReportRefused, NOTED),
    "a ballot added": (_ballots(lambda b: [*b, _again(b[0])], entries=False), ReportRefused, NOTED),
    "ballots in another order": (_ballots(lambda b: b[::-1], entries=False), ReportRefused, NOTED),
    "a ballot dropped in both": (_ballots(lambda b: b[:-1]), ReportRefused, COUNT),
    "a ballot twice in both": (_ballots(lambda b: [b[0], b[1], b[1]]), JournalRefused, "tercatat dua kali"),
    "a credential twice": (_ballots(lambda b: [b[0], b[1], _again(b[1])]), ReportRefused, "token dipakai dua kali"),
    "a ballot that is none": (_ballots(lambda b: [b[0], b[1], b"{}"]), ReportRefused, NOT_OURS),
    "a ballot that is a list": (_ballots(lambda b: [b[0], b[1], b"[]"]), ReportRefused, NOT_OURS),
    "a ballot without a text as credential": (
        _ballots(lambda b: [b[0], b[1], b'{"credential":1,"election_uuid":"11111111111111"}']),
        ReportRefused,
        NOT_OURS,
    ),
    "a ballot that is no JSON": (_ballots(lambda b: [b[0], b[1], b"surat"]), ReportRefused, UNREADABLE),
    "a ballot with a space": (_ballots(lambda b: [b[0], b[1], b[2] + b" "]), ReportRefused, UNREADABLE),
    "an empty ballot": (_ballots(lambda b: [b[0], b[1], b""]), ReportRefused, UNREADABLE),
    "another election's ballot": (
        _ballots(lambda b: [b[0], b[1], b[2].replace(b"1" * 14, b"2" * 14, 1)]),
        ReportRefused,
        NOT_OURS,
    ),
    "a cut line of ballots": (lambda f: f.update({"ballots.jsonl": f["ballots.jsonl"][:-1]}), ReportRefused, CUT),
    "a huge ballot": (_ballots(lambda b: [b[0], b[1], b'"' + b"x" * (65 << 10) + b'"']), ReportRefused, UNREADABLE),
    "slips out of order": (_slips("slips-cast.txt", lambda lines: lines[::-1]), ReportRefused, ORDER),
    "a slip twice": (_slips("slips-cast.txt", lambda lines: [lines[0], lines[0], lines[1]]), ReportRefused, ORDER),
    "a slip dropped": (_slips("slips-cast.txt", lambda lines: lines[1:]), ReportRefused, COUNT),
    "a void slip dropped": (_slips("slips-void.txt", lambda lines: lines[1:]), ReportRefused, CLOSING),
    "a slip in capitals": (
        _slips("slips-cast.txt", lambda lines: [lines[0].upper(), *lines[1:]]),
        ReportRefused,
        DAMAGED,
    ),
    "a short slip": (_slips("slips-void.txt", lambda lines: [lines[0][2:], *lines[1:]]), ReportRefused, DAMAGED),
    "an empty line of slips": (_slips("slips-void.txt", lambda lines: [b"\n", *lines]), ReportRefused, DAMAGED),
    "a cut line of slips": (lambda f: f.update({"slips-void.txt": f["slips-void.txt"][:-1]}), ReportRefused, CUT),
    "a slip exchanged": (
        _slips("slips-cast.txt", lambda lines: sorted([b"00" * 32 + b"\n", *lines[1:]])),
        ReportRefused,
        CLOSING,
    ),
    "a slip both cast and void": (_closing(CAST, (CAST[0],)), ReportRefused, "masuk dan batal"),
    "more slips than ballots": (_closing(tuple(sorted((*CAST, bytes(32)))), VOID), ReportRefused, COUNT),
    "fewer slips than ballots": (_closing(CAST[1:], VOID), ReportRefused, COUNT),
    "a slip twice, and closed so": (_closing((CAST[0], CAST[0], CAST[1]), VOID), ReportRefused, ORDER),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_contradicts_itself_is_refused_though_the_booth_signed_it(fault: str) -> None:
    change, refusal, says = FAULTS[fault]
    with pytest.raises(refusal, match=says) as raised:
        read(_signed(change), ROOT, DAY, where="TPS01-B2.epr")
    assert raised.value.where.startswith("TPS01-B2.epr") and raised.value.todo


WRONG_FIGURES: dict[str, object] = {
    "region": "32.09.07.2008",
    "definition_hash": "00" * 32,
    "uuid": "2" * 14,
    "station": 2,
    "booth": 1,
    "ballots": 4,
    "tokens_spent": 2,
    "slips_cast": 2,
    "slips_void": 0,
    "restarts": 0,
    "takeovers": 1,
    "journal_head": "00" * 32,
    "cast_root": "00" * 32,
    "void_root": "00" * 32,
    "closed_at": "2023-10-22T13:30+07:00",
}


@pytest.mark.parametrize("figure", WRONG_FIGURES)
def test_every_figure_is_recomputed(figure: str) -> None:
    with pytest.raises(ReportRefused, match=rf"hitung ulang: {figure}\."):
        read(_signed(_figures(**{figure: WRONG_FIGURES[figure]})), ROOT, DAY)


def test_every_figure_has_its_case() -> None:
    assert set(WRONG_FIGURES) | {"rehearsal", "version"} == set(json.loads(samples.report().report_bytes))


@pytest.mark.parametrize(
    "changes",
    [
        {"ballots": -1},
        {"ballots": "3"},
        {"rehearsal": 0},
        {"version": 2},
        {"closed_at": "2023-10-22T13:20+07:00"},
        {"closed_at": "2023-02-30T13:15+07:00"},
        {"x": 1},
    ],
)
def test_ill_formed_figures_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedFile):
        read(_signed(_figures(**changes)), ROOT, DAY)


def test_nothing_is_built_from_parts_that_contradict_each_other() -> None:
    pem, other = certified(BOOTH).pem, Ed25519PrivateKey.generate().public_key()
    with pytest.raises(ReportRefused):
        build(pem, BOOTH, PUBLIC, samples.lines()[:-1], ballots(), CAST, VOID, rehearsal=False)
    with pytest.raises(ReportRefused):
        build(pem, BOOTH, PUBLIC, samples.lines(), ballots()[:-1], CAST, VOID, rehearsal=False)
    with pytest.raises(ReportRefused):
        build(pem, BOOTH, PUBLIC, samples.lines(), ballots(), CAST, CAST, rehearsal=False)
    with pytest.raises(ReportRefused, match=ORDER):
        build(pem, BOOTH, PUBLIC, samples.lines(), ballots(), CAST, [*VOID, b"short"], rehearsal=False)
    with pytest.raises(SignatureRefused):
        build(
            pem,
            BOOTH,
            other,
            samples.lines(),
            ballots(),
            CAST,
            VOID,
            rehearsal=False,
        )


def test_a_booth_opened_under_another_certificate_is_refused() -> None:
    lines = samples.journal_lines((opened(certificate="00" * 32), *cast_entries(), closed()))
    report = build(certified(BOOTH).pem, BOOTH, PUBLIC, lines, ballots(), CAST, VOID, rehearsal=False)
    with pytest.raises(ReportRefused, match="sertifikat lain"):
        read(write(report, certified(BOOTH).key), ROOT, DAY)


def test_a_report_under_another_key_than_its_certificates_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        read(write(samples.report(), Ed25519PrivateKey.generate()), ROOT, DAY)
    other = replace(samples.report(), certificate_pem=samples.authority().certify(BOOTH).pem)
    with pytest.raises(SignatureRefused):
        read(write(other, certified(BOOTH).key), ROOT, DAY)


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(report_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EpilwuError):
        read(bytes(changed), ROOT, DAY)


@given(st.data())
def test_no_flipped_bit_of_a_file_is_accepted_though_signed_anew(data: st.DataObject) -> None:
    """What a booth's owner with the key could try: every file is bound to the others."""
    files = samples.files_of(report_bytes(), Kind.STATION_REPORT)
    name = data.draw(st.sampled_from(sorted(files)))
    position = data.draw(st.integers(0, len(files[name]) - 1))
    bit = data.draw(st.integers(0, 7))

    def change(files: Files) -> None:
        changed = bytearray(files[name])
        changed[position] ^= 1 << bit
        files[name] = bytes(changed)

    with pytest.raises(EpilwuError):
        read(_signed(change), ROOT, DAY)


@given(st.integers(0, 60_000))
def test_no_truncated_report_is_accepted(length: int) -> None:
    data = report_bytes()
    with pytest.raises(EpilwuError):
        read(data[: min(length, len(data) - 1)], ROOT, DAY)
