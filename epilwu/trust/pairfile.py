"""A secret that any two of several people open together, and none of them alone.

The secret lies under a random key (AES-256-GCM, NIST SP 800-38D). That key is wrapped once for each pair of people,
under Argon2id (RFC 9106) of both PINs, the lower number's first. Whoever knows one PIN must guess the whole of
another: there is nothing in the file that a single PIN could be tried against.

Canonical JSON; everything but the two kinds of ciphertext is authenticated with each, label and cost too.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.pwhash import argon2id

from epilwu.trust.canonical import Json, Record, dumps, is_plain_line
from epilwu.trust.errors import KeyFileRefused
from epilwu.trust.keyfile import CHEAPEST, DEFAULT, Cost
from epilwu.trust.pin import read_pin

LIMIT = 64 << 10
MAX_SECRET = 16 << 10
FEWEST, MOST = 2, 7
"""People whose pairs open a file: two at least; seven make 21 pairs."""
_KEY_SIZE = 32
_NONCE_SIZE = 12
_TAG_SIZE = 16
_MAX_OPERATIONS = 16
_MAX_MEMORY_KIB = 1 << 20
_FIELDS = ("cipher", "ciphertext", "kdf", "label", "memory_kib", "nonce", "operations", "pairs", "version")
_TODO = "Minta paket bilik yang baru dari panitia."

Pair = tuple[int, int]
"""Two people's numbers, the lower first."""


@dataclass(frozen=True, slots=True)
class _Wrap:
    pair: Pair
    salt: bytes
    nonce: bytes
    wrapped: bytes


def seal(secret: bytes, pins: Mapping[int, str], *, label: str, cost: Cost = DEFAULT) -> bytes:
    """The sealed file for 2 to 7 people; ``pins`` by their number (1, 2, …), ``label`` names the secret's purpose."""
    if not secret or len(secret) > MAX_SECRET or not is_plain_line(label, 200):
        raise ValueError("secret or label out of range")
    if not FEWEST <= len(pins) <= MOST or set(pins) != set(range(1, len(pins) + 1)):
        raise ValueError("people out of range")
    key, nonce = secrets.token_bytes(_KEY_SIZE), secrets.token_bytes(_NONCE_SIZE)
    wraps: list[Json] = [_wrap(key, pair, pins, label, cost) for pair in itertools.combinations(sorted(pins), 2)]
    header = {**_header(label, cost), "nonce": nonce.hex(), "pairs": wraps}
    return dumps({**header, "ciphertext": AESGCM(key).encrypt(nonce, secret, dumps(header)).hex()})


def people(data: bytes, *, where: str = "berkas kunci") -> int:
    """For how many people's pairs the file is made; raise ``MalformedFile`` where a pair is missing or strange."""
    return _people(_wraps(_record(data, where)))


def unseal(data: bytes, pins: Mapping[int, str], *, label: str, where: str = "berkas kunci") -> bytes:
    """The secret, with the PINs of exactly two people.

    Raises ``MalformedFile`` for another kind of file, ``PinRefused`` for a PIN that cannot be one, ``KeyFileRefused``
    for PINs that do not open it (which of the two is wrong cannot be told) or another purpose.
    """
    if len(pins) != 2:
        raise KeyFileRefused("Harus tepat dua petugas.", where=where, todo="Pilih dua petugas yang berbeda.")
    record = _record(data, where)
    wraps = {wrap.pair: wrap for wrap in _wraps(record)}
    if record.line("label", 200) != label:
        raise KeyFileRefused("Berkas kunci ini untuk keperluan lain.", where=where, todo="Pakai berkas yang benar.")
    low, high = sorted(pins)
    wrap = wraps.get((low, high))
    if wrap is None:
        raise KeyFileRefused(
            "Petugas itu tidak ada dalam paket ini.", where=where, todo="Pilih petugas yang tercantum."
        )
    cost = _cost(record)
    try:
        key = AESGCM(_derive(wrap.pair, pins, wrap.salt, cost)).decrypt(
            wrap.nonce, wrap.wrapped, _bound(wrap.pair, wrap.salt, label, cost)
        )
        header = {name: value for name, value in record.values.items() if name != "ciphertext"}
        return AESGCM(key).decrypt(
            record.octets("nonce", _NONCE_SIZE), record.octets("ciphertext", MAX_SECRET + _TAG_SIZE), dumps(header)
        )
    except (InvalidTag, ValueError) as error:
        raise KeyFileRefused(
            "Salah satu dari kedua PIN bukan milik petugas itu, atau berkas kunci berubah.",
            where=where,
            todo="Periksa siapa yang dipilih, lalu kedua petugas mengetik ulang.",
        ) from error


def _record(data: bytes, where: str) -> Record:
    record = Record.parse(data, _FIELDS, limit=LIMIT, where=where)
    record.one_of("kdf", ("argon2id",))
    record.one_of("cipher", ("aes-256-gcm",))
    return record


def _cost(record: Record) -> Cost:
    return Cost(
        record.integer("operations", CHEAPEST.operations, _MAX_OPERATIONS),
        record.integer("memory_kib", CHEAPEST.memory_kib, _MAX_MEMORY_KIB),
    )


def _wraps(record: Record) -> tuple[_Wrap, ...]:
    return record.items("pairs", 1, MOST * (MOST - 1) // 2, _read_wrap)


def _people(wraps: tuple[_Wrap, ...]) -> int:
    size = max(wrap.pair[1] for wrap in wraps)
    if [wrap.pair for wrap in wraps] != list(itertools.combinations(range(1, size + 1), 2)):
        raise KeyFileRefused("Pasangan petugas dalam berkas kunci tidak lengkap.", todo=_TODO)
    return size


def _read_wrap(value: Json, where: str) -> _Wrap:
    record = Record.of(value, ("first", "nonce", "salt", "second", "wrapped"), where)
    first = record.integer("first", 1, MOST - 1)
    wrap = _Wrap(
        (first, record.integer("second", first + 1, MOST)),
        record.octets("salt", argon2id.SALTBYTES),
        record.octets("nonce", _NONCE_SIZE),
        record.octets("wrapped", _KEY_SIZE + _TAG_SIZE),
    )
    if (len(wrap.salt), len(wrap.nonce)) != (argon2id.SALTBYTES, _NONCE_SIZE):
        raise record.refuse("salt", "tidak utuh")
    return wrap


def _wrap(key: bytes, pair: Pair, pins: Mapping[int, str], label: str, cost: Cost) -> dict[str, Json]:
    salt, nonce = secrets.token_bytes(argon2id.SALTBYTES), secrets.token_bytes(_NONCE_SIZE)
    wrapped = AESGCM(_derive(pair, pins, salt, cost)).encrypt(nonce, key, _bound(pair, salt, label, cost))
    return {"first": pair[0], "nonce": nonce.hex(), "salt": salt.hex(), "second": pair[1], "wrapped": wrapped.hex()}


def _header(label: str, cost: Cost) -> dict[str, Json]:
    return {
        "cipher": "aes-256-gcm",
        "kdf": "argon2id",
        "label": label,
        "memory_kib": cost.memory_kib,
        "operations": cost.operations,
        "version": 1,
    }


def _bound(pair: Pair, salt: bytes, label: str, cost: Cost) -> bytes:
    """What a wrap is authenticated with: it opens for this pair, this purpose and at this cost alone."""
    return dumps({**_header(label, cost), "first": pair[0], "salt": salt.hex(), "second": pair[1]})


def _derive(pair: Pair, pins: Mapping[int, str], salt: bytes, cost: Cost) -> bytes:
    """32 key bytes of both PINs, the lower number's first; both have one length, so nothing can be shifted."""
    both = "".join(read_pin(pins[number]) for number in pair).encode()
    return argon2id.kdf(_KEY_SIZE, both, salt, opslimit=cost.operations, memlimit=cost.memory_kib * 1024)
