"""The languages of the voter's screens: one catalogue a language, read strictly, drafts marked as such.

A catalogue is a TOML file: ``name``, ``draft``, and tables of entries. An entry is a string, or in a draft
``{ text = "...", checked = false }`` where no native speaker has checked it yet; whoever does turns it into a string.
Every catalogue has exactly the entries of the Indonesian one, with the same places to fill in, or it is refused: no
voter meets a screen that falls silent half-way.
"""

from __future__ import annotations

import functools
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Final

from epilwu.booth.errors import LanguageRefused

CODES: Final = ("id", "en", "jv-x-cirebon", "su")
"""BCP 47, as the pages' ``lang`` says it; Indonesian, the measure of all others, first."""
LONGEST: Final = 140
"""Characters: what a screen can show in its largest letters."""
_SUFFIX = ".toml"
_MAY_BE_EMPTY = "meaning"


@dataclass(frozen=True, slots=True)
class Language:
    """``entries`` by dotted name, e.g. ``idle.welcome``; ``unchecked`` are those that no native speaker has checked."""

    code: str
    name: str
    draft: bool
    entries: Mapping[str, str] = field(repr=False)
    unchecked: frozenset[str] = field(repr=False)

    def __call__(self, entry: str, **values: str | int) -> str:
        """The words of ``entry`` with its places filled in; raise ``KeyError`` where there is no such entry."""
        return self.entries[entry].format_map(values)

    def __contains__(self, entry: str) -> bool:
        """Whether there is such an entry."""
        return entry in self.entries


def parse(code: str, data: bytes, *, like: Language | None) -> Language:
    """Read a catalogue; ``like`` is the Indonesian one, None while that one itself is read.

    Raises ``LanguageRefused`` for a file that is no such catalogue, lacks an entry or has one too many, has other
    places to fill in, words that a screen cannot show, or unchecked words without being a draft.
    """
    where = code + _SUFFIX
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused("bukan katalog bahasa", where) from error
    name, draft = table.pop("name", None), table.pop("draft", None)
    if not isinstance(name, str) or not isinstance(draft, bool):
        raise _refused("tanpa name dan draft", where)
    entries: dict[str, str] = {}
    unchecked: set[str] = set()
    _gather(table, "", entries, unchecked, where)
    _check_words([name, *entries.values()], where)
    if unchecked and not draft:
        raise _refused("berisi kata yang belum diperiksa, tetapi bukan rancangan (draft)", where)
    if like is not None:
        _check_like(entries, like.entries, where)
    return Language(code, name, draft, entries, frozenset(unchecked))


@functools.cache
def load(code: str) -> Language:
    """The shipped catalogue of ``code``; raise ``LanguageRefused`` where there is none, and as ``parse`` does."""
    if code not in CODES:
        raise LanguageRefused(f"Bahasa {code!r} tidak ada.", todo=f"Pilih dari: {', '.join(CODES)}.")
    data = resources.files(__package__).joinpath(code + _SUFFIX).read_bytes()
    return parse(code, data, like=None if code == CODES[0] else load(CODES[0]))


def indonesian() -> Language:
    """The language of the officers."""
    return load(CODES[0])


def switched_on(codes: Iterable[str], *, rehearsal: bool, unchecked: bool) -> tuple[Language, ...]:
    """The languages of ``codes``, in that order.

    A draft with unchecked words can be on in a rehearsal, or where ``unchecked`` says expressly that it may. Raises
    ``LanguageRefused`` for any other draft, for an unknown or repeated language, and where none is on.
    """
    languages = tuple(load(code) for code in codes)
    if not languages or len({language.code for language in languages}) != len(languages):
        raise LanguageRefused(
            "Tidak ada bahasa, atau satu bahasa disebut dua kali.", todo="Periksa pilihan --language."
        )
    for language in languages:
        if language.unchecked and not (rehearsal or unchecked):
            raise LanguageRefused(
                f"Bahasa {language.name}: {len(language.unchecked)} kalimat belum diperiksa penuturnya.",
                where=language.code,
                todo="Matikan bahasa itu, atau nyatakan dengan --unchecked-languages bahwa panitia menerimanya.",
            )
    return languages


def _gather(table: Mapping[str, object], above: str, entries: dict[str, str], unchecked: set[str], where: str) -> None:
    for key, value in table.items():
        name = f"{above}{key}"
        match value:
            case str():
                entries[name] = value
            case {"text": str(text), "checked": False, **rest} if not rest:
                entries[name] = text
                unchecked.add(name)
            case dict() if "text" not in value and "checked" not in value:
                _gather(value, f"{name}.", entries, unchecked, where)
            case _:
                raise _refused(f"{name} bukan kata-kata", where)


def _check_words(words: Iterable[str], where: str) -> None:
    for text in words:
        shown = unicodedata.is_normalized("NFC", text) and text == text.strip() and len(text) <= LONGEST
        if not shown or any(unicodedata.category(letter)[0] == "C" for letter in text) or set(text) & set("<>&"):
            raise _refused(f"kata-kata yang tidak dapat ditampilkan: {text[:20]!r}", where)


def _check_like(entries: Mapping[str, str], model: Mapping[str, str], where: str) -> None:
    if differing := entries.keys() ^ model.keys():
        raise _refused(f"kurang atau lebih: {', '.join(sorted(differing)[:3])}", where)
    for name, text in entries.items():
        if _places(text, where) != _places(model[name], where):
            raise _refused(f"isian {{}} pada {name} tidak sama", where)
        if bool(text) != bool(model[name]) or not (text or name.endswith(f".{_MAY_BE_EMPTY}")):
            raise _refused(f"{name} kosong", where)


def _places(text: str, where: str) -> list[str]:
    try:
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError as error:
        raise _refused(f"isian {{}} yang rusak: {text[:20]!r}", where) from error


def _refused(what: str, where: str) -> LanguageRefused:
    return LanguageRefused(f"Katalog bahasa ditolak: {what}.", where=where, todo="Perbaiki berkas katalog itu.")
