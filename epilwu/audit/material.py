"""What an auditor brings: the published folder, the auditors' folder, and the regency's root certificate.

Everything is checked as it is read: the definition's signature, every report and desk's book, and that each station's
board holds exactly the ballots that its booths reported. Nothing is asked of any server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.slips import BoothRegister, StationRegister
from epilwu.election import definition as definitions
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Definition, Station
from epilwu.election.region import RegionCode
from epilwu.media import desk_book, published, station_report
from epilwu.media.desk_book import DeskBook
from epilwu.media.station_report import StationReport
from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.chain import EventType
from epilwu.trust.certificates import Holder, Role, check_certificate, read_root
from epilwu.trust.envelope import verify_detached

MAX_FILE = 256 << 20
_TODO = "Minta berkas yang utuh dari panitia, lalu ulangi."


@dataclass(frozen=True, slots=True)
class StationMaterial:
    """A station's evidence: its board's path, its slip registers, its reports by booth, its desk's book if any.

    ``reported`` are the SHA-256 (hex) of the ballots in the booths' reports.
    """

    station: Station
    board: Path
    register: StationRegister
    reports: Mapping[int, StationReport] = field(repr=False)
    desk: DeskBook | None

    @property
    def reported(self) -> frozenset[str]:
        """SHA-256 (hex) of every ballot in the booths' reports."""
        return frozenset(
            hashlib.sha256(ballot).hexdigest() for report in self.reports.values() for ballot in report.ballots
        )

    @property
    def books(self) -> StationBooks:
        """The station's books as the booths and the desk signed them; the audit's own count is not in yet."""
        figures = [report.report for report in self.reports.values()]
        desk = self.desk
        return StationBooks(
            roll=desk.roll if desk else None,
            attendance=desk.attendance if desk else None,
            tokens_received=desk.tokens_received if desk else None,
            tokens_handed=desk.tokens_handed if desk else None,
            tokens_spoiled=desk.tokens_spoiled if desk else None,
            tokens_unused=desk.tokens_unused if desk else None,
            tokens_spent=sum(f.tokens_spent for f in figures),
            ballots=sum(f.ballots for f in figures),
            slips_cast=sum(f.slips_cast for f in figures),
            slips_void=sum(f.slips_void for f in figures),
        )


@dataclass(frozen=True, slots=True)
class Material:
    """A village's evidence. ``root_fingerprint`` is to be compared with the one that the regency made public."""

    definition: Definition
    definition_hash: str
    root: bytes
    root_fingerprint: str
    stations: tuple[StationMaterial, ...]


def load_material(public: Path, auditors: Path, root: bytes | None = None) -> Material:
    """Read a village's evidence from two folders.

    ``root`` is the regency's root certificate (PEM) as the auditor got it; without it the published folder's own is
    taken, and only its fingerprint, compared by people, says whether it is the regency's. Raises ``MaterialRefused``
    for what is missing or unreadable, and the refusals of ``media`` and ``trust`` for what is not as it must be.
    """
    pem = read_file(public / published.ROOT) if root is None else root
    data = read_file(public / published.DEFINITION)
    definition = definitions.parse(data, where=str(public / published.DEFINITION))
    _check_definition(public, data, definition, pem)
    stations = tuple(_station(public, auditors, data, definition, station, pem) for station in definition.stations)
    return Material(
        definition=definition,
        definition_hash=definitions.definition_hash(data),
        root=pem,
        root_fingerprint=read_root(pem, at=definition.day, where=str(public / published.ROOT)).fingerprint,
        stations=stations,
    )


def board_ballots(board: Path) -> frozenset[str]:
    """SHA-256 (hex) of every ballot on a board. Raises the archive's refusals, or ``MaterialRefused``."""
    try:
        with board.open("rb") as source:
            return frozenset(
                hashlib.sha256(event.data[0]).hexdigest()
                for event in ArchiveReader(source).events()
                if event.type is EventType.BALLOT
            )
    except OSError as error:
        raise MaterialRefused("Papan suara tidak dapat dibaca.", where=str(board), todo=_TODO) from error


def read_file(path: Path) -> bytes:
    """A file of at most 256 MiB; raise ``MaterialRefused`` naming it where it cannot be read."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise MaterialRefused("Berkas ini terlalu besar.", where=str(path), todo=_TODO)
        return path.read_bytes()
    except OSError as error:
        raise MaterialRefused("Berkas ini tidak ada atau tidak dapat dibaca.", where=str(path), todo=_TODO) from error


def _check_definition(public: Path, data: bytes, definition: Definition, root: bytes) -> None:
    path = public / published.signature_name(published.DEFINITION)
    signer = verify_detached(
        published.Context.DEFINITION,
        data,
        read_file(path),
        root,
        at=definition.day,
        holder_role=Role.COMMITTEE,
        where=str(path),
    )
    if not RegionCode(signer.holder.region).contains(definition.region):
        raise MaterialRefused("Definisi ditandatangani panitia wilayah lain.", where=str(path), todo=_TODO)


def _station(  # noqa: PLR0917 - where from, which election, which station, under which root
    public: Path, auditors: Path, data: bytes, definition: Definition, station: Station, root: bytes
) -> StationMaterial:
    reports = {
        booth: _report(auditors / published.report_name(station.number, booth), data, definition, root)
        for booth in range(1, station.booths + 1)
    }
    book = auditors / published.desk_book_name(station.number)
    return StationMaterial(
        station=station,
        board=public / published.archive_name(station.uuid),
        register=StationRegister(
            station=station.number,
            uuid=station.uuid,
            candidates=len(definition.candidates),
            blank=definition.blank,
            booths={booth: _register(definition, station, booth, report, root) for booth, report in reports.items()},
        ),
        reports=reports,
        desk=_desk(book, data, definition, root) if book.exists() else None,
    )


def _report(path: Path, data: bytes, definition: Definition, root: bytes) -> StationReport:
    return station_report.read(
        read_file(path), root, definition.day, rehearsal=definition.rehearsal, definition=data, where=str(path)
    )


def _desk(path: Path, data: bytes, definition: Definition, root: bytes) -> DeskBook:
    return desk_book.read(
        read_file(path), root, definition.day, rehearsal=definition.rehearsal, definition=data, where=str(path)
    )


def _register(
    definition: Definition, station: Station, booth: int, report: StationReport, root: bytes
) -> BoothRegister:
    """The booth's register under its device key; a report that lies in another booth's place is refused."""
    holder = Holder(Role.BOOTH, definition.region.text, station.number, booth)
    where = published.report_name(station.number, booth)
    certificate = check_certificate(report.certificate_pem, root, at=definition.day, holder=holder, where=where)
    return BoothRegister(booth, certificate.public_key, frozenset(report.slips_cast), frozenset(report.slips_void))
