"""The verifier as one file to hand out: ``python3 epilwu-verify.pyz [options] PATH...``

The same checks as ``epilwu audit verify``, with nothing but Python's own library (``build_verifier.py`` packs it).
Where PyNaCl and cryptography are installed they do the arithmetic; where not, plain Python does, some ten times as
slowly, and says so. With ``--json`` one canonical JSON object (RFC 8785) is printed, which other programs read
strictly: version 1 for boards alone, version 2 for folders and reports. Exit codes: 0 everything was checked and
passed, 1 not so, 2 a file is nothing that can be verified or the command line is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from nacl import bindings

from epilwu.audit.plain_text import plain
from epilwu.audit.verify import Outcome, Workers, available_cores, verify_file
from epilwu.audit.verifying import as_html, as_json, as_text
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.given import Given, exit_code, sort_paths
from epilwu.audit.verifying.logs import Kept
from epilwu.audit.verifying.run import Asked, Verification, verify_paths, verify_reports
from epilwu.audit.verifying.view import view
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status
from epilwu.trust.canonical import Json, dumps
from epilwu.trust.note import VerifierKey

VERSION = 1
VERSION_TOGETHER = 2
EXIT_NO_ARCHIVE = 2
_BLOCK = 1 << 20
SLOW = (
    "PERINGATAN: PyNaCl tidak terpasang. Hitungan dilakukan Python sendiri, sekitar sepuluh kali lebih LAMBAT.\n"
    "WARNING: PyNaCl is not installed. Python does the arithmetic itself, some ten times as SLOWLY.\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the paths named in ``arguments`` (those of the process where None); gives the exit code."""
    asked = _parser().parse_intermixed_args(arguments)
    if getattr(bindings, "IS_PLAIN", False):
        sys.stderr.write(SLOW)
    given = sort_paths(asked.paths)
    try:
        brought = _asked(asked)
        with closing(Workers(asked.jobs)) as workers:
            outcomes = [verify_file(f, workers, strict=asked.epilwu, running=asked.running) for f in given.boards]
            whole = _whole(given, brought, workers)
    except (EpilwuError, OSError) as error:
        sys.stderr.write(f"{plain(str(error))}\n")
        return EXIT_NO_ARCHIVE
    code = exit_code(outcomes, [] if whole is None else [whole])
    if asked.json:
        sys.stdout.write(dumps(_json(outcomes, whole)).decode() + "\n")
    else:
        _show(outcomes, whole, asked.lang)
    if asked.html is not None and whole is not None:
        asked.html.write_text(as_html.render(view(whole, asked.lang)), "utf-8")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("epilwu-verify", description="Verify E-Pilwu's elections and Belenios's archives.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="boards (.bel), reports (.epr), folders")
    parser.add_argument("--root", type=Path, help="the regency's root certificate as you got it yourself")
    parser.add_argument("--fingerprint", help="the root's published SHA-256, in place of --root")
    parser.add_argument("--since", type=Path, help="a checkpoint of the server's log that you kept")
    parser.add_argument("--proof", type=Path, help="a proof of the log's growth since then")
    parser.add_argument("--witness", action="append", default=[], metavar="KEY", help="key of a witness of the log")
    parser.add_argument("--epilwu", action="store_true", help="demand E-Pilwu's rules, whatever the archive says")
    parser.add_argument("--running", action="store_true", help="accept a board whose last events are still to come")
    parser.add_argument("--json", action="store_true", help="print one JSON object for other programs")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a report on folders as a page")
    parser.add_argument("--lang", choices=("id", "en"), default="en", help="language of reports on folders")
    parser.add_argument("--jobs", type=int, choices=range(1, 65), default=available_cores(), metavar="N")
    return parser


def _asked(asked: argparse.Namespace) -> Asked:
    root, since, proof = (
        None if path is None else path.read_bytes() for path in (asked.root, asked.since, asked.proof)
    )
    fingerprint = None if asked.fingerprint is None else "".join(asked.fingerprint.lower().replace(":", "").split())
    witnesses = tuple(VerifierKey.parse(text, where="--witness") for text in asked.witness)
    return Asked(Brought(root, fingerprint), Kept(since, proof, witnesses), running=asked.running)


def _whole(given: Given, asked: Asked, workers: Workers) -> Verification | None:
    if given.together:
        return verify_paths(given.together, asked, workers)
    return verify_reports(given.reports, asked) if given.reports else None


def _json(outcomes: Sequence[Outcome], whole: Verification | None) -> dict[str, Json]:
    archives: list[Json] = [_archive(outcome) for outcome in (*outcomes, *(whole.archives if whole else ()))]
    if whole is None:
        return {"archives": archives, "version": VERSION}
    return {
        "archives": archives,
        "checks": as_json.checks(whole),
        "ok": whole.ok and all(outcome.ok for outcome in outcomes),
        "version": VERSION_TOGETHER,
        "villages": as_json.villages(whole),
    }


def _show(outcomes: Sequence[Outcome], whole: Verification | None, lang: str) -> None:
    for outcome in outcomes:
        _print(outcome)
    if whole is not None:
        print("\n".join(as_text.lines(view(whole, lang))))


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
        print(f"{plain(str(outcome.file))}: not an archive. {plain(str(outcome.problem))}")
        return
    print(f"{plain(str(outcome.file))}: profile {report.profile}, {report.ballots} ballots")
    for check in report.checks:
        place = "" if check.position is None else f" [event {check.position}]"
        print(f"  {check.status:<11} {check.name}: {plain(check.detail)}{place}")
    for note in report.notes:
        print(f"  Note: {plain(note.detail)}")
    failed = sum(check.status is not Status.PASSED for check in report.checks)
    print(f"  Everything was checked and passed. Result: {report.result}" if report.ok else f"  NOT PASSED: {failed}")


if __name__ == "__main__":
    sys.exit(main())
