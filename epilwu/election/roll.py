"""A row of the voters' roll, and the form of a NIK.

Personal data (UU 27/2022): nothing here shows a NIK or a name in a repr or in a refusal; ``mask_nik`` is for lists that
leave the desk. The form of a NIK is checked and nothing more: its region is where it was first registered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from epilwu.election.errors import RollRefused
from epilwu.trust.canonical import is_plain_line

_NIK = re.compile(r"([1-9][0-9])([0-9]{4})([0-7][0-9])([01][0-9])([0-9]{2})([0-9]{4})", re.ASCII)
_WOMENS_DAY = 40
_TODO = "Cocokkan dengan KTP-el atau surat keterangan."


class Sex(StrEnum):
    """As rolls write it: L men, P women."""

    MAN = "L"
    WOMAN = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRow:
    """One voter on the roll of a station: number on the roll (from 1), NIK, name, sex, address."""

    number: int
    nik: str = field(repr=False)
    name: str = field(repr=False)
    sex: Sex
    address: str = field(repr=False)
    station: int

    @staticmethod
    def parse(fields: tuple[str, str, str, str, str, str], *, where: str = "") -> RollRow:
        """Read texts (number, NIK, name, sex, address, station); raise ``RollRefused`` naming the row and column."""
        number, nik, name, sex, address, station = fields
        if sex not in {*Sex}:
            raise RollRefused("Jenis kelamin harus L atau P.", where=where, todo=_TODO)
        for label, text in (("Nama", name), ("Alamat", address)):
            if not is_plain_line(text, 120):
                raise RollRefused(f"{label} harus satu baris teks biasa.", where=where, todo=_TODO)
        return RollRow(
            number=_count(number, "Nomor urut", where),
            nik=parse_nik(nik, where=where),
            name=name,
            sex=Sex(sex),
            address=address,
            station=_count(station, "Nomor TPS", where),
        )


def parse_nik(text: str, *, where: str = "") -> str:
    """``text`` if it has the form of a NIK; raise ``RollRefused`` otherwise.

    16 digits: 6 region, then day (women's plus 40), month and year of birth in two digits each, 4 serial (not 0000).
    """
    match = _NIK.fullmatch(text)
    if match is None:
        raise RollRefused("NIK harus 16 angka.", where=where, todo=_TODO)
    day, month = int(match[3]), int(match[4])
    day -= _WOMENS_DAY if day > _WOMENS_DAY else 0
    if not 1 <= day <= 31 or not 1 <= month <= 12 or match[6] == "0000":
        raise RollRefused("Tanggal lahir atau nomor seri di dalam NIK tidak mungkin.", where=where, todo=_TODO)
    return text


def mask_nik(nik: str) -> str:
    """The NIK with all but its last four digits hidden."""
    return "•" * (len(nik) - 4) + nik[-4:]


def _count(text: str, label: str, where: str) -> int:
    if re.fullmatch(r"[1-9][0-9]{0,5}", text, re.ASCII) is None:
        raise RollRefused(f"{label} harus angka mulai dari 1.", where=where, todo=_TODO)
    return int(text)
