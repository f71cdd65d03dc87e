"""``epilwu booth standin``: printer and scanner that are none, for trying a booth; loud about it."""

from __future__ import annotations

from pathlib import Path

import click
import waitress

from epilwu.booth.devices import standins
from epilwu.booth.standin.page import HOST, Table, create_page
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.receipt.escpos import PaperWidth

DEFAULT_PORT = 8018


@click.command("standin")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder untuk alat tiruan."
)
@click.option("--paper", type=click.Choice(["58", "80"]), default="58", show_default=True, help="Lebar kertas, mm.")
@click.option("--tear-off", is_flag=True, help="Printer tiruan tanpa pemotong.")
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=DEFAULT_PORT, show_default=True, help="Porta halaman."
)
def standin_command(folder: Path, paper: str, tear_off: bool, port: int) -> None:
    """Printer dan pemindai TIRUAN, untuk mencoba bilik tanpa alat; kertasnya tampak di peramban."""
    folder.mkdir(parents=True, exist_ok=True)
    width = PaperWidth.MM58 if paper == "58" else PaperWidth.MM80
    with (
        PrinterStandIn(folder / "printer", folder / "kertas", width=width, cutter=not tear_off) as printer,
        ScannerStandIn(folder / "pemindai") as scanner,
    ):
        click.secho(standins.warning((("printer", True), ("pemindai", True))), bold=True, reverse=True)
        click.echo(f"  --printer {printer.path} --scanner {scanner.path}")
        click.echo(f"Kertas dan tombol: http://{HOST}:{port}/ (Ctrl+C untuk berhenti).")
        table = Table(printer, scanner)
        waitress.serve(create_page(lambda: table), host=HOST, port=port, ident="")
