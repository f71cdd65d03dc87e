"""One folder from which the whole audit can be made again: the record, the evidence, the scans, what was printed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from epilwu.audit.case.acts import FIGURES, ORDER, Acts
from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.evidence import ENTRIES, scan_entries, scan_folder
from epilwu.audit.case.inputs import EVIDENCE, copy_in
from epilwu.audit.case.record import NAME as RECORD
from epilwu.audit.case.record import case_record
from epilwu.audit.case.store import LOG, LOG_LIMIT
from epilwu.audit.reconcile_report import LIST
from epilwu.disk import read_bounded, write_private

SMALL: Final = 64 << 20
"""Larger files of the evidence go along as hashes alone; whoever makes the audit again lays them beside the others."""


def export(acts: Acts, target: Path) -> tuple[str, ...]:
    """Write the case to ``target``, a folder that is empty or not there; return the names left out as too large.

    Raises ``CaseRefused`` or ``FileTrouble``.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CaseRefused("Folder ekspor tidak kosong.", where=str(target), todo="Pilih nama folder yang baru.")
    case = acts.case
    opened, record = case.case, case_record(acts)  # refuses changed evidence before anything is written
    evidence = acts.folder / EVIDENCE
    small = [each for each in opened.inputs if each.size <= SMALL]
    copied = copy_in(((each.name, evidence / each.name) for each in small), target)
    if list(copied) != small:
        raise CaseRefused("Bahan kasus berubah.", where=str(evidence), todo="Pakai salinan kasus yang utuh.")
    for number in sorted(case.boxes):
        if scan_folder(acts.folder, number).is_dir():
            lines = b"".join(line + b"\n" for line in scan_entries(acts.folder, number))
            write_private(scan_folder(target, number) / ENTRIES, lines)
    for name in (FIGURES, LIST, ORDER):
        if (acts.folder / name).is_file():
            write_private(target / name, read_bounded(acts.folder / name, LOG_LIMIT))
    write_private(target / RECORD, record)
    write_private(target / LOG, read_bounded(acts.folder / LOG, LOG_LIMIT))
    return tuple(each.name for each in opened.inputs if each.size > SMALL)
