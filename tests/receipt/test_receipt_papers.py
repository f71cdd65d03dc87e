"""The five papers, printed by the stand-in and read back from its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from paper_samples import PLACE, REHEARSAL, five
from PIL import Image
from zxingcpp import read_barcodes

from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.receipt.blocks import QrCode
from epilwu.receipt.escpos import PaperWidth, render
from epilwu.receipt.layout import Place


@pytest.mark.parametrize("width", list(PaperWidth))
@pytest.mark.parametrize("place", [PLACE, REHEARSAL])
def test_every_paper_prints_and_its_code_reads_back(tmp_path: Path, width: PaperWidth, place: Place) -> None:
    with PrinterStandIn(tmp_path / "printer", tmp_path / "papers", width=width) as standin:
        printer = EscPosPrinter(PrinterSettings(str(standin.path)))
        for layout in five(place):
            data = render(layout, width)
            assert b"\x10" not in data, "no byte that a printer could take for a real-time command"
            printer.print(data)
            assert standin.last_paper is not None
            with Image.open(standin.last_paper) as picture:
                found = [code.text for code in read_barcodes(picture.convert("L"))]
            assert found == [block.text for block in layout.blocks if isinstance(block, QrCode)], layout.name
        assert standin.misunderstood == []
        printer.close()
