from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from trust_samples import BOOTH_KEY, CLOSED, EVENTS, OPENED, write_journal

from epilwu.trust import journal
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import JournalRefused, SignatureRefused, TrustError

PUBLIC = BOOTH_KEY.public_key()
LINES = write_journal(EVENTS)
WEST = timezone(timedelta(hours=7))


def test_every_kind_comes_back() -> None:
    entries = journal.read_journal(LINES, PUBLIC)
    assert tuple(entry.event for entry in entries) == EVENTS
    assert {event.kind for event in EVENTS} == {
        "opened", "ballot", "slip_voided", "token_refused", "device_fault", "restart", "paused", "resumed",
        "taken_over", "closed",
    }  # fmt: skip
    assert entries[0].prev == "0" * 64
    assert all(later.prev == entry.head for entry, later in pairwise(entries))
    assert journal.split_lines(b"".join(LINES)) == LINES
    assert journal.read_journal((), PUBLIC) == () == journal.split_lines(b"")


def test_a_ballots_entry_holds_its_hash_and_nothing_that_dates_it() -> None:
    """Secrecy: only opening and closing have a time, and a coarse one; nothing names a slip, a token or a voter."""
    for line in LINES:
        event = json.loads(line[129:])["event"]
        assert ("at" in event) == (event["kind"] in {"opened", "closed"})
        if event["kind"] == "ballot":
            assert set(event) == {"kind", "ballot"}
        assert not {"slip", "nonce", "token", "credential", "voter", "time"} & set(event)


def test_quarter_hours() -> None:
    moment = datetime(2023, 10, 22, 7, 29, 59, 999, tzinfo=WEST)
    assert journal.quarter_hour(moment) == "2023-10-22T07:15+07:00"
    assert journal.is_quarter_hour("2023-10-22T07:15+09:00")
    for text in ("2023-10-22T07:16+07:00", "2023-02-30T07:15+07:00", "2023-10-22T25:15+07:00", "2023-10-22T07:15Z"):
        assert not journal.is_quarter_hour(text)
    for other in (datetime(2023, 10, 22, 7, tzinfo=UTC), datetime(2023, 10, 22, 7)):
        with pytest.raises(ValueError, match="zone"):
            journal.quarter_hour(other)


def _taken_over(old: str, new: str) -> journal.TakenOver:
    return journal.TakenOver(old_device=old, new_device=new)


def test_the_machine_that_has_the_booth() -> None:
    entries = journal.read_journal(LINES, PUBLIC)
    assert [journal.device_of(entries[:count]) for count in (0, 1, len(entries))] == ["", "UJI-01", "UJI-02"]


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ((journal.Restart(),), "dibuka"),
        ((journal.BallotCast("11" * 32), OPENED), "dibuka"),
        ((OPENED, OPENED), "dibuka"),
        ((OPENED, CLOSED, journal.Restart()), "sesudah bilik ditutup"),
        ((OPENED, CLOSED, CLOSED), "sesudah bilik ditutup"),
        ((OPENED, journal.BallotCast("11" * 32), journal.BallotCast("11" * 32)), "dua kali"),
        ((OPENED, _taken_over("UJI-02", "UJI-03")), "keliru"),
        ((OPENED, _taken_over("UJI-01", "UJI-01")), "keliru"),
        ((OPENED, _taken_over("UJI-01", "UJI-02"), _taken_over("UJI-01", "UJI-03")), "keliru"),
    ],
)
def test_the_grammar(events: tuple[journal.Event, ...], says: str) -> None:
    with pytest.raises(JournalRefused, match=says) as refusal:
        journal.read_journal(write_journal(events), PUBLIC, where="stik/journal.log")
    assert refusal.value.where.startswith("stik/journal.log baris ")


@pytest.mark.parametrize(
    "lines",
    [
        LINES[1:],
        (LINES[0], *LINES[2:]),
        (LINES[0], LINES[2], LINES[1], *LINES[3:]),
        (*LINES[:2], LINES[1], *LINES[2:]),
        (LINES[0], LINES[0]),
        LINES[::-1],
    ],
    ids=["cut off in front", "one missing", "swapped", "doubled", "doubled first", "reversed"],
)
def test_other_sequences_are_refused(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(JournalRefused):
        journal.read_journal(lines, PUBLIC)


def test_a_cut_tail_shows_in_the_head_alone() -> None:
    """A chain cannot tell; this is why the head is printed, signed and witnessed."""
    short = journal.read_journal(LINES[:-1], PUBLIC)
    assert short[-1].head != journal.read_journal(LINES, PUBLIC)[-1].head


def test_another_booths_journal_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        journal.read_journal(write_journal(EVENTS, Ed25519PrivateKey.generate()), PUBLIC)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        LINES[0][:-1],
        LINES[0] + b"\n",
        LINES[0].replace(b" ", b"  ", 1),
        LINES[0][:128].upper() + LINES[0][128:],
        b"0" + LINES[0],
        LINES[0][:128] + b"\t" + LINES[0][129:],
        LINES[0][:-1] + b" ",
        LINES[0][:-1] + b" " * 5000 + b"\n",
    ],
)
def test_damaged_lines_are_refused(line: bytes) -> None:
    with pytest.raises(TrustError):
        journal.read_journal([line], PUBLIC)


def test_a_cut_file_is_refused() -> None:
    with pytest.raises(JournalRefused, match="terpotong"):
        journal.split_lines(b"".join(LINES)[:-1])


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(b"".join(LINES))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(TrustError):
        journal.read_journal(journal.split_lines(bytes(changed)), PUBLIC)


def _signed(value: object) -> bytes:
    entry = dumps(value)  # type: ignore[arg-type]
    return journal.encode_line(entry, journal.sign_entry(entry, BOOTH_KEY))


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "vote"},
        {"kind": 1},
        {"kind": []},
        {},
        [],
        {"kind": "ballot"},
        {"kind": "ballot", "ballot": "11" * 32, "at": "2023-10-22T07:15+07:00"},
        {"kind": "ballot", "ballot": "AA" * 32},
        {"kind": "slip_voided", "reason": "fun"},
        {"kind": "token_refused", "reason": "used", "token": "x"},
        {"kind": "device_fault", "device": "lamp", "state": "off"},
        {"kind": "device_fault", "device": "printer", "state": "Paper Out"},
        {"kind": "restart", "at": "2023-10-22T07:15+07:00"},
        {"kind": "closed", "cast_root": "01" * 32, "void_root": "02" * 32, "at": "2023-10-22T07:16+07:00"},
        {"kind": "closed", "cast_root": "01" * 32, "void_root": "02" * 32, "at": "2023-02-30T07:15+07:00"},
    ],
)
def test_a_booth_cannot_sign_other_entries(event: object) -> None:
    good = json.loads(LINES[0][129:])
    second = {"event": event, "prev": journal.entry_hash(LINES[0][129:-1]), "seq": 1}
    with pytest.raises(JournalRefused):
        journal.read_journal([_signed(good), _signed(second)], PUBLIC)


@pytest.mark.parametrize(
    "change",
    [{"seq": 1}, {"seq": True}, {"prev": "11" * 32}, {"extra": 1}, {"event": {"kind": "opened"}}],
)
def test_a_booth_cannot_sign_other_frames(change: dict[str, object]) -> None:
    with pytest.raises(JournalRefused):
        journal.read_journal([_signed({**json.loads(LINES[0][129:]), **change})], PUBLIC)


@pytest.mark.parametrize(
    "event",
    [
        journal.BallotCast("x"),
        journal.DeviceFault(journal.Device.PRINTER, "Kertas habis!"),
        journal.Closed(cast_root="01" * 32, void_root="02" * 32, at="2023-10-22T07:16+07:00"),
        journal.Opened(definition="", uuid="1" * 14, station=1, booth=2, certificate="", device="UJI-01", at=OPENED.at),
        journal.TakenOver(old_device="uji", new_device="UJI-02"),
    ],
)
def test_nothing_is_written_that_would_not_be_read(event: journal.Event) -> None:
    with pytest.raises(JournalRefused):
        journal.encode_entry(0, journal.FIRST_PREV, event)
