"""Find the QR codes in a picture of paper, with zxing-cpp: what was read, how surely, and what could not be read.

A code's error correction may, very rarely, "correct" a badly damaged code into another text. So a text is *sure* only
if a second decoding of the picture, prepared differently, gives it too; a booth's signature over it proves it anyway.
And a code that shows but cannot be read is never passed over: beside a good one it tells of a second paper, or of a
paper printed twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from epilwu.audit.slips import Certainty

_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
"""``QRCode`` would look for Micro QR codes, too, and now and then sees one, with a text, in half a code."""
_LOCAL, _GLOBAL = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
_APART = 1.25
"""Two slips side by side have their codes' centres at least 1.33 widths apart (384 dots of paper, 287 of code)."""
_LIKE = 1.6
"""Remains that are so much larger or smaller than the page's good codes are chance, not a code."""


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """What one paper's codes say, and the centre (x, y) of the first in dots."""

    texts: tuple[str, ...]
    certainty: Certainty = Certainty.SURE
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Code:
    text: str | None
    x: float
    y: float
    side: float

    def near(self, other: _Code) -> bool:
        return math.hypot(self.x - other.x, self.y - other.y) < _APART * max(self.side, other.side)


def one_paper(image: Image.Image) -> FoundPaper:
    """The codes of a picture that shows one paper; ``image`` in mode L."""
    local = _decode(image, _LOCAL)
    codes = _merged([*local, *_plausible(_merged([*local, *_decode(image, _GLOBAL)]))])
    if not any(code.text is not None for code in codes):
        found = next((found for found in _tried(image) if any(code.text is not None for code in found)), [])
        codes = _merged([*found, *codes])
    texts = tuple(code.text for code in codes if code.text is not None)
    if len(codes) > 1 and texts:
        return FoundPaper(texts, Certainty.SEVERAL)
    if not texts or _agreed(image, texts[0]):
        return FoundPaper(texts)
    return FoundPaper(texts, Certainty.DOUBTFUL)


def many_papers(image: Image.Image) -> list[FoundPaper]:
    """The papers of a page that shows many, in reading order; ``image`` in mode L.

    Every code is a paper; codes nearer to each other than slips can lie are one paper with several codes. What looks
    like a code and cannot be read is an unreadable paper.
    """
    codes = _plausible(_merged([*_decode(image, _LOCAL), *_decode(image, _GLOBAL)]))
    papers = [_paper(image, group) for group in _grouped(codes)]
    return _as_read(papers, max((code.side for code in codes), default=1.0))


def _as_read(papers: list[FoundPaper], height: float) -> list[FoundPaper]:
    """Row by row, from the left; papers less than ``height`` below a row's first are of that row."""
    rows: list[list[FoundPaper]] = []
    for paper in sorted(papers, key=lambda paper: paper.centre[1]):
        if not rows or paper.centre[1] - rows[-1][0].centre[1] > height:
            rows.append([])
        rows[-1].append(paper)
    return [paper for row in rows for paper in sorted(row, key=lambda paper: paper.centre[0])]


def in_view(image: Image.Image) -> tuple[str, ...]:
    """The texts of the codes in one frame of a camera, which will see the paper again in a moment: no second tries."""
    codes = _merged([*_decode(image, _LOCAL), *_decode(image, _GLOBAL)])
    return tuple(code.text for code in codes if code.text is not None)


def _paper(image: Image.Image, group: list[_Code]) -> FoundPaper:
    first = group[0]
    reach = first.side
    box = (first.x - reach, first.y - reach, first.x + reach, first.y + reach)
    cut = image.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]  # four edges
    texts = tuple(code.text for code in group if code.text is not None)
    if len(group) > 1 and texts:
        return FoundPaper(texts, Certainty.SEVERAL, (first.x, first.y))
    if not texts:
        again = one_paper(cut)
        return FoundPaper(again.texts, again.certainty, (first.x, first.y))
    certainty = Certainty.SURE if _agreed(cut, texts[0]) else Certainty.DOUBTFUL
    return FoundPaper(texts, certainty, (first.x, first.y))


def _decode(image: Image.Image, binarizer: zxingcpp.Binarizer) -> list[_Code]:
    found = zxingcpp.read_barcodes(image, formats=_QR_CODES, binarizer=binarizer, return_errors=True)
    codes = []
    for code in found:
        at = code.position
        corners = [(point.x, point.y) for point in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        x, y = sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
        edges = [math.dist(one, following) for one, following in pairwise(corners)]
        codes.append(_Code(code.text if code.valid else None, x, y, max(1.0, sum(edges) / len(edges))))
    return codes


def _merged(codes: list[_Code]) -> list[_Code]:
    """Each code once: the same text at the same place, and remains where another code stands, are one."""
    kept: list[_Code] = []
    for code in sorted(codes, key=lambda code: code.text is None):
        if code.text is None:
            double = any(_same_place(code, other) for other in kept)
        else:
            double = any(other.text == code.text and _same_place(code, other) for other in kept)
        if not double:
            kept.append(code)
    return kept


def _plausible(codes: list[_Code]) -> list[_Code]:
    """Without remains of another size than the codes that were read."""
    sides = sorted(code.side for code in codes if code.text is not None)
    usual = sides[len(sides) // 2] if sides else None
    return [c for c in codes if c.text is not None or usual is None or usual / _LIKE < c.side < usual * _LIKE]


def _same_place(one: _Code, other: _Code) -> bool:
    return math.hypot(one.x - other.x, one.y - other.y) < 0.6 * max(one.side, other.side)


def _grouped(codes: list[_Code]) -> list[list[_Code]]:
    groups: list[list[_Code]] = []
    for code in codes:
        near = [group for group in groups if any(code.near(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([each for group in near for each in group] + [code])
    return groups


def _tried(image: Image.Image) -> Iterator[list[_Code]]:
    for prepare, binarizer in _ATTEMPTS:
        yield _plausible(_merged(_decode(prepare(image), binarizer)))


def _agreed(image: Image.Image, text: str) -> bool:
    """Whether two different ways of looking give ``text``."""
    ways = ((_as_it_is, _LOCAL), (_as_it_is, _GLOBAL), *_ATTEMPTS)
    seen = 0
    for prepare, binarizer in ways:
        seen += any(code.text == text for code in _decode(prepare(image), binarizer))
        if seen == 2:
            return True
    return False


def _as_it_is(image: Image.Image) -> Image.Image:
    return image


def _sharper(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(8, 300, 0))


def _stretched(image: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(image, cutoff=2)


def _softer(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(3.5))


def _halved(image: Image.Image) -> Image.Image:
    soft = _stretched(image).filter(ImageFilter.GaussianBlur(2))
    return soft.resize((max(1, image.width // 2), max(1, image.height // 2)))


_ATTEMPTS: tuple[tuple[Callable[[Image.Image], Image.Image], zxingcpp.Binarizer], ...] = (
    (_sharper, _LOCAL),
    (_stretched, _GLOBAL),
    (_halved, _LOCAL),
    (_softer, _LOCAL),
)
"""For blurred, faded, dim and stained papers; tried on drawn damage, each reads some that no other does."""
