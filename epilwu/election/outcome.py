"""From counts to standing, margin and what the rules would give. Integers only.

Valid votes are the candidates' votes; blank votes are no valid votes (``valid`` is what a dispute's threshold is taken
of). A tie is never decided here: each tie rule of the pack gets a ``TieFact`` that says what it would give, from which
facts; the signed record decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.election.errors import CountsRefused
from epilwu.election.rules import RulePack, TieKind, TieRule


@dataclass(frozen=True, slots=True)
class Counts:
    """Votes by candidate in the order of ballot numbers, and blank votes."""

    candidates: tuple[int, ...]
    blank: int = 0

    @property
    def valid(self) -> int:
        """The candidates' votes together."""
        return sum(self.candidates)

    @property
    def ballots(self) -> int:
        """All ballots: valid and blank."""
        return self.valid + self.blank

    def plus(self, other: Counts) -> Counts:
        """The sum of two counts; raise ``CountsRefused`` where they have different numbers of candidates."""
        if len(self.candidates) != len(other.candidates):
            raise CountsRefused("Jumlah calon antar-TPS berbeda.", todo="Periksa hasil tiap TPS.")
        pairs = zip(self.candidates, other.candidates, strict=True)
        return Counts(tuple(a + b for a, b in pairs), self.blank + other.blank)


@dataclass(frozen=True, slots=True)
class StationCounts:
    """A station's counts, and how many voters its roll has (None where that is not known)."""

    number: int
    counts: Counts
    voters: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate's place: equal votes share a rank. ``share`` is in tenths of a percent of the valid votes."""

    rank: int
    ballot_number: int
    votes: int
    share: int


@dataclass(frozen=True, slots=True)
class TieFact:
    """What one tie rule would give: ``favours`` a ballot number or None where it does not decide from counts.

    ``station`` and ``figures`` (ballot number, votes or stations won) are the facts; ``explanation`` says them.
    """

    rule: TieRule
    favours: int | None
    station: int | None
    figures: tuple[tuple[int, int], ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """What follows from counts alone, whatever the rules.

    ``winner`` is a ballot number, None in a tie; ``tied`` the ballot numbers that share the first place (empty without
    a tie). ``margin`` is in votes between the first and the second; ``margin_permyriad`` the margin in hundredths of a
    percent of the valid votes, cut off and not rounded, so that what is below a threshold never shows as the threshold.
    """

    counts: Counts
    standings: tuple[Standing, ...]
    winner: int | None
    tied: tuple[int, ...]
    margin: int
    margin_permyriad: int


@dataclass(frozen=True, slots=True)
class Outcome(Ranking):
    """A count's result under a rule pack: whether it may be disputed, and in a tie what each rule would give."""

    disputed: bool
    tie_facts: tuple[TieFact, ...]


def total(stations: Sequence[StationCounts]) -> Counts:
    """The village's counts; raise ``CountsRefused`` for none or for unequal numbers of candidates."""
    if not stations:
        raise CountsRefused("Belum ada hasil TPS.", todo="Tunggu hasil TPS yang pertama.")
    counts = Counts((0,) * len(stations[0].counts.candidates))
    for station in stations:
        counts = counts.plus(station.counts)
    return counts


def shares(votes: Sequence[int]) -> tuple[int, ...]:
    """Shares in tenths of a percent that add to exactly 1000 (largest remainder), or all 0 where there are no votes.

    Of equal remainders the larger vote, then the lower ballot number, gets the tenth.
    """
    whole = sum(votes)
    if whole == 0:
        return (0,) * len(votes)
    tenths = [vote * 1000 // whole for vote in votes]
    order = sorted(range(len(votes)), key=lambda i: (-(votes[i] * 1000 % whole), -votes[i], i))
    for index in order[: 1000 - sum(tenths)]:
        tenths[index] += 1
    return tuple(tenths)


def ranking(counts: Counts) -> Ranking:
    """Standing and margin of ``counts``; raise ``CountsRefused`` for negative counts or no candidate.

    With a single candidate the margin is that candidate's votes: what else is due then could not be confirmed.
    """
    votes = counts.candidates
    if not votes or min(*votes, counts.blank) < 0:
        raise CountsRefused("Hasil tanpa calon atau berisi angka negatif.", todo="Periksa hasil tiap TPS.")
    percent = shares(votes)
    ranked = sorted(range(len(votes)), key=lambda i: (-votes[i], i))
    standings = tuple(Standing(1 + sum(v > votes[i] for v in votes), i + 1, votes[i], percent[i]) for i in ranked)
    first = tuple(s.ballot_number for s in standings if s.rank == 1)
    margin = standings[0].votes - (standings[1].votes if len(standings) > 1 else 0)
    return Ranking(
        counts=counts,
        standings=standings,
        winner=first[0] if len(first) == 1 else None,
        tied=first if len(first) > 1 else (),
        margin=margin,
        margin_permyriad=margin * 10_000 // counts.valid if counts.valid else 0,
    )


def outcome(stations: Sequence[StationCounts], rules: RulePack) -> Outcome:
    """The outcome of a village from its stations' counts under ``rules``.

    Raises ``CountsRefused`` for no stations, a station twice, negative or unequal counts, or no candidate.
    """
    numbers = [station.number for station in stations]
    parts = [ranking(station.counts) for station in stations]
    if len(set(numbers)) != len(parts) or any((station.voters or 0) < 0 for station in stations):
        raise CountsRefused("Hasil TPS berulang atau jumlah pemilihnya negatif.", todo="Periksa hasil tiap TPS.")
    ranked = ranking(total(stations))
    return Outcome(
        ranked.counts,
        ranked.standings,
        ranked.winner,
        ranked.tied,
        ranked.margin,
        ranked.margin_permyriad,
        disputed=rules.dispute.applies(ranked.margin, ranked.counts.valid),
        tie_facts=tuple(_tie_fact(rule, ranked.tied, stations) for rule in rules.ties) if ranked.tied else (),
    )


def _tie_fact(rule: TieRule, tied: tuple[int, ...], stations: Sequence[StationCounts]) -> TieFact:
    match rule.kind:
        case TieKind.LARGEST_STATION:
            return _largest_station(rule, tied, stations)
        case TieKind.STATIONS_WON:
            return _stations_won(rule, tied, stations)
        case TieKind.REVOTE:
            return TieFact(rule, None, None, (), "Pemungutan suara diulang; tidak ada yang dapat dihitung di sini.")
        case TieKind.EDUCATION:
            return TieFact(rule, None, None, (), "Ditentukan dari pendidikan calon, yang tidak dicatat di sini.")


def _largest_station(rule: TieRule, tied: tuple[int, ...], stations: Sequence[StationCounts]) -> TieFact:
    if len(stations) < 2:
        return TieFact(rule, None, None, (), "Hanya ada satu TPS, aturan ini untuk beberapa TPS.")
    voters = {station.number: station.voters for station in stations}
    if any(count is None for count in voters.values()):
        return TieFact(rule, None, None, (), "Jumlah pemilih tiap TPS tidak diketahui semuanya.")
    most = max(count for count in voters.values() if count is not None)
    largest = [station for station in stations if station.voters == most]
    if len(largest) > 1:
        names = ", ".join(f"TPS {station.number}" for station in largest)
        return TieFact(rule, None, None, (), f"Pemilih terbanyak ({most}) ada di lebih dari satu TPS: {names}.")
    station = largest[0]
    figures = tuple((number, station.counts.candidates[number - 1]) for number in tied)
    said = ", ".join(f"nomor {number} mendapat {votes} suara" for number, votes in figures)
    explanation = f"TPS {station.number} punya pemilih terbanyak ({most}); di sana {said}."
    return TieFact(rule, _leader(figures), station.number, figures, explanation)


def _stations_won(rule: TieRule, tied: tuple[int, ...], stations: Sequence[StationCounts]) -> TieFact:
    """A station is won by the one candidate, of all, who has the most votes there."""
    won = dict.fromkeys(tied, 0)
    for station in stations:
        best = max(station.counts.candidates)
        leaders = [i + 1 for i, votes in enumerate(station.counts.candidates) if votes == best]
        if len(leaders) == 1 and leaders[0] in won:
            won[leaders[0]] += 1
    figures = tuple(won.items())
    said = ", ".join(f"nomor {number} unggul di {count} TPS" for number, count in figures)
    return TieFact(rule, _leader(figures), None, figures, f"Dari {len(stations)} TPS, {said}.")


def _leader(figures: tuple[tuple[int, int], ...]) -> int | None:
    best = max(value for _, value in figures)
    leaders = [number for number, value in figures if value == best]
    return leaders[0] if len(leaders) == 1 else None
