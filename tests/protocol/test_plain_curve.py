"""The arithmetic in plain Python against libsodium: same answers, same refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumError

from epilwu.protocol import plain_curve as plain
from epilwu.protocol.group import IDENTITY, Q, base_mul

SCALARS = st.one_of(st.integers(0, 20), st.integers(Q - 20, Q + 20), st.integers(0, 2**256 - 1)).map(
    lambda number: number.to_bytes(32, "little")
)
SMALL_ORDER = tuple(
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
GOOD = st.integers(1, Q - 1).map(base_mul)
MIXED = st.tuples(GOOD, st.sampled_from(SMALL_ORDER[:8])).map(lambda pair: bindings.crypto_core_ed25519_add(*pair))
BYTES = st.binary(min_size=32, max_size=32)
POINTS = st.one_of(GOOD, st.sampled_from(SMALL_ORDER), MIXED, BYTES)
UNHURRIED = settings(max_examples=40)


def said(function: Callable[..., object], *arguments: bytes) -> object:
    try:
        return function(*arguments)
    except (SodiumError, plain.RuntimeError):
        return "refused"


def same(name: str, *arguments: bytes) -> None:
    assert said(getattr(plain, name), *arguments) == said(getattr(bindings, name), *arguments), arguments


@UNHURRIED
@given(POINTS)
def test_the_same_bytes_are_points(element: bytes) -> None:
    same("crypto_core_ed25519_is_valid_point", element)


def test_every_point_of_small_order_is_refused() -> None:
    for element in SMALL_ORDER:
        assert not plain.crypto_core_ed25519_is_valid_point(element)
        same("crypto_scalarmult_ed25519_noclamp", (3).to_bytes(32, "little"), element)
        for other in SMALL_ORDER:
            same("crypto_core_ed25519_add", element, other)


@UNHURRIED
@given(SCALARS, POINTS)
@example((Q - 1).to_bytes(32, "little"), base_mul(5))
@example(Q.to_bytes(32, "little"), base_mul(5))
@example(bytes(32), base_mul(5))
def test_the_same_products(scalar: bytes, element: bytes) -> None:
    same("crypto_scalarmult_ed25519_noclamp", scalar, element)
    same("crypto_scalarmult_ed25519_base_noclamp", scalar)


@UNHURRIED
@given(POINTS, POINTS)
def test_the_same_sums(left: bytes, right: bytes) -> None:
    same("crypto_core_ed25519_add", left, right)
    same("crypto_core_ed25519_sub", left, right)
    same("crypto_core_ed25519_sub", left, left)


@UNHURRIED
@given(SCALARS, SCALARS, st.binary(min_size=64, max_size=64))
def test_the_same_arithmetic_on_scalars(left: bytes, right: bytes, wide: bytes) -> None:
    same("crypto_core_ed25519_scalar_reduce", wide)
    reduced = [plain.crypto_core_ed25519_scalar_reduce(each + bytes(32)) for each in (left, right)]
    for name in ("add", "sub", "mul"):
        same(f"crypto_core_ed25519_scalar_{name}", *reduced)


def test_the_identity_is_no_product() -> None:
    with pytest.raises(plain.RuntimeError):
        plain.crypto_scalarmult_ed25519_base_noclamp(bytes(32))
    assert plain.crypto_core_ed25519_sub(base_mul(7), base_mul(7)) == IDENTITY


@settings(max_examples=15)
@given(st.binary(max_size=200), st.integers(0, 63), st.integers(1, 255))
def test_signatures_as_openssl_makes_them(message: bytes, place: int, flip: int) -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert plain.verify_signature(public, message, signature)
    assert not plain.verify_signature(public, message + b"x", signature)
    changed = bytearray(signature)
    changed[place] ^= flip
    assert not plain.verify_signature(public, message, bytes(changed))
    assert not plain.verify_signature(public, message, signature[:-1])
    assert not plain.verify_signature(SMALL_ORDER[0], message, signature)
