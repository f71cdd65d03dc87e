"""Which sticks are plugged in, and what each holds, in words.

A page never names a path: it names one of the sticks that were found, by a digest of where it is.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from epilwu.errors import EpilwuError
from epilwu.trustee import ceremony
from epilwu.trustee import plan as plans
from epilwu.trustee.board import SUFFIX
from epilwu.trustee.plan import Plan

MOUNTS = Path("/proc/self/mounts")
_REMOVABLE = ("/media/", "/run/media/", "/mnt/")
MOST = 40


class Holds(StrEnum):
    """What a stick is, seen from one ceremony."""

    NOTHING = "nothing"  # no key: free for a holder
    KEY = "key"  # a holder of this ceremony
    OLD_KEY = "old-key"  # a holder of this ceremony before it was held anew: will be wiped
    FOREIGN_KEY = "foreign-key"  # a holder of another ceremony
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Stick:
    """One stick. ``seat`` is the holder's number where it holds a key of this ceremony; ``boards`` counts boards."""

    path: Path
    holds: Holds
    seat: int | None
    boards: int
    owner: str

    @property
    def id(self) -> str:
        """A name for forms that is no path."""
        return id_of(self.path)

    @property
    def words(self) -> str:
        """What it holds, for the people at the table."""
        match self.holds:
            case Holds.KEY:
                return f"milik {self.owner}"
            case Holds.OLD_KEY:
                return "dari upacara yang dibatalkan; isinya akan dihapus"
            case Holds.FOREIGN_KEY:
                return "berisi kunci upacara lain"
            case Holds.UNREADABLE:
                return "tidak dapat dibaca"
            case _:
                return f"berisi {self.boards} papan suara" if self.boards else "belum berisi kunci"


def id_of(path: Path) -> str:
    """A short digest of a path (16 hex digits)."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def plugged(base: Path | None, plan: Plan | None, *, mounts: Path = MOUNTS) -> tuple[Stick, ...]:
    """The sticks in ``base`` (its inner folders; links are not followed), or, where ``base`` is None, the removable
    media that the system has mounted; in the order of their names, at most ``MOST``."""
    return tuple(_describe(path, plan) for path in sorted(_folders(base, mounts))[:MOST])


def board_folders(sticks: Iterable[Stick]) -> dict[str, Path]:
    """Folders with boards on ``sticks``, by id: the sticks themselves and their inner folders."""
    found = {}
    for stick in sticks:
        for folder in (stick.path, *_inner(stick.path)):
            if count_boards(folder):
                found[id_of(folder)] = folder
    return found


def count_boards(folder: Path) -> int:
    """How many boards lie in ``folder`` itself; 0 where it cannot be read."""
    try:
        return sum(1 for entry in folder.iterdir() if entry.name.endswith(SUFFIX) and entry.is_file())
    except OSError:
        return 0


def _folders(base: Path | None, mounts: Path) -> list[Path]:
    if base is not None:
        return _inner(base)
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []
    points = (line.split(" ")[1].replace("\\040", " ") for line in lines if line.count(" ") >= 2)
    return [Path(point) for point in points if point.startswith(_REMOVABLE)]


def _inner(folder: Path) -> list[Path]:
    try:
        entries = list(folder.iterdir())
        return [e for e in entries if e.is_dir() and not e.is_symlink() and not e.name.startswith(".")]
    except OSError:
        return []


def _describe(path: Path, plan: Plan | None) -> Stick:
    boards = count_boards(path) + sum(count_boards(inner) for inner in _inner(path))
    try:
        seat, kept = ceremony.stick_index(path), ceremony.stick_plan(path)
        if seat is None and kept is None:
            return Stick(path, Holds.NOTHING, None, boards, "")
        if plan is None or kept is None:
            return Stick(path, Holds.KEY if plan is None else Holds.FOREIGN_KEY, seat, boards, f"pemegang kunci {seat}")
        if kept == plans.serialise(plan):
            owner = "" if seat is None else plan.seat(seat).title
            return Stick(path, Holds.NOTHING if seat is None else Holds.KEY, seat, boards, owner)
        other = plans.parse(kept)
        old = other.series == plan.series and other.number < plan.number
        return Stick(path, Holds.OLD_KEY if old else Holds.FOREIGN_KEY, None, boards, "")
    except EpilwuError:
        return Stick(path, Holds.UNREADABLE, None, boards, "")
