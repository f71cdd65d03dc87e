"""Station reports and desk books come in: stored as they are before anyone looks, then checked, then accepted in one
transaction, refused with a reason, or held for a decision by two people.

The same file again changes nothing. A second file of the same booth with other content is an alarm: both are kept, the
first counts, the second is held. Whoever stores a file need not be who checks it: ``Intake.receive`` stores, a worker
(``Intake.check_next``, see ``worker``) checks; ``receive_report`` and ``receive_desk_book`` do both at once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from epilwu.errors import EpilwuError
from epilwu.tally import log, pending
from epilwu.tally.checking import (
    TODO_ALARM,
    CheckedBook,
    CheckedReport,
    Progress,
    Target,
    check_desk_book,
    check_report,
)
from epilwu.tally.errors import (
    CheckFailed,
    ClaimLost,
    CredentialRefused,
    DeskBookConflict,
    ReportConflict,
    StillChecking,
)
from epilwu.tally.models import Ballot, DeskBook, ReceivedFile, Report, Station

NAME_LIMIT, REASON_LIMIT = 255, 2000
LEASE = timedelta(seconds=60)
"""How long a worker may be silent. A chunk of ballots takes well under a second."""
_HELD = (ReportConflict, DeskBookConflict, CheckFailed)
"""Refusals that people, not programs, must end."""


def _silent(_done: int, _total: int) -> None:
    pass


def _now() -> datetime:
    return datetime.now(UTC)


def _worker_name() -> str:
    return f"masuk-{secrets.token_hex(8)}"


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
class Stored:
    """A file that came in: its hash, its state, and whether it is to be checked now where it was not before."""

    sha256: str
    state: str
    new: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a worker's step came to: a receipt, or the refusal that was written down."""

    sha256: str
    name: str
    receipt: Receipt | None
    refusal: EpilwuError | None

    @property
    def held(self) -> bool:
        """Whether two people must decide."""
        return isinstance(self.refusal, _HELD)


@dataclass(frozen=True, slots=True)
class _Job:
    """A file in this worker's hands."""

    sha256: str
    kind: str
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in. ``sessions`` begins transactions, ``executor`` runs the checks (None: in this process), ``actor``
    stands in the log. ``worker`` is this worker's name among all, ``lease`` how long it may be silent, ``clock`` its
    clock for that.
    """

    sessions: sessionmaker[Session]
    actor: str
    executor: Executor | None = None
    worker: str = field(default_factory=_worker_name)
    lease: timedelta = LEASE
    clock: Callable[[], datetime] = _now

    def receive(self, data: bytes, kind: str, *, name: str, at: datetime) -> Stored:
        """Store a file of ``kind`` as it is; ``at`` is now. One that was refused is to be checked once more."""
        try:
            with self.sessions.begin() as session:
                return _store(session, data, kind, name, at=at, actor=self.actor)
        except IntegrityError:  # the same file came in by another door at this very moment
            with self.sessions.begin() as session:
                return _store(session, data, kind, name, at=at, actor=self.actor)

    def check_next(self, *, sha256: str | None = None, progress: Progress = _silent) -> Checked | None:
        """Check the file that has waited longest, or the one asked for; None where none waits.

        What is wrong with the file is written down and told. Whatever else goes wrong (the disk, a lost process) gives
        the file back and is raised. Raises ``ClaimLost`` where another worker took it over.
        """
        at = self.clock()
        with self.sessions.begin() as session:
            row = pending.next_waiting(session, at, sha256=sha256)
            if row is None:
                return None
            spent = row.attempts >= pending.MAX_ATTEMPTS
            pending.take(row, self.worker, at, self.lease)
            job = _Job(row.sha256, row.kind, row.name, row.data)
        try:
            if spent:
                raise CheckFailed(
                    f"Berkas ini {pending.MAX_ATTEMPTS} kali tidak selesai diperiksa.", todo="Panggil pengembang."
                )
            return Checked(job.sha256, job.name, self._check(job, progress), None)
        except ClaimLost:
            raise
        except EpilwuError as error:
            return self._refuse(job, error)
        except BaseException:
            self._give_back(job)
            raise

    def receive_report(self, data: bytes, *, name: str, at: datetime, progress: Progress = _silent) -> Receipt:
        """Store a station report from the file ``name`` and check it at once; ``at`` is now.

        The same report again changes nothing. A refusal leaves nothing but the file kept aside and a log entry; it is a
        ``ReportRefused`` or a typed refusal of media or trust, and names the file.
        """
        return self._receive_and_check(data, "station_report", name, at, progress)

    def receive_desk_book(self, data: bytes, *, name: str, at: datetime) -> Receipt:
        """Store and check a desk's book; as ``receive_report``."""
        return self._receive_and_check(data, "desk_book", name, at, _silent)

    def _receive_and_check(self, data: bytes, kind: str, name: str, at: datetime, progress: Progress) -> Receipt:
        stored = self.receive(data, kind, name=name, at=at)
        checked = None
        if stored.state not in ("accepted", "held"):
            at_once = replace(self, clock=lambda: at)
            checked = at_once.check_next(sha256=stored.sha256, progress=progress)
        if checked is not None and checked.refusal is not None:
            raise checked.refusal
        if checked is not None and checked.receipt is not None:
            return checked.receipt
        with self.sessions() as session:
            return _known(session, stored.sha256, name)

    def _check(self, job: _Job, progress: Progress) -> Receipt:
        if job.kind == "desk_book":
            book = check_desk_book(self.sessions, job.data, name=job.name)
            self._note_place(job, book.station_id)
            return self._accept_book(job, book)
        heard = _Heard(self, job.sha256)

        def on_progress(done: int, total: int) -> None:
            heard.renew(done, total)
            progress(done, total)

        checked = check_report(
            self.sessions,
            job.data,
            name=job.name,
            executor=self.executor,
            progress=on_progress,
            found=lambda target: self._note_place(job, target.station_id, target.booth_id),
        )
        return self._accept_report(job, checked)

    def _note_place(self, job: _Job, station_id: int, booth_id: int | None = None) -> None:
        """Whose the file is, for whoever watches how far each station is, and for whoever must decide about it."""
        with self.sessions.begin() as session:
            row = pending.keep(session, job.sha256, self.worker)
            row.station_id, row.booth_id = station_id, booth_id

    def _accept_report(self, job: _Job, checked: CheckedReport) -> Receipt:
        """The one transaction."""
        target, ballots = checked.target, len(checked.identifiers)
        try:
            with self.sessions.begin() as session:
                row = pending.keep(session, job.sha256, self.worker)
                _refuse_conflict(session, target)
                pending.settle(row, "accepted")
                row.checked = row.total = ballots
                session.add(_report_row(checked, job.sha256))
                session.flush()
                session.add_all(
                    Ballot(tracker=tracker, credential=credential, booth_id=target.booth_id)
                    for tracker, credential in checked.identifiers
                )
                event = log.ReportImported(target.uuid, target.booth, ballots, job.sha256)
                log.append(session, event, at=self.clock(), actor=self.actor)
        except IntegrityError as error:
            # Another process was faster: with another file of this booth, or with one of these tokens.
            with self.sessions() as session:
                _refuse_conflict(session, target)
            raise CredentialRefused(
                "Satu token atau surat suara sudah tercatat lewat laporan lain.", todo=TODO_ALARM
            ) from error
        return Receipt(True, target.village, target.station, target.booth, ballots, job.sha256)

    def _accept_book(self, job: _Job, book: CheckedBook) -> Receipt:
        conflict = DeskBookConflict(f"TPS {book.station} sudah punya buku meja dengan isi lain.", todo=TODO_ALARM)
        try:
            with self.sessions.begin() as session:
                row = pending.keep(session, job.sha256, self.worker)
                if session.get(DeskBook, book.station_id) is not None:
                    raise conflict
                pending.settle(row, "accepted")
                session.add(DeskBook(station_id=book.station_id, sha256=job.sha256))
                session.flush()
                event = log.DeskBookImported(book.uuid, job.sha256)
                log.append(session, event, at=self.clock(), actor=self.actor)
        except IntegrityError as error:
            raise conflict from error
        return Receipt(True, book.village, book.station, 0, 0, job.sha256)

    def _refuse(self, job: _Job, error: EpilwuError) -> Checked:
        """Write the refusal down."""
        refusal = naming(error, job.name)
        with self.sessions.begin() as session:
            row = pending.keep(session, job.sha256, self.worker)
            held = isinstance(refusal, _HELD)
            reason = str(refusal)[:REASON_LIMIT]
            pending.settle(row, "held" if held else "refused", code=refusal.code, reason=reason)
            kind = log.FileHeld if held else log.FileRefused
            event = kind(job.kind, job.name, job.sha256, refusal.code)
            log.append(session, event, at=self.clock(), actor=self.actor)
        return Checked(job.sha256, job.name, None, refusal)

    def _give_back(self, job: _Job) -> None:
        try:
            with self.sessions.begin() as session:
                pending.give_back(pending.keep(session, job.sha256, self.worker))
        except Exception:  # noqa: S110 - what went wrong before is what is raised; the lease ends by itself
            pass


class _Heard:
    """Tells the database now and then that the worker is alive, and how far it is."""

    def __init__(self, intake: Intake, sha256: str) -> None:
        self._intake = intake
        self._sha256 = sha256
        self._last: datetime | None = None

    def renew(self, done: int, total: int) -> None:
        """At the first and last call, and at most ten times a lease between."""
        intake, now = self._intake, self._intake.clock()
        if self._last is not None and done < total and now - self._last < intake.lease / 10:
            return
        with intake.sessions.begin() as session:
            row = pending.keep(session, self._sha256, intake.worker)
            pending.renew(row, now, intake.lease, done, total)
        self._last = now


def _store(session: Session, data: bytes, kind: str, name: str, *, at: datetime, actor: str) -> Stored:
    sha256 = _sha256(data)
    row = session.get(ReceivedFile, sha256)
    if row is not None and row.state != "refused":
        return Stored(sha256, row.state, new=False)
    if row is None:
        row = ReceivedFile(sha256=sha256, data=data, received_at=at)
        session.add(row)
    row.kind, row.name = kind, plain_name(name)
    row.state, row.code, row.reason, row.attempts = "received", None, None, 0
    row.checked, row.total, row.booth_id, row.station_id = 0, None, None, None
    session.flush()
    event = log.FileReceived(kind, row.name, sha256, len(data))
    log.append(session, event, at=at, actor=actor)
    return Stored(sha256, "received", new=True)


def _known(session: Session, sha256: str, name: str) -> Receipt:
    """The receipt of a file that was accepted before; raises what it was held for, or ``StillChecking``."""
    report = session.scalars(select(Report).filter_by(sha256=sha256)).first()
    if report is not None:
        station, booth = report.booth.station, report.booth.number
        return Receipt(False, station.village.code, station.number, booth, report.ballots, sha256)
    book = session.scalars(select(DeskBook).filter_by(sha256=sha256)).first()
    if book is not None:
        station = session.get_one(Station, book.station_id)
        return Receipt(False, station.village.code, station.number, 0, 0, sha256)
    row = session.get_one(ReceivedFile, sha256)
    for kind in _HELD:
        if row.code == kind.code:
            raise kind("Berkas ini menunggu keputusan dua orang.", where=name, todo=TODO_ALARM)
    raise StillChecking("Berkas ini sedang diperiksa.", where=name, todo="Tunggu; lihat: epilwu tally status.")


def keep_aside(
    session: Session, data: bytes, refusal: EpilwuError, *, kind: str, name: str, at: datetime, actor: str
) -> None:
    """Store a refused file with its reason and log it, within the caller's transaction."""
    stored = session.get(ReceivedFile, _sha256(data))
    if stored is None:
        stored = accept_file(session, data, kind, name, at)
    if stored.state == "refused" or stored in session.new:
        stored.state, stored.code, stored.reason = "refused", refusal.code, str(refusal)[:REASON_LIMIT]
    event = log.FileRefused(kind, plain_name(name), stored.sha256, refusal.code)
    log.append(session, event, at=at, actor=actor)


def accept_file(session: Session, data: bytes, kind: str, name: str, at: datetime) -> ReceivedFile:
    """The raw file as accepted; one that was refused before becomes accepted."""
    sha256 = _sha256(data)
    stored = session.get(ReceivedFile, sha256)
    if stored is None:
        stored = ReceivedFile(sha256=sha256, data=data, received_at=at)
        session.add(stored)
    stored.kind, stored.name, stored.state, stored.code, stored.reason = (
        kind,
        plain_name(name),
        "accepted",
        None,
        None,
    )
    return stored


def _report_row(checked: CheckedReport, sha256: str) -> Report:
    figures = checked.figures
    return Report(
        booth_id=checked.target.booth_id,
        sha256=sha256,
        ballots=figures.ballots,
        tokens_spent=figures.tokens_spent,
        slips_cast=figures.slips_cast,
        slips_void=figures.slips_void,
    )


def _refuse_conflict(session: Session, target: Target) -> None:
    """A booth reports once; whatever differs from what is in is an alarm."""
    if session.get(Report, target.booth_id) is not None:
        raise ReportConflict(
            f"Bilik {target.booth} TPS {target.station} sudah punya laporan dengan isi lain.", todo=TODO_ALARM
        )


def plain_name(name: str) -> str:
    """A file's name as somebody gave it, without what no log can hold or what would steer a terminal; its last part."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)[-NAME_LIMIT:]


def naming(error: EpilwuError, name: str) -> EpilwuError:
    """``error`` again, its ``where`` beginning with the file's name."""
    if error.where.startswith(name):
        return error
    where = f"{name}: {error.where}" if error.where else name
    return type(error)(error.what, where=where, todo=error.todo)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
