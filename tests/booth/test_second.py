"""The second medium follows, is completed when shorter, and any other difference stops the booth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import temporary
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.booth.errors import MediaDisagree, SealRefused, SecondMediumGone
from epilwu.booth.rows import BallotRow, JournalRow, Register, SlipState
from epilwu.booth.seal import RegisterSeal
from epilwu.booth.second import LOG, REGISTER, Holding, SecondMedium

SEAL = RegisterSeal(b"k" * 32, b"i" * 32)
SLIPS = [SEAL.seal_id(bytes([n]) * 32) for n in range(4)]
ROWS = tuple(JournalRow(n, b'{"seq":%d}' % n, bytes([n]) * 64) for n in range(4))
BALLOTS = {2: BallotRow(2, "t" * 43, "c" * 64, b'{"ballot":2}')}
REGISTER_NOW: Register = {SLIPS[0]: SlipState.CAST, SLIPS[1]: SlipState.VOID, SLIPS[2]: SlipState.PENDING}
WHOLE = Holding(ROWS, BALLOTS, REGISTER_NOW)


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def _filled(folder: Path) -> SecondMedium:
    second = SecondMedium(folder, SEAL)
    second.start()
    for row in ROWS:
        second.record([row], BALLOTS.get(row.seq), REGISTER_NOW)
    return second


def _again(folder: Path) -> SecondMedium:
    return SecondMedium(folder, SEAL)


def test_what_was_recorded_agrees(base: Path) -> None:
    _filled(base)
    second = _again(base)
    assert second.agree(WHOLE) == 0
    frames = second.frames()
    assert [frame.entry for frame in frames] == [row.entry for row in ROWS]
    assert frames[2].ballot == BALLOTS[2].data and not frames[1].ballot


def test_every_cut_of_the_log_is_completed(base: Path) -> None:
    _filled(base)
    whole = (base / LOG).read_bytes()
    for size in range(len(SEAL.identity) + 8, len(whole)):
        (base / LOG).write_bytes(whole[:size])
        assert 1 <= _again(base).agree(WHOLE) <= len(ROWS)
        assert (base / LOG).read_bytes() == whole


def test_a_tail_of_zeros_is_a_torn_write(base: Path) -> None:
    _filled(base)
    whole = (base / LOG).read_bytes()
    (base / LOG).write_bytes(whole[:-60] + bytes(60))
    assert _again(base).agree(WHOLE) == 1
    assert (base / LOG).read_bytes() == whole


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_byte_before_the_last_frame_stops_the_booth(data: st.DataObject) -> None:
    with temporary() as name:
        folder = Path(name)
        _filled(folder)
        whole = bytearray((folder / LOG).read_bytes())
        last = len(whole) - (12 + len(ROWS[3].entry) + 64 + 32)
        position = data.draw(st.integers(0, last - 1))
        whole[position] ^= data.draw(st.integers(1, 255))
        (folder / LOG).write_bytes(whole)
        with pytest.raises(MediaDisagree):
            _again(folder).agree(WHOLE)


def test_a_longer_copy_stops_the_booth_with_both_heads(base: Path) -> None:
    _filled(base)
    with pytest.raises(MediaDisagree) as caught:
        _again(base).agree(Holding(ROWS[:2], {}, REGISTER_NOW))
    assert "2 entri" in str(caught.value) and "4 entri" in str(caught.value)


def test_another_entry_in_the_same_place_stops_the_booth(base: Path) -> None:
    _filled(base)
    other = (*ROWS[:3], JournalRow(3, b'{"seq":9}', ROWS[3].signature))
    with pytest.raises(MediaDisagree):
        _again(base).agree(Holding(other, BALLOTS, REGISTER_NOW))


def test_a_shorter_register_is_completed(base: Path) -> None:
    second = _filled(base)
    second.record([], None, {SLIPS[0]: SlipState.CAST, SLIPS[2]: SlipState.PENDING})
    later: Register = {**REGISTER_NOW, SLIPS[2]: SlipState.CAST, SLIPS[3]: SlipState.PENDING}
    assert _again(base).agree(Holding(ROWS, BALLOTS, later)) == 0
    assert _again(base).agree(Holding(ROWS, BALLOTS, later)) == 0
    with pytest.raises(MediaDisagree):  # now the copy is ahead
        _again(base).agree(WHOLE)


def test_a_slip_settled_otherwise_stops_the_booth(base: Path) -> None:
    _filled(base)
    with pytest.raises(MediaDisagree):
        _again(base).agree(Holding(ROWS, BALLOTS, {**REGISTER_NOW, SLIPS[1]: SlipState.CAST}))


@pytest.mark.parametrize("damage", [b"", b"x" * 200])
def test_a_register_that_does_not_open_stops_the_booth(base: Path, damage: bytes) -> None:
    _filled(base)
    (base / REGISTER).write_bytes(damage)
    with pytest.raises(MediaDisagree):
        _again(base).agree(WHOLE)


def test_another_booths_medium_is_refused(base: Path) -> None:
    _filled(base)
    with pytest.raises(MediaDisagree):
        SecondMedium(base, RegisterSeal(b"k" * 32, b"j" * 32)).agree(WHOLE)


def test_a_medium_torn_out_is_known_at_the_next_write_and_completed_when_back(base: Path) -> None:
    folder = base / "stick"
    folder.mkdir()
    second = SecondMedium(folder, SEAL)
    second.start()
    second.record(ROWS[:1], None, {})
    folder.rename(base / "pocket")
    folder.mkdir()  # the mount point is left as an empty folder
    with pytest.raises(SecondMediumGone):
        second.record(ROWS[1:2], None, REGISTER_NOW)
    assert list(folder.iterdir()) == []  # nothing was written beside the medium
    folder.rmdir()
    (base / "pocket").rename(folder)
    assert second.agree(WHOLE) == 3
    second.check()


def test_after_a_failure_nothing_is_recorded_before_both_agree(base: Path) -> None:
    _filled(base)
    with pytest.raises(SecondMediumGone):
        _again(base).record([], None, REGISTER_NOW)


def test_a_missing_baseis_said_to_be_missing(base: Path) -> None:
    with pytest.raises(SecondMediumGone):
        SecondMedium(base / "none", SEAL).blank()


def test_ids_are_found_again_and_opened_by_their_booth_alone() -> None:
    slip_id = bytes(range(32))
    sealed = SEAL.seal_id(slip_id)
    assert sealed == SEAL.seal_id(slip_id) and slip_id not in sealed
    assert SEAL.open_id(sealed) == slip_id
    for other in (RegisterSeal(b"x" * 32, b"i" * 32), RegisterSeal(b"k" * 32, b"x" * 32)):
        with pytest.raises(SealRefused):
            other.open_id(sealed)
    with pytest.raises(SealRefused):
        SEAL.open_id(sealed[:-1])
    assert "k" * 8 not in repr(SEAL)


def test_the_files_tell_no_order_of_slips(base: Path) -> None:
    """The register is sealed whole under a fresh nonce: two copies of the same register have no bytes in common."""
    second = _filled(base)
    first = (base / REGISTER).read_bytes()
    second.record([], None, REGISTER_NOW)
    again = (base / REGISTER).read_bytes()
    assert len(first) == len(again) and first[:12] != again[:12]
    assert not any(sealed in first for sealed in SLIPS)
    assert not any(sealed in (base / LOG).read_bytes() for sealed in SLIPS)
