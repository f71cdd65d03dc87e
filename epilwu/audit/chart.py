"""Slips beside votes, one pair of bars for each choice, and risk against papers read; for the auditors' record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
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


def _string(x: float, y: float, text: str, font: str, *, at_right: bool = False, middle: bool = False) -> String:
    shape = String(x, y, text)
    shape.fontName, shape.fontSize, shape.fillColor = font, _SIZE, style.INK
    shape.textAnchor = "end" if at_right else "middle" if middle else "start"
    return shape


_AXIS_LEFT = 14 * mm
_AXIS_BOTTOM = 9 * mm
_PLOT_HEIGHT = 62 * mm
_TICKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class RiskLine:
    """A named line of risks (0 to 1) after 1, 2, … papers; ``main`` is the one that decides."""

    name: str
    risks: Sequence[float]
    main: bool


def risk_chart(lines: Sequence[RiskLine], limit: float) -> Drawing:
    """Risk against papers read: the line that decides thick, others thin and dashed, the limit as a labelled line.

    Every line starts at 100 % before the first paper. ``limit`` lies between 0 and 1.
    """
    style.embed_fonts()
    width, height = style.TEXT_WIDTH - _AXIS_LEFT - 4 * mm, _PLOT_HEIGHT
    drawing = Drawing(style.TEXT_WIDTH, height + _AXIS_BOTTOM + 4 * mm + _LEGEND * 2)
    bottom = _AXIS_BOTTOM + _LEGEND
    papers = max((len(line.risks) for line in lines), default=0) or 1
    for tick in _TICKS:
        y = bottom + height * tick / 100
        drawing.add(_rule(_AXIS_LEFT, y, _AXIS_LEFT + width, y, strong=tick == 0))
        drawing.add(_string(_AXIS_LEFT - 2 * mm, y - 3, f"{tick} %", style.REGULAR, at_right=True))
    for number in _paper_ticks(papers):
        x = _AXIS_LEFT + width * number / papers
        drawing.add(_rule(x, bottom, x, bottom - 1.5 * mm, strong=True))
        drawing.add(_string(x, bottom - 5 * mm, figure(number), style.REGULAR, middle=True))
    drawing.add(_string(_AXIS_LEFT + width, bottom - 10 * mm, "kertas yang sudah dibaca", style.REGULAR, at_right=True))
    for line in lines:
        drawing.add(_polyline(line, papers, (_AXIS_LEFT, bottom, width, height)))
    y = bottom + height * limit
    drawing.add(_rule(_AXIS_LEFT, y, _AXIS_LEFT + width, y, strong=True, dashed=True))
    words = f"batas {format(limit * 100, '.4g').replace('.', ',')} %"
    drawing.add(_string(_AXIS_LEFT + width, y + 1.2 * mm, words, style.BOLD, at_right=True))
    _risk_legend(drawing, lines, bottom + height + 5 * mm)
    return drawing


def _paper_ticks(papers: int) -> list[int]:
    """The last paper and round numbers before it, at most seven."""
    step = next(s * 10**e for e in range(7) for s in (1, 2, 5) if papers / (s * 10**e) <= 7)
    return [*range(0, papers - step // 2, step), papers]


def _polyline(line: RiskLine, papers: int, frame: tuple[float, float, float, float]) -> PolyLine:
    left, bottom, width, height = frame
    points: list[float] = []
    for number, risk in enumerate((1.0, *line.risks)):
        points += [left + width * number / papers, bottom + height * min(max(risk, 0.0), 1.0)]
    shape = PolyLine(points)
    shape.strokeColor = style.BAR
    shape.strokeWidth = 1.8 if line.main else 0.8
    if not line.main:
        shape.strokeDashArray = [3, 2]
    return shape


def _risk_legend(drawing: Drawing, lines: Sequence[RiskLine], y: float) -> None:
    left = _AXIS_LEFT
    for line in lines:
        mark = PolyLine([left, y + 3, left + 10 * mm, y + 3])
        mark.strokeColor, mark.strokeWidth = style.BAR, 1.8 if line.main else 0.8
        if not line.main:
            mark.strokeDashArray = [3, 2]
        drawing.add(mark)
        drawing.add(_string(left + 12 * mm, y, line.name, style.REGULAR))
        left += 16 * mm + stringWidth(line.name, style.REGULAR, _SIZE)


def _rule(x1: float, y1: float, x2: float, y2: float, *, strong: bool, dashed: bool = False) -> Line:
    shape = Line(x1, y1, x2, y2)
    shape.strokeColor, shape.strokeWidth = (style.INK, 0.8) if strong else (style.LINE, 0.4)
    if dashed:
        shape.strokeDashArray = [1.5, 1.5]
    return shape
