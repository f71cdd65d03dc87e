"""``epilwu desk``: the station's desk at the end of the day."""

from __future__ import annotations

from pathlib import Path

import click

from epilwu.desk.book_file import DeskKey, write_book_file
from epilwu.desk.count import DeskCount
from epilwu.terminal import asks_secret

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_COUNT = click.IntRange(0, 100_000)


@click.group("desk")
def group() -> None:
    """Meja TPS: daftar hadir, kartu token, dan buku meja."""


@group.command("book")
@click.option("--definition", "definition_file", type=_FILE, required=True, help="definition.json dari panitia.")
@click.option("--station", type=click.IntRange(1, 99), required=True, help="Nomor TPS.")
@click.option("--keys", type=_FOLDER, required=True, help="Media meja: TPS01-desk.key dan TPS01-desk.pem.")
@click.option("--received", type=_COUNT, prompt="Kartu token diterima")
@click.option("--men", type=_COUNT, prompt="Hadir laki-laki")
@click.option("--women", type=_COUNT, prompt="Hadir perempuan")
@click.option("--handed", type=_COUNT, prompt="Kartu token diserahkan")
@click.option("--spoiled", type=_COUNT, prompt="Kartu token rusak")
@click.option("--roll", type=_COUNT, nargs=2, default=None, help="DPT laki-laki dan perempuan, bila ada di meja.")
@click.option("--out", type=_FOLDER, required=True, help="Media laporan.")
@asks_secret("code", "Kode pembuka meja")
def book_command(
    *,
    definition_file: Path,
    station: int,
    keys: Path,
    code: str,
    received: int,
    men: int,
    women: int,
    handed: int,
    spoiled: int,
    roll: tuple[int, int] | None,
    out: Path,
) -> None:
    """Tulis dan tandatangani buku meja TPS."""
    count = DeskCount(received=received, men=men, women=women, handed=handed, spoiled=spoiled)
    path = write_book_file(count, definition_file, DeskKey(station, keys, code), out, roll=roll)
    click.echo(f"Buku meja ditulis dan dibaca ulang: {path}")
    if count.attendance != count.handed:
        click.echo(f"Perhatian: hadir {count.attendance}, kartu diserahkan {count.handed}. Catat sebabnya.", err=True)
    if count.unused < 0:
        click.echo("Perhatian: kartu diserahkan dan rusak lebih banyak daripada yang diterima.", err=True)
