"""Reconcile paper with the count: exact, every difference named with its sign; it decides nothing by itself.

Pure. The source of each rule is the paper design ("What the audit does with it"): per candidate, counted slips =
decrypted tally; counted = ballots on the board = tokens spent; attendance = tokens handed out. A figure that nobody
gave is *not checked*, never zero.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from epilwu.audit.slips import SlipClass, SortedSlip, StationRegister


class Status(enum.StrEnum):
    """The state of one comparison."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left`` compared with ``right``; either is None where nobody gave the figure."""

    name: str
    left: int | None
    right: int | None

    @property
    def difference(self) -> int | None:
        """``left - right``, with its sign."""
        return None if self.left is None or self.right is None else self.left - self.right

    @property
    def status(self) -> Status:
        """Passed only where both figures are there and equal."""
        if self.difference is None:
            return Status.NOT_CHECKED
        return Status.PASSED if self.difference == 0 else Status.FAILED


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One candidate (or 0, blank): slips counted on paper beside votes in the decrypted tally."""

    choice: int
    slips: int
    votes: int

    @property
    def difference(self) -> int:
        """Paper minus count."""
        return self.slips - self.votes


@dataclass(frozen=True, slots=True)
class Figures:
    """A station's other figures. ``votes`` runs from blank (index 0) to the last candidate; a contest without blank
    has 0 there. ``tokens_handed`` and ``attendance`` come from the desk's signed book, None where there is none.
    """

    votes: tuple[int, ...]
    ballots: int
    tokens_spent: int
    tokens_handed: int | None = None
    attendance: int | None = None


@dataclass(frozen=True, slots=True)
class StationReconciliation:
    """One station's outcome: how many papers of each class, per choice, each comparison, and the lists behind them."""

    station: int
    uuid: str
    classes: dict[SlipClass, int]
    choices: tuple[ChoiceRow, ...]
    comparisons: tuple[Comparison, ...]
    missing: dict[int, int]
    slips: tuple[SortedSlip, ...] = field(repr=False)

    @property
    def missing_total(self) -> int:
        """Slips in the cast sets that were never seen."""
        return sum(self.missing.values())

    @property
    def differences(self) -> tuple[str, ...]:
        """A sentence for every difference, in Indonesian; empty where paper and count agree wholly."""
        rows = [
            f"{'kosong' if row.choice == 0 else f'calon {row.choice}'}: struk {row.slips}, suara {row.votes} "
            f"({row.difference:+d})"
            for row in self.choices
            if row.difference
        ]
        rows += [
            f"{c.name}: {c.left} dan {c.right} ({c.difference:+d})"
            for c in self.comparisons
            if c.status is Status.FAILED
        ]
        rows += [
            f"{_WORDS[kind]}: {count} lembar"
            for kind, count in sorted(self.classes.items())
            if count and kind in _WORDS
        ]
        rows += [f"hilang: {count} struk bilik {booth}" for booth, count in self.missing.items() if count]
        return tuple(rows)

    @property
    def status(self) -> Status:
        """Failed on any difference; passed only if every comparison could be made."""
        if self.differences:
            return Status.FAILED
        unmade = any(c.status is Status.NOT_CHECKED for c in self.comparisons)
        return Status.NOT_CHECKED if unmade else Status.PASSED


_WORDS = {
    SlipClass.DUPLICATE: "struk ganda",
    SlipClass.FOREIGN: "struk asing",
    SlipClass.UNREADABLE: "struk tidak terbaca",
}
"""A void slip in the box is no difference: the voter was told to fold what the booth had voided, and it counts 0."""


def reconcile_station(
    register: StationRegister, figures: Figures, slips: Iterable[SortedSlip]
) -> StationReconciliation:
    """Compare one box's sorted papers with the station's register and count."""
    papers = tuple(slips)
    counted = Counter(slip.choice for slip in papers if slip.slip_class is SlipClass.COUNTED)
    seen = {slip.id for slip in papers if slip.slip_class is SlipClass.COUNTED}
    total = sum(counted.values())
    first = 0 if register.blank else 1
    return StationReconciliation(
        station=register.station,
        uuid=register.uuid,
        classes={kind: sum(slip.slip_class is kind for slip in papers) for kind in SlipClass},
        choices=tuple(
            ChoiceRow(choice, counted[choice], figures.votes[choice])
            for choice in range(first, register.candidates + 1)
        ),
        comparisons=(
            Comparison("struk dihitung dan surat suara di papan", total, figures.ballots),
            Comparison("surat suara di papan dan token terpakai", figures.ballots, figures.tokens_spent),
            Comparison("token terpakai dan token diserahkan", figures.tokens_spent, figures.tokens_handed),
            Comparison("hadir dan token diserahkan", figures.attendance, figures.tokens_handed),
        ),
        missing={booth.booth: len(booth.cast - seen) for booth in register.booths.values()},
        slips=papers,
    )
