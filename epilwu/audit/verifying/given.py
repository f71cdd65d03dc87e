"""What the paths on a command line ask for, and the exit status of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.verify import Outcome
from epilwu.audit.verifying.run import Verification
from epilwu.audit.verifying.sorting import Sort, sort_file
from epilwu.protocol.verify_report import Status

EXIT_NOT_PASSED = 1
EXIT_NOTHING = 2


@dataclass(frozen=True, slots=True)
class Given:
    """Boards and reports by themselves, or everything in folders together."""

    boards: tuple[Path, ...]
    reports: tuple[Path, ...]
    together: tuple[Path, ...]


def sort_paths(paths: Sequence[Path]) -> Given:
    """Boards alone are verified one by one, reports alone by themselves; whatever else asks for all of it together."""
    boards, reports, together = [], [], []
    for path in paths:
        sort = Sort.ARCHIVE
        if path.is_file():
            with suppress(OSError):  # what cannot be read is reported where boards are
                sort = sort_file(path).sort
        if path.is_dir() or sort not in (Sort.ARCHIVE, Sort.BROKEN, Sort.OTHER, Sort.REPORT):
            together.append(path)
        elif sort is Sort.REPORT:
            reports.append(path)
        else:
            boards.append(path)
    if not together:
        return Given(tuple(boards), tuple(reports), ())
    gone = tuple(path for path in boards if not path.is_file())
    return Given(gone, (), tuple(path for path in paths if path not in gone))


def exit_code(outcomes: Sequence[Outcome], whole: Sequence[Verification] = ()) -> int:
    """0 only if everything was verified to its end and passed; 2 where something could not be verified at all."""
    empty = [verification for verification in whole if not (verification.villages or _anything(verification))]
    if any(outcome.report is None for outcome in outcomes) or empty or not (outcomes or whole):
        return EXIT_NOTHING
    passed = all(outcome.ok for outcome in outcomes) and all(verification.ok for verification in whole)
    return 0 if passed else EXIT_NOT_PASSED


def _anything(verification: Verification) -> bool:
    """Whether there was anything of an election at all."""
    looked_at = [result for result in verification.general if result.kind.name != "files"]
    return any(r.status is not Status.NOT_CHECKED for r in looked_at) or any(
        result.status is Status.FAILED for result in verification.general
    )
