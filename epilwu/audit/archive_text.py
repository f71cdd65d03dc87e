"""One board's verification on a terminal and for programs, as ``epilwu audit verify FILE.bel`` gives it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from epilwu.audit.verify import Outcome
from epilwu.audit.verifying.table import archive_kind
from epilwu.audit.words import CHECKS, STATUS, plain
from epilwu.protocol.verify_report import Check, Name, Report, Status
from epilwu.trust.canonical import Json

COLOUR = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_CHECKED: "yellow"}
_NOTES = {
    "not-bound": "pembukaan suara tidak terikat (decryption is not bound): menurut aturan Belenios sendiri, seorang"
    " pemegang kunci bersama pembuat satu surat suara dapat menerbitkan hasil palsu dengan bukti yang tampak benar;"
    " arsip ini tidak memuat apa pun yang menutup kemungkinan itu",
    "replaced": "ada surat suara yang diganti oleh surat suara berikutnya dari kredensial yang sama; yang lama tidak"
    " dihitung",
    "no-definition": "definition.json tidak ada di folder ini: calon, TPS dan aturan tidak dicocokkan dengannya",
    "running": "papan ini belum selesai: yang belum ada tidak diperiksa",
}


def to_json(outcome: Outcome) -> dict[str, Json]:
    """The verification for programs."""
    report = outcome.report
    if report is None:
        problem = outcome.problem
        detail = "" if problem is None else str(problem)
        code = "" if problem is None else problem.code
        checks: list[Json] = [_check_json(Check(Name.ARCHIVE, Status.FAILED, detail, code))]
        return _archive_json(outcome, None, checks)
    return _archive_json(outcome, report, [_check_json(check) for check in report.checks])


def _archive_json(outcome: Outcome, report: Report | None, checks: list[Json]) -> dict[str, Json]:
    result = None if report is None else report.result
    return {
        "file": str(outcome.file),
        "uuid": None if report is None else report.uuid,
        "profile": None if report is None else str(report.profile),
        "ballots": 0 if report is None else report.ballots,
        "result": None if result is None else list(result),
        "checks": checks,
        "ok": outcome.ok,
    }


def _check_json(check: Check) -> Json:
    return {
        "name": str(check.name),
        "status": str(check.status),
        "detail": check.detail,
        "code": check.code or None,
        "position": check.position,
        "number": archive_kind(check.name).number,
    }


def render(outcome: Outcome, lang: str) -> Iterator[str]:
    """The verification's lines."""
    report = outcome.report
    name = plain(str(outcome.file))
    if report is None:
        word = "bukan arsip (not an archive)" if lang == "id" else "not an archive"
        yield f"{name}: {click.style(word, fg='red', bold=True)}"
        yield f"  {plain(str(outcome.problem))}"
        return
    words = "profil {}, {} surat suara" if lang == "id" else "profile {}, {} ballots"
    yield f"{name}: {words.format(report.profile, report.ballots)}"
    for check in report.checks:
        yield _line(check, lang)
    for note in report.notes:
        yield f"  {'Catatan' if lang == 'id' else 'Note'}: {plain(_NOTES[note.code] if lang == 'id' else note.detail)}"
    yield f"  {_verdict(report, lang)}"


def _line(check: Check, lang: str) -> str:
    status = f"{STATUS[check.status]} ({check.status})" if lang == "id" else str(check.status)
    width = 29 if lang == "id" else 11
    label = f"{CHECKS[check.name]} ({check.name})" if lang == "id" else str(check.name)
    where = ""
    if check.position is not None:
        where = f" [{'peristiwa' if lang == 'id' else 'event'} {check.position}, {check.code}]"
    elif check.code:
        where = f" [{check.code}]"
    number = archive_kind(check.name).number
    return (
        f"  {number} {click.style(status.ljust(width), fg=COLOUR[check.status])} {label}: {plain(check.detail)}{where}"
    )


def _verdict(report: Report, lang: str) -> str:
    if report.ok:
        found = ", ".join(map(str, report.result)) if report.result is not None else "-"
        words = (
            "Semua diperiksa dan lulus. Hasil: {}" if lang == "id" else "Everything was checked and passed. Result: {}"
        )
        return click.style(words.format(found), fg="green", bold=True)
    failed = sum(check.status is Status.FAILED for check in report.checks)
    skipped = sum(check.status is Status.NOT_CHECKED for check in report.checks)
    words = "TIDAK LULUS: {} gagal, {} tidak diperiksa." if lang == "id" else "NOT PASSED: {} failed, {} not checked."
    return click.style(words.format(failed, skipped), fg="red", bold=True)
