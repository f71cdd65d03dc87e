"""``epilwu audit reconcile``: a village's whole audit from two folders and the pictures of its paper."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from epilwu.audit import reconcile_report, record, report, report_text
from epilwu.audit.material import load_material, read_file
from epilwu.audit.verify import Workers, available_cores
from epilwu.audit.village import Progress as Told
from epilwu.audit.village import VillageAudit, audit_village, count_pictures
from epilwu.audit.words import plain
from epilwu.disk import write_private, write_public
from epilwu.errors import EpilwuError
from epilwu.media import paper_counts

EXIT_NOT_PASSED = 1
EXIT_NO_MATERIAL = 2


@click.command("reconcile")
@click.option("--public", type=click.Path(path_type=Path), required=True, help="Folder yang diterbitkan untuk umum.")
@click.option("--auditors", type=click.Path(path_type=Path), required=True, help="Folder untuk auditor.")
@click.option("--papers", type=click.Path(path_type=Path), help="Folder per kotak, TPS01, TPS02 …: gambar atau sesi.")
@click.option("--root", type=click.Path(path_type=Path), help="Sertifikat akar yang Anda terima dari kabupaten.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder untuk berita acara audit (PDF), audit.json, paper.json."
)
@click.option(
    "--list",
    "list_file",
    type=click.Path(path_type=Path),
    help="Berkas daftar struk di balik tiap angka. Hanya untuk auditor: memuat tanda struk.",
)
@click.option("--json", "as_json", is_flag=True, help="Keluaran untuk program lain (isi audit.json).")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
@click.pass_context
def reconcile_command(
    ctx: click.Context,
    *,
    public: Path,
    auditors: Path,
    papers: Path | None,
    root: Path | None,
    out: Path | None,
    list_file: Path | None,
    as_json: bool,
    jobs: int | None,
) -> None:
    """Audit satu desa: bukti, papan, hasil yang diumumkan, struk kertas dan pembukuan.

    Status akhir 0 hanya bila semua diperiksa dan lulus; 1 bila ada yang gagal atau tidak diperiksa; 2 bila bahan audit
    tidak ada, tidak terbaca atau bukan bahan pemilihan ini.
    """
    try:
        material = load_material(public, auditors, None if root is None else read_file(root))
        boxes = count_pictures(material, papers)
    except EpilwuError as error:
        click.echo(plain(str(error)), err=True)
        ctx.exit(EXIT_NO_MATERIAL)
    with closing(Workers(jobs or available_cores())) as workers, _progress(len(material.stations), boxes) as told:
        audit = audit_village(material, papers, workers, told)
    found = report.serialise(audit)
    click.echo(found if as_json else "\n".join(report_text.render(audit)))
    if out is not None:
        for path in write_records(audit, out):
            click.echo(f"Ditulis: {path}", err=True)
    if list_file is not None:
        papers_in = [station.reconciliation for station in audit.stations if station.reconciliation is not None]
        write_private(list_file, reconcile_report.list_json(material.definition_hash, papers_in))
        click.echo(f"Ditulis: {list_file}", err=True)
    ctx.exit(exit_code(audit))


def exit_code(audit: VillageAudit) -> int:
    """0 only if every question was answered, and well; 2 where a board is no archive."""
    if any(station.archive.report is None for station in audit.stations):
        return EXIT_NO_MATERIAL
    return 0 if audit.ok else EXIT_NOT_PASSED


def write_records(audit: VillageAudit, folder: Path) -> tuple[Path, ...]:
    """Write ``audit.json``, the record to sign and, where boxes were opened, ``paper.json`` into ``folder``.

    Returns their paths. Raises ``FileTrouble``.
    """
    files = {report.NAME: report.serialise(audit), record.NAME: record.audit_record(audit)}
    if (counted := report.paper_counts(audit)) is not None:
        files[paper_counts.NAME] = counted.serialise()
    for name, data in files.items():
        write_public(folder / name, data)
    return tuple(folder / name for name in files)


@contextmanager
def _progress(stations: int, slips: int) -> Iterator[Told]:
    """Two bars on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _what, _count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {
            "archive": bars.add_task("Papan suara diperiksa", total=stations),
            "slip": bars.add_task("Struk dibaca", total=slips),
        }
        yield lambda what, count: bars.advance(tasks[what], count)
