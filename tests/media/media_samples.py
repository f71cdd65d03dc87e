"""One village of two stations, and what its committee, booth and desk write; made once per test run from real parts.

``resign`` writes a container again with other files under the rightful key: what a dishonest signer could do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election import definition as definitions
from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.region import RegionCode
from epilwu.media import booth_package, desk_book, officers, station_report
from epilwu.media.booth_keys import BoothKeys, seal_booth_keys
from epilwu.media.booth_package import BoothPackage
from epilwu.media.container import Kind, read_container, write_container
from epilwu.media.desk_book import DeskBook
from epilwu.protocol import pedersen
from epilwu.protocol.ballot import choice_vector, make_ballot
from epilwu.protocol.credential import Credential, Token, derive, serialise_credentials
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import parse_trustees, serialise_trustees
from epilwu.trust import journal
from epilwu.trust.certificates import WESTERN_TIME, Holder, Role, check_certificate, create_root, issue
from epilwu.trust.journal import BallotCast, Closed, Event, Opened
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trust.pin import new_pin

NOT_BEFORE = datetime(2023, 7, 1, tzinfo=WESTERN_TIME)
NOT_AFTER = datetime(2024, 7, 1, tzinfo=WESTERN_TIME)
DAY = date(2023, 10, 22)
VILLAGE = "32.09.07.2007"
OFFICERS = ("Ketua KPPS", "Anggota KPPS 2", "Anggota KPPS 3")
PINS = {number: new_pin() for number in (1, 2, 3)}
PHOTO = b"\xff\xd8 a photo"
BOOTH = Holder(Role.BOOTH, VILLAGE, 1, 2)
DESK = Holder(Role.DESK, VILLAGE, 1)


@dataclass(frozen=True)
class Signer:
    """A key and its certificate."""

    key: Ed25519PrivateKey
    pem: bytes


class Authority:
    """A regency's root that certifies on demand."""

    def __init__(self) -> None:
        self.key, self.root = create_root("Kabupaten Uji", NOT_BEFORE, NOT_AFTER)

    def certify(self, holder: Holder, *, not_after: datetime = NOT_AFTER) -> Signer:
        key = Ed25519PrivateKey.generate()
        return Signer(key, issue(self.key, self.root, key.public_key(), holder, NOT_BEFORE, not_after))


@cache
def authority() -> Authority:
    return Authority()


@cache
def certified(holder: Holder) -> Signer:
    """One certificate per holder and run."""
    return authority().certify(holder)


@cache
def trustees(threshold: int = 2, size: int = 3) -> bytes:
    """A ceremony's ``trustees.json``."""
    seeds = [new_seed() for _ in range(size)]
    messages = [
        pedersen.make_certificate(seed, index=i, threshold=threshold, size=size) for i, seed in enumerate(seeds, 1)
    ]
    certificates = pedersen.read_certificates(messages)
    dealings = pedersen.read_dealings(certificates, [pedersen.deal(seed, certificates) for seed in seeds])
    letters = pedersen.route(certificates, dealings)
    outputs = [pedersen.accept(seed, certificates, letter) for seed, letter in zip(seeds, letters, strict=True)]
    return serialise_trustees([pedersen.assemble(certificates, dealings, outputs)])


@cache
def definition(*, rehearsal: bool = False) -> bytes:
    return definitions.serialise(
        Definition(
            rehearsal=rehearsal,
            title="Pemilihan Kuwu 2023",
            date="2023-10-22",
            region=RegionCode(VILLAGE),
            village="Lemahabang",
            district="Lemahabang",
            regency="Kabupaten Cirebon",
            blank=True,
            candidates=(
                Candidate(ballot_number=1, name="Calon Satu", photo_sha256=hashlib.sha256(PHOTO).hexdigest()),
                Candidate(ballot_number=2, name="Calon Dua"),
            ),
            stations=(
                Station(number=1, uuid="1" * 14, booths=2),
                Station(number=2, uuid="2" * 14, booths=1),
            ),
            rule_pack_sha256="ab" * 32,
            close_not_before="13:00",
        )
    )


def election_bytes(data: bytes, station: int) -> bytes:
    key = parse_trustees(trustees()).public_key
    return station_election(definitions.parse(data), definitions.definition_hash(data), station, key)


@cache
def credentials() -> tuple[Credential, ...]:
    """Six of station 1; the first four are booth 2's."""
    return tuple(derive(Token.generate(), "1" * 14) for _ in range(6))


@cache
def package() -> BoothPackage:
    """Booth 2 of station 1."""
    keys = BoothKeys(certified(BOOTH).key, bytes(range(32)))
    listed = [credential.public_hex for credential in credentials()]
    return BoothPackage(
        definition=definition(),
        election=election_bytes(definition(), 1),
        trustees=trustees(),
        credentials=serialise_credentials(listed),
        booth_credentials=serialise_credentials(listed[:4]),
        station=1,
        booth=2,
        root_pem=authority().root,
        certificate_pem=certified(BOOTH).pem,
        officers=officers.serialise(OFFICERS),
        sealed_keys=seal_booth_keys(keys, PINS, BOOTH, cost=CHEAPEST),
        photos={hashlib.sha256(PHOTO).hexdigest(): PHOTO},
    )


COMMITTEE = Holder(Role.COMMITTEE, VILLAGE)


@cache
def package_bytes() -> bytes:
    signer = certified(COMMITTEE)
    return booth_package.write(package(), signer.key, signer.pem)


@cache
def ballots() -> tuple[bytes, ...]:
    """Three real ballots, one of them blank."""
    election = BeleniosElection.parse(election_bytes(definition(), 1))
    return tuple(
        make_ballot(election, credential, choice_vector(election.question, choice))
        for credential, choice in zip(credentials(), (2, 0, 1), strict=False)
    )


CAST = tuple(sorted(hashlib.sha256(b"cast %d" % n).digest() for n in range(3)))
VOID = tuple(sorted(hashlib.sha256(b"void %d" % n).digest() for n in range(2)))


def opened(**changes: object) -> Opened:
    certificate = check_certificate(certified(BOOTH).pem, authority().root, at=DAY)
    values: dict[str, object] = {
        "definition": definitions.definition_hash(definition()),
        "uuid": "1" * 14,
        "station": 1,
        "booth": 2,
        "certificate": certificate.fingerprint,
        "device": "UJI-01",
        "at": "2023-10-22T06:45+07:00",
    }
    return Opened(**{**values, **changes})  # type: ignore[arg-type]


def closed(cast: tuple[bytes, ...] = CAST, void: tuple[bytes, ...] = VOID) -> Closed:
    return Closed(
        cast_root=station_report.register_root(cast),
        void_root=station_report.register_root(void),
        at="2023-10-22T13:15+07:00",
    )


def cast_entries() -> tuple[Event, ...]:
    first, *others = (BallotCast(hashlib.sha256(ballot).hexdigest()) for ballot in ballots())
    return (first, journal.Restart(), journal.SlipVoided(journal.VoidReason.POWER), *others)


def journal_lines(events: tuple[Event, ...], key: Ed25519PrivateKey | None = None) -> tuple[bytes, ...]:
    prev, lines = journal.FIRST_PREV, []
    for seq, event in enumerate(events):
        entry = journal.encode_entry(seq, prev, event)
        prev = journal.entry_hash(entry)
        lines.append(journal.encode_line(entry, journal.sign_entry(entry, key or certified(BOOTH).key)))
    return tuple(lines)


@cache
def lines() -> tuple[bytes, ...]:
    return journal_lines((opened(), *cast_entries(), closed()))


@cache
def report() -> station_report.StationReport:
    signer = certified(BOOTH)
    return station_report.build(
        signer.pem, BOOTH, signer.key.public_key(), lines(), ballots(), CAST[::-1], VOID[::-1], rehearsal=False
    )


@cache
def report_bytes() -> bytes:
    return station_report.write(report(), certified(BOOTH).key)


def book(**changes: object) -> DeskBook:
    values: dict[str, object] = {
        "region": VILLAGE,
        "rehearsal": False,
        "definition_hash": definitions.definition_hash(definition()),
        "uuid": "1" * 14,
        "station": 1,
        "roll_men": 250,
        "roll_women": 240,
        "attendance_men": 2,
        "attendance_women": 1,
        "tokens_received": 6,
        "tokens_handed": 3,
        "tokens_spoiled": 0,
        "tokens_unused": 3,
    }
    return DeskBook(**{**values, **changes})  # type: ignore[arg-type]


@cache
def book_bytes() -> bytes:
    return desk_book.write(book(), certified(DESK).key, certified(DESK).pem)


def files_of(data: bytes, kind: Kind) -> dict[str, bytes]:
    """A good container's files."""
    root = authority().root
    return dict(read_container(data, kind, lambda pem: check_certificate(pem, root, at=DAY).public_key).files)


def resign(
    data: bytes, kind: Kind, signer: Signer, change: Callable[[dict[str, bytes]], Mapping[str, bytes] | None]
) -> bytes:
    """``data`` with its files changed (in place, or replaced by what ``change`` returns) and signed by ``signer``."""
    files = files_of(data, kind)
    return write_container(kind, change(files) or files, signer.key, signer.pem)
