"""A small village made through the public parts of protocol, trust and media: no booth and no trustee room needed.

Three candidates and blank, two stations of two booths, three votes a booth; a pack that allows so few ballots.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from epilwu.election.region import load_regions
from epilwu.election.rules import load_rule_pack
from epilwu.media import desk_book, station_report
from epilwu.media.desk_book import DeskBook
from epilwu.protocol import pedersen
from epilwu.protocol.archive import ArchiveReader, EventType
from epilwu.protocol.ballot import choice_vector, make_ballot
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.group import SecretScalar
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.tally import EncryptedTally, partial_decrypt, serialise_share
from epilwu.protocol.trustees import parse_trustees, serialise_trustees
from epilwu.tally.board import Counting
from epilwu.tally.prepare import KeyPair, Place, Prepared, Validity, create_authority, define, prepare
from epilwu.tally.spec import BoothPlan, CandidatePlan, StationPlan, VillageSpec
from epilwu.trust import journal
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.journal import BallotCast, Closed, Event, Opened
from epilwu.trust.keyfile import CHEAPEST

CODE = "32.09.07.2007"
NIGHT = datetime(2023, 10, 22, 12, 0, tzinfo=UTC)
VOTES: Mapping[Place, Sequence[int]] = {(1, 1): (1, 2, 2), (1, 2): (2, 0, 3), (2, 1): (1, 1, 2), (2, 2): (2, 3, 1)}
"""Choices cast in each booth: station 1 gets 1/3/1 and one blank, station 2 3/2/1."""


def rule_pack() -> bytes:
    """Cirebon's pack, but for stations of six ballots."""
    return load_rule_pack().replace(b"least_ballots = 10", b"least_ballots = 6")


@dataclass(frozen=True)
class Trustees:
    """The file and the decryption secrets by owner."""

    data: bytes
    secrets: Mapping[int, SecretScalar]


@cache
def trustees(threshold: int = 3, size: int = 5) -> Trustees:
    """A whole ceremony, once per test run."""
    seeds = [new_seed() for _ in range(size)]
    messages = [
        pedersen.make_certificate(seed, index=i, threshold=threshold, size=size) for i, seed in enumerate(seeds, 1)
    ]
    certificates = pedersen.read_certificates(messages)
    dealings = pedersen.read_dealings(certificates, [pedersen.deal(seed, certificates) for seed in seeds])
    letters = pedersen.route(certificates, dealings)
    outputs = [pedersen.accept(seed, certificates, letter) for seed, letter in zip(seeds, letters, strict=True)]
    data = serialise_trustees([pedersen.assemble(certificates, dealings, outputs)])
    keys = {
        owner: pedersen.recover_secret(seed, pedersen.sealed_secret(output), pedersen.published_key(output))
        for owner, (seed, output) in enumerate(zip(seeds, outputs, strict=True), 1)
    }
    return Trustees(data, keys)


@cache
def authority() -> KeyPair:
    return create_authority(
        "Kabupaten Uji", Validity(datetime(2023, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC))
    )


def spec(*, rehearsal: bool = False, title: str = "Pemilihan Kuwu 2023") -> VillageSpec:
    booths = (BoothPlan(4, 1), BoothPlan(4, 1))
    return VillageSpec(
        title=title,
        date="2023-10-22",
        names=next(v for v in load_regions().villages() if v.code.text == CODE),
        candidates=tuple(CandidatePlan(name) for name in ("Ayu Lestari", "Bima Sakti", "Cahya Purnama")),
        stations=(StationPlan(1, booths), StationPlan(2, booths)),
        rehearsal=rehearsal,
    )


def make_village(plan: VillageSpec | None = None) -> Prepared:
    plan = plan or spec()
    definition = define(plan, rule_pack())
    validity = Validity.around(datetime(2023, 10, 22).date())
    return prepare(plan, definition, trustees().data, rule_pack(), authority(), validity=validity, cost=CHEAPEST)


def election(prepared: Prepared, station: int) -> BeleniosElection:
    return BeleniosElection.parse(next(s.election for s in prepared.setup.stations if s.number == station))


def cast(
    prepared: Prepared, place: Place, choices: Sequence[int], tokens: Sequence[Token] | None = None
) -> list[bytes]:
    """A ballot per choice, with the booth's tokens in order unless others are given."""
    chosen = election(prepared, place[0])
    tokens = tokens or prepared.tokens[place].main
    return [
        make_ballot(chosen, derive(token, chosen.uuid), choice_vector(chosen.question, choice))
        for token, choice in zip(tokens, choices, strict=False)
    ]


def report(
    prepared: Prepared,
    place: Place,
    ballots: Sequence[bytes],
    *,
    pair: KeyPair | None = None,
    root: bytes | None = None,
    definition_hash: str | None = None,
    rehearsal: bool = False,
    at: datetime = NIGHT,
) -> bytes:
    """A signed station report of ``ballots``; the keywords are for faults."""
    pair = pair or prepared.keys.booths[place]
    holder = Holder(Role.BOOTH, CODE, *place)
    certificate = check_certificate(pair.certificate, root or prepared.setup.root, at=at)
    cast_ids = sorted(secrets.token_bytes(32) for _ in ballots)
    empty_root, cast_root = station_report.register_root([]), station_report.register_root(cast_ids)
    digest = definition_hash or hashlib.sha256(prepared.setup.definition).hexdigest()
    opened = Opened(
        definition=digest,
        uuid=election(prepared, place[0]).uuid,
        station=place[0],
        booth=place[1],
        certificate=certificate.fingerprint,
        device="UJI-01",
        at="2023-10-22T06:45+07:00",
    )
    events: list[Event] = [opened, *(BallotCast(hashlib.sha256(ballot).hexdigest()) for ballot in ballots)]
    events.append(Closed(cast_root=cast_root, void_root=empty_root, at="2023-10-22T13:15+07:00"))
    lines, prev = [], journal.FIRST_PREV
    for seq, event in enumerate(events):
        entry = journal.encode_entry(seq, prev, event)
        lines.append(journal.encode_line(entry, journal.sign_entry(entry, pair.key)))
        prev = journal.entry_hash(entry)
    built = station_report.build(
        pair.certificate, holder, pair.key.public_key(), lines, ballots, cast_ids, [], rehearsal=rehearsal
    )
    return station_report.write(built, pair.key)


def reports(prepared: Prepared) -> dict[Place, bytes]:
    """The four honest reports."""
    return {place: report(prepared, place, cast(prepared, place, choices)) for place, choices in VOTES.items()}


def book(
    prepared: Prepared,
    station: int,
    *,
    handed: int = 6,
    received: int = 10,
    roll: tuple[int, int] | None = (4, 4),
    attendance: tuple[int, int] = (3, 3),
) -> bytes:
    """A desk's book: six voters of eight, ten tokens."""
    pair = prepared.keys.desks[station]
    figures = DeskBook(
        region=CODE,
        rehearsal=False,
        definition_hash=hashlib.sha256(prepared.setup.definition).hexdigest(),
        uuid=election(prepared, station).uuid,
        station=station,
        roll_men=roll[0] if roll else None,
        roll_women=roll[1] if roll else None,
        attendance_men=attendance[0],
        attendance_women=attendance[1],
        tokens_received=received,
        tokens_handed=handed,
        tokens_spoiled=0,
        tokens_unused=received - handed,
    )
    return desk_book.write(figures, pair.key, pair.certificate)


def share(prepared: Prepared, archive: bytes, station: int, owner: int, *, secret_of: int | None = None) -> bytes:
    """Trustee ``owner``'s share of a closed board."""
    held = election(prepared, station)
    tally = EncryptedTally.parse(_tally_data(archive), held.question)
    made = partial_decrypt(
        held, parse_trustees(trustees().data), secret_of or owner, trustees().secrets[secret_of or owner], tally
    )
    return serialise_share(held, tally, replace(made, owner=owner))


def finish(counting: Counting, prepared: Prepared, *stations: int) -> None:
    """Close what can be closed, open ``stations`` with three trustees, sign."""
    counting.close_stations(CODE, at=NIGHT)
    for station in stations:
        board = counting.archive(CODE, station)
        for owner in (1, 2, 3):
            counting.receive_share(share(prepared, board, station, owner), name="bagian", at=NIGHT)
    counting.finish_stations(CODE, prepared.keys.tally, at=NIGHT)


def _tally_data(archive: bytes) -> bytes:
    for event in ArchiveReader(io.BytesIO(archive)).events():
        if event.type is EventType.ENCRYPTED_TALLY:
            return event.data[0]
    raise AssertionError("the board is not closed")
