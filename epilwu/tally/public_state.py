"""What the public folder says beside the signed results: how far each station is, and how paper and count compare.

``progress.json`` is news and unsigned, canonical JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from epilwu.election.definition import MAX_BOOTHS, MAX_STATIONS
from epilwu.election.outcome import Counts
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.media.published import LIMIT, VillageResult
from epilwu.trust.canonical import HEX_256, Json, Record, dumps

PROGRESS = "progress.json"
MAX_SHARES = 100


class StationState(StrEnum):
    """How far a station is."""

    WAITING = "waiting"
    RECEIVED = "received"
    CLOSED = "closed"
    FINISHED = "finished"


class CheckState(StrEnum):
    """Of one of the page's three checks; the words that the shared template ``check`` takes."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationProgress:
    """Reports in of booths in all, shares in of shares needed."""

    number: int
    state: StationState
    reports: int
    booths: int
    shares: int
    shares_needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``progress.json``."""

    definition_hash: str
    stations: tuple[StationProgress, ...]

    def serialise(self) -> bytes:
        """The file's bytes."""
        lines: list[Json] = [
            {
                "booths": line.booths,
                "number": line.number,
                "reports": line.reports,
                "shares": line.shares,
                "shares_needed": line.shares_needed,
                "state": str(line.state),
            }
            for line in self.stations
        ]
        return dumps({"definition_hash": self.definition_hash, "stations": lines, "version": 1})

    @staticmethod
    def parse(data: bytes, *, where: str = PROGRESS) -> Progress:
        """Read what ``serialise`` writes; raises ``MalformedFile``."""
        record = Record.parse(data, ("definition_hash", "stations", "version"), limit=LIMIT, where=where)
        return Progress(
            definition_hash=record.matching("definition_hash", HEX_256),
            stations=record.items("stations", 1, MAX_STATIONS, _progress),
        )


def _progress(value: Json, where: str) -> StationProgress:
    record = Record.of(value, ("booths", "number", "reports", "shares", "shares_needed", "state"), where)
    return StationProgress(
        number=record.integer("number", 1, MAX_STATIONS),
        state=StationState(record.one_of("state", [*StationState])),
        reports=record.integer("reports", 0, MAX_BOOTHS),
        booths=record.integer("booths", 1, MAX_BOOTHS),
        shares=record.integer("shares", 0, MAX_SHARES),
        shares_needed=record.integer("shares_needed", 1, MAX_SHARES),
    )


def check_paper(paper: PaperCounts, result: VillageResult) -> CheckState:
    """Whether paper and count agree in every station, choice by choice; a box not counted is not checked."""
    counted = {line.number: line for line in paper.stations}
    states = {_compare(counted.get(line.number), line.counts) for line in result.stations}
    for state in (CheckState.FAILED, CheckState.NOT_CHECKED):
        if state in states:
            return state
    return CheckState.PASSED if result.complete else CheckState.NOT_CHECKED


def _compare(paper: PaperStation | None, counts: Counts) -> CheckState:
    if paper is None:
        return CheckState.NOT_CHECKED
    agrees = paper.slips == counts and paper.odd == paper.missing == 0
    return CheckState.PASSED if agrees else CheckState.FAILED
