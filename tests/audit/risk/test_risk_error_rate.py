"""How often a wrong winner gets past, looked at after every single draw, over many throws of the dice."""

from __future__ import annotations

import hashlib

import pytest
from risk_samples import FIVE

from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.decision import Decision, assess
from epilwu.audit.risk.martingale import looks
from epilwu.audit.risk.sampler import draw_order
from epilwu.election.region import RegionCode

VILLAGE = RegionCode("32.09.07.2007")
RUNS = 2000


@pytest.mark.slow
@pytest.mark.parametrize(
    "altered",
    [[2] * 25, [1] * 50, [2] * 30 + [-1] * 10, [2] * 20 + [1] * 20 + [-2] * 5, [2] * 40],
    ids=["ties by two votes", "ties by one vote", "a tie with understatements", "a mixed tie", "a lost election"],
)
def test_a_wrong_outcome_gets_past_less_often_than_the_limit(altered: list[int]) -> None:
    contest = Contest(500, 50)
    assert sum(altered) >= contest.margin
    ids = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(contest.papers)]
    content = dict(zip(ids, altered + [0] * (contest.papers - len(altered)), strict=True))
    past = 0
    for seed in range(RUNS):
        order = [content[draw.slip] for draw in draw_order(f"{seed:020d}", VILLAGE, ids)]
        stop = next((state.draws for state in looks(contest, order) if state.at_most(FIVE)), None)
        if stop is not None:
            assert assess(contest, order[:stop], FIVE).decision is Decision.CONFIRMED
            past += 1
    assert 0 < past < RUNS * FIVE


@pytest.mark.slow
def test_a_right_outcome_is_confirmed_by_the_planned_papers() -> None:
    """The audit is not merely timid: with three altered papers of 500 it nearly always stops early."""
    contest = Contest(500, 50)
    ids = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(contest.papers)]
    content = dict(zip(ids, [1] * 3 + [0] * (contest.papers - 3), strict=True))
    stops = []
    for seed in range(500):
        order = [content[draw.slip] for draw in draw_order(f"{seed:020d}", VILLAGE, ids)]
        stops.append(next(state.draws for state in looks(contest, order) if state.at_most(FIVE)))
    assert min(stops) == 58
    assert sum(stop <= 125 for stop in stops) > 495
