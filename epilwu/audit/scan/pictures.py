"""Read QR codes back from pictures of the paper: the audit's eyes, with zxing-cpp.

Pictures are untrusted input: only decoders for still pictures are used, sizes are bounded before anything is decoded,
and a picture that cannot be opened is an unreadable paper, never an error that ends the scan. Each page of a scanned
TIFF is a paper of its own. Nothing in a box's folder is passed over but hidden files and what file managers leave.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import zxingcpp
from PIL import Image, TiffImagePlugin

from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.verify import Workers

MAX_PIXELS = 60_000_000
"""A 50-megapixel photo passes; what a decompression bomb announces does not."""
MAX_PAGES = 1_000
MAX_FILE = 512 << 20
"""A stack of pages scanned in colour; a photo is a fiftieth of it."""
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")  # others may start outside programs (EPS) or are no pictures
_LEFT_BY_FILE_MANAGERS = frozenset({"thumbs.db", "desktop.ini"})
_CHUNK = 16
_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_SUBFILE_TYPE, _REDUCED = 254, 1  # TIFF 6.0, NewSubfileType: a smaller copy of another page


@dataclass(frozen=True, slots=True)
class ScannedPicture:
    """One paper: its picture's name (with its page, where it has several), the texts of all QR codes found on it, and
    the SHA-256 (hex) of the file; empty where the file could not be read."""

    name: str
    texts: tuple[str, ...]
    digest: str = ""


def read_picture(path: Path) -> tuple[ScannedPicture, ...]:
    """Decode every QR code on each page of one picture; no texts where it is no picture, torn or too large."""
    try:
        with path.open("rb") as source:
            data = source.read(MAX_FILE + 1)
    except OSError:
        return (ScannedPicture(path.name, ()),)
    return read_bytes(path.name, data)


def read_bytes(name: str, data: bytes) -> tuple[ScannedPicture, ...]:
    """As ``read_picture``, of a file's content."""
    digest = hashlib.sha256(data).hexdigest()
    return tuple(replace(picture, digest=digest) for picture in _read(name, data))


def _read(name: str, data: bytes) -> tuple[ScannedPicture, ...]:
    if len(data) > MAX_FILE:
        return (ScannedPicture(name, ()),)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if isinstance(image, TiffImagePlugin.TiffImageFile) and image.n_frames > 1:
                return _read_pages(name, image)
            return (ScannedPicture(name, _texts(image)),)
    except Exception:  # decoders of damaged pictures raise nearly anything, and all of it means "unreadable"
        return (ScannedPicture(name, ()),)


def _read_pages(name: str, image: TiffImagePlugin.TiffImageFile) -> tuple[ScannedPicture, ...]:
    if image.n_frames > MAX_PAGES:
        return (ScannedPicture(name, ()),)
    pages = []
    for number in range(image.n_frames):
        try:
            image.seek(number)
            if image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED:
                continue
            texts = _texts(image)
        except Exception:  # as above; the other pages may be whole
            texts = ()
        pages.append(ScannedPicture(f"{name} halaman {number + 1}", texts))
    return tuple(pages)


def _texts(image: Image.Image) -> tuple[str, ...]:
    if image.width * image.height > MAX_PIXELS:
        return ()
    found = zxingcpp.read_barcodes(image.convert("L"), formats=_QR_CODES)
    return tuple(code.text for code in found if code.valid)


def pictures_in(folder: Path) -> list[Path]:
    """The files of one box, by name.

    Raises ``BoxUnreadable`` where the folder cannot be listed, or holds something that is no file: what lies there
    would not be counted.
    """
    try:
        listed = sorted(path for path in folder.iterdir() if not _passed_over(path.name))
        for path in listed:
            if not path.is_file():
                what = "Di folder kotak audit hanya boleh ada gambar struk, bukan folder."
                raise BoxUnreadable(what, where=str(path), todo="Pindahkan gambar-gambarnya ke folder kotak audit.")
    except OSError as error:
        raise BoxUnreadable(
            "Folder gambar struk tidak dapat dibaca.", where=str(folder), todo="Periksa nama folder dan medianya."
        ) from error
    return listed


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BY_FILE_MANAGERS


def scan_folder(folder: Path, workers: Workers) -> Iterator[ScannedPicture]:
    """Read every paper of a box over ``workers``, in the order of names. Raises ``BoxUnreadable``."""
    paths = pictures_in(folder)
    chunks = (tuple(paths[start : start + _CHUNK]) for start in range(0, len(paths), _CHUNK))
    for pictures in workers.map(read_chunk, chunks):
        yield from pictures


def read_chunk(paths: tuple[Path, ...]) -> tuple[ScannedPicture, ...]:
    """A worker's portion."""
    return tuple(picture for path in paths for picture in read_picture(path))
