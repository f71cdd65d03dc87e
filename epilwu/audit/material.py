"""What an auditor brings: the published folder, the auditors' folder, and the regency's root certificate.

The definition's signature, every report and every desk's book are checked as they are read; what is missing or not as
it must be is refused by name, for without it nothing can be audited. What the count announced (results, books) is only
read here: whether it is true is a question of the audit. Nothing is asked of any server.
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
class SignedFile:
    """A published file with the signature beside it, as read: nothing is verified yet."""

    path: Path
    data: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StationMaterial:
    """A station's evidence: its board's path, SHA-256 (hex) of the board and of the proofs of its decryption, its slip
    registers, its reports by booth, its desk's book if any, its announced result."""

    station: Station
    board: Path
    board_sha256: str
    decryption_sha256: str
    register: StationRegister
    reports: Mapping[int, StationReport] = field(repr=False)
    desk: DeskBook | None
    result: SignedFile

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
    """A village's evidence. ``root_fingerprint`` is to be compared with the one that the regency made public, the more
    so where the root was not brought by the auditor (``root_brought``) but taken from the published folder."""

    definition: Definition
    definition_hash: str
    root: bytes
    root_fingerprint: str
    root_brought: bool
    stations: tuple[StationMaterial, ...]
    result: SignedFile
    books: SignedFile
    rules: bytes = field(repr=False)


def load_material(public: Path, auditors: Path, root: bytes | None = None) -> Material:
    """Read a village's evidence from two folders.

    ``root`` is the regency's root certificate (PEM) as the auditor got it; without it the published folder's own is
    taken, and only its fingerprint, compared by people, says whether it is the regency's. Raises ``MaterialRefused``
    for what is missing or unreadable, and the refusals of ``media`` and ``trust`` for what is not as it must be.
    """
    pem = read_file(public / published.ROOT) if root is None else root
    where = str(public / published.ROOT) if root is None else "sertifikat akar dari auditor"
    data = read_file(public / published.DEFINITION)
    definition = definitions.parse(data, where=str(public / published.DEFINITION))
    check_definition(public, data, definition, pem)
    stations = tuple(_station(public, auditors, data, definition, station, pem) for station in definition.stations)
    return Material(
        definition=definition,
        definition_hash=definitions.definition_hash(data),
        root=pem,
        root_fingerprint=read_root(pem, at=definition.day, where=where).fingerprint,
        root_brought=root is not None,
        stations=stations,
        result=_signed(public / published.RESULT),
        books=_signed(public / published.BOOKS),
        rules=read_file(public / published.RULES),
    )


@dataclass(frozen=True, slots=True)
class Board:
    """What a board holds: SHA-256 (hex) of every ballot and, if it is closed, of its encrypted tally."""

    ballots: frozenset[str]
    encrypted_tally: str | None


def read_board(board: Path) -> Board:
    """Read a station's board. Raises the archive's refusals, or ``MaterialRefused``."""
    ballots: set[str] = set()
    tally = None
    try:
        with board.open("rb") as source:
            for event in ArchiveReader(source).events():
                if event.type is EventType.BALLOT:
                    ballots.add(hashlib.sha256(event.data[0]).hexdigest())
                elif event.type is EventType.ENCRYPTED_TALLY:
                    tally = hashlib.sha256(event.data[0]).hexdigest()
    except OSError as error:
        raise _unreadable(board) from error
    return Board(frozenset(ballots), tally)


def read_file(path: Path) -> bytes:
    """A file of at most 256 MiB; raise ``MaterialRefused`` naming it where it cannot be read."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise MaterialRefused("Berkas ini terlalu besar.", where=str(path), todo=_TODO)
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> MaterialRefused:
    return MaterialRefused("Berkas ini tidak ada atau tidak dapat dibaca.", where=str(path), todo=_TODO)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path) from error


def _signed(path: Path) -> SignedFile:
    return SignedFile(path, read_file(path), read_file(path.with_name(published.signature_name(path.name))))


def check_definition(public: Path, data: bytes, definition: Definition, root: bytes) -> None:
    """The committee of the village, its district or its regency signed the definition ``data``.

    Raises ``MaterialRefused`` and the refusals of ``trust``.
    """
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
    board = public / published.archive_name(station.uuid)
    return StationMaterial(
        station=station,
        board=board,
        board_sha256=_sha256(board),
        decryption_sha256=_sha256(public / published.decryption_name(station.uuid)),
        register=StationRegister(
            station=station.number,
            uuid=station.uuid,
            candidates=len(definition.candidates),
            blank=definition.blank,
            booths={booth: _register(definition, station, booth, report, root) for booth, report in reports.items()},
        ),
        reports=reports,
        desk=_desk(book, data, definition, station, root) if book.exists() else None,
        result=_signed(public / published.station_result_name(station.uuid)),
    )


def _report(path: Path, data: bytes, definition: Definition, root: bytes) -> StationReport:
    return station_report.read(
        read_file(path), root, definition.day, rehearsal=definition.rehearsal, definition=data, where=str(path)
    )


def _desk(path: Path, data: bytes, definition: Definition, station: Station, root: bytes) -> DeskBook:
    """The station's desk's book; one that lies in another station's place is refused."""
    book = desk_book.read(
        read_file(path), root, definition.day, rehearsal=definition.rehearsal, definition=data, where=str(path)
    )
    if book.station != station.number:
        what = f"Ini buku meja TPS {book.station}, bukan TPS {station.number}."
        raise MaterialRefused(what, where=str(path), todo=_TODO)
    return book


def _register(
    definition: Definition, station: Station, booth: int, report: StationReport, root: bytes
) -> BoothRegister:
    """The booth's register under its device key; a report that lies in another booth's place is refused."""
    holder = Holder(Role.BOOTH, definition.region.text, station.number, booth)
    where = published.report_name(station.number, booth)
    certificate = check_certificate(report.certificate_pem, root, at=definition.day, holder=holder, where=where)
    return BoothRegister(booth, certificate.public_key, frozenset(report.slips_cast), frozenset(report.slips_void))
