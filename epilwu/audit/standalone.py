"""The verifier as one file to hand out: ``python3 epilwu-verify.pyz [--running] [--epilwu] [--json] FILE.bel...``

The same checks as ``epilwu audit verify``, with nothing but Python's own library and PyNaCl (``build_verifier.py``
packs it). With ``--json`` one canonical JSON object (RFC 8785) is printed, which other programs read strictly. Exit
codes: 0 everything was checked and passed, 1 not so, 2 a file is no archive or the command line is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from epilwu.audit.verify import Outcome, Workers, available_cores, verify_file
from epilwu.protocol.verify_report import Status
from epilwu.trust.canonical import Json, dumps

VERSION = 1
EXIT_NOT_PASSED = 1
EXIT_NO_ARCHIVE = 2
_BLOCK = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the files named in ``arguments`` (those of the process where None); gives the exit code."""
    parser = argparse.ArgumentParser("epilwu-verify", description="Verify E-Pilwu's and Belenios's archives (.bel).")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.bel")
    parser.add_argument("--epilwu", action="store_true", help="demand E-Pilwu's rules, whatever the archive says")
    parser.add_argument("--running", action="store_true", help="accept a board whose last events are still to come")
    parser.add_argument("--json", action="store_true", help="print one JSON object for other programs")
    parser.add_argument("--jobs", type=int, choices=range(1, 65), default=available_cores(), metavar="N")
    asked = parser.parse_intermixed_args(arguments)
    with closing(Workers(asked.jobs)) as workers:
        outcomes = [verify_file(file, workers, strict=asked.epilwu, running=asked.running) for file in asked.files]
    if asked.json:
        listed: list[Json] = [_archive(outcome) for outcome in outcomes]
        sys.stdout.write(dumps({"archives": listed, "version": VERSION}).decode() + "\n")
    else:
        for outcome in outcomes:
            _print(outcome)
    if any(outcome.report is None for outcome in outcomes):
        return EXIT_NO_ARCHIVE
    return 0 if all(outcome.ok for outcome in outcomes) else EXIT_NOT_PASSED


def _archive(outcome: Outcome) -> dict[str, Json]:
    report = outcome.report
    checks: list[Json] = []
    if report is not None:
        checks = [
            {
                "code": check.code or None,
                "detail": check.detail,
                "name": str(check.name),
                "position": check.position,
                "status": str(check.status),
            }
            for check in report.checks
        ]
    result = None if report is None or report.result is None else list(report.result)
    return {
        "ballots": 0 if report is None else report.ballots,
        "checks": checks,
        "file": outcome.file.name,
        "head": None if report is None else report.head,
        "ok": outcome.ok,
        "problem": None if outcome.problem is None else str(outcome.problem),
        "profile": None if report is None else str(report.profile),
        "result": result,
        "sha256": _sha256(outcome.file),
        "uuid": None if report is None else report.uuid,
    }


def _sha256(file: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _print(outcome: Outcome) -> None:
    report = outcome.report
    if report is None:
        print(f"{_plain(str(outcome.file))}: not an archive. {_plain(str(outcome.problem))}")
        return
    print(f"{_plain(str(outcome.file))}: profile {report.profile}, {report.ballots} ballots")
    for check in report.checks:
        place = "" if check.position is None else f" [event {check.position}]"
        print(f"  {check.status:<11} {check.name}: {_plain(check.detail)}{place}")
    for note in report.notes:
        print(f"  Note: {_plain(note.detail)}")
    failed = sum(check.status is not Status.PASSED for check in report.checks)
    print(f"  Everything was checked and passed. Result: {report.result}" if report.ok else f"  NOT PASSED: {failed}")


def _plain(text: str) -> str:
    """Text from a file nobody vouches for, without what would steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


if __name__ == "__main__":
    sys.exit(main())
