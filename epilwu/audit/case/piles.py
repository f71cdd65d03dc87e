"""The full count by eye: piles of at most fifty, each counted by two people until they agree. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import PILE, PileCounted
from epilwu.audit.case.reading import same_people
from epilwu.election.outcome import Counts

Key = tuple[int, int]
_TODO = "Hitung tumpukan itu lagi."


@dataclass(slots=True)
class Piles:
    """Every counter's entry by station, pile, turn and seat."""

    entries: dict[tuple[int, int, int, int], PileCounted] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Every (station, pile) that somebody counted, in order."""
        return tuple(sorted({(station, pile) for station, pile, _, _ in self.entries}))

    def turn(self, key: Key) -> int:
        """The turn a pile is in: after two counters differed, both count again."""
        turn = 1
        while (pair := self.pair(key, turn)) is not None and pair[0].figures != pair[1].figures:
            turn += 1
        return turn

    def entry(self, key: Key, turn: int, seat: int) -> PileCounted | None:
        """One counter's entry."""
        return self.entries.get((*key, turn, seat))

    def pair(self, key: Key, turn: int) -> tuple[PileCounted, PileCounted] | None:
        """Both counters' entries of a turn; None while one is missing."""
        first, second = self.entry(key, turn, 1), self.entry(key, turn, 2)
        return None if first is None or second is None else (first, second)

    def settled(self, key: Key) -> PileCounted | None:
        """The figures on which both agree; None while they do not."""
        pair = self.pair(key, self.turn(key))
        return None if pair is None else pair[0]

    @property
    def open(self) -> tuple[Key, ...]:
        """Piles that are not settled."""
        return tuple(key for key in self.keys if self.settled(key) is None)

    def totals(self, candidates: int, station: int | None = None) -> tuple[Counts, int]:
        """The settled piles' counts and their unclear papers; of one station, or of all."""
        votes, rest = [0] * candidates, Counter[str]()
        for key in self.keys:
            pile = self.settled(key)
            if pile is None or station not in {None, key[0]}:
                continue
            votes = [a + b for a, b in zip(votes, pile.votes, strict=True)]
            rest.update(blank=pile.blank, unclear=pile.unclear)
        return Counts(tuple(votes), rest["blank"]), rest["unclear"]

    def check(self, pile: PileCounted, candidates: int, *, blank: bool) -> None:
        """Raise ``CaseRefused`` for an entry that may not be made now."""
        key = (pile.station, pile.pile)
        if len(pile.votes) != candidates or (pile.blank and not blank):
            raise CaseRefused("Isian tidak sesuai dengan surat suara.", todo=_TODO)
        if not 1 <= pile.total <= PILE:
            raise CaseRefused(f"Satu tumpukan berisi 1 sampai {PILE} struk, bukan {pile.total}.", todo=_TODO)
        if self.settled(key) is not None:
            raise CaseRefused("Tumpukan ini sudah selesai.", todo="Ambil tumpukan berikutnya.")
        if pile.turn != self.turn(key) or self.entry(key, pile.turn, pile.seat) is not None:
            raise CaseRefused("Tumpukan ini sudah dihitung dari kursi ini.", todo="Lanjutkan dari layar ini.")
        if pile.pile > 1 and (pile.station, pile.pile - 1) not in self.keys:
            raise CaseRefused(
                "Tumpukan dinomori berurutan di tiap TPS.", todo=f"Mulai dengan tumpukan {pile.pile - 1}."
            )
        other = self.entry(key, pile.turn, 3 - pile.seat)
        if other is not None and same_people((other.counter, pile.counter)):
            raise CaseRefused(f"{pile.counter} sudah menghitung tumpukan ini.", todo="Orang lain harus menghitungnya.")

    def put(self, pile: PileCounted) -> None:
        """Keep a checked entry."""
        self.entries[pile.station, pile.pile, pile.turn, pile.seat] = pile
