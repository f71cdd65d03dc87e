"""Opening a session from the command line: which folders its registers come from, and papers of a box for the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.material import StationMaterial, load_material, read_file
from epilwu.audit.scan.pictures import scan_folder
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.store import DATABASE, need_session
from epilwu.audit.slips import SlipSorter, SortedSlip, StationRegister
from epilwu.audit.verify import Workers
from epilwu.disk import read_bounded, write_private
from epilwu.trust.canonical import Record, dumps

PLACES: Final = "bahan.json"
_LIMIT = 64 << 10


@dataclass(frozen=True, slots=True)
class Places:
    """Where a station's evidence lies; the registers are read and checked anew each time."""

    public: Path
    auditors: Path
    root: Path | None
    station: int


def load_register(places: Places) -> tuple[str, StationRegister]:
    """The definition's hash and the station's registers. Raises ``MaterialRefused`` and the material's refusals."""
    root = None if places.root is None else read_file(places.root)
    material = load_material(places.public, places.auditors, root)
    for station in material.stations:
        if station.station.number == places.station:
            return material.definition_hash, station.register
    raise MaterialRefused(f"TPS {places.station} tidak ada di desa ini.", todo="Periksa nomor TPS.")


def remember(folder: Path, places: Places) -> None:
    """Note beside the session where its evidence lies. Raises ``FileTrouble``."""
    data = {
        "public": str(places.public.absolute()),
        "auditors": str(places.auditors.absolute()),
        "root": None if places.root is None else str(places.root.absolute()),
        "station": places.station,
    }
    write_private(folder / PLACES, dumps(data))


def recall(folder: Path) -> Places:
    """What ``remember`` noted. Raises ``FileTrouble``, ``MalformedFile``."""
    path = folder / PLACES
    names = ("public", "auditors", "root", "station")
    record = Record.parse(read_bounded(path, _LIMIT), names, limit=_LIMIT, where=str(path))
    root = None if record.values["root"] is None else Path(record.text("root", 4_096))
    return Places(
        Path(record.text("public", 4_096)),
        Path(record.text("auditors", 4_096)),
        root,
        record.integer("station", 1, 999),
    )


@contextmanager
def opened(folder: Path) -> Iterator[ScanSession]:
    """The session in ``folder``. Raises ``NoSession``, ``SessionDamaged`` and the material's refusals."""
    need_session(folder)
    _, register = load_register(recall(folder))
    with closing(ScanSession.open(folder, register)) as session:
        yield session


def box_slips(
    box: Path, station: StationMaterial, workers: Workers, told: Callable[[str, int], None]
) -> list[SortedSlip]:
    """A box's sorted papers: of the scanning session in the folder ``box``, else of the pictures in it.

    ``told`` hears ("slip", 1) for each paper. Raises ``BoxUnreadable``, ``ScanRefused``.
    """
    if (box / DATABASE).is_file():
        with closing(ScanSession.open(box, station.register)) as session:
            slips = list(session.slips())
        told("slip", len(slips))
        return slips
    sorter, slips = SlipSorter(station.register), []
    for picture in scan_folder(box, workers):
        slips.append(sorter.sort(picture.name, picture.texts, picture.certainty))
        told("slip", 1)
    return slips
