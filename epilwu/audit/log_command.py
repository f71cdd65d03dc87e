"""``epilwu audit log``: an export of the server's audit log, alone or in the folder that was published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from epilwu.audit.log import LogReport, check_log
from epilwu.audit.log_files import read_material
from epilwu.audit.log_words import QUESTIONS, LogCheck
from epilwu.audit.words import STATUS, grouped, plain
from epilwu.protocol.canonical import Json
from epilwu.protocol.verify_report import Status
from epilwu.trust.note import VerifierKey

EXIT_NOT_PASSED = 1
_COLOUR = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_CHECKED: "yellow"}
_PATH = click.Path(path_type=Path)


@click.command("log")
@click.argument("path", type=_PATH, metavar="BERKAS|MAP")
@click.option("--checkpoint", type=_PATH, help="Checkpoint (bawaan: berkas “checkpoint” di map yang sama).")
@click.option("--since", type=_PATH, help="Checkpoint yang Anda simpan dari dulu.")
@click.option("--proof", type=_PATH, help="Bukti pertumbuhan, bila daftar sidik catatan tidak ada.")
@click.option("--root", type=_PATH, help="Sertifikat akar kabupaten yang sudah Anda cocokkan sidiknya.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Hari pemilihan, bila definition.json tidak ada.")
@click.option("--key", metavar="KUNCI", help="Kunci pemeriksa catatan (nama+sidik+kunci) sebagai ganti --root.")
@click.option("--witness", "witnesses", metavar="KUNCI", multiple=True, help="Kunci saksi catatan; boleh berulang.")
@click.option("--json", "as_json", is_flag=True, help="Keluaran untuk program lain.")
@click.pass_context
def log_command(
    ctx: click.Context,
    *,
    path: Path,
    checkpoint: Path | None,
    since: Path | None,
    proof: Path | None,
    root: Path | None,
    date: datetime | None,
    key: str | None,
    witnesses: tuple[str, ...],
    as_json: bool,
) -> None:
    """Periksa catatan server: rantai, akar, tanda tangan, dan bahwa ia hanya bertambah.

    Yang diperiksa: berkas log.jsonl (isi catatan), log.leaves (sidiknya), atau map yang memuatnya bersama
    “checkpoint”. Status akhir 0 hanya bila semua diperiksa dan lulus.
    """
    material = read_material(
        path,
        checkpoint=checkpoint,
        kept=since,
        growth=proof,
        root=root,
        day=None if date is None else date.date(),
        key=None if key is None else VerifierKey.parse(key, where="--key"),
        witnesses=tuple(VerifierKey.parse(text, where="--witness") for text in witnesses),
    )
    report = check_log(material)
    if as_json:
        click.echo(json.dumps(to_json(report), indent=1))
    else:
        click.echo("\n".join(_lines(path, report)))
    ctx.exit(0 if report.ok else EXIT_NOT_PASSED)


def to_json(report: LogReport) -> dict[str, Json]:
    """The report for programs."""
    head = report.head
    return {
        "checks": [_check_json(check) for check in report.checks],
        "head": None if head is None else {"origin": head.origin, "root": head.root.hex(), "size": head.size},
        "notes": list(report.notes),
        "ok": report.ok,
    }


def _check_json(check: LogCheck) -> Json:
    return {
        "name": str(check.name),
        "status": str(check.status),
        "detail": check.detail,
        "code": check.code or None,
    }


def _lines(path: Path, report: LogReport) -> Iterator[str]:
    yield plain(str(path))
    if report.head is not None:
        yield f"  Nama:    {plain(report.head.origin)}, {report.head.size} catatan"
        yield f"  Akar:    {grouped(report.head.root.hex())}"
    for check in report.checks:
        word = f"{STATUS[check.status]} ({check.status})".ljust(29)
        code = f" [{check.code}]" if check.code else ""
        yield f"  {click.style(word, fg=_COLOUR[check.status])} {QUESTIONS[check.name]}: {plain(check.detail)}{code}"
    for note in report.notes:
        yield f"  Perhatikan: {plain(note)}"
    yield f"  {_verdict(report)}"


def _verdict(report: LogReport) -> str:
    failures = sum(check.status is Status.FAILED for check in report.checks)
    left = sum(check.status is Status.NOT_CHECKED for check in report.checks)
    if not failures and not left:
        return click.style("Semua diperiksa dan lulus.", fg="green", bold=True)
    return click.style(f"TIDAK LULUS: {failures} gagal, {left} tidak diperiksa.", fg="red", bold=True)
