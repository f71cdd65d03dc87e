"""How many papers an audit will have to read, before a die is thrown."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from epilwu.audit.risk.contest import Contest, check_limit
from epilwu.audit.risk.kaplan_markov import planned_kaplan_markov
from epilwu.audit.risk.martingale import papers_if_clean, start

FULL_COUNT_SHARE = Fraction(1, 4)
"""A sample of more than this share of the papers is proposed as a full count: hardly more work, and it settles all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Papers to read if on every one text and QR agree: by the martingale (which decides) and by two other rules.

    ``kaplan_markov`` is the cross-check's formula. ``zero_error`` is the least that any rule could do with: the
    smallest sample that would miss every altered paper of a wrong outcome with a chance of at most ``limit``. A rule
    with that sample must go to the full count at the first difference. Each is at most N, which is the full count.
    """

    contest: Contest
    limit: Fraction
    betting: int
    kaplan_markov: int
    zero_error: int

    @property
    def full_count(self) -> bool:
        """Whether the sample exceeds a quarter of the papers, so that the full count is proposed instead."""
        return self.betting > FULL_COUNT_SHARE * self.contest.papers

    @property
    def papers(self) -> int:
        """Papers to read under the proposal."""
        return self.contest.papers if self.full_count else self.betting


def make_plan(contest: Contest, limit: Fraction) -> Plan:
    """The plan of one contest; raise ``RiskRefused`` for a risk limit outside its range."""
    check_limit(limit)
    return Plan(
        contest=contest,
        limit=limit,
        betting=papers_if_clean(start(contest), limit),
        kaplan_markov=planned_kaplan_markov(contest, limit),
        zero_error=planned_zero_error(contest, limit),
    )


def planned_zero_error(contest: Contest, limit: Fraction) -> int:
    """The smallest n with C(N - k, n) / C(N, n) <= ``limit``, where k = ⌈V/2⌉.

    If the winner did not win, at least k papers overstate the margin, each by at most 2 votes; a sample of n drawn
    without replacement misses all of them with that chance (hypergeometric), computed exactly.
    """
    altered = -(-contest.margin // 2)
    most = limit.numerator * comb(contest.papers, altered)
    low, high = 0, contest.papers  # the chance is 1 at low and 0 at high, and falls between
    while high - low > 1:
        middle = (low + high) // 2
        if comb(contest.papers - middle, altered) * limit.denominator <= most:
            high = middle
        else:
            low = middle
    return high


def planned_after(contest: Contest, limit: Fraction, *first: int) -> int:
    """Papers to read by the martingale if the first have these overstatements and every other one agrees."""
    state = start(contest)
    for value in first[: contest.papers]:
        state = state.after(value)
    return papers_if_clean(state, limit)
