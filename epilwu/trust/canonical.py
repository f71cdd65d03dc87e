"""E-Pilwu's own files: JSON in the canonical form of RFC 8785, parsed strictly.

One file, one sequence of bytes: ``loads`` refuses whatever ``dumps`` would not have written (duplicate keys, white
space, other order, other escapes, fractions), and ``Record`` refuses missing, extra and ill-formed fields. Integers
lie within ±(2^53 - 1), as RFC 8785 demands.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import rfc8785

from epilwu.trust.errors import MalformedFile

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

HEX_256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_LARGEST = 2**53 - 1
_TODO = "Salin ulang berkas dari asalnya."

Item = TypeVar("Item")


def dumps(value: Json) -> bytes:
    """``value`` in RFC 8785 form. Strings, integers, booleans, null, lists and objects only."""
    return rfc8785.dumps(cast("dict[str, str]", value))


def loads(data: bytes, *, limit: int, where: str = "") -> Json:
    """Parse at most ``limit`` bytes that ``dumps`` would have written; raise ``MalformedFile`` otherwise."""
    if len(data) > limit:
        raise MalformedFile(f"Berkas terlalu besar: {len(data)} bita, paling banyak {limit}.", where=where, todo=_TODO)
    try:
        value: Json = json.loads(data.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
        same = dumps(value) == data
    except (ValueError, RecursionError) as error:
        raise MalformedFile("Isi berkas bukan JSON yang dikenal.", where=where, todo=_TODO) from error
    if not same:
        raise MalformedFile("Penulisan JSON tidak baku (RFC 8785).", where=where, todo=_TODO)
    return value


def _no_fraction(text: str) -> Json:
    raise ValueError(f"{text!r} is not an integer")


def is_plain_line(text: str, longest: int) -> bool:
    """Whether ``text`` may stand on paper: 1 to ``longest`` printable characters, NFC, no blank at either end.

    ``str.isprintable`` leaves out control and format characters, so nothing invisible turns or hides a name.
    """
    return (
        0 < len(text) <= longest
        and text.isprintable()
        and text == text.strip()
        and unicodedata.is_normalized("NFC", text)
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object with exactly the expected fields. Every getter raises ``MalformedFile`` naming file and field."""

    values: Mapping[str, Json]
    where: str

    @staticmethod
    def of(value: Json, names: Sequence[str], where: str) -> Record:
        """``value`` as an object whose fields are exactly ``names``."""
        if not isinstance(value, Mapping):
            raise MalformedFile("Bagian ini bukan objek JSON.", where=where, todo=_TODO)
        if set(value) != set(names):
            wrong = ", ".join(sorted(set(value) ^ set(names)))
            raise MalformedFile(f"Kolom kurang atau berlebih: {wrong}.", where=where, todo=_TODO)
        return Record(value, where)

    @staticmethod
    def parse(data: bytes, names: Sequence[str], *, limit: int, where: str) -> Record:
        """``loads``, then ``of``; a field ``version`` among ``names`` must be 1."""
        record = Record.of(loads(data, limit=limit, where=where), names, where)
        if "version" in names and record.integer("version") != 1:
            raise MalformedFile("Versi berkas ini belum dikenal.", where=where, todo="Perbarui program E-Pilwu.")
        return record

    def refuse(self, name: str, reason: str) -> MalformedFile:
        """The refusal of one field, to be raised by the caller."""
        return MalformedFile(f"Kolom “{name}” {reason}.", where=self.where, todo=_TODO)

    def line(self, name: str, longest: int) -> str:
        """Text fit for a printed line (see ``is_plain_line``)."""
        value = self.values[name]
        if not isinstance(value, str) or not is_plain_line(value, longest):
            raise self.refuse(name, f"harus satu baris teks biasa, paling panjang {longest} huruf")
        return value

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """Text that matches ``pattern`` from end to end."""
        value = self.values[name]
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise self.refuse(name, "tidak berbentuk semestinya")
        return value

    def matching_or_none(self, name: str, pattern: re.Pattern[str]) -> str | None:
        """As ``matching``, or null."""
        return None if self.values[name] is None else self.matching(name, pattern)

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """One of the words ``allowed``."""
        value = self.values[name]
        if not isinstance(value, str) or value not in allowed:
            raise self.refuse(name, "berisi kata yang tidak dikenal")
        return value

    def text(self, name: str, longest: int) -> str:
        """Any text of at most ``longest`` characters, line breaks allowed."""
        value = self.values[name]
        if not isinstance(value, str) or len(value) > longest:
            raise self.refuse(name, f"harus teks, paling panjang {longest} huruf")
        return value

    def integer(self, name: str, low: int = 0, high: int = _LARGEST) -> int:
        """An integer from ``low`` to ``high``."""
        value = self.values[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.refuse(name, f"harus bilangan bulat dari {low} sampai {high}")
        return value

    def integer_or_none(self, name: str, low: int = 0, high: int = _LARGEST) -> int | None:
        """As ``integer``, or null."""
        return None if self.values[name] is None else self.integer(name, low, high)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.values[name]
        if not isinstance(value, bool):
            raise self.refuse(name, "harus true atau false")
        return value

    def octets(self, name: str, longest: int) -> bytes:
        """At most ``longest`` bytes, written in lower-case hex."""
        value = self.values[name]
        if not isinstance(value, str) or len(value) > 2 * longest or _HEX.fullmatch(value) is None:
            raise self.refuse(name, "harus heksadesimal huruf kecil")
        return bytes.fromhex(value)

    def items(self, name: str, low: int, high: int, read: Callable[[Json, str], Item]) -> tuple[Item, ...]:
        """A list of ``low`` to ``high`` items, each read by ``read(value, where)``."""
        value = self.values[name]
        if not isinstance(value, list) or not low <= len(value) <= high:
            raise self.refuse(name, f"harus daftar berisi {low} sampai {high} butir")
        return tuple(read(item, f"{self.where}: {name}[{i}]") for i, item in enumerate(value))
