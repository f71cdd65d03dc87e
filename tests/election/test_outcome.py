from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election.errors import CountsRefused
from epilwu.election.outcome import Counts, StationCounts, outcome, ranking, shares, total
from epilwu.election.rules import RulePack, TieKind, load_rule_pack

RULES = RulePack.parse_toml(load_rule_pack())


def _stations(*votes: tuple[int, ...], voters: tuple[int | None, ...] = ()) -> list[StationCounts]:
    known = voters or (None,) * len(votes)
    return [StationCounts(n, Counts(v), k) for n, (v, k) in enumerate(zip(votes, known, strict=True), 1)]


def test_published_example() -> None:
    """Lemahabang, 22 Oct 2023, as the press printed it."""
    result = outcome([StationCounts(1, Counts((367, 688, 227, 668, 197), 43))], RULES)
    assert (result.counts.valid, result.counts.ballots) == (2147, 2190)
    assert (result.winner, result.tied) == (2, ())
    assert (result.margin, result.margin_permyriad, result.disputed) == (20, 93, True)
    assert [s.ballot_number for s in result.standings] == [2, 4, 1, 3, 5]
    assert [s.rank for s in result.standings] == [1, 2, 3, 4, 5]
    assert sum(s.share for s in result.standings) == 1000


@pytest.mark.parametrize(
    ("votes", "margin", "permyriad"),
    [((19, 980, 902, 274, 30), 78, 353), ((788, 1190, 504, 1080), 110, 308)],
)
def test_other_published_results(votes: tuple[int, ...], margin: int, permyriad: int) -> None:
    """Tanjungmekar and Jatisari, 28 Dec 2025: not within one percent."""
    result = outcome([StationCounts(1, Counts(votes))], RULES)
    assert (result.margin, result.margin_permyriad, result.disputed) == (margin, permyriad, False)


def test_a_margin_just_below_the_threshold_never_shows_as_the_threshold() -> None:
    result = outcome([StationCounts(1, Counts((5050, 4951)))], RULES)
    assert (result.margin * 100 < result.counts.valid, result.disputed) == (True, True)
    assert result.margin_permyriad == 98
    exact = outcome([StationCounts(1, Counts((505, 495)))], RULES)
    assert (exact.margin_permyriad, exact.disputed) == (100, False)


votes_lists = st.lists(st.integers(0, 5000), min_size=1, max_size=10)


@given(votes_lists)
def test_shares_add_up_and_stay_within_a_tenth(votes: list[int]) -> None:
    found = shares(votes)
    whole = sum(votes)
    assert sum(found) == (1000 if whole else 0)
    assert all(abs(share * whole - vote * 1000) < max(whole, 1) for share, vote in zip(found, votes, strict=True))
    for a, share_a in zip(votes, found, strict=True):
        for b, share_b in zip(votes, found, strict=True):
            assert a <= b or share_a >= share_b


def test_shares_of_equal_thirds() -> None:
    assert shares((5, 5, 5)) == (334, 333, 333)
    assert shares((0, 0)) == (0, 0)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=1, max_size=6))
def test_winner_margin_and_ties_from_their_definitions(stations: list[tuple[int, int, int]]) -> None:
    result = outcome(_stations(*stations), RULES)
    sums = [sum(column) for column in zip(*stations, strict=True)]
    first, second = sorted(sums, reverse=True)[:2]
    assert result.counts.candidates == tuple(sums)
    assert result.margin == first - second
    leaders = [i + 1 for i, votes in enumerate(sums) if votes == first]
    assert result.winner == (leaders[0] if len(leaders) == 1 else None)
    assert list(result.tied) == (leaders if len(leaders) > 1 else [])
    assert bool(result.tie_facts) == bool(result.tied)


def test_a_tie_is_reported_with_what_each_rule_would_give() -> None:
    """Kendalasem's case: equal votes, stations of 591 and 566 voters."""
    result = outcome(_stations((200, 50, 190), (121, 10, 131), voters=(591, 566)), RULES)
    assert (result.winner, result.tied, result.margin, result.disputed) == (None, (1, 3), 0, True)
    facts = {fact.rule.kind: fact for fact in result.tie_facts}
    largest = facts[TieKind.LARGEST_STATION]
    assert (largest.favours, largest.station, largest.figures) == (1, 1, ((1, 200), (3, 190)))
    assert "TPS 1" in largest.explanation and "591" in largest.explanation
    won = facts[TieKind.STATIONS_WON]
    assert (won.favours, won.figures) == (None, ((1, 1), (3, 1)))
    assert facts[TieKind.REVOTE].favours is None and facts[TieKind.EDUCATION].favours is None


@pytest.mark.parametrize(
    ("stations", "says"),
    [
        (_stations((5, 5), voters=(100,)), "satu TPS"),
        (_stations((5, 4), (1, 2), voters=(100, None)), "tidak diketahui"),
        (_stations((5, 4), (1, 2), voters=(100, 100)), "lebih dari satu TPS"),
        (_stations((5, 5), (2, 2), voters=(100, 90)), "TPS 1 punya pemilih terbanyak"),
    ],
)
def test_the_largest_station_may_not_decide(stations: list[StationCounts], says: str) -> None:
    fact = outcome(stations, RULES).tie_facts[0]
    assert fact.favours is None
    assert says in fact.explanation


def test_stations_won_counts_only_stations_won_alone() -> None:
    fact = outcome(_stations((5, 5, 0), (3, 2, 0), (0, 1, 1)), RULES).tie_facts[1]
    assert (fact.favours, fact.figures) == (1, ((1, 1), (2, 0)))


def test_a_station_won_by_a_third_candidate_counts_for_nobody_tied() -> None:
    fact = outcome(_stations((5, 4, 0), (0, 1, 4)), RULES).tie_facts[1]
    assert (fact.favours, fact.figures) == (1, ((1, 1), (2, 0)))


def test_nobody_voted_for_anybody() -> None:
    result = outcome([StationCounts(1, Counts((0, 0, 0), 7))], RULES)
    assert (result.winner, result.tied, result.margin_permyriad, result.disputed) == (None, (1, 2, 3), 0, False)


def test_one_candidate_alone() -> None:
    assert ranking(Counts((12,), 3)).winner == 1
    assert ranking(Counts((12,), 3)).margin == 12


@pytest.mark.parametrize(
    "stations",
    [
        [],
        _stations((1, 2), (1, 2, 3)),
        _stations((1, -2)),
        [StationCounts(1, Counts((1, 2), -1))],
        [StationCounts(1, Counts(()))],
        [StationCounts(1, Counts((1, 2))), StationCounts(1, Counts((1, 2)))],
        [StationCounts(1, Counts((1, 2)), -5)],
    ],
)
def test_impossible_counts_are_refused(stations: list[StationCounts]) -> None:
    with pytest.raises(CountsRefused):
        outcome(stations, RULES)


def test_a_negative_station_does_not_hide_in_a_good_sum() -> None:
    with pytest.raises(CountsRefused):
        outcome(_stations((-5, 9), (10, 1)), RULES)
    assert total(_stations((1, 2), (3, 4))) == Counts((4, 6))
