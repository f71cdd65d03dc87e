"""``epilwu audit verify``: a line for each check, for people or for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from epilwu.audit.spread import open_workers
from epilwu.audit.verify import Outcome, verify_file
from epilwu.audit.words import CHECKS, STATUS, plain
from epilwu.protocol.canonical import Json
from epilwu.protocol.verify_report import Check, Name, Report, Status

EXIT_NOT_PASSED = 1
EXIT_NO_ARCHIVE = 2

_COLOUR = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_CHECKED: "yellow"}
_NOTES = {
    "not-bound": "pembukaan suara tidak terikat (decryption is not bound): menurut aturan Belenios sendiri, seorang"
    " pemegang kunci bersama pembuat satu surat suara dapat menerbitkan hasil palsu dengan bukti yang tampak benar;"
    " arsip ini tidak memuat apa pun yang menutup kemungkinan itu",
    "replaced": "ada surat suara yang diganti oleh surat suara berikutnya dari kredensial yang sama; yang lama tidak"
    " dihitung",
    "no-definition": "definition.json tidak ada di folder ini: calon, TPS dan aturan tidak dicocokkan dengannya",
    "running": "papan ini belum selesai: yang belum ada tidak diperiksa",
}


@click.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE.bel…")
@click.option("--epilwu", "strict", is_flag=True, help="Tuntut aturan E-Pilwu, juga untuk arsip lain.")
@click.option("--running", is_flag=True, help="Terima papan yang belum selesai; periksa yang sudah ada.")
@click.option("--json", "as_json", is_flag=True, help="Keluaran untuk program lain.")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
@click.option("--dask", metavar="ALAMAT", help="Periksa di kluster Dask yang sudah ada, mis. tcp://10.0.0.5:8786.")
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Bahasa keluaran.")
@click.pass_context
def verify_command(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    strict: bool,
    running: bool,
    as_json: bool,
    jobs: int | None,
    dask: str | None,
    lang: str,
) -> None:
    """Periksa arsip suara: setiap bukti, setiap catatan, dan hasilnya.

    Status akhir 0 hanya bila semua diperiksa dan lulus; 1 bila ada yang gagal atau tidak diperiksa; 2 bila sebuah
    berkas bukan arsip. `<uuid>.decryption.json` dan `definition.json` di folder yang sama ikut diperiksa.
    """
    outcomes: list[Outcome] = []
    with open_workers(jobs, dask) as workers:
        for file in files:
            with _progress(file) as progress:
                outcome = verify_file(file, workers, strict=strict, running=running, progress=progress)
            outcomes.append(outcome)
            if not as_json:
                click.echo("\n".join(_render(outcome, lang)))
    if as_json:
        click.echo(json.dumps({"archives": [_to_json(outcome) for outcome in outcomes]}, indent=1))
    ctx.exit(exit_code(outcomes))


def exit_code(outcomes: list[Outcome]) -> int:
    """0 only if every file was verified to its end and passed."""
    if any(outcome.report is None for outcome in outcomes):
        return EXIT_NO_ARCHIVE
    return 0 if outcomes and all(outcome.ok for outcome in outcomes) else EXIT_NOT_PASSED


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error, on a terminal only."""
    if not sys.stderr.isatty() or not file.is_file():
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(plain(file.name), total=file.stat().st_size)
        yield lambda offset: bar.update(task, completed=offset)


def _to_json(outcome: Outcome) -> dict[str, Json]:
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
    }


def _render(outcome: Outcome, lang: str) -> Iterator[str]:
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
    return f"  {click.style(status.ljust(width), fg=_COLOUR[check.status])} {label}: {plain(check.detail)}{where}"


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
