"""The stand-in printer: strict about what it is sent, loud about what it is, silent about who came first."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.standin.commands import Misunderstood, next_command
from epilwu.booth.standin.paper import Paper
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.receipt import escpos
from epilwu.receipt.blocks import Feed, Layout, Text
from epilwu.receipt.escpos import PaperWidth, render

HELLO = render(Layout("test", (Text("Halo"),)), PaperWidth.MM58)


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[PrinterStandIn]:
    with PrinterStandIn(tmp_path / "printer", tmp_path / "papers") as made:
        yield made


def send(standin: PrinterStandIn, data: bytes) -> None:
    port = os.open(standin.path, os.O_RDWR | os.O_NOCTTY)
    os.write(port, data)
    time.sleep(0.05)
    os.close(port)


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b!\x00",  # ESC !: not ours
        b"\x1bE\x02",
        b"\x1ba\x02",
        b"\x1d!\x77",
        b"\x1dVA\x00",
        b"\x1dr\x02",
        b"\x1d(k",
        b"\x1dv0\x01",
        b"\x1dv0\x00\x00\x00\x01\x00",
        b"\x1dv0\x00\x49\x00\x01\x00",
        b"\x1bd\x00",
        b"\x07\n",
        "é\n".encode("cp437"),
        b"A" * 49,
    ],
)
def test_what_is_not_ours_is_not_understood(data: bytes) -> None:
    with pytest.raises(Misunderstood):
        next_command(data)


@pytest.mark.parametrize("at", range(1, len(HELLO)))
def test_a_command_is_awaited_whole(at: int) -> None:
    """Cut anywhere, the rest waits, and nothing is taken for something else."""
    buffer, found = bytearray(), []
    for piece in (HELLO[:at], HELLO[at:]):
        buffer += piece
        while (step := next_command(buffer))[1]:
            found.append(step[0])
            del buffer[: step[1]]
    assert not buffer
    whole = bytearray(HELLO)
    for command in found:
        expected, size = next_command(whole)
        assert command == expected
        del whole[:size]


def test_misunderstanding_is_an_error_that_stays(standin: PrinterStandIn) -> None:
    send(standin, b"\x1b!\x00" + HELLO)
    assert standin.misunderstood and standin.condition.error
    assert standin.papers() == []


def test_a_line_wider_than_the_paper_is_misunderstood(standin: PrinterStandIn) -> None:
    send(standin, b"A" * 33 + b"\n")
    assert standin.misunderstood


def test_real_time_commands_are_obeyed_inside_a_picture(standin: PrinterStandIn) -> None:
    """Why no raster of ours may hold the byte DLE."""
    port = os.open(standin.path, os.O_RDWR | os.O_NOCTTY)
    os.write(port, b"\x1dv0\x00\x30\x00\x11\x00" + bytes(100) + escpos.ASK_PRINTER)
    assert os.read(port, 1) == b"\x12"
    os.close(port)


def test_the_picture_says_what_it_is(tmp_path: Path) -> None:
    for width, edge in ((PaperWidth.MM58, 40), (PaperWidth.MM80, 32)):
        paper = Paper(width)
        for _ in range(20):
            paper.text("Halo", size=(1, 1), bold=False, centred=True)
        path = paper.cut(tmp_path)
        assert path is not None
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, picture.width) == ("PNG", "1", width.dots + 2 * edge)
            for left in (0, picture.width - edge):
                banner = picture.crop((left, 0, left + edge, 300)).convert("L")
                assert sum(banner.histogram()[:128]) > 500, "PRINTER TIRUAN stands on both edges"


def test_papers_tell_no_order(standin: PrinterStandIn) -> None:
    printer = EscPosPrinter(PrinterSettings(str(standin.path)))
    made = []
    for _ in range(12):
        printer.print(HELLO)
        assert standin.last_paper is not None
        made.append(standin.last_paper)
    printer.close()
    assert sorted(made) == standin.papers()
    assert sorted(made) != made, "random names (this fails once in 479 million)"
    assert len({path.stat().st_mtime_ns for path in made}) == 1


def test_empty_paper_is_no_picture(standin: PrinterStandIn) -> None:
    printer = EscPosPrinter(PrinterSettings(str(standin.path)))
    printer.print(render(Layout("test", (Feed(3),)), PaperWidth.MM58))
    assert standin.papers() == []
    printer.close()


def test_paper_is_used_up(standin: PrinterStandIn) -> None:
    printer = EscPosPrinter(PrinterSettings(str(standin.path)))
    before = standin.condition.paper_dots
    printer.print(HELLO)
    assert 0 < before - standin.condition.paper_dots < 200
    printer.close()


def test_switching_off_loses_what_waits(standin: PrinterStandIn) -> None:
    standin.set(cover_open=True)
    send(standin, HELLO)
    standin.switch_off_and_on()
    standin.set(cover_open=False)
    time.sleep(0.05)
    assert standin.papers() == []


def test_the_device_goes_with_the_stand_in(tmp_path: Path) -> None:
    with PrinterStandIn(tmp_path / "printer", tmp_path / "papers") as standin:
        assert standin.path.exists()
    assert not standin.path.is_symlink()
