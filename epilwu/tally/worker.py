"""A worker: takes waiting files one by one and checks each, its ballots spread over an executor.

As many workers as one likes may run on as many machines as share the database. One that is killed has changed nothing
but a row that says so; another goes on from there.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event

from sqlalchemy.exc import OperationalError

from epilwu.tally.checking import Progress
from epilwu.tally.errors import ClaimLost
from epilwu.tally.intake import Checked, Intake
from epilwu.tally.processes import Hands

IDLE = 1.0
"""Seconds between looks at a database where nothing waits."""


def worker_name() -> str:
    """A name that no other worker has, and that tells people which machine and process it is."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Worker:
    """``make_intake`` gives an intake over an executor that ``make_hands`` has just started; ``say`` is told of every
    file that came to an end, ``trouble`` of what got in the way, ``progress`` of ballots."""

    make_hands: Callable[[], AbstractContextManager[Hands]]
    make_intake: Callable[[Executor | None], Intake]
    say: Callable[[Checked], None]
    trouble: Callable[[BaseException], None]
    progress: Progress
    idle: float = IDLE

    def run(self, stop: Event, *, once: bool = False) -> int:
        """Check until ``stop`` is set, or with ``once`` until nothing waits; how many files came to an end.

        A lost process of the executor, a lost database or a lost claim ends no night: the trouble is told, a new
        executor is started, and the file is taken up again.
        """
        ended, more = 0, True
        while more and not stop.is_set():
            with self.make_hands() as found:
                done, more = self._work(found, stop, once=once)
            ended += done
        return ended

    def _work(self, found: Hands, stop: Event, *, once: bool) -> tuple[int, bool]:
        """(files ended, whether to go on with a new executor)."""
        intake, ended = self.make_intake(found.executor), 0
        passing: tuple[type[BaseException], ...] = (*found.lost, OperationalError)
        while not stop.is_set():
            try:
                checked = intake.check_next(progress=self.progress)
            except ClaimLost as error:
                self.trouble(error)
                continue
            except passing as error:
                self.trouble(error)
                stop.wait(self.idle)
                return ended, True
            if checked is not None:
                ended += 1
                self.say(checked)
            elif once:
                return ended, False
            else:
                stop.wait(self.idle)
        return ended, False
