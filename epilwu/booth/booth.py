"""The booth: the session's machine joined to both media, the printer and the keys.

Every public act is atomic under one lock. An act takes the machine's transition, performs its effects in order (commit,
second medium) and shows the new state last. What is shown can be read without the lock at any time. The vote is in
memory alone, from the voter's touch until the ballot is encrypted.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from epilwu.booth.clerk import Clerk, count_wrong_slips
from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.devices.printer import Printer
from epilwu.booth.errors import BoothError, MediaDisagree, NotNow, SecondMediumGone, StoreNotWritable, StoreRefused
from epilwu.booth.ledger import Ledger
from epilwu.booth.rows import Counts, Step, no_step
from epilwu.booth.session import WRONG_SLIPS_STOP, step
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.states import (
    Again,
    CastVote,
    Cause,
    Chosen,
    Closed,
    Confirmed,
    Done,
    Effect,
    Ended,
    Event,
    Failed,
    Halted,
    Idle,
    NoteScanner,
    Paused,
    PrinterBack,
    PrinterFailed,
    Printing,
    PrintTrouble,
    Redo,
    Refusal,
    Refused,
    Resumed,
    Shut,
    SlipOut,
    SlipRight,
    SlipWrong,
    State,
    TimeUp,
    TokenAccepted,
    TokenRefused,
    VoidPending,
    VoterPresent,
)
from epilwu.protocol.credential import Credential
from epilwu.receipt.errors import ReceiptError
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import audit_slip, tracker_slip
from epilwu.receipt.slip import SlipPayload, new_nonce, sign_slip
from epilwu.trust.journal import Entry, PauseReason, VoidReason


@dataclass(frozen=True, slots=True)
class View:
    """How the screen is shown. ``calling``: officers are being called. ``large`` and ``contrast``: what this voter
    asked for. ``scanner``: whether the scanner is there."""

    calling: bool = False
    large: bool = False
    contrast: bool = False
    scanner: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the screen. ``turn`` changes with every state: a form of an earlier screen no longer counts."""

    state: State
    turn: str
    view: View


class Booth:
    """One opened booth. Made by ``opening``; ``entries`` is its journal so far."""

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
        self._shown = Shown(state, secrets.token_urlsafe(16), View())
        self._since = ticks()

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

    # What voters do. ``turn``, where given, must be that of the screen shown now, else ``NotNow``.

    def scan(self, text: str) -> None:
        """A card was scanned or typed in. Starts a session, or shows why not; the token is kept nowhere."""
        with self.lock:
            if not isinstance(self.state, Idle | Refused):
                raise NotNow("Kartu hanya dipindai pada layar awal.")
            found = self.setup.classify(text)
            if isinstance(found, Credential) and self.ledger.store.spent(found.public_hex):
                found = Refusal.USED
            if isinstance(found, Refusal):
                self._handle(TokenRefused(found))
            elif self._devices_well():
                self._clerk.admit(found)
                self._handle(TokenAccepted())

    def choose(self, choice: int, turn: str | None = None) -> None:
        """A candidate (ballot number) or the blank choice (0) was touched."""
        self._act(Chosen(choice), turn)

    def redo(self, turn: str | None = None) -> None:
        """Back to the candidates."""
        self._act(Redo(), turn)

    def confirm(self, turn: str | None = None) -> None:
        """ "Ya, cetak struk": the slip becomes pending; ``print_slip`` must follow."""
        self._act(Confirmed(new_nonce()), turn)

    def print_slip(self) -> None:
        """Print the pending slip and wait for it: some seconds at a real printer. A fault makes it void."""
        with self.lock:
            state = self.state
            if not isinstance(state, Printing):
                raise NotNow("Tidak ada struk yang menunggu dicetak.")
            try:
                data = self._slip(state)
                self._hook("print:begin")
                self.printer.print(data)
                self._hook("print:end")
            except PrinterFault as fault:
                self._handle(PrinterFailed(fault.state.value))
            except ReceiptError:  # opening tried every slip, so this is a fault of the machine
                self._handle(PrinterFailed(PrinterState.ERROR.value))
            else:
                self._handle(SlipOut())

    def slip_right(self, turn: str | None = None) -> None:
        """The voter has read the slip and sends the vote: on return it is recorded, or the screen says that not."""
        self._act(SlipRight(), turn)

    def slip_wrong(self, turn: str | None = None) -> None:
        """The voter says that the slip is wrong."""
        with self.lock:
            self._act(SlipWrong(self._clerk.wrong_slips), turn)

    def again(self, turn: str | None = None) -> None:
        """The voter goes on after a wrong slip."""
        self._act(Again(), turn)

    def finish(self, turn: str | None = None) -> None:
        """Leave a screen that only informs."""
        self._act(TimeUp(), turn)

    def call(self, turn: str | None = None) -> None:
        """Show that officers are being called; the session stays as it is."""
        self._adjust(turn, replace(self._shown.view, calling=True))

    def dismiss(self, turn: str | None = None) -> None:
        """Back from calling officers to the screen that was shown."""
        self._adjust(turn, replace(self._shown.view, calling=False))

    def enlarge(self, turn: str | None = None) -> None:
        """Larger letters for this voter, or the usual ones again."""
        self._adjust(turn, replace(self._shown.view, large=not self._shown.view.large))

    def contrast(self, turn: str | None = None) -> None:
        """White on black for this voter, or the usual colours again."""
        self._adjust(turn, replace(self._shown.view, contrast=not self._shown.view.contrast))

    # What officers do.

    def end_session(self) -> None:
        """End the session: nothing is cast, the card stays good."""
        self._act(Ended(), None)

    def pause(self) -> None:
        """Take no voters until ``resume``."""
        self._act(Paused(), None)

    def resume(self) -> None:
        """Go on, if both media agree; otherwise the booth stays halted and says why."""
        with self.lock:
            if not isinstance(self.state, Halted) or self.state.cause is Cause.MEDIA_DISAGREE:
                raise NotNow("Bilik tidak sedang menunggu dilanjutkan.")
            state = self.state
            try:
                self.ledger.agree()
                self.ledger.void_pending(VoidReason.ENDED)
            except MediaDisagree as error:
                self._show(_halted(error, state.recorded))
                return
            except BoothError as error:
                self._show(replace(state, detail=str(error)))
                return
            self._handle(Resumed())
            if isinstance(self.state, Idle) and self._clerk.wrong_slips >= WRONG_SLIPS_STOP:
                self._perform_or_halt(VoidPending(VoidReason.VOTER, PauseReason.WRONG_SLIPS))
                self._show(Halted(Cause.WRONG_SLIPS))

    def shut(self) -> None:
        """The booth was closed; no act is possible any more."""
        self._act(Shut(), None)

    # What time does: it informs and calls, nothing else.

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

    # Inside.

    def _act(self, event: Event, turn: str | None) -> None:
        with self.lock:
            self._check_turn(turn)
            self._handle(event)

    def _check_turn(self, turn: str | None) -> None:
        if turn is not None and not secrets.compare_digest(turn.encode(), self._shown.turn.encode()):
            raise NotNow("Layar sudah berganti.", todo="Ikuti petunjuk di layar.")

    def _handle(self, event: Event) -> None:
        transition = step(self.state, event, self.setup.choices)
        for effect in transition.effects:
            if not self._perform_or_halt(effect):
                return
        self._hook("screen")
        self._show(transition.state)

    def _show(self, state: State) -> None:
        view = replace(self._shown.view, calling=False)
        if isinstance(state, Idle | Halted | Closed):
            self._clerk.forget()
            view = replace(view, large=False, contrast=False)
        self._shown = Shown(state, secrets.token_urlsafe(16), view)
        self._since = self._ticks()
        self._changed.set()

    def _adjust(self, turn: str | None, view: View) -> None:
        """Change how the same screen is shown; its turn stays, so that nothing a voter does meanwhile is lost."""
        with self.lock:
            self._check_turn(turn)
            self._shown = replace(self._shown, view=view)
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
        halted = _halted(error, recorded)
        if halted.cause is Cause.SECOND_MEDIUM:
            self._clerk.note_second_gone()
        transition = step(self.state, Failed(halted.cause, recorded, halted.detail), self.setup.choices)
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
        """None where the printer can print, else its state's slug."""
        try:
            state = self.printer.prepare() if prepare else self.printer.status()
        except PrinterFault as fault:
            return fault.state.value
        return None if state.can_print else state.value

    def _slip(self, state: Printing) -> bytes:
        setup = self.setup
        payload = SlipPayload(setup.election.uuid, setup.package.booth, state.choice, state.nonce)
        layout = audit_slip(setup.place, sign_slip(payload, setup.device_key), setup.name_of(state.choice))
        return render(layout, self.settings.paper, self.settings.paper_end)

    def _quietly(self, act: Callable[[str | None], None]) -> None:
        try:
            act(self._shown.turn)
        except NotNow:
            return  # somebody was faster


def _halted(error: BoothError, recorded: bool | None) -> Halted:
    if isinstance(error, MediaDisagree):
        return Halted(Cause.MEDIA_DISAGREE, recorded, str(error))
    cause = Cause.SECOND_MEDIUM if isinstance(error, SecondMediumGone) else Cause.DISK
    return Halted(cause, recorded, str(error))
