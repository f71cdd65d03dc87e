"""How large a candidate's name can be set, so that every name has the same size and the longest still fits its card.

The pages are drawn in rem on a screen of 64 by 37.5 (or 37.5 by 64) of them, whatever its pixels, so what fits can be
known here, with the typeface that the pages use. The browser tests measure that it is so.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageFont

from epilwu import fonts

LINE = 1.2
"""Height of a line, in letter sizes."""
STEP = 0.125
LEAST = 1.5
"""24 px at 1024 by 600: no name is set smaller."""
_SAFETY = 1.03
_EM = 200
_PAIRS_FROM = 4


@dataclass(frozen=True, slots=True)
class Box:
    """Room for a name, in rem, and the letter size that one would like."""

    width: float
    height: float
    wanted: float


@dataclass(frozen=True, slots=True)
class Cards:
    """How candidates' cards are laid out. ``pairs``: two in a row instead of side by side, on a screen that is wide.

    ``wide`` and ``tall`` are letter sizes in eighths of a rem, as the classes ``nl-`` and ``np-`` say them.
    """

    pairs: bool
    wide: int
    tall: int


def cards(names: Sequence[str], *, blank: bool, size: int) -> Cards:
    """The layout of the cards of ``names`` for letters of ``size`` (0 to 3)."""
    count = len(names)
    columns, tall = _columns(count, blank, size), _rows(count, blank, size)
    side_by_side = letters(names, columns)
    if count >= _PAIRS_FROM and (size > 1 or side_by_side < columns.wanted):
        pairs = letters(names, _pairs(count, blank, size))
        if pairs >= side_by_side:
            return Cards(pairs=True, wide=_eighths(pairs), tall=_eighths(letters(names, tall)))
    return Cards(pairs=False, wide=_eighths(side_by_side), tall=_eighths(letters(names, tall)))


def chosen(name: str, *, size: int) -> Cards:
    """The same for the one name on the screen that asks whether it is the right one."""
    wanted = (2.75, 3.125, 3.5, 4.0)[size]
    wide, tall = Box(36.0, 10.5, wanted), Box(32.0, 12.0, wanted)
    return Cards(pairs=False, wide=_eighths(letters([name], wide)), tall=_eighths(letters([name], tall)))


def letters(names: Sequence[str], box: Box) -> float:
    """The largest letter size (rem, in steps of STEP, LEAST at least) at which each of ``names`` fits ``box``."""
    size = box.wanted
    while size > LEAST and not all(_fits(name, box, size) for name in names):
        size -= STEP
    return max(size, LEAST)


def _columns(count: int, blank: bool, size: int) -> Box:
    height = 26.2 - (6.65 if blank else 0.0)
    number = {1: 10.0, 2: 10.0, 3: 8.0}.get(count, 6.0)
    wanted = (2.125, 2.375, 2.75, 3.0) if count < _PAIRS_FROM else (1.625, 1.875, 2.25, 2.625)
    return Box((61.5 - 0.6 * (count - 1)) / count - 1.5, height - number - 2.1, wanted[size])


def _pairs(count: int, blank: bool, size: int) -> Box:
    rows = (count + 1) // 2
    below = 6.65 if blank and count % 2 == 0 else 0.0
    return Box(17.2, (26.2 - below - 0.6 * (rows - 1)) / rows - 1.5, (1.75, 2.0, 2.375, 2.75)[size])


def _rows(count: int, blank: bool, size: int) -> Box:
    height = (49.0 - (6.65 if blank else 0.0) - 0.6 * (count - 1)) / count - 1.5
    wanted = (2.0, 2.25, 2.625, 3.0)[size]
    return Box(34.0, height - 10.6, wanted) if count <= 2 else Box(19.0 if count == 3 else 21.5, height, wanted)


def _fits(name: str, box: Box, size: float) -> bool:
    """Whether ``name``, broken between words alone, fits ``box`` in bold letters of ``size``."""
    lines, used = 1, 0.0
    space = _width(" ") * size
    for word in name.split():
        width = _width(word) * size * _SAFETY
        if width > box.width:
            return False
        if used and used + space + width > box.width:
            lines, used = lines + 1, width
        else:
            used += width + (space if used else 0.0)
    return lines * size * LINE <= box.height


@functools.lru_cache(maxsize=1024)
def _width(word: str) -> float:
    """The width of ``word`` in bold, in letter sizes."""
    return float(_bold().getlength(word)) / _EM


@functools.cache
def _bold() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(fonts.truetype(fonts.Weight.BOLD)), _EM)


def _eighths(size: float) -> int:
    return round(size / STEP)
