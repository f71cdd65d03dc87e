"""Pages of a PDF as grey pictures, drawn by PDFium (pypdfium2); None for whatever it does not open.

PDFium may be used by one thread at a time (its documentation says so), so all use passes through one lock.
"""

from __future__ import annotations

import threading
from typing import Final

import pypdfium2
from PIL import Image

DOTS: Final = 300
"""Dots an inch: a slip's module of 7 printer dots (203 an inch) is then 10 wide."""
_POINTS = 72
_LOCK = threading.Lock()


def count_pages(data: bytes) -> int | None:
    """How many pages there are; None where this is no PDF that can be opened."""
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return None
        try:
            return len(document)
        finally:
            document.close()


def draw_page(data: bytes, number: int, max_pixels: int) -> Image.Image | None:
    """Page ``number`` (from 0) in grey at 300 dots an inch, less where that would be more than ``max_pixels``."""
    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return None
        try:
            page = document[number]
            width, height = page.get_size()
            scale = min(DOTS / _POINTS, (max_pixels / max(1.0, width * height)) ** 0.5)
            if width * scale < 1 or height * scale < 1:
                return None
            image: Image.Image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
            return image
        except (pypdfium2.PdfiumError, IndexError, ValueError, MemoryError):
            return None
        finally:
            document.close()
