"""Ways to spoil evidence, by the check that must then fail; and what they share."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from audit_samples import (
    CODE,
    Pair,
    scene,
    sha256,
    signed,
)
from stick import (
    Files,
    Stick,
)

from epilwu.media import published
from epilwu.media.published import Context, StationResult, VillageResult
from epilwu.trust.canonical import dumps

PLACE = (1, 1)
Spoil = Callable[[Stick], Stick]
SPOILS: dict[str, Spoil] = {}
ALSO: dict[str, set[str]] = {}
"""What cannot be kept from failing with a check, and why: see where it is noted."""


def spoils(name: str, *also: str) -> Callable[[Spoil], Spoil]:
    def note(spoil: Spoil) -> Spoil:
        SPOILS[name], ALSO[name] = spoil, set(also)
        return spoil

    return note


def village(change: Callable[[Files, Stick], None], stick: Stick) -> Stick:
    """The village's files changed, by name without the folder."""

    def spoil(files: Files) -> None:
        flat = {name.removeprefix(f"{CODE}/"): data for name, data in files.items()}
        change(flat, stick)
        for name in list(files):
            del files[name]
        for name, data in flat.items():
            files[name if "/" in name else f"{CODE}/{name}"] = data

    return replace(stick, spoil_village=spoil)


def sign_again(files: Files, name: str, context: str, signer: Pair) -> None:
    files |= signed(scene(), name, files[name], context, signer)


def result_name(station: int = 1) -> str:
    return published.station_result_name(scene().uuid(station))


def set_result(files: Files, **changes: object) -> None:
    """Station 1's result with other figures, signed; the village's result names it."""
    result = replace(StationResult.parse(files[result_name()]), **changes)  # type: ignore[arg-type]
    files |= signed(scene(), result_name(), result.serialise(), Context.STATION_RESULT)
    set_village(files, lambda lines: [replace(lines[0], result_sha256=sha256(files[result_name()])), *lines[1:]])


def set_village(files: Files, change: Callable[[list[published.StationLine]], Sequence[published.StationLine]]) -> None:
    stated = VillageResult.parse(files[published.RESULT])
    data = replace(stated, stations=tuple(change(list(stated.stations)))).serialise()
    files |= signed(scene(), published.RESULT, data, Context.RESULT)


def set_json(files: Files, name: str, context: str, **changes: object) -> None:
    value = json.loads(files[name]) | changes
    files |= signed(scene(), name, dumps(value), context)
