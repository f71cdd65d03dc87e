"""Token cards (kartu token) to print and cut: station, booth, token as text and QR, and nothing about any voter.

Source: the paper design, "Five slips". A page holds 21 cards; cut lines are printed. The cards stand in the order in
which tokens were drawn at random, which no list keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from epilwu.document import style
from epilwu.document.page import REHEARSAL_MARK
from epilwu.election.definition import Definition
from epilwu.protocol.credential import Token

COLUMNS, ROWS = 3, 7
_WIDTH, _HEIGHT = 63 * mm, 39 * mm
_LEFT, _TOP = (A4[0] - COLUMNS * _WIDTH) / 2, A4[1] - 12 * mm
_QR_SIZE = 24 * mm
_QUIET_ZONE = 4  # modules; ISO/IEC 18004


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where the cards of one sheet are good, and whether they are the spares that stay sealed."""

    definition: Definition
    station: int
    booth: int
    spare: bool = False


def token_cards(place: CardPlace, tokens: Sequence[Token]) -> bytes:
    """A PDF with one card per token. It is as secret as the tokens: print it, then delete it."""
    style.embed_fonts()
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setTitle(f"Kartu token TPS {place.station:02d} bilik {place.booth}")
    for index, token in enumerate(tokens):
        position = index % (COLUMNS * ROWS)
        if index and position == 0:
            canvas.showPage()
        row, column = divmod(position, COLUMNS)
        _draw_card(canvas, place, token, _LEFT + column * _WIDTH, _TOP - (row + 1) * _HEIGHT)
    canvas.save()
    return target.getvalue()


def _draw_card(canvas: Canvas, place: CardPlace, token: Token, x: float, y: float) -> None:
    canvas.setStrokeColor(style.LINE)
    canvas.setLineWidth(0.4)
    canvas.setDash(2, 2)
    canvas.rect(x, y, _WIDTH, _HEIGHT)
    canvas.setDash()
    canvas.setFillColor(style.INK)
    left, top = x + 3 * mm, y + _HEIGHT
    heading = "KARTU TOKEN (CADANGAN)" if place.spare else "KARTU TOKEN"
    _line(canvas, left, top - 6 * mm, heading, font=style.BOLD, size=8)
    _line(canvas, left, top - 10 * mm, f"Desa {place.definition.village}"[:28], font=style.REGULAR, size=7)
    _line(canvas, left, top - 17 * mm, f"TPS {place.station:02d}", font=style.BOLD, size=13)
    _line(canvas, left, top - 23 * mm, f"Bilik {place.booth}", font=style.BOLD, size=13)
    note = REHEARSAL_MARK if place.definition.rehearsal else "Satu kali pakai, hanya di bilik ini."
    _line(canvas, left, top - 28 * mm, note, font=style.BOLD if place.definition.rehearsal else style.REGULAR, size=6)
    _line(canvas, left, y + 3.5 * mm, token.text, font=style.BOLD, size=9)
    _draw_qr(canvas, token.text, x + _WIDTH - _QR_SIZE - 2 * mm, top - _QR_SIZE - 3 * mm)


def _line(canvas: Canvas, x: float, y: float, text: str, *, font: str, size: float) -> None:
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _draw_qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    """One filled path per symbol: some thousand cards are drawn at once."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    module = _QR_SIZE / len(rows)
    path = canvas.beginPath()
    for number, row in enumerate(rows, 1):
        start = 0
        for end in range(1, len(row) + 1):
            if end == len(row) or row[end] != row[start]:
                if row[start]:
                    path.rect(x + start * module, y + _QR_SIZE - number * module, (end - start) * module, module * 1.01)
                start = end
    canvas.drawPath(path, stroke=0, fill=1)
