"""How an entry's fields are read: each reader takes a record and a field's name, and refuses what is out of bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from epilwu.trust.canonical import HEX_256, Json, Record

Read = Callable[[Record, str], object]

MAX_PEOPLE = 40
MAX_STATION = 999
MAX_COUNT = 1_000_000
NAME = 80
NOTE = 500
_DECIMAL = re.compile(r"0\.[0-9]{0,16}[1-9]|[01]", re.ASCII)


def line(longest: int, *, empty: bool = False) -> Read:
    """Printable text of one line; ``empty`` allows none."""

    def read(record: Record, name: str) -> object:
        return "" if empty and record.values[name] == "" else record.line(name, longest)

    return read


def whole(low: int, high: int) -> Read:
    """A whole number from ``low`` to ``high``."""
    return lambda record, name: record.integer(name, low, high)


def digest(record: Record, name: str) -> object:
    """64 digits of lower-case hex."""
    return record.matching(name, HEX_256)


def flag(record: Record, name: str) -> object:
    """True or false."""
    return record.flag(name)


def word(words: Sequence[str]) -> Read:
    """One of ``words``."""
    return lambda record, name: record.one_of(name, words)


def pattern(form: re.Pattern[str]) -> Read:
    """Text that fits ``form`` from end to end."""
    return lambda record, name: record.matching(name, form)


decimal: Read = pattern(_DECIMAL)
"""A risk from 0 to 1 with at most seventeen decimals and no idle zeros."""


def people(fewest: int) -> Read:
    """Names, at least ``fewest`` of them, none twice."""

    def read(record: Record, name: str) -> object:
        found = record.items(name, fewest, MAX_PEOPLE, _name)
        if len(set(found)) != len(found):
            raise record.refuse(name, "menyebut nama yang sama dua kali")
        return found

    return read


def counts(record: Record, name: str) -> object:
    """Votes per candidate, in the order of ballot numbers."""
    return record.items(name, 1, 99, _count)


def each(names: Sequence[str], make: Callable[[Record], object], most: int) -> Read:
    """A list of at most ``most`` objects of exactly the fields ``names``."""
    return lambda record, name: record.items(name, 0, most, lambda value, where: make(Record.of(value, names, where)))


def _name(value: Json, where: str) -> str:
    return Record.of({"name": value}, ("name",), where).line("name", NAME)


def _count(value: Json, where: str) -> int:
    return Record.of({"count": value}, ("count",), where).integer("count", 0, MAX_COUNT)
