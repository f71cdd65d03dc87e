"""QR symbols as rows of dots.

Printers differ in their own QR commands, so the symbol is printed as a picture. One mask is used for all symbols:
any of the eight decodes, base45 of a signature has no pattern that one of them would bring out, and trying all eight
would take eight times as long while a voter waits.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import QRData

from epilwu.receipt.blocks import Level, QrCode
from epilwu.receipt.codes import BASE45_TEXT
from epilwu.receipt.lettering import THICKNESS, rows_on_edge

QUIET_MODULES: Final = 4
MAX_MODULE_DOTS: Final = 7  # 0.875 mm at 8 dots/mm; more only costs paper and time on a serial line
_MASK: Final = 3
_ALPHANUMERIC: Final = 2  # mode indicators of ISO/IEC 18004
_BYTES: Final = 4
_LEVELS: Final = {Level.L: ERROR_CORRECT_L, Level.M: ERROR_CORRECT_M, Level.Q: ERROR_CORRECT_Q}


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture of one bit a dot, 1 black, the left dot in the high bit. ``width_bytes`` bytes a row, rows in order."""

    width_bytes: int
    height: int
    data: bytes


def modules(text: str, level: Level) -> list[list[bool]]:
    """The symbol's modules without quiet zone, True for dark; the smallest version that holds ``text``.

    Texts of the QR alphanumeric alphabet (which is base45's) are set in that mode, others in bytes; so is the rare
    text whose long run of "0" makes a block of zero bits, at which qrcode 8.2 fails (its issue 330).
    """
    if BASE45_TEXT.fullmatch(text):
        with contextlib.suppress(ValueError):
            return _symbol(text, level, _ALPHANUMERIC)
    return _symbol(text, level, _BYTES)


def _symbol(text: str, level: Level, mode: Literal[2, 4]) -> list[list[bool]]:
    symbol = QRCode(error_correction=_LEVELS[level], border=0, mask_pattern=_MASK)
    symbol.add_data(QRData(text.encode("ascii"), mode=mode), optimize=0)
    symbol.make(fit=True)
    return [[bool(module) for module in row] for row in symbol.modules]


def draw(block: QrCode, dots: int) -> Raster:
    """``block`` on a paper of ``dots`` dots: centred by its own left margin, since printers differ in aligning rasters.

    Printers watch for real-time commands (DLE = 0x10) even inside pictures. They can find none here: no dark run is a
    single dot, so the byte does not occur in the data; nor does it in the height, which is an odd number of modules
    times at most 7 dots (or the length of ``beside``).
    """
    matrix = modules(block.text, block.level)
    side = len(matrix) + 2 * QUIET_MODULES
    room = dots - 2 * THICKNESS if block.beside else dots
    scale = min(MAX_MODULE_DOTS, room // side)
    left = (dots - len(matrix) * scale) // 2
    quiet = QUIET_MODULES * scale
    width = dots if block.beside else (left + len(matrix) * scale + 7) // 8 * 8
    shift = width - left - len(matrix) * scale
    rows = [0] * quiet
    for modules_row in matrix:
        row = int("".join(("1" if dark else "0") * scale for dark in modules_row), 2) << shift
        rows += [row] * scale
    rows += [0] * quiet
    if block.beside:
        marks = _marks(block.beside, width, left - quiet)
        rows = [row | mark for row, mark in zip(*_level(rows, list(marks)), strict=True)]
    return Raster(width // 8, len(rows), b"".join(row.to_bytes(width // 8, "big") for row in rows))


@cache
def _marks(text: str, width: int, margin: int) -> tuple[int, ...]:
    """``text`` on edge in both margins (``margin`` dots) of rows of ``width`` dots: upwards left, downwards right."""
    letters = rows_on_edge(text)
    gap = (margin - THICKNESS) // 2
    shift = width - gap - THICKNESS
    return tuple(up << shift | down << gap for up, down in zip(letters.upwards, letters.downwards, strict=True))


def _level(first: list[int], second: list[int]) -> tuple[list[int], list[int]]:
    """Both with as many rows as the longer has, the shorter in the middle."""
    height = max(len(first), len(second))
    levelled = []
    for rows in (first, second):
        above = (height - len(rows)) // 2
        levelled.append([0] * above + rows + [0] * (height - len(rows) - above))
    return levelled[0], levelled[1]
