"""The group, and the properties of libsodium that the rest of the protocol stands on."""

from __future__ import annotations

import hashlib

import pytest
from belenios_samples import invalid, off_curve
from hypothesis import given
from hypothesis import strategies as st

from epilwu.protocol import group
from epilwu.protocol.errors import MalformedElement, MalformedScalar
from epilwu.protocol.group import (
    IDENTITY,
    Element,
    G,
    Q,
    SecretScalar,
    add,
    base_mul,
    check_element,
    decode_element,
    decode_scalar,
    decode_unchecked,
    encode_element,
    encode_scalar,
    hash_to_scalar,
    mul,
    product,
    sub,
)

SCALARS = st.integers(min_value=0, max_value=Q - 1)
NONZERO = st.integers(min_value=1, max_value=Q - 1)


def test_order_and_generator() -> None:
    assert encode_element(G) == "6" * 62 + "58"
    assert base_mul(Q) == base_mul(0) == IDENTITY
    assert add(base_mul(Q - 1), G) == IDENTITY


@given(SCALARS, SCALARS)
def test_group_laws(a: int, b: int) -> None:
    assert add(base_mul(a), base_mul(b)) == base_mul(a + b)
    assert sub(base_mul(a), base_mul(b)) == base_mul(a - b)
    assert mul(base_mul(a), b) == base_mul(a * b)
    assert product([base_mul(a), base_mul(b), G]) == base_mul(a + b + 1)


@given(SCALARS)
def test_encodings_return(a: int) -> None:
    assert decode_scalar(encode_scalar(a)) == a
    text = encode_element(base_mul(a))
    assert decode_element(text, allow_identity=True) == base_mul(a)
    assert int(text, 16) == int.from_bytes(base_mul(a), "little")


@pytest.mark.parametrize("element", invalid(), ids=lambda e: e.hex())
def test_invalid_points_are_refused_everywhere(element: Element) -> None:
    """``mul`` too: ballots rely on it instead of a check of its own (the fault of PyNaCl < 1.6.2 was here)."""
    with pytest.raises(MalformedElement):
        decode_element(encode_element(element), allow_identity=True)
    with pytest.raises(MalformedElement):
        check_element(element)
    for scalar in (1, 2, 4, 8, Q - 1, 8 * 12345):
        with pytest.raises(MalformedElement):
            mul(element, scalar)
        with pytest.raises(MalformedElement):
            SecretScalar.of(scalar).power(element)


def test_points_off_the_curve_cannot_be_added() -> None:
    with pytest.raises(MalformedElement):
        add(off_curve(), G)
    with pytest.raises(MalformedElement):
        sub(G, off_curve())


def test_identity_only_where_allowed() -> None:
    text = encode_element(IDENTITY)
    assert text == "0" * 63 + "1"
    assert decode_element(text, allow_identity=True) == IDENTITY
    with pytest.raises(MalformedElement, match="identity"):
        decode_element(text)
    assert mul(IDENTITY, 5) == mul(G, 0) == IDENTITY
    assert SecretScalar.of(0).power(G) == SecretScalar.of(5).power(IDENTITY) == SecretScalar.of(0).base() == IDENTITY
    assert product([]) == product([IDENTITY, IDENTITY]) == IDENTITY


GOOD = encode_element(base_mul(7))


@pytest.mark.parametrize(
    "text", ["", GOOD[:-1], GOOD + "0", GOOD.upper(), " " + GOOD[1:], GOOD[:-1] + "\n", GOOD + "\n", 7, None, "g" * 64]
)
def test_malformed_element_texts(text: object) -> None:
    with pytest.raises(MalformedElement):
        decode_element(text)
    with pytest.raises(MalformedElement):
        decode_unchecked(text)


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "01", "00", "1_0", " 1", "1\n", "1.0", "٣", str(Q), str(Q + 1), "9" * 76, "1" * 77, 5, None],
)
def test_malformed_scalars(text: object) -> None:
    with pytest.raises(MalformedScalar):
        decode_scalar(text)


def test_scalar_bounds() -> None:
    assert decode_scalar("0") == 0
    assert decode_scalar(str(Q - 1)) == Q - 1
    for value in (-1, Q):
        with pytest.raises(MalformedScalar):
            encode_scalar(value)


def test_hash_to_scalar_is_big_endian_sha256() -> None:
    assert hash_to_scalar("abc") == int(hashlib.sha256(b"abc").hexdigest(), 16) % Q


@given(SCALARS, SCALARS, NONZERO)
def test_secret_arithmetic_equals_public(a: int, b: int, c: int) -> None:
    left, right = SecretScalar.of(a), SecretScalar.of(b)
    assert left.plus(right).reveal() == (a + b) % Q
    assert left.minus(right).reveal() == (a - b) % Q
    assert left.times(right).reveal() == a * b % Q
    assert left.response(right, c) == (a - b * c) % Q
    assert left.base() == base_mul(a)
    assert left.power(base_mul(c)) == base_mul(a * c)


@given(st.binary(min_size=64, max_size=64))
def test_reduction_of_wide_scalars(wide: bytes) -> None:
    assert SecretScalar.reduce(wide).reveal() == int.from_bytes(wide, "little") % Q


def test_secrets_stay_out_of_repr() -> None:
    secret = SecretScalar.random()
    assert secret != SecretScalar.random()
    assert str(secret.reveal()) not in repr(secret)
    assert secret.raw.hex() not in repr(secret)
    assert repr(group.SecretScalar.of(1)) == repr(secret)
