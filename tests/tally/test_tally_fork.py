"""A booth that went on twice: the spare that took it over, and the dead machine that was woken all the same.

Both sign with the booth's key, both reports are whole in themselves. Only the count sees that there are two.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.devices.printer import Printed
from epilwu.booth.opening import Hall, start_booth
from epilwu.booth.setup import BoothSetup, from_package
from epilwu.booth.takeover import take_over_and_start
from epilwu.media import booth_package, station_report
from epilwu.media.booth_package import open_booth_keys
from epilwu.tally.errors import ReportConflict
from epilwu.tally.intake import Intake
from epilwu.tally.prepare import Prepared
from epilwu.trust.certificates import WESTERN_TIME

PLACE = (1, 1)
MOMENT = datetime(2023, 10, 22, 13, 30, tzinfo=WESTERN_TIME)


@dataclass
class Papers:
    """A printer that is a list of papers."""

    papers: list[bytes] = field(default_factory=list)

    def prepare(self) -> PrinterState:
        return PrinterState.READY

    def status(self) -> PrinterState:
        return PrinterState.READY

    def print(self, data: bytes) -> Printed:
        self.papers.append(data)
        return Printed.CONFIRMED

    @property
    def stands_in(self) -> bool:
        return False

    def void_scrap(self) -> None:
        return None

    def close(self) -> None:
        return None


def _machine(base: Path, device: str, *, new_second: bool = False) -> Hall:
    for name in ("satu", "dua", "stik"):
        (base / name).mkdir(parents=True, exist_ok=True)
    return Hall(
        folder=base / "satu", second=base / "dua", printer=Papers(), clock=lambda: MOMENT, same_device=True,
        device=device, new_second=new_second,
    )  # fmt: skip


def _setup(prepared: Prepared) -> BoothSetup:
    sealed = prepared.booths[PLACE]
    package = booth_package.read(sealed.package, prepared.setup.root, MOMENT)
    return from_package(package, open_booth_keys(package, {1: sealed.pins[1], 2: sealed.pins[2]}))


def _vote(booth: Booth, prepared: Prepared, card: int) -> None:
    booth.scan(prepared.tokens[PLACE].main[card].text)
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    booth.finish()


def _report(booth: Booth, hall: Hall) -> bytes:
    path = close_booth(booth, hall, hall.folder.parent / "stik")
    booth.ledger.store.close()
    return path.read_bytes()


@pytest.fixture
def fork(prepared: Prepared, tmp_path: Path) -> tuple[bytes, bytes]:
    """The spare's report, and that of the dead machine, woken with a blank second medium against all advice."""
    setup = _setup(prepared)
    old = _machine(tmp_path / "lama", "UJI-A")
    booth = start_booth(setup, old)
    _vote(booth, prepared, 0)
    booth.ledger.store.close()
    spare = _machine(tmp_path / "cadangan", "UJI-B")
    shutil.rmtree(spare.second)
    old.second.rename(spare.second)
    going_on = take_over_and_start(setup, spare)
    going_on.resume()
    _vote(going_on, prepared, 1)
    woken = start_booth(setup, _machine(tmp_path / "lama", "UJI-A", new_second=True))
    woken.resume()
    _vote(woken, prepared, 1)  # the same card votes at both machines: neither can know of the other
    return _report(going_on, spare), _report(woken, old)


@pytest.mark.parametrize("first", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_two_reports_of_one_booth_are_an_alarm_whichever_comes_first(
    intake: Intake, prepared: Prepared, fork: tuple[bytes, bytes], first: int
) -> None:
    read = [station_report.read(data, prepared.setup.root, MOMENT) for data in fork]
    assert [each.report.takeovers for each in read] == [1, 0]
    intake.receive_report(fork[first], name="pertama.epr", at=MOMENT)
    with pytest.raises(ReportConflict, match=r"kedua\.epr"):
        intake.receive_report(fork[1 - first], name="kedua.epr", at=MOMENT)
