"""What was published of real elections, and what the demonstration makes up where nothing was."""

from __future__ import annotations

import csv
import io
import secrets
from dataclasses import dataclass
from importlib import resources

from epilwu.election.region import RegionCode, VillageNames, load_regions

STATIONS = 5
BOOTHS = 2
QUICK_BALLOTS = 60
_MADE_UP_VOTES = (300, 270, 210, 140, 60)
_MADE_UP_INVALID = 20
_MADE_UP_DATE = "2027-10-17"

CANDIDATES = ("Calon Melati", "Calon Kenanga", "Calon Cempaka", "Calon Teratai", "Calon Anggrek")
"""Invented: flowers, so that nobody's name is anywhere near a result."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A village's result: votes by ballot number, invalid papers (cast here as blank votes), where it was published.

    ``source`` is None where the figures are made up.
    """

    village: VillageNames
    date: str
    votes: tuple[int, ...]
    invalid: int
    source: str | None

    @property
    def ballots(self) -> int:
        """All ballots, blank ones included."""
        return sum(self.votes) + self.invalid

    def choices(self) -> list[int]:
        """Every vote by itself (0 blank, else the ballot number), in a random order."""
        every = [0] * self.invalid + [n for n, count in enumerate(self.votes, 1) for _ in range(count)]
        secrets.SystemRandom().shuffle(every)
        return every

    def scaled(self, ballots: int) -> Figures:
        """The same proportions with about ``ballots`` ballots, for a quick run; the result is then made up."""
        votes = tuple((2 * count * ballots + self.ballots) // (2 * self.ballots) for count in self.votes)
        return Figures(self.village, self.date, votes, max(0, ballots - sum(votes)), None)


def figures_of(code: str) -> Figures:
    """A village's published figures, or made-up ones for a village of which nothing is known.

    Raises ``RegionRefused`` for a code that is no village of the table.
    """
    village = load_regions().village(RegionCode.parse(code))
    rows = [row for row in _published() if row["region_code"] == code]
    if not rows:
        return Figures(village, _MADE_UP_DATE, _MADE_UP_VOTES, _MADE_UP_INVALID, None)
    rows.sort(key=lambda row: int(row["ballot_no"]))
    votes = tuple(int(row["votes"]) for row in rows)
    return Figures(village, rows[0]["date"], votes, int(rows[0]["invalid_total"]), rows[0]["source"])


def _published() -> list[dict[str, str]]:
    text = resources.files("epilwu.demo").joinpath("data/published-results.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))
