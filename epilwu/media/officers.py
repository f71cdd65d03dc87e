"""Who may open a booth: ``officers.json`` in the booth package, numbers and titles, no person's name.

Canonical JSON ``{"officers":["Ketua KPPS","Anggota KPPS 2",…],"version":1}``; an officer's number is the place in the
list, from 1. Two to seven, all different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.media.errors import PackageRefused
from epilwu.trust.canonical import Json, Record, dumps, is_plain_line
from epilwu.trust.errors import MalformedFile
from epilwu.trust.pairfile import FEWEST, MOST

TITLE_LENGTH = 40
LIMIT = 4 << 10
_TODO = "Minta paket bilik yang baru dari panitia."


@dataclass(frozen=True, slots=True)
class Officer:
    """One officer: a number from 1, and a title such as "Ketua KPPS"."""

    number: int
    title: str


def serialise(titles: Sequence[str]) -> bytes:
    """The file of these titles; raise ``PackageRefused`` for a list that ``parse`` would refuse."""
    data = dumps({"officers": list(titles), "version": 1})
    parse(data)
    return data


def parse(data: bytes, *, where: str = "officers.json") -> tuple[Officer, ...]:
    """The officers in the order of their numbers. Raises ``MalformedFile``, ``PackageRefused``."""
    record = Record.parse(data, ("officers", "version"), limit=LIMIT, where=where)
    titles = record.items("officers", FEWEST, MOST, _title)
    if len({title.casefold() for title in titles}) != len(titles):
        raise PackageRefused("Dua petugas memakai sebutan yang sama.", where=where, todo=_TODO)
    return tuple(Officer(number, title) for number, title in enumerate(titles, 1))


def _title(value: Json, where: str) -> str:
    if not isinstance(value, str) or not is_plain_line(value, TITLE_LENGTH):
        raise MalformedFile("Sebutan petugas harus satu baris teks biasa.", where=where, todo=_TODO)
    return value
