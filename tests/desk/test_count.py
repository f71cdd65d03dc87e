"""The desk's marks and the book they become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.desk.count import DeskCount
from epilwu.desk.errors import CountImpossible


@given(st.lists(st.sampled_from(["man", "woman", "spoil"]), max_size=30))
def test_every_mark_is_one_token(marks: list[str]) -> None:
    count = DeskCount(received=30)
    for mark in marks:
        count = count.spoil() if mark == "spoil" else count.hand_out(woman=mark == "woman")
    assert count.men + count.women == count.handed == len(marks) - marks.count("spoil")
    assert count.unused == 30 - len(marks)


def test_no_token_left_is_refused() -> None:
    count = DeskCount(received=1).hand_out(woman=True)
    with pytest.raises(CountImpossible):
        count.hand_out(woman=False)
    with pytest.raises(CountImpossible):
        count.spoil()
