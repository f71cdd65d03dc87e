"""Checks 2xx: each station's board, its proofs, and the commitment that it must fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from epilwu.audit.verify import Outcome, Workers, verify_with
from epilwu.audit.verifying.case import ABSENT, CONFLICT, Case
from epilwu.audit.verifying.result import ALL, Findings, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words, archive_kind
from epilwu.election.definition import Station
from epilwu.election.outcome import Counts
from epilwu.errors import EpilwuError
from epilwu.media import setup_index
from epilwu.media.setup_index import SetupIndex
from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.chain import EventType
from epilwu.protocol.verify_report import Check, Name, Status

Progress = Callable[[int], None]
AFTER_THE_BALLOTS = frozenset({Name.COMPLETE, Name.ENCRYPTED_TALLY, Name.DECRYPTIONS, Name.BOUND, Name.RESULT})
"""What a board that is still running cannot show yet."""


@dataclass(frozen=True, slots=True)
class BoardSeen:
    """A station's board: file, verification, SHA-256 (hex) of each ballot, of the encrypted tally (None before it) and
    of the side file (None without one), hash by name of what its first event holds, and the proven counts."""

    file: Found
    outcome: Outcome
    ballots: frozenset[str]
    encrypted_tally: str | None
    side_file: str | None
    setup: dict[str, str]
    counts: Counts | None


def check_board(
    case: Case, station: Station, workers: Workers, progress: Progress | None, *, running: bool = False
) -> BoardSeen | None:
    """201 to 215: verify the station's board whole; None where there is none to verify."""
    subject, evidence = case.station(station.number), case.evidence
    found = evidence.one(Sort.ARCHIVE, station.uuid)
    if found is None:
        _missing(case, station)
        return None
    case.findings.passed("boards-complete", subject, Words(found.path.name, found.path.name))
    side = evidence.one(Sort.SIDE_FILE, station.uuid)
    side_data = None if side is None else side.data
    outcome = verify_with(
        found.path,
        workers,
        strict=True,
        side_file=side_data,
        definition=case.village.data,
        running=running,
        progress=progress,
    )
    report_checks(case.findings, subject, outcome)
    held = _read(found, station.uuid)
    votes = None if outcome.report is None or outcome.report.uuid != station.uuid else outcome.report.result
    counts = None
    if votes is not None:
        counts = Counts(votes[1:], votes[0]) if case.village.definition.blank else Counts(votes)
    ballots, tally, setup = held
    return BoardSeen(found, outcome, ballots, tally, None if side is None else side.sha256, setup, counts)


def _missing(case: Case, station: Station) -> None:
    """A result without the board that it rests on is a fault; no trace of the station at all is a gap."""
    subject = case.station(station.number)
    if case.evidence.in_conflict(Sort.ARCHIVE, station.uuid):
        case.findings.left_open("boards-complete", subject, CONFLICT)
    elif case.evidence.one(Sort.STATION_RESULT, station.uuid) is not None:
        words = Words("hasilnya ada, papannya tidak", "its result is here, its board is not")
        case.findings.failed("boards-complete", subject, words, code="board-missing", votes=ALL)
    else:
        case.findings.left_open("boards-complete", subject, ABSENT)


def report_checks(findings: Findings, subject: Subject, outcome: Outcome) -> None:
    """A board's verification as numbered results."""
    if outcome.report is None:
        problem = outcome.problem
        words = Words(problem.what, problem.what) if problem else Words("tidak terbaca", "cannot be read")
        findings.failed("archive", subject, words, code=problem.code if problem else "archive-unreadable", votes=ALL)
        return
    for check in outcome.report.checks:
        _report_check(findings, subject, check)
    if any(note.code == "running" for note in outcome.report.notes):
        why = Words("papan belum selesai", "the board is not finished")
        for name in AFTER_THE_BALLOTS - {check.name for check in outcome.report.checks}:
            findings.left_open(archive_kind(name).name, subject, why)


def _report_check(findings: Findings, subject: Subject, check: Check) -> None:
    name, words = archive_kind(check.name).name, Words(check.detail, check.detail)
    if check.status is Status.PASSED:
        findings.passed(name, subject, words)
    elif check.status is Status.NOT_CHECKED:
        findings.left_open(name, subject, words, code=check.code)
    else:
        votes = 0 if name == "ballots-in-order" else ALL
        findings.failed(name, subject, words, code=check.code, votes=votes, position=check.position)


def _read(found: Found, uuid: str) -> tuple[frozenset[str], str | None, dict[str, str]]:
    """What the board holds, up to its first fault: the verification says that there is one."""
    ballots: set[str] = set()
    tally: str | None = None
    setup: dict[str, str] = {}
    try:
        with found.path.open("rb") as source:
            for event in ArchiveReader(source).events():
                first = hashlib.sha256(event.data[0]).hexdigest() if event.data else ""
                if event.type is EventType.BALLOT:
                    ballots.add(first)
                elif event.type is EventType.ENCRYPTED_TALLY:
                    tally = first
                elif event.type is EventType.SETUP:
                    names = (
                        setup_index.election_name(uuid),
                        setup_index.TRUSTEES,
                        setup_index.credentials_name(uuid),
                    )
                    digests = (hashlib.sha256(data).hexdigest() for data in event.data[:3])
                    setup = dict(zip(names, digests, strict=True))
    except (EpilwuError, OSError):
        pass
    return frozenset(ballots), tally, setup


def check_committed(case: Case, station: Station, board: BoardSeen | None, index: SetupIndex | None) -> None:
    """214: election, trustees and credentials of the board are those that the committee committed itself to."""
    subject = case.station(station.number)
    if index is None or board is None:
        words = Words("tidak ada ikatan yang terbukti", "there is no proven commitment") if index is None else ABSENT
        case.findings.left_open("committed", subject, words)
        return
    if not board.setup:
        words = Words("awal papan tidak terbaca", "the board's beginning cannot be read")
        case.findings.left_open("committed", subject, words)
        return
    wrong = [
        Words(f"{name} di papan berbeda", f"{name} on the board differs")
        for name, sha256 in board.setup.items()
        if index.files.get(name) != sha256
    ]
    good = Words("pemilihan, kunci dan daftar kredensial sama", "election, trustees and credentials are the same")
    case.findings.judge("committed", subject, wrong, good, votes=ALL)
