"""The scanner that types: bounded lines, one at a time; and how a command names a scanner."""

from __future__ import annotations

from pathlib import Path

import pytest

from epilwu.booth.devices.errors import ScannerGone, UnreadableScan
from epilwu.booth.devices.scanner import LINE_LIMIT, SerialScanner
from epilwu.booth.devices.wedge import WedgeScanner, scanner_named


def test_one_line_waits_and_no_more() -> None:
    scanner = WedgeScanner()
    assert scanner.present() and scanner.read(0) is None and scanner.read(0.01) is None
    scanner.bring("5kPFq-9XJtR")
    scanner.bring("another")
    assert scanner.read(0.1) == "5kPFq-9XJtR"
    assert scanner.read(0) is None
    scanner.bring("old")
    scanner.discard()
    assert scanner.read(0) is None


@pytest.mark.parametrize("garbage", ["A" * (LINE_LIMIT + 1), "é", "a\x00b", "a\nb"])
def test_garbage_is_refused_and_the_next_line_is_read(garbage: str) -> None:
    scanner = WedgeScanner()
    scanner.bring(garbage)
    with pytest.raises(UnreadableScan):
        scanner.read(0)
    scanner.bring("5kPFq")
    assert scanner.read(0) == "5kPFq"
    scanner.close()


def test_a_pulled_keyboard_is_gone_with_what_it_typed(tmp_path: Path) -> None:
    device = tmp_path / "event3"
    device.touch()
    scanner = WedgeScanner(device)
    scanner.bring("5kPFq")
    device.unlink()
    with pytest.raises(ScannerGone) as gone:
        scanner.read(0)
    assert str(device) in gone.value.where
    device.touch()
    assert scanner.read(0) is None


def test_a_scanner_is_named_by_one_word(tmp_path: Path) -> None:
    device = tmp_path / "event3"
    anywhere, known = scanner_named("wedge"), scanner_named(f"wedge:{device}")
    assert isinstance(anywhere, WedgeScanner) and anywhere.present() and not anywhere.stands_in
    assert isinstance(known, WedgeScanner) and not known.present()
    assert isinstance(scanner_named("/dev/pemindai"), SerialScanner)
