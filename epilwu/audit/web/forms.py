"""What people fill in, read strictly: every refusal names the field in their words and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.fields import MAX_PEOPLE, NAME, NOTE
from epilwu.audit.risk.contest import parse_limit
from epilwu.trust.canonical import is_plain_line

_WHOLE = re.compile(r"0|[1-9][0-9]{0,6}", re.ASCII)
_PATH_LIMIT = 1_000


def refused(field: str, what: str, todo: str = "Perbaiki isian itu.") -> CaseRefused:
    """The refusal of one field."""
    return CaseRefused(f"{field} {what}.", todo=todo)


def text(form: Mapping[str, str], name: str, field: str, *, longest: int = NAME, empty: bool = False) -> str:
    """One line of plain text, blanks tidied."""
    value = " ".join(form.get(name, "").split())
    if not value:
        if empty:
            return ""
        raise refused(field, "belum diisi")
    if not is_plain_line(value, longest):
        raise refused(field, f"harus satu baris teks biasa, paling panjang {longest} huruf")
    return value


def note(form: Mapping[str, str], name: str, field: str, *, empty: bool = False) -> str:
    """A sentence or two."""
    return text(form, name, field, longest=NOTE, empty=empty)


def people(form: Mapping[str, str], name: str, field: str, fewest: int = 2) -> tuple[str, ...]:
    """Names, one a line."""
    names = tuple(" ".join(line.split()) for line in form.get(name, "").splitlines() if line.strip())
    if len(names) < fewest:
        raise refused(field, f"harus menyebut sedikitnya {fewest} orang", "Tulis satu nama pada tiap baris.")
    if len(names) > MAX_PEOPLE or any(not is_plain_line(each, NAME) for each in names):
        raise refused(field, "memuat nama yang tidak dapat ditulis", "Tulis satu nama pada tiap baris.")
    return names


def whole(form: Mapping[str, str], name: str, field: str, *, most: int = 1_000_000) -> int:
    """A whole number; nothing filled in is refused, never 0."""
    value = form.get(name, "").strip()
    if _WHOLE.fullmatch(value) is None or int(value) > most:
        raise refused(field, f"harus bilangan bulat dari 0 sampai {most}", "Tulis angka saja.")
    return int(value)


def folder(form: Mapping[str, str], name: str, field: str) -> Path:
    """A folder of this laptop, written from its root."""
    return _path(form, name, field, "folder")


def file(form: Mapping[str, str], name: str, field: str) -> Path | None:
    """A file of this laptop, None where nothing was filled in."""
    return _path(form, name, field, "berkas") if form.get(name, "").strip() else None


def limit(form: Mapping[str, str], name: str) -> str:
    """A risk limit in percent (``5`` or ``2,5``) as the record has it (``0.05``)."""
    value = form.get(name, "").strip().replace(".", ",")
    if re.fullmatch(r"[0-9]{1,2}(?:,[0-9]{1,2})?", value, re.ASCII) is None:
        raise refused("Batas risiko", "harus persen, misalnya 5 atau 2,5")
    whole_part, _, part = value.partition(",")
    digits = f"{whole_part:0>2}{part:0<2}".rstrip("0")
    written = f"0.{digits or '0'}"
    parse_limit(written)
    return written


def _path(form: Mapping[str, str], name: str, field: str, kind: str) -> Path:
    value = form.get(name, "").strip()
    if not value or len(value) > _PATH_LIMIT or not value.isprintable():
        raise refused(field, "belum diisi dengan benar")
    path = Path(value)
    if not path.is_absolute():
        raise refused(field, f"harus nama {kind} yang lengkap, dimulai dengan /")
    return path
