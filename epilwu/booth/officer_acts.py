"""What officers do at a running booth; who may, the pages ask beforehand."""

from __future__ import annotations

from dataclasses import replace

from epilwu.booth.core import BoothCore
from epilwu.booth.errors import BoothError, MediaDisagree, NotNow
from epilwu.booth.rows import LastVote
from epilwu.booth.session import WRONG_SLIPS_STOP
from epilwu.booth.states import Cause, Ended, Halted, Idle, Paused, Resumed, Shut, VoidPending
from epilwu.booth.view import halted_by
from epilwu.trust.journal import PauseReason, VoidReason


class OfficerActs(BoothCore):
    """A booth as officers know it."""

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
                doubtful = state.cause is Cause.DISK and state.recorded is None
                self.ledger.store.try_writing()
                outcome = self.ledger.outcome() if doubtful else LastVote.NONE
                self.ledger.agree()
                self.ledger.void_pending(VoidReason.ENDED, last_vote=outcome if doubtful else None)
            except MediaDisagree as error:
                self._show(halted_by(error, state.recorded))
                return
            except BoothError as error:
                self._show(replace(state, detail=str(error)))
                return
            if outcome is not LastVote.NONE:  # nobody could tell when the booth stopped: now the screen must, once
                self._show(Halted(Cause.RESTART, outcome is LastVote.RECORDED))
                return
            self._handle(Resumed())
            if isinstance(self.state, Idle) and self._clerk.wrong_slips >= WRONG_SLIPS_STOP:
                self._perform_or_halt(VoidPending(VoidReason.VOTER, PauseReason.WRONG_SLIPS))
                self._show(Halted(Cause.WRONG_SLIPS))

    def shut(self) -> None:
        """The booth was closed; no act is possible any more."""
        self._act(Shut(), None)
