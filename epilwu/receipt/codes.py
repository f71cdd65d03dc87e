"""Signed codes of fixed length as QR text: a prefix and base45 (RFC 9285), read as strictly as written.

base45 is used because all its characters are in the QR alphanumeric alphabet, at 5.5 bits each.
"""

from __future__ import annotations

import re
from typing import Final

from base45 import b45decode, b45encode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.receipt.errors import ForgedCode, MalformedCode, PayloadOutOfRange

SIGNATURE_BYTES: Final = 64
UUID_BYTES: Final = 14
BASE45_TEXT = re.compile(r"[0-9A-Z $%*+\-./:]*", re.ASCII)
_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14}", re.ASCII)


def encode(prefix: str, data: bytes) -> str:
    """``prefix`` followed by the base45 of ``data``."""
    encoded: bytes = b45encode(data)
    return prefix + encoded.decode("ascii")


def decode(text: str, prefix: str, size: int) -> bytes:
    """The ``size`` bytes of which ``text`` is the one encoding; raise ``MalformedCode`` for every other text.

    The library forgives a trailing line feed, and may forgive more in another version; so the alphabet is checked
    before it and its answer is encoded again and compared.
    """
    if not text.startswith(prefix):
        raise MalformedCode(f"Kode QR tidak diawali {prefix}", todo="Pindai kertas yang benar.")
    body = text[len(prefix) :]
    if len(body) != size // 2 * 3 + size % 2 * 2 or BASE45_TEXT.fullmatch(body) is None:
        raise MalformedCode("Kode QR tidak lengkap atau berisi karakter asing.", todo="Pindai ulang.")
    try:
        data: bytes = b45decode(body)
    except ValueError:
        raise MalformedCode("Kode QR bukan base45 yang sah.", todo="Pindai ulang.") from None
    if len(data) != size or encode(prefix, data) != text:
        raise MalformedCode("Kode QR bukan bentuk bakunya.", todo="Pindai ulang.")
    return data


def sign(context: bytes, body: bytes, key: Ed25519PrivateKey) -> bytes:
    """``body`` followed by the Ed25519 signature over ``context``, a zero byte and ``body``."""
    return body + key.sign(context + b"\0" + body)


def verify(context: bytes, signed: bytes, key: Ed25519PublicKey) -> None:
    """Check what ``sign`` made; raise ``ForgedCode`` when the signature is not by ``key`` over these bytes."""
    body, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    try:
        key.verify(signature, context + b"\0" + body)
    except InvalidSignature:
        raise ForgedCode("Tanda tangan pada kode QR tidak sah untuk bilik ini.") from None


def uuid_bytes(uuid: str) -> bytes:
    """The 14 ASCII bytes of an election's uuid; raise ``PayloadOutOfRange`` when it is not 14 Base58 characters."""
    if _UUID.fullmatch(uuid) is None:
        raise PayloadOutOfRange("uuid bukan 14 karakter Base58", where=repr(uuid))
    return uuid.encode("ascii")


def read_uuid(data: bytes) -> str:
    """The uuid in 14 bytes; raise ``MalformedCode`` when they are not Base58 characters."""
    text = data.decode("latin-1")
    if _UUID.fullmatch(text) is None:
        raise MalformedCode("Kode QR tidak memuat uuid pemilihan.")
    return text


def check_range(name: str, value: int, low: int, high: int) -> None:
    """Raise ``PayloadOutOfRange`` unless low <= ``value`` <= high."""
    if not low <= value <= high:
        raise PayloadOutOfRange(f"{name} di luar {low}..{high}", where=str(value))
