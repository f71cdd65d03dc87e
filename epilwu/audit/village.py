"""A village's whole audit from files alone: verify, compare boards with reports, scan the boxes, reconcile.

The outcome of every step stands in ``VillageAudit``; nothing here decides, and what could not be compared says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.material import Material, StationMaterial, board_ballots, read_file
from epilwu.audit.reconcile import StationReconciliation, reconcile_station
from epilwu.audit.scan import scan_folder
from epilwu.audit.slips import SlipSorter
from epilwu.audit.verify import Outcome, Workers, verify_file
from epilwu.election.balance import Status as BooksStatus
from epilwu.election.outcome import Counts
from epilwu.media import published
from epilwu.media.published import StationResult, VillageResult
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.verify_report import Status
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.envelope import verify_detached


@dataclass(frozen=True, slots=True)
class Finding:
    """One question with its answer and what was seen, in Indonesian. ``name`` is stable for programs."""

    name: str
    label: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class StationAudit:
    """One station: its archive's verification, whether its board holds what its booths reported, its reconciliation."""

    number: int
    archive: Outcome
    board: Finding
    result: Finding
    reconciliation: StationReconciliation | None

    @property
    def votes(self) -> tuple[int, ...] | None:
        """The verified result, blank first where blank is allowed; None unless every check of the archive passed."""
        return self.archive.report.result if self.archive.report else None


@dataclass(frozen=True, slots=True)
class VillageAudit:
    """The audit of one village."""

    material: Material
    stations: tuple[StationAudit, ...]
    result: Finding

    @property
    def counts(self) -> Counts | None:
        """The village's counts from the verified archives; None while any station's is missing."""
        total: Counts | None = None
        for station in self.stations:
            if station.votes is None:
                return None
            counts = split_votes(station.votes, blank=self.material.definition.blank)
            total = counts if total is None else total.plus(counts)
        return total

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The village's questions in order: proofs, boards, results, paper."""
        return (
            _all("archives", "bukti kriptografi", [_archive_finding(s) for s in self.stations]),
            _all("boards", "papan suara = laporan bilik", [s.board for s in self.stations]),
            _all("results", "hasil yang diumumkan", [*(s.result for s in self.stations), self.result]),
            _all("paper", "struk kertas = hitungan", [_paper_finding(s) for s in self.stations]),
        )

    @property
    def ok(self) -> bool:
        """Whether every question was answered, and well."""
        return all(finding.status is Status.PASSED for finding in self.findings)


def split_votes(votes: tuple[int, ...], *, blank: bool) -> Counts:
    """A result vector as counts; its first entry is blank where blank is allowed."""
    return Counts(votes[1:], votes[0]) if blank else Counts(votes)


def audit_village(  # noqa: PLR0917 - the steps' inputs in their order
    material: Material,
    public: Path,
    papers: Path | None,
    workers: Workers,
    jobs: int | None = None,
    progress: Callable[[str, int], None] = lambda _what, _count: None,
) -> VillageAudit:
    """Audit a village. ``papers`` holds a folder of pictures per box, ``TPS01`` …; None where no box was opened.

    ``progress`` hears ("archive", 1) per station verified and ("slip", 1) per picture read.
    """
    stations = []
    for station in material.stations:
        archive = verify_file(station.board, workers, strict=True, running=False)
        progress("archive", 1)
        stations.append(_audit_station(material, station, archive, public, papers, jobs, progress))
    audited = tuple(stations)
    return VillageAudit(material, audited, _check_village_result(material, public, audited))


def _audit_station(  # noqa: PLR0917 - the steps' inputs in their order
    material: Material,
    station: StationMaterial,
    archive: Outcome,
    public: Path,
    papers: Path | None,
    jobs: int | None,
    progress: Callable[[str, int], None],
) -> StationAudit:
    votes = archive.report.result if archive.report else None
    reconciliation = None
    if papers is not None and votes is not None:
        sorter = SlipSorter(station.register)
        box = papers / f"TPS{station.station.number:02d}"
        scanned = scan_folder(box, jobs=jobs, progress=lambda count: progress("slip", count))
        slips = [sorter.sort(picture.name, picture.texts) for picture in scanned]
        reconciliation = reconcile_station(station.register, votes, station.books, slips)
    return StationAudit(
        number=station.station.number,
        archive=archive,
        board=_check_board(station, archive),
        result=_check_station_result(material, station, public, votes),
        reconciliation=reconciliation,
    )


def _check_board(station: StationMaterial, archive: Outcome) -> Finding:
    name, label = "board", f"papan TPS {station.station.number} = laporan bilik"
    if archive.report is None:
        return Finding(name, label, Status.NOT_CHECKED, "papan tidak terbaca")
    try:
        board = board_ballots(station.board)
    except ProtocolError as error:
        return Finding(name, label, Status.FAILED, f"papan rusak ({error})")
    dropped, added = len(station.reported - board), len(board - station.reported)
    if dropped or added:
        return Finding(name, label, Status.FAILED, f"{dropped} surat suara hilang dari papan, {added} tidak dilaporkan")
    return Finding(name, label, Status.PASSED, f"{len(board)} surat suara sama")


def _check_station_result(
    material: Material, station: StationMaterial, public: Path, votes: tuple[int, ...] | None
) -> Finding:
    name, label = "station-result", f"hasil TPS {station.station.number}"
    path = public / published.station_result_name(station.station.uuid)
    data = read_file(path)
    _check_signature(material, data, path, published.Context.STATION_RESULT)
    stated = StationResult.parse(data, where=str(path))
    if votes is None:
        return Finding(name, label, Status.NOT_CHECKED, "arsip TPS ini belum lulus pemeriksaan")
    same = (
        stated.counts == split_votes(votes, blank=material.definition.blank)
        and (stated.uuid, stated.station) == (station.station.uuid, station.station.number)
        and stated.definition_hash == material.definition_hash
    )
    detail = "sama dengan hasil pembukaan" if same else "angka yang diumumkan lain dari hasil pembukaan"
    return Finding(name, label, Status.PASSED if same else Status.FAILED, detail)


def _check_village_result(material: Material, public: Path, stations: tuple[StationAudit, ...]) -> Finding:
    name, label = "village-result", "hasil desa"
    path = public / published.RESULT
    data = read_file(path)
    _check_signature(material, data, path, published.Context.RESULT)
    stated = VillageResult.parse(data, where=str(path))
    if not all(station.votes is not None for station in stations):
        return Finding(name, label, Status.NOT_CHECKED, "belum semua arsip lulus pemeriksaan")
    verified = {s.number: split_votes(s.votes or (), blank=material.definition.blank) for s in stations}
    same = (
        {line.number: line.counts for line in stated.stations} == verified
        and stated.complete
        and stated.definition_hash == material.definition_hash
    )
    detail = "jumlah TPS sama" if same else "hasil desa lain dari jumlah hasil TPS"
    return Finding(name, label, Status.PASSED if same else Status.FAILED, detail)


def _check_signature(material: Material, data: bytes, path: Path, context: published.Context) -> None:
    """The tally server's signature beside a published file; what is unsigned is refused before it is parsed."""
    beside = path.with_name(published.signature_name(path.name))
    verify_detached(
        context,
        data,
        read_file(beside),
        material.root,
        at=material.definition.day,
        holder=Holder(Role.TALLY, material.definition.region.text),
        where=str(path),
    )


def _archive_finding(station: StationAudit) -> Finding:
    report = station.archive.report
    label = f"TPS {station.number}"
    if report is None:
        return Finding("archive", label, Status.FAILED, str(station.archive.problem))
    if report.ok:
        return Finding("archive", label, Status.PASSED, f"{report.ballots} surat suara")
    failed = ", ".join(str(check.name) for check in report.failures)
    return Finding("archive", label, Status.FAILED, failed or "pemeriksaan tidak selesai")


def _paper_finding(station: StationAudit) -> Finding:
    label = f"TPS {station.number}"
    paper = station.reconciliation
    if paper is None:
        return Finding("paper", label, Status.NOT_CHECKED, "kotak audit belum dibaca")
    status = {
        BooksStatus.EQUAL: Status.PASSED,
        BooksStatus.DIFFERENT: Status.FAILED,
        BooksStatus.NOT_CHECKED: Status.NOT_CHECKED,
    }[paper.status]
    return Finding("paper", label, status, "; ".join(paper.differences) or "tidak ada selisih")


def _all(name: str, label: str, findings: list[Finding]) -> Finding:
    """The worst of several answers: one failure fails, one open question leaves all open."""
    for status in (Status.FAILED, Status.NOT_CHECKED):
        found = [f"{f.label}: {f.detail}" for f in findings if f.status is status]
        if found:
            return Finding(name, label, status, "; ".join(found))
    return Finding(name, label, Status.PASSED, f"{len(findings)} pemeriksaan lulus")
