"""What follows from the papers read so far: stop, read on, or count them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from epilwu.audit.risk.contest import Contest, check_limit
from epilwu.audit.risk.kaplan_markov import kaplan_markov
from epilwu.audit.risk.martingale import Martingale, papers_if_clean, read
from epilwu.audit.risk.overstatement import check_overstatements


class Decision(StrEnum):
    """The verdict so far.

    ``CONFIRMED``: the risk is at or below its limit, the audit may stop. ``CONTINUE``: read the next paper.
    ``FULL_COUNT``: every paper was read, or no sample can bring the risk down any more: the count of all papers by
    eye *replaces* the outcome, whoever won; it confirms nothing. ``CANNOT``: twice the missing papers reach the
    margin, so no paper that is there can confirm the winner.
    """

    CONFIRMED = "confirmed"
    CONTINUE = "continue"
    FULL_COUNT = "full_count"
    CANNOT = "cannot_be_confirmed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict and its figures. ``contest`` is the one tested: without the missing papers, None for ``CANNOT``.

    ``papers_if_clean``: papers read in all when the audit could stop, if every further one agrees; N is the full count.
    """

    contest: Contest | None
    read: int
    p_betting: float
    p_kaplan_markov: float
    papers_if_clean: int
    decision: Decision


def assess(contest: Contest, overstatements: Sequence[int], limit: Fraction, *, missing: int = 0) -> Assessment:
    """The verdict after these readings, in the order drawn.

    ``missing`` are papers that should exist and were not on the list that was drawn from; they count against the
    winner before the first draw. A paper that was on the list, was drawn and could not be found is a reading of 2.
    Raises ``RiskRefused`` for a limit, a reading, a number of readings or a number of missing papers out of range.
    """
    check_limit(limit)
    found = contest.without(missing)
    check_overstatements(overstatements, contest.papers - missing)
    if found is None:
        return Assessment(None, len(overstatements), 1.0, 1.0, contest.papers, Decision.CANNOT)
    return judge(found, read(found, overstatements), overstatements, limit)


def judge(contest: Contest, state: Martingale, overstatements: Sequence[int], limit: Fraction) -> Assessment:
    """The verdict at ``state``, reached by ``overstatements``; ``contest`` is the one without missing papers."""
    ahead = papers_if_clean(state, limit)
    if ahead == contest.papers:  # read already, or nothing less will do: an earlier p <= limit does not survive it
        decision = Decision.FULL_COUNT
    elif state.at_most(limit):
        decision = Decision.CONFIRMED
    else:
        decision = Decision.CONTINUE
    return Assessment(contest, state.draws, state.p, kaplan_markov(contest, overstatements), ahead, decision)
