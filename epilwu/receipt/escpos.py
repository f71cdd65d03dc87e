"""Layouts as ESC/POS bytes, and the few commands by which a printer is asked and cleared.

Commands are those of Epson's public "ESC/POS Command Reference" that the receipt printers of other makers share.
Text is printed with the printer's own font A (12 by 24 dots), emphasised (ESC E) and enlarged (GS !) by the printer:
a picture of the text would be thirty times as many bytes on a serial line. Emphasis is only ever an ornament, since
some printers ignore it; the size of the number is not, and every printer of the family has GS !. The QR symbol is a
raster (GS v 0).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from epilwu.receipt.blocks import Align, Block, Feed, Layout, Pair, QrCode, Rule, Size, Text
from epilwu.receipt.raster import draw
from epilwu.receipt.text import printable, wrap

INITIALISE: Final = b"\x1b@"
"""ESC @: empties the line being set and brings every mode back to its default. It leaves the receive buffer alone."""

CLEAR_BUFFERS: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4, function 8: real-time; drops all that was received and not yet printed, even inside a command. The host
waits for ``CLEARED`` before it sends on."""

CLEARED: Final = b"\x37\x25\x00"
"""The printer's answer to ``CLEAR_BUFFERS``."""

CANCEL_PAGE: Final = b"\x18"
"""CAN: drops a page-mode page. E-Pilwu prints in standard mode, where printers ignore it; harmless and cheap."""

ASK_PRINTER: Final = b"\x10\x04\x01"
"""DLE EOT 1: real-time; one byte, bit 3 set when offline."""

ASK_OFFLINE_CAUSE: Final = b"\x10\x04\x02"
"""DLE EOT 2: bit 2 cover open, bit 3 fed by its button, bit 5 stopped for want of paper, bit 6 error."""

ASK_ERROR_CAUSE: Final = b"\x10\x04\x03"
"""DLE EOT 3: bit 2 mechanical error, bit 3 cutter, bit 5 unrecoverable, bit 6 recovers by itself (a hot head)."""

ASK_PAPER: Final = b"\x10\x04\x04"
"""DLE EOT 4: bits 2 and 3 set when the roll is near its end, bits 5 and 6 when it has ended."""

NO_AUTOMATIC_STATUS: Final = b"\x1da\x00"
"""GS a 0: no status bytes unasked, which could be taken for an answer."""

ASK_WHEN_PRINTED: Final = b"\x1dr\x01"
"""GS r 1: waits its turn in the buffer behind the data; one byte, the paper sensors. Its arrival says that what
stood before it was set. A printer that stopped for want of paper does not send it."""

PROCESS_ID: Final = b"\x1d(H\x06\x000"
"""GS ( H, function 48, to be followed by "0" and four printable characters, which come back in ``PROCESS_ID_HEAD`` +
characters + NUL once what stood before it is printed. Newer printers only."""

PROCESS_ID_HEAD: Final = b"\x37\x22"

_FONT_DEFAULTS: Final = b"\x1bR\x00\x1bt\x00\x1b2"  # American characters, code page 437, default line spacing
_CUT: Final = b"\x1dVB\x00"  # GS V 66 0: feed to the cutter, cut leaving a bridge
_TEAR_OFF_LINES: Final = 6


class PaperWidth(Enum):
    """A printer's paper: its printable dots (8 a millimetre) and columns of font A."""

    MM58 = (384, 32)
    MM80 = (576, 48)

    @property
    def dots(self) -> int:
        """Printable dots across."""
        return self.value[0]

    @property
    def columns(self) -> int:
        """Characters of normal size across."""
        return self.value[1]


class PaperEnd(Enum):
    """How a paper comes off: by the printer's cutter, or torn by hand, for which it is fed past the edge."""

    CUT = _CUT
    TEAR_OFF = b"\x1bd" + bytes([_TEAR_OFF_LINES])


def render(layout: Layout, width: PaperWidth, end: PaperEnd = PaperEnd.CUT) -> bytes:
    """The bytes that print ``layout`` and end its paper. Raise ``Unprintable`` for text without an ASCII form."""
    parts = [INITIALISE, _FONT_DEFAULTS]
    parts += [_block(block, width) for block in layout.blocks]
    parts.append(end.value)
    return b"".join(parts)


def void_mark(end: PaperEnd = PaperEnd.CUT) -> bytes:
    """The bytes that end a paper whose printing broke off, marked as void, so that nothing else lands on it."""
    text = _text(Text("*** BATAL ***", Size.LARGE, bold=True), PaperWidth.MM58.columns)
    return b"".join([INITIALISE, _FONT_DEFAULTS, b"\n", text, _text(Text("Bukan struk."), 32), end.value])


def _block(block: Block, width: PaperWidth) -> bytes:
    match block:
        case Text():
            return _text(block, width.columns)
        case Pair():
            return _pair(block, width.columns)
        case Rule():
            return _text(Text("-" * width.columns, align=Align.LEFT), width.columns)
        case Feed():
            return b"\x1bd" + bytes([block.lines])
        case QrCode():
            return _qr(block, width)


def _text(block: Text, columns: int) -> bytes:
    size = bytes([(block.size.width - 1) << 4 | (block.size.height - 1)])
    lines = wrap(printable(block.text), columns // block.size.width)
    modes = b"\x1ba" + bytes([block.align.value]) + b"\x1bE" + bytes([block.bold]) + b"\x1d!" + size
    return modes + b"".join(line.encode("ascii") + b"\n" for line in lines)


def _pair(block: Pair, columns: int) -> bytes:
    label, figure = printable(block.label), printable(block.figure)
    gap = columns - len(label) - len(figure)
    lines = [label + " " * gap + figure] if gap >= 1 else [*wrap(label, columns), *wrap(figure, columns)]
    plain = b"\x1ba\x00\x1bE\x00\x1d!\x00"
    return plain + b"".join(line.encode("ascii") + b"\n" for line in lines)


def _qr(block: QrCode, width: PaperWidth) -> bytes:
    raster = draw(block, width.dots)
    size = raster.width_bytes.to_bytes(2, "little") + raster.height.to_bytes(2, "little")
    return b"\x1ba\x00\x1dv0\x00" + size + raster.data
