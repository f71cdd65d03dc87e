"""The station's books: every figure that must agree with another, and every signed difference between them.

A figure that is not known is None, and whatever needs it is *not checked*; nothing is ever taken for 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum


class Status(StrEnum):
    """Of one comparison."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Difference:
    """``left`` less ``right``, None where either is not known; ``name`` for programs, ``label`` in Indonesian."""

    name: str
    label: str
    left: int | None
    right: int | None

    @property
    def value(self) -> int | None:
        """The signed difference; None is "not checked"."""
        return None if self.left is None or self.right is None else self.left - self.right

    @property
    def status(self) -> Status:
        """Whether the two agree."""
        if self.value is None:
            return Status.NOT_CHECKED
        return Status.EQUAL if self.value == 0 else Status.DIFFERENT


@dataclass(frozen=True, slots=True, kw_only=True)
class StationBooks:
    """One station's figures, each None where nobody counted it.

    From the desk: roll, attendance, tokens received, handed out, spoiled, unused. From the booths: tokens spent,
    ballots, slips cast and void. From the audit: slips counted in the box.
    """

    roll: int | None = None
    attendance: int | None = None
    tokens_received: int | None = None
    tokens_handed: int | None = None
    tokens_spoiled: int | None = None
    tokens_unused: int | None = None
    tokens_spent: int | None = None
    ballots: int | None = None
    slips_cast: int | None = None
    slips_void: int | None = None
    slips_counted: int | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every comparison of the books, in the order of a voter's way."""
        accounted = _sum((self.tokens_handed, self.tokens_spoiled, self.tokens_unused))
        return (
            Difference(
                "tokens_received-accounted",
                "token diterima − (diserahkan + rusak + sisa)",
                self.tokens_received,
                accounted,
            ),
            Difference(
                "attendance-tokens_handed", "daftar hadir − token diserahkan", self.attendance, self.tokens_handed
            ),
            Difference(
                "tokens_handed-tokens_spent", "token diserahkan − token terpakai", self.tokens_handed, self.tokens_spent
            ),
            Difference("tokens_spent-ballots", "token terpakai − surat suara", self.tokens_spent, self.ballots),
            Difference("ballots-slips_cast", "surat suara − struk tercatat", self.ballots, self.slips_cast),
            Difference(
                "slips_cast-slips_counted", "struk tercatat − struk di kotak", self.slips_cast, self.slips_counted
            ),
        )

    @property
    def status(self) -> Status:
        """Different where any comparison is; otherwise not checked where any was not; otherwise equal."""
        found = {difference.status for difference in self.differences}
        for status in (Status.DIFFERENT, Status.NOT_CHECKED):
            if status in found:
                return status
        return Status.EQUAL

    @property
    def turnout_permyriad(self) -> int | None:
        """Attendance in hundredths of a percent of the roll, cut off; None where either is unknown or the roll is 0."""
        if self.roll is None or self.attendance is None or self.roll == 0:
            return None
        return self.attendance * 10_000 // self.roll


def total(books: Iterable[StationBooks]) -> StationBooks:
    """The village's books: each figure the sum of the stations', None where any station's is None."""
    listed = tuple(books)
    return StationBooks(**{f.name: _sum(getattr(book, f.name) for book in listed) for f in fields(StationBooks)})


def _sum(figures: Iterable[int | None]) -> int | None:
    whole = 0
    for figure in figures:
        if figure is None:
            return None
        whole += figure
    return whole
