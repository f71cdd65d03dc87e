"""The receipt printer: an interface, and the ESC/POS printer on a serial line.

Three habits keep a slip from reaching the wrong voter. Before each job both sides' buffers are cleared and the
printer is asked how it is; when a job fails they are cleared at once, before anybody puts paper in; and the scrap
that a failed job left is marked void and cut off before the next paper begins.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

import serial

from epilwu.booth.devices.errors import LINE_ERRORS, PrinterFault, PrinterState
from epilwu.booth.devices.standins import stands_in
from epilwu.receipt import escpos
from epilwu.receipt.escpos import PaperEnd

_CHUNK: Final = 512  # bytes; the smallest piece that is written at once
_ANSWER_LIMIT: Final = 64  # bytes of noise that are read past while waiting for an answer
_BROKEN_OFF: Final = bytes(16)  # completes whatever short command a process that died left half sent
_LARGEST_PICTURE: Final = 48 << 10  # bytes; more than any picture on our papers
_PROCESS_LETTERS: Final = "ABCDEFGHIJKLMNO"  # bit 4 clear: none looks like a status byte


class Printed(Enum):
    """How sure the printer made us that a paper is out."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class Completion(Enum):
    """How a model says that a job is done: GS ( H process id, GS r behind the data, or not at all."""

    PROCESS_ID = "process-id"
    STATUS = "status"
    NONE = "none"


class Printer(Protocol):
    """What the booth needs of a printer. Every method returns within its time-outs."""

    @property
    def stands_in(self) -> bool:
        """Whether this is no real printer."""
        ...

    def prepare(self) -> PrinterState:
        """Drop all that was sent and not yet printed; return READY or PAPER_LOW, or raise ``PrinterFault``."""
        ...

    def status(self) -> PrinterState:
        """Ask without disturbing a job; never raises for the printer's troubles."""
        ...

    def print(self, data: bytes) -> Printed:
        """Prepare, print one paper, wait until it is out; raise ``PrinterFault`` when it is not known to be whole."""
        ...

    def void_scrap(self) -> None:
        """Mark as void and cut off whatever a job left that broke off before this object was made (power cut)."""
        ...

    def close(self) -> None:
        """Let go of the device; nothing that is unsent will be sent."""
        ...


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """Where the printer is and what its model can do. Times in seconds.

    answers_clear: the model answers DLE DC4 function 8. Where it does not, nothing can take back what the printer
    holds already, and officers must switch it off and on after a fault; see ``EscPosPrinter``.
    """

    port: str
    baudrate: int = 115200
    rtscts: bool = False
    dsrdtr: bool = False
    paper_end: PaperEnd = PaperEnd.CUT
    completion: Completion = Completion.STATUS
    answers_clear: bool = True
    reply_timeout: float = 0.5
    write_timeout: float = 2.0
    job_timeout: float = 30.0


def state_of(printer: int, offline_cause: int, error_cause: int, paper: int) -> PrinterState:
    """The state that the four DLE EOT answers (n = 1 to 4) tell; the most telling cause first."""
    if offline_cause & 0x04:
        return PrinterState.COVER_OPEN
    if paper & 0x60 or offline_cause & 0x20:
        return PrinterState.PAPER_OUT
    if offline_cause & 0x40 or error_cause & 0x6C:
        return PrinterState.ERROR
    if printer & 0x08 or offline_cause & 0x08:
        return PrinterState.OFFLINE
    return PrinterState.PAPER_LOW if paper & 0x0C else PrinterState.READY


class EscPosPrinter:
    """An ESC/POS printer on a serial line (real, USB or pseudo-terminal).

    The port is opened when first needed and again after it was lost, so a printer may be unplugged and plugged in.
    """

    def __init__(self, settings: PrinterSettings) -> None:
        self._settings = settings
        self._serial: serial.Serial | None = None
        self._scrap = False
        self._unsent_risk = 0

    @property
    def stands_in(self) -> bool:
        """See ``Printer.stands_in``."""
        return stands_in(self._settings.port)

    def prepare(self) -> PrinterState:
        """See ``Printer.prepare``; also cuts off, marked void, what a failed job left on the paper."""
        self._clear()
        self._write(escpos.INITIALISE + escpos.NO_AUTOMATIC_STATUS)
        state = self._ask(bytearray())
        if not state.can_print:
            raise self._fault(state)
        if self._scrap:
            self._run(escpos.void_mark(self._settings.paper_end))
            self._scrap = False
        return state

    def status(self) -> PrinterState:
        """See ``Printer.status``. Bytes that are no status answers are dropped."""
        try:
            return self._ask(bytearray())
        except PrinterFault as fault:
            return fault.state

    def print(self, data: bytes) -> Printed:
        """See ``Printer.print``. After a fault the buffers are cleared here already, before paper is put in."""
        self.prepare()
        return self._run(data)

    def void_scrap(self) -> None:
        """See ``Printer.void_scrap``. The dead process may have left a picture half sent."""
        self._scrap = True
        self._unsent_risk = max(self._unsent_risk, _LARGEST_PICTURE)
        self.prepare()

    def close(self) -> None:
        """See ``Printer.close``."""
        port, self._serial = self._serial, None
        if port is None:
            return
        with contextlib.suppress(*LINE_ERRORS):
            port.reset_output_buffer()  # else close() waits for a line that may never take it
        with contextlib.suppress(*LINE_ERRORS):
            port.close()

    def _run(self, data: bytes) -> Printed:
        self._scrap = True
        self._unsent_risk = len(data)
        try:
            for start in range(0, len(data), self._piece()):
                self._write(data[start : start + self._piece()])
            printed = self._wait_until_printed()
        except PrinterFault as fault:
            raise self._abandon(fault) from None
        self._scrap = False
        self._unsent_risk = 0
        return printed

    def _piece(self) -> int:
        """Bytes a write: half of what the line carries within the time-out, which is thus one of progress."""
        return max(_CHUNK, int(self._settings.baudrate / 10 * self._settings.write_timeout / 2))

    def _abandon(self, fault: PrinterFault) -> PrinterFault:
        """Clear what the failed job left, as far as the printer lets us, and find the state to report."""
        try:
            self._clear()
            state = self._ask(bytearray())
        except PrinterFault:
            return fault
        return fault if state.can_print else self._fault(state)

    def _clear(self) -> None:
        """Empty the system's buffers and the printer's; raise SILENT when the printer does not confirm it."""
        fresh = self._serial is None
        port = self._open()
        try:
            port.reset_output_buffer()
            port.reset_input_buffer()
        except LINE_ERRORS as error:
            raise self._lost() from error
        if fresh:
            self._write(_BROKEN_OFF)
        if self._settings.answers_clear:
            self._write(escpos.CLEAR_BUFFERS)
            if not self._read_until(escpos.CLEARED).endswith(escpos.CLEARED):
                raise self._fault(PrinterState.SILENT)
            self._unsent_risk = 0
        elif self._unsent_risk:
            # White dots for a picture that broke off; between commands printers ignore NUL.
            padding = bytes(_CHUNK)
            for _ in range(-(-self._unsent_risk // _CHUNK)):
                self._write(padding)
            self._unsent_risk = 0

    def _ask(self, strays: bytearray) -> PrinterState:
        """The printer's state by DLE EOT 1 to 4; other bytes that come are added to ``strays``."""
        queries = (escpos.ASK_PRINTER, escpos.ASK_OFFLINE_CAUSE, escpos.ASK_ERROR_CAUSE, escpos.ASK_PAPER)
        printer, offline_cause, error_cause, paper = (self._ask_one(query, strays) for query in queries)
        return state_of(printer, offline_cause, error_cause, paper)

    def _ask_one(self, query: bytes, strays: bytearray) -> int:
        self._write(query)
        deadline = time.monotonic() + self._settings.reply_timeout
        for _ in range(_ANSWER_LIMIT):
            answer = self._read_byte(deadline)
            if answer is None:
                break
            if answer & 0x93 == 0x12:  # bits 1 and 4 set, 0 and 7 clear: the mark of every DLE EOT answer
                return answer
            strays.append(answer)
        raise self._fault(PrinterState.SILENT)

    def _wait_until_printed(self) -> Printed:
        """Wait for the model's sign; ask for the state between, so that a fault shows before the job's time is up."""
        completion = self._settings.completion
        deadline = time.monotonic() + self._settings.job_timeout
        expected = b""
        if completion is Completion.STATUS:
            self._write(escpos.ASK_WHEN_PRINTED)
        elif completion is Completion.PROCESS_ID:
            letters = "".join(secrets.choice(_PROCESS_LETTERS) for _ in range(4)).encode("ascii")
            self._write(escpos.PROCESS_ID + b"0" + letters)
            expected = escpos.PROCESS_ID_HEAD + letters + b"\0"
        answers = bytearray()
        while time.monotonic() < deadline:
            self._drain(deadline)
            if completion is Completion.NONE:
                self._check(answers)
                return Printed.UNCONFIRMED
            answer = self._read_byte(min(deadline, time.monotonic() + self._settings.reply_timeout))
            if answer is None:
                self._check(answers)
            else:
                answers.append(answer)
            if expected in answers if expected else any(byte & 0x90 == 0 for byte in answers):
                return Printed.CONFIRMED
        raise self._fault(PrinterState.ERROR)

    def _check(self, strays: bytearray) -> None:
        state = self._ask(strays)
        if not state.can_print:
            raise self._fault(state)

    def _drain(self, deadline: float) -> None:
        """Wait until the system has sent all; a query behind a long queue would look unanswered."""
        port = self._open()
        try:
            while port.out_waiting:
                if time.monotonic() > deadline:
                    raise self._fault(PrinterState.SILENT)
                time.sleep(0.005)
        except LINE_ERRORS as error:
            raise self._lost() from error

    def _write(self, data: bytes) -> None:
        try:
            self._open().write(data)
        except serial.SerialTimeoutException:
            raise self._fault(PrinterState.SILENT) from None
        except LINE_ERRORS as error:
            raise self._lost() from error

    def _read_byte(self, deadline: float) -> int | None:
        port = self._open()
        try:
            port.timeout = max(0.0, deadline - time.monotonic())
            data = port.read(1)
        except LINE_ERRORS as error:
            raise self._lost() from error
        return data[0] if data else None

    def _read_until(self, expected: bytes) -> bytes:
        deadline = time.monotonic() + self._settings.reply_timeout
        data = bytearray()
        while not data.endswith(expected) and len(data) < _ANSWER_LIMIT:
            byte = self._read_byte(deadline)
            if byte is None:
                break
            data.append(byte)
        return bytes(data)

    def _open(self) -> serial.Serial:
        if self._serial is None:
            settings = self._settings
            try:
                self._serial = serial.Serial(
                    settings.port,
                    settings.baudrate,
                    timeout=settings.reply_timeout,
                    write_timeout=settings.write_timeout,
                    rtscts=settings.rtscts,
                    dsrdtr=settings.dsrdtr,
                    exclusive=True,
                )
            except (*LINE_ERRORS, ValueError) as error:
                raise self._fault(PrinterState.SILENT) from error
        return self._serial

    def _lost(self) -> PrinterFault:
        self.close()
        return self._fault(PrinterState.SILENT)

    def _fault(self, state: PrinterState) -> PrinterFault:
        return PrinterFault(state, where=self._settings.port)
