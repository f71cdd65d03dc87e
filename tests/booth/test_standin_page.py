"""The page of the stand-ins: loud, shows the paper that came out, and does what a hand would do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, make_village, temporary
from click.testing import CliRunner
from flask.testing import FlaskClient
from test_printer import slip

from epilwu.booth import status
from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.devices.scanner import SerialScanner
from epilwu.booth.devices.standins import stands_in, warning
from epilwu.booth.opening import start_booth
from epilwu.booth.standin.page import Table, create_page
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.run import standin_command
from epilwu.booth.standin.scanner import ScannerStandIn


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    with (
        PrinterStandIn(tmp_path / "printer", tmp_path / "kertas") as printer,
        ScannerStandIn(tmp_path / "cards") as gun,
    ):
        yield Table(printer, gun, "TPS 01 · Bilik 1")


@pytest.fixture
def page(table: Table) -> FlaskClient:
    return create_page(lambda: table).test_client()


def test_the_page_is_loud_and_shows_the_last_paper_alone(page: FlaskClient, table: Table) -> None:
    text = page.get("/").get_data(as_text=True)
    assert "PRINTER TIRUAN · PEMINDAI TIRUAN" in text and "Belum ada kertas." in text
    printer = EscPosPrinter(PrinterSettings(str(table.printer.path)))
    names = []
    for choice in (1, 2):
        printer.print(slip(choice)[1])
        assert table.printer.last_paper is not None
        names.append(table.printer.last_paper.name)
    printer.close()
    text = page.get("/").get_data(as_text=True)
    assert names[1] in text and names[0] not in text
    watched = page.get("/kertas").get_data(as_text=True)
    assert names[1] in watched and "refresh" in watched and "PRINTER TIRUAN" in watched and "refresh" not in text
    assert page.get(f"/kertas/{names[1]}").mimetype == "image/png"
    assert page.get(f"/kertas/{names[0]}").status_code == 404
    assert page.get("/kertas/..%2f..%2fetc").status_code == 404


@pytest.mark.parametrize(
    ("act", "state"),
    [("habis", "paper-out"), ("hampir", "paper-low"), ("buka", "cover-open"), ("macet", "error"), ("diam", "silent"),
     ("cabut", "silent"), ("gulungan", "ready")],
)  # fmt: skip
def test_a_hand_on_the_printer(page: FlaskClient, table: Table, act: str, state: str) -> None:
    printer = EscPosPrinter(PrinterSettings(str(table.printer.path), reply_timeout=0.2))
    assert page.post("/", data={"act": act}).status_code == 303
    assert printer.status().value == state
    for mend in ("gulungan", "tutup", "nyala", "pasang"):
        page.post("/", data={"act": mend})
    assert printer.status().value == "ready"
    printer.close()


def test_a_card_is_scanned_and_nothing_else_is_done(page: FlaskClient, table: Table) -> None:
    scanner = SerialScanner(str(table.scanner.path))
    assert scanner.read(0) is None
    page.post("/", data={"act": "pindai", "kartu": " 5kPFq-9XJtR "})
    assert scanner.read(1) == "5kPFq-9XJtR"
    page.post("/", data={"act": "pindai", "kartu": " "})
    page.post("/", data={"act": "apa saja"})
    assert scanner.read(0.05) is None
    scanner.close()


def test_other_hosts_and_other_pages_are_refused(page: FlaskClient) -> None:
    assert page.get("/", base_url="http://jahat.example").status_code == 403
    assert page.post("/", data={"act": "habis"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_page_without_devices_says_so() -> None:
    empty = create_page(lambda: None).test_client()
    assert "Tidak ada alat" in empty.get("/").get_data(as_text=True)
    assert empty.get("/kertas/x.png").status_code == 404
    assert empty.post("/", data={"act": "habis"}).status_code == 303


def test_a_stand_in_cannot_hide(table: Table, tmp_path: Path) -> None:
    alias = tmp_path / "epilwu-printer"
    alias.symlink_to(table.printer.path)
    assert stands_in(str(table.printer.path)) and stands_in(str(alias))
    assert not stands_in(os.devnull) and not stands_in(str(tmp_path / "nothing"))
    assert warning((("printer", True), ("pemindai", False))) == "PRINTER TIRUAN – BUKAN UNTUK PEMILIHAN"
    assert warning((("printer", False),)) == ""


def test_the_status_page_says_that_the_printer_is_one(table: Table) -> None:
    village = make_village(tokens=1)
    with temporary() as name:
        printer = EscPosPrinter(PrinterSettings(str(table.printer.path)))
        booth = start_booth(village.setup, Polling(Path(name), village).hall(printer=printer))
        assert "PRINTER TIRUAN" in status.printer_in_words(booth)
        booth.ledger.store.close()
        printer.close()


def test_the_command_says_it_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("epilwu.booth.standin.run.waitress.serve", lambda *_a, **_k: None)
    done = CliRunner().invoke(standin_command, ["--folder", str(tmp_path / "tiruan")])
    assert done.exit_code == 0
    assert done.output.startswith("PRINTER DAN PEMINDAI TIRUAN – BUKAN UNTUK PEMILIHAN")
