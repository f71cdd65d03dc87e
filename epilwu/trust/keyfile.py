"""Secrets at rest: sealed with a passphrase through Argon2id (RFC 9106) and AES-256-GCM (NIST SP 800-38D).

The file is canonical JSON. Everything but the ciphertext is authenticated with it, the label too, so a file sealed for
one purpose does not open for another.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.pwhash import argon2id

from epilwu.trust.canonical import Json, Record, dumps, is_plain_line
from epilwu.trust.errors import KeyFileRefused

LIMIT = 64 << 10
MAX_SECRET = 16 << 10
_NONCE_SIZE = 12
_TAG_SIZE = 16
_MAX_OPERATIONS = 16
_MAX_MEMORY_KIB = 1 << 20
"""A file may not make its reader spend more than 1 GiB and some seconds."""
_FIELDS = ("cipher", "ciphertext", "kdf", "label", "memory_kib", "nonce", "operations", "salt", "version")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: passes over the memory, and the memory in KiB (libsodium: one lane)."""

    operations: int
    memory_kib: int


DEFAULT = Cost(operations=3, memory_kib=128 << 10)
"""About 0.2 s on a 2020s desktop core, within a second on a booth's small processor."""
CHEAPEST = Cost(operations=1, memory_kib=8)
"""The least that libsodium takes. For tests: it protects nothing."""


def seal(secret: bytes, passphrase: str, *, label: str, cost: Cost = DEFAULT) -> bytes:
    """The sealed file. ``secret`` is at most 16 KiB; ``label`` a printable line that names the secret's purpose."""
    if not secret or len(secret) > MAX_SECRET or not is_plain_line(label, 200):
        raise ValueError("secret or label out of range")
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    nonce = secrets.token_bytes(_NONCE_SIZE)
    header = _header(label, cost, salt, nonce)
    key = _derive(passphrase, salt, cost)
    ciphertext = AESGCM(key).encrypt(nonce, secret, dumps(header))
    return dumps({**header, "ciphertext": ciphertext.hex()})


def unseal(data: bytes, passphrase: str, *, label: str, where: str = "berkas kunci") -> bytes:
    """The secret. Raises ``MalformedFile`` for another kind of file, ``KeyFileRefused`` for one that does not open."""
    record = Record.parse(data, _FIELDS, limit=LIMIT, where=where)
    record.one_of("kdf", ("argon2id",))
    record.one_of("cipher", ("aes-256-gcm",))
    cost = Cost(
        record.integer("operations", CHEAPEST.operations, _MAX_OPERATIONS),
        record.integer("memory_kib", CHEAPEST.memory_kib, _MAX_MEMORY_KIB),
    )
    salt = record.octets("salt", argon2id.SALTBYTES)
    nonce = record.octets("nonce", _NONCE_SIZE)
    ciphertext = record.octets("ciphertext", MAX_SECRET + _TAG_SIZE)
    if len(salt) != argon2id.SALTBYTES or len(nonce) != _NONCE_SIZE or len(ciphertext) <= _TAG_SIZE:
        raise record.refuse("ciphertext", "tidak utuh")
    if record.line("label", 200) != label:
        raise KeyFileRefused("Berkas kunci ini untuk keperluan lain.", where=where, todo="Pakai berkas yang benar.")
    try:
        return AESGCM(_derive(passphrase, salt, cost)).decrypt(
            nonce, ciphertext, dumps(_header(label, cost, salt, nonce))
        )
    except InvalidTag as error:
        raise KeyFileRefused(
            "Kode pembuka salah, atau berkas kunci berubah.", where=where, todo="Ketik ulang kode dengan teliti."
        ) from error


def seal_signing_key(key: Ed25519PrivateKey, owner: str, passphrase: str, *, cost: Cost = DEFAULT) -> bytes:
    """A signing key sealed for ``owner`` (a holder's URI, or a root's fingerprint)."""
    return seal(key.private_bytes_raw(), passphrase, label=_signing_label(owner), cost=cost)


def open_signing_key(data: bytes, owner: str, passphrase: str, *, where: str = "berkas kunci") -> Ed25519PrivateKey:
    """What ``seal_signing_key`` sealed; raises as ``unseal``."""
    raw = unseal(data, passphrase, label=_signing_label(owner), where=where)
    return Ed25519PrivateKey.from_private_bytes(raw)


def _signing_label(owner: str) -> str:
    return f"epilwu/signing-key/v1 {owner}"


def _header(label: str, cost: Cost, salt: bytes, nonce: bytes) -> dict[str, Json]:
    return {
        "cipher": "aes-256-gcm",
        "kdf": "argon2id",
        "label": label,
        "memory_kib": cost.memory_kib,
        "nonce": nonce.hex(),
        "operations": cost.operations,
        "salt": salt.hex(),
        "version": 1,
    }


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """32 key bytes. The passphrase is normalised (NFKC), so that two keyboards' accents are one passphrase."""
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    if not typed:
        raise KeyFileRefused("Kode pembuka kosong.", todo="Ketik kode pembuka.")
    return argon2id.kdf(32, typed, salt, opslimit=cost.operations, memlimit=cost.memory_kib * 1024)
