"""A log of acts as bytes: entries that each carry the hash of the one before, and are the leaves of a Merkle tree.

An entry is one canonical JSON object (RFC 8785) with its place, the SHA-256 of the entry before it, the time, who acted
and what was done. The stored bytes are what is hashed. An export is one entry a line (``log.jsonl``); whoever may not
read entries gets their leaf hashes (RFC 6962 section 2.1), one a line in hex (``log.leaves``), from which every root
and every proof follows. What acts there are is for the room that keeps the log to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from epilwu.trust import merkle
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.errors import LogEntryRefused, MalformedFile

GENESIS = 64 * "0"
"""What the first entry has in the place of a hash."""
ENTRY_LIMIT = 8 << 10
"""Bytes of one entry; the largest is a refusal with a file's name of 255 characters."""
EXPORT_LIMIT = 256 << 20
"""Bytes of an export: about half a million entries, a hundred times what a regency's night writes."""
ACTOR_LENGTH = 200
_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z", re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_LOG_ID = 16
_FIELDS = ("actor", "at", "event", "kind", "prev", "seq", "version")
_TODO = "Simpan berkas ini sebagai barang bukti dan bandingkan dengan salinan pihak lain."


@dataclass(frozen=True, slots=True)
class Act:
    """An entry as read: its place from 0, the SHA-256 of its bytes in hex, when (UTC, to the second), who, and what."""

    seq: int
    hash: str
    prev: str
    at: str
    actor: str
    kind: str
    event: Mapping[str, Json]


def encode(seq: int, prev: str, *, at: datetime, actor: str, kind: str, event: Mapping[str, Json]) -> bytes:
    """An entry's bytes; ``at`` is an aware time. Raises ``LogEntryRefused`` for what ``decode`` would refuse."""
    fields: dict[str, Json] = {
        "version": 1,
        "seq": seq,
        "prev": prev,
        "at": at.astimezone(UTC).strftime(_TIME_FORMAT),
        "actor": actor,
        "kind": kind,
        "event": event,
    }
    data = dumps(fields)
    decode(data)
    return data


def decode(data: bytes, *, where: str = "catatan") -> Act:
    """An entry by itself; raise ``LogEntryRefused`` where it is not exactly what ``encode`` writes."""
    try:
        record = Record.parse(data, _FIELDS, limit=ENTRY_LIMIT, where=where)
        event = record.values["event"]
        if not isinstance(event, Mapping):
            raise record.refuse("event", "harus objek")
        at = record.matching("at", _TIME)
        datetime.strptime(at, _TIME_FORMAT).replace(tzinfo=UTC)
        return Act(
            seq=record.integer("seq"),
            hash=hashlib.sha256(data).hexdigest(),
            prev=record.matching("prev", HEX_256),
            at=at,
            actor=record.line("actor", ACTOR_LENGTH),
            kind=record.matching("kind", _KIND),
            event=event,
        )
    except (MalformedFile, ValueError) as error:
        detail = error.what if isinstance(error, MalformedFile) else "Waktunya tidak ada."
        raise LogEntryRefused(f"Catatan tidak terbaca: {detail}", where=where, todo=_TODO) from error


def follow(entries: Iterable[bytes]) -> tuple[Act, ...]:
    """All entries of a log in order; raise ``LogEntryRefused`` naming the first that does not follow."""
    acts: list[Act] = []
    prev = GENESIS
    for seq, data in enumerate(entries):
        where = f"catatan {seq}"
        act = decode(data, where=where)
        if (act.seq, act.prev) != (seq, prev):
            what = "Catatan ini tidak menyambung dengan catatan sebelumnya."
            raise LogEntryRefused(what, where=where, todo=_TODO)
        prev = act.hash
        acts.append(act)
    return tuple(acts)


def export(entries: Iterable[bytes]) -> bytes:
    """``log.jsonl``: an entry a line."""
    return b"".join(entry + b"\n" for entry in entries)


def split_export(data: bytes, *, where: str = "log.jsonl") -> tuple[bytes, ...]:
    """The lines of an export, not yet looked into; raise ``LogEntryRefused`` where the last is not whole."""
    if len(data) > EXPORT_LIMIT or (data and not data.endswith(b"\n")):
        raise LogEntryRefused("Ekspor catatan tidak utuh.", where=where, todo=_TODO)
    return tuple(data[:-1].split(b"\n")) if data else ()


def leaves(entries: Iterable[bytes]) -> bytes:
    """``log.leaves``: the leaf hash of each entry, a line of 64 hex digits."""
    return "".join(f"{merkle.leaf_hash(entry).hex()}\n" for entry in entries).encode("ascii")


def split_leaves(data: bytes, *, where: str = "log.leaves") -> tuple[bytes, ...]:
    """The leaf hashes (32 bytes each) that ``leaves`` wrote; raise ``LogEntryRefused`` otherwise."""
    lines = split_export(data, where=where)
    if any(HEX_256.fullmatch(line.decode("latin-1")) is None for line in lines):
        raise LogEntryRefused("Daftar sidik catatan tidak terbaca.", where=where, todo=_TODO)
    return tuple(bytes.fromhex(line.decode("ascii")) for line in lines)


def log_name(holder: str, hashes: Sequence[bytes]) -> str:
    """The origin of a log kept by ``holder`` (a URI): whose it is, and which, by the leaf hash of its first entry.

    Two logs under one key (a laptop in the village, a server in the regency) are so never taken for a fork of one.
    """
    return f"{holder}/{hashes[0].hex()[:_LOG_ID]}"


def keeper(origin: str) -> tuple[str, str]:
    """The holder's URI and the first digits of the first leaf hash that ``log_name`` put together."""
    holder, _, first = origin.rpartition("/")
    return holder, first
