"""The betting martingale: how sure the papers read so far make us that the announced winner won.

A comparison audit without replacement in the family of ALPHA (P. B. Stark, "ALPHA: Audit that Learns from Previously
Hand-Audited Ballots", Annals of Applied Statistics 17, 2023) and of betting (I. Waudby-Smith and A. Ramdas, "Estimating
means of bounded random variables by betting", Journal of the Royal Statistical Society B 86, 2024), with the
overstatement assorter of SHANGRLA (P. B. Stark, Financial Cryptography 2020 workshops).

With N papers, margin V, v = V/N, the draw j with overstatement w_j (votes, -2 to 2) has the value
B_j = (1 - w_j/2) / (2 - v). The winner did not win exactly when the mean of all N values is at most 1/2. Under that
hypothesis the mean of what is left before draw j is at most m_j = (N/2 - sum of B_i, i < j) / (N - j + 1), so
T_j = T_(j-1) · (1 + λ (B_j - m_j)), T_0 = 1, does not grow on average, and never turns negative while λ <= 1/m_j. By
Ville's inequality T reaches 1/α with a chance of at most α: p = 1 / max T holds at every look, and stopping at the
first p <= α (equality counts) keeps the risk limit.

Three points on which other tables and programs differ, decided here:

* m_j uses the draws *before* j. Were B_j in it, the bet would know its outcome.
* The bet is λ = 2/1.03905, made smaller, to 1/m_j, only where λ m_j > 1. There a paper that overstates by 2 votes
  brings T to 0, from which only the next point leads back.
* If m_j < 0 the hypothesis is impossible (values are not negative, so the mean is above 1/2 whatever the rest says):
  p = 0. In votes: V - sum of w > 2 × papers not yet read. That all papers were read is by itself no reason for p = 0.

All arithmetic is on integers: multiplied by 2 (2N - V) / N, a value is b = 2 - w and N/2 becomes H = 2N - V. T is an
exact fraction for more than a thousand papers; where its parts outgrow 65,536 bits they are shortened, the numerator
down and the denominator up, so that T is never too large (and too small by less than one part in 10^19000). Decisions
(``at_most``) compare integers; only the p shown (``p``) is rounded, to the nearest float.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.errors import RiskRefused
from epilwu.audit.risk.overstatement import check_overstatements

GAMMA: Final = Fraction(103905, 100000)
"""Stark's inflator: how much a single 2-vote overstatement may cost. 2/GAMMA is the bet."""
BET: Final = 2 / GAMMA
LONGEST: Final = 1 << 16
"""Bits that a part of T may have: bounds time and memory for any number of papers."""
_BET, _OF = (BET / 2).as_integer_ratio()  # λ N / (2 H) = _BET · N / (_OF · H)


@dataclass(frozen=True, slots=True)
class Martingale:
    """The state after ``draws`` papers. ``start`` makes the first, ``after`` every other; all are immutable.

    ``taken`` is the sum of 2 - w. ``peak`` is max T and ``fall`` is T / max T, as (numerator, denominator).
    """

    contest: Contest
    draws: int = 0
    taken: int = 0
    peak: tuple[int, int] = field(default=(1, 1), repr=False)
    fall: tuple[int, int] = field(default=(1, 1), repr=False)

    @property
    def due(self) -> int:
        """What the papers not yet read must be worth at most if the winner did not win: m_j × papers left, scaled."""
        return 2 * self.contest.papers - self.contest.margin - self.taken

    @property
    def impossible(self) -> bool:
        """Whether no content of the papers not yet read could make the winner lose (m_j < 0)."""
        return self.due < 0

    @property
    def value(self) -> Fraction:
        """T now; slow after thousands of draws."""
        return Fraction(self.peak[0] * self.fall[0], self.peak[1] * self.fall[1])

    @property
    def p(self) -> float:
        """The risk: 1 / max T, or 0 if ``impossible``. From 0 to 1, to the nearest float; for showing."""
        return 0.0 if self.impossible else self.peak[1] / self.peak[0]

    def at_most(self, limit: Fraction) -> bool:
        """Whether p <= ``limit``, exactly."""
        return self.impossible or self.peak[1] * limit.denominator <= limit.numerator * self.peak[0]

    def after(self, overstatement: int) -> Martingale:
        """The state after one more paper. Raises ``RiskRefused`` for a value outside -2 to 2 or a paper too many."""
        check_overstatements((overstatement,), 1)
        if self.draws == self.contest.papers:
            raise RiskRefused(
                f"Semua {self.contest.papers} kertas sudah dibaca.",
                todo="Periksa apakah ada kertas yang tercatat dua kali.",
            )
        worth = 2 - overstatement
        top, bottom = self._factor(worth)
        fall = _shortened(self.fall[0] * top, self.fall[1] * bottom)
        peak = self.peak
        if fall[0] >= fall[1]:
            peak, fall = _shortened(peak[0] * fall[0], peak[1] * fall[1]), (1, 1)
        return Martingale(self.contest, self.draws + 1, self.taken + worth, peak, fall)

    def _factor(self, worth: int) -> tuple[int, int]:
        """1 + λ (B - m) with the bet cut to 1/m where it is larger; 1 once the question is answered."""
        if self.impossible:
            return 1, 1
        left = self.contest.papers - self.draws
        stake = _BET * self.contest.papers
        whole = _OF * (2 * self.contest.papers - self.contest.margin) * left
        if stake * self.due > whole:
            return worth * left, self.due
        return whole + stake * (worth * left - self.due), whole


def _shortened(top: int, bottom: int) -> tuple[int, int]:
    """A fraction at most as large, its parts within ``LONGEST`` bits; itself where they are."""
    excess = max(top.bit_length(), bottom.bit_length()) - LONGEST
    return (top, bottom) if excess <= 0 else (top >> excess, -(-bottom >> excess))


def start(contest: Contest) -> Martingale:
    """The state before the first paper: T = 1, p = 1."""
    return Martingale(contest)


def looks(contest: Contest, overstatements: Iterable[int]) -> Iterator[Martingale]:
    """The state after each paper, in the order drawn. Raises ``RiskRefused`` as ``Martingale.after``."""
    state = start(contest)
    for value in overstatements:
        state = state.after(value)
        yield state


def read(contest: Contest, overstatements: Iterable[int]) -> Martingale:
    """The state after all of ``overstatements``."""
    state = start(contest)
    for state in looks(contest, overstatements):  # noqa: B007 - the last one is wanted
        pass
    return state


def papers_if_clean(state: Martingale, limit: Fraction) -> int:
    """Papers read in all when p first is at most ``limit``, if from here on text and QR agree on every paper.

    N (the number of papers) means that only the full count is left.
    """
    while not state.at_most(limit) and state.draws < state.contest.papers:
        state = state.after(0)
    return state.draws
