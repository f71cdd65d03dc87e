"""Damaged slips are counted as what they are, or left to people: never foreign, never as another slip."""

from __future__ import annotations

import pytest
from damaged_box import SLIPS, judged
from paper_damage import ALONE, PAIRS, STRENGTHS

from epilwu.audit.slips import SlipClass

READ_WHEN_SLIGHT = [kind for kind in ALONE if kind != "half-printed"]


@pytest.mark.parametrize("kind", READ_WHEN_SLIGHT)
def test_slight_damage_does_not_keep_a_slip_from_being_counted(kind: str) -> None:
    assert judged(kind, 1, 0) is SlipClass.COUNTED


@pytest.mark.parametrize("kind", ["torn from the side", "torn across", "half-printed", "blurred"])
def test_what_is_gone_is_left_to_people(kind: str) -> None:
    assert judged(kind, 5, 1) is SlipClass.UNREADABLE


@pytest.mark.parametrize("strength", [1, 4, 5])
def test_a_paper_on_which_two_codes_show_is_not_counted(strength: int) -> None:
    assert judged("double-printed", strength, 2) is SlipClass.UNREADABLE


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*ALONE, *PAIRS])
def test_no_damage_makes_a_false_class(kind: str) -> None:
    for strength in STRENGTHS:
        for number in range(SLIPS - 4, SLIPS):
            assert judged(kind, strength, number) is not None, (kind, strength, number)
