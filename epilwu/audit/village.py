"""A village's whole audit from files alone: verify, compare boards with reports, scan the boxes, reconcile.

The outcome of every step stands in ``VillageAudit``; nothing here decides, and what could not be compared says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.announced import check_books, check_station_result, check_village_result
from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.finding import Finding, worst
from epilwu.audit.material import Board, Material, StationMaterial, read_board
from epilwu.audit.reconcile import (
    StationReconciliation,
    VillageReconciliation,
    book_differences,
    reconcile_station,
    reconcile_village,
    unknown_books,
)
from epilwu.audit.scan.box import booth_books, count_papers, read_box
from epilwu.audit.verify import Outcome, Workers, verify_file
from epilwu.election.balance import StationBooks
from epilwu.election.balance import Status as BooksStatus
from epilwu.election.outcome import Counts
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.verify_report import Status

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class StationAudit:
    """One station: its archive's verification, whether its board holds what its booths reported, its announced result,
    the paper in its box (None where no box was opened), its books as far as they are known.

    ``votes`` is the verified result, blank first where blank is allowed; None unless every check of the archive
    passed and the archive is this station's.
    """

    material: StationMaterial
    archive: Outcome
    votes: tuple[int, ...] | None
    board: Finding
    result: Finding
    reconciliation: StationReconciliation | None
    books: StationBooks

    @property
    def number(self) -> int:
        """The station's number."""
        return self.material.station.number

    @property
    def proofs(self) -> Finding:
        """Whether every check of the archive passed."""
        name, label, report = "archive", f"TPS {self.number}", self.archive.report
        if report is None:
            problem = self.archive.problem
            return Finding(name, label, Status.FAILED, problem.what if problem else "arsip tidak terbaca")
        if report.uuid != self.material.station.uuid:
            return Finding(name, label, Status.FAILED, f"arsip ini milik pemilihan {report.uuid}")
        if report.ok:
            return Finding(name, label, Status.PASSED, f"{report.ballots} surat suara")
        if report.failures:
            failed = ", ".join(f"{check.name} ({check.detail})" for check in report.failures)
            return Finding(name, label, Status.FAILED, failed)
        open_checks = ", ".join(check.name for check in report.checks if check.status is Status.NOT_CHECKED)
        return Finding(name, label, Status.NOT_CHECKED, open_checks or "pemeriksaan tidak selesai")

    @property
    def paper(self) -> Finding:
        """Whether paper, count and books agree. Books that differ are said so even where no box was opened."""
        name, label, paper = "paper", f"TPS {self.number}", self.reconciliation
        if paper is not None:
            detail = "; ".join(paper.differences or paper.open_questions) or "tidak ada selisih"
            return Finding(name, label, _STATUS[paper.status], detail)
        if differences := book_differences(self.books):
            return Finding(name, label, Status.FAILED, "; ".join(differences))
        unknown = ", ".join(unknown_books(self.books))
        return Finding(name, label, Status.NOT_CHECKED, f"struk di kotak audit belum dibaca ({unknown})")


_STATUS = {
    BooksStatus.EQUAL: Status.PASSED,
    BooksStatus.DIFFERENT: Status.FAILED,
    BooksStatus.NOT_CHECKED: Status.NOT_CHECKED,
}


@dataclass(frozen=True, slots=True)
class VillageAudit:
    """The audit of one village; ``result`` and ``books`` are about what was announced for the village."""

    material: Material
    stations: tuple[StationAudit, ...]
    result: Finding
    books: Finding

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
    def papers(self) -> Counts | None:
        """The slips counted in all boxes, by choice; None while any box was not opened."""
        total: Counts | None = None
        for station in self.stations:
            if station.reconciliation is None:
                return None
            counts = slips_of(station.reconciliation, blank=self.material.definition.blank)
            total = counts if total is None else total.plus(counts)
        return total

    @property
    def together(self) -> VillageReconciliation:
        """Paper, count and books of all stations together."""
        return reconcile_village((s.number, s.books, s.reconciliation) for s in self.stations)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The village's questions in order: proofs, boards, announced results and books, paper."""
        announced = [*(s.result for s in self.stations), self.result, self.books]
        return (
            worst("archives", "bukti kriptografi", [s.proofs for s in self.stations]),
            worst("boards", "papan suara = laporan bilik", [s.board for s in self.stations]),
            worst("results", "hasil dan pembukuan yang diumumkan", announced),
            worst("paper", "struk kertas = hitungan", [s.paper for s in self.stations]),
        )

    @property
    def ok(self) -> bool:
        """Whether every question was answered, and well, under a root that the auditor brought.

        Under the published folder's own root everything may fit together and still be somebody else's election.
        """
        return self.material.root_brought and all(finding.status is Status.PASSED for finding in self.findings)


def split_votes(votes: tuple[int, ...], *, blank: bool) -> Counts:
    """A result vector as counts; its first entry is blank where blank is allowed."""
    return Counts(votes[1:], votes[0]) if blank else Counts(votes)


def slips_of(paper: StationReconciliation, *, blank: bool) -> Counts:
    """The slips counted in one box, by choice."""
    return split_votes(tuple(row.slips for row in paper.choices), blank=blank)


def box_folder(papers: Path, station: int) -> Path:
    """Where the pictures of a station's box lie: ``TPS01`` …"""
    return papers / f"TPS{station:02d}"


def count_pictures(material: Material, papers: Path | None) -> int:
    """How many pictures lie in the opened boxes. Raises ``BoxUnreadable`` for a folder that cannot be read."""
    if papers is None:
        return 0
    if not papers.is_dir():
        raise BoxUnreadable("Folder gambar struk tidak ada.", where=str(papers), todo="Periksa nama folder.")
    boxes = (box_folder(papers, station.station.number) for station in material.stations)
    return sum(count_papers(box) for box in boxes if box.exists())


def audit_village(
    material: Material, papers: Path | None, workers: Workers, progress: Progress = lambda _what, _count: None
) -> VillageAudit:
    """Audit a village. ``papers`` holds a folder per opened box (``box_folder``), of pictures or with a scanning
    session in it; None where none was opened.

    ``progress`` hears ("archive", 1) per station verified and ("slip", 1) per paper read. Raises ``BoxUnreadable``
    for a folder that cannot be read; a station without one has a box that was not opened.
    """
    count_pictures(material, papers)  # refuses what cannot be read before hours are spent on the rest
    stations = tuple(_audit_station(material, station, papers, workers, progress) for station in material.stations)
    counts = {s.number: _counts(material, s.votes) for s in stations}
    books = {s.number: s.books for s in stations}
    return VillageAudit(material, stations, check_village_result(material, counts), check_books(material, books))


def _audit_station(
    material: Material, station: StationMaterial, papers: Path | None, workers: Workers, progress: Progress
) -> StationAudit:
    archive = verify_file(station.board, workers, strict=True, running=False)
    progress("archive", 1)
    report = archive.report
    votes = report.result if report is not None and report.uuid == station.station.uuid else None
    board, compared = _check_board(station)
    reconciliation = None
    if papers is not None and (box := box_folder(papers, station.station.number)).exists():
        papers_in = read_box(box, station, workers, progress)
        reconciliation = reconcile_station(
            station.register,
            votes,
            station.books,
            papers_in.slips,
            booth_books=booth_books(station),
            notes=papers_in.notes,
        )
    return StationAudit(
        material=station,
        archive=archive,
        votes=votes,
        board=compared,
        result=check_station_result(material, station, board, _counts(material, votes)),
        reconciliation=reconciliation,
        books=station.books if reconciliation is None else reconciliation.books,
    )


def _counts(material: Material, votes: tuple[int, ...] | None) -> Counts | None:
    return None if votes is None else split_votes(votes, blank=material.definition.blank)


def _check_board(station: StationMaterial) -> tuple[Board | None, Finding]:
    name, label = "board", f"papan TPS {station.station.number} = laporan bilik"
    try:
        board = read_board(station.board)
    except ProtocolError as error:
        return None, Finding(name, label, Status.FAILED, f"papan rusak ({error})")
    dropped, added = len(station.reported - board.ballots), len(board.ballots - station.reported)
    if dropped or added:
        detail = f"{dropped} surat suara hilang dari papan, {added} tidak dilaporkan bilik mana pun"
        return board, Finding(name, label, Status.FAILED, detail)
    return board, Finding(name, label, Status.PASSED, f"{len(board.ballots)} surat suara sama")
