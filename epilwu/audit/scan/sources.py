"""Where papers come from, behind one interface: a scanner on a serial line, one that types, files of pictures.

The camera's page is a source, too, but it delivers to a server (``epilwu.audit.web.camera``). A scanner is a keyboard
that strangers type on: what it sends is bounded, must be printable ASCII, and is only ever looked at, never obeyed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import serial

from epilwu.audit.scan.errors import DeviceLost, ReadAgain
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.pictures import ScannedPicture, scan_files
from epilwu.audit.verify import Workers

LINE_LIMIT: Final = 512
"""The longest code of ours has 341 characters."""
_STALE_AFTER: Final = 0.5  # seconds; a scanner sends a line in one go, so an older beginning belongs to no line
_ERRORS = (OSError, serial.SerialException)


class SlipSource(Protocol):
    """Anything that papers come from."""

    @property
    def kind(self) -> Source:
        """What the record calls it."""
        ...

    def reads(self) -> Iterator[ScannedPicture]:
        """Each paper as it comes; ends where there are no more. Raises ``ScanRefused`` for a single bad reading."""
        ...


class PictureFiles:
    """Photos, or scanned pages: a page is one paper, or (``laid_out``) shows many."""

    def __init__(self, paths: Sequence[Path], workers: Workers, *, laid_out: bool = False) -> None:
        self._paths = paths
        self._workers = workers
        self._laid_out = laid_out

    @property
    def kind(self) -> Source:
        """See ``SlipSource``."""
        return Source.PAGE if self._laid_out else Source.PICTURE

    def reads(self) -> Iterator[ScannedPicture]:
        """See ``SlipSource``."""
        return scan_files(self._paths, self._workers, laid_out=self._laid_out)


class TypedLines:
    """A scanner that types like a keyboard: lines of text. Raises ``ReadAgain`` out of its iterator's ``next``."""

    kind = Source.KEYBOARD

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    def reads(self) -> Iterator[ScannedPicture]:
        """See ``SlipSource``."""
        for line in self._lines:
            if text := line.strip("\r\n"):
                yield ScannedPicture("", (text,))


class SerialLine:
    """A scanner on a serial line that ends each code by CR, LF or both; opened when needed, and again after a loss."""

    kind = Source.SERIAL

    def __init__(self, port: str, *, baudrate: int = 9_600) -> None:
        self._port = port
        self._baudrate = baudrate
        self._serial: serial.Serial | None = None
        self._pending = bytearray()
        self._last_byte = 0.0

    def reads(self) -> Iterator[ScannedPicture]:
        """See ``SlipSource``; never ends. A reading that is refused ends the iterator: ask for ``reads`` again."""
        while True:
            text = self.read(1.0)
            if text is not None:
                yield ScannedPicture("", (text,))

    def read(self, seconds: float) -> str | None:
        """The next line, None after ``seconds``. Raises ``ReadAgain`` for no clean line, ``DeviceLost``."""
        until = time.monotonic() + seconds
        while True:
            line = self._take_line()
            if line is not None:
                return self._text(line)
            if not self._receive(max(0.0, until - time.monotonic())):
                return None

    def close(self) -> None:
        """Let go of the device."""
        port, self._serial = self._serial, None
        self._pending.clear()
        if port is not None:
            with contextlib.suppress(*_ERRORS):
                port.close()

    def _take_line(self) -> bytes | None:
        while True:
            ends = [at for at in (self._pending.find(b"\r"), self._pending.find(b"\n")) if at >= 0]
            if not ends:
                return None
            line = bytes(self._pending[: min(ends)])
            del self._pending[: min(ends) + 1]
            if line:
                return line

    def _text(self, line: bytes) -> str:
        if len(line) > LINE_LIMIT or not (line.isascii() and line.decode("ascii").isprintable()):
            raise ReadAgain("Kiriman pemindai tidak utuh; belum dicatat.", where=self._port, todo="Pindai sekali lagi.")
        return line.decode("ascii")

    def _receive(self, wait: float) -> bool:
        port = self._open()
        try:
            port.timeout = wait
            data = port.read(1)
            data += port.read(min(port.in_waiting, LINE_LIMIT)) if data else b""
        except _ERRORS as error:
            self.close()
            raise self._lost() from error
        now = time.monotonic()
        if data and now - self._last_byte > _STALE_AFTER:
            self._pending.clear()
        if data:
            self._last_byte = now
            self._pending += data
            del self._pending[: max(0, len(self._pending) - 4 * LINE_LIMIT)]  # a device that never ends a line
        return bool(data)

    def _open(self) -> serial.Serial:
        if self._serial is None:
            try:
                self._serial = serial.Serial(self._port, self._baudrate, timeout=0, exclusive=True)
            except (*_ERRORS, ValueError) as error:
                raise self._lost() from error
        return self._serial

    def _lost(self) -> DeviceLost:
        return DeviceLost("Pemindai tidak terhubung.", where=self._port, todo="Periksa kabel pemindai.")
