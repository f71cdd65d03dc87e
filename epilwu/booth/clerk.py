"""Performs what a transition of the session demands, on both media; holds the voter's key pair while one is there.

The vote is in clear only in the session's state and here on the stack, from the voter's touch until the ballot is
encrypted; neither is ever written or logged.
"""

from __future__ import annotations

from collections.abc import Sequence

from epilwu.booth.errors import BoothError, SecondMediumGone, StoreRefused
from epilwu.booth.ledger import Ledger
from epilwu.booth.setup import BoothSetup
from epilwu.booth.states import (
    Acknowledge,
    CastVote,
    Effect,
    ForgetVoter,
    KeepPending,
    NotePause,
    NotePrinter,
    NoteRefusal,
    NoteScanner,
    VoidPending,
)
from epilwu.protocol.ballot import choice_vector, make_ballot, verify_ballot
from epilwu.protocol.credential import Credential
from epilwu.receipt.slip import slip_id
from epilwu.trust import journal
from epilwu.trust.journal import Entry, PauseReason, VoidReason


class Clerk:
    """The hand that writes. ``tracker`` is that of the vote just recorded, for the paper that a voter may take home."""

    def __init__(self, setup: BoothSetup, ledger: Ledger, wrong_slips: int) -> None:
        self._setup = setup
        self._ledger = ledger
        self._voter: Credential | None = None
        self.wrong_slips = wrong_slips
        self.tracker: str | None = None

    def admit(self, voter: Credential) -> None:
        """A session begins with this key pair."""
        self._voter = voter

    def forget(self) -> None:
        """Drop everything of the voter. (Python cannot overwrite what it drops; nothing here reaches a disk.)"""
        self._voter = None
        self.tracker = None

    def perform(self, effect: Effect) -> None:
        """Do ``effect``. Raises ``StoreNotWritable`` (nothing changed), ``SecondMediumGone`` (done on the first medium
        only) or ``StoreRefused`` (the first medium cannot be read any more)."""
        match effect:
            case KeepPending(nonce):
                self._ledger.keep_pending(self._setup.seal.seal_id(slip_id(nonce)))
            case CastVote(choice, nonce):
                self._cast(choice, nonce)
            case VoidPending(reason, pause):
                self._void(reason, pause)
            case ForgetVoter():
                self._voter = None
            case Acknowledge():
                self._ledger.acknowledge()
            case NoteRefusal(refusal):
                self._ledger.note(journal.TokenRefused(refusal.journal_reason))
            case NotePrinter(state):
                self._ledger.note(journal.DeviceFault(journal.Device.PRINTER, state))
            case NoteScanner():
                self._ledger.note(journal.DeviceFault(journal.Device.SCANNER, "gone"))
            case NotePause(reason):
                self._ledger.note(journal.Resumed() if reason is None else journal.Paused(reason))

    def recorded(self, error: BoothError) -> bool | None:
        """Whether the voter's ballot stands on the first medium after ``error`` in casting it; None: unreadable."""
        if not isinstance(error, StoreRefused):
            return isinstance(error, SecondMediumGone)
        assert self._voter is not None
        try:
            return self._ledger.store.spent(self._voter.public_hex)
        except StoreRefused:
            return None

    def note_second_gone(self) -> None:
        """The first medium still works: make a pending slip void there at once, and note the fault."""
        fault = journal.DeviceFault(journal.Device.SECOND_MEDIUM, "gone")
        try:
            self._ledger.void_pending(VoidReason.ENDED, fault)
        except BoothError:
            return  # the second medium is gone, as known; what the first did not take is done again on resuming

    def _cast(self, choice: int, nonce: bytes) -> None:
        assert self._voter is not None
        election = self._setup.election
        data = make_ballot(election, self._voter, choice_vector(election.question, choice))
        # A ballot that the board would refuse must not be recorded: check it as the board does.
        ballot = verify_ballot(election, data, credentials=self._setup.booth_credentials)
        self.tracker = ballot.tracker
        self._ledger.cast(ballot, data, self._setup.seal.seal_id(slip_id(nonce)))

    def _void(self, reason: VoidReason, pause: PauseReason | None) -> None:
        self._ledger.void_pending(reason, *(() if pause is None else (journal.Paused(pause),)))
        if pause is not None:
            self.wrong_slips = 0
        elif reason is VoidReason.VOTER:
            self.wrong_slips += 1


def count_wrong_slips(entries: Sequence[Entry]) -> int:
    """How many slips voters have called wrong since the booth last stopped for it."""
    count = 0
    for entry in entries:
        match entry.event:
            case journal.SlipVoided(VoidReason.VOTER):
                count += 1
            case journal.Paused(PauseReason.WRONG_SLIPS):
                count = 0
    return count
