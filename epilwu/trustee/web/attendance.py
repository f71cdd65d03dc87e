"""Who came to the night of the count: a small file beside the shares, so that a restarted program still knows."""

from __future__ import annotations

from collections.abc import Iterable

from epilwu.trust.canonical import Json, Record, dumps
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import MAX_SEATS

NAME = "hadir.json"


def read_present(shares: Folder) -> frozenset[int] | None:
    """The seats that came, None before anybody was asked. Raises ``MalformedFile``."""
    data = shares.read(NAME)
    if data is None:
        return None
    record = Record.parse(data, ("present", "version"), limit=4096, where=str(shares.path / NAME))
    return frozenset(record.items("present", 0, MAX_SEATS, _seat))


def write_present(shares: Folder, seats: Iterable[int]) -> None:
    """Keep who came; asking again replaces it."""
    present: list[Json] = [*sorted(set(seats))]
    shares.write(NAME, dumps({"present": present, "version": 1}))


def _seat(value: Json, where: str) -> int:
    return Record.of({"seat": value}, ("seat",), where).integer("seat", 1, MAX_SEATS)
