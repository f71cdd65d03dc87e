from __future__ import annotations

from fractions import Fraction
from math import comb, log, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_samples import FIVE, GAMMA

from epilwu.audit.risk.contest import Contest, parse_limit
from epilwu.audit.risk.decision import Decision, assess
from epilwu.audit.risk.errors import RiskRefused
from epilwu.audit.risk.kaplan_markov import kaplan_markov, planned_kaplan_markov
from epilwu.audit.risk.overstatement import overstatement
from epilwu.audit.risk.plan import make_plan, planned_zero_error

VILLAGE = Contest(3000, 100)
contests = st.integers(1, 60).flatmap(lambda n: st.builds(Contest, st.just(n), st.integers(1, n)))
limits = st.fractions(Fraction(1, 1000), Fraction(1, 2), max_denominator=1000)


def test_kaplan_markov_as_published() -> None:
    assert planned_kaplan_markov(VILLAGE, FIVE) == 187
    assert kaplan_markov(VILLAGE, [0] * 187) <= 0.05
    # The formula's linear bound of a logarithm costs one paper: the product itself is there after 186, not after 185.
    assert kaplan_markov(VILLAGE, [0] * 186) <= 0.05 < kaplan_markov(VILLAGE, [0] * 185)


@settings(max_examples=40)
@given(contests, st.lists(st.integers(-2, 2), max_size=30), st.randoms(use_true_random=False))
def test_kaplan_markov_is_the_product_in_any_order(contest: Contest, values: list[int], order: object) -> None:
    values = values[: contest.papers]
    share = Fraction(contest.margin, contest.papers)
    product = prod(((1 - share / (2 * GAMMA)) / (1 - w / (2 * GAMMA)) for w in values), start=Fraction(1))
    assert kaplan_markov(contest, values) == float(min(Fraction(1), product))
    order.shuffle(values)  # type: ignore[attr-defined]
    assert kaplan_markov(contest, values) == float(min(Fraction(1), product))


@settings(max_examples=40)
@given(contests, limits)
def test_kaplan_markovs_plan_is_the_formula(contest: Contest, limit: Fraction) -> None:
    exact = -2 * float(GAMMA) * log(limit) * contest.papers / contest.margin
    planned = planned_kaplan_markov(contest, limit)
    assert planned == contest.papers or (planned - 1 < exact + 1e-6 and exact <= planned + 1e-6)
    assert planned <= contest.papers


@pytest.mark.parametrize("values", [[3], [0, -3], [0] * 11])
def test_kaplan_markov_refuses_what_no_sample_can_hold(values: list[int]) -> None:
    with pytest.raises(RiskRefused):
        kaplan_markov(Contest(10, 2), values)


@settings(max_examples=40)
@given(contests, limits)
def test_zero_error_is_the_smallest_sample_that_misses_all_seldom_enough(contest: Contest, limit: Fraction) -> None:
    altered = (contest.margin + 1) // 2

    def chance(sample: int) -> Fraction:
        return Fraction(comb(contest.papers - altered, sample), comb(contest.papers, sample))

    planned = planned_zero_error(contest, limit)
    assert chance(planned) <= limit < chance(planned - 1)


def test_a_margin_of_one_needs_nearly_all() -> None:
    assert planned_zero_error(Contest(1000, 1), FIVE) == 950
    plan = make_plan(Contest(1000, 1), FIVE)
    assert (plan.betting, plan.kaplan_markov, plan.full_count) == (999, 1000, True)


@settings(max_examples=40)
@given(contests, limits)
def test_a_plan_keeps_its_order_and_its_bounds(contest: Contest, limit: Fraction) -> None:
    plan = make_plan(contest, limit)
    assert 1 <= plan.zero_error <= plan.betting <= contest.papers
    assert plan.full_count == (4 * plan.betting > contest.papers)
    assert plan.papers == (contest.papers if plan.full_count else plan.betting)
    if contest.margin < contest.papers:
        assert make_plan(Contest(contest.papers, contest.margin + 1), limit).betting <= plan.betting


def test_the_full_count_is_proposed_past_a_quarter_and_not_at_it() -> None:
    quarter = next(
        c for n in range(40, 400) for v in range(4, 40) if 4 * make_plan(c := Contest(n, v), FIVE).betting == n
    )
    assert not make_plan(quarter, FIVE).full_count
    assert make_plan(Contest(500, 20), FIVE).full_count


@pytest.mark.parametrize("limit", [Fraction(0), Fraction(-1, 20), Fraction(51, 100), Fraction(1)])
def test_refuses_a_limit_that_limits_nothing(limit: Fraction) -> None:
    with pytest.raises(RiskRefused):
        make_plan(VILLAGE, limit)
    with pytest.raises(RiskRefused):
        assess(VILLAGE, [0], limit)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "5", "0,05", "5%", ".05", "0.", "0.0000001", "1.0", "0.6", "0.00", "+0.05", "٠.٠٥", "5e-2", " 0.05",
    ],
)  # fmt: skip
def test_a_limit_has_one_way_of_writing(text: str) -> None:
    with pytest.raises(RiskRefused):
        parse_limit(text)


def test_a_limit_is_exact() -> None:
    assert parse_limit("0.05") == FIVE
    assert parse_limit("0.5") == Fraction(1, 2)


def test_decisions_along_a_clean_sample() -> None:
    assert assess(VILLAGE, [], FIVE).decision is Decision.CONTINUE
    before, after = assess(VILLAGE, [0] * 179, FIVE), assess(VILLAGE, [0] * 180, FIVE)
    assert (before.decision, before.papers_if_clean) == (Decision.CONTINUE, 180)
    assert (after.decision, after.papers_if_clean) == (Decision.CONFIRMED, 180)
    assert after.p_betting <= 0.05 < before.p_betting


@pytest.mark.parametrize(("first", "needed"), [(1, 220), (2, 372)])
def test_decisions_after_an_overstatement_in_the_first_draw(first: int, needed: int) -> None:
    assert assess(VILLAGE, [first] + [0] * (needed - 2), FIVE).decision is Decision.CONTINUE
    assert assess(VILLAGE, [first] + [0] * (needed - 1), FIVE).decision is Decision.CONFIRMED


def test_what_was_confirmed_stays_confirmed_until_all_is_read() -> None:
    contest = Contest(400, 100)
    values = [0] * 40 + [2] * 60 + [0] * 299
    assert assess(contest, values[:40], FIVE).decision is Decision.CONFIRMED
    assert assess(contest, values, FIVE).decision is Decision.CONFIRMED
    assert assess(contest, [*values, 0], FIVE).decision is Decision.FULL_COUNT


@settings(max_examples=40)
@given(contests, st.data())
def test_a_full_hand_count_replaces_and_never_confirms(contest: Contest, data: st.DataObject) -> None:
    size = contest.papers
    values = data.draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
    assert assess(contest, values, FIVE).decision is Decision.FULL_COUNT


def test_a_full_hand_count_that_finds_a_loser_reports_no_small_risk() -> None:
    found = assess(Contest(100, 10), [2] * 5 + [0] * 95, FIVE)
    assert (found.decision, found.p_betting) == (Decision.FULL_COUNT, 1.0)


def test_a_sample_that_cannot_succeed_any_more_ends_in_the_full_count() -> None:
    found = assess(Contest(100, 20), [2] * 9, FIVE)
    assert (found.decision, found.read, found.papers_if_clean) == (Decision.FULL_COUNT, 9, 100)
    # One fewer, and the winner would still be certain before the last paper: it is proposed, not decided.
    found = assess(Contest(100, 20), [2] * 8, FIVE)
    assert (found.decision, found.papers_if_clean) == (Decision.CONTINUE, 99)
    assert assess(Contest(500, 1), [], FIVE).decision is Decision.FULL_COUNT


@pytest.mark.parametrize(
    ("missing", "decision"), [(49, Decision.CONTINUE), (50, Decision.CANNOT), (3000, Decision.CANNOT)]
)
def test_missing_papers_count_against_the_winner(missing: int, decision: Decision) -> None:
    found = assess(VILLAGE, [], FIVE, missing=missing)
    if missing == 49:
        assert found.contest == Contest(2951, 2)
        assert found.decision is Decision.CONTINUE
        assert assess(VILLAGE, [0] * 400, FIVE, missing=missing).decision is not Decision.CONFIRMED
    else:
        assert found.decision is decision
        assert found.p_betting == 1.0


def test_no_reading_confirms_what_missing_papers_have_made_impossible() -> None:
    assert assess(VILLAGE, [0] * 2000, FIVE, missing=50).decision is Decision.CANNOT
    assert assess(VILLAGE, [-2] * 2950, FIVE, missing=50).decision is Decision.CANNOT


@settings(max_examples=40)
@given(contests, st.data())
def test_taking_missing_papers_off_is_never_kinder_than_the_truth(contest: Contest, data: st.DataObject) -> None:
    """If with the worst missing papers the winner lost, then in the smaller contest the hypothesis holds, too."""
    missing = data.draw(st.integers(0, contest.papers))
    smaller = contest.without(missing)
    assert (smaller is None) == (2 * missing >= contest.margin)
    if smaller is not None:
        present = data.draw(st.integers(-2 * smaller.papers, 2 * smaller.papers))
        assert (present + 2 * missing >= contest.margin) == (present >= smaller.margin)


@pytest.mark.parametrize("missing", [-1, 3001])
def test_refuses_more_missing_papers_than_papers(missing: int) -> None:
    with pytest.raises(RiskRefused):
        assess(VILLAGE, [], FIVE, missing=missing)


def test_refuses_more_readings_than_papers_that_are_there() -> None:
    with pytest.raises(RiskRefused, match="hanya ada 8 kertas"):
        assess(Contest(10, 9), [0] * 9, FIVE, missing=2)
    with pytest.raises(RiskRefused, match="hanya ada 10 kertas"):
        assess(Contest(10, 9), [0] * 11, FIVE)


@pytest.mark.parametrize(
    ("code", "text", "candidates", "votes"),
    [
        (1, 1, 3, 0), (0, 0, 3, 0), (2, 2, 3, 0),
        (1, 2, 3, 2), (1, 0, 3, 1), (0, 2, 3, 1), (2, 3, 3, 1),
        (2, 1, 2, -2), (2, 1, 3, -1), (0, 1, 3, -1), (2, 0, 2, -1), (2, 0, 3, 0),
        (1, None, 3, 2), (0, None, 3, 1), (2, None, 2, 0), (2, None, 3, 1),
    ],
)  # fmt: skip
def test_what_a_paper_overstates(code: int, text: int | None, candidates: int, votes: int) -> None:
    assert overstatement(code, text, winner=1, candidates=candidates) == votes


@settings(max_examples=40)
@given(st.integers(2, 10), st.data())
def test_an_overstatement_is_the_worst_over_the_losers(candidates: int, data: st.DataObject) -> None:
    choices = st.integers(0, candidates)
    winner = data.draw(st.integers(1, candidates))
    code, text = data.draw(choices), data.draw(choices)
    pairs = [
        ((code == winner) - (code == loser)) - ((text == winner) - (text == loser))
        for loser in range(1, candidates + 1)
        if loser != winner
    ]
    assert overstatement(code, text, winner=winner, candidates=candidates) == max(pairs)
    assert overstatement(code, None, winner=winner, candidates=candidates) >= max(pairs)


@pytest.mark.parametrize(
    ("code", "text", "winner", "candidates"),
    [(4, 1, 1, 3), (1, 4, 1, 3), (-1, 1, 1, 3), (1, 1, 0, 3), (1, 1, 4, 3), (1, 1, 1, 1)],
)  # fmt: skip
def test_refuses_a_choice_that_is_not_on_the_ballot(code: int, text: int, winner: int, candidates: int) -> None:
    with pytest.raises(RiskRefused):
        overstatement(code, text, winner=winner, candidates=candidates)
