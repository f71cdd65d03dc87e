"""The numbered checks of a verification as the case's record has them: one answer a check, whatever it looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import Answer, StationVotes, Verified
from epilwu.audit.case.inputs import AUDITORS, EVIDENCE, PUBLIC, ROOT
from epilwu.audit.material import read_file
from epilwu.audit.verify import Workers
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.result import Change, CheckResult
from epilwu.audit.verifying.run import Asked, Progress, Verification, verify_paths
from epilwu.audit.verifying.table import KINDS
from epilwu.audit.words import plain
from epilwu.election.definition import Definition
from epilwu.protocol.verify_report import Status

DETAIL_LIMIT = 4_000
_CHANGES = {
    Change.COULD: "hasil pemilihan dapat berubah karenanya",
    Change.CANNOT: "hasil pemilihan tidak dapat berubah karenanya",
    Change.UNKNOWN: "belum jelas apakah hasil pemilihan dapat berubah",
}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """An answer with its check's number and title, for people."""

    number: int
    title: str
    status: str
    detail: str


def verify_case(case: Path, *, root_brought: bool, workers: Workers, progress: Progress | None = None) -> Verification:
    """Make every check on the case's own copy of the evidence. Raises ``MaterialRefused``."""
    folder = case / EVIDENCE
    brought = Brought(root=read_file(folder / ROOT)) if root_brought else Brought()
    return verify_paths([folder / PUBLIC, folder / AUDITORS], Asked(brought), workers, progress)


def verified(verification: Verification, case: Path, definition: Definition) -> Verified:
    """The entry for a verification of the village of ``definition``; raise ``CaseRefused`` where it is not there."""
    village = next((v for v in verification.villages if v.files.region == definition.region.text), None)
    if village is None:
        raise CaseRefused("Desa ini tidak ditemukan di antara bahannya.", todo="Periksa jawaban epilwu audit verify.")
    votes = []
    for station in definition.stations:
        board = village.boards.get(station.number)
        counts = None if board is None else board.counts
        blank = () if counts is None or not definition.blank else (counts.blank,)
        votes.append(StationVotes(station.number, None if counts is None else (*blank, *counts.candidates)))
    return Verified(tuple(_answers(verification.results, str(case / EVIDENCE))), tuple(votes))


def rows(answers: Iterable[Answer]) -> list[CheckRow]:
    """Answers for people, in the order of numbers; a check that this program does not know keeps its name."""
    found = []
    for answer in answers:
        kind = KINDS.get(answer.name)
        number, title = (0, answer.name) if kind is None else (kind.number, kind.title.id)
        found.append(CheckRow(number, title, answer.status, answer.detail))
    return sorted(found, key=lambda row: row.number)


def _answers(results: tuple[CheckResult, ...], folder: str) -> Iterator[Answer]:
    for name, kind in KINDS.items():
        of_kind = [result for result in results if result.kind.name == name]
        if not of_kind:
            continue
        worst = next(
            s for s in (Status.FAILED, Status.NOT_CHECKED, Status.PASSED) if any(r.status is s for r in of_kind)
        )
        told = [_told(result) for result in of_kind if result.status is worst]
        if worst is Status.PASSED and len(told) > 1:
            told = [f"{len(told)} hal diperiksa"]
        if worst is Status.FAILED:
            told.append(kind.means.id)
        detail = " ".join(plain("; ".join(told)).replace(f"{folder}/", "").split())
        yield Answer(name, str(worst), detail if len(detail) <= DETAIL_LIMIT else f"{detail[: DETAIL_LIMIT - 1]}…")


def _told(result: CheckResult) -> str:
    label = result.subject.label()
    words = f"{label}: {result.detail.id}" if label else result.detail.id
    if result.status is Status.FAILED and result.change is not None:
        words += f" ({_CHANGES[result.change]})"
    return words
