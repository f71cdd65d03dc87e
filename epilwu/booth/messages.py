"""What the booth's screens say about refusals and troubles, in the voter's language: what it is, what it means for the
person who reads it, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.booth.languages import Language
from epilwu.booth.states import Cause, Halted, PrintTrouble, Refused


@dataclass(frozen=True, slots=True)
class Message:
    """A heading, what it means for the person reading it, and what to do."""

    heading: str
    meaning: str
    todo: str = ""


def refusal(state: Refused, words: Language) -> Message:
    """What a refused card's screen says."""
    reason = f"refused.{'mistyped' if state.typed else state.refusal.value}"
    return Message(words(f"{reason}.title"), words(f"{reason}.meaning"), words(f"{reason}.todo"))


def halted(state: Halted, words: Language) -> Message:
    """What the screen says while no voters are taken, first of all whether the vote is recorded."""
    what, meaning, todo = _printer(state.detail, words) if state.cause is Cause.PRINTER else _cause(state.cause, words)
    if state.recorded is None:
        return Message(what, meaning, todo)
    if state.recorded:
        return Message(words("halted.recorded"), words("done.box"), f"{what} {todo}")
    return Message(words("halted.not_recorded"), f"{words('halted.still_good')} {what}", todo)


def print_trouble(state: PrintTrouble, words: Language) -> Message:
    """What the screen says after a slip that did not come out."""
    meaning = words("trouble.not_recorded")
    if state.ready:
        return Message(words("trouble.ready"), meaning, words("trouble.print"))
    what, _, todo = _printer(state.state, words)
    return Message(what, meaning, todo)


def _cause(cause: Cause, words: Language) -> tuple[str, str, str]:
    name = f"halted.{cause.value if f'halted.{cause.value}.what' in words else 'other'}"
    return words(f"{name}.what"), words(f"{name}.meaning"), words(f"{name}.todo")


def _printer(slug: str, words: Language) -> tuple[str, str, str]:
    """What is wrong with the printer, and what to do; a state without words of its own is a fault like any other."""
    name = f"printer.{slug if f'printer.{slug}.what' in words else 'error'}"
    return words(f"{name}.what"), "", words(f"{name}.todo")
