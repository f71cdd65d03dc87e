"""A booth's secrets: the device's signing key, the register key, and what checks each officer's PIN.

They travel in the booth package as ``keys.json``, sealed so that any two officers open them together and no one alone
(``trust.pairfile``). The PINs' verifiers lie inside the seal: before the opening there is nothing that a single PIN
could be tried against, and afterwards they live in the booth's memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.trust import pairfile
from epilwu.trust.canonical import Json, Record, dumps
from epilwu.trust.certificates import Holder
from epilwu.trust.errors import KeyFileRefused, MalformedFile
from epilwu.trust.keyfile import CHEAPEST, DEFAULT, Cost
from epilwu.trust.pairfile import FEWEST, MOST
from epilwu.trust.pin import DIGEST_SIZE, SALT_SIZE, VERIFIER_COST, PinVerifier

DEVICE_KEY_SIZE = 32
REGISTER_KEY_SIZE = 32
_FIELDS = ("device", "memory_kib", "operations", "register", "verifiers", "version")
_TODO = "Minta paket bilik yang baru dari panitia."


@dataclass(frozen=True, slots=True)
class BoothKeys:
    """The device's signing key, the register key (32 bytes), and each officer's verifier by number."""

    device: Ed25519PrivateKey = field(repr=False)
    register: bytes = field(repr=False)
    verifiers: Mapping[int, PinVerifier] = field(default_factory=dict, repr=False)


def seal_booth_keys(keys: BoothKeys, pins: Mapping[int, str], holder: Holder, *, cost: Cost = DEFAULT) -> bytes:
    """``keys.json``, good for this ``holder`` alone. ``pins`` by officer's number; their verifiers are made here.

    ``cost`` is what a guess at the file costs; a verifier, which no file shows, costs at most ``VERIFIER_COST``.
    """
    if len(keys.register) != REGISTER_KEY_SIZE:
        raise ValueError("register key of the wrong size")
    alone = cost if cost.memory_kib < VERIFIER_COST.memory_kib else VERIFIER_COST
    verifiers = [PinVerifier.of(pins[number], alone) for number in sorted(pins)]
    listed: list[Json] = [{"digest": each.digest.hex(), "salt": each.salt.hex()} for each in verifiers]
    secret = dumps(
        {
            "device": keys.device.private_bytes_raw().hex(),
            "memory_kib": alone.memory_kib,
            "operations": alone.operations,
            "register": keys.register.hex(),
            "verifiers": listed,
            "version": 1,
        }
    )
    return pairfile.seal(secret, pins, label=_label(holder), cost=cost)


def unseal_booth_keys(data: bytes, pins: Mapping[int, str], holder: Holder, *, where: str) -> BoothKeys:
    """What ``seal_booth_keys`` sealed, with two officers' PINs. Raises what ``pairfile.unseal`` raises."""
    secret = pairfile.unseal(data, pins, label=_label(holder), where=where)
    try:
        record = Record.parse(secret, _FIELDS, limit=pairfile.MAX_SECRET, where=where)
        cost = Cost(
            record.integer("operations", CHEAPEST.operations, VERIFIER_COST.operations),
            record.integer("memory_kib", CHEAPEST.memory_kib, VERIFIER_COST.memory_kib),
        )
        device = _exactly(record, "device", DEVICE_KEY_SIZE)
        register = _exactly(record, "register", REGISTER_KEY_SIZE)
        found = record.items("verifiers", FEWEST, MOST, lambda value, place: _verifier(value, place, cost))
    except MalformedFile as error:
        raise KeyFileRefused("Berkas kunci bilik tidak utuh.", where=where, todo=_TODO) from error
    return BoothKeys(Ed25519PrivateKey.from_private_bytes(device), register, dict(enumerate(found, 1)))


def _verifier(value: Json, where: str, cost: Cost) -> PinVerifier:
    record = Record.of(value, ("digest", "salt"), where)
    return PinVerifier(_exactly(record, "salt", SALT_SIZE), _exactly(record, "digest", DIGEST_SIZE), cost)


def _exactly(record: Record, name: str, size: int) -> bytes:
    data = record.octets(name, size)
    if len(data) != size:
        raise record.refuse(name, f"harus {size} bita")
    return data


def _label(holder: Holder) -> str:
    return f"epilwu/booth-keys/v2 {holder.uri}"
