"""The case's record: one line per entry, each bound to the one before.

A line is canonical JSON ``{"at":…,"event":{"kind":…},"prev":<SHA-256 of the line before>,"seq":<0, 1, …>}`` and a line
feed; ``at`` is local time to the minute with its offset. The stored bytes are what is hashed. A chain shows an edit; a
tail cut off shows only against a head (the last line's SHA-256) that was kept elsewhere: every paper of the case bears
one, and the record to sign bears the last.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from epilwu.audit.case.errors import CaseBroken
from epilwu.audit.case.events import Event, encode, parse
from epilwu.errors import EpilwuError
from epilwu.trust.canonical import HEX_256, Record, dumps

FIRST_PREV = "0" * 64
LINE_LIMIT = 8 << 20
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}", re.ASCII)
_TODO = "Jangan diteruskan. Pakai salinan kasus yang utuh, dan tulis kejadian ini dalam berita acara."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its number from 0, when, what, the line before's SHA-256 and its own."""

    seq: int
    at: str
    event: Event
    prev: str
    head: str


def encode_entry(seq: int, at: datetime, event: Event, prev: str) -> bytes:
    """The line's bytes, line feed included. ``at`` must know its time zone."""
    moment = at.isoformat(timespec="minutes")
    return dumps({"at": moment, "event": encode(event), "prev": prev, "seq": seq}) + b"\n"


def head_of(line: bytes) -> str:
    """SHA-256 (hex) of a line without its line feed."""
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()


def read_log(data: bytes, *, where: str = "case.log") -> Iterator[Entry]:
    """The entries of a whole record; raise ``CaseBroken`` naming the line that does not fit."""
    if data and not data.endswith(b"\n"):
        raise CaseBroken("Baris terakhir catatan kasus terpotong.", where=where, todo=_TODO)
    prev = FIRST_PREV
    for seq, line in enumerate(data.split(b"\n")[:-1]):
        entry = read_line(line, seq, prev, where=f"{where} baris {seq + 1}")
        yield entry
        prev = entry.head


def read_line(line: bytes, seq: int, prev: str, *, where: str) -> Entry:
    """One line that must be the ``seq``-th after ``prev``; raise ``CaseBroken`` otherwise."""
    try:
        record = Record.parse(line, ("at", "event", "prev", "seq"), limit=LINE_LIMIT, where=where)
        if record.integer("seq") != seq or record.matching("prev", HEX_256) != prev:
            raise CaseBroken("Rantai catatan kasus putus di sini.", where=where, todo=_TODO)
        at = record.matching("at", _AT)
        datetime.fromisoformat(at)
        return Entry(seq, at, parse(record.values["event"], where), prev, head_of(line))
    except CaseBroken:
        raise
    except (EpilwuError, ValueError) as error:
        what = error.what if isinstance(error, EpilwuError) else "waktu tidak mungkin"
        raise CaseBroken(f"Baris catatan kasus rusak: {what}", where=where, todo=_TODO) from error
