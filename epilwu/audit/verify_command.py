"""``epilwu audit verify``: boards, publish folders, reports, sticks; for people or for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from epilwu.audit import archive_text
from epilwu.audit.material import read_file
from epilwu.audit.spread import open_workers
from epilwu.audit.verify import Outcome, Workers, verify_file
from epilwu.audit.verifying import as_html, as_json, as_pdf, as_text
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.given import EXIT_NOTHING, Given, exit_code, sort_paths
from epilwu.audit.verifying.logs import Kept
from epilwu.audit.verifying.run import Asked, Verification, of_boards, verify_paths, verify_reports
from epilwu.audit.verifying.view import view
from epilwu.audit.words import plain
from epilwu.disk import write_public
from epilwu.trust.canonical import Json
from epilwu.trust.note import VerifierKey

_PATH = click.Path(path_type=Path)


@click.command("verify")
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="BERKAS|MAP…")
@click.option("--root", type=_PATH, help="Sertifikat akar kabupaten yang Anda terima sendiri.")
@click.option("--fingerprint", metavar="SIDIK", help="Sidik (SHA-256) akar yang diumumkan, sebagai ganti --root.")
@click.option("--since", type=_PATH, help="Checkpoint catatan server yang Anda simpan dari dulu.")
@click.option("--proof", type=_PATH, help="Bukti pertumbuhan catatan, bila daftar sidiknya tidak ada.")
@click.option("--witness", "witnesses", metavar="KUNCI", multiple=True, help="Kunci saksi catatan; boleh berulang.")
@click.option("--epilwu", "strict", is_flag=True, help="Tuntut aturan E-Pilwu, juga untuk arsip lain.")
@click.option("--running", is_flag=True, help="Terima papan yang belum selesai; periksa yang sudah ada.")
@click.option("--json", "as_program", is_flag=True, help="Keluaran untuk program lain.")
@click.option("--html", "html", type=_PATH, metavar="BERKAS", help="Tulis laporan sebagai satu berkas HTML.")
@click.option("--pdf", "pdf", type=_PATH, metavar="BERKAS", help="Tulis laporan untuk ditandatangani (PDF).")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
@click.option("--dask", metavar="ALAMAT", help="Periksa di kluster Dask yang sudah ada, mis. tcp://10.0.0.5:8786.")
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Bahasa keluaran.")
@click.pass_context
def verify_command(  # noqa: PLR0917 - one option, one argument
    ctx: click.Context,
    paths: tuple[Path, ...],
    root: Path | None,
    fingerprint: str | None,
    since: Path | None,
    proof: Path | None,
    witnesses: tuple[str, ...],
    strict: bool,
    running: bool,
    as_program: bool,
    html: Path | None,
    pdf: Path | None,
    jobs: int | None,
    dask: str | None,
    lang: str,
) -> None:
    """Periksa papan suara, map yang diterbitkan, laporan bilik, atau media berisi apa saja dari semua itu.

    Berkas dikenal dari isinya, bukan namanya. Satu papan (.bel) diperiksa dengan berkas di sebelahnya; sebuah map
    diperiksa seluruhnya, dengan nomor pemeriksaan menurut docs/checks.md.

    Status akhir 0 hanya bila semua diperiksa dan lulus; 1 bila ada yang gagal atau tidak diperiksa; 2 bila sebuah
    berkas tidak ada atau tidak ada yang dapat diperiksa.
    """
    brought = Brought(None if root is None else read_file(root), None if fingerprint is None else _digits(fingerprint))
    keys = tuple(VerifierKey.parse(text, where="--witness") for text in witnesses)
    kept = Kept(None if since is None else read_file(since), None if proof is None else read_file(proof), keys)
    given, show = sort_paths(paths), None if as_program else click.echo
    with open_workers(jobs, dask) as workers:
        outcomes = list(_boards(given.boards, workers, show, lang, strict=strict, running=running))
        whole = _whole(given, Asked(brought, kept, running=running), workers)
    code = exit_code(outcomes, [] if whole is None else [whole])
    if as_program:
        click.echo(json.dumps(_json(outcomes, whole, ok=code == 0), indent=1, ensure_ascii=False))
    if whole is not None and show is not None and code == EXIT_NOTHING:
        show(f"{', '.join(plain(str(path)) for path in paths)}: {view(whole, lang).words.nothing}")
    elif whole is not None and show is not None:
        seen, colours = view(whole, lang), archive_text.COLOUR
        lines = as_text.lines(seen, lambda text, status: click.style(text, fg=colours[status], bold=True))
        show("\n".join(lines))
    _write(whole or of_boards(outcomes), lang, html, pdf)
    ctx.exit(code)


def _boards(
    files: Sequence[Path],
    workers: Workers,
    show: Callable[[str], None] | None,
    lang: str,
    *,
    strict: bool,
    running: bool,
) -> Iterator[Outcome]:
    """Boards by themselves, each shown as soon as it is verified."""
    for file in files:
        with _progress(file) as progress:
            outcome = verify_file(file, workers, strict=strict, running=running, progress=progress)
        if show is not None:
            show("\n".join(archive_text.render(outcome, lang)))
        yield outcome


def _whole(given: Given, asked: Asked, workers: Workers) -> Verification | None:
    """Reports by themselves, or everything that was given together."""
    if given.together:
        return _together(given.together, asked, workers)
    return verify_reports(given.reports, asked) if given.reports else None


def _file(path: Path | None) -> bytes | None:
    return None if path is None else read_file(path)


def _digits(text: str) -> str:
    return "".join(text.split()).lower().replace(":", "")


def _together(paths: Sequence[Path], asked: Asked, workers: Workers) -> Verification:
    if not sys.stderr.isatty():
        return verify_paths(paths, asked, workers)
    with _bar() as bar:
        tasks: dict[Path, Callable[[int], None]] = {}

        def tell(path: Path, offset: int) -> None:
            if path not in tasks:
                task = bar.add_task(plain(path.name), total=path.stat().st_size)
                tasks[path] = lambda done: bar.update(task, completed=done)
            tasks[path](offset)

        return verify_paths(paths, asked, workers, tell)


def _write(verification: Verification, lang: str, html: Path | None, pdf: Path | None) -> None:
    """Page and paper, as far as they were asked for."""
    if html is not None:
        write_public(html, as_html.render(view(verification, lang)).encode())
    if pdf is not None:
        write_public(pdf, as_pdf.render(view(verification, lang)))


def _json(outcomes: Sequence[Outcome], whole: Verification | None, *, ok: bool) -> dict[str, Json]:
    archives = [*outcomes, *(() if whole is None else whole.archives)]
    return {
        "archives": [archive_text.to_json(outcome) for outcome in archives],
        "checks": [] if whole is None else as_json.checks(whole),
        "villages": [] if whole is None else as_json.villages(whole),
        "not_used": [] if whole is None else [str(path) for path in whole.not_used],
        "ok": ok,
        "version": 2,
    }


def _bar() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None] | None]:
    """A bar on standard error, on a terminal only."""
    if not sys.stderr.isatty() or not file.is_file():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task(plain(file.name), total=file.stat().st_size)
        yield lambda offset: bar.update(task, completed=offset)
