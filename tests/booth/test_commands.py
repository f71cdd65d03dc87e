"""The command line, with the stand-ins: open, serve (killed and started again), status, close."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from booth_samples import PINS, TWO, Village, make_village, temporary
from click.testing import CliRunner, Result

from epilwu.booth.commands import group
from epilwu.booth.errors import OtherMachine
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.errors import EpilwuError
from epilwu.media import station_report
from epilwu.trust.certificates import WESTERN_TIME

TYPED = "".join(f"{number}\n{pin}\n" for number, pin in TWO.items())


@dataclass(frozen=True, slots=True)
class Hall:
    base: Path
    village: Village
    paper: PrinterStandIn
    cards: ScannerStandIn

    def options(self, command: str, *more: str) -> list[str]:
        return [
            command, "--package", str(self.base / "paket.epb"), "--root", str(self.base / "root.pem"),
            "--folder", str(self.base / "satu"), "--second", str(self.base / "dua"), "--same-device",
            "--printer", str(self.paper.path), *more,
        ]  # fmt: skip

    def run(self, command: str, *more: str, pins: str = TYPED) -> Result:
        return CliRunner().invoke(group, self.options(command, *more), input=pins)


@pytest.fixture
def hall() -> Iterator[Hall]:
    with temporary() as name:
        base = Path(name)
        village = make_village(tokens=3, day=datetime.now(WESTERN_TIME).replace(microsecond=0))
        (base / "paket.epb").write_bytes(village.package_bytes)
        (base / "root.pem").write_bytes(village.root_pem)
        for folder in ("satu", "dua", "stik"):
            (base / folder).mkdir()
        with (
            PrinterStandIn(base / "ttyPrinter", base / "kertas") as paper,
            ScannerStandIn(base / "ttyScanner") as cards,
        ):
            yield Hall(base, village, paper, cards)


def test_open_status_close(hall: Hall) -> None:
    opened = hall.run("open")
    assert opened.exit_code == 0, opened.output
    head = re.search(r"Kepala jurnal: ([0-9a-f]{64})", opened.output)
    assert head is not None and not any(pin in opened.output for pin in PINS.values())
    assert len(hall.paper.papers()) == 1
    twice = hall.run("open")
    assert twice.exit_code != 0 and isinstance(twice.exception, EpilwuError)
    status = hall.run("status")
    assert status.exit_code == 0 and "terbuka" in status.output and head[1] in status.output
    closed = hall.run("close", "--early", "--copies", "2", "--medium", str(hall.base / "stik"))
    assert closed.exit_code == 0 and "lolos pemeriksaan" in closed.output
    assert len(hall.paper.papers()) == 3
    assert "sudah ditutup" in hall.run("status").output
    assert hall.run("open").exit_code != 0


def test_a_spare_takes_over_from_the_command_line(hall: Hall) -> None:
    for name in ("A", "B"):
        named = CliRunner().invoke(group, ["device", str(hall.base / name)])
        assert named.exit_code == 0 and "Nomor perangkat: BLK-" in named.output
    again = CliRunner().invoke(group, ["device", str(hall.base / "A")])
    assert isinstance(again.exception, OtherMachine)
    unnamed = hall.run("open", "--device-id", str(hall.base / "tidak-ada"))
    assert isinstance(unnamed.exception, OtherMachine)
    assert hall.run("open", "--device-id", str(hall.base / "A")).exit_code == 0
    (hall.base / "satu").rename(hall.base / "mati")
    (hall.base / "satu").mkdir()
    refused = hall.run("takeover", "--device-id", str(hall.base / "B"), pins=TYPED + "n\n")
    assert refused.exit_code == 1 and not list((hall.base / "satu").glob("booth.db"))
    taken = hall.run("takeover", "--device-id", str(hall.base / "B"), pins=TYPED + "y\n")
    assert taken.exit_code == 0 and "0 suara tercatat" in taken.output and "melanjutkan bilik ini" in taken.output
    other = hall.run("close", "--early", "--medium", str(hall.base / "stik"), "--device-id", str(hall.base / "A"))
    assert isinstance(other.exception, OtherMachine)
    closed = hall.run("close", "--early", "--medium", str(hall.base / "stik"), "--device-id", str(hall.base / "B"))
    assert closed.exit_code == 0, closed.output


def test_a_wrong_code_or_a_silent_printer_opens_nothing(hall: Hall) -> None:
    assert hall.run("open", pins=f"1\n{PINS[1]}\n2\n{PINS[3]}\n").exit_code != 0
    hall.paper.set(silent=True)
    refused = hall.run("open")
    assert refused.exit_code != 0 and "tidak menjawab" in str(refused.exception)
    hall.paper.switch_off_and_on()
    assert hall.run("open").exit_code == 0


class _Service:
    """``epilwu booth serve`` as a process of its own."""

    def __init__(self, hall: Hall) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}/"
        options = hall.options("serve", "--scanner", str(hall.cards.path), "--port", str(port))
        program = "import sys; from epilwu.booth.commands import group; group(sys.argv[1:])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for which, (number, pin) in zip(("pertama", "kedua"), TWO.items(), strict=True):
            self.sees(f"petugas {which}")
            urlopen(self.url, data=urlencode({"act": "pin", "officer": number, "pin": pin}).encode()).read()

    def sees(self, words: str) -> str:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.stdout and self.process.stdout.read().decode()
            try:
                page = urlopen(self.url).read().decode()
            except OSError:
                page = ""
            if words in page:
                return str(page)
            time.sleep(0.05)
        raise AssertionError(f"never saw {words!r}")

    def touch(self, act: str, words: str) -> None:
        turn = re.search(r'name="turn" value="([^"]+)"', self.sees(words))
        assert turn is not None
        urlopen(self.url, data=urlencode({"act": act, "turn": turn[1]}).encode()).read()

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(how)
        output, _ = self.process.communicate(timeout=70)
        return self.process.returncode, output.decode()


def _vote(service: _Service, hall: Hall, token: str) -> None:
    service.sees("Selamat datang.")
    hall.cards.scan(token)
    service.touch("pilih-2", "Pilih satu calon kuwu.")
    service.touch("cetak", "Apakah Anda yakin")
    service.sees("Apakah nomor dan namanya benar?")


@pytest.mark.slow
def test_serve_is_killed_and_goes_on(hall: Hall) -> None:
    assert hall.run("open").exit_code == 0
    service = _Service(hall)
    service.touch("petugas-lanjut", "Bilik menyala kembali.")
    _vote(service, hall, hall.village.tokens[0].text)
    service.touch("benar", "Apakah nomor dan namanya benar?")
    service.sees("Suara Anda sudah tercatat.")
    assert service.end(signal.SIGKILL)[0] == -signal.SIGKILL
    service = _Service(hall)
    service.touch("petugas-lanjut", "Suara Anda SUDAH tercatat.")
    _vote(service, hall, hall.village.tokens[1].text)
    assert service.end(signal.SIGKILL)[0] == -signal.SIGKILL
    service = _Service(hall)
    service.touch("petugas-lanjut", "Suara Anda BELUM tercatat.")
    _vote(service, hall, hall.village.tokens[1].text)
    service.touch("benar", "Apakah nomor dan namanya benar?")
    service.sees("Suara Anda sudah tercatat.")
    busy = hall.run("status")
    assert busy.exit_code != 0 and "sedang dijalankan" in str(busy.exception)
    code, output = service.end(signal.SIGTERM)
    assert code == 0, output
    for token in hall.village.tokens:
        assert token.text not in output
    assert not any(pin in output for pin in PINS.values())
    assert "pilih" not in output  # no request of a voter's is logged
    closed = hall.run("close", "--early", "--medium", str(hall.base / "stik"))
    assert closed.exit_code == 0, closed.output
    (path,) = (hall.base / "stik").iterdir()
    report = station_report.read(path.read_bytes(), hall.village.root_pem, hall.village.setup.definition.day)
    figures = report.report
    assert (figures.ballots, figures.slips_void, figures.restarts) == (2, 1, 3)
