"""The trial: before anyone leaves, every stick opens a test sum, and several groups of ``threshold`` combine it.

The test sum follows from ``trustees.json`` alone, its randomness too, by hashing. So nobody can slip in a ciphertext of
his choosing, at the ceremony or later, and have it opened as a "trial"; and whoever was not there can check the trial.
What it shows is that each stick's secret is there, opens with its holder's code, and fits all the others'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb
from pathlib import Path

from epilwu.protocol import tally as protocol_tally
from epilwu.protocol.credential import BASE58, UUID_LENGTH
from epilwu.protocol.election_json import BeleniosElection, Question, serialise_election
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import DecryptionRefused, ProtocolError
from epilwu.protocol.group import Q, add, base_mul, mul
from epilwu.protocol.pedersen import recover_secret
from epilwu.protocol.proofs import Ciphertext
from epilwu.protocol.trustees import TrusteeSet, trustee_name
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trustee import ceremony
from epilwu.trustee.errors import CeremonyStopped, in_plain_words, words_of
from epilwu.trustee.files import Folder

MOST = 999  # the largest number in the test sum
ALL_GROUPS = 150  # up to so many groups of ``threshold`` are all tried (9 trustees, 5 of them: 126)
RESULT = "uji-coba.json"
_OWN = "uji-coba.bagian.json"
_FIELDS = ("groups", "numbers", "shares", "trustees", "version")


@dataclass(frozen=True, slots=True)
class Trial:
    """The test sum of one set of trustees and the ``numbers`` (0 to 999) that it must open to."""

    election: BeleniosElection
    tally: EncryptedTally
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """``groups`` are the owners of each group that opened the test sum to ``numbers``; ``shares`` the SHA-256 (hex) of
    every owner's share file, in order; ``trustees`` that of ``trustees.json``."""

    trustees: str
    numbers: tuple[int, ...]
    shares: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]


def trial_of(trustees: TrusteeSet) -> Trial:
    """The test sum of ``trustees``: always the same for the same ``trustees.json``."""

    def derive(what: str) -> int:
        text = f"epilwu/trustee-trial/v1|{what}|".encode() + trustees.data
        return int.from_bytes(hashlib.sha512(text).digest(), "big")

    digits = derive("uuid")
    uuid = "".join(BASE58[digits // 58**place % 58] for place in range(UUID_LENGTH))
    election = BeleniosElection.parse(
        serialise_election(
            name="Uji coba pemegang kunci",
            description="Uji coba pembukaan; bukan pemilihan",
            public_key=trustees.public_key,
            question=Question("Uji coba", ("Angka pertama", "Angka kedua"), blank=False),
            uuid=uuid,
        )
    )
    numbers, pairs = [], []
    for place in range(2):
        number, randomness = derive(f"number {place}") % (MOST + 1), derive(f"randomness {place}") % Q
        numbers.append(number)
        beta = add(mul(trustees.public_key, randomness), base_mul(number))
        pairs.append(Ciphertext(base_mul(randomness), beta))
    return Trial(election, EncryptedTally(tuple(pairs)), tuple(numbers))


def open_trial(stick: Path, passphrase: str) -> tuple[int, bytes]:
    """The holder's number and share of the test sum, kept on the stick; the stick must have confirmed the trustees.

    Raises ``StickUnready``, ``KeyFileRefused``, ``CeremonyStopped`` if the stick's secret is not the published one.
    """
    trustees, owner = ceremony.confirmed_trustees(stick)
    own = Folder(stick, private=True)
    seed = ceremony.unlock(stick, passphrase)  # tried in any case: that the code is right is what is being shown
    kept = own.read(_OWN)
    if kept is not None:
        return owner, kept
    trial = trial_of(trustees)
    with in_plain_words():
        secret = recover_secret(seed, ceremony.sealed_secret(stick), trustees.key(owner))
        share = protocol_tally.partial_decrypt(trial.election, trustees, owner, secret, trial.tally)
        data = protocol_tally.serialise_share(trial.election, trial.tally, share)
    own.write(_OWN, data)
    return owner, data


def has_opened(stick: Path) -> bool:
    """Whether the stick has opened its trial: as far as it knows, its ceremony is finished."""
    return Folder(stick, private=True).read(_OWN) is not None


def share_name(owner: int) -> str:
    """The shared name of a holder's share of the test sum."""
    return f"uji-coba.bagian-{owner}.json"


def share_fault(trustees: TrusteeSet, owner: int, data: bytes) -> str | None:
    """What is wrong with holder ``owner``'s share of the test sum, in Indonesian; None where nothing is."""
    trial = trial_of(trustees)
    try:
        _checked(trial, trustees, owner, data)
    except ProtocolError as error:
        return words_of(error)
    return None


def groups_to_try(size: int, threshold: int) -> tuple[tuple[int, ...], ...]:
    """Groups of ``threshold`` among owners 1 to ``size``: all of them where they are few, else neighbours in a ring, so
    that each holder sits in ``threshold`` of them (at least two)."""
    if comb(size, threshold) <= ALL_GROUPS:
        return tuple(combinations(range(1, size + 1), threshold))
    ring = [*range(1, size + 1), *range(1, size + 1)]
    return tuple(tuple(sorted(islice(ring, start, start + threshold))) for start in range(size))


def conclude(trustees: TrusteeSet, shares: Mapping[int, bytes]) -> TrialResult:
    """Combine everyone's shares (by owner) group by group; raise ``CeremonyStopped`` naming whose share is false, or
    the group that opens to something else."""
    trial = trial_of(trustees)
    item = trustees.items[0]
    with in_plain_words():
        trustees.require(shares.keys())
        opened = {owner: _checked(trial, trustees, owner, data).decryption for owner, data in shares.items()}
        groups = groups_to_try(len(item.owners), item.threshold)
        for group in groups:
            members = {owner: opened[owner] for owner in group}
            found = protocol_tally.combine(trial.election, trustees, trial.tally, members, ballots=MOST)
            if found != trial.numbers:
                raise CeremonyStopped(
                    "Kelompok ini membuka uji coba menjadi angka lain.",
                    where="pemegang kunci " + ", ".join(map(str, group)),
                    todo="Hentikan upacara dan ulangi bersama semua pemegang kunci.",
                )
    digests = tuple(hashlib.sha256(shares[owner]).hexdigest() for owner in sorted(shares))
    return TrialResult(hashlib.sha256(trustees.data).hexdigest(), trial.numbers, digests, groups)


def serialise_result(result: TrialResult) -> bytes:
    """The record of the trial: canonical JSON."""
    groups: list[Json] = [list(group) for group in result.groups]
    return dumps(
        {
            "groups": groups,
            "numbers": list(result.numbers),
            "shares": list(result.shares),
            "trustees": result.trustees,
            "version": 1,
        }
    )


def parse_result(data: bytes, *, where: str = RESULT) -> TrialResult:
    """Read the record strictly; raise ``MalformedFile``."""
    record = Record.parse(data, _FIELDS, limit=256 << 10, where=where)

    def number(value: Json, place: str) -> int:
        return Record.of({"n": value}, ("n",), place).integer("n", 0, MOST)

    def digest(value: Json, place: str) -> str:
        return Record.of({"sha256": value}, ("sha256",), place).matching("sha256", HEX_256)

    def group(value: Json, place: str) -> tuple[int, ...]:
        return Record.of({"group": value}, ("group",), place).items("group", 1, 100, number)

    return TrialResult(
        trustees=record.matching("trustees", HEX_256),
        numbers=record.items("numbers", 2, 2, number),
        shares=record.items("shares", 1, 100, digest),
        groups=record.items("groups", 1, ALL_GROUPS, group),
    )


def _checked(trial: Trial, trustees: TrusteeSet, owner: int, data: bytes) -> protocol_tally.Share:
    share = protocol_tally.parse_share(trial.election, trial.tally, data)
    if share.owner != owner:
        raise DecryptionRefused("the share is another trustee's", where=trustee_name(owner))
    protocol_tally.verify_share(trial.election, trustees, trial.tally, share)
    return share
