"""A village's audit as ``audit.json``: for programs, and for anyone who wants to compare two auditors' findings.

Canonical JSON (RFC 8785), the same bytes from the same evidence. It holds counts only: no slip's identity, and no
choice beside the name of a picture. Every ``status`` is "passed", "failed" or "not checked" (books: "equal",
"different" or "not checked"); a figure that is not known is null, never 0::

    {"version": 1, "ok": true only if every finding passed,
     "definition_hash", "region", "village", "date", "rehearsal",
     "root_fingerprint": SHA-256 of the root's DER, "root_brought": whether the auditor brought the root,
     "counts": {"candidates": [per ballot number], "blank"} or null while any station is unproven,
     "papers": the same of the slips in all boxes, or null while any box was not opened,
     "findings": [{"name": archives|boards|results|paper, "status", "detail"}],
     "text": "not checked": what voters read is not what this program reads,
     "stations": [{"number", "uuid",
       "archive_sha256", "archive_checks": [{"name", "status", "code", "detail", "position"}],
       "findings": [{"name": archive|board|station-result|paper, "status", "detail"}],
       "votes": {"candidates", "blank"} or null,
       "paper": null or {"classes": {counted, duplicate, void, foreign, unreadable},
         "choices": [{"choice": 0 blank or ballot number, "slips", "votes", "difference": slips less votes}],
         "missing": [{"booth", "slips"}],
         "odd": [{"picture", "class", "reason"}] of papers that should not be in the box,
         and what ``epilwu.audit.reconcile_report`` adds: typed papers, booths, what is open},
       "books": {each figure of epilwu.election.balance.StationBooks},
       "differences": [{"name", "left", "right", "difference", "status"}]}],
     "together": paper, count and books of all stations (``epilwu.audit.reconcile_report``)}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from epilwu.audit.finding import Finding
from epilwu.audit.reconcile import ODD_PAPERS, StationReconciliation
from epilwu.audit.reconcile_report import differences_json, paper_json, paper_where, village_json
from epilwu.audit.village import StationAudit, VillageAudit, slips_of, split_votes
from epilwu.audit.words import plain
from epilwu.election.outcome import Counts
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.protocol.verify_report import Status
from epilwu.trust.canonical import Json, dumps

NAME = "audit.json"


def serialise(audit: VillageAudit) -> bytes:
    """``audit.json``'s bytes."""
    definition = audit.material.definition
    return dumps(
        {
            "version": 1,
            "ok": audit.ok,
            "definition_hash": audit.material.definition_hash,
            "region": definition.region.text,
            "village": definition.village,
            "date": definition.date,
            "rehearsal": definition.rehearsal,
            "root_fingerprint": audit.material.root_fingerprint,
            "root_brought": audit.material.root_brought,
            "counts": _counts(audit.counts),
            "papers": _counts(audit.papers),
            "findings": _findings(audit.findings),
            "text": str(Status.NOT_CHECKED),
            "together": village_json(audit.together),
            "stations": [_station(station, blank=definition.blank) for station in audit.stations],
        }
    )


def paper_counts(audit: VillageAudit) -> PaperCounts | None:
    """What the auditors hand to the tally for publication; None where no box was opened."""
    opened = [station.reconciliation for station in audit.stations if station.reconciliation is not None]
    if not opened:
        return None
    return PaperCounts(
        definition_hash=audit.material.definition_hash,
        stations=tuple(
            PaperStation(
                number=paper.station,
                slips=slips_of(paper, blank=audit.material.definition.blank),
                odd=sum(paper.classes[kind] for kind in ODD_PAPERS),
                missing=paper.missing_total,
            )
            for paper in opened
        ),
    )


def _station(station: StationAudit, *, blank: bool) -> Json:
    report, paper = station.archive.report, station.reconciliation
    checks: list[Json] = [
        {
            "name": str(check.name),
            "status": str(check.status),
            "code": check.code or None,
            "detail": plain(check.detail),
            "position": check.position,
        }
        for check in (report.checks if report else ())
    ]
    return {
        "number": station.number,
        "uuid": station.material.station.uuid,
        "archive_sha256": station.material.board_sha256,
        "archive_checks": checks,
        "findings": _findings((station.proofs, station.board, station.result, station.paper)),
        "votes": None if station.votes is None else _counts(split_votes(station.votes, blank=blank)),
        "paper": None if paper is None else _paper(paper),
        "books": dict(asdict(station.books)),
        "differences": differences_json(station.books.differences),
    }


def _paper(paper: StationReconciliation) -> Json:
    missing: list[Json] = [{"booth": booth, "slips": count} for booth, count in sorted(paper.missing.items())]
    odd: list[Json] = [
        {"picture": paper_where(slip), "class": str(slip.slip_class), "reason": slip.reason}
        for slip in paper.slips
        if slip.slip_class in ODD_PAPERS
    ]
    return {
        "classes": {str(kind): count for kind, count in paper.classes.items()},
        "missing": missing,
        "odd": odd,
        **paper_json(paper),
    }


def _findings(findings: Iterable[Finding]) -> Json:
    return [{"name": f.name, "status": str(f.status), "detail": plain(f.detail)} for f in findings]


def _counts(counts: Counts | None) -> Json:
    return None if counts is None else {"candidates": list(counts.candidates), "blank": counts.blank}
