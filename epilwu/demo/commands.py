"""``epilwu demo``: one village's election, start to finish."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import waitress
from rich.console import Console

from epilwu.demo.figures import figures_of
from epilwu.demo.run import run_demo
from epilwu.demo.show import Stage
from epilwu.media import published
from epilwu.tally.web import WebConfig, create_app

LEMAHABANG = "32.09.07.2007"


@click.command("demo")
@click.option("--quick", is_flag=True, help="60 surat suara saja, dengan angka yang diperkecil.")
@click.option("--village", default=LEMAHABANG, show_default=True, help="Kode desa.")
@click.option("--serve", is_flag=True, help="Sesudah selesai, tampilkan halaman hasil di peramban.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Untuk --serve.")
@click.option(
    "--papers",
    type=click.IntRange(1024, 65535),
    help="Porta untuk melihat kertas printer tiruan di bilik pertama.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="Folder hasil."
)
def group(*, quick: bool, village: str, serve: bool, port: int, papers: int | None, out: Path) -> None:
    """Peragaan: satu desa dari bilik tersegel sampai hasil yang diaudit."""
    stage = Stage(Console())
    figures = figures_of(village)
    place = figures.village
    stage.note(f"[bold]PERAGAAN[/bold] – Desa {place.village}, Kec. {place.district}, {place.regency}")
    stage.note("Nama calon, jenis kelamin dan antrean pemilih dikarang. Printer dan pemindai adalah TIRUAN.")
    if figures.source is None:
        stage.note("Angka hasil dikarang: untuk desa ini tidak ada angka yang diterbitkan.")
    else:
        stage.note(f"Angka hasil sebagaimana diterbitkan ({figures.source}); suara tidak sah menjadi suara kosong.")
    if papers is not None:
        stage.note(f"Kertas printer TIRUAN bilik pertama, selama pemungutan: http://127.0.0.1:{papers}/kertas")
    finished = run_demo(figures, out, stage, quick=quick, papers=papers)
    names = tuple(candidate.name for candidate in finished.definition.candidates)
    stage.result(names, finished.outcome, finished.audit)
    layout = finished.layout
    stage.paths(
        [
            ("Berita acara panitia", layout.official_record),
            ("Berita acara audit", layout.audit_record),
            ("Hasil desa", layout.public / published.RESULT),
            ("Papan suara, hasil, buku (publik)", layout.public),
            ("Struk dalam kotak audit (gambar)", layout.boxes),
            ("Kertas lain dari bilik (gambar)", layout.out / "3-bilik"),
        ]
    )
    stage.note(f"\nSeluruhnya {stage.seconds:.0f} detik.")
    if not finished.audit.ok:
        sys.exit(1)
    if serve:
        stage.note(f"Halaman hasil: http://127.0.0.1:{port}/desa/{village}/ (berhenti dengan Ctrl-C)")
        waitress.serve(create_app(WebConfig((layout.public,))), host="127.0.0.1", port=port, ident="epilwu")
