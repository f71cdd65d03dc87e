"""What people read where the program could not: two entries made apart, and what their short code stands for.

Pure. Two different readers must give the same choice and the same code; until then all entries stand side by side and
another person may read, too (the audit design: "They disagree: a third decides, both entries stay").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import base58

from epilwu.audit.scan.events import TypedIn
from epilwu.audit.slips import StationRegister, TypedFate, TypedSlip
from epilwu.receipt.slip import SHORT_CODE_LENGTH


class Reading(StrEnum):
    """How far the reading of one unreadable paper is."""

    NONE = "none"
    ONE = "one"
    DIFFERENT = "different"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a register says of an id: its booth, and whether it is cast (else void)."""

    id: bytes = field(repr=False)
    booth: int
    cast: bool


def reading(entries: tuple[TypedIn, ...]) -> Reading:
    """How far ``entries`` of one paper are."""
    if agreed(entries) is not None:
        return Reading.AGREED
    return (Reading.NONE, Reading.ONE)[len(entries)] if len(entries) < 2 else Reading.DIFFERENT


def agreed(entries: tuple[TypedIn, ...]) -> TypedIn | None:
    """The first entry that another reader's repeats; a reader has one entry (the session sees to it)."""
    for number, entry in enumerate(entries):
        if any((other.choice, other.code) == (entry.choice, entry.code) for other in entries[number + 1 :]):
            return entry
    return None


def code_of(identity: bytes) -> str:
    """The short code printed on the slip of this id (32 bytes)."""
    return base58.b58encode(identity).decode("ascii")[:SHORT_CODE_LENGTH]


def by_code(register: StationRegister) -> dict[str, Registered]:
    """Every slip in the station's registers by its short code; a code that two of them share stands for neither."""
    found: dict[str, Registered] = {}
    shared: set[str] = set()
    for booth in register.booths.values():
        for ids, cast in ((booth.cast, True), (booth.void, False)):
            for identity in ids:
                code = code_of(identity)
                if code in found:
                    shared.add(code)
                found[code] = Registered(identity, booth.booth, cast)
    return {code: entry for code, entry in found.items() if code not in shared}


def fates(
    settled: Iterable[tuple[int, TypedIn]], seen: set[bytes], codes: Mapping[str, Registered]
) -> dict[int, TypedSlip]:
    """What each paper's agreed entry stands for, by paper number; ``seen`` are the ids that were read from QR codes."""
    found: dict[int, TypedSlip] = {}
    known = set(seen)
    for paper, entry in settled:
        match = codes.get(entry.code or "")
        if match is None:
            found[paper] = TypedSlip(entry.choice, entry.code, TypedFate.UNKNOWN)
            continue
        fate = TypedFate.KNOWN if match.cast else TypedFate.VOID
        if match.id in known:
            fate = TypedFate.DUPLICATE
        known.add(match.id)
        found[paper] = TypedSlip(entry.choice, entry.code, fate, match.id, match.booth)
    return found
