"""A verification for programs.

Each check: ``number``, ``name``, ``status`` ("passed", "failed", "not checked"), ``region``, ``station``, ``booth``,
``file`` (null where that does not apply), ``detail`` and ``detail_en``, ``code``, ``position``; for a failure ``votes``
(null: not known) and ``change`` ("could change", "cannot change", "unknown"). A figure that is not known is null.
"""

from __future__ import annotations

from epilwu.audit.verifying.result import CheckResult
from epilwu.audit.verifying.run import Verification, VillageVerdict
from epilwu.election.outcome import Counts
from epilwu.trust.canonical import Json


def checks(verification: Verification) -> list[Json]:
    """Every result."""
    return [_check(result) for result in verification.results]


def villages(verification: Verification) -> list[Json]:
    """Each village with its counts and what its failures mean together."""
    return [_village(verdict) for verdict in verification.villages]


def _check(result: CheckResult) -> dict[str, Json]:
    return {
        "number": result.kind.number,
        "name": result.kind.name,
        "status": str(result.status),
        "region": result.subject.region or None,
        "station": result.subject.station or None,
        "booth": result.subject.booth or None,
        "file": result.subject.file or None,
        "detail": result.detail.id,
        "detail_en": result.detail.en,
        "code": result.code or None,
        "position": result.position,
        "votes": result.votes,
        "change": None if result.change is None else str(result.change),
    }


def _village(verdict: VillageVerdict) -> dict[str, Json]:
    announced = None if verdict.announced is None else verdict.announced.ranking
    return {
        "region": verdict.files.region,
        "village": verdict.files.definition.village,
        "definition_hash": verdict.files.digest,
        "rehearsal": verdict.files.definition.rehearsal,
        "proven": _counts(verdict.proven),
        "announced": None if announced is None else _counts(announced.counts),
        "winner": None if announced is None else announced.winner,
        "margin": verdict.standing.margin,
        "change": None if verdict.change is None else str(verdict.change),
    }


def _counts(counts: Counts | None) -> Json:
    return None if counts is None else {"blank": counts.blank, "candidates": list(counts.candidates)}
