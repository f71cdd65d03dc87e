"""ESC/POS read strictly: only what E-Pilwu may send to a printer, each command whole and within its range.

A real printer passes over what it does not know and prints the rest as letters; a test printer must not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from epilwu.receipt.escpos import PROCESS_ID


class Misunderstood(Exception):
    """Bytes that are no command of ours."""


@dataclass(frozen=True, slots=True)
class Initialise:
    """ESC @."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A mode with one value: ``name`` is align, bold, size, or one that a picture does not show."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Line:
    """Printable characters up to a line feed."""

    text: str


@dataclass(frozen=True, slots=True)
class FeedLines:
    """ESC d."""

    lines: int


@dataclass(frozen=True, slots=True)
class RasterImage:
    """GS v 0 at normal density."""

    width_bytes: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """GS V 66."""


@dataclass(frozen=True, slots=True)
class AskPaper:
    """GS r 1."""


@dataclass(frozen=True, slots=True)
class AskProcess:
    """GS ( H, function 48, with its four characters."""

    letters: bytes


Command = Initialise | Setting | Line | FeedLines | RasterImage | Cut | AskPaper | AskProcess

_SETTINGS: Final = {
    b"\x1ba": ("align", (0, 1)),
    b"\x1bE": ("bold", (0, 1)),
    b"\x1d!": ("size", (0x00, 0x01, 0x11, 0x33)),
    b"\x1bR": ("characters", (0,)),
    b"\x1bt": ("code page", (0,)),
    b"\x1da": ("automatic status", (0,)),
}
_MAX_WIDTH_BYTES: Final = 72
_MAX_HEIGHT: Final = 2303
_MAX_LINE: Final = 48


def next_command(buffer: bytes | bytearray) -> tuple[Command | None, int]:
    """The first command in ``buffer`` and its length in bytes; (None, 0) while it is incomplete.

    NUL bytes are passed over as printers do: (None, n). Raise ``Misunderstood`` for what cannot become a command.
    """
    if not buffer:
        return None, 0
    if buffer[0] == 0:
        return None, len(buffer) - len(buffer.lstrip(b"\0"))
    if buffer[0] not in (0x1B, 0x1D):
        return _line(buffer)
    if len(buffer) < 2:
        return None, 0
    head = bytes(buffer[:2])
    return _READERS.get(head, _short)(buffer)


def _short(buffer: bytes | bytearray) -> tuple[Command | None, int]:
    head = bytes(buffer[:2])
    if head not in _SETTINGS and head != b"\x1bd":
        raise Misunderstood(f"unknown command {head.hex(' ')}")
    if len(buffer) < 3:
        return None, 0
    value = buffer[2]
    if head == b"\x1bd":
        if not 1 <= value <= 20:
            raise Misunderstood(f"feed of {value} lines")
        return FeedLines(value), 3
    name, allowed = _SETTINGS[head]
    if value not in allowed:
        raise Misunderstood(f"{name} {value}")
    return Setting(name, value), 3


def _fixed(expected: bytes, command: Command) -> Callable[[bytes | bytearray], tuple[Command | None, int]]:
    """A reader of a command that has one form only."""
    return lambda buffer: (command, len(expected)) if _matches(buffer, expected) else (None, 0)


def _line(buffer: bytes | bytearray) -> tuple[Command | None, int]:
    end = buffer.find(b"\n")
    text = bytes(buffer[: end if end >= 0 else _MAX_LINE + 1])
    if len(text) > _MAX_LINE:
        raise Misunderstood("a line wider than any paper")
    if not (text.isascii() and text.decode("ascii").isprintable()):
        raise Misunderstood(f"characters outside ASCII: {text!r}")
    return (Line(text.decode("ascii")), end + 1) if end >= 0 else (None, 0)


def _raster(buffer: bytes | bytearray) -> tuple[Command | None, int]:
    if not _matches(buffer, b"\x1dv0\x00") or len(buffer) < 8:
        return None, 0
    width, height = int.from_bytes(buffer[4:6], "little"), int.from_bytes(buffer[6:8], "little")
    if not (1 <= width <= _MAX_WIDTH_BYTES and 1 <= height <= _MAX_HEIGHT):
        raise Misunderstood(f"a picture of {width} bytes by {height}")
    size = 8 + width * height
    return (RasterImage(width, height, bytes(buffer[8:size])), size) if len(buffer) >= size else (None, 0)


def _process(buffer: bytes | bytearray) -> tuple[Command | None, int]:
    head = PROCESS_ID + b"0"
    size = len(head) + 4
    if not _matches(buffer, head) or len(buffer) < size:
        return None, 0
    return AskProcess(bytes(buffer[len(head) : size])), size


def _matches(buffer: bytes | bytearray, expected: bytes) -> bool:
    """True once ``buffer`` begins with ``expected``, False while it may; raise ``Misunderstood`` when it cannot."""
    start = bytes(buffer[: len(expected)])
    if not expected.startswith(start):
        raise Misunderstood(f"unknown command {start.hex(' ')}")
    return len(start) == len(expected)


_READERS: Final = {
    b"\x1b@": _fixed(b"\x1b@", Initialise()),
    b"\x1b2": _fixed(b"\x1b2", Setting("line spacing", 0)),
    b"\x1dV": _fixed(b"\x1dVB\x00", Cut()),
    b"\x1dr": _fixed(b"\x1dr\x01", AskPaper()),
    b"\x1dv": _raster,
    b"\x1d(": _process,
}
