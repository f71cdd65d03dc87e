"""What the desk refuses."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class CountImpossible(EpilwuError):
    """A mark or figure that no desk can have."""

    code = "desk-count"


class OtherBookThere(EpilwuError):
    """The medium holds another book of the same desk; neither is lost."""

    code = "desk-other-book"
