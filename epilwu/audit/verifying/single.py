"""Reports, desks' books and boards whose village does not lie here as a whole: each judged by itself."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence

from epilwu.audit.verify import Outcome, Workers, verify_with
from epilwu.audit.verifying import authority, boards
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.booths import Bench, examine_report
from epilwu.audit.verifying.case import Case, Signer
from epilwu.audit.verifying.evidence import Evidence, VillageFiles
from epilwu.audit.verifying.result import Findings, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.errors import EpilwuError
from epilwu.protocol import tar
from epilwu.trust.certificates import Holder, Role, read_root
from epilwu.trust.journal import QUARTER

_NO_DEFINITION = Words(
    "definisi pemilihannya tidak ada di sini; sertakan folder publik", "its definition is not here; add its folder"
)


def check_lone_reports(
    reports: Sequence[Found], around: Evidence, villages: Sequence[VillageFiles], brought: Brought, findings: Findings
) -> None:
    """301 to 307 for reports alone; root, definition and revocations from ``around`` them as far as they are there."""
    for found in reports:
        uuid, _, booth = found.key.partition("/")
        village = next((v for v in villages if any(s.uuid == uuid for s in v.definition.stations)), None)
        root = authority.find_root(around, found, brought)
        if village is None:
            _without_village(found, root, brought, findings)
            continue
        case = Case(around, village, root, findings)
        authority.check_root(case, brought)
        authority.check_definition(case)
        index = authority.check_setup(case)
        revoked = authority.check_revocations(case)
        station = next(s for s in village.definition.stations if s.uuid == uuid)
        number = int(booth) if booth.isdecimal() else 0
        expected = None if index is None else index.files.get(f"TPS{station.number:02d}-B{number}.pem", "")
        holder = Holder(Role.BOOTH, village.region, station.number, number) if number else None
        subject = Subject(village.region, station.number, number, str(found.path))
        examine_report(Bench.of(case), found, holder, subject, expected)
        authority.check_revoked(case, revoked)


def _without_village(found: Found, root: bytes | None, brought: Brought, findings: Findings) -> None:
    """Its own word for the day is all there is; signature and content can be checked, the election cannot."""
    subject, day, signers = Subject(file=str(found.path)), _stated_day(found), list[Signer]()
    if root is not None:
        _report_root(root, day, brought, subject, findings)
    examine_report(Bench(root, day, None, findings, signers), found, None, subject, None)


def _report_root(root: bytes, day: datetime.date, brought: Brought, subject: Subject, findings: Findings) -> None:
    try:
        fingerprint = read_root(root, at=day).fingerprint
    except EpilwuError as error:
        findings.refused("root", subject, error, votes=None)
        return
    if brought.root is not None or brought.fingerprint == fingerprint:
        findings.passed("root", subject, Words(f"sidik {fingerprint}", f"hash {fingerprint}"))
    else:
        words = Words(f"cocokkan sidik akar: {fingerprint}", f"compare the root's hash: {fingerprint}")
        findings.left_open("root", subject, words)


def _stated_day(found: Found) -> datetime.date:
    """The day on which a report says that its booth was closed, unverified; the first of all days if none."""
    try:
        with found.path.open("rb") as source:
            for member in tar.read_members(source, limit=len(found.data)):
                if member.name == "report.json":
                    text = str(json.loads(member.data).get("closed_at"))
                    return datetime.date.fromisoformat(text[:10]) if QUARTER.fullmatch(text) else datetime.date.min
    except (EpilwuError, OSError, ValueError, AttributeError):
        pass
    return datetime.date.min.replace(year=1970)


def check_lone_boards(
    evidence: Evidence,
    known: frozenset[str],
    workers: Workers,
    findings: Findings,
    progress: Callable[[Found], Callable[[int], None] | None],
    *,
    running: bool,
) -> list[Outcome]:
    """2xx for boards of no village that is here: foreign ones, or without their definition."""
    outcomes = []
    for archive in evidence.all(Sort.ARCHIVE):
        if archive.key in known:
            continue
        side = evidence.one(Sort.SIDE_FILE, archive.key)
        outcome = verify_with(
            archive.path,
            workers,
            strict=False,
            side_file=None if side is None else side.data,
            definition=None,
            running=running,
            progress=progress(archive),
        )
        boards.report_checks(findings, Subject(file=str(archive.path)), outcome)
        outcomes.append(outcome)
    return outcomes


def check_lone_books(evidence: Evidence, known: frozenset[str], findings: Findings) -> None:
    """310: a desk's book without its election cannot be judged."""
    for found in evidence.all(Sort.DESK_BOOK):
        if found.key not in known:
            findings.left_open("desk-book", Subject(file=str(found.path)), _NO_DEFINITION)
