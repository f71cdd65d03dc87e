"""Invented portraits for invented candidates: a grey head and shoulders, told apart by what they wear."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_SIDE = 320
_PAPER, _SKIN, _CLOTH, _WEAR = 232, 168, 96, 40


def portrait(number: int) -> bytes:
    """A PNG of 320 x 320 grey pixels for the candidate of that ballot number."""
    picture = Image.new("L", (_SIDE, _SIDE), _PAPER)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 215, 280, 460), fill=_CLOTH)
    wears = (_cap, _scarf, _hair, _glasses, _beard)
    if wears[(number - 1) % len(wears)] is _scarf:
        draw.ellipse((85, 45, 235, 255), fill=_WEAR)
    draw.rectangle((140, 185, 180, 240), fill=_SKIN)
    draw.ellipse((105, 70, 215, 205), fill=_SKIN)
    wears[(number - 1) % len(wears)](draw)
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def _cap(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(((108, 112), (116, 58), (204, 58), (212, 112)), fill=_WEAR)


def _scarf(draw: ImageDraw.ImageDraw) -> None:
    draw.chord((98, 55, 222, 150), 180, 360, fill=_WEAR)


def _hair(draw: ImageDraw.ImageDraw) -> None:
    draw.chord((100, 52, 220, 190), 190, 350, fill=_WEAR)


def _glasses(draw: ImageDraw.ImageDraw) -> None:
    _hair(draw)
    for left in (116, 166):
        draw.ellipse((left, 122, left + 38, 154), outline=_WEAR, width=5)
    draw.line((154, 138, 166, 138), fill=_WEAR, width=5)


def _beard(draw: ImageDraw.ImageDraw) -> None:
    _cap(draw)
    draw.chord((118, 120, 202, 222), 20, 160, fill=_WEAR)
