"""Region codes of the home ministry (Kemendagri), as 32.09.07.2007, and the table of names.

The blocks are province, regency, district and village; a fourth block that starts with 2 is a desa, with 1 a kelurahan
(which elects no kuwu). BPS codes are another system and are not accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from epilwu.election.errors import RegionRefused

REGION = re.compile(r"[1-9][0-9](?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[12][0-9]{3})?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """A code of one (province) to four (village) blocks; ``text`` is its only form."""

    text: str

    @staticmethod
    def parse(text: str, *, where: str = "") -> RegionCode:
        """Read a code; raise ``RegionRefused`` for anything but the dotted form."""
        if REGION.fullmatch(text) is None:
            raise RegionRefused(
                f"“{text[:40]}” bukan kode wilayah.", where=where, todo="Tulis seperti 32.09.07.2007 (Kemendagri)."
            )
        return RegionCode(text)

    def __str__(self) -> str:
        """The dotted form."""
        return self.text

    @property
    def level(self) -> int:
        """1 province, 2 regency, 3 district, 4 village."""
        return self.text.count(".") + 1

    @property
    def is_desa(self) -> bool:
        """Whether this is a village that elects its head (not a kelurahan)."""
        return self.level == 4 and self.text.rpartition(".")[2].startswith("2")

    @property
    def district(self) -> RegionCode:
        """The first three blocks; raise ``RegionRefused`` where there are fewer."""
        return self._prefix(3)

    @property
    def regency(self) -> RegionCode:
        """The first two blocks; raise ``RegionRefused`` where there are fewer."""
        return self._prefix(2)

    def contains(self, other: RegionCode) -> bool:
        """Whether ``other`` is this region or lies in it."""
        return other.text == self.text or other.text.startswith(self.text + ".")

    def _prefix(self, blocks: int) -> RegionCode:
        if self.level < blocks:
            raise RegionRefused(f"Kode wilayah {self.text} terlalu pendek.", todo="Pakai kode desa lengkap.")
        return RegionCode(".".join(self.text.split(".")[:blocks]))


@dataclass(frozen=True, slots=True)
class VillageNames:
    """A village's code and names as people write them."""

    code: RegionCode
    village: str
    district: str
    regency: str


@dataclass(frozen=True, slots=True)
class RegionTable:
    """Names by code, for whole regencies."""

    names: Mapping[str, str]

    def village(self, code: RegionCode) -> VillageNames:
        """Names of a desa; raise ``RegionRefused`` for a kelurahan and for a code that the table does not hold."""
        if not code.is_desa or code.text not in self.names:
            raise RegionRefused(
                f"{code} bukan kode desa di dalam daftar wilayah.", todo="Periksa kode desa pada daftar Kemendagri."
            )
        return VillageNames(code, self.names[code.text], self.names[code.district.text], self.names[code.regency.text])

    def villages(self) -> tuple[VillageNames, ...]:
        """Every desa of the table, in the order of the codes."""
        codes = map(RegionCode, sorted(self.names))
        return tuple(self.village(code) for code in codes if code.is_desa)


def read_regions(data: bytes, *, where: str = "regions.tsv") -> RegionTable:
    """A table from tab-separated lines ``code<TAB>name`` (lines that start with # are remarks).

    Raises ``RegionRefused`` for a malformed or repeated line and for a region whose parents are missing.
    """
    names: dict[str, str] = {}
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise RegionRefused("Daftar wilayah bukan teks UTF-8.", where=where) from error
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        text, _, name = line.partition("\t")
        code = RegionCode.parse(text, where=f"{where} baris {number}")
        if not name or name != name.strip() or text in names:
            raise RegionRefused("Baris daftar wilayah rusak atau berulang.", where=f"{where} baris {number}")
        if code.level > 2 and text.rpartition(".")[0] not in names:
            raise RegionRefused(f"Wilayah induk dari {text} tidak ada.", where=f"{where} baris {number}")
        names[text] = name
    return RegionTable(names)


def load_regions() -> RegionTable:
    """The table shipped with the package: Kabupaten Cirebon."""
    source = resources.files("epilwu.election") / "data" / "cirebon-regions.tsv"
    return read_regions(source.read_bytes(), where=source.name)
