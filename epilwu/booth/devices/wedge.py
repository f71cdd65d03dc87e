"""The scanner that types like a keyboard: the kiosk's page gathers what it types, and hands it in here.

A keyboard says nothing of itself, so whether it is plugged in shows only where its device file is known.
"""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Final

from epilwu.booth.devices.errors import ScannerGone, UnreadableScan
from epilwu.booth.devices.scanner import LINE_LIMIT, SerialScanner

WEDGE: Final = "wedge"


class WedgeScanner:
    """A ``Scanner`` whose lines a page brings. ``device``: the keyboard's own file, where its coming and going shows.

    One line waits at most: who holds a card before the scanner twice is not two voters.
    """

    def __init__(self, device: Path | None = None) -> None:
        self._device = device
        self._lines: queue.Queue[str] = queue.Queue(maxsize=1)

    @property
    def stands_in(self) -> bool:
        """See ``Scanner.stands_in``: a keyboard is a keyboard."""
        return False

    def bring(self, text: str) -> None:
        """The page has gathered ``text``; dropped while another line waits."""
        if not self._lines.full():
            self._lines.put_nowait(text)

    def read(self, timeout: float) -> str | None:
        """See ``Scanner.read``."""
        if not self.present():
            self.discard()
            raise ScannerGone("Pemindai tidak terhubung.", where=str(self._device), todo="Periksa kabel pemindai.")
        try:
            text = self._lines.get(timeout=timeout) if timeout > 0 else self._lines.get_nowait()
        except queue.Empty:
            return None
        if len(text) > LINE_LIMIT or not (text.isascii() and text.isprintable()):
            raise UnreadableScan("Kode tidak terbaca.", where=WEDGE, todo="Pindai sekali lagi.")
        return text

    def discard(self) -> None:
        """See ``Scanner.discard``."""
        while not self._lines.empty():
            self._lines.get_nowait()

    def present(self) -> bool:
        """See ``Scanner.present``; always true where no device file is known."""
        return self._device is None or self._device.exists()

    def close(self) -> None:
        """See ``Scanner.close``: nothing is held."""
        self.discard()


def scanner_named(name: str) -> SerialScanner | WedgeScanner:
    """The scanner of a command's option: ``wedge``, ``wedge:`` and the keyboard's device file, or a serial line."""
    if name == WEDGE:
        return WedgeScanner()
    if name.startswith(f"{WEDGE}:"):
        return WedgeScanner(Path(name.removeprefix(f"{WEDGE}:")))
    return SerialScanner(name)
