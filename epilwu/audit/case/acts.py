"""What auditors do, one method an act: evidence in, an entry in the record out. Pages and commands drive this alone.

One program has a case open for writing (``store``); within it a lock lets one act through at a time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.case import checks, draw, figures, inputs, words
from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import (
    BoxOpened,
    CaseOpened,
    Concluded,
    Corrected,
    DiceThrown,
    Event,
    FullCountChosen,
    FullCountClosed,
    PaperRead,
    PileCounted,
    Signed,
    Verified,
)
from epilwu.audit.case.evidence import Evidence, read_scan, scan_folder, scan_head
from epilwu.audit.case.state import Case
from epilwu.audit.case.store import CaseStore
from epilwu.audit.material import Material, StationMaterial
from epilwu.audit.reconcile_report import LIST
from epilwu.audit.risk.sampler import Draw, parse_seed
from epilwu.audit.scan.session import Opening, ScanSession
from epilwu.audit.scan.state import ScanState
from epilwu.audit.scan.store import DATABASE
from epilwu.audit.scan.typed import Reading
from epilwu.audit.slips import SlipClass
from epilwu.audit.verify import Workers
from epilwu.audit.verifying.run import Progress
from epilwu.disk import write_private

FIGURES = "pencocokan.json"
ORDER = "cetak/urutan.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpening:
    """What is written down when a case is opened, and where the evidence lies (``root`` None: not brought)."""

    order: str
    by_order: str
    auditors: tuple[str, ...]
    place: str
    public: Path
    auditors_folder: Path
    root: Path | None


class Acts:
    """The acts on one case."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self._lock = threading.RLock()
        self._material: Material | None = None
        self._scans: dict[int, ScanState] = {}
        self._order: tuple[tuple[Draw, draw.Paper], ...] | None = None

    @property
    def case(self) -> Case:
        """The case now."""
        return self._store.case

    @property
    def folder(self) -> Path:
        """The case's folder."""
        return self._store.folder

    def open_case(self, opening: CaseOpening) -> None:
        """Copy the evidence in and open the case. Raises ``CaseRefused`` and the refusals of the evidence."""
        with self._lock:
            if self.case.opened is not None:
                raise CaseRefused("Kasus ini sudah dibuka.", todo="Lanjutkan dari layar ini.")
            files = list(inputs.gather(opening.public, opening.auditors_folder, opening.root))
            copied = inputs.copy_in(files, self.folder)
            material = inputs.material_of(self.folder, root_brought=opening.root is not None)
            definition = material.definition
            self._store.append(
                CaseOpened(
                    order=opening.order,
                    by_order=opening.by_order,
                    auditors=opening.auditors,
                    place=opening.place,
                    definition=material.definition_hash,
                    region=definition.region.text,
                    village=definition.village,
                    rehearsal=definition.rehearsal,
                    candidates=len(definition.candidates),
                    blank=definition.blank,
                    stations=tuple(station.number for station in definition.stations),
                    root=material.root_fingerprint,
                    root_brought=material.root_brought,
                    inputs=copied,
                )
            )
            self._material = material

    @property
    def material(self) -> Material:
        """The evidence, read once from the case's copy, whose hashes are compared first. Raises ``CaseRefused``."""
        with self._lock:
            if self._material is None:
                opened = self.case.case
                for each, how in inputs.changed(opened.inputs, self.folder / inputs.EVIDENCE):
                    todo = "Pakai salinan kasus yang utuh."
                    raise CaseRefused(f"Bahan kasus {how}.", where=each.name, todo=todo)
                self._material = inputs.material_of(self.folder, root_brought=opened.root_brought)
            return self._material

    def verify(self, workers: Workers, progress: Progress | None = None) -> Verified:
        """Verify the published count; long. The entry is written at the end, or not at all."""
        material, brought = self.material, self.case.case.root_brought
        found = checks.verify_case(self.folder, root_brought=brought, workers=workers, progress=progress)
        event = checks.verified(found, self.folder, material.definition)
        self.note(event)
        return event

    def open_box(self, event: BoxOpened) -> ScanSession:
        """Write down that a box is opened, before anybody takes a paper out, and begin its scanning."""
        with self._lock:
            self._station(event.station)
            self.note(event)
            return self.scanning(event.station)

    def scanning(self, number: int) -> ScanSession:
        """A box's scanning, begun or gone on with. The caller closes it. Raises ``CaseRefused``, ``ScanRefused``."""
        with self._lock:
            box = self.case.boxes.get(number)
            if box is None:
                raise CaseRefused(f"Kotak TPS {number} belum dicatat dibuka.", todo="Catat pembukaannya dahulu.")
            folder, register = scan_folder(self.folder, number), self._station(number).register
            if not (folder / DATABASE).is_file():
                opening = Opening(
                    definition=self.case.case.definition,
                    box=box.seal or f"TPS {number:02d}",
                    order=self.case.case.order,
                    people=box.people,
                )
                ScanSession.create(folder, register, opening).close()
            return ScanSession.open(folder, register)

    def finish_box(self, station: int, people: tuple[str, ...]) -> None:
        """A box's scanning is complete. Raises ``CaseRefused`` where bundles or unreadable papers wait."""
        with self._lock:
            scan = self._scan(station)
            _check_complete(scan, station)
            self.note(figures.box_scanned(Evidence(self.material, {station: scan}), station, people))

    def reconcile(self) -> figures.Boxes:
        """Compare paper, count and books; write the figures beside the record, and their hash into it."""
        with self._lock:
            verified_now = self.case.verified
            if verified_now is None:
                raise CaseRefused("Hitungan belum diperiksa.", todo="Jalankan pemeriksaan dahulu.")
            evidence = self.scanned()
            boxes = figures.reconcile_boxes(evidence, verified_now)
            event = figures.reconciled(boxes, evidence)
            self.case.check(event)
            write_private(self.folder / FIGURES, figures.serialise(boxes, evidence))
            write_private(self.folder / LIST, figures.behind(boxes, evidence))
            self.note(event)
            return boxes

    def commit(self, limit: str) -> None:
        """Fix the list and the contest, before the dice."""
        with self._lock:
            self.note(draw.commitment(self.scanned(), limit))

    def throw(self, seed: str, witnesses: tuple[str, ...]) -> None:
        """Write the dice down, once."""
        self.note(DiceThrown(parse_seed(seed), witnesses))

    def order(self) -> tuple[tuple[Draw, draw.Paper], ...]:
        """Every paper in the order of the dice."""
        with self._lock:
            if self._order is None:
                self._order = draw.order_of(self.case, draw.drawable(self.scanned()))
            return self._order

    def print_order(self) -> None:
        """The whole order goes to paper: write its file and its hash down. Doing so again changes nothing."""
        with self._lock:
            text = draw.order_text(self.case, self.order())
            write_private(self.folder / ORDER, text)
            if self.case.printed is None:
                self.note(draw.printed(self.case, self.order(), hashlib.sha256(text).hexdigest()))

    def read(self, reading: PaperRead) -> None:
        """A reader's entry; the figures that follow from it are written, too."""
        with self._lock:
            self.note(reading)
            self._figure_risks()

    def resume(self) -> None:
        """Write the figures that a power cut kept from being written after their reading."""
        with self._lock:
            if self.case.printed is not None and self.case.concluded is None and self.case.full_count is None:
                self._figure_risks()

    def choose_full_count(self, reason: str, people: tuple[str, ...]) -> None:
        """All papers will be counted by eye."""
        self.note(FullCountChosen(reason, people))

    def count_pile(self, pile: PileCounted) -> None:
        """One counter's figures for a pile."""
        self.note(pile)

    def close_full_count(self, note: str = "") -> None:
        """The piles' sum replaces the outcome; ``note`` says why other papers were counted than scanned, if so."""
        with self._lock:
            counts, unclear = self.case.piles.totals(self.case.case.candidates)
            self.note(FullCountClosed(counts.candidates, counts.blank, unclear, note))

    def conclude(self, reason: str = "") -> Concluded:
        """Write the verdict down that the record allows."""
        with self._lock:
            event = words.verdict(self.case, reason)
            self.note(event)
            return event

    def sign(self, signed: Signed) -> None:
        """Somebody signs, or objects."""
        self.note(signed)

    def correct(self, corrects: int, event: Event, reason: str, people: tuple[str, ...]) -> None:
        """Put ``event`` in the place of entry number ``corrects``; both stay. Figures are made anew."""
        with self._lock:
            self.note(Corrected(corrects, event, reason, people))
            if isinstance(event, PaperRead):
                self._figure_risks()

    def note(self, event: Event) -> None:
        """Write one entry. Raises ``CaseRefused``; then nothing changed."""
        with self._lock:
            self._store.append(event)

    def close(self) -> None:
        """Let another program open the case."""
        self._store.close()

    def _figure_risks(self) -> None:
        for risk in draw.pending_risks(self.case, self.order()):
            self._store.append(risk)

    def _station(self, number: int) -> StationMaterial:
        station = next((s for s in self.material.stations if s.station.number == number), None)
        if station is None:
            raise CaseRefused(f"TPS {number} tidak ada di desa ini.", todo="Periksa nomornya.")
        return station

    def _scan(self, number: int) -> ScanState:
        """A box's scanning; replayed again only where something was added, for every slip's signature is verified."""
        head = scan_head(self.folder, number)
        known = self._scans.get(number)
        if known is None or known.head != head:
            known = self._scans[number] = read_scan(self.folder, self._station(number))
        return known

    def scanned(self) -> Evidence:
        """The boxes that the record calls complete; raise ``CaseRefused`` where one was changed since."""
        scans = {number: self._scan(number) for number in sorted(self.case.scanned)}
        for number, scan in scans.items():
            if scan.head != self.case.scanned[number].scan:
                todo = "Catat lagi bahwa kotak itu selesai dipindai."
                raise CaseRefused(f"Pemindaian TPS {number} berubah sejak dicatat selesai.", todo=todo)
        return Evidence(self.material, scans)


def _check_complete(scan: ScanState, station: int) -> None:
    unsettled = [bundle.number for bundle in scan.bundles if not bundle.settled]
    if not scan.bundles or unsettled:
        which = ", ".join(map(str, unsettled)) or "tidak ada"
        todo = "Tutup bundelnya, hitung dengan tangan, dan samakan."
        raise CaseRefused(f"Bundel TPS {station} belum cocok dengan hitungan tangan ({which}).", todo=todo)
    waiting = _waiting(scan)
    if waiting:
        listed = ", ".join(map(str, waiting[:10]))
        todo = "Dua orang mengetik tulisannya, masing-masing sendiri."
        raise CaseRefused(f"Kertas yang tidak terbaca belum selesai diketik: {listed}.", todo=todo)


def _waiting(scan: ScanState) -> Sequence[int]:
    return [
        paper.number
        for paper in scan.papers
        if paper.set_aside is None
        and paper.slip.slip_class is SlipClass.UNREADABLE
        and paper.reading is not Reading.AGREED
    ]
