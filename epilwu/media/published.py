"""The published folder as data: one flat folder that anyone can download and check, and the auditors' folder beside it.

Published: ``definition.json``, ``root.pem``, ``rules.toml``; for each station ``<uuid>.bel`` (the Belenios archive),
``<uuid>.decryption.json`` (the bound proofs, see ``epilwu.protocol.side_file``) and ``<uuid>.result.json``; for the
village ``result.json`` and ``books.json``. Each E-Pilwu JSON has its ``.sig`` beside it. Auditors get in addition the
station reports (``TPS01-B1.epr``) and the desks' books (``TPS01.epd``), which the public must not have.

Results are checked when read: sums, margin, winner and tie follow from the stations' counts or the file is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from epilwu.election.balance import StationBooks
from epilwu.election.definition import MAX_CANDIDATES, MAX_STATIONS, UUID
from epilwu.election.outcome import Counts, Ranking, StationCounts, outcome, ranking, total
from epilwu.election.region import REGION
from epilwu.election.rules import RulePack
from epilwu.media.errors import PublishedRefused
from epilwu.trust.canonical import HEX_256, Json, Record, dumps

DEFINITION = "definition.json"
ROOT = "root.pem"
RULES = "rules.toml"
RESULT = "result.json"
BOOKS = "books.json"
LOG = "log.jsonl"
"""The server's audit log, an entry a line: for auditors (``epilwu.trust.act_log``)."""
LOG_LEAVES = "log.leaves"
"""The leaf hashes of its entries, for everyone."""
CHECKPOINT = "checkpoint"
"""The log's signed head (``epilwu.trust.checkpoint``), for everyone, and the certificate of the key that signed it."""
LOG_CERTIFICATE = "checkpoint.pem"
WITNESSED = "checkpoint.witnessed"
"""The newest head that a witness signed, where that is an older one."""
LIMIT = 1 << 20
MAX_COUNT = 1_000_000
_TODO = "Unduh ulang berkas dari laman resmi."


class Context(StrEnum):
    """What each signature beside a published file is made for."""

    DEFINITION = "epilwu/definition/v1"
    STATION_RESULT = "epilwu/station-result/v1"
    RESULT = "epilwu/village-result/v1"
    BOOKS = "epilwu/books/v1"


def archive_name(uuid: str) -> str:
    """A station's Belenios archive."""
    return f"{uuid}.bel"


def decryption_name(uuid: str) -> str:
    """A station's bound decryption proofs."""
    return f"{uuid}.decryption.json"


def station_result_name(uuid: str) -> str:
    """A station's signed result."""
    return f"{uuid}.result.json"


def signature_name(name: str) -> str:
    """The detached signature beside ``name``."""
    return f"{name}.sig"


def package_name(station: int, booth: int) -> str:
    """A booth's package."""
    return f"TPS{station:02d}-B{booth}.epb"


def report_name(station: int, booth: int) -> str:
    """A booth's station report, for the tally and the auditors."""
    return f"TPS{station:02d}-B{booth}.epr"


def desk_book_name(station: int) -> str:
    """A station's desk's book, for the tally and the auditors."""
    return f"TPS{station:02d}.epd"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """One station's result and the SHA-256 (hex) of the files that prove it; ``encrypted_tally`` of that data."""

    definition_hash: str
    region: str
    rehearsal: bool
    uuid: str
    station: int
    counts: Counts
    archive_sha256: str
    decryption_sha256: str
    encrypted_tally: str

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` for values that a reader would refuse."""
        value = asdict(self)
        del value["counts"]
        data = dumps({**value, **_counts_json(self.counts), "version": 1})
        StationResult.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = "hasil TPS") -> StationResult:
        """Read what ``serialise`` writes; raise ``MalformedFile`` or ``PublishedRefused`` (sums) otherwise."""
        names = {f.name for f in fields(StationResult)} - {"counts"}
        record = Record.parse(data, [*names, *_COUNTS, "version"], limit=LIMIT, where=where)
        return StationResult(
            definition_hash=record.matching("definition_hash", HEX_256),
            region=record.matching("region", REGION),
            rehearsal=record.flag("rehearsal"),
            uuid=record.matching("uuid", UUID),
            station=record.integer("station", 1, MAX_STATIONS),
            counts=_counts(record),
            archive_sha256=record.matching("archive_sha256", HEX_256),
            decryption_sha256=record.matching("decryption_sha256", HEX_256),
            encrypted_tally=record.matching("encrypted_tally", HEX_256),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLine:
    """A station in the village's result: its counts, its roll if known, and the SHA-256 of its own result file."""

    number: int
    uuid: str
    counts: Counts
    voters: int | None
    result_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageResult:
    """The village's result: stations that reported (in order) of ``stations_expected``, and what follows from them."""

    definition_hash: str
    region: str
    rehearsal: bool
    rule_pack_sha256: str
    stations_expected: int
    stations: tuple[StationLine, ...]
    disputed: bool

    @property
    def station_counts(self) -> tuple[StationCounts, ...]:
        """What ``epilwu.election.outcome.outcome`` takes."""
        return tuple(StationCounts(line.number, line.counts, line.voters) for line in self.stations)

    @property
    def ranking(self) -> Ranking:
        """Totals, standing, winner or tie, and margin."""
        return ranking(total(self.station_counts))

    @property
    def complete(self) -> bool:
        """Whether every station has reported."""
        return len(self.stations) == self.stations_expected

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for values that a reader would refuse."""
        data = dumps(_village_json(self))
        VillageResult.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, rules: RulePack | None = None, where: str = RESULT) -> VillageResult:
        """Read and recompute; with ``rules`` (the pack named by its hash) also whether the result is disputed.

        Raises ``MalformedFile``, ``CountsRefused`` or ``PublishedRefused``.
        """
        record = Record.parse(data, _VILLAGE, limit=LIMIT, where=where)
        result = VillageResult(
            definition_hash=record.matching("definition_hash", HEX_256),
            region=record.matching("region", REGION),
            rehearsal=record.flag("rehearsal"),
            rule_pack_sha256=record.matching("rule_pack_sha256", HEX_256),
            stations_expected=record.integer("stations_expected", 1, MAX_STATIONS),
            stations=record.items("stations", 1, MAX_STATIONS, _station_line),
            disputed=record.flag("disputed"),
        )
        numbers = [line.number for line in result.stations]
        if numbers != sorted(set(numbers)) or len(numbers) > result.stations_expected:
            raise PublishedRefused("TPS tidak urut, berulang atau terlalu banyak.", where=where, todo=_TODO)
        if dumps(_village_json(result)) != data:
            raise PublishedRefused("Jumlah, selisih atau pemenang tidak sesuai hasil TPS.", where=where, todo=_TODO)
        if rules is not None and (
            rules.sha256 != result.rule_pack_sha256 or outcome(result.station_counts, rules).disputed != result.disputed
        ):
            raise PublishedRefused("Keterangan sengketa tidak sesuai aturan.", where=where, todo=_TODO)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The books of every station (in order of numbers), as far as they are known."""

    definition_hash: str
    region: str
    rehearsal: bool
    stations: tuple[tuple[int, StationBooks], ...]

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for values that a reader would refuse."""
        lines: list[Json] = [{"station": number, **asdict(books)} for number, books in self.stations]
        head: dict[str, Json] = {
            "definition_hash": self.definition_hash,
            "region": self.region,
            "rehearsal": self.rehearsal,
        }
        data = dumps({**head, "stations": lines, "version": 1})
        Books.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = BOOKS) -> Books:
        """Read what ``serialise`` writes; raise ``MalformedFile`` or ``PublishedRefused`` otherwise."""
        names = ("definition_hash", "region", "rehearsal", "stations", "version")
        record = Record.parse(data, names, limit=LIMIT, where=where)
        books = Books(
            definition_hash=record.matching("definition_hash", HEX_256),
            region=record.matching("region", REGION),
            rehearsal=record.flag("rehearsal"),
            stations=record.items("stations", 1, MAX_STATIONS, _station_books),
        )
        numbers = [number for number, _ in books.stations]
        if numbers != sorted(set(numbers)):
            raise PublishedRefused("TPS tidak urut atau berulang.", where=where, todo=_TODO)
        return books


_COUNTS = ("ballots", "blank", "candidates", "valid")
_VILLAGE = (
    "ballots", "blank", "candidates", "definition_hash", "disputed", "margin", "margin_permyriad", "region",
    "rehearsal", "rule_pack_sha256", "stations", "stations_expected", "tied", "valid", "version", "winner",
)  # fmt: skip
_LINE = ("ballots", "blank", "candidates", "number", "result_sha256", "uuid", "valid", "voters")
_BOOK_FIGURES = tuple(f.name for f in fields(StationBooks))


def _counts_json(counts: Counts) -> dict[str, Json]:
    return {
        "ballots": counts.ballots,
        "blank": counts.blank,
        "candidates": list(counts.candidates),
        "valid": counts.valid,
    }


def _counts(record: Record) -> Counts:
    candidates = record.items("candidates", 1, MAX_CANDIDATES, _count)
    counts = Counts(candidates, record.integer("blank", 0, MAX_COUNT))
    if (record.integer("ballots"), record.integer("valid")) != (counts.ballots, counts.valid):
        raise PublishedRefused("Jumlah suara tidak sesuai rinciannya.", where=record.where, todo=_TODO)
    return counts


def _count(value: Json, where: str) -> int:
    return Record({"suara": value}, where).integer("suara", 0, MAX_COUNT)


def _village_json(result: VillageResult) -> dict[str, Json]:
    ranked = result.ranking
    lines: list[Json] = [
        {
            **_counts_json(line.counts),
            "number": line.number,
            "result_sha256": line.result_sha256,
            "uuid": line.uuid,
            "voters": line.voters,
        }
        for line in result.stations
    ]
    return {
        **_counts_json(ranked.counts),
        "definition_hash": result.definition_hash,
        "disputed": result.disputed,
        "margin": ranked.margin,
        "margin_permyriad": ranked.margin_permyriad,
        "region": result.region,
        "rehearsal": result.rehearsal,
        "rule_pack_sha256": result.rule_pack_sha256,
        "stations": lines,
        "stations_expected": result.stations_expected,
        "tied": list(ranked.tied),
        "version": 1,
        "winner": ranked.winner,
    }


def _station_line(value: Json, where: str) -> StationLine:
    record = Record.of(value, _LINE, where)
    return StationLine(
        number=record.integer("number", 1, MAX_STATIONS),
        uuid=record.matching("uuid", UUID),
        counts=_counts(record),
        voters=record.integer_or_none("voters", 0, MAX_COUNT),
        result_sha256=record.matching("result_sha256", HEX_256),
    )


def _station_books(value: Json, where: str) -> tuple[int, StationBooks]:
    record = Record.of(value, ("station", *_BOOK_FIGURES), where)
    figures = {name: record.integer_or_none(name, 0, MAX_COUNT) for name in _BOOK_FIGURES}
    return record.integer("station", 1, MAX_STATIONS), StationBooks(**figures)


def station_lines(results: Sequence[tuple[StationResult, str, int | None]]) -> tuple[StationLine, ...]:
    """Lines in order of station numbers from (result, SHA-256 of its file, roll if known)."""
    lines = (
        StationLine(number=r.station, uuid=r.uuid, counts=r.counts, voters=voters, result_sha256=sha256)
        for r, sha256, voters in results
    )
    return tuple(sorted(lines, key=lambda line: line.number))
