"""Five hundred voters in a row at a booth where everything goes wrong now and then; in the end the books balance.

Seeded, so that every run is the same day. What each voter was told is held against what is recorded; then the booth is
closed as on a polling day, and the station report, the paper in the box and the decrypted sum are reconciled as the
audit does it.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import boards
import booth_samples
import pytest
from booth_samples import AFTERNOON, UUID, Polling, Village, make_village, stop, temporary

from epilwu.audit.reconcile import reconcile_station
from epilwu.audit.slips import BoothRegister, SlipClass, SlipSorter, StationRegister
from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.states import (
    Choosing,
    Done,
    Halted,
    Idle,
    PrintTrouble,
    Reading,
    Refused,
    SlipVoided,
    State,
)
from epilwu.election.balance import StationBooks, Status
from epilwu.media import station_report
from epilwu.protocol.ballot import parse_ballot
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.tally import combine_shares, partial_decrypt, sum_ballots
from epilwu.protocol.trustees import parse_trustees
from epilwu.receipt.slip import SlipPayload, sign_slip
from epilwu.trust.journal import BallotCast, Restart
from epilwu.trust.journal import SlipVoided as Voided

pytestmark = pytest.mark.slow
FAULTS = ("none", "none", "none", "printer", "jam", "wrong", "second", "second-early", "disk", "power", "clock",
          "ended", "rubbish", "used", "scanner")  # fmt: skip
TROUBLES = [state for state in PrinterState if not state.can_print]


class PowerCut(BaseException):
    """The process is gone: nothing handles this."""


@dataclass(slots=True)
class Day:
    """One booth's day, with a hand on all that can go wrong. ``box``: the papers that voters put into the audit box."""

    polling: Polling
    dice: random.Random
    booth: Booth = field(init=False)
    steps_left: int | None = None
    disk_fails: bool = False
    box: list[str] = field(default_factory=list)
    choices: Counter[int] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    spent_tokens: list[Token] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.polling.hook = self.on_step
        self.booth = self.polling.start()

    def on_step(self, name: str) -> None:
        if self.disk_fails and name == "store:commit":
            raise sqlite3.OperationalError("disk I/O error")
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise PowerCut

    def mend(self) -> None:
        """What officers do until the booth takes voters again."""
        self.disk_fails, self.steps_left = False, None
        self.polling.tray.state, self.polling.tray.jam_next = PrinterState.READY, False
        aside = self.polling.base / "pocket"
        if aside.exists():
            aside.rename(self.polling.second)
        for _ in range(5):
            if isinstance(self.booth.state, Idle):
                return
            if isinstance(self.booth.state, Halted):
                self.booth.resume()
            elif isinstance(self.booth.state, Done | Refused):
                self.booth.finish()
            else:
                self.booth.end_session()
        raise AssertionError(self.booth.state)

    def spent(self, token: Token) -> bool:
        return self.booth.ledger.store.spent(derive(token, UUID).public_hex)

    def paper(self, choice: int, nonce: bytes) -> str:
        setup = self.polling.village.setup
        return sign_slip(SlipPayload(UUID, 1, choice, nonce), setup.device_key)

    def restart(self) -> State:
        stop(self.booth)
        self.disk_fails, self.steps_left = False, None
        aside = self.polling.base / "pocket"
        if aside.exists():
            aside.rename(self.polling.second)
        self.booth = self.polling.start()
        return self.booth.state

    def serve(self, token: Token, choice: int) -> None:
        """One voter, who comes back until the screen has said that the vote is recorded."""
        for attempt in range(8):
            fault = self.dice.choice(FAULTS) if attempt < 5 else "none"
            self.met[fault] += 1
            told = self.attempt(token, choice, fault)
            assert told is self.spent(token), (fault, told, self.booth.state)
            self.mend()
            if told:
                self.choices[choice] += 1
                self.spent_tokens.append(token)
                return
        raise AssertionError("a voter who never gets to vote")

    def attempt(self, token: Token, choice: int, fault: str) -> bool:
        """Whether the screen has said that the vote is recorded."""
        slip: str | None = None
        done = False
        try:
            self.before(fault)
            self.booth.scan(token.text)
            if not isinstance(self.booth.state, Choosing):
                return False
            self.booth.choose(self.dice.randint(0, 5))
            self.booth.redo()
            self.booth.choose(choice)
            if fault == "ended":
                self.booth.end_session()
                return False
            self.print(fault)
            if not isinstance(self.booth.state, Reading):
                return False
            slip = self.paper(choice, self.booth.state.nonce)
            if fault == "wrong":
                self.box.append(slip)
                slip = None
                self.booth.slip_wrong()
                if not isinstance(self.booth.state, SlipVoided):
                    return False
                self.booth.again()
                self.booth.choose(choice)
                self.booth.confirm()
                self.booth.print_slip()
                assert isinstance(self.booth.state, Reading)
                slip = self.paper(choice, self.booth.state.nonce)
            if fault == "second":
                self.polling.second.rename(self.polling.base / "pocket")
            self.disk_fails = fault == "disk"
            self.booth.slip_right()
            done = isinstance(self.booth.state, Done)
        except PowerCut:
            state = self.restart()
            assert isinstance(state, Halted)
            done = state.recorded is True
        if slip is not None:
            self.box.append(slip)
        state = self.booth.state
        return done or (isinstance(state, Halted) and state.recorded is True)

    def before(self, fault: str) -> None:
        if fault == "power":
            self.steps_left = self.dice.randint(0, 60)
        elif fault == "clock":
            self.polling.moment += timedelta(hours=self.dice.randint(-30, 30))
        elif fault == "rubbish":
            self.booth.scan(self.dice.choice(["", "EPW1:ABC", self.polling.village.others[0].text]))
        elif fault == "used" and self.spent_tokens:
            self.booth.scan(self.dice.choice(self.spent_tokens).text)
            assert isinstance(self.booth.state, Refused)
        elif fault == "scanner":
            self.booth.note_scanner(present=False)
            self.booth.note_scanner(present=True)
        elif fault == "second-early":
            self.polling.second.rename(self.polling.base / "pocket")

    def print(self, fault: str) -> None:
        tray = self.polling.tray
        tray.jam_next = fault == "jam"
        if fault == "printer":
            tray.state = self.dice.choice(TROUBLES)
        self.booth.confirm()
        if isinstance(self.booth.state, Halted):
            return
        self.booth.print_slip()
        if isinstance(self.booth.state, PrintTrouble):
            tray.state = PrinterState.READY
            self.booth.check_devices()
            self.booth.confirm()
            self.booth.print_slip()


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


@pytest.mark.parametrize("seed", [2027, 3209])
def test_five_hundred_voters_and_the_books_balance(folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    people = boards.group(2, 3)
    monkeypatch.setattr(booth_samples, "ceremony", lambda: people.trustees.data)
    village = make_village(tokens=500)
    day = Day(Polling(folder, village), random.Random(seed))
    for token in village.tokens:
        day.serve(token, day.dice.randint(0, 5))
    assert set(day.met) == set(FAULTS) and min(day.met.values()) > 15, day.met
    _reconcile(day, people, folder)


def _reconcile(day: Day, people: boards.Group, folder: Path) -> None:
    village, polling = day.polling.village, day.polling
    stick = folder / "stick"
    stick.mkdir()
    polling.moment = AFTERNOON
    entries = day.booth.ledger.entries()
    path = close_booth(day.booth, polling.hall(), stick, copies=2)
    stop(day.booth)
    report = station_report.read(path.read_bytes(), village.root_pem, village.setup.definition.day)
    figures = report.report
    assert (figures.ballots, figures.tokens_spent, figures.slips_cast) == (500, 500, 500)
    assert figures.restarts == sum(isinstance(entry.event, Restart) for entry in entries) > 10
    assert figures.slips_void == sum(isinstance(entry.event, Voided) for entry in entries) > 50
    assert sum(isinstance(entry.event, BallotCast) for entry in entries) == 500
    votes = _decrypted(village, people, report.ballots)
    assert votes == tuple(day.choices[choice] for choice in range(6)), "what was counted is what was chosen"
    booth = BoothRegister(1, village.setup.certificate.public_key, frozenset(report.slips_cast),
                          frozenset(report.slips_void))  # fmt: skip
    register = StationRegister(1, UUID, 5, True, {1: booth})
    sorter = SlipSorter(register)
    day.dice.shuffle(day.box)
    papers = [sorter.sort(f"{number}.png", [text]) for number, text in enumerate(day.box)]
    books = StationBooks(
        attendance=500, tokens_received=500, tokens_handed=500, tokens_spoiled=0, tokens_unused=0,
        tokens_spent=figures.tokens_spent, ballots=figures.ballots, slips_cast=figures.slips_cast,
        slips_void=figures.slips_void,
    )  # fmt: skip
    outcome = reconcile_station(register, votes, books, papers)
    assert outcome.books.status is Status.EQUAL, outcome.differences
    assert outcome.missing_total == 0
    assert [row.difference for row in outcome.choices] == [0] * 6
    assert outcome.classes[SlipClass.COUNTED] == 500
    assert outcome.classes[SlipClass.FOREIGN] == outcome.classes[SlipClass.DUPLICATE] == 0


def _decrypted(village: Village, people: boards.Group, ballots: tuple[bytes, ...]) -> tuple[int, ...]:
    election = village.setup.election
    trustees = parse_trustees(village.package.trustees)
    tally = sum_ballots(election, (parse_ballot(election, ballot).choices for ballot in ballots))
    shares = [partial_decrypt(election, trustees, owner, people.secrets[owner - 1], tally) for owner in (1, 2, 3)]
    return tuple(combine_shares(election, trustees, tally, shares, ballots=len(ballots)))
