"""The booth's inside, which voters' acts, officers' acts and time all stand on.

A transition of the session's machine is taken under one lock, its effects are performed in order (commit, second
medium), and the new state is shown last. What is shown can be read without the lock at any time.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from epilwu.booth.clerk import Clerk, count_wrong_slips
from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.devices.printer import Printer
from epilwu.booth.devices.roll import Roll
from epilwu.booth.errors import BoothError, NotNow, SecondMediumGone, StoreNotWritable, StoreRefused
from epilwu.booth.ledger import Ledger
from epilwu.booth.papers import longest_slip, session_dots, slip_layout, tracker_dots
from epilwu.booth.rows import Counts, Step, no_step
from epilwu.booth.session import step
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.states import (
    CastVote,
    Cause,
    Closed,
    Done,
    Effect,
    Event,
    Failed,
    Halted,
    Idle,
    PrinterFailed,
    Printing,
    State,
    TimeUp,
    VoterPresent,
)
from epilwu.booth.view import Shown, View, halted_by, keeps_voice
from epilwu.receipt.escpos import render
from epilwu.trust.journal import Entry


class BoothCore:
    """One opened booth without its acts. ``entries`` is its journal so far."""

    def __init__(
        self,
        setup: BoothSetup,
        ledger: Ledger,
        printer: Printer,
        state: State,
        *,
        entries: Sequence[Entry],
        clock: Callable[[], datetime],
        settings: Settings,
        ticks: Callable[[], float] = time.monotonic,
        hook: Step = no_step,
    ) -> None:
        self.setup = setup
        self.ledger = ledger
        self.printer = printer
        self.clock = clock
        self.settings = settings
        self._ticks = ticks
        self._hook = hook
        self.lock = threading.RLock()
        self._changed = threading.Event()
        self._clerk = Clerk(setup, ledger, count_wrong_slips(entries))
        self._choices = replace(setup.choices, languages=len(settings.languages))
        self._shown = Shown(state, secrets.token_urlsafe(16), View(language=settings.languages[0]))
        self._since = ticks()
        self._roll = Roll(settings.paper_reserve)

    @cached_property
    def _slip_dots(self) -> int:
        return longest_slip(self.setup, self.settings)

    @cached_property
    def _tracker_dots(self) -> int:
        return tracker_dots(self.setup, self.settings)

    @property
    def shown(self) -> Shown:
        """What stands on the screen now."""
        return self._shown

    @property
    def state(self) -> State:
        """The state now."""
        return self._shown.state

    def counts(self) -> Counts:
        """How many rows the store holds now."""
        with self.lock:
            return self.ledger.store.counts()

    def wait(self, timeout: float) -> None:
        """Return when the screen has changed since the last call, or after ``timeout`` seconds."""
        self._changed.wait(timeout)
        self._changed.clear()

    def finish(self, turn: str | None = None) -> None:
        """Leave a screen that only informs."""
        self._act(TimeUp(), turn)

    def call(self, turn: str | None = None) -> None:
        """Show that officers are being called; the session stays as it is."""
        self._adjust(turn, replace(self._shown.view, calling=True))

    def dismiss(self, turn: str | None = None) -> None:
        """Back from calling officers to the screen that was shown."""
        self._adjust(turn, replace(self._shown.view, calling=False))

    # Inside: for the acts alone.

    def _act(self, event: Event, turn: str | None) -> None:
        with self.lock:
            self._check_turn(turn)
            self._handle(event)

    def _check_turn(self, turn: str | None) -> None:
        if turn is not None and not secrets.compare_digest(turn.encode(), self._shown.turn.encode()):
            raise NotNow("Layar sudah berganti.", todo="Ikuti petunjuk di layar.")

    def _handle(self, event: Event, view: View | None = None) -> None:
        """Take ``event``; ``view``, where given, is how the state that follows is shown."""
        transition = step(self.state, event, self._choices)
        for effect in transition.effects:
            if not self._perform_or_halt(effect):
                return
        self._hook("screen")
        self._show(transition.state, view)

    def _show(self, state: State, view: View | None = None) -> None:
        before = self._shown
        voice = before.view.voice and keeps_voice(before.state, state)
        view = replace(view or before.view, calling=False, reminding=False, voice=voice)
        if isinstance(state, Idle | Halted | Closed):
            self._clerk.forget()
            if not (isinstance(state, Halted) and state.recorded is not None):  # its voter still has to read this
                view = view.for_nobody(self.settings.languages[0])
        self._shown = Shown(state, secrets.token_urlsafe(16), view)
        self._since = self._ticks()
        self._changed.set()

    def _adjust(self, turn: str | None, view: View) -> None:
        """Change how the same screen is shown; its turn stays, so that nothing a voter does meanwhile is lost."""
        with self.lock:
            self._check_turn(turn)
            self._shown = replace(self._shown, view=replace(view, reminding=False))
            self._since = self._ticks()
            self._changed.set()

    def _perform_or_halt(self, effect: Effect) -> bool:
        try:
            self._clerk.perform(effect)
        except (SecondMediumGone, StoreNotWritable, StoreRefused) as error:
            self._halt(error, self._recorded(effect, error))
            return False
        return True

    def _halt(self, error: BoothError, recorded: bool | None) -> None:
        halted = halted_by(error, recorded)
        if halted.cause is Cause.SECOND_MEDIUM:
            self._clerk.note_second_gone()
        transition = step(self.state, Failed(halted.cause, recorded, halted.detail), self._choices)
        self._show(transition.state)

    def _recorded(self, effect: Effect, error: BoothError) -> bool | None:
        """Whether the vote of the person in the booth is recorded; None: nobody is there, or nobody can tell."""
        if isinstance(effect, CastVote):
            return self._clerk.recorded(error)
        if isinstance(self.state, Done):
            return True
        return False if isinstance(self.state, VoterPresent) else None

    def _devices_well(self, *, prepare: bool = True) -> bool:
        """Whether a session may start; otherwise the booth halts and says why."""
        trouble = self._printer_state(prepare=prepare)
        if trouble is not None:
            self._handle(PrinterFailed(trouble))
            return False
        try:
            self.ledger.second.check()
        except SecondMediumGone as error:
            self._halt(error, None)
            return False
        return True

    def _printer_state(self, *, prepare: bool) -> str | None:
        """None where the printer can print all that may be asked of it, else its state's slug."""
        try:
            state = self.printer.prepare() if prepare else self.printer.status()
        except PrinterFault as fault:
            return fault.state.value
        self._roll.seen(state)
        if self._roll.low != self._shown.view.paper_low:
            self._shown = replace(self._shown, view=replace(self._shown.view, paper_low=self._roll.low))
            self._changed.set()
        if not state.can_print:
            return state.value
        in_session = isinstance(self.state, VoterPresent)
        needed = self._slip_dots if in_session else session_dots(self._slip_dots, self._tracker_dots)
        return None if self._roll.fits(needed) else PrinterState.PAPER_LOW.value

    def _slip(self, state: Printing) -> bytes:
        return render(slip_layout(self.setup, state.choice, state.nonce), self.settings.paper, self.settings.paper_end)

    def _quietly(self, act: Callable[[str | None], None]) -> None:
        try:
            act(self._shown.turn)
        except NotNow:
            return  # somebody was faster
