"""The demonstration's page of papers: there while a booth's day lasts, and gone with it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.demo.polling import PollingDay, _page
from epilwu.receipt.blocks import Layout, Text
from epilwu.receipt.escpos import PaperWidth, render


def _day(base: Path, page: int | None) -> PollingDay:
    moment = datetime(2023, 10, 22, tzinfo=UTC)
    return PollingDay(
        station=3, booth=2, package=base, root=base, pins={}, votes=(), folder=base, second=base, medium=base, box=base,
        papers=base / "kertas", opening=moment, closing=moment, page=page,
    )  # fmt: skip


def test_the_paper_is_shown_though_the_voter_has_taken_it(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}/kertas"
    with PrinterStandIn(tmp_path / "printer", tmp_path / "kertas") as paper, ScannerStandIn(tmp_path / "gun") as gun:
        with _page(_day(tmp_path, port), paper, gun):
            printer = EscPosPrinter(PrinterSettings(str(paper.path)))
            printer.print(render(Layout("uji", (Text("Halo"),)), PaperWidth.MM58))
            printer.close()
            assert paper.last_paper is not None
            paper.last_paper.rename(tmp_path / "kotak.png")
            shown = urlopen(url).read().decode()
            assert "PRINTER TIRUAN" in shown and "TPS 03 · Bilik 2" in shown
            picture = urlopen(f"{url}/{paper.last_paper.name}").read()
            assert picture == (tmp_path / "kotak.png").read_bytes()
        with pytest.raises(OSError):
            urlopen(url)
        with _page(_day(tmp_path, None), paper, gun), pytest.raises(OSError):
            urlopen(url)
