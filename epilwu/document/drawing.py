"""What a paper draws: bars with their figures, and QR symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from epilwu.document import style
from epilwu.indonesian import figure, percent

_ROW = 11 * mm
_NUMBER_WIDTH = 12 * mm
_NAME_SIZE = 10.0
_NUMBER_SIZE = 18.0
_BAR_HEIGHT = 4 * mm
_QUIET_ZONE = 4  # modules; ISO/IEC 18004


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a ballot number ("" for blank votes), a name, and a count >= 0."""

    number: str
    name: str
    votes: int


def bar_chart(bars: Sequence[Bar], *, total: int) -> Drawing:
    """Horizontal bars over the text's width, whole width meaning ``total``; figures stand as text beside each.

    Raises ValueError where a bar is negative or larger than the total.
    """
    if any(not 0 <= bar.votes <= total for bar in bars):
        raise ValueError("a bar lies outside 0..total")
    style.embed_fonts()
    drawing = Drawing(style.TEXT_WIDTH, _ROW * len(bars) + 2 * mm)
    for index, bar in enumerate(bars):
        _draw_row(drawing, bar, total, drawing.height - _ROW * (index + 1))
    return drawing


def _draw_row(drawing: Drawing, bar: Bar, total: int, bottom: float) -> None:
    track = style.TEXT_WIDTH - _NUMBER_WIDTH
    votes = f"{figure(bar.votes)} · {percent(bar.votes, total)}"
    room = track - stringWidth(votes, style.BOLD, _NAME_SIZE) - 3 * mm
    name = " ".join(bar.name.split())
    size = _NAME_SIZE * min(1.0, room / max(stringWidth(name, style.REGULAR, _NAME_SIZE), 1.0))
    text_y = bottom + _BAR_HEIGHT + 1.5 * mm
    right = style.TEXT_WIDTH
    drawing.add(_string(0, bottom + 0.5 * mm, bar.number, style.BOLD, _NUMBER_SIZE))
    drawing.add(_string(_NUMBER_WIDTH, text_y, name, style.REGULAR, size))
    drawing.add(_string(right, text_y, votes, style.BOLD, _NAME_SIZE, at_right=True))
    length = track * bar.votes / total if total else 0
    drawing.add(_rectangle(_NUMBER_WIDTH, bottom, track, _BAR_HEIGHT, line=style.LINE))
    drawing.add(_rectangle(_NUMBER_WIDTH, bottom, length, _BAR_HEIGHT, fill=style.BAR))


def _rectangle(
    x: float, y: float, width: float, height: float, *, fill: Color | None = None, line: Color | None = None
) -> Rect:
    shape = Rect(x, y, width, height)
    shape.fillColor, shape.strokeColor, shape.strokeWidth = fill, line, 0.5
    return shape


def _string(x: float, y: float, text: str, font: str, size: float, *, at_right: bool = False) -> String:
    shape = String(x, y, text)
    shape.fontName, shape.fontSize, shape.fillColor = font, size, style.INK
    shape.textAnchor = "end" if at_right else "start"
    return shape


def qr(text: str, *, size: float = 35 * mm) -> Drawing:
    """A QR symbol of ``text`` at level M, quiet zone included; ``size`` in points. Raises ValueError on empty text."""
    if not text:
        raise ValueError("a QR symbol needs a text")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    modules = code.get_matrix()
    module = size / len(modules)
    drawing = Drawing(size, size)
    drawing.add(_rectangle(0, 0, size, size, fill=style.WHITE))
    for row, line in enumerate(modules):
        bottom = size - (row + 1) * module
        for start, end in _runs(line):
            # A hair of overlap keeps printers from drawing white seams between the rows of one symbol.
            drawing.add(_rectangle(start * module, bottom, (end - start) * module, module * 1.01, fill=style.INK))
    return drawing


def _runs(line: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of dark modules as (first, one past the last)."""
    padded = [False, *line, False]
    edges = [index for index in range(len(line) + 1) if padded[index] != padded[index + 1]]
    return list(zip(edges[::2], edges[1::2], strict=True))
