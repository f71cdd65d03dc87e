"""What the trustees' tests share: belenios-tool's ceremony and decryptions, fresh ceremonies, fresh tallies."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from belenios_samples import VECTORS

from epilwu.protocol import canonical, pedersen
from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.ballot import (
    BeleniosElection,
    Question,
    choice_vector,
    make_ballot,
    parse_ballot,
    serialise_election,
)
from epilwu.protocol.chain import EventType
from epilwu.protocol.credential import Token, derive, new_uuid
from epilwu.protocol.group import Element, SecretScalar
from epilwu.protocol.sealing import derive_keys, new_seed
from epilwu.protocol.tally import EncryptedTally, PartialDecryption, Share, partial_decrypt, sum_ballots
from epilwu.protocol.trustees import (
    Certificate,
    TrusteeSet,
    make_public_share,
    parse_trustees,
    serialise_trustees,
)

PEDERSEN = VECTORS / "threshold3of5-cand3"


@dataclass(frozen=True)
class Foreign:
    """A whole archive made by belenios-tool, taken apart."""

    election: BeleniosElection
    trustees: TrusteeSet
    tally: EncryptedTally
    choices: tuple[Any, ...]
    decryptions: dict[int, PartialDecryption]
    raw_decryptions: dict[int, bytes]
    result: bytes


@cache
def foreign(name: str) -> Foreign:
    (path,) = (VECTORS / name).glob("*.bel")
    events = list(ArchiveReader(io.BytesIO(path.read_bytes())).events())
    election = BeleniosElection.parse(events[0].data[0])
    published = {event.type: event for event in events}
    tally = EncryptedTally.parse(published[EventType.ENCRYPTED_TALLY].data[0], election.question)
    partial = {e.count("owner"): e.data[0] for e in events if e.type is EventType.PARTIAL_DECRYPTION}
    return Foreign(
        election=election,
        trustees=parse_trustees(events[0].data[1]),
        tally=tally,
        choices=tuple(parse_ballot(election, e.data[0]).choices for e in events if e.type is EventType.BALLOT),
        decryptions={owner: PartialDecryption.parse(data, tally, owner) for owner, data in partial.items()},
        raw_decryptions=partial,
        result=published[EventType.RESULT].data[0],
    )


def single_secrets(name: str) -> list[SecretScalar]:
    """The secrets of the mandatory trustees, in the order of ``public_keys.jsons``."""
    folder = VECTORS / name
    by_key = {}
    for path in folder.glob("*.privkey"):
        public = json.loads(path.with_suffix(".pubkey").read_text())["public_key"]
        by_key[public] = SecretScalar.of(int(json.loads(path.read_text())))
    order = [json.loads(line)["public_key"] for line in (folder / "public_keys.jsons").read_text().splitlines()]
    return [by_key[key] for key in order]


@dataclass(frozen=True)
class ForeignCeremony:
    """belenios-tool's ceremony; lists are in the order of the trustees' indices."""

    certificates: tuple[Certificate, ...]
    dealings: tuple[pedersen.Dealing, ...]
    seeds: list[str]
    letters: list[bytes]
    outputs: list[bytes]
    sealed: list[str]


@cache
def foreign_ceremony() -> ForeignCeremony:
    certificates = pedersen.read_certificates((PEDERSEN / "certs.jsons").read_bytes().splitlines())
    seeds: dict[int, Path] = {}
    for path in PEDERSEN.glob("*.key"):
        own = pedersen.own_certificate(derive_keys(path.read_text().strip()), certificates)
        seeds[own.context.index] = path
    paths = [seeds[index] for index in sorted(seeds)]
    return ForeignCeremony(
        certificates,
        pedersen.read_dealings(certificates, (PEDERSEN / "polynomials.jsons").read_bytes().splitlines()),
        [path.read_text().strip() for path in paths],
        [path.with_suffix(".vinput").read_bytes().strip() for path in paths],
        [path.with_suffix(".voutput").read_bytes().strip() for path in paths],
        [path.with_suffix(".dkey").read_text().strip() for path in paths],
    )


@dataclass(frozen=True)
class Group:
    """A fresh ceremony with everybody's seed."""

    seeds: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    messages: tuple[bytes, ...]
    outputs: tuple[bytes, ...]
    trustees: TrusteeSet

    def secret(self, owner: int) -> SecretScalar:
        sealed = pedersen.sealed_secret(self.outputs[owner - 1])
        return pedersen.recover_secret(self.seeds[owner - 1], sealed, self.trustees.key(owner))


def certify(seeds: Sequence[str], threshold: int) -> tuple[Certificate, ...]:
    size = len(seeds)
    return pedersen.read_certificates(
        [pedersen.make_certificate(s, index=i, threshold=threshold, size=size) for i, s in enumerate(seeds, 1)]
    )


@cache
def group(threshold: int, size: int) -> Group:
    seeds = tuple(new_seed() for _ in range(size))
    certificates = certify(seeds, threshold)
    messages = tuple(pedersen.deal(seed, certificates) for seed in seeds)
    dealings = pedersen.read_dealings(certificates, messages)
    letters = pedersen.route(certificates, dealings)
    outputs = tuple(pedersen.accept(s, certificates, letter) for s, letter in zip(seeds, letters, strict=True))
    data = serialise_trustees([pedersen.assemble(certificates, dealings, outputs)])
    return Group(seeds, certificates, messages, outputs, parse_trustees(data))


def single_item(secret: SecretScalar) -> canonical.Json:
    return ["Single", make_public_share(secret, None).to_json()]


def election_of(key: Element, candidates: int = 3, *, blank: bool = True) -> BeleniosElection:
    asked = Question("Pilih", tuple(f"{n}. Calon {n}" for n in range(1, candidates + 1)), blank)
    data = serialise_election(name="TPS 01", description="uji", public_key=key, question=asked, uuid=new_uuid())
    return BeleniosElection.parse(data)


def cast(election: BeleniosElection, choice: int) -> bytes:
    return make_ballot(election, derive(Token.generate(), election.uuid), choice_vector(election.question, choice))


@dataclass(frozen=True)
class Counted:
    """A small election up to its shares: three candidates and blank, votes 0,1,2,1,1 (0 is blank)."""

    group: Group
    election: BeleniosElection
    tally: EncryptedTally
    shares: tuple[Share, ...]


VOTES = (0, 1, 2, 1, 1)
COUNTS = (1, 3, 1, 0)


@cache
def counted() -> Counted:
    people = group(3, 5)
    election = election_of(people.trustees.public_key)
    tally = sum_ballots(election, (parse_ballot(election, cast(election, vote)).choices for vote in VOTES))
    owners = people.trustees.owners
    shares = tuple(partial_decrypt(election, people.trustees, o, people.secret(o), tally) for o in owners)
    return Counted(people, election, tally, shares)
