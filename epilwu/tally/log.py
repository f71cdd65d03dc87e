"""The server's audit log: every act is one canonical JSON entry that carries the hash of the entry before it.

One frozen dataclass per kind. The stored bytes are what is hashed, never a re-encoding. No entry names a voter, a
choice or a token. The database refuses changes by itself (triggers and rights, see the migrations); entries are the
leaves of the Merkle tree that checkpoints are made of (``log_head``). The form of an entry is ``epilwu.trust.act_log``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import ClassVar, Final, get_type_hints

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from epilwu.tally.errors import LogBroken
from epilwu.tally.models import LogEntry
from epilwu.trust import act_log
from epilwu.trust.act_log import GENESIS, Act
from epilwu.trust.errors import LogEntryRefused

_LOCK = 0x65706C6F67
"""Any number that nothing else in this database locks; the trigger of migration 0003 takes the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """Root of what is logged."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True)
class SetupImported(Event):
    """A village's public setup was taken in."""

    kind: ClassVar[str] = "setup-imported"
    village: str
    definition: str
    trustees: str


@dataclass(frozen=True, slots=True)
class ReportImported(Event):
    """A booth's report was checked and accepted."""

    kind: ClassVar[str] = "report-imported"
    uuid: str
    booth: int
    ballots: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeskBookImported(Event):
    """A desk's signed book was accepted."""

    kind: ClassVar[str] = "desk-book-imported"
    uuid: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FileReceived(Event):
    """A file came in and was stored, unchecked; ``size`` in bytes. Also where one that was refused came in again."""

    kind: ClassVar[str] = "file-received"
    file_kind: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileHeld(Event):
    """A file waits for a decision by two people; ``code`` says why."""

    kind: ClassVar[str] = "file-held"
    file_kind: str
    name: str
    sha256: str
    code: str


@dataclass(frozen=True, slots=True)
class DecisionProposed(Event):
    """One person proposed what is to become of a held file."""

    kind: ClassVar[str] = "decision-proposed"
    sha256: str
    verdict: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class DecisionConfirmed(Event):
    """Another person agreed, and it was done. ``replaced`` is the file that counts no more, if one was replaced."""

    kind: ClassVar[str] = "decision-confirmed"
    sha256: str
    verdict: str
    proposed_by: str
    by: str
    replaced: str | None


@dataclass(frozen=True, slots=True)
class FileRefused(Event):
    """A file was refused and kept aside; ``code`` is the refusal's slug."""

    kind: ClassVar[str] = "file-refused"
    file_kind: str
    name: str
    sha256: str
    code: str


@dataclass(frozen=True, slots=True)
class BoardWritten(Event):
    """A station's ballots were closed and summed; hashes are SHA-256 in hex."""

    kind: ClassVar[str] = "board-written"
    uuid: str
    ballots: int
    encrypted_tally: str


@dataclass(frozen=True, slots=True)
class ShareAccepted(Event):
    """A trustee's partial decryption was verified and accepted."""

    kind: ClassVar[str] = "share-accepted"
    uuid: str
    owner: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ResultSigned(Event):
    """A station's result was decrypted and signed."""

    kind: ClassVar[str] = "result-signed"
    uuid: str
    archive: str
    document: str


@dataclass(frozen=True, slots=True)
class Published(Event):
    """The public folder was written: hashes of its ``result.json`` (None before there is one) and of all its files."""

    kind: ClassVar[str] = "published"
    village: str
    result: str | None
    files: str


@dataclass(frozen=True, slots=True)
class AuditorsExported(Event):
    """The auditors' folder was written, which holds slip registers and the order of ballots; hash of all its files."""

    kind: ClassVar[str] = "auditors-exported"
    village: str
    files: str


KINDS: Final[dict[str, type[Event]]] = {
    kind.kind: kind
    for kind in (
        SetupImported,
        ReportImported,
        DeskBookImported,
        FileReceived,
        FileHeld,
        DecisionProposed,
        DecisionConfirmed,
        FileRefused,
        BoardWritten,
        ShareAccepted,
        ResultSigned,
        Published,
        AuditorsExported,
    )
}
"""Every kind of act that can be logged, by its name in the log."""


def hold(session: Session) -> None:
    """Let nobody else write to the log until the transaction ends, so that two never take the same place."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def append(session: Session, event: Event, *, at: datetime, actor: str) -> LogEntry:
    """Add ``event`` as the next entry, within the caller's transaction; ``at`` is an aware time."""
    hold(session)
    last = session.scalars(select(LogEntry).order_by(LogEntry.seq.desc()).limit(1)).first()
    seq, prev = (0, GENESIS) if last is None else (last.seq + 1, last.hash)
    data = act_log.encode(seq, prev, at=at, actor=actor, kind=event.kind, event=asdict(event))
    entry = LogEntry(seq=seq, prev=prev, hash=act_log.decode(data).hash, kind=event.kind, data=data)
    session.add(entry)
    session.flush()
    return entry


def stored_entries(session: Session) -> tuple[bytes, ...]:
    """The bytes of all entries in order, as they stand."""
    return tuple(session.scalars(select(LogEntry.data).order_by(LogEntry.seq)))


def read_log(session: Session) -> tuple[Act, ...]:
    """All entries in order; raises ``LogBroken`` naming the first that is not as it was written.

    The columns beside an entry's bytes are held to the bytes too: searches go by them.
    """
    rows = list(
        session.execute(select(LogEntry.seq, LogEntry.prev, LogEntry.hash, LogEntry.kind).order_by(LogEntry.seq))
    )
    acts = verify_chain(stored_entries(session))
    for row, act in zip(rows, acts, strict=True):
        if tuple(row) != (act.seq, act.prev, act.hash, act.kind):
            raise LogBroken("Kolom pencarian catatan tidak sama dengan isinya.", where=f"catatan {act.seq}")
    return acts


def verify_chain(entries: Iterable[bytes]) -> tuple[Act, ...]:
    """Check entries' bytes alone (an export needs no database); raises ``LogBroken``."""
    try:
        return act_log.follow(entries)
    except LogEntryRefused as error:
        raise LogBroken(error.what, where=error.where, todo=error.todo) from error


def event_of(act: Act) -> Event:
    """The act as its dataclass; raises ``LogBroken`` for a kind or a field that this program never wrote."""
    kind = KINDS.get(act.kind)
    if kind is None or set(act.event) != {field.name for field in fields(kind)}:
        raise LogBroken("Jenis catatan ini tidak dikenal.", where=f"catatan {act.seq}")
    allowed = get_type_hints(kind)
    for name, value in act.event.items():
        if not isinstance(value, allowed[name]) or isinstance(value, bool):
            raise LogBroken(f"Kolom “{name}” catatan ini keliru.", where=f"catatan {act.seq}")
    return kind(**act.event)
