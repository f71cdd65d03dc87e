"""The parts of which a paper is laid out: data that knows nothing of printers.

Text stands here as people should read it; ``escpos`` brings it to the printer's characters and wraps it to its
columns. Nothing is ever cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Align(Enum):
    """Where a line stands."""

    LEFT = 0
    CENTRE = 1


class Size(Enum):
    """How many times the width and height of the printer's normal characters."""

    NORMAL = (1, 1)
    TALL = (1, 2)
    LARGE = (2, 2)
    HUGE = (4, 4)

    @property
    def width(self) -> int:
        """Columns that one character takes."""
        return self.value[0]

    @property
    def height(self) -> int:
        """Lines that one character takes."""
        return self.value[1]


class Level(Enum):
    """Error correction of a QR symbol (ISO/IEC 18004): about 7, 15 and 25 % of it may be lost."""

    L = "L"
    M = "M"
    Q = "Q"


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, wrapped at words where it is too long, or inside a word that is longer than a line."""

    text: str
    size: Size = Size.NORMAL
    align: Align = Align.CENTRE
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A label at the left and its figure at the right of one line; on two lines where they do not fit."""

    label: str
    figure: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    """``lines`` empty lines (1..5)."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR symbol in the middle of the paper, with its quiet zone; ``beside`` is set on edge at both its sides."""

    text: str
    level: Level = Level.M
    beside: str = ""


Block = Text | Pair | Rule | Feed | QrCode


@dataclass(frozen=True, slots=True)
class Layout:
    """One paper, from its top to where it is cut. ``name`` is for tests and screens; it is not printed."""

    name: str
    blocks: tuple[Block, ...]
