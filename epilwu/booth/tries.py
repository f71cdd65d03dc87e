"""Wrong PINs, counted where a restart does not forget them.

A small file on the first medium, beside the store: it must be there before the store is, because the first PINs are
typed before anything is opened. A try is written down before it is checked, so that pulling the plug wins nothing.
There is no time in it: after a restart the whole present wait begins again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from epilwu.booth import files
from epilwu.booth.errors import OfficerRefused
from epilwu.booth.rows import Step, no_step
from epilwu.disk import FileTrouble, read_bounded
from epilwu.trust.canonical import Record, dumps
from epilwu.trust.errors import TrustError
from epilwu.trust.pairfile import MOST

FILE = "pin-salah.json"
FREE_TRIES = 3
FIRST_WAIT = 30.0
LONGEST_WAIT = 3600.0
"""Seconds after the third wrong PIN of one officer in a row; doubled with each further one, up to an hour."""
_LIMIT = 1 << 10
_COUNT_LIMIT = 1_000_000
_DAMAGED = FREE_TRIES + 3
"""What a file that cannot be read counts for: four minutes' wait, rather than a booth without officers."""


class Tries:
    """How many wrong PINs each officer's number has seen in a row, kept in ``folder``, and until when it is locked.

    ``ticks`` gives seconds that never jump.
    """

    def __init__(self, folder: Path, *, ticks: Callable[[], float] = time.monotonic, step: Step = no_step) -> None:
        self._path = folder / FILE
        self._ticks = ticks
        self._step = step
        self._wrong = _read(self._path)
        self._locked_until = {number: ticks() + wait_after(wrong) for number, wrong in self._wrong.items()}

    def wait(self, officers: Iterable[int]) -> int:
        """Seconds (rounded up) until all of ``officers`` may try; 0 for now."""
        now = self._ticks()
        return max(0, *(math.ceil(self._locked_until.get(number, 0.0) - now) for number in officers))

    def begin(self, officers: tuple[int, ...]) -> None:
        """One more try of each, counted as wrong until ``right``; raise ``OfficerRefused`` while one is locked."""
        wait = self.wait(officers)
        if wait:
            raise OfficerRefused(
                f"Terlalu banyak PIN salah. Tunggu {_duration(wait)}.", todo="Lalu ketik dengan teliti."
            )
        for number in officers:
            self._wrong[number] = min(self._wrong.get(number, 0) + 1, _COUNT_LIMIT)
            self._locked_until[number] = self._ticks() + wait_after(self._wrong[number])
        if not self._keep():  # a medium that takes nothing must not make guessing cheaper
            for number in officers:
                self._locked_until[number] = self._ticks() + max(FIRST_WAIT, wait_after(self._wrong[number]))

    def right(self, officers: tuple[int, ...]) -> None:
        """The PINs of these were right: their count begins anew."""
        for number in officers:
            self._wrong[number] = 0
            self._locked_until[number] = 0.0
        self._keep()

    def _keep(self) -> bool:
        wrong = [self._wrong.get(number, 0) for number in range(1, MOST + 1)]
        try:
            files.write_whole(self._path, dumps({"version": 1, "wrong": [*wrong]}), step=self._step)
        except OSError:
            return False
        return True


def wait_after(wrong: int) -> float:
    """Seconds that an officer waits after so many wrong PINs in a row."""
    return 0.0 if wrong < FREE_TRIES else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(wrong - FREE_TRIES, 16))


def _read(path: Path) -> dict[int, int]:
    if not path.exists():
        return {}
    try:
        record = Record.parse(read_bounded(path, _LIMIT), ("version", "wrong"), limit=_LIMIT, where=str(path))
        counts = record.items("wrong", MOST, MOST, lambda value, where: Record({"n": value}, where).integer("n"))
    except (FileTrouble, TrustError):
        return dict.fromkeys(range(1, MOST + 1), _DAMAGED)
    return {number: min(count, _COUNT_LIMIT) for number, count in enumerate(counts, 1)}


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{rest} detik" if not minutes else f"{minutes} menit {rest} detik" if rest else f"{minutes} menit"
