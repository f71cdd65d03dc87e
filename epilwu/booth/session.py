"""The voter's session as a pure state machine: no I/O, no clock, no randomness.

``step`` takes a state and an event and gives the next state together with the effects that must have succeeded before
anybody sees that state: the service performs them in order, and shows the new state only then. What an effect cannot
do becomes an event too (``Failed``). There is no event by which time passes and a vote is cast.
"""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.booth.errors import NotNow
from epilwu.booth.states import (
    Acknowledge,
    Again,
    AskLanguage,
    CastVote,
    Cause,
    Choosing,
    ChoosingLanguage,
    Chosen,
    Closed,
    Confirmed,
    Confirming,
    Done,
    Ended,
    Event,
    Failed,
    ForgetVoter,
    Halted,
    Idle,
    KeepPending,
    LanguageChosen,
    NotePause,
    NotePrinter,
    NoteRefusal,
    Paused,
    PrinterBack,
    PrinterFailed,
    Printing,
    PrintTrouble,
    Reading,
    Redo,
    Refused,
    Resumed,
    Shut,
    SlipOut,
    SlipRight,
    SlipVoided,
    SlipWrong,
    State,
    TimeUp,
    TokenAccepted,
    TokenRefused,
    Transition,
    TypeCard,
    Typing,
    VoidPending,
)
from epilwu.trust.journal import PauseReason, VoidReason

WRONG_SLIPS_STOP = 3
"""So many slips that voters call wrong stop the booth: its screen and its paper may not agree."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: ballot numbers 1 to ``candidates``, and 0 where a blank choice is allowed.

    ``languages``: how many are on; where it is one, nobody is asked.
    """

    candidates: int
    blank: bool
    languages: int = 1

    def allows(self, choice: int) -> bool:
        """Whether ``choice`` can be voted for."""
        return 1 <= choice <= self.candidates or (choice == 0 and self.blank)


def step(state: State, event: Event, choices: Choices) -> Transition:
    """The transition of ``event`` in ``state``; raise ``NotNow``, and change nothing, where the event does not fit."""
    match event:
        case Failed(cause, recorded, detail) if not isinstance(state, Closed):
            return Transition(Halted(cause, recorded, detail), (ForgetVoter(),))
        case Ended():
            return _ended(state)
        case TimeUp():
            return _time_up(state)
        case Paused() | Resumed() | Shut():
            return _officers(state, event)
        case PrinterFailed() | PrinterBack():
            return _printer(state, event)
        case _:
            return _voter(state, event, choices)


def _voter(state: State, event: Event, choices: Choices) -> Transition:
    match state:
        case Idle() | Typing() | Refused():
            return _card(state, event, choices)
        case ChoosingLanguage() | Choosing() | Confirming():
            return _choosing(state, event, choices)
        case Printing() | PrintTrouble() | Reading() | SlipVoided():
            return _slip(state, event)
    raise _not_now()


def _card(state: Idle | Typing | Refused, event: Event, choices: Choices) -> Transition:
    match state, event:
        case _, TokenAccepted():
            return Transition(ChoosingLanguage() if choices.languages > 1 else Choosing())
        case _, TokenRefused(refusal, typed):
            return Transition(Refused(refusal, typed), (NoteRefusal(refusal),))
        case Idle(), TypeCard():
            return Transition(Typing())
        case Refused(_, typed), TypeCard():
            return Transition(Typing(typed))
    raise _not_now()


def _choosing(state: ChoosingLanguage | Choosing | Confirming, event: Event, choices: Choices) -> Transition:
    match state, event:
        case ChoosingLanguage(), LanguageChosen():
            return Transition(Choosing())
        case Choosing(), AskLanguage() if choices.languages > 1:
            return Transition(ChoosingLanguage())
        case Choosing(), Chosen(choice) if choices.allows(choice):
            return Transition(Confirming(choice))
        case Confirming(), Redo():
            return Transition(Choosing())
        case Confirming(choice), Confirmed(nonce):
            return Transition(Printing(choice, nonce), (KeepPending(nonce),))
    raise _not_now()


def _slip(state: Printing | PrintTrouble | Reading | SlipVoided, event: Event) -> Transition:
    match state, event:
        case Printing(choice, nonce), SlipOut(sure):
            return Transition(Reading(choice, nonce, sure))
        case PrintTrouble(choice, _, True), Confirmed(nonce):
            return Transition(Printing(choice, nonce), (KeepPending(nonce),))
        case Reading(choice, nonce), SlipRight():
            return Transition(Done(), (CastVote(choice, nonce), ForgetVoter()))
        case Reading(), SlipWrong(before):
            return _wrong_slip(before)
        case SlipVoided(), Again():
            return Transition(Choosing())
    raise _not_now()


def _wrong_slip(before: int) -> Transition:
    if before + 1 < WRONG_SLIPS_STOP:
        return Transition(SlipVoided(), (VoidPending(VoidReason.VOTER),))
    stop = VoidPending(VoidReason.VOTER, PauseReason.WRONG_SLIPS)
    return Transition(Halted(Cause.WRONG_SLIPS, recorded=False), (stop, ForgetVoter()))


def _printer(state: State, event: PrinterFailed | PrinterBack) -> Transition:
    match state, event:
        case ((Idle() | Typing() | Refused()), PrinterFailed(slug)):
            return Transition(Halted(Cause.PRINTER, None, slug), (NotePrinter(slug),))
        case ((Printing() | Reading() | PrintTrouble()), _):
            return _printer_in_session(state, event)
        case Halted(Cause.PRINTER, recorded, _), PrinterFailed(slug):
            return Transition(Halted(Cause.PRINTER, recorded, slug))
        case Halted(Cause.PRINTER), PrinterBack():
            return Transition(Idle())
    raise _not_now()


def _printer_in_session(state: Printing | Reading | PrintTrouble, event: PrinterFailed | PrinterBack) -> Transition:
    """A slip that was begun becomes void; one that the printer says is out can no longer be called missing."""
    match state, event:
        case ((Printing(choice, _) | Reading(choice, _, False)), PrinterFailed(slug)):
            return Transition(PrintTrouble(choice, slug), (VoidPending(VoidReason.PRINTER), NotePrinter(slug)))
        case PrintTrouble(choice, _, _), PrinterFailed(slug):
            return Transition(PrintTrouble(choice, slug))
        case PrintTrouble(choice, slug, False), PrinterBack():
            return Transition(PrintTrouble(choice, slug, ready=True))
    raise _not_now()


def _ended(state: State) -> Transition:
    match state:
        case ChoosingLanguage() | Choosing() | Confirming() | PrintTrouble() | SlipVoided():
            return Transition(Idle(), (ForgetVoter(),))
        case Reading():
            return Transition(Idle(), (VoidPending(VoidReason.ENDED), ForgetVoter()))
    raise _not_now()


def _time_up(state: State) -> Transition:
    match state:
        case Typing() | Refused():
            return Transition(Idle())
        case Done():
            return Transition(Idle(), (Acknowledge(),))
    raise _not_now()


def _officers(state: State, event: Paused | Resumed | Shut) -> Transition:
    match state, event:
        case ((Idle() | Typing() | Refused()), Paused()):
            return Transition(Halted(Cause.OFFICER), (NotePause(PauseReason.OFFICER),))
        case Halted(Cause.OFFICER | Cause.WRONG_SLIPS), Resumed():
            return Transition(Idle(), (NotePause(None), Acknowledge()))
        case Halted(cause), Resumed() if cause is not Cause.MEDIA_DISAGREE:
            return Transition(Idle(), (Acknowledge(),))
        case ((Idle() | Typing() | Refused() | Halted()), Shut()):
            return Transition(Closed())
    raise _not_now()


def _not_now() -> NotNow:
    return NotNow("Tindakan ini tidak berlaku pada layar yang sekarang.", todo="Ikuti petunjuk di layar.")
