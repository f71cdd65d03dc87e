"""Horizontal bars drawn on the server as SVG: no script, no image library, readable without colour.

Every figure stands beside its bar as text; the length of a bar repeats it and adds nothing. A bar's full width is the
total, not the largest bar, so that one half is seen as one half.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from epilwu.indonesian import figure, percent

WIDTH = 430  # user units; the page scales the drawing, so these are proportions, not pixels
_NUMBER_WIDTH = 56
_LINE = 26
_BAR = 22
_GAP = 20
_NAME_COLUMNS = 21  # characters of 20-unit type that fit between number and votes
_CONTROLS = {code: None for code in (*range(32), 0x7F, *range(0x80, 0xA0))}  # XML allows none of these


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a ballot number ("" for blank votes), a name, and a count >= 0."""

    number: str
    name: str
    votes: int


def bar_chart(bars: Sequence[Bar], *, title: str, total: int, chart_id: str = "grafik") -> Markup:
    """Draw ``bars`` as an SVG element; shares are of ``total`` (>= every bar), ids start with ``chart_id``.

    Raises ValueError where a bar is negative or larger than the total: a chart must not draw a false figure.
    """
    if any(not 0 <= bar.votes <= total for bar in bars):
        raise ValueError("a bar lies outside 0..total")
    rows: list[Markup] = []
    top = 4
    for bar in bars:
        row, height = _row(bar, total, top)
        rows.append(row)
        top += height
    described = "; ".join(
        f"{(bar.number + '. ') if bar.number else ''}{bar.name}: {figure(bar.votes)} suara, {percent(bar.votes, total)}"
        for bar in bars
    )
    return Markup(
        '<svg class="bar-chart" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}"'
        ' aria-labelledby="{id}-judul {id}-uraian"><title id="{id}-judul">{title}</title>'
        '<desc id="{id}-uraian">{described}</desc>{rows}</svg>'
    ).format(
        width=WIDTH,
        height=max(top, 1),
        id=chart_id,
        title=_clean(title),
        described=_clean(described),
        rows=Markup("").join(rows),
    )


def _row(bar: Bar, total: int, top: int) -> tuple[Markup, int]:
    lines = textwrap.wrap(_clean(bar.name), _NAME_COLUMNS) or [""]
    baseline = top + _LINE - 6
    name = Markup("").join(
        Markup('<tspan x="{x}" y="{y}">{text}</tspan>').format(x=_NUMBER_WIDTH, y=baseline + _LINE * index, text=line)
        for index, line in enumerate(lines)
    )
    bar_top = top + _LINE * len(lines) + 2
    track = WIDTH - _NUMBER_WIDTH
    length = f"{bar.votes * track / total:.1f}" if total else "0"
    drawing = Markup(
        '<g class="bar-chart__row">'
        '<text class="bar-chart__number" x="{middle}" y="{number_y}" font-size="40" font-weight="700"'
        ' text-anchor="middle">{number}</text>'
        '<text class="bar-chart__name" font-size="20">{name}</text>'
        '<text class="bar-chart__votes" x="{right}" y="{baseline}" font-size="20" font-weight="700"'
        ' text-anchor="end">{votes} · {share}</text>'
        '<rect class="bar-chart__track" x="{left}" y="{bar_top}" width="{track}" height="{bar}" fill="none"'
        ' stroke="currentColor" stroke-opacity="0.35"/>'
        '<rect class="bar-chart__bar" x="{left}" y="{bar_top}" width="{length}" height="{bar}"'
        ' fill="currentColor"/></g>'
    ).format(
        middle=_NUMBER_WIDTH // 2 - 4,
        number_y=bar_top + _BAR - 4,
        number=escape(_clean(bar.number)),
        name=name,
        right=WIDTH - 1,
        baseline=baseline,
        votes=figure(bar.votes),
        share=percent(bar.votes, total),
        left=_NUMBER_WIDTH,
        bar_top=bar_top,
        track=track - 1,
        bar=_BAR,
        length=length,
    )
    return drawing, _LINE * len(lines) + 2 + _BAR + _GAP


def _clean(text: str) -> str:
    return " ".join(text.translate(_CONTROLS).split())
