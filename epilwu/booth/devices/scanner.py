"""The barcode scanner: an interface, and the scanner on a serial line.

A scanner is a keyboard that strangers type on: whatever it sends is text to be checked, bounded in length, and never
more than one line at a time.
"""

from __future__ import annotations

import contextlib
import time
from typing import Final, Protocol

import serial

from epilwu.booth.devices.errors import LINE_ERRORS, ScannerGone, UnreadableScan
from epilwu.booth.devices.standins import stands_in

LINE_LIMIT: Final = 512  # the longest code of ours is 344 characters
_STALE_AFTER: Final = 0.5  # seconds; a scanner sends a line in one go, so an older beginning belongs to no line


class Scanner(Protocol):
    """What the booth needs of a scanner."""

    @property
    def stands_in(self) -> bool:
        """Whether this is no real scanner."""
        ...

    def read(self, timeout: float) -> str | None:
        """The next scanned text, or None after ``timeout`` seconds (0: what is there already).

        Raise ``UnreadableScan`` for a line that is no printable ASCII, ``ScannerGone`` when the device is lost.
        """
        ...

    def discard(self) -> None:
        """Forget what was scanned and not read yet, so that an idle screen does not act on an old card."""
        ...

    def present(self) -> bool:
        """True when the device is there and can be opened."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class SerialScanner:
    """A scanner that ends each code by CR, LF or both. Opened when first needed and again after it was lost."""

    def __init__(self, port: str, *, baudrate: int = 9600) -> None:
        self._port = port
        self._baudrate = baudrate
        self._serial: serial.Serial | None = None
        self._pending = bytearray()
        self._last_byte_at = 0.0
        self._overlong = False

    @property
    def stands_in(self) -> bool:
        """See ``Scanner.stands_in``."""
        return stands_in(self._port)

    def read(self, timeout: float) -> str | None:
        """See ``Scanner.read``."""
        deadline = time.monotonic() + timeout
        while True:
            line = self._take_line()
            if line is not None:
                return _text(line, self._port)
            if not self._receive(max(0.0, deadline - time.monotonic())):
                return None

    def discard(self) -> None:
        """See ``Scanner.discard``."""
        self._pending.clear()
        self._overlong = False
        try:
            self._open().reset_input_buffer()
        except LINE_ERRORS as error:
            raise self._lost() from error

    def present(self) -> bool:
        """See ``Scanner.present``; asks the device's modem lines or input queue, so that a pulled cable shows."""
        try:
            return self._open().in_waiting >= 0
        except ScannerGone:
            return False
        except LINE_ERRORS:
            self._lost()
            return False

    def close(self) -> None:
        """See ``Scanner.close``."""
        port, self._serial = self._serial, None
        self._pending.clear()
        self._overlong = False
        if port is not None:
            with contextlib.suppress(*LINE_ERRORS):
                port.close()

    def _take_line(self) -> bytes | None:
        """The first whole line that is not empty; a line past the limit is passed on as one byte too long."""
        while True:
            ends = [at for at in (self._pending.find(b"\r"), self._pending.find(b"\n")) if at >= 0]
            if not ends:
                if len(self._pending) > LINE_LIMIT:
                    self._overlong = True
                    self._pending.clear()
                return None
            line = bytes(self._pending[: min(ends)])
            del self._pending[: min(ends) + 1]
            if self._overlong:
                self._overlong = False
                return bytes(LINE_LIMIT + 1)
            if line:
                return line

    def _receive(self, wait: float) -> bool:
        port = self._open()
        try:
            port.timeout = wait
            data = port.read(1)
            data += port.read(min(port.in_waiting, LINE_LIMIT)) if data else b""
        except LINE_ERRORS as error:
            raise self._lost() from error
        now = time.monotonic()
        if data and now - self._last_byte_at > _STALE_AFTER:
            self._pending.clear()
            self._overlong = False
        if data:
            self._last_byte_at = now
            self._pending += data
        return bool(data)

    def _open(self) -> serial.Serial:
        if self._serial is None:
            try:
                self._serial = serial.Serial(self._port, self._baudrate, timeout=0, exclusive=True)
            except (*LINE_ERRORS, ValueError) as error:
                raise self._gone() from error
        return self._serial

    def _lost(self) -> ScannerGone:
        self.close()
        return self._gone()

    def _gone(self) -> ScannerGone:
        return ScannerGone("Pemindai tidak terhubung.", where=self._port, todo="Periksa kabel pemindai.")


def _text(line: bytes, port: str) -> str:
    if len(line) > LINE_LIMIT or not (line.isascii() and line.decode("ascii").isprintable()):
        raise UnreadableScan("Kode tidak terbaca.", where=port, todo="Pindai sekali lagi.")
    return line.decode("ascii")
