"""A printer that hangs for a minute: it neither takes bytes nor answers, then goes on where it stopped.

The screen must not hang with it, no slip of the voter before may come out, and the vote is recorded once. In quick time
with short time-outs; and once, slowly, with the time-outs of a polling day and a real minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from booth_samples import Polling, make_village, stop, temporary
from PIL import Image

from epilwu.booth.booth import Booth
from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.driver import Driver
from epilwu.booth.opening import start_booth
from epilwu.booth.rows import SlipState
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.states import Confirming, Idle, PrintTrouble, Reading, State
from epilwu.receipt.slip import parse_slip, slip_id


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def until(booth: Booth, state: type[State], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not isinstance(booth.state, state):
        assert time.monotonic() < deadline, f"{booth.state} is not {state.__name__}"
        time.sleep(0.01)


def slips(paper: PrinterStandIn) -> list[bytes]:
    """The ids of all slips whose code can be read."""
    found = []
    for path in paper.papers():
        with Image.open(path) as picture:
            texts = [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]
        found += [slip_id(parse_slip(text).payload.nonce) for text in texts if text.startswith("EPW1:")]
    return found


@pytest.mark.parametrize("how", ["deaf", "silent"])
@pytest.mark.parametrize(
    ("hang", "timeouts"),
    [
        (1.0, {"reply_timeout": 0.2, "write_timeout": 0.3, "job_timeout": 1.0}),
        pytest.param(60.0, {}, marks=pytest.mark.slow),
    ],
)
def test_a_printer_hangs_while_a_slip_is_on_its_way(
    base: Path, how: str, hang: float, timeouts: dict[str, float]
) -> None:
    village = make_village(tokens=2)
    with PrinterStandIn(base / "printer", base / "papers") as paper:
        printer = EscPosPrinter(PrinterSettings(str(paper.path), **timeouts))  # type: ignore[arg-type]
        booth = start_booth(village.setup, Polling(base, village).hall(printer=printer, ticks=time.monotonic))
        driver = Driver(booth, None)
        driver.start()
        booth.scan(village.tokens[0].text)
        booth.choose(2)
        assert isinstance(booth.state, Confirming)
        paper.set(**{how: True})  # type: ignore[arg-type]
        mend = threading.Timer(hang, lambda: paper.set(**{how: False}))  # type: ignore[arg-type]
        mend.start()
        started = time.monotonic()
        booth.confirm()
        until(booth, PrintTrouble, 5 + hang)
        told_after = time.monotonic() - started
        assert told_after < max(2.0, 0.2 * hang), "the screen tells of it long before the printer is well"
        answered = time.monotonic()
        assert booth.shown.state == booth.state and booth.counts().slips_void == 1
        assert time.monotonic() - answered < 5, "the booth itself answers meanwhile"
        mend.join()
        deadline = time.monotonic() + 30
        while not (isinstance(booth.state, PrintTrouble) and booth.state.ready):
            assert time.monotonic() < deadline, booth.state
            time.sleep(0.05)
        assert slips(paper) == [], "what it was sent before it hung never comes out"
        booth.confirm()
        until(booth, Reading, 20)
        booth.slip_right()
        booth.finish()
        assert isinstance(booth.state, Idle)
        driver.stop()
        counts = booth.ledger.store.counts()
        assert (counts.ballots, counts.slips_void) == (1, 1)
        assert slips(paper) == booth.ledger.slip_ids(SlipState.CAST)
        stop(booth)
        printer.close()
