"""What a printer's model can do, as options of the booth's commands: no two makes agree, and a wrong word here shows at
the device test, not at the first voter."""

from __future__ import annotations

from typing import Final

import click

_DOTS_A_MILLIMETRE: Final = 8
SPEEDS: Final = (9_600, 19_200, 38_400, 57_600, 115_200)

OPTIONS: Final = (
    click.option(
        "--printer-speed",
        type=click.Choice([str(speed) for speed in SPEEDS]),
        default="115200",
        show_default=True,
        help="Kecepatan saluran serial printer (bit per detik); USB mengabaikannya.",
    ),
    click.option(
        "--printer-clears/--no-printer-clears",
        default=True,
        show_default=True,
        help="Printer mengosongkan isinya bila diminta (DLE DC4). Bila tidak: matikan, nyalakan sesudah gangguan.",
    ),
    click.option(
        "--paper-left",
        type=click.IntRange(0, 5_000),
        default=1_000,
        show_default=True,
        help="Sisa kertas (mm) yang pasti masih ada saat printer mulai berkata hampir habis.",
    ),
)


def reserve_dots(millimetres: int) -> int:
    """The setting behind ``--paper-left``."""
    return millimetres * _DOTS_A_MILLIMETRE
