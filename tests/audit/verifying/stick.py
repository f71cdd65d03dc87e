"""A regency's whole evidence on one medium, free to be spoiled at each step of its making: what comes after a spoiled
step is made honestly from it, so that nothing else is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from audit_samples import (
    CODE,
    COUNTS,
    VOTES,
    Pair,
    Scene,
    announced,
    book,
    books,
    pair,
    report,
    scene,
    sha256,
    signed,
)
from boards import Parts

from epilwu.audit.verify import Workers
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.logs import Kept
from epilwu.audit.verifying.run import Asked, Verification, verify_paths
from epilwu.election.outcome import Counts
from epilwu.election.rules import load_rule_pack
from epilwu.errors import EpilwuError
from epilwu.media import paper_counts, published, regency, revocations, setup_index
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.media.published import Books, Context, VillageResult
from epilwu.media.regency import RegencyResult
from epilwu.media.revocations import Reason, Revocations, Revoked
from epilwu.media.setup_index import SetupIndex
from epilwu.protocol.verify_report import Status
from epilwu.trust import act_log, checkpoint, merkle, note
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.note import KeyKind, Note, VerifierKey

REGENCY = "32.09"
NIGHT = datetime(2023, 10, 22, 14, tzinfo=UTC)
Files = dict[str, bytes]
Change = Callable[[Files], None]
Entry = tuple[str, dict[str, str]]


@cache
def regency_tally() -> Pair:
    return pair(scene().root, Holder(Role.TALLY, REGENCY))


@cache
def witness() -> tuple[VerifierKey, Pair]:
    keys = pair(scene().root, Holder(Role.TALLY, REGENCY))
    return VerifierKey.of("koran.contoh/saksi", keys.key.public_key(), KeyKind.WITNESS), keys


@cache
def honest_reports() -> Mapping[tuple[int, int], bytes]:
    return {place: report(scene(), place) for place in VOTES}


@cache
def honest_announcement() -> Files:
    return announced(scene(), scene().boards)


def nothing(_files: Files) -> None:
    """Nothing is spoiled."""


@dataclass(frozen=True)
class Stick:
    """What the evidence is made of. The functions spoil files of one step: the village's (by name), the log's, the
    regency's."""

    of: Scene
    boards: Mapping[int, Parts]
    reports: Mapping[tuple[int, int], bytes]
    desks: Mapping[int, bytes]
    books: Books
    paper: Mapping[int, Counts]
    revoked: tuple[Revoked, ...] = ()
    revoker: Pair | None = None
    signer: Pair | None = None
    index: Mapping[str, str] | None = None
    auditors: bool = True
    spoil_village: Change = nothing
    spoil_acts: Callable[[list[Entry]], None] = lambda _entries: None
    spoil_log: Change = nothing
    spoil_regency: Change = nothing
    asked: Callable[[Asked], Asked] = lambda asked: asked

    def write(self, target: Path) -> None:
        village = self.village_files()
        self.spoil_village(village)
        log = self.log_files(village)
        self.spoil_log(log)
        page = self.regency_files(village)
        self.spoil_regency(page)
        for name, data in {**village, **log, **page}.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def verify(self, target: Path) -> Verification:
        self.write(target)
        key, _ = witness()
        kept = Kept((target / "kept.txt").read_bytes(), None, (key,))
        (target / "kept.txt").unlink()
        with closing(Workers(1)) as workers:
            return verify_paths([target], self.asked(Asked(Brought(self.of.root.pem), kept)), workers)

    def village_files(self) -> Files:
        of = self.of
        honest = self.boards is of.boards
        files = dict(honest_announcement()) if honest else announced(of, self.boards)
        files |= {published.ROOT: of.root.pem, published.RULES: load_rule_pack()}
        files |= signed(of, published.DEFINITION, of.definition, Context.DEFINITION, of.committee)
        files |= signed(of, published.BOOKS, self.books.serialise(), Context.BOOKS)
        files[setup_index.TRUSTEES] = self.boards[1].trustees
        index = SetupIndex(self.committed() if self.index is None else self.index).serialise()
        files |= signed(of, setup_index.NAME, index, setup_index.CONTEXT, self.signer or of.committee)
        listed = Revocations(region=REGENCY, issued="2023-10-20", revoked=self.revoked)
        revoker = self.revoker or of.root
        data, signature = revocations.sign(listed, revoker.key, revoker.pem)
        files |= {revocations.NAME: data, f"{revocations.NAME}.sig": signature}
        boxes = tuple(PaperStation(number=n, slips=c, odd=0, missing=0) for n, c in sorted(self.paper.items()))
        paper = PaperCounts(definition_hash=of.digest, stations=boxes).serialise()
        files |= signed(of, paper_counts.NAME, paper, paper_counts.CONTEXT)
        files = {f"{CODE}/{name}": data for name, data in files.items()}
        if self.auditors:
            files |= {f"auditor/{published.report_name(*place)}": data for place, data in self.reports.items()}
            files |= {f"auditor/{published.desk_book_name(n)}": data for n, data in self.desks.items()}
        return files

    def committed(self) -> dict[str, str]:
        """What the committee commits itself to."""
        of = self.of
        files = {
            published.DEFINITION: of.definition,
            published.ROOT: of.root.pem,
            published.RULES: load_rule_pack(),
            setup_index.TRUSTEES: self.boards[1].trustees,
        }
        for number, parts in self.boards.items():
            files[setup_index.election_name(of.uuid(number))] = parts.election
            files[setup_index.credentials_name(of.uuid(number))] = parts.credentials
        files |= {setup_index.certificate_name(*place): booth.pem for place, booth in of.booths.items()}
        return {name: sha256(data) for name, data in files.items()}

    def log_files(self, village: Files) -> Files:
        """Log, leaves, head and what the auditor kept from when it had three entries."""
        of = self.of
        acts: list[Entry] = [("setup-imported", {"village": CODE})]
        for (station, booth), _ in self.reports.items():
            data = village.get(f"auditor/{published.report_name(station, booth)}")
            if data is not None:
                acts.append(("report-imported", {"uuid": of.uuid(station), "sha256": sha256(data)}))
        for number in of.elections:
            desk = village.get(f"auditor/{published.desk_book_name(number)}")
            if desk is not None:
                acts.append(("desk-book-imported", {"uuid": of.uuid(number), "sha256": sha256(desk)}))
            board = village.get(f"{CODE}/{published.archive_name(of.uuid(number))}", b"")
            result = village.get(f"{CODE}/{published.station_result_name(of.uuid(number))}", b"")
            files = {"archive": sha256(board), "document": sha256(result)}
            acts.append(("result-signed", {"uuid": of.uuid(number), **files}))
        self.spoil_acts(acts)
        return log_files(chain(acts), of)

    def regency_files(self, village: Files) -> Files:
        data = village.get(f"{CODE}/{published.RESULT}", b"")
        try:
            result = VillageResult.parse(data)
        except EpilwuError:
            result = VillageResult.parse(honest_announcement()[published.RESULT])
        page = RegencyResult(
            region=REGENCY,
            date="2023-10-22",
            rehearsal=False,
            expected=1,
            villages=regency.lines([(result, sha256(data))]),
        )
        return regency.write(page, regency_tally().key, regency_tally().pem)


def chain(acts: Sequence[Entry]) -> list[bytes]:
    entries: list[bytes] = []
    for seq, (kind, event) in enumerate(acts):
        prev = hashlib.sha256(entries[-1]).hexdigest() if entries else act_log.GENESIS
        entries.append(act_log.encode(seq, prev, at=NIGHT, actor="uji", kind=kind, event=event))
    return entries


def log_files(entries: Sequence[bytes], of: Scene, kept: Sequence[bytes] | None = None) -> Files:
    head = log_head(entries, of)
    key, keys = witness()
    head = head.with_signatures([note.cosign(head.text, key.name, keys.key, int(NIGHT.timestamp()))])
    return {
        "log/log.jsonl": act_log.export(entries),
        "log/log.leaves": act_log.leaves(entries),
        "log/checkpoint": head.serialise(),
        "log/checkpoint.pem": of.tally.pem,
        "kept.txt": log_head((kept or entries)[:3], of).serialise(),
    }


def log_head(entries: Sequence[bytes], of: Scene, signer: Pair | None = None) -> Note:
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    origin = act_log.log_name(Holder(Role.TALLY, CODE).uri, hashes)
    return checkpoint.sign(Checkpoint(origin, len(hashes), merkle.root_of_hashes(hashes)), (signer or of.tally).key)


def honest() -> Stick:
    of = scene()
    return Stick(
        of=of,
        boards=of.boards,
        reports=honest_reports(),
        desks={number: book(of, number) for number in of.desks},
        books=counted(books(of)),
        paper=dict(COUNTS),
    )


def counted(listed: Books) -> Books:
    """The books with the slips that auditors counted, as they are published after the boxes were opened."""
    lines = tuple((number, replace(line, slips_counted=line.slips_cast)) for number, line in listed.stations)
    return replace(listed, stations=lines)


def revoked_on(fingerprint: str, date: str) -> Revoked:
    return Revoked(fingerprint, date, Reason.STOLEN)


def names(verification: Verification, status: Status) -> set[str]:
    return {result.kind.name for result in verification.results if result.status is status}
