"""Opening a session from the command line: which folders its registers come from, and papers of a box for the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.material import StationMaterial, load_material, read_file
from epilwu.audit.scan.pictures import pictures_in, scan_folder
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.store import DATABASE, ScanStore, need_session
from epilwu.audit.scan.summary import Summary
from epilwu.audit.scan.typed import Reading
from epilwu.audit.slips import SlipSorter, SortedSlip, StationRegister
from epilwu.audit.verify import Workers
from epilwu.disk import read_bounded, write_private
from epilwu.election.balance import StationBooks
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


def count_papers(box: Path) -> int:
    """How many papers (or files of papers) a box's folder holds. Raises ``BoxUnreadable``, ``ScanRefused``."""
    if (box / DATABASE).is_file():
        store = ScanStore.open(box)
        try:
            return len(store.entries(0))
        finally:
            store.close()
    return len(pictures_in(box))


def booth_books(station: StationMaterial) -> dict[int, StationBooks]:
    """What each booth's signed report says of its books; the desk's figures are the station's, not a booth's."""
    return {
        booth: StationBooks(
            tokens_spent=report.report.tokens_spent,
            ballots=report.report.ballots,
            slips_cast=report.report.slips_cast,
            slips_void=report.report.slips_void,
        )
        for booth, report in station.reports.items()
    }


@dataclass(frozen=True, slots=True)
class BoxPapers:
    """A box's sorted papers, and what leaves its scanning unfinished, in Indonesian."""

    slips: tuple[SortedSlip, ...]
    notes: tuple[str, ...] = ()


def read_box(box: Path, station: StationMaterial, workers: Workers, told: Callable[[str, int], None]) -> BoxPapers:
    """A box's sorted papers: of the scanning session in the folder ``box``, else of the pictures in it.

    ``told`` hears ("slip", 1) for each paper. Raises ``BoxUnreadable``, ``ScanRefused``.
    """
    if (box / DATABASE).is_file():
        with closing(ScanSession.open(box, station.register)) as session:
            slips, summary = session.slips(), session.summary()
        told("slip", len(slips))
        return BoxPapers(slips, unfinished(summary))
    sorter, found = SlipSorter(station.register), []
    for picture in scan_folder(box, workers):
        found.append(sorter.sort(picture.name, picture.texts, picture.certainty))
        told("slip", 1)
    return BoxPapers(tuple(found))


def unfinished(summary: Summary) -> tuple[str, ...]:
    """What leaves a scanning unfinished: bundles not counted alike by hand, papers not read alike by two people."""
    bundles = ", ".join(str(bundle.number) for bundle in summary.unsettled_bundles)
    waiting = sum(len(summary.readings[kind]) for kind in Reading if kind is not Reading.AGREED)
    notes = [f"bundel {bundles} belum cocok dengan hitungan tangan"] if bundles else []
    if waiting:
        notes.append(f"{waiting} kertas tidak terbaca belum diketik sama oleh dua orang")
    return tuple(notes) if summary.bundles else ("belum ada kertas yang dipindai",)
