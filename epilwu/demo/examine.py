"""The audit of the demonstration's village, and what the auditors hand back to the tally."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from epilwu.audit.material import load_material
from epilwu.audit.reconcile import StationReconciliation
from epilwu.audit.slips import SlipClass
from epilwu.audit.verify import Workers
from epilwu.audit.village import VillageAudit, audit_village
from epilwu.demo.layout import Layout
from epilwu.election.outcome import Counts
from epilwu.media import published
from epilwu.tally.files import read_bounded
from epilwu.tally.public_state import PaperCounts, PaperStation


def examine(layout: Layout, jobs: int, step: Callable[[int], None]) -> VillageAudit:
    """With nothing but files: the public folder, the auditors' folder, and pictures of the paper in the boxes."""
    material = load_material(layout.public, layout.auditors, read_bounded(layout.setup / published.ROOT, 1 << 16))
    with closing(Workers(jobs)) as workers:
        return audit_village(material, layout.boxes, workers, lambda _what, count: step(count))


def paper_counts(audit: VillageAudit) -> PaperCounts:
    """What the auditors counted, as the file that they hand to the tally."""
    papers = [(station.number, station.reconciliation) for station in audit.stations]
    return PaperCounts(
        definition_hash=audit.material.definition_hash,
        stations=tuple(_paper_station(number, paper) for number, paper in papers if paper is not None),
    )


def _paper_station(number: int, paper: StationReconciliation) -> PaperStation:
    slips = {row.choice: row.slips for row in paper.choices}
    odd = (SlipClass.DUPLICATE, SlipClass.FOREIGN, SlipClass.UNREADABLE)
    return PaperStation(
        number=number,
        slips=Counts(tuple(slips[choice] for choice in sorted(slips) if choice), slips.get(0, 0)),
        odd=sum(paper.classes[kind] for kind in odd),
        missing=paper.missing_total,
    )
