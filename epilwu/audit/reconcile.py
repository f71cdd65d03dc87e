"""Reconcile paper with the count: exact, every difference named with its sign; it decides nothing by itself.

Pure. The source of each rule is the paper design ("What the audit does with it"): per candidate, counted slips =
decrypted tally; the other figures are the station's books (``election.balance``), to which the audit adds the slips
that it counted. A figure that nobody gave is *not checked*, never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from epilwu.audit.slips import BoothRegister, SlipClass, SortedSlip, StationRegister, TypedFate
from epilwu.election.balance import Difference, StationBooks, Status, total
from epilwu.indonesian import signed_figure


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One candidate (or 0, blank): slips counted on paper beside votes in the decrypted tally, None if not verified.

    ``typed`` are papers whose code no program could read: two people read this choice and a code that is in the cast
    set and on no other paper. They are no counted slips, and explain a difference without taking it away.
    """

    choice: int
    slips: int
    votes: int | None
    typed: int = 0

    @property
    def difference(self) -> int | None:
        """Paper minus count; None is "not checked"."""
        return None if self.votes is None else self.slips - self.votes

    @property
    def difference_with_typed(self) -> int | None:
        """Paper, with what people read, minus count; None is "not checked"."""
        return None if self.votes is None else self.slips + self.typed - self.votes


@dataclass(frozen=True, slots=True)
class BoothRow:
    """One booth: its papers by class as far as their codes name it, papers that people read and whose code is in its
    cast set, slips of that set never seen, and its books (desk's figures are the station's, and not known here).

    What one booth's voters chose is not told: nobody counts it, and a booth may have had few voters.
    """

    booth: int
    classes: Mapping[SlipClass, int]
    typed: int
    missing: int
    books: StationBooks

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The comparisons that a booth's figures allow."""
        return tuple(d for d in self.books.differences if d.name in _BOOTH_COMPARISONS)


_BOOTH_COMPARISONS = ("tokens_spent-ballots", "ballots-slips_cast", "slips_cast-slips_counted")


@dataclass(frozen=True, slots=True)
class StationReconciliation:
    """One station: papers of each class, per choice paper beside count, the books, missing slips by booth, the list,
    the same by booth, the ids (32 bytes) of the missing slips by booth, and what leaves the scanning unfinished.
    """

    station: int
    uuid: str
    classes: dict[SlipClass, int]
    choices: tuple[ChoiceRow, ...]
    books: StationBooks
    missing: dict[int, int]
    slips: tuple[SortedSlip, ...] = field(repr=False)
    booths: tuple[BoothRow, ...] = ()
    missing_ids: Mapping[int, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    @property
    def typed_total(self) -> int:
        """Unreadable papers that two people read alike, with a code that is in a cast set and on no other paper."""
        return sum(1 for slip in self.slips if slip.typed is not None and slip.typed.fate is TypedFate.KNOWN)

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
        if self.typed_total:
            rows.append(f"struk tidak terbaca yang dibaca dua orang dan tercatat di bilik: {self.typed_total} lembar")
        rows += [f"struk hilang dari bilik {booth}: {count}" for booth, count in self.missing.items() if count]
        return tuple(rows)

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What could not be compared, in Indonesian."""
        unverified = any(row.votes is None for row in self.choices)
        unproven = ["hitungan TPS ini belum terbukti"] if unverified else []
        return (*unproven, *unknown_books(self.books), *self.notes)

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
    register: StationRegister,
    votes: tuple[int, ...] | None,
    books: StationBooks,
    slips: Iterable[SortedSlip],
    *,
    booth_books: Mapping[int, StationBooks] | None = None,
    notes: tuple[str, ...] = (),
) -> StationReconciliation:
    """Compare one box's sorted papers with the station's register, its decrypted ``votes`` and its ``books``.

    ``votes`` has one entry per answer: blank first where the register says that blank is allowed, then candidates 1 to
    n; it is None where the count was not verified, and the papers are then counted alone. ``books.slips_counted`` is
    filled in here. ``booth_books`` holds what each booth's signed report says; without it nothing of a booth's books is
    known but its register. ``notes`` say what leaves the scanning of the box unfinished. A slip is missing if no paper
    was seen with its id, read by program or by two people.
    """
    papers = tuple(slips)
    choices = range(0 if register.blank else 1, register.candidates + 1)
    answers = (None,) * len(choices) if votes is None else votes
    counted = Counter(slip.choice for slip in papers if slip.slip_class is SlipClass.COUNTED)
    known = [slip.typed for slip in papers if slip.typed is not None and slip.typed.fate is TypedFate.KNOWN]
    typed = Counter(each.choice for each in known)
    seen = {slip.id for slip in papers if slip.slip_class is SlipClass.COUNTED} | {each.id for each in known}
    missing = {booth.booth: tuple(sorted(booth.cast - seen)) for booth in register.booths.values()}
    return StationReconciliation(
        station=register.station,
        uuid=register.uuid,
        classes={kind: sum(slip.slip_class is kind for slip in papers) for kind in SlipClass},
        choices=tuple(
            ChoiceRow(choice, counted[choice], count, typed[choice])
            for choice, count in zip(choices, answers, strict=True)
        ),
        books=replace(books, slips_counted=sum(counted.values())),
        missing={booth: len(ids) for booth, ids in missing.items()},
        slips=papers,
        booths=_booth_rows(register, papers, missing, booth_books or {}),
        missing_ids=missing,
        notes=notes,
    )


def _booth_rows(
    register: StationRegister,
    papers: tuple[SortedSlip, ...],
    missing: Mapping[int, tuple[bytes, ...]],
    books: Mapping[int, StationBooks],
) -> tuple[BoothRow, ...]:
    return tuple(
        _booth_row(booth, papers, len(missing[number]), books.get(number))
        for number, booth in sorted(register.booths.items())
    )


def _booth_row(
    booth: BoothRegister, papers: tuple[SortedSlip, ...], missing: int, books: StationBooks | None
) -> BoothRow:
    classes = Counter(slip.slip_class for slip in papers if slip.booth == booth.booth)
    known = sum(
        slip.typed is not None and slip.typed.fate is TypedFate.KNOWN and slip.typed.booth == booth.booth
        for slip in papers
    )
    books = books or StationBooks(slips_cast=len(booth.cast), slips_void=len(booth.void))
    counted = replace(books, slips_counted=classes[SlipClass.COUNTED])
    return BoothRow(booth.booth, {kind: classes[kind] for kind in SlipClass}, known, missing, counted)


@dataclass(frozen=True, slots=True)
class VillageReconciliation:
    """All stations together; a figure is None ("not checked") while any station's is not known."""

    classes: dict[SlipClass, int] | None
    choices: tuple[ChoiceRow, ...] | None
    books: StationBooks
    missing: int | None
    unopened: tuple[int, ...]


def reconcile_village(
    stations: Iterable[tuple[int, StationBooks, StationReconciliation | None]],
) -> VillageReconciliation:
    """Add up the stations (number, books, reconciliation or None where the box was not opened)."""
    listed = tuple(stations)
    unopened = tuple(number for number, _, found in listed if found is None)
    books = total(found.books if found is not None else each for _, each, found in listed)
    opened = [found for _, _, found in listed if found is not None]
    if unopened or not opened:
        return VillageReconciliation(None, None, books, None, unopened)
    choices = tuple(
        ChoiceRow(
            rows[0].choice,
            sum(row.slips for row in rows),
            None if any(row.votes is None for row in rows) else sum(row.votes or 0 for row in rows),
            sum(row.typed for row in rows),
        )
        for rows in zip(*(found.choices for found in opened), strict=True)
    )
    classes = {kind: sum(found.classes[kind] for found in opened) for kind in SlipClass}
    return VillageReconciliation(classes, choices, books, sum(found.missing_total for found in opened), ())
