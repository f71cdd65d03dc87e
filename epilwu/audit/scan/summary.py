"""Where a session stands, and its JSON. Pure.

``ringkasan.json`` is canonical JSON (RFC 8785); a figure that is not known is null, never 0::

    {"version": 1, "station", "uuid", "definition", "register": SHA-256 over the station's registers,
     "box", "order", "people": [names], "opened_at", "entries": how many, "head": SHA-256 of the last entry,
     "complete": every bundle counted by hand and equal, every unreadable paper read alike by two people,
     "text": "not checked": reading QR codes is reconciliation, not an audit of what voters read,
     "papers": how many count, "classes": {counted, duplicate, void, foreign, unreadable},
     "bundles": [{"bundle", "scanned", "closed", "by_hand", "counted_by", "difference": by hand less scanned}],
     "readings": {none, one, different, agreed: [paper numbers]} of unreadable papers,
     "corrections": [{"paper" or "bundle", "people": [two names], "reason", "at"}]}

``daftar-kertas.json`` lists every paper ever entered, those set aside among them; it is for auditors alone::

    {"version": 1, "station", "uuid", "papers": [{"paper", "bundle", "source", "picture", "class", "reason",
      "booth", "code": short code, "id": slip id (hex), "choice": only of counted papers, "set_aside": bool,
      "typed": [{"reader", "choice", "code", "at"}], "fate": null|known|duplicate|void|unknown of the typed code}]}
"""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.audit.scan.events import BundleReopened, Opened, PaperSetAside
from epilwu.audit.scan.state import Bundle, Paper, ScanState, place_of
from epilwu.audit.scan.typed import Reading, code_of
from epilwu.audit.slips import SlipClass, TypedSlip
from epilwu.audit.words import plain
from epilwu.trust.canonical import Json, dumps

SUMMARY = "ringkasan.json"
LIST = "daftar-kertas.json"


@dataclass(frozen=True, slots=True)
class Summary:
    """Where a session stands: papers by class, bundles, unreadable papers by how far their reading is, corrections."""

    opened: Opened
    classes: dict[SlipClass, int]
    bundles: tuple[Bundle, ...]
    current_bundle: int
    readings: dict[Reading, tuple[int, ...]]
    corrections: tuple[PaperSetAside | BundleReopened, ...]
    entries: int
    head: str

    @property
    def papers(self) -> int:
        """Papers that count."""
        return sum(self.classes.values())

    @property
    def unsettled_bundles(self) -> tuple[Bundle, ...]:
        """Bundles that are open, were not counted by hand, or whose count differs."""
        return tuple(bundle for bundle in self.bundles if not bundle.settled)

    @property
    def complete(self) -> bool:
        """Whether every bundle's count by hand agrees and every unreadable paper was read alike by two people."""
        waiting = any(self.readings[kind] for kind in Reading if kind is not Reading.AGREED)
        return not waiting and not self.unsettled_bundles and bool(self.bundles)


def summarise(state: ScanState) -> Summary:
    """Where ``state`` stands."""
    assert state.opened is not None
    readings: dict[Reading, list[int]] = {kind: [] for kind in Reading}
    for paper in state.papers:
        if paper.set_aside is None and paper.slip.slip_class is SlipClass.UNREADABLE:
            readings[paper.reading].append(paper.number)
    return Summary(
        opened=state.opened,
        classes=state.classes(),
        bundles=state.bundles,
        current_bundle=state.current_bundle,
        readings={kind: tuple(numbers) for kind, numbers in readings.items()},
        corrections=tuple(state.corrections),
        entries=state.size,
        head=state.head,
    )


def summary_json(summary: Summary) -> bytes:
    """``ringkasan.json``'s bytes."""
    opened = summary.opened
    bundles: list[Json] = [
        {
            "bundle": bundle.number,
            "scanned": bundle.scanned,
            "closed": bundle.closed,
            "by_hand": bundle.by_hand,
            "counted_by": bundle.counted_by or None,
            "difference": bundle.difference,
        }
        for bundle in summary.bundles
    ]
    return dumps(
        {
            "version": 1,
            "station": opened.station,
            "uuid": opened.uuid,
            "definition": opened.definition,
            "register": opened.register,
            "box": opened.box,
            "order": opened.order,
            "people": list(opened.people),
            "opened_at": opened.at,
            "entries": summary.entries,
            "head": summary.head,
            "complete": summary.complete,
            "text": "not checked",
            "papers": summary.papers,
            "classes": {str(kind): number for kind, number in summary.classes.items()},
            "bundles": bundles,
            "readings": {str(kind): list(numbers) for kind, numbers in summary.readings.items()},
            "corrections": [_correction(event) for event in summary.corrections],
        }
    )


def list_json(state: ScanState) -> bytes:
    """``daftar-kertas.json``'s bytes."""
    assert state.opened is not None
    fates = {slip.place: slip.typed for slip in state.slips()}
    papers: list[Json] = [_paper(paper, fates) for paper in state.papers]
    return dumps({"version": 1, "station": state.opened.station, "uuid": state.opened.uuid, "papers": papers})


def _correction(event: PaperSetAside | BundleReopened) -> Json:
    what = {"paper": event.paper} if isinstance(event, PaperSetAside) else {"bundle": event.bundle}
    return {**what, "people": list(event.people), "reason": event.reason, "at": event.at}


def _paper(paper: Paper, fates: dict[str, TypedSlip | None]) -> Json:
    slip = paper.slip
    typed = None if paper.set_aside is not None else fates.get(place_of(paper.seen))
    return {
        "paper": paper.number,
        "bundle": paper.seen.bundle,
        "source": str(paper.seen.source),
        "picture": plain(paper.seen.picture) or None,
        "class": str(slip.slip_class),
        "reason": slip.reason,
        "booth": slip.booth,
        "code": None if slip.id is None else code_of(slip.id),
        "id": None if slip.id is None else slip.id.hex(),
        "choice": slip.choice,
        "set_aside": paper.set_aside is not None,
        "typed": [{"reader": e.reader, "choice": e.choice, "code": e.code, "at": e.at} for e in paper.entries],
        "fate": None if typed is None else str(typed.fate),
    }
