"""What the desk refuses."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class CountImpossible(EpilwuError):
    """A mark or figure that no desk can have."""

    code = "desk-count"


class DeskFileTrouble(EpilwuError):
    """A file of the desk's cannot be read or written."""

    code = "desk-file"
