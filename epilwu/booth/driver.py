"""What moves a booth between touches: the scanner's lines, the printer's work, and time.

One thread. It casts nothing: it prints a slip that a voter has asked for, reads cards, and lets screens that only
inform go back to the start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import ScannerGone, UnreadableScan
from epilwu.booth.devices.scanner import Scanner
from epilwu.booth.errors import NotNow
from epilwu.booth.states import Closed, Done, Printing, TakesCard

_LOG = logging.getLogger(__name__)
_PAUSE = 0.1  # seconds between looks at scanner and clock; a scanned card waits no longer
_CHECK_EVERY = 3.0  # seconds between questions to the printer while nobody votes
_LOST = 1.0  # seconds between looks for a scanner that is gone
_SAME_CARD = 3.0  # seconds in which the same card held before the scanner counts once


class Driver:
    """Drives ``booth`` with ``scanner`` (None: cards come another way) until ``stop``."""

    def __init__(self, booth: Booth, scanner: Scanner | None, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._booth = booth
        self._scanner = scanner
        self._ticks = ticks
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._last_card: tuple[str | None, float] = (None, 0.0)
        self._next_check = 0.0
        self.last_turn = time.monotonic()

    def start(self) -> None:
        """Begin to drive in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="booth driver", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the work in hand (at most a printer's time-out)."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(60)

    def turn_over(self) -> None:
        """One round: what is to be done now, or a short wait."""
        self.last_turn = time.monotonic()
        booth = self._booth
        booth.tick()
        state = booth.state
        if isinstance(state, Printing):
            booth.print_slip()
        elif isinstance(state, Done):
            booth.print_tracker()
            booth.wait(_PAUSE)
        elif isinstance(state, Closed):
            booth.wait(1.0)
        else:
            self._check_devices()
            self._read_card()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn_over()
            except NotNow:
                continue  # a touch came first
            except Exception as error:  # the booth must go on; only the kind is logged, never a value
                _LOG.error("booth driver: %s", type(error).__name__)
                self._stopping.wait(1.0)

    def _check_devices(self) -> None:
        now = self._ticks()
        if now >= self._next_check:
            self._next_check = now + _CHECK_EVERY
            self._booth.check_devices()

    def _read_card(self) -> None:
        if self._scanner is None:
            self._booth.wait(_PAUSE)
            return
        try:
            text = self._scanner.read(_PAUSE)
        except UnreadableScan:
            text = ""
        except ScannerGone:
            self._booth.note_scanner(present=False)
            self._booth.wait(_LOST)  # ends early for a voter who waits for a slip
            return
        self._booth.note_scanner(present=True)
        if text is not None and isinstance(self._booth.state, TakesCard) and not self._repeated(text):
            self._booth.scan(text)

    def _repeated(self, text: str) -> bool:
        (last, at), now = self._last_card, self._ticks()
        self._last_card = (text, now)
        return text == last and now - at < _SAME_CARD
