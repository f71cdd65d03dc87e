"""The tally's tables. What must never happen is refused by the database itself, not only by the code above it.

Evidence is stored as the bytes that were checked (definition, elections, reports, shares); the columns beside it are
what is searched and constrained. A station's board is no stored file: it is a function of these rows (``board``),
so a restored database writes the same archive again, byte for byte.
No table holds a voter, a token or a choice; ballots are keyed by tracker and carry neither time nor place in an order.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

KINDS = ("station_report", "desk_book", "share")
"""What is taken in as a file and stored raw."""

STATES = ("received", "checking", "accepted", "refused", "held")
"""``received``: stored, to be checked. ``checking``: a worker has it. ``accepted``: counted. ``refused``: kept aside
with its reason, counted nowhere. ``held``: counted nowhere until two people have decided."""

VERDICTS = ("check-again", "refuse", "replace")
"""What two people may decide about a held file: check it once more, keep it aside for good, or let it take the place of
the one that was accepted before."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware times only, stored in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables, with names for every constraint so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Village(Base):
    """One village's election, as its signed definition says it. Rehearsals are never taken in.

    ``setup_index`` is what the committee committed itself to before the day; None in rows older than that column.
    """

    __tablename__ = "village"
    __table_args__ = (
        CheckConstraint("length(definition_hash) = 64", name="hash_length"),
        UniqueConstraint("code", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(13))
    date: Mapped[str] = mapped_column(String(10))
    definition: Mapped[bytes] = mapped_column(LargeBinary)
    definition_hash: Mapped[str] = mapped_column(String(64), unique=True)
    definition_signature: Mapped[bytes] = mapped_column(LargeBinary)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    trustees: Mapped[bytes] = mapped_column(LargeBinary)
    rule_pack: Mapped[bytes] = mapped_column(LargeBinary)
    setup_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    setup_signature: Mapped[bytes | None] = mapped_column(LargeBinary)

    stations: Mapped[list[Station]] = relationship(back_populates="village", order_by="Station.number")


class Station(Base):
    """A polling station: one Belenios election."""

    __tablename__ = "station"
    __table_args__ = (
        UniqueConstraint("village_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 999", name="number_range"),
        CheckConstraint("length(uuid) >= 14", name="uuid_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("village.id"))
    number: Mapped[int]
    uuid: Mapped[str] = mapped_column(String(64), unique=True)
    election: Mapped[bytes] = mapped_column(LargeBinary)
    credentials: Mapped[bytes] = mapped_column(LargeBinary)

    village: Mapped[Village] = relationship(back_populates="stations")
    booths: Mapped[list[Booth]] = relationship(back_populates="station", order_by="Booth.number")
    board: Mapped[Board | None] = relationship(back_populates="station")
    desk_book: Mapped[DeskBook | None] = relationship()


class Booth(Base):
    """A booth, the certificate of its device and the credentials that are good there and nowhere else."""

    __tablename__ = "booth"
    __table_args__ = (
        UniqueConstraint("station_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 255", name="number_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    number: Mapped[int]
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    credentials: Mapped[bytes] = mapped_column(LargeBinary)

    station: Mapped[Station] = relationship(back_populates="booths")
    report: Mapped[Report | None] = relationship(back_populates="booth")


class ReceivedFile(Base):
    """A file as it arrived, whatever became of it. One row for one content, however often it is sent.

    It is stored before anyone looks into it, so what is to be checked is a state of this row: a worker takes it by
    writing its own name and a time until which it may be left alone, ``attempts`` counts how often that happened, and
    ``checked`` of ``total`` ballots are done. ``booth_id`` or ``station_id`` say whose it is once a signature said so.
    ``data`` is read only where it is asked for.
    """

    __tablename__ = "received_file"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="hash_length"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint("(state IN ('refused', 'held')) = (code IS NOT NULL)", name="refusal_has_code"),
        CheckConstraint("(state = 'checking') = (worker IS NOT NULL)", name="checking_has_worker"),
        CheckConstraint("(worker IS NULL) = (lease_until IS NULL)", name="worker_has_lease"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("checked >= 0 AND (total IS NULL OR checked <= total)", name="checked_range"),
        Index("ix_received_file_state_received_at", "state", "received_at"),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(2000))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    checked: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int | None]
    booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id"), index=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)


class Decision(Base):
    """What became of a held file: proposed by one person, in force once another has confirmed it."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(f"verdict IN {VERDICTS}", name="verdict_known"),
        CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_whole"),
        CheckConstraint("length(reason) > 0", name="reason_given"),
    )

    sha256: Mapped[str] = mapped_column(ForeignKey("received_file.sha256"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500))
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(100))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Report(Base):
    """The one accepted report of a booth, with the figures that the books need."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("ballots >= 0", name="ballots_not_negative"),
        CheckConstraint("tokens_spent >= 0", name="tokens_spent_not_negative"),
        CheckConstraint("slips_cast >= 0", name="slips_cast_not_negative"),
        CheckConstraint("slips_void >= 0", name="slips_void_not_negative"),
    )

    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(ForeignKey("received_file.sha256"), unique=True)
    ballots: Mapped[int]
    tokens_spent: Mapped[int]
    slips_cast: Mapped[int]
    slips_void: Mapped[int]

    booth: Mapped[Booth] = relationship(back_populates="report")
    file: Mapped[ReceivedFile] = relationship()


class Ballot(Base):
    """A checked ballot's two identifiers: no tracker twice, and no credential twice on this server."""

    __tablename__ = "ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tracker: Mapped[str] = mapped_column(String(43), primary_key=True)
    credential: Mapped[str] = mapped_column(String(64), unique=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("report.booth_id"), index=True)


class DeskBook(Base):
    """The one accepted book of a station's desk."""

    __tablename__ = "desk_book"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(ForeignKey("received_file.sha256"), unique=True)

    file: Mapped[ReceivedFile] = relationship()


class Board(Base):
    """A station's board from EndBallots on: no report can join it any more."""

    __tablename__ = "board"
    __table_args__ = (CheckConstraint("ballots >= 0", name="ballots_not_negative"),)

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True, autoincrement=False)
    timestamp: Mapped[int]
    ballots: Mapped[int]
    encrypted_tally: Mapped[bytes] = mapped_column(LargeBinary)

    station: Mapped[Station] = relationship(back_populates="board")
    shares: Mapped[list[Share]] = relationship(order_by="Share.sequence")
    result: Mapped[Result | None] = relationship()


class Share(Base):
    """A trustee's verified partial decryption, in the order of acceptance (which is the board's)."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("station_id", "sequence"),
        CheckConstraint("owner >= 1", name="owner_positive"),
        CheckConstraint("sequence >= 1", name="sequence_positive"),
    )

    station_id: Mapped[int] = mapped_column(ForeignKey("board.station_id"), primary_key=True, autoincrement=False)
    owner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Result(Base):
    """A station's finished result: the side file of bound proofs and the signed document."""

    __tablename__ = "result"

    station_id: Mapped[int] = mapped_column(ForeignKey("board.station_id"), primary_key=True, autoincrement=False)
    side_file: Mapped[bytes] = mapped_column(LargeBinary)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)

    counts: Mapped[list[Count]] = relationship(order_by="Count.choice")


class Count(Base):
    """Votes for one choice at one station; choice 0 is blank."""

    __tablename__ = "count"
    __table_args__ = (
        CheckConstraint("choice BETWEEN 0 AND 10", name="choice_range"),
        CheckConstraint("votes >= 0", name="votes_not_negative"),
    )

    station_id: Mapped[int] = mapped_column(ForeignKey("result.station_id"), primary_key=True, autoincrement=False)
    choice: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    votes: Mapped[int]


class LogEntry(Base):
    """One act, append-only (triggers of the migration). ``data`` is what is hashed; ``hash`` its SHA-256."""

    __tablename__ = "log_entry"
    __table_args__ = (CheckConstraint("seq >= 0", name="seq_not_negative"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class SignedHead(Base):
    """A checkpoint that was signed here and may be in other people's hands; append-only as the log itself.

    ``origin`` names the log by its keeper and its first entry; ``note`` is the signed note with the log's own line.
    """

    __tablename__ = "signed_head"
    __table_args__ = (CheckConstraint("size >= 1", name="size_positive"),)

    origin: Mapped[str] = mapped_column(String(255), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[bytes] = mapped_column(LargeBinary)
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    cosignatures: Mapped[list[Cosignature]] = relationship(order_by="Cosignature.time, Cosignature.name")


class Cosignature(Base):
    """A witness's signature under one of our checkpoints, at ``time`` (seconds since 1970); append-only."""

    __tablename__ = "cosignature"
    __table_args__ = (
        ForeignKeyConstraint(["origin", "size"], ["signed_head.origin", "signed_head.size"]),
        CheckConstraint("time >= 0", name="time_not_negative"),
    )

    origin: Mapped[str] = mapped_column(String(255), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    time: Mapped[int] = mapped_column(BigInteger)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
