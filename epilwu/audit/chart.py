"""Slips beside votes, one pair of bars for each choice, for the auditors' record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from epilwu.document import style
from epilwu.indonesian import figure, signed_figure

_ROW = 12 * mm
_BAR = 2.8 * mm
_SIZE = 9.0
_LEGEND = 7 * mm


@dataclass(frozen=True, slots=True)
class Pair:
    """One choice: its name, slips counted on paper and votes in the count (>= 0), None where not verified."""

    name: str
    slips: int
    votes: int | None

    @property
    def numbers(self) -> str:
        """The figures beside the bars."""
        if self.votes is None:
            return f"struk {figure(self.slips)} · suara belum terbukti"
        difference = signed_figure(self.slips - self.votes)
        return f"struk {figure(self.slips)} · suara {figure(self.votes)} · selisih {difference}"


def paired_bars(pairs: Sequence[Pair]) -> Drawing:
    """The chart over the text's width; the longest bar takes all of it. Slips are filled, votes outlined."""
    style.embed_fonts()
    drawing = Drawing(style.TEXT_WIDTH, _ROW * len(pairs) + _LEGEND)
    most = max((max(pair.slips, pair.votes or 0) for pair in pairs), default=0)
    for index, pair in enumerate(pairs):
        _draw_pair(drawing, pair, most, drawing.height - _ROW * (index + 1))
    _bar(drawing, 0, 1 * mm, 8 * mm, filled=True)
    drawing.add(_string(10 * mm, 1.2 * mm, "struk di kotak audit", style.REGULAR))
    _bar(drawing, 60 * mm, 1 * mm, 8 * mm, filled=False)
    drawing.add(_string(70 * mm, 1.2 * mm, "suara dalam hitungan", style.REGULAR))
    return drawing


def _draw_pair(drawing: Drawing, pair: Pair, most: int, bottom: float) -> None:
    top = bottom + 2 * _BAR + 2 * mm
    room = style.TEXT_WIDTH - stringWidth(pair.numbers, style.BOLD, _SIZE) - 4 * mm
    drawing.add(_string(0, top, _shortened(" ".join(pair.name.split()), room), style.REGULAR))
    drawing.add(_string(style.TEXT_WIDTH, top, pair.numbers, style.BOLD, at_right=True))
    for row, (count, filled) in enumerate(((pair.votes, False), (pair.slips, True))):
        if count and most:
            _bar(drawing, 0, bottom + row * (_BAR + 0.4 * mm), style.TEXT_WIDTH * count / most, filled=filled)


def _shortened(name: str, room: float) -> str:
    """The name as far as it fits; the tables have it whole."""
    if stringWidth(name, style.REGULAR, _SIZE) <= room:
        return name
    while name and stringWidth(f"{name}…", style.REGULAR, _SIZE) > room:
        name = name[:-1].rstrip()
    return f"{name}…"


def _bar(drawing: Drawing, left: float, bottom: float, width: float, *, filled: bool) -> None:
    shape = Rect(left, bottom, width, _BAR)
    fill: Color | None = style.BAR if filled else None
    shape.fillColor, shape.strokeColor, shape.strokeWidth = fill, style.BAR, 0.7
    drawing.add(shape)


def _string(x: float, y: float, text: str, font: str, *, at_right: bool = False) -> String:
    shape = String(x, y, text)
    shape.fontName, shape.fontSize, shape.fillColor = font, _SIZE, style.INK
    shape.textAnchor = "end" if at_right else "start"
    return shape
