"""The audit made again from an exported folder: every figure recomputed and compared, every change named.

What the record says is never taken for evidence: inputs are hashed, proofs verified, scans replayed, the list, the
order, the risk after each paper and the verdict made anew. What cannot be made again is *not checked*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from epilwu.audit.case import checks, draw, figures, inputs, words
from epilwu.audit.case.acts import FIGURES, ORDER
from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import Answer, BoxScanned, Committed, Concluded, Corrected, OrderPrinted, RiskFigured
from epilwu.audit.case.evidence import Evidence, read_scan
from epilwu.audit.case.log import Entry, read_log
from epilwu.audit.case.record import NAME as RECORD
from epilwu.audit.case.record import render
from epilwu.audit.case.state import Case, fold
from epilwu.audit.case.store import LOG, LOG_LIMIT
from epilwu.audit.finding import Finding
from epilwu.audit.reconcile_report import LIST
from epilwu.audit.verify import Workers
from epilwu.audit.verifying.run import Progress
from epilwu.disk import read_bounded
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status

_AGAIN = "dihitung lagi, sama"


def redo(
    folder: Path, workers: Workers | None, *, head: str | None = None, progress: Progress | None = None
) -> Iterator[Finding]:
    """Make an exported case again, question by question. ``workers`` None: the proofs are not verified again.

    ``head`` is the record's last line's SHA-256 as an auditor wrote it down or as it stands on a signed paper: without
    it nobody can see that the record was replaced by another whole one, and that question stays *not checked*.
    """
    try:
        entries = tuple(read_log(read_bounded(folder / LOG, LOG_LIMIT), where=LOG))
        case = fold(entries)
    except EpilwuError as error:
        yield Finding("chain", "rantai catatan", Status.FAILED, str(error))
        return
    yield Finding("chain", "rantai catatan", Status.PASSED, f"{len(entries)} catatan, satu rantai")
    yield _head(case, head)
    if case.opened is None:
        yield Finding("inputs", "bahan audit", Status.NOT_CHECKED, "kasus ini belum dibuka")
        return
    yield _inputs(folder, case)
    yield from _Again(folder, case, workers, progress).all()


def _head(case: Case, head: str | None) -> Finding:
    name, label = "head", "sidik catatan terakhir"
    if head is None:
        detail = f"bandingkan dengan yang tercetak pada berita acara: {case.head}"
        return Finding(name, label, Status.NOT_CHECKED, detail)
    if head == case.head:
        return Finding(name, label, Status.PASSED, "sama dengan yang dibawa")
    known = [entry.seq + 1 for entry in case.entries if entry.head == head]
    detail = f"sidik yang dibawa milik catatan nomor {known[0]}; sesudahnya ada lagi" if known else "catatan ini lain"
    return Finding(name, label, Status.FAILED, detail)


def _inputs(folder: Path, case: Case) -> Finding:
    found = [f"{each.name} {how}" for each, how in inputs.changed(case.case.inputs, folder / inputs.EVIDENCE)]
    gone = [line for line in found if line.endswith("tidak ada")]
    status = Status.PASSED if not found else Status.NOT_CHECKED if found == gone else Status.FAILED
    return Finding("inputs", "bahan audit", status, "; ".join(found) or f"{len(case.case.inputs)} berkas sama")


class _Again:
    """The figures of one exported folder, each made anew from those before it."""

    def __init__(self, folder: Path, case: Case, workers: Workers | None, progress: Progress | None) -> None:
        self._folder = folder
        self._case = case
        self._workers = workers
        self._progress = progress
        self._evidence: Evidence | None = None

    def all(self) -> Iterator[Finding]:
        """Every question, in the order of the audit."""
        steps: tuple[tuple[str, str, Callable[[], Finding | None]], ...] = (
            ("scans", "pemindaian", self._scans),
            ("verification", "pemeriksaan hitungan", self._verification),
            ("reconciliation", "pencocokan", self._reconciliation),
            ("commitment", "daftar penarikan", self._commitment),
            ("order", "urutan undian", self._order),
            ("risk", "risiko sesudah tiap kertas", self._risk),
            ("verdict", "putusan", self._verdict),
            ("record", "berita acara", self._record),
        )
        for name, label, step in steps:
            try:
                found = step()
            except CaseRefused as error:
                found = Finding(name, label, Status.FAILED, str(error))
            except EpilwuError as error:
                found = Finding(name, label, Status.FAILED, f"tidak dapat dihitung lagi: {error}")
            yield found or Finding(name, label, Status.NOT_CHECKED, "langkah ini tidak ada dalam catatan")

    def _entry(self, kind: type[Any]) -> Entry | None:
        """The newest entry of a kind."""
        return next((entry for entry in reversed(self._case.entries) if isinstance(entry.event, kind)), None)

    def _known(self) -> Evidence:
        if self._evidence is None:
            opened = self._case.case
            material = inputs.material_of(self._folder, root_brought=opened.root_brought)
            stated = (opened.definition, opened.root, opened.region, opened.stations)
            definition = material.definition
            numbers = tuple(station.number for station in definition.stations)
            if stated != (material.definition_hash, material.root_fingerprint, definition.region.text, numbers):
                raise CaseRefused("Bahan ini milik pemilihan lain dari yang dicatat.", where="catatan nomor 1")
            scans = {
                n: read_scan(self._folder, s)
                for s in material.stations
                if (n := s.station.number) in self._case.scanned
            }
            self._evidence = Evidence(material, scans)
        return self._evidence

    def _scans(self) -> Finding | None:
        name, label = "scans", "pemindaian"
        newest = {e.event.station: e for e in self._case.entries if isinstance(e.event, BoxScanned)}
        if not newest:
            return None
        evidence = self._known()
        wrong = []
        for number, entry in sorted(newest.items()):
            assert isinstance(entry.event, BoxScanned)
            again = figures.box_scanned(evidence, number, entry.event.people)
            wrong += _differences(entry, again)
        return _judged(name, label, wrong, f"{len(newest)} kotak dihitung lagi, sama")

    def _verification(self) -> Finding | None:
        name, label = "verification", "pemeriksaan hitungan"
        if self._case.verified is None:
            return None
        if self._workers is None:
            return Finding(name, label, Status.NOT_CHECKED, "bukti tidak diperiksa lagi (--no-verify)")
        brought, definition = self._case.case.root_brought, self._known().material.definition
        found = checks.verify_case(self._folder, root_brought=brought, workers=self._workers, progress=self._progress)
        stated, again = self._case.verified, checks.verified(found, self._folder, definition)
        known = {answer.name: answer for answer in again.answers}
        wrong = [_answer(one, known.get(one.name)) for one in stated.answers if one != known.get(one.name)]
        wrong += [f"{name} tidak dicatat" for name in known if name not in {one.name for one in stated.answers}]
        wrong += [
            f"TPS {a.station}: suara lain" for a, b in zip(stated.stations, again.stations, strict=True) if a != b
        ]
        return _judged(name, label, wrong, f"{len(again.answers)} jawaban sama")

    def _reconciliation(self) -> Finding | None:
        name, label = "reconciliation", "pencocokan"
        stated, checked = self._case.reconciled, self._case.verified
        if stated is None or checked is None:
            return None
        evidence = self._known()
        boxes = figures.reconcile_boxes(evidence, checked)
        wrong = [] if figures.reconciled(boxes, evidence) == stated else ["angkanya lain dari yang dicatat"]
        wrong += self._file(FIGURES, figures.serialise(boxes, evidence))
        wrong += self._file(LIST, figures.behind(boxes, evidence))
        return _judged(name, label, wrong, _AGAIN)

    def _file(self, name: str, again: bytes) -> list[str]:
        """What is wrong with a file that must be exactly what was made again."""
        path = self._folder / name
        if not path.is_file():
            return [f"{name} tidak ada"]
        return [] if read_bounded(path, LOG_LIMIT) == again else [f"{name} berubah"]

    def _commitment(self) -> Finding | None:
        entry = self._entry(Committed)
        if entry is None or self._case.committed is None:
            return None
        again = draw.commitment(self._known(), self._case.committed.limit)
        return _judged("commitment", "daftar penarikan", _differences(entry, again), _AGAIN)

    def _papers(self) -> tuple[tuple[Any, draw.Paper], ...]:
        return draw.order_of(self._case, draw.drawable(self._known()))

    def _order(self) -> Finding | None:
        entry = self._entry(OrderPrinted)
        if entry is None:
            return None
        order = self._papers()
        text = draw.order_text(self._case, order)
        wrong = _differences(entry, draw.printed(self._case, order, hashlib.sha256(text).hexdigest()))
        wrong += self._file(ORDER, text)
        return _judged("order", "urutan undian", wrong, f"{len(order)} kertas, sama")

    def _risk(self) -> Finding | None:
        if self._entry(RiskFigured) is None or self._case.committed is None:
            return None
        papers = [paper for _, paper in self._papers()]
        case, wrong, looked = Case(), list[str](), 0
        track = draw.RiskTrack(self._case.committed, self._case.case.candidates)
        for entry in self._case.entries:
            if isinstance(entry.event, RiskFigured):
                number = entry.event.draw
                final = case.readings.final(number)
                assert final is not None  # the fold saw to it
                track.take(papers[number - 1], final.choice)
                wrong += _differences(entry, track.figures(papers[number - 1]))
                looked += 1
            case.take(entry)
            if isinstance(entry.event, Corrected):
                track = _caught_up(case, self._case.committed, papers)
        return _judged("risk", "risiko sesudah tiap kertas", wrong, f"{looked} angka dihitung lagi, sama")

    def _verdict(self) -> Finding | None:
        entry = self._entry(Concluded)
        if entry is None:
            return None
        assert isinstance(entry.event, Concluded)
        before = fold(self._case.entries[: entry.seq])
        given_up = entry.event.verdict == "not_finished"
        reason = entry.event.words.removeprefix(words.GIVEN_UP) if given_up else ""
        return _judged("verdict", "putusan", _differences(entry, words.verdict(before, reason)), _AGAIN)

    def _record(self) -> Finding | None:
        path = self._folder / RECORD
        if not path.is_file():
            return None
        again = render(self._case, self._known())
        wrong = [] if read_bounded(path, LOG_LIMIT) == again else [f"{RECORD} lain dari yang dihitung lagi"]
        return _judged("record", "berita acara", wrong, "dibuat lagi, sama")


def _answer(stated: Answer, again: Answer | None) -> str:
    if again is None:
        return f"{stated.name}: pemeriksaan ini tidak ada"
    if stated.status != again.status:
        return f"{stated.name}: dicatat {stated.status}, sekarang {again.status}"
    return f"{stated.name}: keterangannya lain"


def _caught_up(case: Case, committed: Committed, papers: list[draw.Paper]) -> draw.RiskTrack:
    """A track over the papers whose figures still stand after a correction."""
    track = draw.RiskTrack(committed, case.case.candidates)
    for risk in case.risks:
        final = case.readings.final(risk.draw)
        assert final is not None
        track.take(papers[risk.draw - 1], final.choice)
    return track


def _differences(entry: Entry, again: object) -> list[str]:
    """Each field of an entry that comes out otherwise, with the entry's number."""
    event: Any = entry.event
    return [
        f"catatan nomor {entry.seq + 1}, {words.KINDS[event.kind]}: {field.name} dicatat"
        f" {_short(getattr(event, field.name))}, seharusnya {_short(getattr(again, field.name))}"
        for field in fields(event)
        if getattr(event, field.name) != getattr(again, field.name)
    ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _judged(name: str, label: str, wrong: list[str], good: str) -> Finding:
    return Finding(name, label, Status.FAILED if wrong else Status.PASSED, "; ".join(wrong[:20]) or good)
