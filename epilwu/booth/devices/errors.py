"""What the devices refuse or report. A fault is told apart from a slow answer by time-outs, never by hope."""

from __future__ import annotations

import termios
from enum import Enum
from typing import Final

from epilwu.errors import EpilwuError

LINE_ERRORS: Final = (OSError, termios.error)
"""What a serial line raises when it goes away: pyserial's own errors are OSErrors, those of a flush are not."""


class PrinterState(Enum):
    """What a printer says of itself. A printer that says nothing is SILENT, which counts as broken."""

    READY = "ready"
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    OFFLINE = "offline"
    ERROR = "error"
    SILENT = "silent"

    @property
    def can_print(self) -> bool:
        """True for READY and PAPER_LOW alone."""
        return self in (PrinterState.READY, PrinterState.PAPER_LOW)


_SENTENCES = {
    PrinterState.READY: ("Printer siap.", ""),
    PrinterState.PAPER_LOW: ("Kertas printer hampir habis.", "Siapkan gulungan baru."),
    PrinterState.PAPER_OUT: ("Kertas printer habis.", "Pasang gulungan kertas baru."),
    PrinterState.COVER_OPEN: ("Tutup printer terbuka.", "Tutup rapat sampai berbunyi klik."),
    PrinterState.OFFLINE: (
        "Printer tidak dalam keadaan siap.",
        "Tekan tombol pada printer, atau matikan lalu nyalakan.",
    ),
    PrinterState.ERROR: ("Printer bermasalah.", "Periksa kertas macet, matikan lalu nyalakan printer."),
    PrinterState.SILENT: ("Printer tidak menjawab.", "Periksa kabel dan listrik printer."),
}


class DeviceError(EpilwuError):
    """Root of the devices' refusals."""

    code = "device"


class PrinterFault(DeviceError):
    """The printer cannot print, or could not finish a paper. ``state`` says which."""

    code = "printer-fault"

    def __init__(self, state: PrinterState, *, where: str = "") -> None:
        what, todo = _SENTENCES[state]
        super().__init__(what, where=where, todo=todo)
        self.state = state

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the state, which holds the sentences."""
        return (_rebuild_fault, (self.state, self.where))


def _rebuild_fault(state: PrinterState, where: str) -> PrinterFault:
    return PrinterFault(state, where=where)


class ScannerGone(DeviceError):
    """The scanner's device is not there or does not let itself be read."""

    code = "scanner-gone"


class UnreadableScan(DeviceError):
    """The scanner sent a line that is no text: too long, cut off, or with bytes that no code of ours has."""

    code = "scan-unreadable"
