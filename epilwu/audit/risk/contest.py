"""The contest whose winner is audited: how many papers should exist, how many votes lie between first and second."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from epilwu.audit.risk.errors import RiskRefused

MAX_PAPERS: Final = 100_000
"""No village has more voters; up to here exact arithmetic takes seconds."""
HIGHEST_LIMIT: Final = Fraction(1, 2)
"""A limit above a toss of a coin limits nothing."""
DEFAULT_LIMIT: Final = Fraction(1, 20)
_LIMIT = re.compile(r"0\.[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Contest:
    """``papers`` (N, 1 to 100,000) and ``margin`` (V, 1 to N, in votes); others raise ``RiskRefused``.

    N is the number of papers that *should* exist: tokens handed out, from the signed books, never from the count
    itself. V is the margin of the count by QR code, which the reconciliation has found equal to the tally. A tie has
    no winner to confirm and is therefore no contest.
    """

    papers: int
    margin: int

    def __post_init__(self) -> None:
        """Refuse what no village can have."""
        if not 1 <= self.papers <= MAX_PAPERS:
            raise RiskRefused(
                f"Jumlah kertas harus dari 1 sampai {MAX_PAPERS}, bukan {self.papers}.",
                todo="Ambil jumlah token yang diserahkan dari buku meja.",
            )
        if self.margin == 0:
            raise RiskRefused(
                "Selisih 0 adalah seri: tidak ada pemenang yang dapat dikonfirmasi.",
                todo="Hitung semua struk dengan mata, lalu pakai aturan seri.",
            )
        if not 1 <= self.margin <= self.papers:
            raise RiskRefused(
                f"Selisih harus dari 1 sampai jumlah kertas ({self.papers}), bukan {self.margin}.",
                todo="Periksa selisih suara pemenang dan nomor dua.",
            )

    def without(self, missing: int) -> Contest | None:
        """The contest over the papers that are there, every missing one held against the winner.

        A missing paper may have been a vote for the runner-up that was counted for the winner: 2 votes. If the winner
        lost, the papers that are there must overstate the margin by at least V - 2 × missing; so that is their margin.
        None: 2 × missing ≥ V, and nothing that is there could confirm the winner. Raises ``RiskRefused`` for
        ``missing`` outside 0 to N.
        """
        if not 0 <= missing <= self.papers:
            raise RiskRefused(
                f"Jumlah kertas hilang harus dari 0 sampai {self.papers}, bukan {missing}.",
                todo="Periksa hasil rekonsiliasi.",
            )
        if 2 * missing >= self.margin:
            return None
        return Contest(self.papers - missing, self.margin - 2 * missing)


def check_limit(limit: Fraction) -> None:
    """Raise ``RiskRefused`` for a risk limit that is not above 0 and at most 1/2."""
    if not 0 < limit <= HIGHEST_LIMIT:
        raise RiskRefused("Batas risiko harus di atas 0 dan paling besar 0.5.", todo="Tulis misalnya 0.05 (5 %).")


def parse_limit(text: str) -> Fraction:
    """A risk limit written as ``0.05`` (at most six decimals), exactly; raise ``RiskRefused`` for anything else."""
    if _LIMIT.fullmatch(text) is None:
        raise RiskRefused(f"“{text[:20]}” bukan batas risiko.", todo="Tulis dengan titik, misalnya 0.05 (5 %).")
    limit = Fraction(text)
    check_limit(limit)
    return limit
