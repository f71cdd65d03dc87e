"""The server's audit log: every act is one canonical JSON entry that carries the hash of the entry before it.

One frozen dataclass per kind. The stored bytes are what is hashed, never a re-encoding. No entry names a voter, a
choice or a token. The database refuses changes by itself (triggers of the first migration); entries are the leaves of
the Merkle tree that checkpoints will be made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import ClassVar, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from epilwu.errors import EpilwuError
from epilwu.tally.errors import LogBroken
from epilwu.tally.models import LogEntry
from epilwu.trust import canonical

GENESIS = 64 * "0"
_LOCK = 0x65706C6F67  # any number that nothing else in this database locks
ENTRY_LIMIT = 8192  # bytes; the largest entry is a refusal with a file's name of 255 characters


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
    """The public folder was written; ``result`` is the hash of its ``result.json``."""

    kind: ClassVar[str] = "published"
    village: str
    result: str


@dataclass(frozen=True, slots=True)
class LoggedAct:
    """An entry as read back: its place, the hash of its bytes, and its fields."""

    seq: int
    hash: str
    at: str
    actor: str
    kind: str
    event: dict[str, object]


def append(session: Session, event: Event, *, at: datetime, actor: str) -> LogEntry:
    """Add ``event`` as the next entry, within the caller's transaction; ``at`` is an aware time."""
    if session.get_bind().dialect.name == "postgresql":
        # Held until the transaction ends, so that two never take the same place; SQLite has one writer anyway.
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = session.scalars(select(LogEntry).order_by(LogEntry.seq.desc()).limit(1)).first()
    seq, prev = (0, GENESIS) if last is None else (last.seq + 1, last.hash)
    data = canonical.dumps(
        {
            "version": 1,
            "seq": seq,
            "prev": prev,
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "actor": actor,
            "kind": event.kind,
            "event": asdict(event),
        }
    )
    entry = LogEntry(seq=seq, prev=prev, hash=hashlib.sha256(data).hexdigest(), kind=event.kind, data=data)
    session.add(entry)
    session.flush()
    return entry


def read_log(session: Session) -> tuple[LoggedAct, ...]:
    """All entries in order; raises ``LogBroken`` naming the first that does not follow from the one before it."""
    return verify_chain(entry.data for entry in session.scalars(select(LogEntry).order_by(LogEntry.seq)))


def verify_chain(entries: Iterable[bytes]) -> tuple[LoggedAct, ...]:
    """Check entries' bytes alone (an export needs no database); raises ``LogBroken``."""
    acts: list[LoggedAct] = []
    prev = GENESIS
    for seq, data in enumerate(entries):
        try:
            fields = canonical.loads(data, limit=ENTRY_LIMIT)
        except EpilwuError as error:
            raise LogBroken("Catatan tidak terbaca.", where=f"catatan {seq}") from error
        if not isinstance(fields, dict) or fields.get("seq") != seq or fields.get("prev") != prev:
            raise LogBroken("Catatan tidak menyambung dengan catatan sebelumnya.", where=f"catatan {seq}")
        prev = hashlib.sha256(data).hexdigest()
        acts.append(
            LoggedAct(
                seq,
                prev,
                str(fields["at"]),
                str(fields["actor"]),
                str(fields["kind"]),
                cast(dict[str, object], fields["event"]),
            )
        )
    return tuple(acts)
