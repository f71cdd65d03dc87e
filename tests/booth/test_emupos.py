"""A second opinion on our printing: a booth's whole day on emupos, somebody else's printer emulator.

It reads ESC/POS by Epson's reference with its own eyes, on its own pseudo-terminal, and draws what it understood.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import zxingcpp
from booth_samples import AFTERNOON, Polling, make_village, temporary
from PIL import Image

from epilwu.booth.closing import close_booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.opening import start_booth
from epilwu.booth.setup import Settings
from epilwu.booth.states import Cause, Halted, Idle, PrintTrouble, Reading
from epilwu.receipt.escpos import PaperWidth
from epilwu.receipt.report_code import parse_report
from epilwu.receipt.slip import parse_slip, verify_slip

EMUPOS = Path(__file__).parents[2] / ".peers" / "bin" / "emupos"
pytestmark = [
    pytest.mark.peer,
    pytest.mark.slow,
    pytest.mark.skipif(not EMUPOS.exists(), reason="emupos is not on this machine (make peers fetches it)"),
]
PATIENCE = 30.0

PROFILE = """\
type: printer
name: a receipt printer of {dots} dots
dpi: 203
width_dots: {dots}
font_a: {{ width: 12, height: 24 }}
font_b: {{ width: 9, height: 17 }}
code_pages: {{ 0: PC437 }}
default_code_page: 0
drawer_sensor_open_level: high
serial: {{ baud: 115200, data_bits: 8, parity: none, stop_bits: 1 }}
"""
CONFIG = """\
schema: 1
api: {{ port: {port} }}
devices:
  - id: kertas
    type: printer
    profile: ./profil.yaml
    connections: [{{ serial: {{ pty: true, link: kertas }} }}]
"""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emupos with one printer; ``path`` is its serial device."""

    path: Path
    papers: Path
    api: str

    def fault(self, name: str, *, active: bool) -> None:
        url = f"{self.api}/devices/kertas/faults/{name}"
        with urllib.request.urlopen(urllib.request.Request(url, method="PUT" if active else "DELETE")) as answer:
            assert answer.status == 204

    def receipts(self) -> list[tuple[str, list[str]]]:
        """Every paper so far: what stands on it in letters, and the codes that are read from its picture."""
        found = []
        for meta in self.papers.glob("*.json"):
            assert json.loads(meta.read_text())["boundary"] == "cut"
            with Image.open(meta.with_suffix(".png")) as picture:
                codes = [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]
            found.append((meta.with_suffix(".txt").read_text("utf-8"), codes))
        return found

    def one(self, words: str) -> tuple[str, list[str]]:
        """The one paper that says ``words``."""
        (paper,) = [paper for paper in self.receipts() if words in paper[0]]
        return paper


@contextmanager
def running_emupos(base: Path, width: PaperWidth) -> Iterator[Emulator]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (base / "profil.yaml").write_text(PROFILE.format(dots=width.dots))
    (base / "emupos.yaml").write_text(CONFIG.format(port=port))
    link = base / "emupos" / "kertas"
    with (base / "emupos.out").open("wb") as out:
        process = subprocess.Popen(
            [EMUPOS, "run", "--config", "emupos.yaml"],
            cwd=base, env={**os.environ, "TMPDIR": str(base)}, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + PATIENCE
            while not link.exists():
                assert process.poll() is None and time.monotonic() < deadline, (base / "emupos.out").read_text()
                time.sleep(0.05)
            yield Emulator(link, base / "receipts", f"http://127.0.0.1:{port}/api/v1")
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def _printer(emulator: Emulator) -> EscPosPrinter:
    """emupos knows no DLE DC4 function 8, as many printers do not."""
    return EscPosPrinter(PrinterSettings(str(emulator.path), answers_clear=False, reply_timeout=3.0))


@pytest.mark.parametrize("rehearsal", [False, True])
@pytest.mark.parametrize("width", list(PaperWidth))
def test_a_whole_day_is_read_back_from_its_pictures(base: Path, width: PaperWidth, rehearsal: bool) -> None:
    village = make_village(tokens=3, rehearsal=rehearsal)
    polling = Polling(base, village, settings=Settings(paper=width, tracker_slips=True))
    stick = base / "stick"
    stick.mkdir()
    with running_emupos(base, width) as emulator:
        printer = _printer(emulator)
        hall = polling.hall(printer=printer)
        booth = start_booth(village.setup, hall)
        for token, choice in zip(village.tokens, (3, 0), strict=False):
            booth.scan(token.text)
            booth.choose(choice)
            booth.confirm()
            booth.print_slip()
            assert isinstance(booth.state, Reading)
            booth.slip_right()
            booth.print_tracker()
            booth.finish()
        polling.moment = AFTERNOON
        close_booth(booth, hall, stick)
        printer.close()
        deadline = time.monotonic() + PATIENCE
        while len(emulator.receipts()) < 6 and time.monotonic() < deadline:
            time.sleep(0.1)
        papers = emulator.receipts()
        assert len(papers) == 6, "opening report, two slips, two trackers, closing report"
        setup, trackers = village.setup, {row.tracker for row in booth.ledger.store.ballots()}
        opening, codes = emulator.one("CETAK NOL")
        assert not codes and "Surat suara" in opening
        for words, choice in (("CALON TIGA", 3), ("PILIHAN KOSONG", 0)):
            text, (code,) = emulator.one(words)
            payload = verify_slip(parse_slip(code), setup.certificate.public_key)
            assert payload.choice == choice
            assert str(choice or "KOSONG") in [line.strip() for line in text.splitlines()]
        found = [codes for text, codes in papers if "BUKTI MEMILIH" in text]
        assert {code for codes in found for code in codes} == trackers and len(found) == 2
        _, (code,) = emulator.one("CETAK PENUTUPAN")
        assert parse_report(code).figures.ballots == 2
        assert all(("BUKAN PEMILIHAN" in text) is rehearsal for text, _ in papers)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("paper-near-end", PrinterState.PAPER_LOW),
        ("paper-out", PrinterState.PAPER_OUT),
        ("cover-open", PrinterState.COVER_OPEN),
        ("offline", PrinterState.OFFLINE),
    ],
)
def test_the_emulators_faults_are_told_apart(base: Path, fault: str, state: PrinterState) -> None:
    with running_emupos(base, PaperWidth.MM58) as emulator:
        printer = _printer(emulator)
        assert printer.status() is PrinterState.READY
        emulator.fault(fault, active=True)
        assert printer.status() is state
        emulator.fault(fault, active=False)
        assert printer.status() is PrinterState.READY
        printer.close()


def test_a_voter_whose_paper_ends_gets_a_new_slip(base: Path) -> None:
    village = make_village(tokens=2)
    polling = Polling(base, village)
    with running_emupos(base, PaperWidth.MM58) as emulator:
        printer = _printer(emulator)
        booth = start_booth(village.setup, polling.hall(printer=printer))
        booth.scan(village.tokens[0].text)
        booth.choose(2)
        booth.confirm()
        emulator.fault("paper-out", active=True)
        booth.print_slip()
        assert booth.state == PrintTrouble(2, "paper-out")
        emulator.fault("paper-out", active=False)
        booth.check_devices()
        booth.confirm()
        booth.print_slip()
        assert isinstance(booth.state, Reading)
        booth.slip_right()
        booth.finish()
        emulator.fault("cover-open", active=True)
        booth.check_devices()
        assert booth.state == Halted(Cause.PRINTER, None, "cover-open")
        emulator.fault("cover-open", active=False)
        booth.check_devices()
        assert isinstance(booth.state, Idle)
        counts = booth.ledger.store.counts()
        assert (counts.ballots, counts.slips_void) == (1, 1)
        printer.close()
