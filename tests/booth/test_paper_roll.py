"""How much paper is surely left; and that no session starts without room for its papers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.devices.printer import Printed
from epilwu.booth.devices.roll import Roll
from epilwu.booth.errors import NotNow
from epilwu.booth.states import Cause, Choosing, Halted, Idle, PrintTrouble, Reading

LOW, READY = PrinterState.PAPER_LOW, PrinterState.READY


def test_a_full_roll_fits_everything_and_a_low_one_what_is_left() -> None:
    roll = Roll(1000)
    roll.seen(READY)
    assert roll.fits(10**9) and not roll.low
    roll.used(300)  # the sensor may have tripped within this paper
    roll.seen(LOW)
    assert roll.low and roll.fits(700) and not roll.fits(701)
    roll.used(650)
    roll.seen(LOW)
    assert roll.fits(50) and not roll.fits(51)
    roll.seen(PrinterState.PAPER_OUT)
    assert roll.low
    roll.seen(READY)  # a new roll
    assert roll.fits(10**9) and not roll.low


def test_a_roll_first_seen_near_its_end_counts_as_used_up() -> None:
    roll = Roll(1000)
    roll.seen(LOW)
    assert not roll.fits(1)


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    booth.check_devices()
    yield booth
    stop(booth)


def test_sessions_stop_before_the_paper_does_and_go_on_with_a_new_roll(booth: Booth, polling: Polling) -> None:
    polling.tray.state = LOW
    voted = 0
    for token in village().tokens:
        booth.scan(token.text)
        if isinstance(booth.state, Halted):
            break
        assert booth.shown.view.paper_low
        booth.choose(1)
        booth.confirm()
        booth.print_slip()
        booth.slip_right()
        booth.finish()
        voted += 1
    assert booth.state == Halted(Cause.PRINTER, None, "paper-low") and 3 <= voted <= 6
    booth.check_devices()
    assert isinstance(booth.state, Halted), "it is still low"
    polling.tray.state = READY
    booth.check_devices()
    assert isinstance(booth.state, Idle) and not booth.shown.view.paper_low


def test_the_trouble_that_is_there_now_is_told(booth: Booth, polling: Polling) -> None:
    for state in (PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.SILENT):
        polling.tray.state = state
        booth.check_devices()
        assert booth.state == Halted(Cause.PRINTER, None, state.value)
    assert sum(entry.event.kind == "device_fault" for entry in booth.ledger.entries()) == 1


def test_only_a_printer_that_cannot_tell_lets_the_voter_say_that_no_slip_came(
    booth: Booth, polling: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    booth.scan(village().tokens[0].text)
    assert isinstance(booth.state, Choosing)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    with pytest.raises(NotNow):
        booth.slip_missing()
    booth.end_session()
    monkeypatch.setattr(polling.tray, "print", lambda data: Printed.UNCONFIRMED)
    booth.scan(village().tokens[0].text)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    assert isinstance(booth.state, Reading) and not booth.state.sure
    booth.slip_missing()
    assert booth.state == PrintTrouble(2, "no-slip")
    booth.check_devices()
    assert booth.state == PrintTrouble(2, "no-slip", ready=True)
    counts = booth.counts()
    assert (counts.slips_pending, counts.slips_void, counts.ballots) == (0, 2, 0)
