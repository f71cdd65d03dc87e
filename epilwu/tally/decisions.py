"""What becomes of a held file: one person proposes, another confirms, and only then it is done. Both are logged.

Nothing is ever thrown away: a file that counts no more stays as it came, with the reason beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from epilwu.tally import log
from epilwu.tally.errors import DecisionRefused
from epilwu.tally.models import VERDICTS, Ballot, Booth, Decision, DeskBook, ReceivedFile, Report, Station
from epilwu.trust.canonical import is_plain_line

REPLACED = "report-replaced"
"""The code of a file whose place another took."""
REASON_LENGTH, PERSON_LENGTH = 500, 100


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision as it stands; ``done`` once a second person has confirmed it."""

    sha256: str
    verdict: str
    by: str
    done: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions about held files. ``actor`` is the account that types; persons are named with each act."""

    sessions: sessionmaker[Session]
    actor: str

    def propose(self, sha256: str, verdict: str, *, reason: str, by: str, at: datetime) -> Proposed:
        """Propose ``verdict`` (one of ``VERDICTS``) for a held file; a later proposal takes the place of an open one.

        Raises ``DecisionRefused``.
        """
        if verdict not in VERDICTS or not is_plain_line(reason, REASON_LENGTH):
            raise DecisionRefused("Keputusan perlu pilihan yang dikenal dan alasan dalam satu baris.", where=sha256)
        _check_person(by)
        with self.sessions.begin() as session:
            row = _held(session, sha256)
            _possible(session, row, verdict)
            number = len(session.scalars(select(Decision.number).filter_by(sha256=sha256)).all()) + 1
            session.add(
                Decision(sha256=sha256, number=number, verdict=verdict, reason=reason, proposed_by=by, proposed_at=at)
            )
            session.flush()
            log.append(session, log.DecisionProposed(sha256, verdict, reason, by), at=at, actor=self.actor)
        return Proposed(sha256, verdict, by, done=False)

    def confirm(self, sha256: str, verdict: str, *, by: str, at: datetime) -> Proposed:
        """Confirm the newest proposal, whose ``verdict`` is said again so that nobody confirms another, and do it.

        Raises ``DecisionRefused`` where there is none, where it says otherwise, or where one person would decide alone.
        """
        _check_person(by)
        with self.sessions.begin() as session:
            row = _held(session, sha256)
            newest = select(Decision).filter_by(sha256=sha256).order_by(Decision.number.desc()).limit(1)
            decision = session.scalars(newest).first()
            if decision is None or decision.confirmed_by is not None or decision.verdict != verdict:
                raise DecisionRefused("Tidak ada usul keputusan seperti itu.", where=row.name, todo="Usulkan dahulu.")
            if _same_person(decision.proposed_by, by):
                raise DecisionRefused("Keputusan perlu dua orang yang berbeda.", where=row.name)
            _possible(session, row, verdict)
            decision.confirmed_by, decision.confirmed_at = by, at
            replaced = _carry_out(session, row, decision)
            event = log.DecisionConfirmed(sha256, verdict, decision.proposed_by, by, replaced)
            log.append(session, event, at=at, actor=self.actor)
        return Proposed(sha256, verdict, decision.proposed_by, done=True)


def _check_person(name: str) -> None:
    if not is_plain_line(name, PERSON_LENGTH):
        raise DecisionRefused("Nama orang yang memutuskan belum benar.", todo="Tulis nama lengkap dalam satu baris.")


def _same_person(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _held(session: Session, sha256: str) -> ReceivedFile:
    row = session.scalars(select(ReceivedFile).filter_by(sha256=sha256).with_for_update()).first()
    if row is None or row.state != "held":
        raise DecisionRefused("Berkas ini tidak sedang ditahan.", where=sha256)
    return row


def _possible(session: Session, row: ReceivedFile, verdict: str) -> None:
    """Only what is held for another's sake can replace it, and only while its station is open."""
    if verdict != "replace":
        return
    if _counted(session, row) is None:
        raise DecisionRefused("Tidak ada berkas yang dapat diganti.", where=row.name, todo="Usulkan periksa ulang.")
    station = session.get(Station, row.station_id)
    if station is None or station.board is not None:
        raise DecisionRefused("TPS ini sudah ditutup; laporannya tidak dapat diganti lagi.", where=row.name)


def _counted(session: Session, row: ReceivedFile) -> Report | DeskBook | None:
    """What counts now in the place that this file is for."""
    if row.kind == "desk_book":
        return None if row.station_id is None else session.get(DeskBook, row.station_id)
    return None if row.booth_id is None else session.get(Report, row.booth_id)


def _carry_out(session: Session, row: ReceivedFile, decision: Decision) -> str | None:
    """Do what was decided; gives the SHA-256 of the file that was replaced, if one was."""
    if decision.verdict == "refuse":
        row.state, row.reason = "refused", decision.reason
        return None
    replaced = _remove(session, row, decision.reason) if decision.verdict == "replace" else None
    # Whatever was found before, it is checked again in full before it counts.
    row.state, row.code, row.reason, row.attempts = "received", None, None, 0
    return replaced


def _remove(session: Session, row: ReceivedFile, reason: str) -> str | None:
    counted = _counted(session, row)
    if counted is None:
        return None
    if isinstance(counted, Report):
        session.execute(delete(Ballot).where(Ballot.booth_id == counted.booth_id))
    old = session.get_one(ReceivedFile, counted.sha256)
    session.delete(counted)
    old.state, old.code, old.reason = "refused", REPLACED, reason
    session.flush()
    return old.sha256


def open_questions(session: Session) -> tuple[tuple[ReceivedFile, Decision | None], ...]:
    """Every held file with the newest proposal about it, if it is open."""
    found = []
    for row in session.scalars(select(ReceivedFile).filter_by(state="held").order_by(ReceivedFile.received_at)):
        newest = select(Decision).filter_by(sha256=row.sha256).order_by(Decision.number.desc()).limit(1)
        decision = session.scalars(newest).first()
        found.append((row, decision if decision is not None and decision.confirmed_by is None else None))
    return tuple(found)


def place_of(session: Session, row: ReceivedFile) -> str:
    """Whose a file is, in words for people: ``TPS 01 bilik 2``; empty where nobody's signature said so yet."""
    station = None if row.station_id is None else session.get(Station, row.station_id)
    booth = None if row.booth_id is None else session.get(Booth, row.booth_id)
    if station is None:
        return ""
    return f"TPS {station.number:02d}" + (f" bilik {booth.number}" if booth is not None else " (buku meja)")
