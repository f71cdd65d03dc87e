"""Kaplan-Markov: the older, simpler test beside the betting martingale; a cross-check that decides nothing.

The source is P. B. Stark, "Risk-Limiting Postelection Audits: Conservative P-Values from Common Probability
Inequalities" (IEEE Transactions on Information Forensics and Security 4, 2009), in the form for single papers of
"Super-Simple Simultaneous Single-Ballot Risk-Limiting Audits" (EVT/WOTE 2010), with γ = 1.03905:
p = product over the papers read of (1 - v/2γ) / (1 - w/2γ), at most 1.

It was made for drawing with replacement. For papers drawn without, p is still valid at a size of sample that was fixed
beforehand: the product's expectation is then a normalised elementary symmetric mean of the same non-negative factors,
by Maclaurin's inequality never above the one with replacement. It is *not* claimed valid at every look, so no minimum
over looks is taken and the decision rests on the martingale alone.

The plan is n = ⌈-2γ ln α / v⌉, the published formula. It replaces ln(1 - v/2γ) by -v/2γ and so may ask for one paper
more than the product needs (N 3,000, V 100, 5 %: 187, where the product is at 5 % after 186).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.martingale import GAMMA
from epilwu.audit.risk.overstatement import check_overstatements

_TWICE, _UNIT = (2 * GAMMA).as_integer_ratio()
_EXACT_ENOUGH = Context(prec=50)


def kaplan_markov(contest: Contest, overstatements: Sequence[int]) -> float:
    """p after these papers, from 0 to 1; exact but for the last rounding to a float. The order does not matter.

    Raises ``RiskRefused`` for a value outside -2 to 2 or more readings than papers.
    """
    check_overstatements(overstatements, contest.papers)
    top = (_TWICE * contest.papers - _UNIT * contest.margin) ** len(overstatements)
    bottom = contest.papers ** len(overstatements)
    for value, times in Counter(overstatements).items():
        bottom *= (_TWICE - _UNIT * value) ** times
    return 1.0 if top >= bottom else top / bottom


def planned_kaplan_markov(contest: Contest, limit: Fraction) -> int:
    """⌈-2γ ln α / v⌉ papers, but never more than there are: then it is the full count."""
    context = _EXACT_ENOUGH
    logarithm = context.ln(context.divide(Decimal(limit.denominator), Decimal(limit.numerator)))
    share = Fraction(_TWICE * contest.papers, _UNIT * contest.margin)
    papers = context.divide(context.multiply(logarithm, Decimal(share.numerator)), Decimal(share.denominator))
    return min(contest.papers, int(papers.to_integral_value(rounding=ROUND_CEILING)))
