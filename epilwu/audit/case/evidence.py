"""What the figures are made from: the case's own copy of the material, and the papers scanned from each box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.material import Material, StationMaterial
from epilwu.audit.scan.events import ENTRY_LIMIT, FIRST_PREV, entry_hash
from epilwu.audit.scan.state import ScanState, replay
from epilwu.audit.scan.store import DATABASE, ScanStore
from epilwu.audit.slips import SortedSlip
from epilwu.disk import read_bounded

SCANS: Final = "pindai"
ENTRIES: Final = "pemindaian.jsonl"
_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Evidence:
    """The material, and by station the state of its box's scanning, for every box that was scanned."""

    material: Material
    scans: Mapping[int, ScanState] = field(repr=False)

    def station(self, number: int) -> StationMaterial:
        """A station's material."""
        return next(each for each in self.material.stations if each.station.number == number)

    def slips(self, number: int) -> tuple[SortedSlip, ...]:
        """Every paper that counts of a station's box."""
        return self.scans[number].slips()


def scan_folder(case: Path, station: int) -> Path:
    """Where a box's scanning lies."""
    return case / SCANS / f"TPS{station:02d}"


def scan_entries(case: Path, station: int) -> tuple[bytes, ...]:
    """The bytes of every entry of a box's scanning: of a running case, or of an exported one.

    Raises ``CaseRefused`` where there is none, or the refusals of ``audit.scan``.
    """
    folder = scan_folder(case, station)
    if (folder / ENTRIES).is_file():
        lines = read_bounded(folder / ENTRIES, _LIMIT).split(b"\n")
        if lines.pop() or any(len(line) > ENTRY_LIMIT for line in lines):
            raise CaseRefused("Catatan pemindaian terpotong.", where=str(folder / ENTRIES))
        return tuple(lines)
    if not (folder / DATABASE).is_file():
        raise CaseRefused(f"Kotak TPS {station} belum dipindai.", where=str(folder), todo="Pindai isinya dahulu.")
    store = ScanStore.open(folder)
    try:
        return tuple(data for _, data in store.entries(0))
    finally:
        store.close()


def read_scan(case: Path, station: StationMaterial) -> ScanState:
    """A box's scanning, entry by entry from its record. Raises as ``scan_entries`` and ``SessionDamaged``."""
    number = station.station.number
    where = f"{SCANS}/TPS{number:02d}"
    return replay(scan_entries(case, number), station.register, where=where)


def scan_head(case: Path, station: int) -> str:
    """The hash of the last entry of a box's scanning. Raises as ``scan_entries``."""
    entries = scan_entries(case, station)
    return entry_hash(entries[-1]) if entries else FIRST_PREV
