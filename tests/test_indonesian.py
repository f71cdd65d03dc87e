"""Figures and words as Indonesian records write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.indonesian import figure, in_words, long_date, percent, signed_figure


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (2190, "2.190"), (1730000, "1.730.000"), (-43, "−43")]
)
def test_figures_group_by_full_stop(number: int, text: str) -> None:
    assert figure(number) == text


def test_differences_show_their_sign() -> None:
    assert [signed_figure(n) for n in (-2190, 0, 3)] == ["−2.190", "0", "+3"]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (20, 2147, "0,93 %"),
        (0, 5, "0,00 %"),
        (1, 8, "12,50 %"),
        (1, 3, "33,33 %"),
        (2, 3, "66,67 %"),
        (1, 20000, "0,01 %"),  # 0.005 %: half goes up
        (5, 5, "100,00 %"),
        (0, 0, "–"),
    ],
)
def test_shares_round_half_up(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_shares_without_decimals() -> None:
    assert percent(351132, 424217, decimals=0) == "83 %"


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        percent(-1, 5)


def test_dates_name_the_day() -> None:
    assert long_date("2023-10-22") == long_date(date(2023, 10, 22)) == "Minggu, 22 Oktober 2023"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (43, "empat puluh tiga"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (367, "tiga ratus enam puluh tujuh"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (2190, "dua ribu seratus sembilan puluh"),
        (11000, "sebelas ribu"),
        (351132, "tiga ratus lima puluh satu ribu seratus tiga puluh dua"),
        (1_001_000, "satu juta seribu"),
        (2_000_000_000, "dua miliar"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_beyond_the_words_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="no words"):
        in_words(number)


UNITS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
SCALES = {"ribu": 1000, "juta": 10**6, "miliar": 10**9}


def read_words(words: str) -> int:
    """Read a number in words back, by another way than it is written: word by word from the left."""
    total, group, unit = 0, 0, 0
    for word in words.replace("seribu", "satu ribu").replace("seratus", "satu ratus").split():
        if word in UNITS:
            unit = UNITS.index(word)
        elif word == "belas":
            unit += 10
        elif word == "puluh":
            group, unit = group + unit * 10, 0
        elif word == "ratus":
            group, unit = group + unit * 100, 0
        else:
            total, group, unit = total + (group + unit) * SCALES[word], 0, 0
    return total + group + unit


@given(st.integers(0, 10**12 - 1) | st.integers(0, 5000))
def test_words_mean_their_number(number: int) -> None:
    assert read_words(in_words(number)) == number
