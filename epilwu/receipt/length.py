"""How much paper a layout takes, in dots (8 a millimetre): so that nothing is begun that the roll may not finish."""

from __future__ import annotations

from typing import Final

from epilwu.receipt.blocks import Block, Feed, Layout, Pair, QrCode, Rule, Text
from epilwu.receipt.escpos import PaperWidth
from epilwu.receipt.raster import draw
from epilwu.receipt.text import printable, wrap

LINE_DOTS: Final = 34  # ESC 2: a sixth of an inch at 203 dots an inch
LETTER_DOTS: Final = 24  # font A
END_DOTS: Final = 240  # to cutter or edge: 30 mm, the most that common printers have between head and knife


def paper_dots(layout: Layout, width: PaperWidth) -> int:
    """Dots of paper from the first line to where the paper comes off; never too few."""
    return END_DOTS + sum(_dots(block, width) for block in layout.blocks)


def _dots(block: Block, width: PaperWidth) -> int:
    match block:
        case Text():
            lines = len(wrap(printable(block.text), width.columns // block.size.width))
            return lines * max(LINE_DOTS, LETTER_DOTS * block.size.height)
        case Pair():
            label, figure = printable(block.label), printable(block.figure)
            if len(label) + len(figure) < width.columns:
                return LINE_DOTS
            return LINE_DOTS * sum(len(wrap(text, width.columns)) for text in (label, figure))
        case Feed():
            return LINE_DOTS * block.lines
        case QrCode():
            return draw(block, width.dots).height
        case Rule():
            return LINE_DOTS
