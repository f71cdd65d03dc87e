"""What time and devices do to a booth: they inform and call, nothing else. No time-out casts."""

from __future__ import annotations

from dataclasses import replace

from epilwu.booth.core import BoothCore
from epilwu.booth.devices.errors import PrinterFault
from epilwu.booth.states import (
    Cause,
    Closed,
    Done,
    Halted,
    Idle,
    NoteScanner,
    PrinterBack,
    PrinterFailed,
    PrintTrouble,
    Refused,
    VoterPresent,
)
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import tracker_slip


class Watch(BoothCore):
    """A booth as the driver knows it."""

    def tick(self) -> None:
        """Let time pass: leave screens that only inform, call officers to an idle session, ask the printer."""
        elapsed = self._ticks() - self._since
        state = self.state
        if (isinstance(state, Done) and elapsed >= self.settings.done_seconds) or (
            isinstance(state, Refused) and elapsed >= self.settings.refused_seconds
        ):
            self._quietly(self.finish)
        elif isinstance(state, VoterPresent) and elapsed >= self.settings.idle_seconds and not self._shown.view.calling:
            self._quietly(self.call)

    def check_devices(self) -> None:
        """Ask the printer how it is and look for the second medium, where that can change what is shown."""
        with self.lock:
            state = self.state
            if isinstance(state, Idle):
                self._devices_well(prepare=False)
            elif isinstance(state, PrintTrouble) or (isinstance(state, Halted) and state.cause is Cause.PRINTER):
                well = self._printer_state(prepare=True) is None
                waiting = not (isinstance(state, PrintTrouble) and state.ready)
                if well and waiting:
                    self._handle(PrinterBack())
                elif not well and not waiting:
                    self._handle(PrinterFailed(self.printer.status().value))

    def note_scanner(self, *, present: bool) -> None:
        """The scanner was lost or is back. Only said on the screen and in the journal: a session may go on without."""
        with self.lock:
            if present != self._shown.view.scanner and not isinstance(self.state, Closed):
                self._adjust(None, replace(self._shown.view, scanner=present))
                if not present:
                    self._perform_or_halt(NoteScanner())

    def print_tracker(self) -> None:
        """Print the tracker slip of the vote just recorded, if voters get one. A fault only costs that paper."""
        with self.lock:
            tracker, self._clerk.tracker = self._clerk.tracker, None
            if tracker is None or not self.settings.tracker_slips or not isinstance(self.state, Done):
                return
            layout = tracker_slip(self.setup.place, tracker)
            try:
                self.printer.print(render(layout, self.settings.paper, self.settings.paper_end))
            except PrinterFault:
                return  # the next look at the printer will find and note it
