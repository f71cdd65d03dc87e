"""What happens at the scanning table, one frozen dataclass a kind, and the chained entry that it stands in.

An entry is canonical JSON (RFC 8785) ``{"event":{"kind":…,…},"prev":<SHA-256 of the entry before>,"seq":<0, 1, …>}``;
the stored bytes are what is hashed. Nothing here is ever changed or taken back: an undo is an entry of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from epilwu.audit.scan.errors import SessionDamaged
from epilwu.audit.slips import Certainty, SlipClass
from epilwu.receipt.slip import MAX_BALLOT_NUMBER, SHORT_CODE_LENGTH
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.errors import TrustError

FIRST_PREV: Final = "0" * 64
ENTRY_LIMIT: Final = 128 << 10
NAME_LIMIT: Final = 80
REASON_LIMIT: Final = 300
PICTURE_LIMIT: Final = 300
TEXT_LIMIT: Final = 7_089  # the most characters that a QR code can hold (ISO/IEC 18004, version 40, digits)
TEXTS_LIMIT: Final = 8
"""More codes than that on one paper say no more than several."""
MAX_PAPERS: Final = 1_000_000
CODE: Final = re.compile(rf"[1-9A-HJ-NP-Za-km-z]{{{SHORT_CODE_LENGTH}}}", re.ASCII)
_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+0[0789]:00", re.ASCII)
_TODO = "Jangan teruskan sesi ini. Simpan foldernya apa adanya dan mulai sesi baru di folder lain."


class Source(StrEnum):
    """Where a paper's code came from."""

    SERIAL = "serial"
    KEYBOARD = "keyboard"
    PICTURE = "picture"
    PAGE = "page"
    CAMERA = "camera"
    HAND = "hand"
    """Nothing could be read from it: a person laid it aside to be typed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A box was opened: which election and station, under which slip registers (``register_digest``), which box, by
    whose order (its number), who scans, how many papers make a bundle."""

    kind: ClassVar[str] = "opened"
    definition: str
    uuid: str
    station: int
    register: str
    box: str
    order: str
    people: tuple[str, ...]
    bundle_size: int
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSeen:
    """One paper: its number, its bundle, where it was read, the texts on it, and the class that people were told.

    ``picture`` names its picture and ``digest`` is the SHA-256 of that file; both are empty where there is none.
    ``certainty`` tells how far the texts can be relied on.
    """

    kind: ClassVar[str] = "paper"
    paper: int
    bundle: int
    source: Source
    picture: str
    digest: str
    texts: tuple[str, ...] = field(repr=False)
    certainty: Certainty
    slip_class: SlipClass
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedIn:
    """One person's reading of an unreadable paper; None for what cannot be read by eye either."""

    kind: ClassVar[str] = "typed"
    paper: int
    reader: str
    choice: int | None = field(repr=False)
    code: str | None = field(repr=False)
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleClosed:
    """A bundle is whole; the next paper begins another."""

    kind: ClassVar[str] = "bundle_closed"
    bundle: int
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCounted:
    """Somebody counted a bundle's papers by hand. The last count of a bundle holds; all stay."""

    kind: ClassVar[str] = "hand_counted"
    bundle: int
    papers: int
    person: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSetAside:
    """Two people say that an entry about a paper was a mistake; it counts no longer."""

    kind: ClassVar[str] = "set_aside"
    paper: int
    people: tuple[str, ...]
    reason: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReopened:
    """Two people have a bundle scanned anew: its papers so far are set aside."""

    kind: ClassVar[str] = "bundle_reopened"
    bundle: int
    people: tuple[str, ...]
    reason: str
    at: str


Event = Opened | PaperSeen | TypedIn | BundleClosed | HandCounted | PaperSetAside | BundleReopened
_KINDS = (Opened, PaperSeen, TypedIn, BundleClosed, HandCounted, PaperSetAside, BundleReopened)
_FIELDS: Mapping[str, tuple[str, ...]] = {
    kind.kind: tuple(kind.__dataclass_fields__.keys() - {"kind"}) for kind in _KINDS
}


def encode(seq: int, prev: str, event: Event) -> bytes:
    """The entry's bytes; raise ``SessionDamaged`` for an event that a reader would refuse."""
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(event).items()}
    body: dict[str, Json] = {"event": {"kind": event.kind, **fields}, "prev": prev, "seq": seq}
    data = dumps(body)
    decode(data, seq, prev, f"entri {seq}")
    return data


def decode(data: bytes, seq: int, prev: str, where: str) -> Event:
    """The event in an entry that must be number ``seq`` after ``prev``. Raises ``SessionDamaged``."""
    try:
        record = Record.parse(data, ("event", "prev", "seq"), limit=ENTRY_LIMIT, where=where)
        if record.integer("seq") != seq or record.matching("prev", HEX_256) != prev:
            raise SessionDamaged("Rantai catatan pemindaian terputus.", where=where, todo=_TODO)
        return _event(record.values["event"], where)
    except TrustError as error:
        raise SessionDamaged(f"Catatan pemindaian tidak dikenal: {error.what}", where=where, todo=_TODO) from error


def entry_hash(entry: bytes) -> str:
    """SHA-256 of an entry's bytes in hex: the next one's ``prev``."""
    return hashlib.sha256(entry).hexdigest()


def damaged(what: str, where: str) -> SessionDamaged:
    """The refusal of a session that is not what this program wrote."""
    return SessionDamaged(what, where=where, todo=_TODO)


def _event(value: Json, where: str) -> Event:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise SessionDamaged("Jenis catatan pemindaian tidak dikenal.", where=where, todo=_TODO)
    return _READERS[kind](Record.of(value, ("kind", *_FIELDS[kind]), where))


def _opened(record: Record) -> Opened:
    return Opened(
        definition=record.matching("definition", HEX_256),
        uuid=record.matching("uuid", _UUID),
        station=record.integer("station", 1, 999),
        register=record.matching("register", HEX_256),
        box=record.line("box", NAME_LIMIT),
        order=record.line("order", NAME_LIMIT),
        people=_people(record, 1, 20),
        bundle_size=record.integer("bundle_size", 1, 1000),
        at=_at(record),
    )


def _paper_seen(record: Record) -> PaperSeen:
    return PaperSeen(
        paper=_paper(record),
        bundle=_bundle(record),
        source=Source(record.one_of("source", [*Source])),
        picture=record.text("picture", PICTURE_LIMIT),
        digest=record.matching("digest", _DIGEST),
        texts=record.items("texts", 0, TEXTS_LIMIT, _text),
        certainty=Certainty(record.one_of("certainty", [*Certainty])),
        slip_class=SlipClass(record.one_of("slip_class", [*SlipClass])),
        at=_at(record),
    )


def _typed(record: Record) -> TypedIn:
    return TypedIn(
        paper=_paper(record),
        reader=record.line("reader", NAME_LIMIT),
        choice=record.integer_or_none("choice", 0, MAX_BALLOT_NUMBER),
        code=record.matching_or_none("code", CODE),
        at=_at(record),
    )


_DIGEST = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)


def _text(value: Json, where: str) -> str:
    return Record({"text": value}, where).text("text", TEXT_LIMIT)


def _person(value: Json, where: str) -> str:
    return Record({"name": value}, where).line("name", NAME_LIMIT)


def _people(record: Record, low: int, high: int) -> tuple[str, ...]:
    return record.items("people", low, high, _person)


def _paper(record: Record) -> int:
    return record.integer("paper", 1, MAX_PAPERS)


def _bundle(record: Record) -> int:
    return record.integer("bundle", 1, MAX_PAPERS)


def _at(record: Record) -> str:
    return record.matching("at", _MOMENT)


_READERS: Mapping[str, Callable[[Record], Event]] = {
    "opened": _opened,
    "paper": _paper_seen,
    "typed": _typed,
    "bundle_closed": lambda record: BundleClosed(bundle=_bundle(record), at=_at(record)),
    "hand_counted": lambda record: HandCounted(
        bundle=_bundle(record),
        papers=record.integer("papers", 0, MAX_PAPERS),
        person=record.line("person", NAME_LIMIT),
        at=_at(record),
    ),
    "set_aside": lambda record: PaperSetAside(
        paper=_paper(record),
        people=_people(record, 2, 2),
        reason=record.line("reason", REASON_LIMIT),
        at=_at(record),
    ),
    "bundle_reopened": lambda record: BundleReopened(
        bundle=_bundle(record),
        people=_people(record, 2, 2),
        reason=record.line("reason", REASON_LIMIT),
        at=_at(record),
    ),
}
