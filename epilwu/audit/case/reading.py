"""Two blind readers and, where they differ, a third: whose turn it is, and what a paper finally says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import PaperRead

AHEAD = 10
"""Papers that one reader may be ahead of the other, so that what lies open on the table stays a small pile."""
THIRD = 3


@dataclass(slots=True)
class Readings:
    """All entries by (draw, seat); later corrections stand in place of what they correct."""

    papers: int = 0
    entries: dict[tuple[int, int], PaperRead] = field(default_factory=dict)

    def read_by(self, seat: int) -> int:
        """How many papers seat 1 or 2 has read; they read in the order drawn, without a gap."""
        low, high = 0, self.papers
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if (middle, seat) in self.entries else (low, middle - 1)
        return low

    @property
    def both(self) -> int:
        """Papers that both readers have read."""
        return min(self.read_by(1), self.read_by(2))

    def final(self, draw: int) -> PaperRead | None:
        """What counts for a paper: both alike, or the third's; None while it is not settled."""
        first, second = self.entries.get((draw, 1)), self.entries.get((draw, 2))
        if first is None or second is None:
            return None
        return first if first.text == second.text else self.entries.get((draw, THIRD))

    def disputed(self, upto: int) -> int | None:
        """The first paper up to ``upto`` that waits for a third reader."""
        return next((draw for draw in range(1, upto + 1) if self.final(draw) is None), None)

    def check(self, reading: PaperRead) -> None:
        """Raise ``CaseRefused`` for an entry that may not be made now."""
        if reading.draw > self.papers:
            raise CaseRefused("Kertas dengan nomor itu tidak ada dalam urutan.")
        if (reading.draw, reading.seat) in self.entries:
            todo = "Bila salah, buat koreksi dengan dua nama dan alasannya."
            raise CaseRefused(f"Kertas ke-{reading.draw} sudah dicatat dari kursi ini.", todo=todo)
        self._check_person(reading)
        if reading.seat == THIRD:
            self._check_third(reading)
            return
        if reading.draw != self.read_by(reading.seat) + 1:
            raise CaseRefused("Kertas dibaca menurut urutan undian.", todo="Baca kertas yang diminta di layar.")
        if reading.draw > self.read_by(3 - reading.seat) + AHEAD:
            raise CaseRefused("Pembaca yang lain tertinggal jauh.", todo="Serahkan laptop kepada pembaca yang lain.")

    def _check_person(self, reading: PaperRead) -> None:
        for seat in (1, 2, THIRD):
            other = self.entries.get((reading.draw, seat))
            if other is not None and seat != reading.seat and _same_person(other.reader, reading.reader):
                todo = "Orang lain harus membacanya."
                raise CaseRefused(f"{reading.reader} sudah membaca kertas ke-{reading.draw}.", todo=todo)

    def _check_third(self, reading: PaperRead) -> None:
        first, second = self.entries.get((reading.draw, 1)), self.entries.get((reading.draw, 2))
        if first is None or second is None or first.text == second.text:
            raise CaseRefused("Kertas ini tidak memerlukan pembaca ketiga.", todo="Lanjutkan dari layar ini.")

    def put(self, reading: PaperRead) -> None:
        """Keep a checked entry."""
        self.entries[reading.draw, reading.seat] = reading


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def same_people(names: tuple[str, ...]) -> bool:
    """Whether a list of names holds one person twice, whatever the capitals."""
    return len({" ".join(name.casefold().split()) for name in names}) != len(names)


def seats_of(entries: Mapping[tuple[int, int], PaperRead], draw: int) -> tuple[PaperRead | None, ...]:
    """The entries of seats 1, 2 and 3 for one paper."""
    return tuple(entries.get((draw, seat)) for seat in (1, 2, THIRD))
