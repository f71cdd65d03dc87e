"""The desk's book: what a station's desk counted at the end of the day, signed by the desk.

A container with one file, ``book.json``. Nothing is refused here because figures differ: differences are what the
balance is for. No voter, no time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election import definition as definitions
from epilwu.election.definition import UUID
from epilwu.election.region import REGION
from epilwu.media.container import Kind, read_from, take, write_container
from epilwu.media.errors import BookRefused, OtherElection, RehearsalRefused
from epilwu.trust.canonical import HEX_256, Record, dumps
from epilwu.trust.certificates import Holder, Role

MAX_COUNT = 100_000
"""No station has more voters or tokens."""
_BOOK = "book.json"
_LIMIT = 4 << 10
_TODO = "Periksa buku meja TPS, lalu salin ulang."


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBook:
    """One station's desk. Men (L) and women (P) apart; the roll's figures None where it was not at the desk.

    Tokens: received from the committee, handed to voters, spoiled, left unused (0 to 100,000 each).
    """

    region: str
    rehearsal: bool
    definition_hash: str
    uuid: str
    station: int
    roll_men: int | None
    roll_women: int | None
    attendance_men: int
    attendance_women: int
    tokens_received: int
    tokens_handed: int
    tokens_spoiled: int
    tokens_unused: int

    @property
    def attendance(self) -> int:
        """How many voters signed the attendance list."""
        return self.attendance_men + self.attendance_women

    @property
    def roll(self) -> int | None:
        """How many voters the roll of this station has, if known for both sexes."""
        if self.roll_men is None or self.roll_women is None:
            return None
        return self.roll_men + self.roll_women


def serialise(book: DeskBook) -> bytes:
    """``book.json``; raise ``MalformedFile`` for figures that a reader would refuse."""
    data = dumps({**asdict(book), "version": 1})
    parse(data)
    return data


def parse(data: bytes, *, where: str = _BOOK) -> DeskBook:
    """Read what ``serialise`` writes; raise ``MalformedFile`` otherwise."""
    record = Record.parse(data, [*(f.name for f in fields(DeskBook)), "version"], limit=_LIMIT, where=where)
    return DeskBook(
        region=record.matching("region", REGION),
        rehearsal=record.flag("rehearsal"),
        definition_hash=record.matching("definition_hash", HEX_256),
        uuid=record.matching("uuid", UUID),
        station=record.integer("station", 1, 999),
        roll_men=record.integer_or_none("roll_men", 0, MAX_COUNT),
        roll_women=record.integer_or_none("roll_women", 0, MAX_COUNT),
        attendance_men=record.integer("attendance_men", 0, MAX_COUNT),
        attendance_women=record.integer("attendance_women", 0, MAX_COUNT),
        tokens_received=record.integer("tokens_received", 0, MAX_COUNT),
        tokens_handed=record.integer("tokens_handed", 0, MAX_COUNT),
        tokens_spoiled=record.integer("tokens_spoiled", 0, MAX_COUNT),
        tokens_unused=record.integer("tokens_unused", 0, MAX_COUNT),
    )


def write(book: DeskBook, key: Ed25519PrivateKey, certificate_pem: bytes) -> bytes:
    """The book's container, signed with the desk's key."""
    return write_container(Kind.DESK_BOOK, {_BOOK: serialise(book)}, key, certificate_pem)


def read(
    data: bytes,
    root_pem: bytes,
    at: datetime | date,
    *,
    rehearsal: bool = False,
    definition: bytes | None = None,
    where: str = "buku meja",
) -> DeskBook:
    """Check a desk's book and return it; ``at`` is the election date.

    Raises ``ContainerRefused`` and its kinds, ``CertificateRefused`` and its kinds, ``SignatureRefused``,
    ``MalformedFile``, ``BookRefused``, ``RehearsalRefused``, ``OtherElection``.
    """
    contents, signer = read_from(data, Kind.DESK_BOOK, root_pem, at, Role.DESK, where=where)
    book = parse(take(contents, _BOOK, where=where), where=f"{where}: {_BOOK}")
    if len(contents.files) != 1:
        raise BookRefused("Buku meja berisi berkas yang tidak dikenal.", where=where, todo=_TODO)
    if signer.holder != Holder(Role.DESK, book.region, book.station):
        raise BookRefused("Buku meja ditandatangani meja TPS lain.", where=where, todo=_TODO)
    if book.rehearsal != rehearsal:
        raise RehearsalRefused(
            "Buku gladi tidak boleh dipakai untuk pemilihan, atau sebaliknya.",
            where=where,
            todo="Pilih buku yang benar.",
        )
    if definition is not None:
        _check_election(book, definition, where)
    return book


def _check_election(book: DeskBook, definition: bytes, where: str) -> None:
    parsed = definitions.parse(definition)
    uuids = {station.number: station.uuid for station in parsed.stations}
    if (
        book.definition_hash != definitions.definition_hash(definition)
        or book.region != parsed.region.text
        or book.rehearsal != parsed.rehearsal
        or uuids.get(book.station) != book.uuid
    ):
        raise OtherElection("Buku meja ini milik pemilihan lain.", where=where, todo="Pilih buku yang benar.")
