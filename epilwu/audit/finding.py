"""What the audit answers: a finding for each question, and how several become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.protocol.verify_report import Status


@dataclass(frozen=True, slots=True)
class Finding:
    """One question with its answer and what was seen, in Indonesian. ``name`` is stable for programs."""

    name: str
    label: str
    status: Status
    detail: str


def worst(name: str, label: str, findings: Sequence[Finding]) -> Finding:
    """Several answers as one: one failure fails, one open question leaves all open. No answers at all are no pass."""
    for status in (Status.FAILED, Status.NOT_CHECKED):
        found = [f"{f.label}: {f.detail}" for f in findings if f.status is status]
        if found:
            return Finding(name, label, status, "; ".join(found))
    if not findings:
        return Finding(name, label, Status.NOT_CHECKED, "tidak ada yang diperiksa")
    return Finding(name, label, Status.PASSED, f"{len(findings)} pemeriksaan lulus")
