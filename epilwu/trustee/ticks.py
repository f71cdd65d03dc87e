"""Who has heard which fingerprint and found it the same: ticks, kept in the shared folder.

A tick holds the SHA-256 of what was compared, so that it falls away by itself when the file changes afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import MAX_SEATS

NAME = "centang.json"
SUBJECTS = ("plan", "certificates", "trustees", "board")
_LIMIT = 256 << 10


@dataclass(frozen=True, slots=True, order=True)
class Tick:
    """Holder ``seat`` compared the file or files ``subject`` whose SHA-256 (hex) is ``sha256``."""

    subject: str
    seat: int
    sha256: str


def read_ticks(shared: Folder) -> frozenset[Tick]:
    """All ticks in the folder; raise ``MalformedFile`` for a file that is not one of ticks."""
    data = shared.read(NAME)
    if data is None:
        return frozenset()
    record = Record.parse(data, ("ticks", "version"), limit=_LIMIT, where=str(shared.path / NAME))
    return frozenset(record.items("ticks", 0, 1000, _tick))


def add_ticks(shared: Folder, ticks: Iterable[Tick]) -> None:
    """Write ``ticks`` beside those that are there."""
    every = sorted(read_ticks(shared) | set(ticks))
    listed: list[Json] = [{"seat": tick.seat, "sha256": tick.sha256, "subject": tick.subject} for tick in every]
    shared.write(NAME, dumps({"ticks": listed, "version": 1}))


def ticked_by(ticks: Iterable[Tick], subject: str, sha256: str) -> frozenset[int]:
    """The seats that have ticked exactly this content."""
    return frozenset(tick.seat for tick in ticks if (tick.subject, tick.sha256) == (subject, sha256))


def _tick(value: Json, where: str) -> Tick:
    record = Record.of(value, ("seat", "sha256", "subject"), where)
    subject = record.one_of("subject", SUBJECTS)
    return Tick(subject, record.integer("seat", 1, MAX_SEATS), record.matching("sha256", HEX_256))
