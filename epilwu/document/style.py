"""The look of every paper: typeface, sizes (points), colours. Black on white, for a copier as well as a screen."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from epilwu import fonts

REGULAR = "EPilwu"
BOLD = "EPilwu-Bold"

INK: Color = HexColor(0x111111)
WHITE: Color = HexColor(0xFFFFFF)
LINE: Color = HexColor(0x777777)
SHADE: Color = HexColor(0xEEEDE8)
BAR: Color = HexColor(0x33474F)

MARGIN = 20 * mm
TEXT_WIDTH = 170 * mm  # A4 less both margins


def embed_fonts() -> None:
    """Make the shipped typeface known to reportlab; doing so again changes nothing."""
    if BOLD in pdfmetrics.getRegisteredFontNames():
        return
    for name, weight in ((REGULAR, fonts.Weight.REGULAR), (BOLD, fonts.Weight.BOLD)):
        pdfmetrics.registerFont(TTFont(name, BytesIO(fonts.truetype(weight))))
        # Paragraphs look each face up by family and slant; there are no slanted ones here.
        pdfmetrics.registerFontFamily(name, normal=name, bold=BOLD, italic=name, boldItalic=BOLD)


BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=10, leading=14, textColor=INK, spaceAfter=5)
TITLE = ParagraphStyle(
    "title", parent=BODY, fontName=BOLD, fontSize=15, leading=20, alignment=TA_CENTER, spaceAfter=2, keepWithNext=1
)
SUBTITLE = ParagraphStyle("subtitle", parent=BODY, fontSize=11, leading=15, alignment=TA_CENTER, spaceAfter=10)
HEADING = ParagraphStyle(
    "heading", parent=BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=10, spaceAfter=4, keepWithNext=1
)
ITEM = ParagraphStyle("item", parent=BODY, leftIndent=14, bulletIndent=3, spaceAfter=2)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9, leading=12, spaceAfter=0)
CELL_BOLD = ParagraphStyle("cell-bold", parent=CELL, fontName=BOLD)
FIGURE = ParagraphStyle("figure", parent=CELL, alignment=TA_RIGHT)
FIGURE_BOLD = ParagraphStyle("figure-bold", parent=FIGURE, fontName=BOLD)
FINE = ParagraphStyle("fine", parent=BODY, fontSize=8, leading=11, spaceAfter=3)
