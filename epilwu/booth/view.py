"""What stands on the booth's screen: a state, and how it is shown to the person in front of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from epilwu.booth.errors import BoothError, MediaDisagree, SecondMediumGone
from epilwu.booth.states import Cause, Closed, Halted, Idle, State, TakesCard

SIZES = 4
"""How many sizes of letters a voter can choose from."""


@dataclass(frozen=True, slots=True)
class View:
    """How the screen is shown: ``language``, ``size`` (letters, 0 to SIZES - 1) and ``contrast`` are what this voter
    asked for, and are gone with the voter. ``calling``: officers are being called. ``scanner``: whether it is there.
    ``paper_low``: whether the printer says that its roll is near its end.
    ``voice``: whether the spoken guide is on. ``reminding``: the voter has touched nothing for some time and is asked
    whether anybody is there.
    """

    language: str = "id"
    size: int = 0
    contrast: bool = False
    calling: bool = False
    scanner: bool = True
    paper_low: bool = False
    voice: bool = False
    reminding: bool = False

    def for_nobody(self, language: str) -> View:
        """The same booth in ``language``, with nothing left of how a voter asked to see it."""
        return replace(self, language=language, size=0, contrast=False, calling=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the screen. ``turn`` changes with every state: a form of an earlier screen no longer counts."""

    state: State
    turn: str
    view: View


def keeps_voice(before: State, after: State) -> bool:
    """Whether the spoken guide, once on, stays on: until the voter's session is over and its outcome was heard."""
    if isinstance(after, Idle):
        return isinstance(before, TakesCard)
    return not isinstance(after, Closed) and not (isinstance(after, Halted) and after.recorded is None)


def halted_by(error: BoothError, recorded: bool | None) -> Halted:
    """The state after ``error`` of a medium; ``recorded`` says whether the vote of the person in the booth is."""
    if isinstance(error, MediaDisagree):
        return Halted(Cause.MEDIA_DISAGREE, recorded, str(error))
    cause = Cause.SECOND_MEDIUM if isinstance(error, SecondMediumGone) else Cause.DISK
    return Halted(cause, recorded, str(error))
