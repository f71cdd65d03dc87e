"""What happens to a slip between the printer and the scanner, drawn: each kind of damage at strengths 1 (slight) to 5.

Every picture is made anew from its seed, so that a bad one can be looked at. Nothing here knows what a code says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

STRENGTHS = (1, 2, 3, 4, 5)
DESK = 150  # what lies beneath the paper
Damage = Callable[[Image.Image, int, random.Random], Image.Image]


def photo(slip: Image.Image) -> Image.Image:
    """The slip on a desk as a scanner sees it: twice the printer's dots, a little soft."""
    paper = slip.convert("L").resize((slip.width * 2, slip.height * 2))
    whole = Image.new("L", (paper.width + 120, paper.height + 120), DESK)
    whole.paste(paper, (60, 60))
    return whole.filter(ImageFilter.GaussianBlur(0.8))


def torn(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """A ragged tear from the side: the more, the farther into the code."""
    width, height = picture.size
    reach = width * (0.06 + 0.09 * strength)
    edge = [
        (width, 0),
        *((width - reach + rng.uniform(-18, 18), y) for y in range(0, height + 40, 40)),
        (width, height),
    ]
    return _painted(picture, lambda draw: draw.polygon(edge, fill=DESK))


def torn_across(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """The lower part is gone: the code stands in it."""
    width, height = picture.size
    kept = height * (1.0 - 0.09 * strength)
    edge = [(0, height), *((x, kept + rng.uniform(-18, 18)) for x in range(0, width + 40, 40)), (width, height)]
    return _painted(picture, lambda draw: draw.polygon(edge, fill=DESK))


def folded(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Fold marks through the code: the ink is off along them, one side in shadow, foreshortened by 2.5 % to 12.5 %."""
    width, height = picture.size
    fold = round(height * rng.uniform(0.62, 0.74))
    squeezed = round((height - fold) * (1 - 0.025 * strength))
    whole = Image.new("L", picture.size, DESK)
    whole.paste(picture.crop((0, 0, width, fold)), (0, 0))
    lower = picture.crop((0, fold, width, height)).resize((width, squeezed))
    whole.paste(ImageEnhance.Brightness(lower).enhance(1 - 0.09 * strength), (0, fold))
    draw = ImageDraw.Draw(whole)
    draw.line((0, fold, width, fold + rng.randint(-12, 12)), fill=225, width=2 + 3 * strength)
    if strength > 2:
        across = round(width * rng.uniform(0.4, 0.6))
        draw.line((across, 0, across + rng.randint(-10, 10), height), fill=225, width=2 * strength)
    return whole


def faded(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Thermal ink after sun or heat: hardly darker than the paper, unevenly, with grain."""
    left = (0.55, 0.35, 0.2, 0.1, 0.03)[strength - 1]
    pale = Image.blend(Image.new("L", picture.size, 235), picture, left)
    return _grain(pale, 5, rng)


def rotated(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Laid down askew: any angle."""
    angle = (strength - 1) * 72 + rng.uniform(3, 69)
    return picture.rotate(angle, expand=True, fillcolor=DESK, resample=Image.Resampling.BICUBIC)


def half_printed(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """The print head stopped, or a strip of it is dead."""
    width, height = picture.size
    if strength == 1:
        dead = rng.randint(width // 4, width // 2)
        return _painted(picture, lambda draw: draw.rectangle((dead, 60, dead + 8, height - 60), fill=255))
    stops = 60 + (height - 120) * (1.02 - 0.11 * strength)
    return _painted(picture, lambda draw: draw.rectangle((60, stops, width - 60, height - 60), fill=255))


def crumpled(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Balled up and smoothed: bent lines, shadows."""
    width, height = picture.size
    cells, swing = 6, 5.0 * strength
    xs = [width * n // cells for n in range(cells + 1)]
    ys = [height * n // cells for n in range(cells + 1)]
    moved = {(i, j): (x + rng.uniform(-swing, swing), y + rng.uniform(-swing, swing))
             for i, x in enumerate(xs) for j, y in enumerate(ys)}  # fmt: skip
    mesh = [
        (
            (xs[i], ys[j], xs[i + 1], ys[j + 1]),
            (*moved[i, j], *moved[i, j + 1], *moved[i + 1, j + 1], *moved[i + 1, j]),
        )
        for i in range(cells)
        for j in range(cells)
    ]
    bent = picture.transform(picture.size, Image.Transform.MESH, mesh, resample=Image.Resampling.BILINEAR, fill=1)
    shade = Image.new("L", (cells * 2, cells * 2))
    shade.putdata([round(255 - rng.uniform(0, 26 * strength)) for _ in range(cells * cells * 4)])
    return ImageChops.multiply(bent, shade.resize(picture.size, Image.Resampling.BILINEAR))


def stained(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Coffee and ink: rings that shade, drops that cover."""
    width, height = picture.size

    def drops(draw: ImageDraw.ImageDraw) -> None:
        for _ in range(4 * strength):
            x, y, r = (
                rng.uniform(90, width - 90),
                rng.uniform(height * 0.45, height - 90),
                rng.uniform(6, 7 + 5 * strength),
            )
            draw.ellipse((x - r, y - r, x + r, y + r), fill=rng.choice((20, 60, 245)))

    ring = Image.new("L", picture.size, 255)
    x, y, r = width * rng.uniform(0.3, 0.7), height * rng.uniform(0.6, 0.8), 160
    ImageDraw.Draw(ring).ellipse((x - r, y - r, x + r, y + r), outline=150 - 12 * strength, width=30, fill=215)
    return _painted(ImageChops.multiply(picture, ring.filter(ImageFilter.GaussianBlur(3))), drops)


def blurred(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """The hand shook, or the lens stood too near; the module is 14 dots wide."""
    return picture.filter(ImageFilter.GaussianBlur(2.0 * strength + rng.uniform(0, 0.5)))


def low_light(picture: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """A dim room: dark, falling off to one side, noisy."""
    width, height = picture.size
    light = ImageOps.invert(Image.linear_gradient("L")).resize((width, height))
    dark = Image.blend(picture, ImageChops.multiply(picture, light), 0.14 * strength)
    return _grain(ImageEnhance.Brightness(dark).enhance(0.75 ** (strength + 1)), 4 + 5 * strength, rng)


def double_printed(slip: Image.Image, other: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """Two slips on one paper: the paper did not move on (5), or moved on ever more (4 … 1)."""
    down = round(slip.height * 0.2 * (5 - strength)) + rng.randint(2, 9)
    whole = Image.new("L", (slip.width, slip.height + down), 255)
    whole.paste(slip, (0, 0))
    second = Image.new("L", whole.size, 255)
    second.paste(other, (0, down))
    return photo(ImageChops.darker(whole, second))


def overlapping(slip: Image.Image, other: Image.Image, strength: int, rng: random.Random) -> Image.Image:
    """One paper lies on another: it hides a little (1) to nearly all of it (5)."""
    room = Image.new("L", (slip.width * 2, slip.height + 60), 255)
    room.paste(DESK, (0, 0, *room.size))
    room.paste(other, (0, rng.randint(0, 30)))
    room.paste(slip, (round(slip.width * (1.0 - 0.19 * strength)), 20 + rng.randint(0, 20)))
    return photo(room)


ALONE: Mapping[str, Damage] = {
    "torn from the side": torn,
    "torn across": torn_across,
    "folded": folded,
    "faded": faded,
    "rotated": rotated,
    "half-printed": half_printed,
    "crumpled": crumpled,
    "stained": stained,
    "blurred": blurred,
    "low light": low_light,
}
PAIRS: Mapping[str, Callable[[Image.Image, Image.Image, int, random.Random], Image.Image]] = {
    "double-printed": double_printed,
    "overlapping": overlapping,
}


def _painted(picture: Image.Image, paint: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    copy = picture.copy()
    paint(ImageDraw.Draw(copy))
    return copy


def _grain(picture: Image.Image, spread: int, rng: random.Random) -> Image.Image:
    """Noise from the seed: a small random tile, repeated at changing offsets."""
    tile = Image.frombytes(
        "L", (256, 256), bytes(min(255, max(0, round(rng.gauss(128, spread)))) for _ in range(65536))
    )
    noise = Image.new("L", picture.size)
    for x in range(0, picture.width, 256):
        for y in range(0, picture.height, 256):
            noise.paste(ImageChops.offset(tile, rng.randint(0, 255), rng.randint(0, 255)), (x, y))
    return ImageChops.add(picture, noise, 1, -128)
