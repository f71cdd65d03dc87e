"""PINs: drawn, typed, checked; and files that two of several people open together."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust import pairfile
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import KeyFileRefused, MalformedFile, PinRefused, TrustError
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trust.pin import DIGITS, PinVerifier, new_pin, read_pin, shown_pin

PINS = {number: new_pin() for number in range(1, 5)}
LABEL = "epilwu/uji/v1"
SECRET = b"rahasia bilik"
SEALED = pairfile.seal(SECRET, PINS, label=LABEL, cost=CHEAPEST)


def two(first: int, second: int, pins: Mapping[int, str] = PINS) -> dict[int, str]:
    return {first: pins[first], second: pins[second]}


def test_pins_are_drawn_and_read_back_as_they_are_shown() -> None:
    drawn = [new_pin() for _ in range(200)]
    assert len(set(drawn)) == 200 and {len(pin) for pin in drawn} == {DIGITS}
    assert {pin[0] for pin in drawn} == set("0123456789")
    assert all(read_pin(shown_pin(pin)) == pin == read_pin(pin) for pin in drawn)
    assert len(shown_pin(drawn[0]).split(" ")) == 3


@given(st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_every_wrong_digit_is_found_without_a_try(at: int, change: int) -> None:
    pin = new_pin()
    wrong = pin[:at] + str((int(pin[at]) + change) % 10) + pin[at + 1 :]
    with pytest.raises(PinRefused, match="salah ketik"):
        read_pin(wrong)


@given(st.integers(0, DIGITS - 2))
def test_two_digits_that_changed_places_are_found(at: int) -> None:
    pin = new_pin()
    swapped = pin[:at] + pin[at + 1] + pin[at] + pin[at + 2 :]
    if swapped != pin:
        with pytest.raises(PinRefused):
            read_pin(swapped)


@pytest.mark.parametrize(
    "typed",
    ["", "12", PINS[1] + "0", PINS[1][:-1], "١" * 12, "+" + PINS[1][1:], "x" * 12],
    ids=["nothing", "too short", "too long", "one too few", "other digits", "a sign", "letters"],
)
def test_what_cannot_be_a_pin_is_refused(typed: str) -> None:
    with pytest.raises(PinRefused):
        read_pin(typed)


def test_a_verifier_knows_its_own_pin_alone() -> None:
    verifier = PinVerifier.of(PINS[1], CHEAPEST)
    assert verifier.fits(PINS[1]) and not verifier.fits(PINS[2])
    assert PinVerifier.of(PINS[1], CHEAPEST).digest != verifier.digest  # salted
    assert verifier.digest.hex() not in repr(verifier) and "digest" not in repr(verifier)


@pytest.mark.parametrize("pair", list(itertools.permutations(PINS, 2)))
def test_any_two_open_it_in_any_order(pair: tuple[int, int]) -> None:
    assert pairfile.unseal(SEALED, two(*pair), label=LABEL) == SECRET


def test_one_or_three_or_others_do_not() -> None:
    others: tuple[Mapping[int, str], ...] = (
        {1: PINS[1]},
        {1: PINS[1], 2: PINS[2], 3: PINS[3]},
        {1: PINS[1], 2: PINS[1]},
        {1: PINS[2], 2: PINS[1]},
        {1: PINS[1], 2: PINS[3]},
        {1: PINS[1], 5: PINS[2]},
        {},
    )
    for pins in others:
        with pytest.raises(KeyFileRefused):
            pairfile.unseal(SEALED, pins, label=LABEL)
    with pytest.raises(KeyFileRefused, match="keperluan lain"):
        pairfile.unseal(SEALED, two(1, 2), label=LABEL + "1")


def test_the_pin_of_one_can_be_tried_against_nothing_in_the_file() -> None:
    """No part of the file depends on one PIN alone: whoever has one must guess the whole of another at full price."""
    other = pairfile.seal(SECRET, {**PINS, 2: new_pin()}, label=LABEL, cost=CHEAPEST)
    assert {tuple(wrap) for wrap in json.loads(other)["pairs"]} == {("first", "nonce", "salt", "second", "wrapped")}
    assert len({wrap["salt"] for wrap in json.loads(other)["pairs"]}) == len(json.loads(other)["pairs"]) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"operations": 2},
        {"memory_kib": 16},
        {"operations": 99},
        {"version": 2},
        {"kdf": "scrypt"},
        {"cipher": "none"},
        {"nonce": "00" * 12},
        {"nonce": "00"},
        {"ciphertext": "00" * 40},
        {"label": LABEL + "x"},
        {"extra": 1},
        {"pairs": []},
    ],
)
def test_changed_files_do_not_open(change: dict[str, object]) -> None:
    with pytest.raises(TrustError):
        pairfile.unseal(dumps({**json.loads(SEALED), **change}), two(1, 2), label=LABEL)  # type: ignore[dict-item]


def test_wraps_cannot_change_places_or_go_missing() -> None:
    value = json.loads(SEALED)
    first, second, *rest = value["pairs"]
    swapped = [{**first, "wrapped": second["wrapped"]}, second, *rest]
    with pytest.raises(KeyFileRefused):
        pairfile.unseal(dumps({**value, "pairs": swapped}), two(1, 2), label=LABEL)
    assert pairfile.people(SEALED) == 4
    for pairs in (value["pairs"][1:], value["pairs"][:-1], value["pairs"][::-1], [*value["pairs"], value["pairs"][0]]):
        with pytest.raises(KeyFileRefused, match="tidak lengkap"):
            pairfile.people(dumps({**value, "pairs": pairs}))
    with pytest.raises(MalformedFile):
        pairfile.people(dumps({**value, "pairs": [{**first, "second": 1}]}))


@pytest.mark.parametrize("numbers", [(1,), (1, 3), (0, 1), tuple(range(1, 9))])
def test_two_to_seven_people_numbered_from_one(numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="people"):
        pairfile.seal(SECRET, {number: new_pin() for number in numbers}, label=LABEL, cost=CHEAPEST)
    seven = {number: new_pin() for number in range(1, 8)}
    data = pairfile.seal(SECRET, seven, label=LABEL, cost=CHEAPEST)
    assert pairfile.people(data) == 7 and pairfile.unseal(data, two(6, 7, seven), label=LABEL) == SECRET
