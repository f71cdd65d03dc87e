"""The device test before the opening: each device is tried, and what was not tried is never shown as passed.

Screen, sound, paper and clock are judged by people; media, scanner and battery by the machine. Whatever a voter cannot
do without must have passed; the rest may be missing, if officers say so knowingly.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from epilwu.booth import files
from epilwu.booth.devices.errors import DeviceError, PrinterFault
from epilwu.booth.devices.scanner import Scanner
from epilwu.booth.opening import Hall
from epilwu.booth.setup import BoothSetup
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import trial_paper

MARKS = 5
"""Marks to touch: the four corners and the middle."""
SCAN_SECONDS = 8.0
POWER = Path("/sys/class/power_supply")
_TRIAL = "uji-media.tmp"


class State(StrEnum):
    """What a test found. ABSENT: the machine has no such device."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Check:
    """One device. ``must``: without it no voter can be served, so that the opening waits for it."""

    name: str
    title: str
    must: bool
    state: State = State.NOT_CHECKED
    detail: str = ""

    @property
    def stops(self) -> bool:
        """Whether the opening may not go on."""
        return self.must and self.state is not State.PASSED


_ALL = (
    Check("screen", "Layar dan sentuhan", must=True),
    Check("sound", "Suara", must=False),
    Check("printer", "Printer", must=True),
    Check("scanner", "Pemindai", must=False),
    Check("first", "Media pertama", must=True),
    Check("second", "Media kedua", must=True),
    Check("clock", "Jam dan tanggal", must=True),
    Check("battery", "Baterai", must=False),
)


@dataclass(slots=True)
class DeviceTest:
    """One morning's tests, in memory. ``scanner`` None: cards come another way. ``power``: where batteries show."""

    setup: BoothSetup
    hall: Hall
    scanner: Scanner | None
    power: Path = POWER
    touched: set[int] = field(default_factory=set)
    _found: dict[str, Check] = field(default_factory=lambda: {check.name: check for check in _ALL})

    def rows(self) -> tuple[Check, ...]:
        """All tests in their order, as they stand."""
        return tuple(self._found.values())

    def stops(self) -> tuple[str, ...]:
        """The titles of what must pass and has not."""
        return tuple(check.title for check in self.rows() if check.stops)

    def open_points(self) -> tuple[str, ...]:
        """The titles of what may be missing and has not passed: officers go on without these."""
        return tuple(c.title for c in self.rows() if not c.must and c.state in (State.FAILED, State.NOT_CHECKED))

    def alone(self) -> None:
        """Try what needs nobody: both media, the printer's answer, the battery."""
        self.medium("first", self.hall.folder)
        self.medium("second", self.hall.second)
        self.battery()

    def touch(self, mark: int) -> None:
        """A mark was touched; all of them together pass the screen."""
        if 0 <= mark < MARKS:
            self.touched.add(mark)
        if len(self.touched) == MARKS:
            self._note("screen", State.PASSED, "semua tanda tersentuh")

    def judge(self, name: str, *, good: bool) -> None:
        """What people say of the screen, the sound, the test paper or the clock."""
        if name not in ("screen", "sound", "printer", "clock"):
            return
        if name == "clock" and good and not self.right_day:
            self._note("clock", State.FAILED, f"hari pemungutan {self.setup.definition.date}, jam perangkat lain hari")
        else:
            stand_in = name == "printer" and self.hall.printer.stands_in
            detail = "menurut petugas; printer TIRUAN, bukan alat sungguhan" if stand_in else "menurut petugas"
            self._note(name, State.PASSED if good else State.FAILED, detail)

    @property
    def now(self) -> datetime:
        """What the machine's clock says."""
        return self.hall.clock()

    @property
    def right_day(self) -> bool:
        """Whether the clock is on the day of the election."""
        return self.now.date() == self.setup.definition.day

    def print_slip(self) -> bool:
        """Print a test paper, to be judged by people; True where the printer says that it is out."""
        settings = self.hall.settings
        data = render(trial_paper(self.setup.place, "Percobaan sebelum buka"), settings.paper, settings.paper_end)
        try:
            self.hall.printer.print(data)
        except PrinterFault as fault:
            self._note("printer", State.FAILED, f"{fault.what} {fault.todo}".strip())
            return False
        self._note("printer", State.NOT_CHECKED, "tercetak; lihat kertasnya")
        return True

    def scan(self, timeout: float = SCAN_SECONDS) -> None:
        """Wait for any code before the scanner. What it says is looked at by nobody and kept nowhere."""
        if self.scanner is None:
            self._note("scanner", State.ABSENT, "tidak dipasang; kartu diketik")
            return
        try:
            self.scanner.discard()
            text = self.scanner.read(timeout)
        except DeviceError as error:
            self._note("scanner", State.FAILED, f"{error.what} {error.todo}".strip())
            return
        self.scanned(text or "")

    def scanned(self, text: str) -> None:
        """A code was read, or nothing was ("")."""
        if text:
            self._note("scanner", State.PASSED, f"terbaca, {len(text)} huruf")
        else:
            self._note("scanner", State.FAILED, "tidak ada kode yang terbaca")

    def medium(self, name: str, folder: Path) -> None:
        """Write, read back and take away a small file."""
        path, data = folder / _TRIAL, secrets.token_bytes(4096)
        try:
            files.write_whole(path, data)
            path.unlink()
            files.sync_folder(folder)
        except OSError as error:
            self._note(name, State.FAILED, f"tidak dapat ditulis atau dibaca ({error.strerror or 'kesalahan media'})")
        else:
            self._note(name, State.PASSED, "tertulis dan terbaca kembali")

    def battery(self) -> None:
        """How full it is, where there is one."""
        charges = [_charge(folder) for folder in sorted(self.power.glob("*")) if _read(folder / "type") == "Battery"]
        known = [charge for charge in charges if charge is not None]
        if not charges:
            self._note("battery", State.ABSENT, "perangkat ini tanpa baterai")
        elif not known:
            self._note("battery", State.FAILED, "isinya tidak dapat dibaca")
        else:
            full = min(known)
            self._note("battery", State.PASSED if full >= 50 else State.FAILED, f"terisi {full} %")

    def _note(self, name: str, state: State, detail: str) -> None:
        self._found[name] = replace(self._found[name], state=state, detail=detail)


def _charge(folder: Path) -> int | None:
    text = _read(folder / "capacity")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()[:32]
    except (OSError, ValueError):
        return ""
