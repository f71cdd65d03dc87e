"""The parts a paper is made of. Every text is taken as text: markup in a candidate's name stays visible as typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from epilwu.document import style
from epilwu.indonesian import figure, in_words

_CONTROLS = {code: " " for code in (*range(32), 0x7F, *range(0x80, 0xA0))}
_Command = tuple[str, tuple[int, int], tuple[int, int], *tuple[Any, ...]]  # one of reportlab's table commands
_GRID: _Command = ("GRID", (0, 0), (-1, -1), 0.5, style.LINE)
_TOP: _Command = ("VALIGN", (0, 0), (-1, -1), "TOP")
_PADDING: list[_Command] = [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]
_SIGNATURE_HEIGHT = 14 * mm


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: the signer's role, and the name where it is known beforehand ("" leaves a line for it)."""

    role: str
    name: str = ""


def title(text: str, subtitle: str = "") -> list[Flowable]:
    """The paper's name in the middle of the first page, with a line beneath it."""
    head: list[Flowable] = [_paragraph(text, style.TITLE)]
    return [*head, _paragraph(subtitle, style.SUBTITLE)] if subtitle else head


def heading(text: str) -> Flowable:
    """A section's heading, never left alone at the foot of a page."""
    return _paragraph(text, style.HEADING)


def text(words: str, *, fine: bool = False) -> Flowable:
    """A paragraph; ``fine`` for hashes and notes."""
    return _paragraph(words, style.FINE if fine else style.BODY)


def items(lines: Sequence[str]) -> list[Flowable]:
    """A list with a dash before each line."""
    return [_paragraph(line, style.ITEM, bullet="–") for line in lines]


def facts(pairs: Sequence[tuple[str, str]], *, label_width: float = 55 * mm) -> Flowable:
    """Label and value, line by line, without a grid. ``label_width`` in points."""
    rows: list[list[Flowable]] = [
        [_paragraph(label, style.CELL), _paragraph(value, style.CELL_BOLD)] for label, value in pairs
    ]
    return _table(
        rows, (label_width, style.TEXT_WIDTH - label_width), [_TOP, *_PADDING, ("LEFTPADDING", (0, 0), (0, -1), 0)]
    )


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float] | None = None,
    figures: Collection[int] = (),
    total: bool = False,
) -> Flowable:
    """A grid whose header repeats on each page.

    ``widths`` are shares of the text's width (any unit; equal when None), ``figures`` the columns set to the right,
    ``total`` makes the last row bold. Raises ValueError where a row has another length than the header.
    """
    if any(len(row) != len(header) for row in rows):
        raise ValueError("a row has another length than the header")
    shares = tuple(widths) if widths is not None else (1.0,) * len(header)
    if len(shares) != len(header):
        raise ValueError("there must be one width for each column")
    cells = [_cells(header, figures, bold=True)]
    cells += [_cells(row, figures, bold=total and index == len(rows) - 1) for index, row in enumerate(rows)]
    scale = style.TEXT_WIDTH / sum(shares)
    shaded: _Command = ("BACKGROUND", (0, 0), (-1, 0), style.SHADE)
    return _table(cells, tuple(share * scale for share in shares), [_GRID, _TOP, shaded, *_PADDING], repeat=1)


def counts(rows: Sequence[tuple[str, int]], *, label: str = "Uraian") -> Flowable:
    """Counts (>= 0) in figures and in words, so that a figure cannot be altered alone."""
    written = [(name, figure(number), in_words(number)) for name, number in rows]
    return table((label, "Angka", "Huruf"), written, widths=(8, 3, 9), figures={1})


def signatures(places: Sequence[Signature], *, caption: str = "") -> Flowable:
    """Numbered places to sign, with room for a hand; kept on one page with their caption where they fit."""
    rows = [_cells(("No.", "Nama", "Jabatan", "Tanda tangan"), (), bold=True)]
    for number, place in enumerate(places, start=1):
        rows.append(_cells((f"{number}.", place.name or "………………………………", place.role, ""), (), bold=False))
    heights = [None, *[_SIGNATURE_HEIGHT] * len(places)]
    widths = tuple(share * style.TEXT_WIDTH / 20 for share in (1.4, 7, 5.6, 6))
    grid = Table(rows, colWidths=widths, rowHeights=heights, repeatRows=1)
    grid.setStyle([_GRID, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BACKGROUND", (0, 0), (-1, 0), style.SHADE)])
    head = [heading(caption)] if caption else []
    return KeepTogether([*head, grid, space()])


def space(height: float = 4 * mm) -> Flowable:
    """Empty room, ``height`` in points."""
    return Spacer(1, height)


def _cells(texts: Sequence[str], figures: Collection[int], *, bold: bool) -> list[Flowable]:
    word, number = (style.CELL_BOLD, style.FIGURE_BOLD) if bold else (style.CELL, style.FIGURE)
    return [_paragraph(cell, number if column in figures else word) for column, cell in enumerate(texts)]


def _table(rows: list[list[Flowable]], widths: tuple[float, ...], look: list[_Command], *, repeat: int = 0) -> Flowable:
    # A row taller than a page (a long incident, say) goes on upon the next one.
    grid = Table(rows, colWidths=widths, repeatRows=repeat, spaceAfter=8, splitInRow=1)
    grid.setStyle(look)
    return grid


def _paragraph(words: str, look: ParagraphStyle, bullet: str | None = None) -> Paragraph:
    style.embed_fonts()
    return Paragraph(escape(words.translate(_CONTROLS)), look, bulletText=bullet)
