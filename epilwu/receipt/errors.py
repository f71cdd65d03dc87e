"""What the receipt room refuses."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class ReceiptError(EpilwuError):
    """Root of the room's refusals."""

    code = "receipt"


class MalformedCode(ReceiptError):
    """A text is not the one canonical form of a signed code (``EPW1:``, ``EPC1:``)."""

    code = "code-malformed"


class ForgedCode(ReceiptError):
    """A code is well formed, but its signature is not by the key that it was checked against."""

    code = "code-forged"


class PayloadOutOfRange(ReceiptError):
    """A value does not fit its field of a fixed layout. Nothing was signed."""

    code = "payload-out-of-range"


class LayoutMismatch(ReceiptError):
    """Text and QR of one paper would disagree. Nothing was laid out."""

    code = "layout-mismatch"


class Unprintable(ReceiptError):
    """A text has no faithful form in the characters that every receipt printer has."""

    code = "unprintable"
