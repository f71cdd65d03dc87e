"""What the voter's session is made of: its states, the events that move it and the effects that a move needs.

All are frozen data. A choice and a nonce stay out of every repr, so that no log line and no traceback carries a vote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from epilwu.trust.journal import PauseReason, RefusalReason, VoidReason


class Refusal(StrEnum):
    """Why a card was refused; each has its own sentence on the screen."""

    MALFORMED = "malformed"
    NOT_A_TOKEN = "not-a-token"  # noqa: S105 - a reason, no password
    USED = "used"
    OTHER_BOOTH = "other-booth"
    OTHER_ELECTION = "other-election"

    @property
    def journal_reason(self) -> RefusalReason:
        """The coarser reason that the journal knows."""
        return RefusalReason.MALFORMED if self is Refusal.NOT_A_TOKEN else RefusalReason(self.value)


class Cause(StrEnum):
    """Why the booth takes no voters."""

    PRINTER = "printer"
    SECOND_MEDIUM = "second-medium"
    DISK = "disk"
    MEDIA_DISAGREE = "media-disagree"
    RESTART = "restart"
    WRONG_SLIPS = "wrong-slips"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Idle:
    """Waiting for a card."""


@dataclass(frozen=True, slots=True)
class Typing:
    """A voter types the card's code on the screen. ``text``: what was typed before, where it may be mended."""

    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """A card was refused; nothing else happened. ``typed``: what was typed, where it may only be a slip of a finger."""

    refusal: Refusal
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChoosingLanguage:
    """A good card was read; more than one language is on, and the voter is asked for one."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """The candidates are shown, none of them selected."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """The voter has touched a choice (0 blank, else the ballot number) and is asked whether it is the one."""

    choice: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Printing:
    """The slip is pending in the register and on its way to the paper."""

    choice: int = field(repr=False)
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintTrouble:
    """The slip did not come out whole and is void; it can be printed anew. ``ready``: the printer is well again."""

    choice: int = field(repr=False)
    state: str
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The slip is out; the voter is asked whether it says what was chosen.

    ``sure``: the printer has said that it is out; else only the voter can tell.
    """

    choice: int = field(repr=False)
    nonce: bytes = field(repr=False)
    sure: bool = True


@dataclass(frozen=True, slots=True)
class SlipVoided:
    """The voter called the slip wrong: it is void, nothing is recorded, and the voter may choose again."""


@dataclass(frozen=True, slots=True)
class Done:
    """The vote is recorded on both media."""


@dataclass(frozen=True, slots=True)
class Halted:
    """No voters for now. ``recorded``: whether the vote of the person in the booth is recorded; None for nobody."""

    cause: Cause
    recorded: bool | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The end; no event leads out of it."""


State = (
    Idle | Typing | Refused | ChoosingLanguage | Choosing | Confirming | Printing | PrintTrouble | Reading | SlipVoided
    | Done | Halted | Closed
)  # fmt: skip
TakesCard = Idle | Typing | Refused
"""Nobody has begun: a card may be scanned."""
VoterPresent = ChoosingLanguage | Choosing | Confirming | Printing | PrintTrouble | Reading | SlipVoided


# Events.


@dataclass(frozen=True, slots=True)
class TokenAccepted:
    """A card of this booth, not used yet, with all devices well."""


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Any other card; ``typed`` as in ``Refused``."""

    refusal: Refusal
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TypeCard:
    """The voter wants to type the card's code."""


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A language was touched; which one, the view says."""


@dataclass(frozen=True, slots=True)
class AskLanguage:
    """Back from the candidates to the languages."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate's card, or the blank choice, was touched."""

    choice: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Redo:
    """ "Ulangi": back to the candidates."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """ "Ya, cetak struk", with a nonce that was never used."""

    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SlipOut:
    """The printer has put the slip out; ``sure``: and says so itself."""

    sure: bool = True


NO_SLIP = "no-slip"
"""The slug of a printer that took a slip and put none out, as the voter says."""


@dataclass(frozen=True, slots=True)
class PrinterFailed:
    """The printer cannot print, or did not finish; ``state`` is its state's slug."""

    state: str


@dataclass(frozen=True, slots=True)
class PrinterBack:
    """The printer is well again."""


@dataclass(frozen=True, slots=True)
class SlipRight:
    """ "Benar, kirim suara saya"."""


@dataclass(frozen=True, slots=True)
class SlipWrong:
    """ "Tidak benar"; ``before``: how many slips voters have called wrong since the booth last stopped for it."""

    before: int


@dataclass(frozen=True, slots=True)
class Again:
    """The voter goes on after a wrong slip."""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """A screen that only informs has stood long enough."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Officers end a session: nothing is cast and the card stays good."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Officers pause the booth."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The cause is gone and officers let the booth go on."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect could not be performed; ``recorded`` says what stands on the first medium."""

    cause: Cause
    recorded: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Shut:
    """The booth was closed for good."""


Event = (
    TokenAccepted | TokenRefused | TypeCard | LanguageChosen | AskLanguage | Chosen | Redo | Confirmed | SlipOut
    | PrinterFailed | PrinterBack | SlipRight | SlipWrong | Again | TimeUp | Ended | Paused | Resumed | Failed | Shut
)  # fmt: skip


# Effects.


@dataclass(frozen=True, slots=True)
class KeepPending:
    """Store the nonce's slip as pending, on both media."""

    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CastVote:
    """Encrypt and store the ballot, its journal entry and the slip as cast in one transaction; then copy."""

    choice: int = field(repr=False)
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class VoidPending:
    """Make the pending slip void, with a journal entry; ``pause`` adds the entry that the booth stops."""

    reason: VoidReason
    pause: PauseReason | None = None


@dataclass(frozen=True, slots=True)
class NoteRefusal:
    """A journal entry that a card was refused."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class NotePrinter:
    """A journal entry on the printer's state."""

    state: str


@dataclass(frozen=True, slots=True)
class NoteScanner:
    """A journal entry that the scanner is gone."""


@dataclass(frozen=True, slots=True)
class NotePause:
    """A journal entry that the booth takes no voters, or does so again (None)."""

    reason: PauseReason | None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Remember that the last vote's outcome was shown."""


@dataclass(frozen=True, slots=True)
class ForgetVoter:
    """Drop the credential and everything else of the voter from memory."""


Effect = (
    KeepPending | CastVote | VoidPending | NoteRefusal | NotePrinter | NoteScanner | NotePause | Acknowledge
    | ForgetVoter
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transition:
    """The next state, and what must have happened before it is shown."""

    state: State
    effects: tuple[Effect, ...] = ()
