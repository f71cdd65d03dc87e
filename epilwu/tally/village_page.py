"""What a village's page shows, read from its public folder and from nothing else.

Signatures, sums and hashes are checked on reading: a page never shows a figure that its own folder does not prove. The
server's private database is not asked, so the page and the folder can only say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from epilwu.disk import read_bounded
from epilwu.election import definition as definitions
from epilwu.election.balance import Difference, StationBooks, Status
from epilwu.election.balance import total as total_books
from epilwu.election.definition import Definition
from epilwu.election.outcome import Outcome, outcome
from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack
from epilwu.media import paper_counts, published
from epilwu.media.paper_counts import PaperCounts
from epilwu.media.published import Books, Context, StationLine, StationResult, VillageResult
from epilwu.protocol.archive import ArchiveReader
from epilwu.tally.errors import PublishRefused
from epilwu.tally.public_state import (
    PROGRESS,
    CheckState,
    Progress,
    StationProgress,
    StationState,
    check_paper,
)
from epilwu.trust.certificates import Role, read_root
from epilwu.trust.envelope import verify_detached

LIMIT = 64 << 20
_TODO = "Terbitkan ulang map desa ini."
PAPER_DIFFERENCE = "slips_cast-slips_counted"
"""The one line of the books that belongs to the third check, not to the second."""


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station on the page: how far it is, its result and its books as far as they are known.

    ``setup_size`` is how many bytes of its archive come before the first ballot (None while there is no archive).
    """

    number: int
    uuid: str
    progress: StationProgress
    line: StationLine | None
    books: StationBooks
    setup_size: int | None


@dataclass(frozen=True, slots=True)
class VillagePage:
    """All that the page shows. ``outcome`` is None while no station is finished; ``files`` are names and sizes."""

    folder: Path
    definition: Definition
    definition_hash: str
    root_fingerprint: str
    rules: RulePack
    stations: tuple[StationRow, ...]
    result: VillageResult | None
    outcome: Outcome | None
    proofs: CheckState
    paper: CheckState
    files: Mapping[str, int]

    @property
    def code(self) -> str:
        """The village's region code."""
        return self.definition.region.text

    @property
    def other_files(self) -> tuple[str, ...]:
        """Names of the files that belong to no single station."""
        return tuple(name for name in self.files if not any(name.startswith(row.uuid) for row in self.stations))

    @property
    def finished(self) -> int:
        """How many stations have a result."""
        return sum(row.line is not None for row in self.stations)

    @property
    def books(self) -> StationBooks:
        """The village's books."""
        return total_books(row.books for row in self.stations)

    @property
    def bookkeeping(self) -> CheckState:
        """Whether every station's books balance, the paper's line apart."""
        found = {d.status for row in self.stations for d in desk_differences(row.books)}
        if Status.DIFFERENT in found:
            return CheckState.FAILED
        return CheckState.NOT_CHECKED if Status.NOT_CHECKED in found else CheckState.PASSED

    @property
    def status(self) -> str:
        """The status in words, as people say it."""
        expected = len(self.stations)
        if self.finished == 0:
            reported = sum(row.progress.state is not StationState.WAITING for row in self.stations)
            return f"Belum ada hasil – laporan {reported} dari {expected} TPS sudah lengkap"
        checked = ", sudah diperiksa" if self.proofs is CheckState.PASSED else ""
        return f"Hasil sementara – {self.finished} dari {expected} TPS{checked}"


def desk_differences(books: StationBooks) -> tuple[Difference, ...]:
    """The lines of the books that need no paper count."""
    return tuple(d for d in books.differences if d.name != PAPER_DIFFERENCE)


def village_code(folder: Path) -> str:
    """The code in a folder's definition, nothing checked but its form. Raises ``FileTrouble`` or its refusals."""
    path = folder / published.DEFINITION
    return definitions.parse(read_bounded(path, LIMIT), where=str(path)).region.text


def read_village(folder: Path) -> VillagePage:
    """Read and check a public folder. Raises ``PublishRefused``, ``FileTrouble``, and media's and trust's refusals."""
    data = read_bounded(folder / published.DEFINITION, LIMIT)
    definition = definitions.parse(data, where=str(folder / published.DEFINITION))
    reader = _Reader(folder, definition, read_bounded(folder / published.ROOT, LIMIT))
    reader.verify(published.DEFINITION, data, Context.DEFINITION, Role.COMMITTEE)
    rules = RulePack.parse_toml(reader.file(published.RULES), where=str(folder / published.RULES))
    digest = definitions.definition_hash(data)
    if rules.sha256 != definition.rule_pack_sha256:
        raise PublishRefused("Aturan bukan aturan dalam definisi.", where=str(folder / published.RULES), todo=_TODO)
    result = reader.result(rules)
    books = Books.parse(reader.signed(published.BOOKS, Context.BOOKS), where=str(folder / published.BOOKS))
    progress = Progress.parse(reader.file(PROGRESS), where=str(folder / PROGRESS))
    paper = reader.paper()
    named = {books.definition_hash, progress.definition_hash}
    named |= set() if result is None else {result.definition_hash}
    named |= set() if paper is None else {paper.definition_hash}
    if named != {digest}:
        raise PublishRefused("Map ini campuran dari dua pemilihan.", where=str(folder), todo=_TODO)
    stations = _rows(definition, progress, books, result, folder)
    return VillagePage(
        folder=folder,
        definition=definition,
        definition_hash=digest,
        root_fingerprint=read_root(reader.root, at=definition.day).fingerprint,
        rules=rules,
        stations=stations,
        result=result,
        outcome=None if result is None else outcome(result.station_counts, rules),
        proofs=CheckState.NOT_CHECKED if result is None else _proofs(reader, result),
        paper=CheckState.NOT_CHECKED if result is None or paper is None else check_paper(paper, result),
        files=_listed(folder),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the files of one folder under its root."""

    folder: Path
    definition: Definition
    root: bytes

    def file(self, name: str) -> bytes:
        return read_bounded(self.folder / name, LIMIT)

    def verify(self, name: str, data: bytes, context: str, role: Role) -> None:
        path = self.folder / published.signature_name(name)
        signer = verify_detached(
            context,
            data,
            read_bounded(path, LIMIT),
            self.root,
            at=self.definition.day,
            holder_role=role,
            where=str(path),
        )
        if not RegionCode(signer.holder.region).contains(self.definition.region):
            raise PublishRefused("Ditandatangani pihak dari wilayah lain.", where=str(path), todo=_TODO)

    def signed(self, name: str, context: str) -> bytes:
        data = self.file(name)
        self.verify(name, data, context, Role.TALLY)
        return data

    def result(self, rules: RulePack) -> VillageResult | None:
        if not (self.folder / published.RESULT).exists():
            return None
        data = self.signed(published.RESULT, Context.RESULT)
        return VillageResult.parse(data, rules=rules, where=str(self.folder / published.RESULT))

    def paper(self) -> PaperCounts | None:
        if not (self.folder / paper_counts.NAME).exists():
            return None
        return PaperCounts.parse(
            self.signed(paper_counts.NAME, paper_counts.CONTEXT), where=str(self.folder / paper_counts.NAME)
        )

    def station_result(self, line: StationLine) -> StationResult:
        name = published.station_result_name(line.uuid)
        data = self.signed(name, Context.STATION_RESULT)
        if hashlib.sha256(data).hexdigest() != line.result_sha256:
            raise PublishRefused("Hasil TPS bukan yang dijumlahkan.", where=str(self.folder / name), todo=_TODO)
        return StationResult.parse(data, where=str(self.folder / name))


def _proofs(reader: _Reader, result: VillageResult) -> CheckState:
    """Whether each finished station's signed result names exactly the archive and proofs that stand here.

    The proofs themselves were checked when reports and shares came in; anyone can check them again.
    """
    for line in result.stations:
        signed = reader.station_result(line)
        if (signed.uuid, signed.station, signed.counts) != (line.uuid, line.number, line.counts):
            return CheckState.FAILED
        for name, expected in (
            (published.archive_name(line.uuid), signed.archive_sha256),
            (published.decryption_name(line.uuid), signed.decryption_sha256),
        ):
            if hashlib.sha256(reader.file(name)).hexdigest() != expected:
                return CheckState.FAILED
    return CheckState.PASSED if result.complete else CheckState.NOT_CHECKED


def _rows(
    definition: Definition, progress: Progress, books: Books, result: VillageResult | None, folder: Path
) -> tuple[StationRow, ...]:
    known: Mapping[int, StationProgress] = {line.number: line for line in progress.stations}
    kept: Mapping[int, StationBooks] = dict(books.stations)
    lines: Mapping[int, StationLine] = {} if result is None else {line.number: line for line in result.stations}
    numbers = [station.number for station in definition.stations]
    if sorted(known) != numbers or sorted(kept) != numbers or not set(lines) <= set(numbers):
        raise PublishRefused("Daftar TPS tidak sama dengan definisi.", where=str(folder), todo=_TODO)
    return tuple(
        StationRow(s.number, s.uuid, known[s.number], lines.get(s.number), kept[s.number], _setup_size(folder, s.uuid))
        for s in definition.stations
    )


def _setup_size(folder: Path, uuid: str) -> int | None:
    path = folder / published.archive_name(uuid)
    if not path.exists():
        return None
    with path.open("rb") as source:
        return next(ArchiveReader(source).events()).end


def _listed(folder: Path) -> dict[str, int]:
    """Names and sizes of what can be downloaded: every plain file that is no draft."""
    found = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    return {path.name: path.stat().st_size for path in sorted(found)}
