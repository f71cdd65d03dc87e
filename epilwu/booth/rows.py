"""The booth's records as data: what one transaction changes, and what both media hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Step = Callable[[str], None]
"""Called with a name before each step that touches a medium or a device: a place to cut the power in tests."""


def no_step(name: str) -> None:
    """Do nothing: what a polling day does at each step."""


class SlipState(StrEnum):
    """What became of a slip. Only a pending one ever changes, and only once."""

    PENDING = "pending"
    CAST = "cast"
    VOID = "void"


class LastVote(StrEnum):
    """What became of the last vote, for as long as that may not have been seen; NONE afterwards."""

    NONE = "none"
    RECORDED = "recorded"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One signed entry: its number, its exact bytes, the device's signature (64 bytes)."""

    seq: int
    entry: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One encrypted ballot, numbered like its journal entry. ``credential`` is 64 hex digits, public."""

    seq: int
    tracker: str
    credential: str
    data: bytes


Register = dict[bytes, SlipState]
"""Sealed slip ids (48 bytes each) and their states."""


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction: all of it is kept or none."""

    journal: tuple[JournalRow, ...] = ()
    ballot: BallotRow | None = None
    pending: bytes | None = field(default=None, repr=False)
    settled: tuple[tuple[bytes, SlipState], ...] = field(default=(), repr=False)
    last_vote: LastVote | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        """A ballot comes with its journal entry and with exactly one slip that becomes cast, and never without."""
        casts = sum(state is SlipState.CAST for _, state in self.settled)
        assert casts == (self.ballot is not None)
        assert self.ballot is None or [row.seq for row in self.journal] == [self.ballot.seq]
        assert all(state is not SlipState.PENDING for _, state in self.settled)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole store, as it is made anew on another machine."""

    journal: tuple[JournalRow, ...]
    ballots: tuple[BallotRow, ...]
    register: Register = field(repr=False)
    last_vote: LastVote
    closed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows the store holds; all zero before the opening."""

    journal: int
    ballots: int
    slips_pending: int
    slips_cast: int
    slips_void: int

    @property
    def empty(self) -> bool:
        """True where there is not one row."""
        return not any((self.journal, self.ballots, self.slips_pending, self.slips_cast, self.slips_void))
