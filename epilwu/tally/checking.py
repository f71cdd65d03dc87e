"""Checking a report or a desk's book: whose it is, and every proof of every ballot. Changes nothing in the database.

Only reading transactions, and none open while proofs are checked: they take seconds, and other files must come in
meanwhile. What was found is handed to ``intake``, which accepts it in one transaction whose constraints refuse what a
second process might have brought in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from epilwu.errors import EpilwuError
from epilwu.media import desk_book, station_report
from epilwu.media.station_report import ReportFigures, StationReport
from epilwu.protocol.ballot import verify_ballot
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.errors import BallotCredentialUnknown, ProtocolError
from epilwu.tally.errors import BallotInReportRefused, CredentialRefused, UnknownElection
from epilwu.tally.models import Booth, Station, Village
from epilwu.trust.errors import CertificateRefused

CHUNK = 32
"""Ballots handed to a worker at once: about 0.2 s of work."""
TODO_ALARM = "Simpan medianya, catat sebagai kejadian khusus, dan hubungi panitia kabupaten."

Progress = Callable[[int, int], None]
"""Called with (ballots checked, ballots in all), first with none checked."""
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Target:
    """The booth that a report claims to come from, as this server knows it."""

    booth_id: int
    station_id: int
    village: str
    station: int
    booth: int
    uuid: str
    election: bytes
    credentials: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A report that passed every check: where it belongs, its figures, and (tracker, credential) of each ballot."""

    target: Target
    figures: ReportFigures
    identifiers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CheckedBook:
    """A desk's book that passed every check, and whose it is."""

    station_id: int
    village: str
    station: int
    uuid: str


def check_report(
    sessions: sessionmaker[Session],
    data: bytes,
    *,
    name: str,
    executor: Executor | None,
    progress: Progress,
    found: Callable[[Target], None],
) -> CheckedReport:
    """Check a station report whole; ``found`` is told whose it is before the proofs are begun.

    Raises ``ReportRefused`` or a typed refusal of media or trust.
    """
    with sessions() as session:
        elections = _elections(session)
    read = _under_any(elections, name, partial(_read_report, data, name))
    with sessions() as session:
        target = _find_target(session, read.report, name)
    if read.certificate_pem != target.certificate:
        raise UnknownElection("Laporan ini dari perangkat lain, bukan bilik yang terdaftar.", todo=TODO_ALARM)
    found(target)
    progress(0, len(read.ballots))
    return CheckedReport(target, read.report, _verify_ballots(read, target, executor, progress))


def check_desk_book(sessions: sessionmaker[Session], data: bytes, *, name: str) -> CheckedBook:
    """Check a desk's book; raises ``UnknownElection`` or a typed refusal of media or trust."""
    with sessions() as session:
        book = _under_any(_elections(session), name, partial(_read_desk_book, data, name))
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
        return CheckedBook(station.id, station.village.code, station.number, station.uuid)


def _elections(session: Session) -> list[tuple[bytes, date]]:
    """Roots and election days known here, the usual single one first."""
    villages = func.count().label("villages")
    pairs = select(Village.root, Village.date, villages).group_by(Village.root, Village.date).order_by(villages.desc())
    return [(root, date.fromisoformat(day)) for root, day, _ in session.execute(pairs)]


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


def _find_target(session: Session, figures: ReportFigures, name: str) -> Target:
    """The booth named by the report; raises ``UnknownElection``."""
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
    return Target(
        booth.id,
        station.id,
        station.village.code,
        station.number,
        booth.number,
        station.uuid,
        station.election,
        booth.credentials,
        booth.certificate,
    )


def _verify_ballots(
    report: StationReport, target: Target, executor: Executor | None, progress: Progress
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
                f"Surat suara ke-{place} memakai token yang bukan milik bilik ini.", todo=TODO_ALARM
            ) from error
        except ProtocolError as error:
            raise BallotInReportRefused(
                f"Surat suara ke-{place} tidak sah ({error.code}: {error}).", todo=TODO_ALARM
            ) from error
        identifiers.append((ballot.tracker, ballot.credential))
    return identifiers


def _read_desk_book(data: bytes, name: str, root: bytes, day: date) -> desk_book.DeskBook:
    return desk_book.read(data, root, day, where=name)
