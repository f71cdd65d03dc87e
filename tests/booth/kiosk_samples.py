"""The real kiosk: application, waitress, driver, serial printer and scanner with their stand-ins."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from booth_samples import Polling, Village
from waitress.server import create_server

from epilwu.booth.app import HOST, KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.devices.printer import Completion, EscPosPrinter, PrinterSettings
from epilwu.booth.devices.scanner import SerialScanner
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.driver import Driver
from epilwu.booth.officers import OfficerPins, pins_of
from epilwu.booth.opening import start_booth
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.booth.tries import Tries


def officer_pins(polling: Polling) -> OfficerPins:
    return pins_of(polling.village.setup, Tries(polling.first, ticks=lambda: polling.now))


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A running kiosk; ``url`` is its one address."""

    url: str
    booth: Booth
    paper: PrinterStandIn
    cards: ScannerStandIn


@contextmanager
def running_kiosk(
    base: Path,
    village: Village,
    polling: Polling | None = None,
    *,
    wedge: WedgeScanner | None = None,
    completion: Completion = Completion.STATUS,
) -> Iterator[Kiosk]:
    """``wedge``: the scanner types on the page; then nothing that ``cards`` scans is read."""
    polling = polling or Polling(base, village)
    with PrinterStandIn(base / "ttyPrinter", base / "paper") as paper, ScannerStandIn(base / "ttyScanner") as cards:
        printer = EscPosPrinter(PrinterSettings(port=str(paper.path), completion=completion))
        scanner = wedge or SerialScanner(str(cards.path))
        scanner.present()  # opens the line: what is scanned before is nobody's card
        booth = start_booth(village.setup, polling.hall(printer=printer, ticks=time.monotonic))
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = int(probe.getsockname()[1])
        server = create_server(
            create_app(booth, KioskConfig(port=port, officer=officer_pins(polling), wedge=wedge)), host=HOST, port=port
        )
        thread = threading.Thread(target=server.run, daemon=True)
        driver = Driver(booth, scanner)
        thread.start()
        driver.start()
        try:
            yield Kiosk(f"http://{HOST}:{port}/", booth, paper, cards)
        finally:
            driver.stop()
            server.close()
            thread.join(5)
            scanner.close()
            printer.close()
            booth.ledger.store.close()
