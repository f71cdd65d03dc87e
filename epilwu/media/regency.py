"""``regency.json``: a regency's villages on one signed page, a line each, and their sums.

Beside it lies a folder for each village, named by its code (``32.09.07.2007/``), flat as ``epilwu.media.published``
has it. A village that has not published yet has no line; ``expected`` says how many there are to be. Candidates of
different villages are different people, so only ballots, valid and blank votes and rolls are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election.definition import DATE, MAX_CANDIDATES
from epilwu.election.outcome import Counts
from epilwu.election.region import REGION, RegionCode
from epilwu.media.errors import PublishedRefused
from epilwu.media.published import MAX_COUNT, VillageResult
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.envelope import sign_detached

CONTEXT = "epilwu/regency-result/v1"
NAME = "regency.json"
LIMIT = 4 << 20
MAX_VILLAGES = 1_000
_LARGEST = MAX_COUNT * MAX_VILLAGES
_TODO = "Unduh ulang berkas dari laman resmi."


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageLine:
    """A village: its code, the SHA-256 of its ``result.json``, its counts, the voters on its roll (None: not known),
    and ballots in hundredths of a percent of the roll, cut off (None where the roll is not known or 0)."""

    code: str
    definition_hash: str
    result_sha256: str
    counts: Counts
    voters: int | None

    @property
    def turnout_permyriad(self) -> int | None:
        """Ballots in hundredths of a percent of the roll."""
        return self.counts.ballots * 10_000 // self.voters if self.voters else None

    @staticmethod
    def of(result: VillageResult, result_sha256: str) -> VillageLine:
        """The line of a village's ``result`` (the SHA-256, in hex, of its bytes)."""
        rolls = [line.voters for line in result.stations if line.voters is not None]
        known = result.complete and len(rolls) == len(result.stations)
        return VillageLine(
            code=result.region,
            definition_hash=result.definition_hash,
            result_sha256=result_sha256,
            counts=result.ranking.counts,
            voters=sum(rolls) if known else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegencyResult:
    """The villages that have a result, in order of codes, of ``expected``; ``date`` is the election day."""

    region: str
    date: str
    rehearsal: bool
    expected: int
    villages: tuple[VillageLine, ...]

    @property
    def ballots(self) -> int:
        """All ballots of the regency."""
        return sum(line.counts.ballots for line in self.villages)

    @property
    def voters(self) -> int | None:
        """All voters on the rolls; None while any village's is not known."""
        rolls = [line.voters for line in self.villages if line.voters is not None]
        return sum(rolls) if len(rolls) == len(self.villages) else None

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for values that a reader would refuse."""
        data = dumps(_json(self))
        RegencyResult.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = NAME) -> RegencyResult:
        """Read what ``serialise`` writes, sums computed again; raise ``MalformedFile`` or ``PublishedRefused``."""
        record = Record.parse(data, _FIELDS, limit=LIMIT, where=where)
        found = RegencyResult(
            region=record.matching("region", REGION),
            date=record.matching("date", DATE),
            rehearsal=record.flag("rehearsal"),
            expected=record.integer("expected", 1, MAX_VILLAGES),
            villages=record.items("villages", 0, MAX_VILLAGES, _line),
        )
        codes = [line.code for line in found.villages]
        if codes != sorted(set(codes)) or len(codes) > found.expected:
            raise PublishedRefused("Desa tidak urut, berulang atau terlalu banyak.", where=where, todo=_TODO)
        if not all(RegionCode(found.region).contains(RegionCode(code)) for code in codes):
            raise PublishedRefused("Ada desa dari kabupaten lain.", where=where, todo=_TODO)
        if dumps(_json(found)) != data:
            raise PublishedRefused("Jumlah tidak sesuai baris desanya.", where=where, todo=_TODO)
        return found


def write(result: RegencyResult, key: Ed25519PrivateKey, certificate: bytes) -> dict[str, bytes]:
    """``regency.json`` and its signature, by name, signed by the regency's tally."""
    data = result.serialise()
    return {NAME: data, f"{NAME}.sig": sign_detached(CONTEXT, data, key, certificate)}


def lines(results: Sequence[tuple[VillageResult, str]]) -> tuple[VillageLine, ...]:
    """Lines in order of codes from (result, SHA-256 of its file)."""
    return tuple(sorted((VillageLine.of(*each) for each in results), key=lambda line: line.code))


_FIELDS = (
    "ballots", "blank", "date", "expected", "region", "rehearsal", "valid", "version", "villages", "voters",
)  # fmt: skip
_LINE = (
    *(f.name for f in fields(VillageLine) if f.name != "counts"),
    "ballots", "blank", "candidates", "turnout_permyriad", "valid",
)  # fmt: skip


def _json(result: RegencyResult) -> dict[str, Json]:
    listed: list[Json] = [_line_json(line) for line in result.villages]
    return {
        "ballots": result.ballots,
        "blank": sum(line.counts.blank for line in result.villages),
        "date": result.date,
        "expected": result.expected,
        "region": result.region,
        "rehearsal": result.rehearsal,
        "valid": sum(line.counts.valid for line in result.villages),
        "version": 1,
        "villages": listed,
        "voters": result.voters,
    }


def _line_json(line: VillageLine) -> dict[str, Json]:
    value = asdict(line)
    del value["counts"]
    counts = line.counts
    return {
        **value,
        "ballots": counts.ballots,
        "blank": counts.blank,
        "candidates": list(counts.candidates),
        "turnout_permyriad": line.turnout_permyriad,
        "valid": counts.valid,
    }


def _line(value: Json, where: str) -> VillageLine:
    record = Record.of(value, _LINE, where)
    candidates = record.items("candidates", 1, MAX_CANDIDATES, _count)
    return VillageLine(
        code=record.matching("code", REGION),
        definition_hash=record.matching("definition_hash", HEX_256),
        result_sha256=record.matching("result_sha256", HEX_256),
        counts=Counts(candidates, record.integer("blank", 0, MAX_COUNT)),
        voters=record.integer_or_none("voters", 0, _LARGEST),
    )


def _count(value: Json, where: str) -> int:
    return Record({"suara": value}, where).integer("suara", 0, MAX_COUNT)
