"""What stands on the booth's screen: a state, and how it is shown to the person in front of it."""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.booth.errors import BoothError, MediaDisagree, SecondMediumGone
from epilwu.booth.states import Cause, Halted, State


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


def halted_by(error: BoothError, recorded: bool | None) -> Halted:
    """The state after ``error`` of a medium; ``recorded`` says whether the vote of the person in the booth is."""
    if isinstance(error, MediaDisagree):
        return Halted(Cause.MEDIA_DISAGREE, recorded, str(error))
    cause = Cause.SECOND_MEDIUM if isinstance(error, SecondMediumGone) else Cause.DISK
    return Halted(cause, recorded, str(error))
