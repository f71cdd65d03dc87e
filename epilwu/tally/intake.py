"""Station reports and desk books come in: stored raw, checked whole, and accepted in one transaction or not at all.

Checking needs no database but a first look; every ballot's proofs are checked on the given executor. Accepting writes
the raw file, the report, the ballots' identifiers and the log entry in one transaction, whose constraints refuse what a
second process might have brought in meanwhile. A refused file is kept aside with its reason, in its own transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from epilwu.errors import EpilwuError
from epilwu.media import desk_book, station_report
from epilwu.media.station_report import ReportFigures, StationReport
from epilwu.protocol.ballot import verify_ballot
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.errors import BallotCredentialUnknown, ProtocolError
from epilwu.tally import log
from epilwu.tally.errors import (
    BallotInReportRefused,
    CredentialRefused,
    DeskBookConflict,
    ReportConflict,
    UnknownElection,
)
from epilwu.tally.models import Ballot, Booth, DeskBook, ReceivedFile, Report, Station, Village
from epilwu.tally.villages import definition_of
from epilwu.trust.errors import CertificateRefused

CHUNK = 32
"""Ballots handed to a worker at once: about 0.2 s of work."""
NAME_LIMIT, REASON_LIMIT = 255, 2000
_TODO_ALARM = "Simpan medianya, catat sebagai kejadian khusus, dan hubungi panitia kabupaten."

Progress = Callable[[int, int], None]
"""Called with (ballots checked, ballots in all)."""
Read = TypeVar("Read")


def _silent(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an accepted file. ``new`` is False where it was in already; ``booth`` 0 for a desk's book."""

    new: bool
    village: str
    station: int
    booth: int
    ballots: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Target:
    """The booth that a report claims to come from, as this server knows it."""

    booth_id: int
    village: str
    station: int
    booth: int
    uuid: str
    election: bytes
    credentials: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class _CheckedReport:
    """A report that passed every check: where it belongs, its figures, and (tracker, credential) of each ballot."""

    target: _Target
    figures: ReportFigures
    identifiers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in. ``sessions`` begins transactions, ``executor`` runs the checks (None: in this process),
    ``actor`` stands in the log.
    """

    sessions: sessionmaker[Session]
    actor: str
    executor: Executor | None = None

    def receive_report(self, data: bytes, *, name: str, at: datetime, progress: Progress = _silent) -> Receipt:
        """Check and accept a station report from the file ``name``; ``at`` is now.

        The same report again changes nothing. A refusal leaves nothing but the file kept aside and a log entry; it is a
        ``ReportRefused`` or a typed refusal of media or trust, and names the file.
        """
        try:
            known = self._known(data)
            if known is not None:
                return known
            checked = self._check(data, name, progress)
            return self._accept(checked, data, name, at)
        except EpilwuError as error:
            raise self._keep_aside(data, "station_report", name, at, error) from error

    def receive_desk_book(self, data: bytes, *, name: str, at: datetime) -> Receipt:
        """Check and accept a desk's book; as ``receive_report``."""
        try:
            with self.sessions.begin() as session:
                return _import_desk_book(session, data, name=name, at=at, actor=self.actor)
        except EpilwuError as error:
            raise self._keep_aside(data, "desk_book", name, at, error) from error

    def _known(self, data: bytes) -> Receipt | None:
        with self.sessions() as session:
            report = session.scalars(select(Report).filter_by(sha256=_sha256(data))).first()
            if report is None:
                return None
            booth = report.booth
            station = booth.station
            village = station.village.code
            return Receipt(False, village, station.number, booth.number, report.ballots, report.sha256)

    def _check(self, data: bytes, name: str, progress: Progress) -> _CheckedReport:
        with self.sessions() as session:
            elections = _elections(session)
        read = _under_any(elections, name, partial(_read_report, data, name))
        with self.sessions() as session:
            target = _find_target(session, read.report, name)
        # From here on no transaction is open: proofs take seconds, and other files must come in meanwhile.
        if read.certificate_pem != target.certificate:
            raise UnknownElection("Laporan ini dari perangkat lain, bukan bilik yang terdaftar.", todo=_TODO_ALARM)
        return _CheckedReport(target, read.report, _verify_ballots(read, target, self.executor, progress))

    def _accept(self, checked: _CheckedReport, data: bytes, name: str, at: datetime) -> Receipt:
        """The one transaction."""
        target, ballots, sha256 = checked.target, len(checked.identifiers), _sha256(data)
        try:
            with self.sessions.begin() as session:
                _refuse_conflict(session, target)
                accept_file(session, data, "station_report", name, at)
                session.add(_report_row(checked, sha256))
                session.flush()
                session.add_all(
                    Ballot(tracker=tracker, credential=credential, booth_id=target.booth_id)
                    for tracker, credential in checked.identifiers
                )
                event = log.ReportImported(target.uuid, target.booth, ballots, sha256)
                log.append(session, event, at=at, actor=self.actor)
        except IntegrityError as error:
            # Another process was faster: with this very file, with this booth, or with one of these tokens.
            known = self._known(data)
            if known is not None:
                return known
            with self.sessions() as session:
                _refuse_conflict(session, target)
            raise CredentialRefused(
                "Satu token atau surat suara sudah tercatat lewat laporan lain.", todo=_TODO_ALARM
            ) from error
        return Receipt(True, target.village, target.station, target.booth, ballots, sha256)

    def _keep_aside(self, data: bytes, kind: str, name: str, at: datetime, error: EpilwuError) -> EpilwuError:
        """Store the refused file with its reason, unless the very same file is in already, and log it."""
        refusal = naming(error, name)
        with self.sessions.begin() as session:
            keep_aside(session, data, refusal, kind=kind, name=name, at=at, actor=self.actor)
        return refusal


def keep_aside(
    session: Session, data: bytes, refusal: EpilwuError, *, kind: str, name: str, at: datetime, actor: str
) -> None:
    """Store a refused file with its reason and log it, within the caller's transaction."""
    stored = session.get(ReceivedFile, _sha256(data))
    if stored is None:
        stored = accept_file(session, data, kind, name, at)
    if stored.state == "refused" or stored in session.new:
        stored.state, stored.code, stored.reason = "refused", refusal.code, str(refusal)[:REASON_LIMIT]
    event = log.FileRefused(kind, name[-NAME_LIMIT:], stored.sha256, refusal.code)
    log.append(session, event, at=at, actor=actor)


def _report_row(checked: _CheckedReport, sha256: str) -> Report:
    figures = checked.figures
    return Report(
        booth_id=checked.target.booth_id,
        sha256=sha256,
        ballots=figures.ballots,
        tokens_spent=figures.tokens_spent,
        slips_cast=figures.slips_cast,
        slips_void=figures.slips_void,
    )


def accept_file(session: Session, data: bytes, kind: str, name: str, at: datetime) -> ReceivedFile:
    """The raw file as accepted; one that was refused before becomes accepted."""
    sha256 = _sha256(data)
    stored = session.get(ReceivedFile, sha256)
    if stored is None:
        stored = ReceivedFile(sha256=sha256, data=data, received_at=at)
        session.add(stored)
    stored.kind, stored.name, stored.state, stored.code, stored.reason = (
        kind,
        name[-NAME_LIMIT:],
        "accepted",
        None,
        None,
    )
    return stored


def _elections(session: Session) -> list[tuple[bytes, date]]:
    """Roots and election days known here, the usual single one first."""
    pairs = Counter((village.root, definition_of(village).day) for village in session.scalars(select(Village)))
    return [pair for pair, _ in pairs.most_common()]


def _under_any(elections: Sequence[tuple[bytes, date]], name: str, read: Callable[[bytes, date], Read]) -> Read:
    """What ``read`` gives under the first root and day whose certificates fit; the last refusal where none does."""
    refusal: EpilwuError = UnknownElection("Belum ada desa yang disiapkan di sini.", where=name)
    for root, day in elections:
        try:
            return read(root, day)
        except CertificateRefused as error:
            refusal = error
    raise refusal


def _read_report(data: bytes, name: str, root: bytes, day: date) -> StationReport:
    return station_report.read(data, root, day, where=name)


def _find_target(session: Session, figures: ReportFigures, name: str) -> _Target:
    """The booth named by the report; raises ``UnknownElection``, or ``ReportConflict`` where it has reported."""
    booth = session.scalars(
        select(Booth)
        .join(Station)
        .join(Village)
        .where(
            Village.definition_hash == figures.definition_hash,
            Village.code == figures.region,
            Station.uuid == figures.uuid,
            Station.number == figures.station,
            Booth.number == figures.booth,
        )
    ).first()
    if booth is None:
        raise UnknownElection(
            "Laporan ini milik pemilihan, TPS atau bilik yang tidak dikenal di sini.",
            where=name,
            todo="Periksa apakah map persiapan desa ini sudah dimasukkan.",
        )
    station = booth.station
    target = _Target(
        booth.id,
        station.village.code,
        station.number,
        booth.number,
        station.uuid,
        station.election,
        booth.credentials,
        booth.certificate,
    )
    _refuse_conflict(session, target)
    return target


def _refuse_conflict(session: Session, target: _Target) -> None:
    """A booth reports once; whatever differs from what is in is an alarm."""
    if session.get(Report, target.booth_id) is not None:
        raise ReportConflict(
            f"Bilik {target.booth} TPS {target.station} sudah punya laporan dengan isi lain.", todo=_TODO_ALARM
        )


def _verify_ballots(
    report: StationReport, target: _Target, executor: Executor | None, progress: Progress
) -> tuple[tuple[str, str], ...]:
    """Every proof of every ballot; (tracker, credential) of each, sorted by tracker so that no order is kept."""
    starts = range(0, len(report.ballots), CHUNK)
    chunks = [report.ballots[start : start + CHUNK] for start in starts]
    allowed = frozenset(parse_credentials(target.credentials, bare=True))
    work = partial(_verify_chunk, target.election, allowed)
    results = map(work, starts, chunks) if executor is None else executor.map(work, starts, chunks)
    identifiers: list[tuple[str, str]] = []
    for result in results:
        identifiers += result
        progress(len(identifiers), len(report.ballots))
    return tuple(sorted(identifiers))


def _verify_chunk(
    election_data: bytes, allowed: frozenset[str], start: int, ballots: Sequence[bytes]
) -> list[tuple[str, str]]:
    """In a worker. Raises ``BallotInReportRefused`` or ``CredentialRefused`` naming the ballot's place."""
    election = BeleniosElection.parse(election_data)
    identifiers = []
    for place, data in enumerate(ballots, start + 1):
        try:
            ballot = verify_ballot(election, data, credentials=allowed)
        except BallotCredentialUnknown as error:
            raise CredentialRefused(
                f"Surat suara ke-{place} memakai token yang bukan milik bilik ini.", todo=_TODO_ALARM
            ) from error
        except ProtocolError as error:
            raise BallotInReportRefused(
                f"Surat suara ke-{place} tidak sah ({error.code}: {error}).", todo=_TODO_ALARM
            ) from error
        identifiers.append((ballot.tracker, ballot.credential))
    return identifiers


def _import_desk_book(session: Session, data: bytes, *, name: str, at: datetime, actor: str) -> Receipt:
    sha256 = _sha256(data)
    read = partial(_read_desk_book, data, name)
    book = _under_any(_elections(session), name, read)
    station = session.scalars(
        select(Station)
        .join(Village)
        .where(
            Village.definition_hash == book.definition_hash,
            Village.code == book.region,
            Station.uuid == book.uuid,
            Station.number == book.station,
        )
    ).first()
    if station is None:
        raise UnknownElection("Buku meja ini milik pemilihan yang tidak dikenal di sini.", where=name)
    receipt = Receipt(True, station.village.code, station.number, 0, 0, sha256)
    if station.desk_book is not None:
        if station.desk_book.sha256 == sha256:
            return replace(receipt, new=False)
        raise DeskBookConflict(f"TPS {station.number} sudah punya buku meja dengan isi lain.", todo=_TODO_ALARM)
    accept_file(session, data, "desk_book", name, at)
    session.add(DeskBook(station_id=station.id, sha256=sha256))
    log.append(session, log.DeskBookImported(station.uuid, sha256), at=at, actor=actor)
    return receipt


def _read_desk_book(data: bytes, name: str, root: bytes, day: date) -> desk_book.DeskBook:
    return desk_book.read(data, root, day, where=name)


def naming(error: EpilwuError, name: str) -> EpilwuError:
    """``error`` again, its ``where`` beginning with the file's name."""
    if error.where.startswith(name):
        return error
    where = f"{name}: {error.where}" if error.where else name
    return type(error)(error.what, where=where, todo=error.todo)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
