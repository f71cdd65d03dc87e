"""Voting tokens and the one-use key pairs derived from them (Belenios: private and public credentials).

Source: Belenios specification 3.x, "Credentials". The token is the voter's secret on paper; only the public halves,
without order or serial number, are ever published.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from epilwu.protocol import canonical
from epilwu.protocol.errors import CredentialRepeated, CredentialsRefused, MalformedElement, TokenRefused
from epilwu.protocol.group import Element, SecretScalar, decode_element, encode_element

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
UUID_LENGTH = 14
MAX_CREDENTIALS = 100_000  # a station has 500; foreign elections of this size still fit in memory
MAX_CREDENTIALS_BYTES = 32 * 2**20

GROUPS = (5, 6, 5, 6)
"""How many characters stand in each of a token's groups."""
_TOKEN = re.compile("-".join(f"[{BASE58}]{{{size}}}" for size in GROUPS), re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """22 random Base58 characters in four groups, ``XXXXX-XXXXXX-XXXXX-XXXXXX``: 128 bits, hidden from ``repr``."""

    text: str = field(repr=False)

    @staticmethod
    def parse(text: str) -> Token:
        """Read a token exactly as printed; raise ``TokenRefused`` for anything else, never repeating it."""
        if _TOKEN.fullmatch(text) is None:
            raise TokenRefused("not a voting token (22 Base58 characters in groups of 5, 6, 5 and 6)")
        return Token(text)

    @staticmethod
    def generate() -> Token:
        """A fresh token from the system's randomness."""
        return Token("-".join(_random_base58(size) for size in GROUPS))


@dataclass(frozen=True, slots=True)
class Credential:
    """A token's key pair in one election: ``public`` is g to the ``secret``, ``public_hex`` its published form."""

    secret: SecretScalar
    public: Element
    public_hex: str


def grouped(text: str) -> str:
    """``text`` with its first 22 characters set in a token's groups, for what was typed without hyphens; any other
    text as it is. Says nothing of whether it is a token."""
    bare = text.replace("-", "")
    if len(bare) != sum(GROUPS):
        return text
    ends = list(itertools.accumulate(GROUPS))
    return "-".join(bare[start:end] for start, end in zip([0, *ends], ends, strict=False))


def derive(token: Token, uuid: str) -> Credential:
    """The key pair of ``token`` in the election ``uuid``; the same token gives unrelated keys in two elections."""
    halves = (hashlib.sha256(f"derive_credential|{uuid}|{i}|{token.text}".encode()).digest() for i in (0, 1))
    secret = SecretScalar.reduce(b"".join(halves)[::-1])  # big-endian digits; libsodium reads little-endian
    public = secret.base()
    return Credential(secret, public, encode_element(public))


def new_uuid() -> str:
    """A fresh election identifier of 14 Base58 characters."""
    return _random_base58(UUID_LENGTH)


def parse_credentials(data: bytes, *, bare: bool) -> tuple[str, ...]:
    """The credentials (64 hex digits each) of a published list, in its order.

    ``bare=True`` is E-Pilwu's form, nothing but elements. ``bare=False`` also reads belenios-tool's
    ``element,weight,login`` where the weight is empty or 1. Raises ``NotCanonical`` for other bytes,
    ``CredentialRepeated`` for a repetition, and ``CredentialsRefused`` for an invalid element, the identity, another
    weight, or a list of none or more than ``MAX_CREDENTIALS``.
    """
    value = canonical.loads(data, limit=MAX_CREDENTIALS_BYTES)
    entries = canonical.items(value, low=0, high=MAX_CREDENTIALS)
    if not entries:
        raise CredentialsRefused("the list is empty")
    seen: dict[str, None] = {}
    for position, entry in enumerate(entries):
        public_hex = _entry(canonical.text(entry), position, bare=bare)
        if public_hex in seen:
            raise CredentialRepeated("credential stands on the list twice", where=f"credential {position}")
        seen[public_hex] = None
    return tuple(seen)


def serialise_credentials(public_hexes: Iterable[str]) -> bytes:
    """The bare list, sorted: the order in which tokens were made or printed must not be published.

    Raises what ``parse_credentials`` raises: nothing is written that would not be read.
    """
    data = canonical.dumps(list(sorted(public_hexes)))
    parse_credentials(data, bare=True)
    return data


def _entry(text: str, position: int, *, bare: bool) -> str:
    where = f"credential {position}"
    public_hex, *rest = text.split(",")
    if rest and bare:
        raise CredentialsRefused("not a bare element", where=where)
    if len(rest) > 2 or (rest and rest[0] not in ("", "1")):
        raise CredentialsRefused("neither a bare element nor element,weight,login with weight 1", where=where)
    try:
        decode_element(public_hex)
    except MalformedElement as error:
        raise CredentialsRefused(error.what, where=where) from error
    return public_hex


def _random_base58(length: int) -> str:
    return "".join(secrets.choice(BASE58) for _ in range(length))
