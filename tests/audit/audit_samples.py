"""A village with real evidence: two stations of two booths, six ballots a booth, and the paper of every voter.

Made through protocol, trust, media and receipt alone; only the paper is drawn by the booth's stand-in. Every file can
be made again with a fault in it, under the right or a wrong key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from boards import Parts, Village, group
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.audit.announced import check_books, check_station_result, check_village_result
from epilwu.audit.material import load_material, read_board
from epilwu.audit.verify import Workers
from epilwu.audit.village import VillageAudit, audit_village, split_votes
from epilwu.election import definition as definitions
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.outcome import Counts, outcome
from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.media import desk_book, published, station_report
from epilwu.media.desk_book import DeskBook
from epilwu.media.published import Books, Context, StationResult, VillageResult, station_lines
from epilwu.protocol.ballot import BeleniosElection, tracker
from epilwu.protocol.credential import Token, derive, new_uuid
from epilwu.protocol.station import station_election
from epilwu.protocol.verify_report import Status
from epilwu.receipt.slip import SlipPayload, new_nonce, sign_slip, slip_id
from epilwu.trust import journal
from epilwu.trust.certificates import Holder, Role, check_certificate, create_root, issue
from epilwu.trust.envelope import sign_detached
from epilwu.trust.journal import BallotCast, Closed, Event, Opened, SlipVoided, VoidReason

Place = tuple[int, int]

CODE = "32.09.07.2007"
DAY = datetime(2023, 10, 22, 5, tzinfo=UTC)
FROM, TO = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
VOTES: Mapping[Place, Sequence[int]] = {
    (1, 1): (1, 2, 2, 1, 3, 0),
    (1, 2): (2, 2, 3, 1, 2, 2),
    (2, 1): (1, 1, 1, 3, 0, 2),
    (2, 2): (3, 1, 2, 2, 1, 0),
}
COUNTS = {1: Counts((3, 6, 2), 1), 2: Counts((5, 3, 2), 2)}
VOTERS, SPARES = 12, 2


@dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: Ed25519PrivateKey
    pem: bytes


@dataclass(frozen=True)
class Slip:
    """A slip's QR text and its id in the register."""

    place: Place
    choice: int
    text: str
    id: bytes


@dataclass(frozen=True)
class Scene:
    """All that the village knows and its auditors do not."""

    definition: bytes
    root: Pair
    committee: Pair
    tally: Pair
    desks: Mapping[int, Pair]
    booths: Mapping[Place, Pair]
    elections: Mapping[int, Village]
    ballots: Mapping[Place, tuple[bytes, ...]]
    slips: Mapping[Place, tuple[Slip, ...]]
    void: Mapping[Place, tuple[Slip, ...]]
    boards: Mapping[int, Parts]

    @property
    def parsed(self) -> Definition:
        return definitions.parse(self.definition)

    @property
    def digest(self) -> str:
        return sha256(self.definition)

    def uuid(self, station: int) -> str:
        return self.elections[station].election.uuid


@dataclass(frozen=True)
class Folders:
    """Where an auditor's material lies."""

    public: Path
    auditors: Path
    papers: Path

    def audit(self, *, papers: bool = True, root: bytes | None = None) -> VillageAudit:
        material = load_material(self.public, self.auditors, root)
        with closing(Workers(1)) as workers:
            return audit_village(material, self.papers if papers else None, workers)

    def listen(self, honest: VillageAudit) -> VillageAudit:
        """``honest`` with what is announced here now; spares verifying boards and reading paper once more."""
        material = load_material(self.public, self.auditors)
        counts = {n: split_votes(s.votes, blank=True) if s.votes else None for n, s in enumerate(honest.stations, 1)}
        stations = tuple(
            replace(s, material=m, result=check_station_result(material, m, read_board(m.board), counts[s.number]))
            for s, m in zip(honest.stations, material.stations, strict=True)
        )
        books = check_books(material, {s.number: s.books for s in stations})
        return VillageAudit(material, stations, check_village_result(material, counts), books)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Replace files of the public folder."""
        for name, data in files.items():
            (self.public / name).write_bytes(data)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pair(root: Pair, holder: Holder) -> Pair:
    key = Ed25519PrivateKey.generate()
    return Pair(key, issue(root.key, root.pem, key.public_key(), holder, FROM, TO))


@cache
def scene() -> Scene:
    """The honest village, once per test run."""
    return make_scene(VOTES)


def make_scene(votes: Mapping[Place, Sequence[int]]) -> Scene:
    """A village in which every booth's voters chose ``votes``: two booths a station, six voters each."""
    stations = sorted({station for station, _ in votes})
    data = define(stations=len(stations))
    root = Pair(*create_root("Kabupaten Uji", FROM, TO))
    booths = {place: pair(root, Holder(Role.BOOTH, CODE, *place)) for place in votes}
    elections = {number: hold(data, number) for number in stations}
    ballots = {
        (station, booth): tuple(
            elections[station].ballot(6 * (booth - 1) + turn, choice) for turn, choice in enumerate(choices)
        )
        for (station, booth), choices in votes.items()
    }
    slips, void = {}, {}
    for place, choices in votes.items():
        uuid = elections[place[0]].election.uuid
        slips[place] = tuple(slip(uuid, place, choice, booths[place].key) for choice in choices)
        void[place] = (slip(uuid, place, 2, booths[place].key),) if place[1] == 1 else ()
    return Scene(
        definition=data,
        root=root,
        committee=pair(root, Holder(Role.COMMITTEE, CODE)),
        tally=pair(root, Holder(Role.TALLY, CODE)),
        desks={number: pair(root, Holder(Role.DESK, CODE, number)) for number in stations},
        booths=booths,
        elections=elections,
        ballots=ballots,
        slips=slips,
        void=void,
        boards={n: board(elections[n], [*ballots[n, 1], *ballots[n, 2]]) for n in stations},
    )


def define(names: Sequence[str] = ("Ayu Lestari", "Bima Sakti", "Cahya Purnama"), *, stations: int = 2) -> bytes:
    return definitions.serialise(
        Definition(
            rehearsal=False,
            title="Pemilihan Kuwu 2023",
            date="2023-10-22",
            region=RegionCode(CODE),
            village="Lemahabang",
            district="Lemahabang",
            regency="Kabupaten Cirebon",
            blank=True,
            candidates=tuple(Candidate(ballot_number=n, name=name) for n, name in enumerate(names, 1)),
            stations=tuple(Station(number=n, uuid=new_uuid(), booths=2) for n in range(1, stations + 1)),
            rule_pack_sha256=sha256(load_rule_pack()),
            close_not_before="13:00",
        )
    )


def hold(definition: bytes, number: int) -> Village:
    people = group()
    parsed = definitions.parse(definition)
    data = station_election(parsed, sha256(definition), number, people.trustees.public_key)
    election = BeleniosElection.parse(data)
    voters = tuple(derive(Token.generate(), election.uuid) for _ in range(VOTERS + SPARES))
    return Village(people, election, voters, definition)


def board(place: Village, ballots: Sequence[bytes]) -> Parts:
    """A closed and truly counted board of these ballots."""
    return place.count(sorted(ballots, key=tracker))


def slip(uuid: str, place: Place, choice: int, key: Ed25519PrivateKey, nonce: bytes | None = None) -> Slip:
    nonce = nonce or new_nonce()
    return Slip(place, choice, sign_slip(SlipPayload(uuid, place[1], choice, nonce), key), slip_id(nonce))


def report(
    of: Scene,
    place: Place,
    *,
    ballots: Sequence[bytes] | None = None,
    cast: Sequence[bytes] | None = None,
    signer: Pair | None = None,
) -> bytes:
    """A booth's signed report; what is given takes the place of what is true."""
    ballots = of.ballots[place] if ballots is None else ballots
    cast = [each.id for each in of.slips[place]] if cast is None else cast
    void = [each.id for each in of.void[place]]
    signer = signer or of.booths[place]
    certificate = check_certificate(signer.pem, of.root.pem, at=DAY)
    opened = Opened(
        definition=of.digest,
        uuid=of.uuid(place[0]),
        station=place[0],
        booth=place[1],
        certificate=certificate.fingerprint,
        device="UJI-01",
        at="2023-10-22T07:00+07:00",
    )
    events: list[Event] = [opened, *(SlipVoided(VoidReason.VOTER) for _ in void)]
    events += [BallotCast(sha256(ballot)) for ballot in ballots]
    roots = (station_report.register_root(cast), station_report.register_root(void))
    events.append(Closed(cast_root=roots[0], void_root=roots[1], at="2023-10-22T13:15+07:00"))
    lines, prev = [], journal.FIRST_PREV
    for seq, event in enumerate(events):
        entry = journal.encode_entry(seq, prev, event)
        lines.append(journal.encode_line(entry, journal.sign_entry(entry, signer.key)))
        prev = journal.entry_hash(entry)
    holder = Holder(Role.BOOTH, CODE, *place)
    built = station_report.build(
        signer.pem, holder, signer.key.public_key(), lines, ballots, cast, void, rehearsal=False
    )
    return station_report.write(built, signer.key)


def book(of: Scene, station: int, *, attendance: int = 12, handed: int = 12, unused: int = 2) -> bytes:
    figures = DeskBook(
        region=CODE,
        rehearsal=False,
        definition_hash=of.digest,
        uuid=of.uuid(station),
        station=station,
        roll_men=8,
        roll_women=7,
        attendance_men=attendance - 6,
        attendance_women=6,
        tokens_received=14,
        tokens_handed=handed,
        tokens_spoiled=0,
        tokens_unused=unused,
    )
    return desk_book.write(figures, of.desks[station].key, of.desks[station].pem)


def signed(of: Scene, name: str, data: bytes, context: str, signer: Pair | None = None) -> dict[str, bytes]:
    signer = signer or of.tally
    return {name: data, published.signature_name(name): sign_detached(context, data, signer.key, signer.pem)}


def board_files(parts: Parts, uuid: str) -> dict[str, bytes]:
    assert parts.side_file is not None
    return {published.archive_name(uuid): parts.bel(), published.decryption_name(uuid): parts.side_file}


def counts_of(parts: Parts) -> Counts:
    (votes,) = json.loads(parts.result)["result"]
    return Counts(tuple(votes[1:]), votes[0])


def station_result(of: Scene, station: int, parts: Parts) -> StationResult:
    files = list(board_files(parts, "").values())
    return StationResult(
        definition_hash=of.digest,
        region=CODE,
        rehearsal=False,
        uuid=of.uuid(station),
        station=station,
        counts=counts_of(parts),
        archive_sha256=sha256(files[0]),
        decryption_sha256=sha256(files[1]),
        encrypted_tally=sha256(parts.tally),
    )


def village_result(of: Scene, results: Sequence[StationResult]) -> VillageResult:
    rules = RulePack.parse_toml(load_rule_pack())
    made = VillageResult(
        definition_hash=of.digest,
        region=CODE,
        rehearsal=False,
        rule_pack_sha256=rules.sha256,
        stations_expected=len(of.elections),
        stations=station_lines([(each, sha256(each.serialise()), 15) for each in results]),
        disputed=False,
    )
    return replace(made, disputed=outcome(made.station_counts, rules).disputed)


def books(of: Scene, *, ballots: int = 12) -> Books:
    def line(station: int) -> StationBooks:
        return StationBooks(
            roll=15,
            attendance=12,
            tokens_received=14,
            tokens_handed=12,
            tokens_spoiled=0,
            tokens_unused=2,
            tokens_spent=12,
            ballots=ballots if station == 1 else 12,
            slips_cast=12,
            slips_void=1,
        )

    lines = tuple((number, line(number)) for number in of.elections)
    return Books(definition_hash=of.digest, region=CODE, rehearsal=False, stations=lines)


def announced(of: Scene, boards: Mapping[int, Parts]) -> dict[str, bytes]:
    """Boards with the results that follow from them, signed."""
    files: dict[str, bytes] = {}
    results = [station_result(of, number, parts) for number, parts in boards.items()]
    for number, parts in boards.items():
        files |= board_files(parts, of.uuid(number))
        name = published.station_result_name(of.uuid(number))
        files |= signed(of, name, results[number - 1].serialise(), Context.STATION_RESULT)
    return files | signed(of, published.RESULT, village_result(of, results).serialise(), Context.RESULT)


def public_files(of: Scene) -> dict[str, bytes]:
    files = {published.ROOT: of.root.pem, published.RULES: load_rule_pack()}
    files |= signed(of, published.DEFINITION, of.definition, Context.DEFINITION, of.committee)
    files |= announced(of, of.boards)
    return files | signed(of, published.BOOKS, books(of).serialise(), Context.BOOKS)


def auditors_files(of: Scene) -> dict[str, bytes]:
    files = {published.report_name(*place): report(of, place) for place in of.booths}
    return files | {published.desk_book_name(number): book(of, number) for number in of.desks}


@cache
def honest_files() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The public folder's files and the auditors', once per test run."""
    return public_files(scene()), auditors_files(scene())


def write_folders(target: Path) -> Folders:
    """The honest evidence, but for the paper."""
    folders = Folders(target / "public", target / "auditors", target / "papers")
    for folder, files in zip((folders.public, folders.auditors), honest_files(), strict=True):
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    return folders


def stranger() -> Pair:
    return pair(Pair(*create_root("Kabupaten Uji", FROM, TO)), Holder(Role.TALLY, CODE))


PASSED, FAILED, NOT_CHECKED = Status.PASSED, Status.FAILED, Status.NOT_CHECKED
ALL_PASSED = {"archives": PASSED, "boards": PASSED, "results": PASSED, "paper": PASSED}


def statuses(audit: VillageAudit) -> dict[str, Status]:
    answered = all(f.status is PASSED for f in audit.findings)
    assert audit.ok == (answered and audit.material.root_brought)
    return {finding.name: finding.status for finding in audit.findings}


def detail(audit: VillageAudit, name: str) -> str:
    return next(finding.detail for finding in audit.findings if finding.name == name)


def but(**changed: Status) -> dict[str, Status]:
    return {**ALL_PASSED, **changed}
