"""``epilwu demo``: one village's election, start to finish."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from epilwu.demo.figures import figures_of
from epilwu.demo.run import run_demo
from epilwu.demo.show import Stage

LEMAHABANG = "32.09.07.2007"


@click.command("demo")
@click.option("--quick", is_flag=True, help="60 surat suara saja, dengan angka yang diperkecil.")
@click.option("--village", "code", default=LEMAHABANG, show_default=True, help="Kode desa.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True, help="Folder hasil."
)
def group(quick: bool, code: str, out: Path) -> None:
    """Peragaan: satu desa dari bilik tersegel sampai hasil yang diaudit."""
    stage = Stage(Console())
    figures = figures_of(code)
    village = figures.village
    stage.note(f"[bold]PERAGAAN[/bold] – Desa {village.village}, Kec. {village.district}, {village.regency}")
    stage.note("Nama calon, jenis kelamin dan antrean pemilih dikarang. Printer dan pemindai adalah TIRUAN.")
    if figures.source is None:
        stage.note("Angka hasil dikarang: untuk desa ini tidak ada angka yang diterbitkan.")
    else:
        stage.note(f"Angka hasil sebagaimana diterbitkan ({figures.source}); suara tidak sah menjadi suara kosong.")
    finished = run_demo(figures, out, stage, quick=quick)
    names = tuple(candidate.name for candidate in finished.definition.candidates)
    stage.result(names, finished.outcome, finished.audit)
    layout = finished.layout
    stage.paths(
        [
            ("Hasil dan papan suara (publik)", layout.public),
            ("Struk dalam kotak audit (gambar)", layout.boxes),
        ]
    )
    stage.note(f"\nSeluruhnya {stage.seconds:.0f} detik.")
    if not finished.audit.ok:
        sys.exit(1)
