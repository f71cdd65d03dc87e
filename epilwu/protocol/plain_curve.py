"""edwards25519 in plain Python, with the interface of the part of ``nacl.bindings`` that the group uses.

For one purpose: the verifier as one file, on a computer that has Python and nothing else. Slow (some ten times as
slow as libsodium) and of variable time, so it must never meet a secret; only ``epilwu-verify.pyz``, which has none,
puts it in libsodium's place. Same answers and same refusals as libsodium (RFC 8032 section 5.1 for the encoding, the
extended coordinates of Hisil, Wong, Carter and Dawson 2008 for the arithmetic).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

IS_PLAIN = True
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, P) % P
_D2 = 2 * _D % P
_ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
_MASK = (1 << 255) - 1
_WINDOW = 4
_DIGITS = 64  # of four bits: any scalar below 2^256

Point = tuple[int, int, int, int]
"""X, Y, Z, T with x = X/Z, y = Y/Z, T = XY/Z."""
_ZERO: Point = (0, 1, 1, 0)


class RuntimeError(Exception):
    """What libsodium refuses."""


def crypto_core_ed25519_is_valid_point(element: bytes) -> bool:
    """Whether these 32 bytes are the one writing of a point of the prime-order subgroup other than the identity."""
    return _subgroup_point(element) is not None


def crypto_scalarmult_ed25519_noclamp(scalar: bytes, element: bytes) -> bytes:
    """``element`` times ``scalar``; refuses what ``is_valid_point`` does, and a product that is the identity."""
    point = _subgroup_point(element)
    if point is None:
        raise RuntimeError("not a point of the prime-order subgroup")
    return _encode_product(_multiply(_exponent(scalar), point), scalar)


def crypto_scalarmult_ed25519_base_noclamp(scalar: bytes) -> bytes:
    """The base point times ``scalar``; refuses a product that is the identity."""
    total, exponent = _ZERO, _exponent(scalar)
    for row in _base_table():
        digit = exponent & 15
        exponent >>= _WINDOW
        if digit:
            total = _plus(total, row[digit])
    return _encode_product(total, scalar)


def crypto_core_ed25519_add(left: bytes, right: bytes) -> bytes:
    """The sum of two points of the curve, whatever their order."""
    return _encode(_plus(_decode(left), _decode(right)))


def crypto_core_ed25519_sub(left: bytes, right: bytes) -> bytes:
    """The difference of two points of the curve, whatever their order."""
    x, y, z, t = _decode(right)
    return _encode(_plus(_decode(left), (P - x, y, z, P - t)))


def crypto_core_ed25519_scalar_reduce(wide: bytes) -> bytes:
    """64 bytes modulo the group's order."""
    return (int.from_bytes(wide, "little") % ORDER).to_bytes(32, "little")


def crypto_core_ed25519_scalar_add(left: bytes, right: bytes) -> bytes:
    """Sum modulo the group's order."""
    return crypto_core_ed25519_scalar_reduce(_wide(int.from_bytes(left, "little") + int.from_bytes(right, "little")))


def crypto_core_ed25519_scalar_sub(left: bytes, right: bytes) -> bytes:
    """Difference modulo the group's order."""
    difference = int.from_bytes(left, "little") - int.from_bytes(right, "little")
    return (difference % ORDER).to_bytes(32, "little")


def crypto_core_ed25519_scalar_mul(left: bytes, right: bytes) -> bytes:
    """Product modulo the group's order."""
    return crypto_core_ed25519_scalar_reduce(_wide(int.from_bytes(left, "little") * int.from_bytes(right, "little")))


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032 section 5.1.7, without cofactor) under a key of the prime-order subgroup."""
    key = _subgroup_point(public_key)
    exponent = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or key is None or exponent >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    x, y, z, t = _multiply(challenge, key)
    base = _multiply(exponent, _base_table()[0][1])
    return _encode(_plus(base, (P - x, y, z, P - t))) == signature[:32]


def _wide(number: int) -> bytes:
    return number.to_bytes(64, "little")


def _exponent(scalar: bytes) -> int:
    if len(scalar) != 32:
        raise TypeError("a scalar has 32 bytes")
    return int.from_bytes(scalar, "little") & _MASK  # libsodium ignores the highest bit, too


def _encode_product(point: Point, scalar: bytes) -> bytes:
    x, y, z, _ = point
    if (x == 0 and y == z) or not any(scalar):
        raise RuntimeError("the product is the identity")
    return _encode(point)


def _encode(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return ((y * inverse % P) | ((x * inverse % P & 1) << 255)).to_bytes(32, "little")


@lru_cache(maxsize=1 << 15)
def _decode(element: bytes) -> Point:
    """A point of the curve; like libsodium this takes y modulo p and no offence at a negative zero."""
    if len(element) != 32:
        raise TypeError("a point has 32 bytes")
    number = int.from_bytes(element, "little")
    sign, y = number >> 255, (number & _MASK) % P
    above, below = (y * y - 1) % P, (_D * y * y + 1) % P
    cube = below * below % P * below % P
    x = above * cube % P * pow(above * cube % P * cube % P * below % P, (P - 5) // 8, P) % P
    square = below * x % P * x % P
    if square == P - above and above:
        x = x * _ROOT_OF_MINUS_ONE % P
    elif square != above:
        raise RuntimeError("not a point of the curve")
    if x & 1 != sign:
        x = P - x if x else 0
    return x, y, 1, x * y % P


@lru_cache(maxsize=1 << 15)
def _subgroup_point(element: bytes) -> Point | None:
    """The point that ``element`` writes canonically, None where it is none of the subgroup or the identity."""
    if int.from_bytes(element, "little") & _MASK >= P:
        return None
    try:
        point = _decode(element)
    except RuntimeError:
        return None
    if point[0] == 0 or _encode(point) != element:  # the identity, the point of order 2, or a negative zero
        return None
    x, y, z, _ = _multiply(ORDER, point)
    return point if x == 0 and y == z else None


def _multiply(scalar: int, point: Point) -> Point:
    """Four bits at a time, from the highest."""
    table = _multiples(point)
    total = _ZERO
    for shift in range((scalar.bit_length() + _WINDOW - 1) // _WINDOW * _WINDOW - _WINDOW, -1, -_WINDOW):
        total = _double(_double(_double(_double(total))))
        digit = scalar >> shift & 15
        if digit:
            total = _plus(total, table[digit])
    return total


@lru_cache(maxsize=256)
def _multiples(point: Point) -> tuple[Point, ...]:
    """0 to 15 times ``point``."""
    found = [_ZERO, point]
    for _ in range(14):
        found.append(_plus(found[-1], point))
    return tuple(found)


@lru_cache(maxsize=1)
def _base_table() -> tuple[tuple[Point, ...], ...]:
    """Row i holds 0 to 15 times 16^i times the base point (y = 4/5, x even)."""
    point = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    rows = []
    for _ in range(_DIGITS):
        row = _multiples(point)
        rows.append(row)
        point = _plus(row[15], point)
    return tuple(rows)


def _plus(left: Point, right: Point) -> Point:
    """The unified addition for a = -1: complete on this curve, so that no case needs another formula."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = t1 * _D2 % P * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(point: Point) -> Point:
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    c = 2 * z * z % P
    h = a + b
    e = h - (x + y) * (x + y) % P
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P
