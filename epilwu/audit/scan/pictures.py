"""Papers from files: photos, scanned pages, stacks of pages (TIFF, PDF), each page one paper or many laid out on it.

Files are untrusted input: only decoders for still pictures and PDFium's are used, sizes are bounded before anything is
decoded, and what cannot be opened is an unreadable paper, never an error that ends the scan. Nothing in a box's folder
is passed over but hidden files and what file managers leave.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, TiffImagePlugin

from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.scan import pdf
from epilwu.audit.scan.codes import many_papers, one_paper
from epilwu.audit.slips import Certainty
from epilwu.audit.verify import Workers

MAX_PIXELS = 60_000_000
"""A 50-megapixel photo passes; what a decompression bomb announces does not."""
MAX_PAGES = 1_000
MAX_FILE = 512 << 20
"""A stack of pages scanned in colour; a photo is a fiftieth of it."""
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")  # others may start outside programs (EPS) or are no pictures
_LEFT_BY_FILE_MANAGERS = frozenset({"thumbs.db", "desktop.ini"})
_CHUNK = 16
_PAGES = 4
_STACKS = (b"%PDF-", b"II*\0", b"MM\0*")
_SUBFILE_TYPE, _REDUCED = 254, 1  # TIFF 6.0, NewSubfileType: a smaller copy of another page


@dataclass(frozen=True, slots=True)
class ScannedPicture:
    """One paper: its picture's name (with its page and its number on the page, where there are several), the texts of
    all QR codes found on it, how sure they are, and the file's SHA-256 (hex; empty where it could not be read)."""

    name: str
    texts: tuple[str, ...]
    digest: str = ""
    certainty: Certainty = Certainty.SURE


@dataclass(frozen=True, slots=True)
class Portion:
    """What one worker reads at a time: whole files, or the pages ``first`` … ``last`` - 1 of one stack."""

    files: tuple[Path, ...]
    laid_out: bool
    first: int = 0
    last: int | None = None


def read_picture(path: Path, *, laid_out: bool = False) -> tuple[ScannedPicture, ...]:
    """The papers in one file; a paper without texts where it is no picture, torn or too large.

    ``laid_out``: a page shows many papers; else it is one paper, whatever is on it.
    """
    return read_portion(Portion((path,), laid_out))


def read_bytes(name: str, data: bytes, *, laid_out: bool = False) -> tuple[ScannedPicture, ...]:
    """As ``read_picture``, of a file's content."""
    return tuple(_papers(name, data, Portion((), laid_out)))


def read_portion(portion: Portion) -> tuple[ScannedPicture, ...]:
    """A worker's portion."""
    found: list[ScannedPicture] = []
    for path in portion.files:
        try:
            with path.open("rb") as source:
                data = source.read(MAX_FILE + 1)
        except OSError:
            found.append(ScannedPicture(path.name, ()))
        else:
            found += _papers(path.name, data, portion)
    return tuple(found)


def portions(paths: Sequence[Path], *, laid_out: bool = False) -> Iterator[Portion]:
    """The work on these files, in their order: photos by the dozen, stacks by a few pages."""
    waiting: list[Path] = []
    for path in paths:
        pages = _stack_pages(path)
        if pages <= _PAGES:
            waiting.append(path)
        if waiting and (pages > _PAGES or len(waiting) == _CHUNK or laid_out):
            yield Portion(tuple(waiting), laid_out)
            waiting = []
        if pages > _PAGES:
            for first in range(0, pages, _PAGES):
                yield Portion((path,), laid_out, first, min(first + _PAGES, pages))
    if waiting:
        yield Portion(tuple(waiting), laid_out)


def scan_files(paths: Sequence[Path], workers: Workers, *, laid_out: bool = False) -> Iterator[ScannedPicture]:
    """Read every paper in these files over ``workers``, in order."""
    for pictures in workers.map(read_portion, portions(paths, laid_out=laid_out)):
        yield from pictures


def scan_folder(folder: Path, workers: Workers, *, laid_out: bool = False) -> Iterator[ScannedPicture]:
    """Read every paper of a box over ``workers``, in the order of names. Raises ``BoxUnreadable``."""
    return scan_files(pictures_in(folder), workers, laid_out=laid_out)


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


def _papers(name: str, data: bytes, portion: Portion) -> Iterator[ScannedPicture]:
    digest = hashlib.sha256(data).hexdigest()
    for where, image in _images(name, data, portion):
        if image is None:
            yield ScannedPicture(where, (), digest)
            continue
        found = many_papers(image) if portion.laid_out else [one_paper(image)]
        for number, paper in enumerate(found, 1):
            place = f"{where} nomor {number}" if portion.laid_out else where
            yield ScannedPicture(place, paper.texts, digest, paper.certainty)


def _images(name: str, data: bytes, portion: Portion) -> Iterator[tuple[str, Image.Image | None]]:
    """Each page in grey with its name; None for what cannot be opened."""
    if len(data) > MAX_FILE:
        yield name, None
        return
    try:
        if data.startswith(b"%PDF-"):
            yield from _pdf_pages(name, data, portion)
            return
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if isinstance(image, TiffImagePlugin.TiffImageFile) and image.n_frames > 1:
                yield from _frames(name, image, portion)
            else:
                yield name, _grey(image)
    except Exception:  # decoders of damaged pictures raise nearly anything, and all of it means "unreadable"
        yield name, None


def _frames(
    name: str, image: TiffImagePlugin.TiffImageFile, portion: Portion
) -> Iterator[tuple[str, Image.Image | None]]:
    if image.n_frames > MAX_PAGES:
        yield name, None
        return
    for number in range(portion.first, image.n_frames if portion.last is None else portion.last):
        try:
            image.seek(number)
            if image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED:
                continue
            grey = _grey(image)
        except Exception:  # as above; the other pages may be whole
            grey = None
        yield f"{name} halaman {number + 1}", grey


def _pdf_pages(name: str, data: bytes, portion: Portion) -> Iterator[tuple[str, Image.Image | None]]:
    pages = pdf.count_pages(data)
    if pages is None or pages > MAX_PAGES:
        yield name, None
        return
    for number in range(portion.first, pages if portion.last is None else portion.last):
        yield f"{name} halaman {number + 1}", pdf.draw_page(data, number, MAX_PIXELS)


def _grey(image: Image.Image) -> Image.Image | None:
    return None if image.width * image.height > MAX_PIXELS else image.convert("L")


def _stack_pages(path: Path) -> int:
    """How many pages a file has that may be a stack; 1 for all others and for what cannot be read."""
    try:
        with path.open("rb") as source:
            if not source.read(5).startswith(_STACKS):
                return 1
            source.seek(0)
            data = source.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            return 1
        if data.startswith(b"%PDF-"):
            pages = pdf.count_pages(data) or 1
        else:
            with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
                pages = getattr(image, "n_frames", 1)
    except Exception:  # as above
        return 1
    return pages if pages <= MAX_PAGES else 1


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BY_FILE_MANAGERS


def one_each(pictures: Iterable[ScannedPicture]) -> list[tuple[str, list[ScannedPicture]]]:
    """Papers by the file (or page) that they came from, in order: what is entered in one go."""
    groups: dict[str, list[ScannedPicture]] = {}
    for picture in pictures:
        groups.setdefault(picture.name.partition(" nomor ")[0], []).append(picture)
    return list(groups.items())
