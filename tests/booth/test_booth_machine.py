"""Any sequence of voters, faults, officers and power cuts: a vote is recorded exactly once or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import NotNow
from epilwu.booth.rows import SlipState
from epilwu.booth.second import SecondMedium
from epilwu.booth.states import (
    Cause,
    Confirming,
    Done,
    Halted,
    Idle,
    Printing,
    PrintTrouble,
    Reading,
    Refused,
    SlipVoided,
    VoterPresent,
)
from epilwu.protocol.credential import derive
from epilwu.trust.journal import BallotCast
from epilwu.trust.journal import SlipVoided as VoidedEntry

TOKENS = 5
STEPS = 40


class PowerCut(BaseException):
    """The process is gone: nothing handles this."""


class Polls(RuleBasedStateMachine):
    """Five voters' cards at one booth."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = temporary()
        self.village = village()
        self.polling = Polling(Path(self.folder.name), self.village)
        self.polling.hook = self.on_step
        self.public = [derive(token, self.village.setup.election.uuid).public_hex for token in self.village.tokens]
        self.recorded: set[int] = set()
        self.voter: int | None = None
        self.steps_left: int | None = None
        self.disk_fails = False
        self.torn_out = False
        self.booth: Booth = self.polling.start()

    def teardown(self) -> None:
        stop(self.booth)
        self.folder.cleanup()

    def on_step(self, name: str) -> None:
        if self.disk_fails and name == "store:commit":
            raise sqlite3.OperationalError("disk I/O error")
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise PowerCut

    def act(self, act: Callable[[], None]) -> None:
        """Do something at the booth; what does not fit its state must change nothing."""
        before = self.booth.shown
        try:
            act()
        except NotNow:
            assert self.booth.shown == before
        except PowerCut:
            self.restart()
            return
        self.learn()

    def learn(self) -> None:
        """Believe what the screen says of the voter, and hold it against the store."""
        state = self.booth.state
        spent = {index for index in range(TOKENS) if self.booth.ledger.store.spent(self.public[index])}
        if self.voter is not None and isinstance(state, Done | Halted | Idle):
            said = state.recorded if isinstance(state, Halted) else isinstance(state, Done)
            if isinstance(state, Idle) and self.voter in self.recorded:
                said = True
            assert said is (self.voter in spent), state
            if said:
                self.recorded.add(self.voter)
            if not isinstance(state, Done):
                self.voter = None
        assert spent == self.recorded

    def restart(self) -> None:
        """Start again after the power is back; the screen must say what became of the vote."""
        self.steps_left, self.disk_fails = None, False
        self.put_back()
        shown = self.booth.state  # the words were on the screen; that they have been read may be on the disk already
        said = isinstance(shown, Done) or (isinstance(shown, Halted) and shown.recorded is True)
        stop(self.booth)
        # Of what is on the disk, not of what the broken transaction had in hand.
        with closing(sqlite3.connect(self.booth.ledger.store.path)) as look:
            pending = look.execute("SELECT count(*) FROM slip WHERE state = 'pending'").fetchone()[0]
        self.booth = self.polling.start()
        state = self.booth.state
        assert isinstance(state, Halted)
        if self.voter is not None:
            spent = self.booth.ledger.store.spent(self.public[self.voter])
            # Only of a voter without a pending slip the screen may speak in general: "who did not finish starts again".
            said_before = said if spent else not pending
            assert state.recorded is spent or (state.recorded is None and said_before)
            if spent:
                self.recorded.add(self.voter)
            self.voter = None
        assert self.booth.ledger.store.counts().slips_pending == 0

    @rule(index=st.integers(0, TOKENS - 1), choice=st.integers(0, 5), acts=st.integers(2, 6))
    def voter_comes(self, index: int, choice: int, acts: int) -> None:
        """Officers mend what they can; then a voter goes some of the way, or all of it."""
        self.put_back()
        self.printer_is_well()
        self.polling.tray.jam_next = False
        self.disk_fails = False
        if isinstance(self.booth.state, Halted):
            self.act(self.booth.resume)
        if isinstance(self.booth.state, Done):
            self.act(self.booth.finish)
        self.scan(index)
        way = (lambda: self.booth.choose(choice), self.booth.confirm, self.booth.print_slip, self.booth.slip_right,
               self.booth.finish)  # fmt: skip
        for act in way[: acts - 1]:
            self.act(act)

    @rule(index=st.integers(0, TOKENS - 1))
    def scan(self, index: int) -> None:
        accepting = isinstance(self.booth.state, Idle | Refused)
        self.act(lambda: self.booth.scan(self.village.tokens[index].text))
        if accepting and isinstance(self.booth.state, VoterPresent):
            assert index not in self.recorded
            self.voter = index

    @rule(text=st.sampled_from(["", "EPW1:ABC", "xxxxx"]))
    def scan_rubbish(self, text: str) -> None:
        self.act(lambda: self.booth.scan(text))

    @rule()
    def scan_other_booths_card(self) -> None:
        self.act(lambda: self.booth.scan(self.village.others[0].text))

    @rule(choice=st.integers(-1, 6))
    def choose(self, choice: int) -> None:
        self.act(lambda: self.booth.choose(choice))

    @precondition(lambda self: isinstance(self.booth.state, Confirming | PrintTrouble))
    @rule()
    def confirm(self) -> None:
        self.act(self.booth.confirm)

    @precondition(lambda self: isinstance(self.booth.state, Printing))
    @rule()
    def print_slip(self) -> None:
        self.act(self.booth.print_slip)

    @precondition(lambda self: isinstance(self.booth.state, Reading))
    @rule()
    def right(self) -> None:
        self.act(self.booth.slip_right)

    @rule()
    def right_at_any_time(self) -> None:
        self.act(self.booth.slip_right)

    @precondition(lambda self: isinstance(self.booth.state, Reading))
    @rule()
    def wrong(self) -> None:
        self.act(self.booth.slip_wrong)

    @precondition(lambda self: isinstance(self.booth.state, SlipVoided))
    @rule()
    def again(self) -> None:
        self.act(self.booth.again)

    @rule()
    def redo(self) -> None:
        self.act(self.booth.redo)

    @rule(seconds=st.sampled_from([1.0, 10.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.polling.now += seconds
        self.act(self.booth.tick)

    @rule()
    def devices_are_looked_at(self) -> None:
        self.act(self.booth.check_devices)

    @rule(state=st.sampled_from(list(PrinterState)))
    def printer_changes(self, state: PrinterState) -> None:
        self.polling.tray.state = state

    @rule()
    def printer_is_well(self) -> None:
        self.polling.tray.state = PrinterState.READY

    @rule()
    def printer_will_jam(self) -> None:
        self.polling.tray.jam_next = True

    @rule()
    def officers_end_the_session(self) -> None:
        self.act(self.booth.end_session)

    @rule()
    def officers_pause(self) -> None:
        self.act(self.booth.pause)

    @rule()
    def officers_resume(self) -> None:
        self.act(self.booth.resume)

    @precondition(lambda self: not self.torn_out)
    @rule()
    def tear_out(self) -> None:
        self.polling.second.rename(self.polling.base / "pocket")
        self.torn_out = True

    @rule()
    def put_back(self) -> None:
        if self.torn_out:
            (self.polling.base / "pocket").rename(self.polling.second)
            self.torn_out = False

    @rule(fails=st.booleans())
    def disk(self, fails: bool) -> None:
        self.disk_fails = fails

    @rule(after=st.integers(0, 4 * STEPS))
    def power_will_be_cut(self, after: int) -> None:
        self.steps_left = after

    @invariant()
    def rows_fit_together(self) -> None:
        entries = self.booth.ledger.check()  # journal, ballots and register agree, every signature holds
        counts = self.booth.ledger.store.counts()
        assert counts.ballots == len(self.recorded) == counts.slips_cast
        assert sum(isinstance(entry.event, BallotCast) for entry in entries) == counts.ballots
        assert sum(isinstance(entry.event, VoidedEntry) for entry in entries) == counts.slips_void
        state = self.booth.state
        if isinstance(state, Printing | Reading):
            assert counts.slips_pending == 1
        elif not (isinstance(state, Halted) and state.cause in (Cause.DISK, Cause.SECOND_MEDIUM)):
            assert counts.slips_pending == 0

    @invariant()
    def both_media_agree(self) -> None:
        state = self.booth.state
        if self.torn_out or (isinstance(state, Halted) and state.cause in (Cause.DISK, Cause.SECOND_MEDIUM)):
            return
        if isinstance(state, Halted) and state.detail:  # resuming did not succeed yet
            return
        store, second = self.booth.ledger.store, SecondMedium(self.polling.second, self.village.setup.seal)
        assert [frame.entry for frame in second.frames()] == [row.entry for row in store.journal()]
        assert [frame.ballot for frame in second.frames() if frame.ballot] == [row.data for row in store.ballots()]
        assert second.register() == store.register()
        assert SlipState.PENDING not in store.register().values() or isinstance(state, Printing | Reading)


Polls.TestCase.settings = settings(max_examples=12, stateful_step_count=50, deadline=None)
TestPolls = Polls.TestCase


@pytest.mark.slow
def test_many_more_polls() -> None:
    run_state_machine_as_test(Polls, settings=settings(max_examples=150, stateful_step_count=100, deadline=None))
