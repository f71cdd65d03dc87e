"""Small whole elections with all their secrets, and archives put together by hand: what honest and dishonest boards in
the tests are made of. The writer here knows no rules and shares no code with ``epilwu.protocol.archive``."""

from __future__ import annotations

import hashlib
import io
import json
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from epilwu.election.definition import Candidate, Definition, Station, definition_hash, parse, serialise
from epilwu.election.region import RegionCode
from epilwu.protocol import pedersen
from epilwu.protocol.ballot import choice_vector, make_ballot, parse_ballot, tracker
from epilwu.protocol.credential import Credential, Token, derive, new_uuid, serialise_credentials
from epilwu.protocol.election_json import BeleniosElection, serialise_election
from epilwu.protocol.group import SecretScalar
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.station import station_election
from epilwu.protocol.tally import (
    EncryptedTally,
    Share,
    combine_shares,
    decryption_side_file,
    partial_decrypt,
    serialise_result,
    sum_ballots,
)
from epilwu.protocol.trustees import Certificate, TrusteeSet, parse_trustees, serialise_trustees
from epilwu.protocol.verify import verify_archive
from epilwu.protocol.verify_ballots import MapChunks
from epilwu.protocol.verify_report import Profile, Report

VECTORS = Path(__file__).parent / "vectors"
FOREIGN = tuple(sorted(VECTORS.glob("*/*.bel")))
TIMESTAMP = 1_697_932_800
VOTES = (1, 2, 2)
COUNTS = (0, 1, 2)  # blank, candidate 1, candidate 2
_RANK = {sign: rank for rank, sign in enumerate(sorted(f"{string.ascii_letters}{string.digits}+/"))}
# Where the events of a board with VOTES stand.
SETUP, FIRST_BALLOT, END_BALLOTS, TALLY, FIRST_DECRYPTION, RESULT = 0, 1, 4, 5, 6, 10


@dataclass(frozen=True)
class Group:
    """A fresh ceremony with everybody's secrets."""

    seeds: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    messages: tuple[bytes, ...]
    trustees: TrusteeSet
    secrets: tuple[SecretScalar, ...]


@cache
def group(threshold: int = 2, size: int = 4) -> Group:
    seeds = tuple(new_seed() for _ in range(size))
    made = [pedersen.make_certificate(s, index=i, threshold=threshold, size=size) for i, s in enumerate(seeds, 1)]
    certificates = pedersen.read_certificates(made)
    messages = tuple(pedersen.deal(seed, certificates) for seed in seeds)
    dealings = pedersen.read_dealings(certificates, messages)
    letters = pedersen.route(certificates, dealings)
    outputs = [pedersen.accept(seed, certificates, letter) for seed, letter in zip(seeds, letters, strict=True)]
    trustees = parse_trustees(serialise_trustees([pedersen.assemble(certificates, dealings, outputs)]))
    secrets = tuple(
        pedersen.recover_secret(seed, pedersen.sealed_secret(output), trustees.key(owner))
        for owner, (seed, output) in enumerate(zip(seeds, outputs, strict=True), 1)
    )
    return Group(seeds, certificates, messages, trustees, secrets)


@dataclass(frozen=True)
class Parts:
    """The content of an archive, free to be exchanged piece by piece."""

    election: bytes
    trustees: bytes
    credentials: bytes
    ballots: tuple[bytes, ...]
    tally: bytes
    num_tallied: int
    decryptions: tuple[tuple[int, bytes], ...]
    result: bytes
    side_file: bytes | None = None
    definition: bytes | None = None
    total_weight: int | None = None

    def events(self) -> list[RawEvent]:
        """The events as an honest writer orders them."""
        setup = compact(
            {
                "election": sha256(self.election),
                "trustees": sha256(self.trustees),
                "credentials": sha256(self.credentials),
            }
        )
        weight = self.num_tallied if self.total_weight is None else self.total_weight
        tally = compact(
            {"num_tallied": self.num_tallied, "total_weight": weight, "encrypted_tally": sha256(self.tally)}
        )
        return [
            RawEvent("Setup", (self.election, self.trustees, self.credentials, setup)),
            *(RawEvent("Ballot", (ballot,)) for ballot in self.ballots),
            RawEvent("EndBallots", ()),
            RawEvent("EncryptedTally", (self.tally, tally)),
            *(
                RawEvent("PartialDecryption", (data, compact({"owner": owner, "payload": sha256(data)})))
                for owner, data in self.decryptions
            ),
            RawEvent("Result", (self.result,)),
        ]

    def bel(self) -> bytes:
        """The archive."""
        return chained(self.events())


@dataclass(frozen=True)
class RawEvent:
    """An event's type and the data before it, the last of which is its payload; ``fields`` replace its own."""

    type: str
    data: tuple[bytes, ...]
    fields: tuple[tuple[str, Any], ...] = ()


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def header(name: str, size: int, mtime: int = TIMESTAMP, *, mode: bytes = b"0000644\0", flag: bytes = b"0") -> bytes:
    """A tar header, its checksum right whatever else it says."""
    block = bytearray(512)
    block[: len(name)] = name.encode()
    block[100:148] = mode + b"0000000\0" * 2 + f"{size:011o}\0{mtime:011o}\0".encode()
    block[148:157] = b" " * 8 + flag
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def member(name: str, data: bytes, mtime: int = TIMESTAMP) -> bytes:
    return header(name, len(data), mtime) + data + bytes(-len(data) % 512)


def tar(members: Sequence[tuple[str, bytes]], timestamp: int = TIMESTAMP) -> bytes:
    first = ("BELENIOS", compact({"version": 1, "timestamp": str(timestamp)}))
    return b"".join(member(name, data, timestamp) for name, data in (first, *members))


def chained(events: Sequence[RawEvent], timestamp: int = TIMESTAMP) -> bytes:
    """An archive of ``events`` whose hashes, heights and parents are right."""
    return tar(members_of(events), timestamp)


def members_of(events: Sequence[RawEvent]) -> list[tuple[str, bytes]]:
    members: list[tuple[str, bytes]] = []
    parent: str | None = None
    for height, event in enumerate(events):
        fields: dict[str, Any] = {} if parent is None else {"parent": parent}
        fields |= {"height": height, "type": event.type}
        if event.data:
            fields["payload"] = sha256(event.data[-1])
        fields |= dict(event.fields)
        data = compact({name: value for name, value in fields.items() if value is not None})
        members += [(f"{sha256(each)}.data.json", each) for each in event.data]
        members.append((f"{sha256(data)}.event.json", data))
        parent = sha256(data)
    return members


def split(bel: bytes) -> list[tuple[str, bytes]]:
    """The members behind ``BELENIOS``, read without the project's reader."""
    members = []
    offset = 0
    while offset < len(bel):
        name = bel[offset : offset + 100].rstrip(b"\0").decode()
        size = int(bel[offset + 124 : offset + 135], 8)
        members.append((name, bel[offset + 512 : offset + 512 + size]))
        offset += 512 + size + -size % 512
    return members[1:]


def raw_events(bel: bytes) -> list[RawEvent]:
    """An archive taken apart, for ``chained`` to put together again."""
    events: list[RawEvent] = []
    pending: list[bytes] = []
    for name, data in split(bel):
        if name.endswith(".data.json"):
            pending.append(data)
            continue
        events.append(RawEvent(json.loads(data)["type"], tuple(pending)))
        pending = []
    return events


@dataclass(frozen=True)
class Village:
    """A station's election with every secret: tokens' credentials in the order of votes, trustees' keys."""

    people: Group
    election: BeleniosElection
    voters: tuple[Credential, ...]
    definition: bytes | None

    @property
    def trustees(self) -> TrusteeSet:
        return self.people.trustees

    def ballot(self, voter: int, choice: int) -> bytes:
        return make_ballot(self.election, self.voters[voter], choice_vector(self.election.question, choice))

    def cast(self, choices: Sequence[int]) -> list[bytes]:
        """A ballot for each of ``choices``, voter by voter, with rising trackers: each is encrypted anew until its
        tracker falls into its own part of the alphabet, so that a board in this order is also sorted."""
        ballots = []
        for voter, choice in enumerate(choices):
            while True:
                ballot = self.ballot(voter, choice)
                high, low = (_RANK[sign] for sign in tracker(ballot)[:2])
                if (64 * high + low) * len(choices) // 4096 == voter:
                    break
            ballots.append(ballot)
        return ballots

    def share(self, owner: int, tally: EncryptedTally) -> Share:
        return partial_decrypt(self.election, self.trustees, owner, self.people.secrets[owner - 1], tally)

    def sum(self, ballots: Sequence[bytes]) -> EncryptedTally:
        return sum_ballots(self.election, (parse_ballot(self.election, ballot).choices for ballot in ballots))

    def count(self, ballots: Sequence[bytes], *, counted: Sequence[bytes] | None = None, bound: int = 0) -> Parts:
        """A board of ``ballots`` whose tally is truly that of ``counted`` (all of them unless given)."""
        summed = ballots if counted is None else counted
        tally = self.sum(summed)
        shares = [self.share(owner, tally) for owner in self.trustees.owners]
        most = max(bound, len(summed))
        counts = combine_shares(self.election, self.trustees, tally, shares, ballots=most)
        return Parts(
            election=self.election.data,
            trustees=self.trustees.data,
            credentials=serialise_credentials(voter.public_hex for voter in self.voters),
            ballots=tuple(ballots),
            tally=tally.data,
            num_tallied=len(summed),
            decryptions=tuple((share.owner, share.decryption.data) for share in shares),
            result=serialise_result(counts),
            side_file=decryption_side_file(self.election, tally, shares),
            definition=self.definition,
        )


def definition_of(uuids: Sequence[str], *, blank: bool, candidates: int) -> bytes:
    return serialise(
        Definition(
            rehearsal=False,
            title="Pemilihan Kuwu 2023",
            date="2023-10-22",
            region=RegionCode("32.09.07.2007"),
            village="Lemahabang",
            district="Lemahabang",
            regency="Cirebon",
            blank=blank,
            candidates=tuple(Candidate(ballot_number=n, name=f"Calon {n}") for n in range(1, candidates + 1)),
            stations=tuple(Station(number=n, uuid=uuid, booths=2) for n, uuid in enumerate(uuids, 1)),
            rule_pack_sha256="0" * 64,
            close_not_before="13:00",
        )
    )


def village(
    station: int = 1, *, people: Group | None = None, blank: bool = True, candidates: int = 2, voters: int = len(VOTES)
) -> Village:
    """A fresh E-Pilwu station (number ``station`` of two)."""
    people = people or group()
    data = definition_of([new_uuid(), new_uuid()], blank=blank, candidates=candidates)
    key = people.trustees.public_key
    election = BeleniosElection.parse(station_election(parse(data), definition_hash(data), station, key))
    return Village(people, election, _voters(election, voters), data)


def foreign_village(people: Group | None = None, voters: int = len(VOTES)) -> Village:
    """The same election without a word of E-Pilwu: it is held to Belenios's own rules."""
    own = village(people=people)
    data = serialise_election(
        name="A club",
        description="elects its chair",
        public_key=own.election.public_key,
        question=own.election.question,
        uuid=own.election.uuid,
    )
    election = BeleniosElection.parse(data)
    return Village(own.people, election, _voters(election, voters), None)


def _voters(election: BeleniosElection, size: int) -> tuple[Credential, ...]:
    return tuple(derive(Token.generate(), election.uuid) for _ in range(size))


@cache
def honest_village() -> Village:
    return village()


@cache
def honest() -> Parts:
    """The board that nearly everything in the tests starts from: VOTES at one E-Pilwu station, all four trustees."""
    return cast_all(honest_village())


@cache
def foreign_board() -> tuple[Village, Parts]:
    place = foreign_village()
    return place, replace(cast_all(place), side_file=None)


def cast_all(place: Village) -> Parts:
    return place.count(place.cast(VOTES))


def verified(
    bel: bytes,
    side_file: bytes | None = None,
    definition: bytes | None = None,
    *,
    profile: Profile | None = None,
    running: bool = False,
    map_chunks: MapChunks = map,
) -> Report:
    return verify_archive(
        io.BytesIO(bel),
        profile=profile,
        side_file=side_file,
        definition=definition,
        running=running,
        map_chunks=map_chunks,
    )


def verified_parts(parts: Parts, *, profile: Profile | None = None, running: bool = False) -> Report:
    return verified(parts.bel(), parts.side_file, parts.definition, profile=profile, running=running)
