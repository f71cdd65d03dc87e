"""The driver reads cards, prints what voters asked for, and lets time pass; it casts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState, ScannerGone, UnreadableScan
from epilwu.booth.driver import Driver
from epilwu.booth.setup import Settings
from epilwu.booth.states import Choosing, Closed, Done, Halted, Idle, Reading, Refusal, Refused


class CardBox:
    """A scanner in memory: what lies in it is scanned next."""

    def __init__(self) -> None:
        self.cards: list[str | Exception] = []

    @property
    def stands_in(self) -> bool:
        return False

    def read(self, timeout: float) -> str | None:
        card = self.cards.pop(0) if self.cards else None
        if isinstance(card, Exception):
            raise card
        return card

    def discard(self) -> None:
        self.cards.clear()

    def present(self) -> bool:
        return True

    def close(self) -> None:
        return None


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village(), settings=Settings(tracker_slips=True))


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


def _driver(booth: Booth, polling: Polling) -> tuple[Driver, CardBox]:
    box = CardBox()
    return Driver(booth, box, ticks=lambda: polling.now), box


def test_a_card_is_read_a_slip_printed_and_the_tracker_follows(booth: Booth, polling: Polling) -> None:
    driver, box = _driver(booth, polling)
    box.cards.append(village().tokens[0].text)
    driver.turn_over()
    assert isinstance(booth.state, Choosing)
    booth.choose(1)
    booth.confirm()
    driver.turn_over()
    assert isinstance(booth.state, Reading)
    papers = len(polling.tray.papers)
    booth.slip_right()
    driver.turn_over()
    assert isinstance(booth.state, Done) and len(polling.tray.papers) == papers + 1
    polling.now += 8.5
    driver.turn_over()
    assert isinstance(booth.state, Idle)


def test_the_driver_never_casts(booth: Booth, polling: Polling) -> None:
    driver, _ = _driver(booth, polling)
    booth.scan(village().tokens[0].text)
    booth.choose(1)
    booth.confirm()
    for _ in range(30):
        driver.turn_over()
        polling.now += 600
    assert isinstance(booth.state, Reading) and booth.counts().ballots == 0


def test_a_card_held_before_the_scanner_counts_once(booth: Booth, polling: Polling) -> None:
    driver, box = _driver(booth, polling)
    box.cards += [village().others[0].text] * 5
    for _ in range(5):
        driver.turn_over()
    assert booth.state == Refused(Refusal.OTHER_BOOTH)
    assert sum(entry.event.kind == "token_refused" for entry in booth.ledger.entries()) == 1


def test_cards_scanned_during_a_session_are_nobodys(booth: Booth, polling: Polling) -> None:
    driver, box = _driver(booth, polling)
    box.cards += [village().tokens[0].text, village().tokens[1].text]
    for _ in range(3):
        driver.turn_over()
    assert isinstance(booth.state, Choosing) and not box.cards
    booth.end_session()
    driver.turn_over()
    assert isinstance(booth.state, Idle)


def test_an_unreadable_scan_is_refused_as_such(booth: Booth, polling: Polling) -> None:
    driver, box = _driver(booth, polling)
    box.cards.append(UnreadableScan("Kode tidak terbaca."))
    driver.turn_over()
    assert booth.state == Refused(Refusal.MALFORMED)


def test_a_lost_scanner_is_said_and_found_again(
    booth: Booth, polling: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, box = _driver(booth, polling)
    monkeypatch.setattr(driver._stopping, "wait", lambda _seconds: None)
    box.cards.append(ScannerGone("Pemindai tidak terhubung."))
    driver.turn_over()
    assert not booth.shown.view.scanner
    driver.turn_over()
    assert booth.shown.view.scanner


def test_a_printer_fault_is_found_and_got_over_without_anybody(booth: Booth, polling: Polling) -> None:
    driver, _ = _driver(booth, polling)
    polling.tray.state = PrinterState.PAPER_OUT
    polling.now += 10
    driver.turn_over()
    assert isinstance(booth.state, Halted)
    polling.tray.state = PrinterState.READY
    polling.now += 10
    driver.turn_over()
    assert isinstance(booth.state, Idle)


def test_a_closed_booth_is_left_alone(booth: Booth, polling: Polling) -> None:
    driver, box = _driver(booth, polling)
    booth.shut()
    box.cards.append(village().tokens[0].text)
    booth.wait(0)
    booth._changed.set()
    driver.turn_over()
    assert isinstance(booth.state, Closed) and box.cards


def test_the_thread_starts_and_stops(booth: Booth) -> None:
    box = CardBox()
    driver = Driver(booth, box)
    driver.start()
    box.cards.append(village().others[0].text)
    for _ in range(200):
        if isinstance(booth.state, Refused):
            break
        booth.wait(0.05)
    driver.stop()
    assert isinstance(booth.state, Refused)
