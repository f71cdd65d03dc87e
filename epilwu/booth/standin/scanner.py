"""PEMINDAI TIRUAN: a scanner that sends what it is told to, over a pseudo-terminal."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from epilwu.booth.standin.line import SerialLine


class ScannerStandIn:
    """A stand-in scanner. Use as a context manager; ``path`` is its serial device."""

    def __init__(self, path: Path, *, line_end: bytes = b"\r") -> None:
        self.path = path
        self._line = SerialLine(path)
        self._line_end = line_end

    def __enter__(self) -> ScannerStandIn:
        """Make the device."""
        self._line.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the device away."""
        self._line.pull()

    def scan(self, text: str) -> None:
        """Send ``text`` as one scanned code. Raise ``OSError`` while unplugged or when nobody has read for long."""
        self.send(text.encode("utf-8") + self._line_end)

    def send(self, data: bytes) -> None:
        """Send raw bytes, as a broken or foreign scanner might."""
        while data:
            data = data[os.write(self._line.descriptor, data) :]

    def unplug(self) -> None:
        """Pull the cable: the device vanishes."""
        self._line.pull()

    def plug(self) -> None:
        """Put the cable back, under the same name."""
        self._line.plug()
