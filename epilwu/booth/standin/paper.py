"""Paper that is drawn dot by dot as a thermal printer would, and kept as a picture of one bit a dot."""

from __future__ import annotations

import os
import secrets
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFont

from epilwu.receipt.escpos import PaperWidth

BANNER: Final = "PRINTER TIRUAN   "
LINE_DOTS: Final = 34  # ESC 2: a sixth of an inch at 203 dots an inch
FONT_DOTS: Final = (12, 24)  # font A
_FONT_FILE: Final = Path(__file__).parent / "fonts" / "DejaVuSansMono.ttf"
_FONT_PIXELS: Final = 20  # its advance is then 12 pixels
_EDGES: Final = {PaperWidth.MM58: 40, PaperWidth.MM80: 32}  # unprintable dots at each side of the paper
_TOP: Final = 16
_BOTTOM: Final = 24  # what a cutter leaves below the last line
_PAPER_TIME: Final = 946684800  # every picture's file time: an order of printing must not stand in the folder


class Paper:
    """The strip of paper between two cuts."""

    def __init__(self, width: PaperWidth) -> None:
        self._width = width
        self._pieces: list[tuple[Image.Image, int]] = []
        self._height = 0
        self._used = False

    @property
    def blank(self) -> bool:
        """True while nothing but feeds was printed."""
        return not self._used

    def text(self, line: str, *, size: tuple[int, int], bold: bool, centred: bool) -> int:
        """Set one line (font A, ``size`` times as wide and high) and feed past it; return the dots fed."""
        picture = _line_picture(line, size, bold)
        room = self._width.dots - picture.width
        height = max(LINE_DOTS, picture.height)
        self._put(picture, room // 2 if centred else 0, height)
        return height

    def raster(self, width_bytes: int, height: int, data: bytes) -> int:
        """Set a picture of 1 = black dots at the left edge of the printable part; return the dots fed."""
        picture = Image.frombytes("1", (width_bytes * 8, height), data, "raw", "1;I")
        self._put(picture, 0, height)
        return height

    def feed(self, dots: int) -> int:
        """Empty paper; return ``dots``."""
        self._height += dots
        return dots

    def cut(self, folder: Path) -> Path | None:
        """Write what was caught as a PNG of random name into ``folder`` and begin anew; None for empty paper."""
        pieces, height, blank = self._pieces, self._height, self.blank
        self._pieces, self._height, self._used = [], 0, False
        if blank:
            return None
        edge = _EDGES[self._width]
        total = _TOP + height + _BOTTOM
        sheet = Image.new("1", (self._width.dots + 2 * edge, total), 1)
        for picture, top in pieces:
            sheet.paste(picture, (edge + picture.info["left"], _TOP + top))
        for left in (0, sheet.width - edge):
            for top in range(0, total, _banner(edge).height):
                sheet.paste(_banner(edge), (left, top))
        return _write(sheet, folder)

    def _put(self, picture: Image.Image, left: int, height: int) -> None:
        placed = picture.copy()
        placed.info["left"] = left
        self._pieces.append((placed, self._height))
        self._height += height
        self._used = True


def _write(sheet: Image.Image, folder: Path) -> Path:
    """Random names and one file time for all: the folder must not tell the order of the voters."""
    path = folder / f"{secrets.token_hex(8)}.png"
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        sheet.save(file, "PNG", compress_level=1, dpi=(203, 203))
    os.utime(temporary, (_PAPER_TIME, _PAPER_TIME))
    temporary.rename(path)
    return path


@lru_cache(maxsize=512)
def _line_picture(line: str, size: tuple[int, int], bold: bool) -> Image.Image:
    """One line in font A cells, black on white; emphasised by striking it twice, one dot apart; then enlarged."""
    cell_width, cell_height = FONT_DOTS
    picture = Image.new("1", (max(1, len(line) * cell_width), cell_height), 1)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    for index, letter in enumerate(line):
        draw.text((index * cell_width, 0), letter, font=_font(), fill=0)
    if bold:
        second = Image.new("1", picture.size, 1)
        second.paste(picture, (1, 0))
        picture = ImageChops.logical_and(picture, second)
    return picture.resize((picture.width * size[0], picture.height * size[1]), Image.Resampling.NEAREST)


@cache
def _banner(edge: int) -> Image.Image:
    left, _, right, _ = (round(value) for value in _font().getbbox(BANNER))
    picture = Image.new("1", (right - left, edge), 1)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    draw.text((0, (edge - FONT_DOTS[1]) // 2), BANNER, font=_font(), fill=0)
    return picture.transpose(Image.Transpose.ROTATE_90)


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT_FILE, _FONT_PIXELS)
