"""A small alphabet of dots for text set on edge beside a QR symbol, where a printer's own letters cannot stand.

Capitals of 5 by 7 dots, drawn for this purpose, doubled in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from epilwu.receipt.text import printable

SCALE: Final = 2
_HEIGHT: Final = 7
THICKNESS: Final = SCALE * _HEIGHT
"""Dots across a line of text on edge."""
_WIDTH: Final = 5
_SHAPES: Final = """
A .###. #...# #...# ##### #...# #...# #...#
B ####. #...# #...# ####. #...# #...# ####.
D ####. #...# #...# #...# #...# #...# ####.
E ##### #.... #.... ####. #.... #.... #####
G .#### #.... #.... #..## #...# #...# .####
H #...# #...# #...# ##### #...# #...# #...#
I .###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.
K #...# #..#. #.#.. ##... #.#.. #..#. #...#
L #.... #.... #.... #.... #.... #.... #####
M #...# ##.## #.#.# #.#.# #...# #...# #...#
N #...# ##..# #.#.# #.#.# #..## #...# #...#
P ####. #...# #...# ####. #.... #.... #....
U #...# #...# #...# #...# #...# #...# .###.
- ..... ..... ..... ##### ..... ..... .....
"""


@dataclass(frozen=True, slots=True)
class OnEdge:
    """One line of text turned by a quarter: a number a dot row, ``THICKNESS`` dots wide.

    ``upwards`` is read with the head bent left, ``downwards`` with the head bent right.
    """

    upwards: tuple[int, ...]
    downwards: tuple[int, ...]


def rows_on_edge(text: str) -> OnEdge:
    """``text`` turned; raise ``KeyError`` for a letter that the alphabet lacks (its users' texts are fixed)."""
    shapes = {line[0]: line[2:].split() for line in _SHAPES.strip().splitlines()}
    shapes[" "] = ["." * _WIDTH] * _HEIGHT
    columns: list[str] = []  # each column of dots, from the letters' top to their foot
    for letter in printable(text):
        shape = shapes[letter]
        columns += ["".join(row[x] for row in shape) for x in range(_WIDTH)] + ["." * _HEIGHT]
    columns.pop()
    down = [_bits(column[::-1]) for column in columns for _ in range(SCALE)]
    up = [_bits(column) for column in reversed(columns) for _ in range(SCALE)]
    return OnEdge(tuple(up), tuple(down))


def _bits(dots: str) -> int:
    return int("".join(("1" if dot == "#" else "0") * SCALE for dot in dots), 2)
