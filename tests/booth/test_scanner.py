"""The scanner: bounded lines of printable ASCII, and a cable that may be pulled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from epilwu.booth.devices.errors import ScannerGone, UnreadableScan
from epilwu.booth.devices.scanner import LINE_LIMIT, SerialScanner
from epilwu.booth.standin.scanner import ScannerStandIn


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[ScannerStandIn]:
    with ScannerStandIn(tmp_path / "scanner") as made:
        yield made


@pytest.fixture
def scanner(standin: ScannerStandIn) -> Iterator[SerialScanner]:
    made = SerialScanner(str(standin.path))
    assert made.read(0) is None
    yield made
    made.close()


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_lines_end_as_scanners_end_them(standin: ScannerStandIn, scanner: SerialScanner, end: bytes) -> None:
    standin.send(b"5kPFq-9XJtR" + end + b"EPW1:ABC" + end)
    assert scanner.read(1) == "5kPFq-9XJtR"
    assert scanner.read(1) == "EPW1:ABC"
    assert scanner.read(0) is None


def test_a_line_in_pieces(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    standin.send(b"5kP")
    assert scanner.read(0.02) is None
    standin.scan("Fq")
    assert scanner.read(1) == "5kPFq"


def test_waiting_ends_in_time(scanner: SerialScanner) -> None:
    started = time.monotonic()
    assert scanner.read(0.1) is None
    assert 0.09 < time.monotonic() - started < 0.5


@pytest.mark.parametrize(
    "garbage", [b"\xff\xfe\r", b"a\x00b\r", "é\r".encode(), b"\x1b[A\r", b"A" * (LINE_LIMIT + 1) + b"\r"]
)
def test_garbage_is_refused_and_the_next_line_is_read(
    standin: ScannerStandIn, scanner: SerialScanner, garbage: bytes
) -> None:
    standin.send(garbage)
    with pytest.raises(UnreadableScan):
        scanner.read(1)
    standin.scan("5kPFq")
    assert scanner.read(1) == "5kPFq"


def test_a_flood_without_end_is_one_refusal(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    for _ in range(20):
        standin.send(b"A" * 1000)
        assert scanner.read(0.01) is None
    standin.send(b"\r5kPFq\r")
    with pytest.raises(UnreadableScan):
        scanner.read(1)
    assert scanner.read(1) == "5kPFq"


def test_half_a_line_does_not_join_a_later_card(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    standin.send(b"5kP")
    assert scanner.read(0.02) is None
    time.sleep(0.55)
    standin.scan("7zQ")
    assert scanner.read(1) == "7zQ"


def test_old_scans_are_forgotten(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    standin.send(b"first\rsecond\rthi")
    assert scanner.read(1) == "first"
    scanner.discard()
    assert scanner.read(0.02) is None
    standin.scan("fourth")
    assert scanner.read(1) == "fourth"


def test_unplugged_and_plugged_in_again(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    assert scanner.present()
    standin.unplug()
    assert not scanner.present()
    with pytest.raises(ScannerGone):
        scanner.read(0.1)
    with pytest.raises(ScannerGone):
        scanner.discard()
    standin.plug()
    assert scanner.present()
    standin.scan("5kPFq")
    assert scanner.read(1) == "5kPFq"


def test_pulled_while_waiting(standin: ScannerStandIn, scanner: SerialScanner) -> None:
    import threading

    hand = threading.Timer(0.05, standin.unplug)
    hand.start()
    with pytest.raises(ScannerGone):
        scanner.read(2)
    hand.join()


def test_no_device(tmp_path: Path) -> None:
    scanner = SerialScanner(str(tmp_path / "nothing"))
    assert not scanner.present()
    with pytest.raises(ScannerGone):
        scanner.read(0)
