"""Figures made from evidence: the reconciliation of all boxes, as objects for people and as bytes to compare. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from epilwu.audit.case.events import BoxScanned, Reconciled, Verified
from epilwu.audit.case.evidence import Evidence
from epilwu.audit.reconcile import (
    ODD_PAPERS,
    StationReconciliation,
    VillageReconciliation,
    reconcile_station,
    reconcile_village,
)
from epilwu.audit.reconcile_report import differences_json, list_json, paper_json, village_json
from epilwu.audit.scan.box import booth_books
from epilwu.audit.slips import SlipClass
from epilwu.trust.canonical import Json, dumps

Boxes = Mapping[int, StationReconciliation]


def reconcile_boxes(evidence: Evidence, verified: Verified) -> Boxes:
    """Every scanned box beside its station's proven result and books, by station."""
    votes = {row.station: row.votes for row in verified.stations}
    found = {}
    for number in sorted(evidence.scans):
        station = evidence.station(number)
        slips = evidence.slips(number)
        found[number] = reconcile_station(
            station.register, votes.get(number), station.books, slips, booth_books=booth_books(station)
        )
    return found


def together(boxes: Boxes, evidence: Evidence) -> VillageReconciliation:
    """All stations added up; figures are None while a box was not scanned."""
    stations = ((s.station.number, s.books, boxes.get(s.station.number)) for s in evidence.material.stations)
    return reconcile_village(stations)


def serialise(boxes: Boxes, evidence: Evidence) -> bytes:
    """The reconciliation's figures, canonical: counts only, no slip's identity."""
    stations: list[Json] = [_station(box) for _, box in sorted(boxes.items())]
    return dumps({"stations": stations, "together": village_json(together(boxes, evidence)), "version": 1})


def behind(boxes: Boxes, evidence: Evidence) -> bytes:
    """The list of papers behind every number (``daftar-cocokkan.json``), for auditors alone."""
    return list_json(evidence.material.definition_hash, (box for _, box in sorted(boxes.items())))


def reconciled(boxes: Boxes, evidence: Evidence) -> Reconciled:
    """The entry for a reconciliation."""
    digest = hashlib.sha256(serialise(boxes, evidence)).hexdigest()
    differences = sum(len(box.differences) for box in boxes.values())
    return Reconciled(digest, differences, sum(len(box.open_questions) for box in boxes.values()))


def box_scanned(evidence: Evidence, number: int, people: tuple[str, ...]) -> BoxScanned:
    """The entry for a box that was scanned to its end."""
    scan = evidence.scans[number]
    classes = scan.classes()
    return BoxScanned(
        station=number,
        scan=scan.head,
        counted=classes[SlipClass.COUNTED],
        duplicate=classes[SlipClass.DUPLICATE],
        void=classes[SlipClass.VOID],
        foreign=classes[SlipClass.FOREIGN],
        unreadable=classes[SlipClass.UNREADABLE],
        people=people,
    )


def _station(box: StationReconciliation) -> Json:
    missing: list[Json] = [{"booth": booth, "slips": count} for booth, count in sorted(box.missing.items())]
    odd: list[Json] = [
        {"class": str(slip.slip_class), "place": slip.place, "reason": slip.reason}
        for slip in box.slips
        if slip.slip_class in ODD_PAPERS
    ]
    return {
        **paper_json(box),
        "classes": {str(kind): box.classes[kind] for kind in SlipClass},
        "differences": differences_json(box.books.differences),
        "missing": missing,
        "odd": odd,
        "station": box.station,
    }
