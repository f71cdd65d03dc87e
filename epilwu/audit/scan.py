"""Read QR codes back from pictures of the paper: the audit's eyes, with zxing-cpp.

Pictures are untrusted input: their size is bounded before they are decoded, and a picture that cannot be opened is
an unreadable paper, never an error that ends the scan.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image, UnidentifiedImageError

from epilwu.audit.errors import BoxUnreadable

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
MAX_PIXELS = 60_000_000
"""A 50-megapixel photo passes; what a decompression bomb announces does not."""
_CHUNK = 16
_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class ScannedPicture:
    """One picture's name and the texts of every QR code found on it, in no meaningful order."""

    name: str
    texts: tuple[str, ...]


def read_picture(path: Path) -> ScannedPicture:
    """Decode every QR code on one picture; none where it is no picture or too large."""
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                return ScannedPicture(path.name, ())
            grey = image.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError):
        return ScannedPicture(path.name, ())
    found = zxingcpp.read_barcodes(grey, formats=_QR_CODES)
    return ScannedPicture(path.name, tuple(code.text for code in found if code.valid))


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of one box, by name; raise ``BoxUnreadable`` where the folder cannot be listed."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    except OSError as error:
        raise BoxUnreadable(
            "Folder gambar struk tidak dapat dibaca.", where=str(folder), todo="Periksa nama folder dan medianya."
        ) from error


def scan_folder(
    folder: Path, *, jobs: int | None = None, progress: Callable[[int], None] = lambda _count: None
) -> Iterator[ScannedPicture]:
    """Read every picture of a box on ``jobs`` processes (all cores where None), calling ``progress`` per picture."""
    paths = pictures_in(folder)
    workers = min(jobs or os.cpu_count() or 1, max(1, len(paths) // _CHUNK))
    if workers == 1:
        yield from _reported(map(read_picture, paths), progress)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        yield from _reported(pool.map(read_picture, paths, chunksize=_CHUNK), progress)


def _reported(scanned: Iterable[ScannedPicture], progress: Callable[[int], None]) -> Iterator[ScannedPicture]:
    for picture in scanned:
        progress(1)
        yield picture
