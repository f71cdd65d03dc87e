"""The booth's journal: signed entries, each bound to the one before.

A line is ``<128 hex digits of signature> <entry>\\n``; an entry is canonical JSON
``{"event":{"kind":…},"prev":<SHA-256 of the entry before>,"seq":<0, 1, …>}`` signed by the booth's device key for
``epilwu/journal-entry/v1``. The journal knows the order of ballots and so must never meet a slip, a token or a
voter: a ballot's entry holds the ballot's hash and nothing else; only opening and closing have a (coarse) time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, get_args

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.trust import envelope
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.errors import JournalRefused, TrustError

CONTEXT = "epilwu/journal-entry/v1"
FIRST_PREV = "0" * 64
LINE_LIMIT = 4 << 10
_SIGNATURE = re.compile(rb"[0-9a-f]{128}")
_UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14}", re.ASCII)
DEVICE_ID = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?", re.ASCII)
"""A machine's number, given to it at installation: it tells two machines apart and says nothing else."""
QUARTER = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:(?:00|15|30|45)\+0[789]:00", re.ASCII)
_TODO = "Pisahkan perangkat dan medianya, lalu hubungi panitia kabupaten."


class VoidReason(StrEnum):
    """Why a printed or pending slip counts for nothing."""

    PRINTER = "printer"
    VOTER = "voter"
    POWER = "power"
    ENDED = "ended"


class RefusalReason(StrEnum):
    """Why a token was refused (never which token)."""

    MALFORMED = "malformed"
    USED = "used"
    OTHER_BOOTH = "other-booth"
    OTHER_ELECTION = "other-election"


class Device(StrEnum):
    """What can fail at a booth."""

    PRINTER = "printer"
    SCANNER = "scanner"
    SECOND_MEDIUM = "second-medium"
    DISK = "disk"


class PauseReason(StrEnum):
    """Why a booth takes no voters for now."""

    OFFICER = "officer"
    WRONG_SLIPS = "wrong-slips"
    DEVICE = "device"


_STATE = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The booth opened: which definition (hash), election, place and device certificate (fingerprint), on which
    machine (``device``, see ``DEVICE_ID``), and when."""

    kind: ClassVar[str] = "opened"
    definition: str
    uuid: str
    station: int
    booth: int
    certificate: str
    device: str
    at: str


@dataclass(frozen=True, slots=True)
class BallotCast:
    """A ballot was cast: SHA-256 of its bytes, no time."""

    kind: ClassVar[str] = "ballot"
    ballot: str


@dataclass(frozen=True, slots=True)
class SlipVoided:
    """A slip became void. Which one stands in no sequence, so not here."""

    kind: ClassVar[str] = "slip_voided"
    reason: VoidReason


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """A token was refused."""

    kind: ClassVar[str] = "token_refused"
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class DeviceFault:
    """A device changed into a state that stops work, as ``paper-out``."""

    kind: ClassVar[str] = "device_fault"
    device: Device
    state: str


@dataclass(frozen=True, slots=True)
class Restart:
    """The booth's program started again after it had been opened."""

    kind: ClassVar[str] = "restart"


@dataclass(frozen=True, slots=True)
class Paused:
    """The booth takes no voters."""

    kind: ClassVar[str] = "paused"
    reason: PauseReason


@dataclass(frozen=True, slots=True)
class Resumed:
    """The booth takes voters again."""

    kind: ClassVar[str] = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """A spare machine goes on with this booth where ``old_device`` died; what it found stands before this entry.

    No time: in the middle of the day it would split the ballots into those of earlier and of later voters.
    """

    kind: ClassVar[str] = "taken_over"
    old_device: str
    new_device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The booth closed for good: the slip register's RFC 6962 roots (hex) over sorted ids, and when."""

    kind: ClassVar[str] = "closed"
    cast_root: str
    void_root: str
    at: str


Event = Opened | BallotCast | SlipVoided | TokenRefused | DeviceFault | Restart | Paused | Resumed | TakenOver | Closed
_FIELDS: dict[str, tuple[str, ...]] = {
    event.kind: tuple(event.__dataclass_fields__.keys() - {"kind"}) for event in get_args(Event)
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One verified entry; ``data`` are its exact bytes, ``signature`` 64 bytes."""

    seq: int
    prev: str
    event: Event
    data: bytes
    signature: bytes

    @property
    def head(self) -> str:
        """SHA-256 of the entry's bytes in hex: the next entry's ``prev``, the journal's head after the last."""
        return entry_hash(self.data)


def quarter_hour(moment: datetime) -> str:
    """``moment`` rounded down, ISO 8601 with an Indonesian zone (UTC+7, +8 or +9), as 2023-10-22T07:15+07:00."""
    rounded = moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)
    text = rounded.isoformat(timespec="minutes")
    if QUARTER.fullmatch(text) is None:
        raise ValueError("a moment needs an Indonesian time zone")
    return text


def is_quarter_hour(text: str) -> bool:
    """Whether ``quarter_hour`` can have written ``text``."""
    try:
        return quarter_hour(datetime.fromisoformat(text)) == text
    except ValueError:
        return False


def entry_hash(entry: bytes) -> str:
    """SHA-256 of an entry's bytes, lower-case hex."""
    return hashlib.sha256(entry).hexdigest()


def encode_entry(seq: int, prev: str, event: Event) -> bytes:
    """The entry's bytes; raise ``JournalRefused`` for an event that a reader would refuse."""
    value: dict[str, Json] = {"event": {"kind": event.kind, **asdict(event)}, "prev": prev, "seq": seq}
    data = dumps(value)
    _decode(data, seq, prev, f"entri {seq}")
    return data


def sign_entry(entry: bytes, key: Ed25519PrivateKey) -> bytes:
    """The 64-byte signature of an entry's bytes."""
    return envelope.sign(CONTEXT, entry, key)


def encode_line(entry: bytes, signature: bytes) -> bytes:
    """An entry as a journal's line, with its line feed."""
    return signature.hex().encode() + b" " + entry + b"\n"


def split_lines(data: bytes, *, where: str = "journal.log") -> tuple[bytes, ...]:
    """A journal file's lines, each with its line feed; raise ``JournalRefused`` where the last one is cut."""
    if data and not data.endswith(b"\n"):
        raise JournalRefused("Baris terakhir jurnal terpotong.", where=where, todo=_TODO)
    return tuple(line + b"\n" for line in data.split(b"\n")[:-1])


def read_journal(
    lines: Iterable[bytes], public_key: Ed25519PublicKey, *, where: str = "journal.log"
) -> tuple[Entry, ...]:
    """Verify a journal from its first line: form, signature, sequence, chain and grammar.

    Grammar: opened first and only there; nothing after closed; no ballot twice; taken over from the machine that
    had the booth, by another one. The journal may be empty or still open.

    Raises ``JournalRefused`` naming the line, or ``SignatureRefused``.
    """
    entries: list[Entry] = []
    ballots: set[str] = set()
    device = ""
    prev = FIRST_PREV
    for seq, line in enumerate(lines):
        place = f"{where} baris {seq + 1}"
        signature, data = _split_line(line, place)
        envelope.verify(CONTEXT, data, signature, public_key, where=place)
        event = _decode(data, seq, prev, place)
        if isinstance(event, Opened) != (seq == 0):
            raise JournalRefused("Jurnal harus dibuka tepat satu kali, di awal.", where=place, todo=_TODO)
        if entries and isinstance(entries[-1].event, Closed):
            raise JournalRefused("Ada entri sesudah bilik ditutup.", where=place, todo=_TODO)
        if isinstance(event, BallotCast):
            if event.ballot in ballots:
                raise JournalRefused("Satu surat suara tercatat dua kali.", where=place, todo=_TODO)
            ballots.add(event.ballot)
        device = _device_after(event, device, place)
        entries.append(Entry(seq, prev, event, data, signature))
        prev = entries[-1].head
    return tuple(entries)


def device_of(entries: Iterable[Entry]) -> str:
    """The machine that has the booth after ``entries``; "" before the opening."""
    device = ""
    for entry in entries:
        match entry.event:
            case Opened(device=first):
                device = first
            case TakenOver(new_device=spare):
                device = spare
    return device


def _device_after(event: Event, device: str, where: str) -> str:
    match event:
        case Opened(device=first):
            return first
        case TakenOver(old_device=old, new_device=spare):
            if old != device or spare == old:
                raise JournalRefused("Pengambilalihan menyebut perangkat yang keliru.", where=where, todo=_TODO)
            return spare
    return device


def _split_line(line: bytes, where: str) -> tuple[bytes, bytes]:
    signature, data = line[:128], line[129:-1]
    if (
        len(line) > LINE_LIMIT
        or _SIGNATURE.fullmatch(signature) is None
        or line[128:129] != b" "
        or not line.endswith(b"\n")
    ):
        raise JournalRefused("Baris jurnal rusak.", where=where, todo=_TODO)
    return bytes.fromhex(signature.decode("ascii")), data


def _decode(data: bytes, seq: int, prev: str, where: str) -> Event:
    try:
        record = Record.parse(data, ("event", "prev", "seq"), limit=LINE_LIMIT, where=where)
        if record.integer("seq") != seq or record.matching("prev", HEX_256) != prev:
            raise JournalRefused("Rantai jurnal terputus.", where=where, todo=_TODO)
        return _event(record.values["event"], where)
    except JournalRefused:
        raise
    except TrustError as error:
        raise JournalRefused(f"Entri jurnal tidak dikenal: {error.what}", where=where, todo=_TODO) from error


def _event(value: Json, where: str) -> Event:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise JournalRefused("Jenis entri jurnal tidak dikenal.", where=where, todo=_TODO)
    record = Record.of(value, ("kind", *_FIELDS[kind]), where)
    return _READERS[kind](record)


def _opened(record: Record) -> Opened:
    return Opened(
        definition=record.matching("definition", HEX_256),
        uuid=record.matching("uuid", _UUID),
        station=record.integer("station", 1, 999),
        booth=record.integer("booth", 1, 255),
        certificate=record.matching("certificate", HEX_256),
        device=record.matching("device", DEVICE_ID),
        at=_quarter(record),
    )


def _quarter(record: Record) -> str:
    text = record.matching("at", QUARTER)
    if not is_quarter_hour(text):
        raise record.refuse("at", "harus waktu per seperempat jam")
    return text


_READERS: Mapping[str, Callable[[Record], Event]] = {
    "opened": _opened,
    "ballot": lambda record: BallotCast(record.matching("ballot", HEX_256)),
    "slip_voided": lambda record: SlipVoided(VoidReason(record.one_of("reason", [*VoidReason]))),
    "token_refused": lambda record: TokenRefused(RefusalReason(record.one_of("reason", [*RefusalReason]))),
    "device_fault": lambda record: DeviceFault(
        Device(record.one_of("device", [*Device])), record.matching("state", _STATE)
    ),
    "restart": lambda record: Restart(),
    "paused": lambda record: Paused(PauseReason(record.one_of("reason", [*PauseReason]))),
    "resumed": lambda record: Resumed(),
    "taken_over": lambda record: TakenOver(
        old_device=record.matching("old_device", DEVICE_ID),
        new_device=record.matching("new_device", DEVICE_ID),
    ),
    "closed": lambda record: Closed(
        cast_root=record.matching("cast_root", HEX_256),
        void_root=record.matching("void_root", HEX_256),
        at=_quarter(record),
    ),
}
