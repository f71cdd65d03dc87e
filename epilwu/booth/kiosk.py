"""The kiosk as one WSGI application: the morning's pages until the booth is open, the booth's own from then on.

Also what keeps the service manager quiet: that the pages are served, and that the booth still turns over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from epilwu.booth.app import KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.devices.scanner import Scanner
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.driver import Driver
from epilwu.booth.officer_pages import ClosingPlace
from epilwu.booth.officers import pins_of
from epilwu.booth.opening import Hall
from epilwu.booth.opening_desk import OpeningDesk, Sources
from epilwu.booth.opening_pages import create_opening_app
from epilwu.booth.service_manager import say
from epilwu.booth.tries import Tries

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALIVE_EVERY = 20.0
STUCK_AFTER = 100.0
"""Seconds without a turn of the driver after which the service manager is told no more: longer than any print job."""


class Kiosk:
    """Call it as a WSGI application. ``medium``: where the station report goes; None: closing by command alone."""

    def __init__(self, hall: Hall, scanner: Scanner, sources: Sources, *, port: int, medium: Path | None) -> None:
        self._hall = hall
        self._scanner = scanner
        self._port = port
        self._medium = medium
        self._wedge = scanner if isinstance(scanner, WedgeScanner) else None
        self._tries = Tries(hall.folder, ticks=hall.ticks)
        self.desk = OpeningDesk(sources, hall, scanner, self._tries, self._opened)
        self._app: WSGIApplication = create_opening_app(self.desk, port, self._wedge, medium)
        self.booth: Booth | None = None
        self._driver: Driver | None = None
        self._stopping = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the pages of the moment do."""
        return self._app(environ, start_response)

    def keep_alive(self) -> None:
        """Tell the service manager that the pages are there, and from then on that all is well, until ``stop``."""
        say("READY=1")
        threading.Thread(target=self._beat, name="booth alive", daemon=True).start()

    def stop(self) -> None:
        """Let the work in hand end, and give the store back."""
        self._stopping.set()
        if self._driver is not None:
            self._driver.stop()
        if self.booth is not None:
            self.booth.ledger.store.close()
        self.desk.forget()

    def _opened(self, booth: Booth) -> None:
        place = None if self._medium is None else ClosingPlace(self._hall, self._medium)
        pins = pins_of(booth.setup, self._tries)
        app = create_app(booth, KioskConfig(port=self._port, officer=pins, wedge=self._wedge, closing=place))
        self._driver = Driver(booth, self._scanner)
        self._driver.start()
        self.booth, self._app = booth, app

    def _beat(self) -> None:
        while not self._stopping.wait(ALIVE_EVERY):
            if self._driver is None or time.monotonic() - self._driver.last_turn < STUCK_AFTER:
                say("WATCHDOG=1")
