"""What time and devices do to a booth: they inform and call, nothing else. No time-out casts."""

from __future__ import annotations

import math
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
    Printing,
    PrintTrouble,
    Refused,
    State,
    Typing,
    VoterPresent,
)
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import tracker_slip


class Watch(BoothCore):
    """A booth as the driver knows it."""

    def tick(self) -> None:
        """Let time pass: leave screens that only inform, call officers to an idle session, ask the printer."""
        elapsed = self._ticks() - self._since
        if self._shown.view.voice:
            elapsed /= self.settings.listening
        state = self.state
        if elapsed >= self._stands(state):
            self._quietly(self.finish)
        elif isinstance(state, Idle) and elapsed >= self.settings.view_seconds:
            self._unsettle()
        elif isinstance(state, VoterPresent) and not self._shown.view.calling:
            if elapsed >= self.settings.idle_seconds:
                self._quietly(self.call)
            elif elapsed >= self.settings.remind_seconds and _waits_for_voter(state):
                self._remind()

    def _stands(self, state: State) -> float:
        """How long (seconds) a screen that casts nothing stands before the first one comes back by itself."""
        match state:
            case Done():
                return self.settings.done_seconds
            case Refused(_, typed):
                return self.settings.typing_seconds if typed else self.settings.refused_seconds
            case Typing():
                return self.settings.typing_seconds
        return math.inf

    def _remind(self) -> None:
        """Ask whether anybody is there. The time that has passed still counts: officers are called all the same."""
        with self.lock:
            if _waits_for_voter(self.state) and not self._shown.view.reminding:
                self._shown = replace(self._shown, view=replace(self._shown.view, reminding=True))
                self._changed.set()

    def _unsettle(self) -> None:
        """Somebody chose large letters on the first screen and left: the next one finds the usual ones."""
        with self.lock:
            view = self._shown.view
            usual = replace(view, language=self.settings.languages[0], size=0, contrast=False, voice=False)
            if isinstance(self.state, Idle) and view != usual:
                self._adjust(None, usual)

    def check_devices(self) -> None:
        """Ask the printer how it is and look for the second medium, where that can change what is shown."""
        with self.lock:
            state = self.state
            if isinstance(state, Idle):
                self._devices_well(prepare=False)
            elif isinstance(state, PrintTrouble) or (isinstance(state, Halted) and state.cause is Cause.PRINTER):
                trouble = self._printer_state(prepare=True)
                ready = isinstance(state, PrintTrouble) and state.ready
                if trouble is None and not ready:
                    self._handle(PrinterBack())
                elif trouble is not None and (ready or (trouble != _told(state) and not self._shown.view.calling)):
                    self._handle(PrinterFailed(trouble))  # another trouble now: the screen must not tell the old one

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
            self._roll.used(self._tracker_dots)
            try:
                self.printer.print(render(layout, self.settings.paper, self.settings.paper_end))
            except PrinterFault:
                return  # the next look at the printer will find and note it


def _told(state: PrintTrouble | Halted) -> str:
    """The printer's state that the screen tells of."""
    return state.state if isinstance(state, PrintTrouble) else state.detail


def _waits_for_voter(state: State) -> bool:
    """Whether the next step is the voter's, rather than the printer's or the officers'."""
    return (isinstance(state, VoterPresent) and not isinstance(state, Printing | PrintTrouble)) or (
        isinstance(state, PrintTrouble) and state.ready
    )
