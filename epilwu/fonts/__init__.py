"""The one typeface of the product: Open Sans (Apache-2.0, see LICENSE-OpenSans.txt), shipped, never fetched.

Screens take the WOFF2 files, documents and drawn paper the TrueType ones, so that a word looks the same everywhere.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import resources


class Weight(StrEnum):
    """The two weights in use; emphasis is bold, never slanted."""

    REGULAR = "Regular"
    BOLD = "Bold"


def truetype(weight: Weight) -> bytes:
    """Return the TrueType (glyf) file of ``weight``, to embed in a PDF or to draw with."""
    return _read(f"OpenSans-{weight}.ttf")


def woff2(weight: Weight) -> bytes:
    """Return the WOFF2 file of ``weight``, to serve to a browser."""
    return _read(f"OpenSans-{weight}.woff2")


def _read(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
