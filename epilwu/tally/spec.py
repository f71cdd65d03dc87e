"""The plan of a village's election as the committee writes it down (TOML): who stands, where, with how many tokens.

The plan becomes the definition, which is public and hashed; numbers of tokens stay in the plan.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from epilwu.election.definition import CLOCK, DATE, MAX_BOOTHS, MAX_CANDIDATES, MAX_STATIONS, NAME_LENGTH
from epilwu.election.region import RegionCode, VillageNames, load_regions
from epilwu.media import officers
from epilwu.media.errors import PackageRefused
from epilwu.media.officers import TITLE_LENGTH
from epilwu.tally.errors import SpecRefused
from epilwu.trust.canonical import Json, Record
from epilwu.trust.errors import MalformedFile
from epilwu.trust.pairfile import FEWEST, MOST

MAX_TOKENS = 5_000
"""Tokens (and as many spares) of one booth: ten times a station's voters, a bound against slips of the finger."""
LIMIT = 256 << 10
DEFAULT_OFFICERS = ("Ketua KPPS", "Anggota KPPS 2", "Anggota KPPS 3")
_PHOTO = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})?", re.ASCII)

_FIELDS = ("title", "date", "region", "close_not_before", "blank", "rehearsal", "officers", "candidates", "stations")


@dataclass(frozen=True, slots=True)
class BoothPlan:
    """A booth's tokens: one for each voter expected there, and spares that stay sealed with the committee."""

    tokens: int
    spares: int = 0


@dataclass(frozen=True, slots=True)
class StationPlan:
    """A polling station: its number and its booths, numbered from 1 in order."""

    number: int
    booths: tuple[BoothPlan, ...]


@dataclass(frozen=True, slots=True)
class CandidatePlan:
    """A candidate's name and photo (the picture file's bytes)."""

    name: str
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class VillageSpec:
    """The whole plan. ``date`` is ISO 8601, ``close_not_before`` local HH:MM, ``candidates`` in ballot order.

    ``officers``: titles (no names) of those at each station of whom any two may open a booth; 2 to 7.
    """

    title: str
    date: str
    names: VillageNames
    candidates: tuple[CandidatePlan, ...]
    stations: tuple[StationPlan, ...]
    close_not_before: str = "13:00"
    blank: bool = True
    rehearsal: bool = False
    officers: tuple[str, ...] = DEFAULT_OFFICERS


def read_spec(data: bytes, read_photo: Callable[[str], bytes], *, where: str = "desa.toml") -> VillageSpec:
    """Read the plan; raises ``SpecRefused`` for unknown, missing or ill-typed fields, ``RegionRefused`` for the code.

    Names of village, district and regency come from the table of regions, never from the plan. ``read_photo`` gives
    the picture of a plain file name that stands under ``photo`` ("" where there is none).
    """
    try:
        if len(data) > LIMIT:
            raise ValueError("too long")
        table = tomllib.loads(data.decode())
    except ValueError as error:
        raise SpecRefused("Rencana pemilihan bukan berkas TOML yang benar.", where=where, todo=str(error)) from error
    try:
        return _spec(Record.of(table, _FIELDS, where), read_photo)
    except (MalformedFile, PackageRefused) as error:
        raise SpecRefused(error.what, where=error.where, todo="Perbaiki rencana pemilihan.") from error


def _spec(record: Record, read_photo: Callable[[str], bytes]) -> VillageSpec:
    region = RegionCode.parse(record.line("region", NAME_LENGTH), where=record.where)
    return VillageSpec(
        title=record.line("title", NAME_LENGTH),
        date=record.matching("date", DATE),
        names=load_regions().village(region),
        candidates=record.items("candidates", 1, MAX_CANDIDATES, partial(_candidate, read_photo)),
        stations=record.items("stations", 1, MAX_STATIONS, _station),
        close_not_before=record.matching("close_not_before", CLOCK),
        blank=record.flag("blank"),
        rehearsal=record.flag("rehearsal"),
        officers=_officers(record),
    )


def _officers(record: Record) -> tuple[str, ...]:
    titles = record.items("officers", FEWEST, MOST, _title)
    officers.serialise(titles)  # refuses two alike
    return titles


def _title(value: Json, where: str) -> str:
    return Record({"officers": value}, where).line("officers", TITLE_LENGTH)


def _candidate(read_photo: Callable[[str], bytes], value: Json, where: str) -> CandidatePlan:
    record = Record.of(value, ("name", "photo"), where)
    photo = record.matching("photo", _PHOTO)
    return CandidatePlan(record.line("name", NAME_LENGTH), read_photo(photo) if photo else None)


def _station(value: Json, where: str) -> StationPlan:
    record = Record.of(value, ("number", "booths"), where)
    return StationPlan(record.integer("number", 1, MAX_STATIONS), record.items("booths", 1, MAX_BOOTHS, _booth))


def _booth(value: Json, where: str) -> BoothPlan:
    record = Record.of(value, ("tokens", "spares"), where)
    return BoothPlan(record.integer("tokens", 1, MAX_TOKENS), record.integer("spares", 0, MAX_TOKENS))
