"""Slips of the sample village as pictures, drawn by the booth's stand-in printer's paper."""

from __future__ import annotations

from pathlib import Path

from audit_samples import VOTES, Slip, scene

from epilwu.booth.standin import commands
from epilwu.booth.standin.paper import LINE_DOTS, Paper
from epilwu.receipt.blocks import Align
from epilwu.receipt.escpos import PaperWidth, render
from epilwu.receipt.layout import Place, audit_slip


def draw(printed: Slip, folder: Path) -> Path:
    """The slip on paper, as a picture in ``folder``."""
    name = f"Calon {printed.choice}" if printed.choice else None
    where = Place("Pemilihan Kuwu 2023", "Lemahabang", *printed.place)
    paper, modes = Paper(PaperWidth.MM58), dict[str, int]()
    waiting = render(audit_slip(where, printed.text, name), PaperWidth.MM58)
    while waiting:
        command, size = commands.next_command(waiting)
        waiting = waiting[size:]
        match command:
            case commands.Initialise():
                modes = {}
            case commands.Setting():
                modes[command.name] = command.value
            case commands.Line(""):
                paper.feed(LINE_DOTS)
            case commands.Line():
                size = modes.get("size", 0)
                centred = modes.get("align") == Align.CENTRE.value
                times = ((size >> 4) + 1, (size & 15) + 1)
                paper.text(command.text, size=times, bold=bool(modes.get("bold")), centred=centred)
            case commands.RasterImage():
                paper.raster(command.width_bytes, command.height, command.data)
            case commands.FeedLines():
                paper.feed(command.lines * LINE_DOTS)
            case commands.Cut():
                path = paper.cut(folder)
                assert path is not None
                return path
    raise AssertionError("the paper was not cut")


def fill_boxes(papers: Path) -> None:
    """Every voter's slip, and those that became void, in their station's box."""
    of = scene()
    for place in VOTES:
        box = papers / f"TPS{place[0]:02d}"
        box.mkdir(parents=True, exist_ok=True)
        for each in (*of.slips[place], *of.void[place]):
            draw(each, box)
