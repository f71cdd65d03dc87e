"""What a file is, by its content and never by its name: names are anyone's to give.

Nothing is believed here. A sort only says which reader a file is for; that reader then refuses what does not hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from epilwu.audit.errors import MaterialRefused
from epilwu.protocol import tar
from epilwu.protocol.chain import NotAnArchive
from epilwu.protocol.tar import TarRefused
from epilwu.protocol.verify import peek_uuid

MAX_SMALL = 32 << 20
"""JSON, certificates and notes: beyond anything that their readers accept."""
_HEAD = 1 << 20
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_LEAF = re.compile(rb"[0-9a-f]{64}")
_CONTAINER_LIMIT = 128 << 20
_NOTE_SIGNATURE = "\n\n\u2014 ".encode()


class Sort(StrEnum):
    """Kinds of files."""

    ARCHIVE = "archive"
    REPORT = "station-report"
    DESK_BOOK = "desk-book"
    PACKAGE = "booth-package"
    CERTIFICATE = "certificate"
    DEFINITION = "definition"
    SIGNATURE = "signature"
    STATION_RESULT = "station-result"
    RESULT = "village-result"
    BOOKS = "books"
    PAPER = "paper-counts"
    PROGRESS = "progress"
    SETUP = "setup-index"
    REVOCATIONS = "revocations"
    REGENCY = "regency-result"
    SIDE_FILE = "decryption-proofs"
    TRUSTEES = "trustees"
    LOG = "log"
    LOG_LEAVES = "log-leaves"
    CHECKPOINT = "checkpoint"
    BROKEN = "broken"
    OTHER = "other"


ENDINGS = (".bel", ".epr", ".epd")
"""Files of these names must be what they say: anything else under such a name is damaged or foreign."""

# A JSON object's sort by fields that no other sort has.
_FIELDS: tuple[tuple[frozenset[str], Sort], ...] = (
    (frozenset({"close_not_before", "candidates", "stations"}), Sort.DEFINITION),
    (frozenset({"certificate", "context", "signature", "version"}), Sort.SIGNATURE),
    (frozenset({"archive_sha256", "uuid"}), Sort.STATION_RESULT),
    (frozenset({"stations_expected", "stations"}), Sort.RESULT),
    (frozenset({"revoked", "issued"}), Sort.REVOCATIONS),
    (frozenset({"villages", "expected"}), Sort.REGENCY),
    (frozenset({"proofs", "encrypted_tally", "uuid"}), Sort.SIDE_FILE),
    (frozenset({"definition_hash", "region", "rehearsal", "stations", "version"}), Sort.BOOKS),
    (frozenset({"definition_hash", "stations", "version"}), Sort.PAPER),
    (frozenset({"files", "version"}), Sort.SETUP),
)
_KEYS = {
    Sort.STATION_RESULT: "uuid",
    Sort.SIDE_FILE: "uuid",
    Sort.RESULT: "definition_hash",
    Sort.BOOKS: "definition_hash",
    Sort.PAPER: "definition_hash",
    Sort.REGENCY: "region",
    Sort.REVOCATIONS: "region",
    Sort.SIGNATURE: "context",
}
_CONTAINERS = {"station-report": Sort.REPORT, "desk-book": Sort.DESK_BOOK, "booth-package": Sort.PACKAGE}


@dataclass(frozen=True, slots=True)
class Found:
    """A file: its path and sort, the SHA-256 of its bytes, what it claims to be about (``key``: uuid, definition's
    hash, region, signing context; "" where it names nothing), its bytes where they are kept, and why it is broken."""

    path: Path
    sort: Sort
    sha256: str
    key: str = ""
    kept: bytes | None = field(default=None, repr=False)
    problem: str = ""

    @property
    def data(self) -> bytes:
        """Its bytes, read again where they are not kept: a regency's reports do not fit into memory.

        Raises ``MaterialRefused`` where they cannot be read any more, or are others than were sorted.
        """
        if self.kept is not None:
            return self.kept
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise MaterialRefused(f"Berkas tidak dapat dibaca ({error.strerror}).", where=str(self.path)) from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise MaterialRefused("Berkas ini berubah selama pemeriksaan.", where=str(self.path))
        return data


def sort_file(path: Path) -> Found:
    """Look into a file. Raises ``OSError`` where it cannot be read."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        size = source.tell()
        source.seek(0)
        head = source.read(_HEAD)
    sort, key, problem = _look(path, head, size)
    small = size <= _HEAD and sort not in (Sort.ARCHIVE, Sort.REPORT, Sort.PACKAGE)
    return Found(path, sort, digest, key, head if small else None, problem)


def _look(path: Path, head: bytes, size: int) -> tuple[Sort, str, str]:
    """Sort, key and problem."""
    first = head[:100].split(b"\0", 1)[0]
    if first in _TARS:
        return _TARS[first](path)
    if path.suffix.lower() in ENDINGS:
        return Sort.BROKEN, "", "bukan berkas yang dijanjikan namanya / not what its name says"
    if head.startswith(b"{") and size <= MAX_SMALL:
        return _json(path, head)
    return _by_start(head), "", ""


def _by_start(head: bytes) -> Sort:
    line = head.split(b"\n", 1)[0]
    if head.startswith(_CERTIFICATE):
        return Sort.CERTIFICATE
    if head.startswith((b'[["Pedersen"', b'[["Single"')):
        return Sort.TRUSTEES
    if _NOTE_SIGNATURE in head[:4096]:
        return Sort.CHECKPOINT
    return Sort.LOG_LEAVES if line != head and _LEAF.fullmatch(line) else Sort.OTHER


def _archive(path: Path) -> tuple[Sort, str, str]:
    try:
        with path.open("rb") as source:
            return Sort.ARCHIVE, peek_uuid(source) or "", ""
    except NotAnArchive as error:
        return Sort.BROKEN, "", error.what


def _container(path: Path) -> tuple[Sort, str, str]:
    """By the manifest's kind; the key is ``uuid`` for a desk's book, ``uuid/booth`` for a report."""
    sort, key = Sort.BROKEN, ""
    try:
        with path.open("rb") as source:
            for member in tar.read_members(source, limit=_CONTAINER_LIMIT):
                if member.name == "MANIFEST":
                    sort = _CONTAINERS.get(str(_object(member.data).get("kind")), Sort.BROKEN)
                elif member.name.endswith(".json"):
                    stated = _object(member.data)
                    booth = f"/{stated.get('booth')}" if sort is Sort.REPORT else ""
                    key = f"{stated.get('uuid')}{booth}"
                    break
    except TarRefused as error:
        if sort is Sort.BROKEN or not key:
            return Sort.BROKEN, "", str(error)
    if sort is Sort.BROKEN:
        return sort, "", "wadah jenis lain / a container of another kind"
    return sort, key, ""


_TARS = {b"BELENIOS": _archive, b"MANIFEST": _container}


def _json(path: Path, head: bytes) -> tuple[Sort, str, str]:
    line, rest = head.split(b"\n", 1) if b"\n" in head else (head, b"")
    entry = _object(line)
    if {"seq", "prev", "kind", "event"} <= set(entry) and (rest or head.endswith(b"\n")):
        return Sort.LOG, "", ""
    value = entry if not rest and len(head) < _HEAD else _object(path.read_bytes())
    names = set(value)
    for fields, sort in _FIELDS:
        exact = sort in (Sort.BOOKS, Sort.PAPER, Sort.SETUP, Sort.SIGNATURE)
        if names == fields if exact else fields <= names:
            return _refined(sort, value), str(value.get(_KEYS.get(sort, ""), "")), ""
    if value or path.suffix not in (".json", ".sig"):
        return Sort.OTHER, "", ""
    return Sort.BROKEN, "", "JSON rusak / broken JSON"


def _refined(sort: Sort, value: Mapping[str, object]) -> Sort:
    """``paper.json`` and ``progress.json`` have the same fields at the top."""
    stations = value.get("stations")
    first = stations[0] if isinstance(stations, list) and stations else None
    if sort is Sort.PAPER and isinstance(first, Mapping) and "state" in first:
        return Sort.PROGRESS
    return sort


def _object(data: bytes) -> Mapping[str, object]:
    """A JSON object's fields; empty for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
