"""The audit of the demonstration's village."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from epilwu.audit.material import load_material
from epilwu.audit.verify import Workers
from epilwu.audit.village import VillageAudit, audit_village
from epilwu.demo.layout import Layout
from epilwu.disk import read_bounded
from epilwu.media import published


def examine(layout: Layout, jobs: int, step: Callable[[int], None]) -> VillageAudit:
    """With nothing but files: the public folder, the auditors' folder, and pictures of the paper in the boxes."""
    material = load_material(layout.public, layout.auditors, read_bounded(layout.setup / published.ROOT, 1 << 16))
    with closing(Workers(jobs)) as workers:
        return audit_village(material, layout.boxes, workers, lambda _what, count: step(count))
