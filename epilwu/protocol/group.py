"""The prime-order subgroup of edwards25519, through libsodium (PyNaCl).

Elements are the 32 bytes of RFC 8032 section 5.1.2; on the wire they are 64 lower-case hex digits of those bytes
*reversed* (Belenios specification 3.x, group "Ed25519"). Two kinds of exponent are kept apart by type:

- ``int`` in [0, Q): public. Arithmetic on it is Python's and takes variable time.
- ``SecretScalar``: 32 bytes that only libsodium's constant-time functions touch.

libsodium's multiplication refuses to return the identity, and its own checks refuse points outside the subgroup;
the functions here define the identity's cases so that callers need not.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NewType

from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumError

from epilwu.protocol.errors import MalformedElement, MalformedScalar

Element = NewType("Element", bytes)

Q = 2**252 + 27742317777372353535851937790883648493
IDENTITY = Element(b"\x01" + bytes(31))
_ONE = (1).to_bytes(32, "little")
G = Element(bindings.crypto_scalarmult_ed25519_base_noclamp(_ONE))

_ELEMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SCALAR = re.compile(r"0|[1-9][0-9]{0,75}", re.ASCII)


def encode_element(element: Element) -> str:
    """The 64 hex digits of ``element`` as Belenios writes them (big-endian hex of the little-endian bytes)."""
    return element[::-1].hex()


def decode_element(text: object, *, allow_identity: bool = False) -> Element:
    """Read what ``encode_element`` writes; raise ``MalformedElement`` for every other string.

    Small-order, mixed-order and non-canonical encodings are refused (libsodium's ``is_valid_point`` checks all
    three). The identity passes only where the caller says that the protocol allows it.
    """
    element = decode_unchecked(text)
    if element != IDENTITY:
        check_element(element)
    elif not allow_identity:
        raise MalformedElement("the identity is not allowed here")
    return element


def decode_unchecked(text: object) -> Element:
    """The 32 bytes of 64 lower-case hex digits, not yet known to be a point.

    Only for a caller that passes them to ``check_element``, or to ``mul`` with a scalar that is not 0, before it
    trusts them.
    """
    if not isinstance(text, str) or _ELEMENT.fullmatch(text) is None:
        raise MalformedElement("not 64 lower-case hex digits")
    return Element(bytes.fromhex(text)[::-1])


def check_element(element: Element) -> None:
    """Raise ``MalformedElement`` unless ``element`` is a canonical point of the subgroup other than the identity."""
    if not bindings.crypto_core_ed25519_is_valid_point(element):
        raise MalformedElement("not a canonical point of the prime-order subgroup")


def encode_scalar(scalar: int) -> str:
    """The decimal digits of ``scalar``, which must be in [0, Q)."""
    if not 0 <= scalar < Q:
        raise MalformedScalar("scalar out of range")
    return str(scalar)


def decode_scalar(text: object) -> int:
    """Read a canonical decimal below Q (no sign, no leading zero); raise ``MalformedScalar`` otherwise."""
    if not isinstance(text, str) or _SCALAR.fullmatch(text) is None:
        raise MalformedScalar("not a canonical decimal")
    value = int(text)
    if value >= Q:
        raise MalformedScalar("not below the group order")
    return value


def hash_to_scalar(text: str) -> int:
    """H(s): SHA-256 of the string's UTF-8 bytes as a big-endian integer, mod Q."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % Q


def mul(element: Element, scalar: int) -> Element:
    """``element`` to the power ``scalar`` (public, variable time around libsodium); both may be trivial.

    For a scalar that is not 0 mod Q this is also a full check of ``element``: libsodium refuses small-order,
    mixed-order and non-canonical points before it multiplies; ``MalformedElement`` says so.
    """
    scalar %= Q
    if scalar == 0 or element == IDENTITY:
        return IDENTITY
    try:
        return Element(bindings.crypto_scalarmult_ed25519_noclamp(scalar.to_bytes(32, "little"), element))
    except SodiumError as error:
        raise MalformedElement("not a canonical point of the prime-order subgroup") from error


def base_mul(scalar: int) -> Element:
    """g to the power ``scalar`` (public)."""
    scalar %= Q
    if scalar == 0:
        return IDENTITY
    return Element(bindings.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little")))


def add(left: Element, right: Element) -> Element:
    """The product of two elements in the protocol's multiplicative writing; ``MalformedElement`` if off the curve."""
    try:
        return Element(bindings.crypto_core_ed25519_add(left, right))
    except SodiumError as error:
        raise MalformedElement("not a point of the curve") from error


def sub(left: Element, right: Element) -> Element:
    """The quotient of two elements; ``MalformedElement`` if off the curve."""
    try:
        return Element(bindings.crypto_core_ed25519_sub(left, right))
    except SodiumError as error:
        raise MalformedElement("not a point of the curve") from error


def product(elements: Iterable[Element]) -> Element:
    """The product of any number of elements; the identity for none."""
    total = IDENTITY
    for element in elements:
        total = element if total == IDENTITY else add(total, element)
    return total


@dataclass(frozen=True, slots=True)
class SecretScalar:
    """An exponent that must not leak: 32 little-endian bytes below Q, never shown, never logged."""

    raw: bytes = field(repr=False)

    @staticmethod
    def random() -> SecretScalar:
        """Uniform in [0, Q) up to a bias of 2^-259 (64 random bytes reduced)."""
        return SecretScalar.reduce(secrets.token_bytes(64))

    @staticmethod
    def reduce(wide: bytes) -> SecretScalar:
        """64 little-endian bytes reduced mod Q in constant time."""
        return SecretScalar(bindings.crypto_core_ed25519_scalar_reduce(wide))

    @staticmethod
    def of(value: int) -> SecretScalar:
        """A scalar from a number in [0, Q)."""
        return SecretScalar((value % Q).to_bytes(32, "little"))

    def plus(self, other: SecretScalar) -> SecretScalar:
        """Sum mod Q, constant time."""
        return SecretScalar(bindings.crypto_core_ed25519_scalar_add(self.raw, other.raw))

    def minus(self, other: SecretScalar) -> SecretScalar:
        """Difference mod Q, constant time."""
        return SecretScalar(bindings.crypto_core_ed25519_scalar_sub(self.raw, other.raw))

    def times(self, other: SecretScalar) -> SecretScalar:
        """Product mod Q, constant time."""
        return SecretScalar(bindings.crypto_core_ed25519_scalar_mul(self.raw, other.raw))

    def response(self, witness: SecretScalar, challenge: int) -> int:
        """``self - witness * challenge`` mod Q: a proof's response, with ``self`` the one-time mask. Public."""
        masked = bindings.crypto_core_ed25519_scalar_sub(
            self.raw, bindings.crypto_core_ed25519_scalar_mul(witness.raw, challenge.to_bytes(32, "little"))
        )
        return int.from_bytes(masked, "little")

    def reveal(self) -> int:
        """The number itself, for the few places that must write it (a sealed key, a disclosed response)."""
        return int.from_bytes(self.raw, "little")

    def base(self) -> Element:
        """g to this power."""
        if self.raw == bytes(32):
            return IDENTITY
        return Element(bindings.crypto_scalarmult_ed25519_base_noclamp(self.raw))

    def power(self, element: Element) -> Element:
        """``element`` to this power; ``element`` must be a valid point or the identity."""
        if element == IDENTITY or self.raw == bytes(32):
            return IDENTITY
        try:
            return Element(bindings.crypto_scalarmult_ed25519_noclamp(self.raw, element))
        except SodiumError as error:
            raise MalformedElement("not a point of the prime-order subgroup") from error
