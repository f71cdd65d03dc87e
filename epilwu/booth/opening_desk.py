"""The morning at the kiosk, step by step: two PINs, the package, the device test, the zero report; and a takeover.

Nothing here is remembered over a power cut but what the booth itself stores: the steps begin again with two PINs. The
first officer's PIN is held in memory until the second one's is typed, two minutes at most.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from epilwu.booth import opening, takeover
from epilwu.booth.booth import Booth
from epilwu.booth.checks import DeviceTest
from epilwu.booth.devices.scanner import Scanner
from epilwu.booth.errors import BoothClosed, NotNow, SecondMediumGone
from epilwu.booth.officers import unlock
from epilwu.booth.opening import Hall, Opening
from epilwu.booth.second import SecondMedium
from epilwu.booth.setup import BoothSetup
from epilwu.booth.store import Store
from epilwu.booth.takeover import Found
from epilwu.booth.tries import Tries
from epilwu.errors import EpilwuError
from epilwu.media.booth_package import BoothPackage
from epilwu.trust.pin import read_pin

HELD_SECONDS = 120.0


class Step(StrEnum):
    """Where the morning stands."""

    PINS = "pins"
    PACKAGE = "package"
    TAKEOVER = "takeover"
    NEW_SECOND = "new-second"
    TEST = "test"
    ZERO = "zero"
    CLOSED = "closed"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the package and the root come from; they are read anew at each try."""

    package_file: Path
    root_file: Path


class OpeningDesk:
    """One morning. Every act raises an ``EpilwuError`` for what it refuses, and changes nothing then.

    ``opened`` is called once, with the booth that takes voters from then on.
    """

    def __init__(
        self, sources: Sources, hall: Hall, scanner: Scanner | None, tries: Tries, opened: Callable[[Booth], None]
    ) -> None:
        self._sources = sources
        self.hall = hall
        self._scanner = scanner
        self._tries = tries
        self._opened = opened
        self.lock = threading.RLock()
        self.step = Step.PINS
        self.setup: BoothSetup | None = None
        self.test: DeviceTest | None = None
        self.opening: Opening | None = None
        self.printed = False
        self.found: Found | None = None
        self._package: BoothPackage | None = None
        self._first: tuple[int, str, float] | None = None

    def package(self) -> BoothPackage:
        """The booth's package, read and checked once; raises what ``opening.read_package`` raises."""
        if self._package is None:
            at = self.hall.clock()
            self._package = opening.read_package(self._sources.package_file, self._sources.root_file, at=at)
        return self._package

    @property
    def first(self) -> int | None:
        """The officer who has typed a PIN already, for as long as it is held."""
        if self._first is not None and self.hall.ticks() - self._first[2] > HELD_SECONDS:
            self._first = None
        return None if self._first is None else self._first[0]

    def forget(self) -> None:
        """Back to the first PIN; the keys go out of memory."""
        self._first = self.setup = self.test = self.found = None
        self._drop_opening()
        self.step = Step.PINS

    def type_pin(self, officer: int, pin: str) -> None:
        """The first or the second officer's PIN; the second one unlocks the booth and says what comes next."""
        self._at(Step.PINS)
        if self.first is None:
            self._first = (officer, read_pin(pin), self.hall.ticks())
            return
        assert self._first is not None
        typed = {self._first[0]: self._first[1], officer: read_pin(pin)}
        self._first = None
        setup = unlock(self.package(), typed, self._tries, where=str(self._sources.package_file))
        self.setup = setup
        try:
            self.step = self._next(setup)
        except EpilwuError:
            self.forget()
            raise
        if self.step is Step.RUNNING:
            self._go_on(setup)

    def take_over(self) -> None:
        """This machine goes on with what was found on the second medium."""
        self._at(Step.TAKEOVER)
        setup = self._unlocked()
        takeover.take_over(setup, self.hall, takeover.examine(setup, self.hall))
        self._go_on(setup)

    def accept_second(self) -> None:
        """The empty second medium takes the place of one that broke; two officers have just typed their PINs."""
        self._at(Step.NEW_SECOND)
        self._go_on(self._unlocked(), replace(self.hall, new_second=True))

    def accept_package(self) -> None:
        """People have compared the package's fingerprint: on to the device test."""
        self._at(Step.PACKAGE)
        self.test = DeviceTest(self._unlocked(), self.hall, self._scanner)
        self.test.alone()
        self.step = Step.TEST

    def accept_test(self) -> None:
        """On to the zero report, where all that must pass has passed; counts the rows and prints."""
        self._at(Step.TEST)
        assert self.test is not None
        if self.test.stops():
            raise NotNow(f"Belum lulus: {', '.join(self.test.stops())}.", todo="Perbaiki, lalu uji lagi.")
        begun = opening.begin(self._unlocked(), self.hall, only_opening=True)
        assert isinstance(begun, Opening)
        self.opening, self.printed, self.step = begun, False, Step.ZERO
        self.print_zero()

    def print_zero(self) -> None:
        """Print the zero report, again if need be."""
        self._at(Step.ZERO)
        assert self.opening is not None
        self.opening.print()
        self.printed = True

    def confirm_zero(self) -> None:
        """The paper is printed and signed: the booth is open."""
        self._at(Step.ZERO)
        assert self.opening is not None
        if not self.printed:
            raise NotNow("Laporan nol belum tercetak.", todo="Cetak lebih dahulu.")
        booth = self.opening.confirm()
        self.opening = None
        self._run(booth)

    def _next(self, setup: BoothSetup) -> Step:
        """What the media of this machine call for."""
        opening.check_folders(self.hall)
        if Store.exists(self.hall.folder):
            store = Store.open(self.hall.folder, setup.identity, step=self.hall.hook)
            try:
                return Step.CLOSED if store.closed else Step.RUNNING if store.counts().journal else Step.PACKAGE
            finally:
                store.close()
        second = SecondMedium(self.hall.second, setup.seal)
        if not second.blank() and second.frames():
            self.found = takeover.examine(setup, self.hall)
            return Step.TAKEOVER
        return Step.PACKAGE

    def _go_on(self, setup: BoothSetup, hall: Hall | None = None) -> None:
        try:
            booth = opening.begin(setup, hall or self.hall)
        except BoothClosed:
            self.step = Step.CLOSED
            return
        except SecondMediumGone:
            if not _is_empty(self.hall, setup):
                self.forget()
                raise
            self.step = Step.NEW_SECOND
            return
        except EpilwuError:
            self.forget()
            raise
        assert isinstance(booth, Booth)
        self._run(booth)

    def _run(self, booth: Booth) -> None:
        try:
            self._opened(booth)
        except BaseException:
            booth.ledger.store.close()
            self.forget()
            raise
        self.step = Step.RUNNING

    def _drop_opening(self) -> None:
        if self.opening is not None:
            self.opening.ledger.store.close()
            self.opening = None

    def _unlocked(self) -> BoothSetup:
        assert self.setup is not None
        return self.setup

    def _at(self, step: Step) -> None:
        if self.step is not step:
            raise NotNow("Layar sudah berganti.", todo="Ikuti petunjuk di layar.")


def _is_empty(hall: Hall, setup: BoothSetup) -> bool:
    """Whether a second medium is there, and empty."""
    try:
        return SecondMedium(hall.second, setup.seal).blank()
    except SecondMediumGone:
        return False
