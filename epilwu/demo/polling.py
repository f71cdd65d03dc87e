"""One booth's whole polling day: opened from its package, voted at by scanned tokens, closed into a station report.

Printer and scanner are the loud stand-ins on pseudo-terminals; all else is the booth's own code. The papers that
voters fold go into the station's audit box, under random names and with one date, as papers in a box have no order.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from waitress.server import create_server

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.devices.scanner import SerialScanner
from epilwu.booth.officers import unlock
from epilwu.booth.opening import Hall, read_package, start_booth
from epilwu.booth.standin.page import HOST, Table, create_page
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.booth.states import Choosing, Done, Idle, Reading, Refused
from epilwu.booth.tries import Tries
from epilwu.demo.errors import DemoBroken
from epilwu.media.published import package_name

SCAN_SECONDS = 5.0
SLIPS_PER_ROLL = 200


@dataclass(frozen=True, slots=True)
class PollingDay:
    """What one booth's day needs. ``votes`` are (token, choice) in the order of the queue, ``opening`` the hour,
    ``pins`` the officers' by number.

    ``wrong_slips`` voters (the first ones) say that their slip is wrong and vote again; ``reused`` tokens are shown
    once more and must be refused. ``page``: the port where the stand-ins' page shows the paper as it comes out.
    """

    station: int
    booth: int
    package: Path
    root: Path
    pins: Mapping[int, str] = field(repr=False)
    votes: tuple[tuple[str, int], ...] = field(repr=False)
    folder: Path
    second: Path
    medium: Path
    box: Path
    papers: Path
    opening: datetime
    closing: datetime
    wrong_slips: int = 0
    reused: int = 0
    page: int | None = None

    @property
    def name(self) -> str:
        """``TPS01-B1``."""
        return package_name(self.station, self.booth).removesuffix(".epb")


class _Clock:
    """The hall's clock: the opening hour until the day is over, then the closing hour."""

    def __init__(self, day: PollingDay) -> None:
        self._day = day
        self.over = False

    def __call__(self) -> datetime:
        return self._day.closing if self.over else self._day.opening + timedelta(minutes=1)


def hold(day: PollingDay, voted: Callable[[], None]) -> Path:
    """Run the booth's day; the station report's path. ``voted`` is called after each recorded vote.

    Raises the booth's refusals, and ``DemoBroken`` where the booth does not do what a voter expects.
    """
    for folder in (day.folder, day.second, day.medium, day.box, day.papers):
        folder.mkdir(parents=True, exist_ok=True)
    clock = _Clock(day)
    with TemporaryDirectory() as devices:
        printer_port, scanner_port = Path(devices, "printer"), Path(devices, "scanner")
        with (
            PrinterStandIn(printer_port, day.papers) as paper,
            ScannerStandIn(scanner_port) as gun,
            _page(day, paper, gun),
        ):
            printer = EscPosPrinter(PrinterSettings(port=str(printer_port)))
            scanner = SerialScanner(str(scanner_port))
            package = read_package(day.package, day.root, at=clock())
            setup = unlock(package, _first_two(day.pins), Tries(day.folder), where=str(day.package))
            hall = Hall(folder=day.folder, second=day.second, printer=printer, clock=clock, same_device=True)
            booth = start_booth(setup, hall)
            scanner.discard()  # what was scanned before the booth listened is nobody's card
            scan = _Scan(booth, gun, scanner)
            try:
                _vote_all(day, _Voter(booth, scan, paper, day.box), voted)
                paper.new_roll()
                clock.over = True
                return close_booth(booth, hall, day.medium)
            finally:
                scanner.close()
                printer.close()


@contextmanager
def _page(day: PollingDay, paper: PrinterStandIn, gun: ScannerStandIn) -> Iterator[None]:
    """While the day lasts, its paper is shown to an audience, where that was asked for."""
    if day.page is None:
        yield
        return
    table = Table(paper, gun, f"TPS {day.station:02d} · Bilik {day.booth}")
    server = create_server(create_page(lambda: table), host=HOST, port=day.page, ident="")
    thread = threading.Thread(target=server.run, name="stand-ins' page", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()
        thread.join(5)


def _first_two(pins: Mapping[int, str]) -> dict[int, str]:
    return {number: pins[number] for number in sorted(pins)[:2]}


@dataclass(frozen=True, slots=True)
class _Scan:
    """A card held under the scanner, and its text on the booth's serial line."""

    booth: Booth
    gun: ScannerStandIn
    scanner: SerialScanner

    def __call__(self, token: str) -> None:
        self.gun.scan(token)
        text = self.scanner.read(SCAN_SECONDS)
        if text is None:
            raise DemoBroken("Pemindai tiruan tidak menyampaikan kartu.")
        self.booth.scan(text)


@dataclass(frozen=True, slots=True)
class _Voter:
    """What a voter does, checking at each step that the booth shows what it must."""

    booth: Booth
    scan: _Scan
    paper: PrinterStandIn
    box: Path

    def vote(self, token: str, choice: int) -> None:
        self.scan(token)
        self._expect(Choosing)
        self._print(choice)
        self.booth.slip_right()
        self._expect(Done)
        self._fold()
        self.booth.finish()
        self._expect(Idle)

    def vote_after_wrong_slip(self, token: str, choice: int) -> None:
        """Say once that the slip is wrong; the void slip goes into the box too, where it counts for nobody."""
        self.scan(token)
        self._print(choice)
        self.booth.slip_wrong()
        self._fold()
        self.booth.again()
        self._print(choice)
        self.booth.slip_right()
        self._expect(Done)
        self._fold()
        self.booth.finish()

    def try_again(self, token: str) -> None:
        """Show a spent token once more."""
        self.scan(token)
        self._expect(Refused)
        self.booth.finish()

    def _print(self, choice: int) -> None:
        self.booth.choose(choice)
        self.booth.confirm()
        self.booth.print_slip()
        self._expect(Reading)

    def _fold(self) -> None:
        """Put the paper into the box; all papers there get the same date."""
        slip = self.paper.last_paper
        if slip is None:
            raise DemoBroken("Printer tiruan tidak mengeluarkan struk.")
        folded = self.box / slip.name
        slip.replace(folded)
        os.utime(folded, (0, 0))

    def _expect(self, state: type) -> None:
        if not isinstance(self.booth.state, state):
            raise DemoBroken(f"Bilik menampilkan {type(self.booth.state).__name__}, bukan {state.__name__}.")


def _vote_all(day: PollingDay, voter: _Voter, voted: Callable[[], None]) -> None:
    for turn, (token, choice) in enumerate(day.votes):
        if turn and turn % SLIPS_PER_ROLL == 0:
            voter.paper.new_roll()
        if turn < day.wrong_slips:
            voter.vote_after_wrong_slip(token, choice)
        else:
            voter.vote(token, choice)
        if turn < day.reused:
            voter.try_again(token)
        voted()
