"""Reconcile paper with the count: exact, every difference named with its sign; it decides nothing by itself.

Pure. The source of each rule is the paper design ("What the audit does with it"): per candidate, counted slips =
decrypted tally; the other figures are the station's books (``election.balance``), to which the audit adds the slips
that it counted. A figure that nobody gave is *not checked*, never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from epilwu.audit.slips import SlipClass, SortedSlip, StationRegister
from epilwu.election.balance import StationBooks, Status
from epilwu.indonesian import signed_figure


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One candidate (or 0, blank): slips counted on paper beside votes in the decrypted tally, None if not verified."""

    choice: int
    slips: int
    votes: int | None

    @property
    def difference(self) -> int | None:
        """Paper minus count; None is "not checked"."""
        return None if self.votes is None else self.slips - self.votes


@dataclass(frozen=True, slots=True)
class StationReconciliation:
    """One station: papers of each class, per choice paper beside count, the books, missing slips by booth, the list."""

    station: int
    uuid: str
    classes: dict[SlipClass, int]
    choices: tuple[ChoiceRow, ...]
    books: StationBooks
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
            f"{choice_label(row.choice)}: struk {row.slips}, suara {row.votes} ({signed_figure(row.difference)})"
            for row in self.choices
            if row.difference
        ]
        rows += book_differences(self.books)
        rows += [f"{ODD_PAPERS[kind]}: {self.classes[kind]} lembar" for kind in ODD_PAPERS if self.classes[kind]]
        rows += [f"struk hilang dari bilik {booth}: {count}" for booth, count in self.missing.items() if count]
        return tuple(rows)

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What could not be compared, in Indonesian."""
        unverified = any(row.votes is None for row in self.choices)
        return (*(["hitungan TPS ini belum terbukti"] if unverified else []), *unknown_books(self.books))

    @property
    def status(self) -> Status:
        """Different on any difference; equal only if every comparison could be made."""
        if self.differences:
            return Status.DIFFERENT
        return Status.NOT_CHECKED if self.open_questions else Status.EQUAL


ODD_PAPERS = {
    SlipClass.DUPLICATE: "struk ganda",
    SlipClass.FOREIGN: "struk asing",
    SlipClass.UNREADABLE: "struk tidak terbaca",
}
"""Papers that should not be in the box. A void slip is none of them: the booth's register tells of it, it counts 0."""


def book_differences(books: StationBooks) -> list[str]:
    """A sentence for each of the books' comparisons that differs."""
    return [
        f"{d.label}: {d.left} dan {d.right} ({signed_figure(d.value or 0)})"
        for d in books.differences
        if d.status is Status.DIFFERENT
    ]


def unknown_books(books: StationBooks) -> list[str]:
    """The books' comparisons that could not be made."""
    return [d.label for d in books.differences if d.status is Status.NOT_CHECKED]


def choice_label(choice: int) -> str:
    """How a choice is called in reports: ``kosong`` or ``calon 3``."""
    return "kosong" if choice == 0 else f"calon {choice}"


def reconcile_station(
    register: StationRegister, votes: tuple[int, ...] | None, books: StationBooks, slips: Iterable[SortedSlip]
) -> StationReconciliation:
    """Compare one box's sorted papers with the station's register, its decrypted ``votes`` and its ``books``.

    ``votes`` has one entry per answer: blank first where the register says that blank is allowed, then candidates 1 to
    n; it is None where the count was not verified, and the papers are then counted alone. ``books.slips_counted`` is
    filled in here.
    """
    papers = tuple(slips)
    choices = range(0 if register.blank else 1, register.candidates + 1)
    answers = (None,) * len(choices) if votes is None else votes
    counted = Counter(slip.choice for slip in papers if slip.slip_class is SlipClass.COUNTED)
    seen = {slip.id for slip in papers if slip.slip_class is SlipClass.COUNTED}
    return StationReconciliation(
        station=register.station,
        uuid=register.uuid,
        classes={kind: sum(slip.slip_class is kind for slip in papers) for kind in SlipClass},
        choices=tuple(
            ChoiceRow(choice, counted[choice], count) for choice, count in zip(choices, answers, strict=True)
        ),
        books=replace(books, slips_counted=sum(counted.values())),
        missing={booth.booth: len(booth.cast - seen) for booth in register.booths.values()},
        slips=papers,
    )
