from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election.balance import StationBooks, Status, total

EVEN = StationBooks(
    roll=500,
    attendance=438,
    tokens_received=510,
    tokens_handed=438,
    tokens_spoiled=2,
    tokens_unused=70,
    tokens_spent=438,
    ballots=438,
    slips_cast=438,
    slips_void=3,
    slips_counted=438,
)
NEEDS = {
    "tokens_received-accounted": ("tokens_received", "tokens_handed", "tokens_spoiled", "tokens_unused"),
    "attendance-tokens_handed": ("attendance", "tokens_handed"),
    "tokens_handed-tokens_spent": ("tokens_handed", "tokens_spent"),
    "tokens_spent-ballots": ("tokens_spent", "ballots"),
    "ballots-slips_cast": ("ballots", "slips_cast"),
    "slips_cast-slips_counted": ("slips_cast", "slips_counted"),
}


def _by_name(books: StationBooks) -> dict[str, int | None]:
    return {difference.name: difference.value for difference in books.differences}


def test_even_books() -> None:
    assert _by_name(EVEN) == dict.fromkeys(NEEDS, 0)
    assert EVEN.status is Status.EQUAL
    assert EVEN.turnout_permyriad == 8760


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"attendance": 432}, "attendance-tokens_handed", -6),
        ({"attendance": 440}, "attendance-tokens_handed", 2),
        ({"tokens_spent": 437}, "tokens_handed-tokens_spent", 1),
        ({"tokens_spent": 437}, "tokens_spent-ballots", -1),
        ({"slips_cast": 430}, "ballots-slips_cast", 8),
        ({"slips_counted": 440}, "slips_cast-slips_counted", -2),
        ({"tokens_spoiled": 1}, "tokens_received-accounted", 1),
    ],
)
def test_differences_have_their_sign(change: dict[str, int], name: str, value: int) -> None:
    books = replace(EVEN, **change)
    assert _by_name(books)[name] == value
    assert books.status is Status.DIFFERENT


@pytest.mark.parametrize("figure", [f.name for f in fields(StationBooks)])
def test_an_unknown_figure_is_not_checked_and_never_zero(figure: str) -> None:
    books = replace(EVEN, **{figure: None})
    for difference in books.differences:
        if figure in NEEDS[difference.name]:
            assert difference.value is None and difference.status is Status.NOT_CHECKED
        else:
            assert difference.value == 0
    used = any(figure in names for names in NEEDS.values())
    assert books.status is (Status.NOT_CHECKED if used else Status.EQUAL)


def test_empty_books_check_nothing() -> None:
    assert {d.status for d in StationBooks().differences} == {Status.NOT_CHECKED}
    assert StationBooks().turnout_permyriad is None
    assert replace(EVEN, roll=None).turnout_permyriad is None
    assert replace(EVEN, attendance=None).turnout_permyriad is None
    assert replace(EVEN, roll=0).turnout_permyriad is None


def test_a_difference_outweighs_what_is_not_checked() -> None:
    assert replace(EVEN, roll=None, slips_counted=None, attendance=1).status is Status.DIFFERENT


figures = st.one_of(st.none(), st.integers(0, 1000))
some_books = st.builds(StationBooks, **{f.name: figures for f in fields(StationBooks)})


@given(st.lists(some_books, min_size=1, max_size=5))
def test_totals_are_sums_or_unknown(books: list[StationBooks]) -> None:
    whole = total(books)
    for f in fields(StationBooks):
        values = [getattr(b, f.name) for b in books]
        assert getattr(whole, f.name) == (None if None in values else sum(values))
