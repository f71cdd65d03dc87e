"""PRINTER TIRUAN: a receipt printer that is a thread, a pseudo-terminal and a folder of pictures.

It behaves as a serial printer does where that matters: real-time commands (DLE) are obeyed the moment they arrive,
even inside a picture; everything else waits in a receive buffer, which stands still while the printer has no paper,
an open cover or an error, and goes on where it stopped once that is mended, unless the host cleared it.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Final

from epilwu.booth.standin import commands
from epilwu.booth.standin.commands import Misunderstood, next_command
from epilwu.booth.standin.line import SerialLine
from epilwu.booth.standin.paper import LINE_DOTS, Paper
from epilwu.receipt import escpos
from epilwu.receipt.blocks import Align
from epilwu.receipt.escpos import PaperWidth

TEAR_OFF_LINES: Final = 6  # a feed this long brings the paper past the edge, where a hand tears it
NEAR_END_DOTS: Final = 8_000  # about one metre
ROLL_DOTS: Final = 240_000  # a roll of 30 m at 8 dots a millimetre
_BUFFER_BYTES: Final = 1 << 17
_FILLING: Final = bytes(16)  # what a host sends first when it cannot know what was half sent before it
_SHORT_COMMAND: Final = 64
_REAL_TIME: Final = (
    escpos.CLEAR_BUFFERS,
    escpos.ASK_PRINTER,
    escpos.ASK_OFFLINE_CAUSE,
    escpos.ASK_ERROR_CAUSE,
    escpos.ASK_PAPER,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a person can do to the printer, or it to itself.

    paper_dots: what is left of the roll. silent: takes bytes, says and prints nothing (its electronics hang).
    deaf: takes no bytes at all. Set with ``PrinterStandIn.set``.
    """

    paper_dots: int = ROLL_DOTS
    cover_open: bool = False
    offline: bool = False
    error: bool = False
    silent: bool = False
    deaf: bool = False
    answers_clear: bool = True
    answers_completion: bool = True

    @property
    def stopped(self) -> bool:
        """True while nothing is printed."""
        return self.paper_dots <= 0 or self.cover_open or self.offline or self.error


@dataclass(slots=True)
class _Modes:
    values: dict[str, int] = field(default_factory=dict)

    def size(self) -> tuple[int, int]:
        size = self.values.get("size", 0)
        return (size >> 4) + 1, (size & 0x0F) + 1


class PrinterStandIn:
    """A stand-in printer. Use as a context manager; ``path`` is its serial device, ``folder`` takes its papers.

    ``misunderstood`` lists what it was sent and no printer should be; from then on it is in error until ``set`` says
    otherwise. Papers have random names: their order is nobody's business. ``last_picture`` is the last paper's PNG,
    also when its file was put elsewhere. ``began``: when (monotonic seconds) the paper that was printed last, or is
    being printed, began.
    """

    def __init__(self, path: Path, folder: Path, *, width: PaperWidth = PaperWidth.MM58, cutter: bool = True) -> None:
        self.path = path
        self.folder = folder
        self.misunderstood: list[str] = []
        self.last_paper: Path | None = None
        self.last_picture = b""
        self.began = 0.0
        self._width = width
        self._cutter = cutter
        self._line = SerialLine(path)
        self._condition = Condition()
        self._lock = threading.RLock()
        self._paper = Paper(width)
        self._modes = _Modes()
        self._buffer = bytearray()
        self._real_time = bytearray()
        self._thread: threading.Thread | None = None
        self._wake = (-1, -1)
        self._stopping = False

    def __enter__(self) -> PrinterStandIn:
        """Make the device and begin to serve it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._wake = os.pipe()
        os.set_blocking(self._wake[0], False)
        self._plug()
        self._thread = threading.Thread(target=self._serve, name="printer stand-in", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and take the device away. Paper that is not cut is lost."""
        self._stopping = True
        self._nudge()
        if self._thread is not None:
            self._thread.join(5)
        self._line.pull()
        for end in self._wake:
            os.close(end)

    @property
    def condition(self) -> Condition:
        """What the printer is like now."""
        with self._lock:
            return self._condition

    def set(
        self,
        *,
        paper_dots: int | None = None,
        cover_open: bool | None = None,
        offline: bool | None = None,
        error: bool | None = None,
        silent: bool | None = None,
        deaf: bool | None = None,
        answers_clear: bool | None = None,
        answers_completion: bool | None = None,
    ) -> None:
        """Change what is not None; printing that stood still goes on if nothing stops it any more."""
        given = {name: value for name, value in locals().items() if name != "self" and value is not None}
        with self._lock:
            self._condition = replace(self._condition, **given)
        self._nudge()

    def unplug(self) -> None:
        """Pull the cable: the device vanishes, the printer keeps its power and what is in its buffer."""
        with self._lock:
            self._line.pull()
        self._nudge()

    def plug(self) -> None:
        """Put the cable back, under the same name."""
        with self._lock:
            self._plug()
        self._nudge()

    def new_roll(self) -> None:
        """Put in a full roll of paper (30 m, some 280 slips)."""
        self.set(paper_dots=ROLL_DOTS)

    def switch_off_and_on(self) -> None:
        """Lose the buffers and every mode; paper stays as it is."""
        with self._lock:
            self._clear()
            self._condition = replace(self._condition, error=False, silent=False, deaf=False)
        self._nudge()

    def papers(self) -> list[Path]:
        """The pictures so far, in the order of their (random) names."""
        return sorted(self.folder.glob("*.png"))

    def _plug(self) -> None:
        self._line.plug()
        self._line.watch_flushes()

    def _nudge(self) -> None:
        os.write(self._wake[1], b"!")

    def _serve(self) -> None:
        while not self._stopping:
            with self._lock:
                descriptor = self._line.descriptor
                listening = not self._condition.deaf and len(self._buffer) < _BUFFER_BYTES
            line = [descriptor] if descriptor >= 0 else []
            try:
                ready, _, flushed = select.select([self._wake[0], *(line if listening else [])], [], line)
            except (OSError, ValueError):
                continue  # the line was pulled while we waited for it
            if self._wake[0] in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake[0], 64)
            with self._lock:
                if line and descriptor in [*ready, *flushed] and descriptor == self._line.descriptor:
                    self._receive()
                self._print_what_can_be_printed()

    def _receive(self) -> None:
        data = self._line.receive(listening=not self._condition.deaf)
        if self._condition.silent or not data:
            return
        if not self._real_time and b"\x10" not in data:
            self._buffer += data
            return
        self._real_time += data
        self._take_real_time()

    def _take_real_time(self) -> None:
        """Obey and take out what begins with DLE; an incomplete one waits for its rest."""
        pending = self._real_time
        while (at := pending.find(b"\x10")) >= 0:
            self._buffer += pending[:at]
            del pending[:at]
            command = next((known for known in _REAL_TIME if pending.startswith(known)), None)
            if command is not None:
                del pending[: len(command)]
                self._obey(command)
            elif any(known.startswith(pending) for known in _REAL_TIME):
                return
            elif _broken_off(pending):
                del pending[: pending.index(0, 1)]
            else:
                self._fail(f"real-time command {pending[:3].hex(' ')}")
                del pending[:1]
        self._buffer += pending
        pending.clear()

    def _obey(self, command: bytes) -> None:
        state = self._condition
        if command == escpos.CLEAR_BUFFERS:
            if state.answers_clear:
                self._clear()
                self._answer(escpos.CLEARED)
            return
        answers = {
            escpos.ASK_PRINTER: 0x12 | 0x08 * state.stopped,
            escpos.ASK_OFFLINE_CAUSE: 0x12
            | 0x04 * state.cover_open
            | 0x20 * (state.paper_dots <= 0)
            | 0x40 * state.error,
            escpos.ASK_ERROR_CAUSE: 0x12 | 0x04 * state.error,
            escpos.ASK_PAPER: 0x12 | 0x0C * (state.paper_dots <= NEAR_END_DOTS) | 0x60 * (state.paper_dots <= 0),
        }
        self._answer(bytes([answers[command]]))

    def _answer(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody at the other end
            os.write(self._line.descriptor, data)

    def _clear(self) -> None:
        self._buffer.clear()
        self._real_time.clear()
        self._modes = _Modes()

    def _fail(self, what: str) -> None:
        self.misunderstood.append(what)
        self._condition = replace(self._condition, error=True)

    def _print_what_can_be_printed(self) -> None:
        while self._buffer and not self._condition.stopped and not self._condition.silent:
            try:
                command, size = next_command(self._buffer)
            except Misunderstood as misunderstood:
                filling = self._buffer.find(_FILLING, 0, _SHORT_COMMAND)
                if filling >= 0:
                    del self._buffer[:filling]
                    continue
                self._fail(str(misunderstood))
                return
            if size == 0:
                return
            del self._buffer[:size]
            if command is not None:
                used = self._perform(command)
                self._condition = replace(self._condition, paper_dots=self._condition.paper_dots - used)

    def _perform(self, command: commands.Command) -> int:
        """Do one command; return the dots of paper that it took."""
        if self._paper.blank and isinstance(command, commands.Line | commands.RasterImage):
            self.began = time.monotonic()
        match command:
            case commands.Line():
                return self._set_line(command.text)
            case commands.RasterImage():
                return self._set_raster(command)
            case commands.FeedLines():
                return self._feed(command.lines)
            case commands.Initialise():
                self._modes = _Modes()
            case commands.Setting():
                self._modes.values[command.name] = command.value
            case commands.Cut():
                self._cut()
            case commands.AskPaper():
                self._report(bytes([0x03 * (self._condition.paper_dots <= NEAR_END_DOTS)]))
            case commands.AskProcess():
                self._report(escpos.PROCESS_ID_HEAD + command.letters + b"\0")
        return 0

    def _report(self, answer: bytes) -> None:
        if self._condition.answers_completion:
            self._answer(answer)

    def _set_raster(self, picture: commands.RasterImage) -> int:
        if picture.width_bytes * 8 > self._width.dots:
            self._fail("a picture wider than the paper")
            return 0
        return self._paper.raster(picture.width_bytes, picture.height, picture.data)

    def _feed(self, lines: int) -> int:
        used = self._paper.feed(lines * LINE_DOTS)
        if lines >= TEAR_OFF_LINES and not self._cutter:
            self._end_paper()
        return used

    def _cut(self) -> None:
        if self._cutter:
            self._end_paper()
        else:
            self._fail("a cut, without a cutter")

    def _set_line(self, text: str) -> int:
        size = self._modes.size()
        if len(text) * size[0] > self._width.columns:
            self._fail(f"a line wider than the paper: {text}")
            return 0
        if not text:
            return self._paper.feed(LINE_DOTS)
        values = self._modes.values
        return self._paper.text(
            text, size=size, bold=bool(values.get("bold")), centred=values.get("align") == Align.CENTRE.value
        )

    def _end_paper(self) -> None:
        path = self._paper.cut(self.folder)
        if path is not None:
            self.last_picture = path.read_bytes()
            self.last_paper = path


def _broken_off(pending: bytearray) -> bool:
    """Whether a command begins ``pending`` whose sender died, filled up with NUL by the next one; printers pass it."""
    start, filling = bytes(pending).split(b"\0", 1)[0], b"\0"
    return filling in pending and any(known.startswith(start) for known in _REAL_TIME)
