"""``paper.json``: what auditors counted in the boxes, as they hand it to the tally, which publishes it.

Counts alone: slips per choice, papers that should not have been in the box, slips never found. Whether they agree with
the count is computed by whoever reads it. It bears no signature of its own; beside the published copy stands the
tally's, under ``CONTEXT``. Canonical JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.election.definition import MAX_CANDIDATES, MAX_STATIONS
from epilwu.election.outcome import Counts
from epilwu.media.errors import PublishedRefused
from epilwu.media.published import LIMIT, MAX_COUNT
from epilwu.trust.canonical import HEX_256, Json, Record, dumps

NAME = "paper.json"
CONTEXT = "epilwu/paper-counts/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStation:
    """One box: counted slips per choice, papers that should not be in it, slips never found."""

    number: int
    slips: Counts
    odd: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCounts:
    """The boxes that were counted, at least one, in order of stations."""

    definition_hash: str
    stations: tuple[PaperStation, ...]

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for values that a reader would refuse."""
        lines: list[Json] = [
            {
                "blank": line.slips.blank,
                "candidates": list(line.slips.candidates),
                "missing": line.missing,
                "number": line.number,
                "odd": line.odd,
            }
            for line in self.stations
        ]
        data = dumps({"definition_hash": self.definition_hash, "stations": lines, "version": 1})
        PaperCounts.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = NAME) -> PaperCounts:
        """Read what ``serialise`` writes; raise ``MalformedFile`` or ``PublishedRefused`` otherwise."""
        record = Record.parse(data, ("definition_hash", "stations", "version"), limit=LIMIT, where=where)
        counts = PaperCounts(
            definition_hash=record.matching("definition_hash", HEX_256),
            stations=record.items("stations", 1, MAX_STATIONS, _station),
        )
        numbers = [line.number for line in counts.stations]
        if numbers != sorted(set(numbers)):
            raise PublishedRefused(
                "TPS tidak urut atau berulang.", where=where, todo="Minta berkas hitungan struk yang baru dari auditor."
            )
        return counts


def _station(value: Json, where: str) -> PaperStation:
    record = Record.of(value, ("blank", "candidates", "missing", "number", "odd"), where)
    candidates = record.items("candidates", 1, MAX_CANDIDATES, _count)
    return PaperStation(
        number=record.integer("number", 1, MAX_STATIONS),
        slips=Counts(candidates, record.integer("blank", 0, MAX_COUNT)),
        odd=record.integer("odd", 0, MAX_COUNT),
        missing=record.integer("missing", 0, MAX_COUNT),
    )


def _count(value: Json, where: str) -> int:
    return Record({"struk": value}, where).integer("struk", 0, MAX_COUNT)
