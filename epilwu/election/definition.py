"""The election definition: the one file that says who stands, where, when and under which rules.

Its bytes (RFC 8785) are hashed, and that hash is bound into each station's Belenios election, into every booth package,
report and result. A parsed definition is always consistent: ``parse`` and ``serialise`` both run ``check``.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass

from epilwu.election.errors import DefinitionRefused
from epilwu.election.region import REGION, RegionCode
from epilwu.trust.canonical import HEX_256, Json, Record, dumps, is_plain_line

LIMIT = 1 << 20
MAX_CANDIDATES = 10
MAX_STATIONS = 99
MAX_BOOTHS = 255
"""A booth's number is one byte of the audit slip."""
NAME_LENGTH = 80
UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14}", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
DEFAULT_NAME = "definition.json"

_FIELDS = (
    "blank", "candidates", "close_not_before", "date", "district", "regency", "region", "rehearsal",
    "rule_pack_sha256", "stations", "title", "version", "village",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate: number on the ballot (1 to 10), name, and the hash of the photo shown beside them."""

    ballot_number: int
    name: str
    photo_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A polling station (TPS): number (1 to 99), its Belenios election's uuid, how many booths (1 to 255) it has."""

    number: int
    uuid: str
    booths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An election of one village head. ``date`` is ISO 8601; ``close_not_before`` local time as HH:MM."""

    rehearsal: bool
    title: str
    date: str
    region: RegionCode
    village: str
    district: str
    regency: str
    blank: bool
    candidates: tuple[Candidate, ...]
    stations: tuple[Station, ...]
    rule_pack_sha256: str
    close_not_before: str
    version: int = 1

    @property
    def day(self) -> datetime.date:
        """The election day."""
        return datetime.date.fromisoformat(self.date)

    def station(self, number: int) -> Station:
        """The station of that number; raise ``DefinitionRefused`` where there is none."""
        for station in self.stations:
            if station.number == number:
                return station
        raise DefinitionRefused(f"TPS {number} tidak ada dalam pemilihan ini.", todo="Periksa nomor TPS.")

    def candidate(self, ballot_number: int) -> Candidate:
        """The candidate of that ballot number; raise ``DefinitionRefused`` where there is none."""
        if not 1 <= ballot_number <= len(self.candidates):
            raise DefinitionRefused(f"Nomor urut {ballot_number} tidak ada.", todo="Periksa nomor urut calon.")
        return self.candidates[ballot_number - 1]


def serialise(definition: Definition) -> bytes:
    """The definition's bytes; raise ``DefinitionRefused`` where it is inconsistent."""
    check(definition)
    value: dict[str, Json] = {
        "blank": definition.blank,
        "candidates": [
            {"ballot_number": c.ballot_number, "name": c.name, "photo_sha256": c.photo_sha256}
            for c in definition.candidates
        ],
        "close_not_before": definition.close_not_before,
        "date": definition.date,
        "district": definition.district,
        "regency": definition.regency,
        "region": definition.region.text,
        "rehearsal": definition.rehearsal,
        "rule_pack_sha256": definition.rule_pack_sha256,
        "stations": [{"booths": s.booths, "number": s.number, "uuid": s.uuid} for s in definition.stations],
        "title": definition.title,
        "version": definition.version,
        "village": definition.village,
    }
    return dumps(value)


def parse(data: bytes, *, where: str = DEFAULT_NAME) -> Definition:
    """Read what ``serialise`` writes; raise ``MalformedFile`` or ``DefinitionRefused`` for anything else."""
    record = Record.parse(data, _FIELDS, limit=LIMIT, where=where)
    definition = Definition(
        rehearsal=record.flag("rehearsal"),
        title=record.line("title", NAME_LENGTH),
        date=record.matching("date", DATE),
        region=RegionCode(record.matching("region", REGION)),
        village=record.line("village", NAME_LENGTH),
        district=record.line("district", NAME_LENGTH),
        regency=record.line("regency", NAME_LENGTH),
        blank=record.flag("blank"),
        candidates=record.items("candidates", 1, MAX_CANDIDATES, _candidate),
        stations=record.items("stations", 1, MAX_STATIONS, _station),
        rule_pack_sha256=record.matching("rule_pack_sha256", HEX_256),
        close_not_before=record.matching("close_not_before", CLOCK),
    )
    check(definition, where=where)
    return definition


def definition_hash(data: bytes) -> str:
    """SHA-256 of the definition's bytes, in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def _candidate(value: Json, where: str) -> Candidate:
    record = Record.of(value, ("ballot_number", "name", "photo_sha256"), where)
    return Candidate(
        ballot_number=record.integer("ballot_number", 1, MAX_CANDIDATES),
        name=record.line("name", NAME_LENGTH),
        photo_sha256=record.matching_or_none("photo_sha256", HEX_256),
    )


def _station(value: Json, where: str) -> Station:
    record = Record.of(value, ("booths", "number", "uuid"), where)
    return Station(
        number=record.integer("number", 1, MAX_STATIONS),
        uuid=record.matching("uuid", UUID),
        booths=record.integer("booths", 1, MAX_BOOTHS),
    )


def check(definition: Definition, *, where: str = DEFAULT_NAME) -> None:
    """Raise ``DefinitionRefused`` with the first thing that is wrong with ``definition``."""
    for holds, what in _statements(definition):
        if not holds:
            raise DefinitionRefused(what, where=where, todo="Perbaiki data pemilihan, lalu susun ulang berkasnya.")


def _statements(definition: Definition) -> tuple[tuple[bool, str], ...]:
    numbers = [c.ballot_number for c in definition.candidates]
    stations = [s.number for s in definition.stations]
    uuids = [s.uuid for s in definition.stations]
    photos = [c.photo_sha256 for c in definition.candidates if c.photo_sha256 is not None]
    lines = (definition.title, definition.village, definition.district, definition.regency)
    names = [c.name for c in definition.candidates]
    return (
        (definition.version == 1, "Versi definisi tidak dikenal."),
        (_is_date(definition.date), "Tanggal pemungutan suara tidak ada di kalender."),
        (definition.region.is_desa, "Kode wilayah bukan kode desa."),
        (all(is_plain_line(line, NAME_LENGTH) for line in (*lines, *names)), "Nama atau judul tidak dapat dicetak."),
        (1 <= len(numbers) <= MAX_CANDIDATES, f"Jumlah calon harus 1 sampai {MAX_CANDIDATES}."),
        (numbers == list(range(1, len(numbers) + 1)), "Nomor urut calon harus berurutan mulai dari 1."),
        (1 <= len(stations) <= MAX_STATIONS, f"Jumlah TPS harus 1 sampai {MAX_STATIONS}."),
        (stations == sorted(set(stations)), "Nomor TPS harus naik dan tidak berulang."),
        (all(1 <= n <= MAX_STATIONS for n in stations), f"Nomor TPS harus 1 sampai {MAX_STATIONS}."),
        (all(UUID.fullmatch(uuid) for uuid in uuids), "Kode pemilihan TPS harus 14 huruf Base58."),
        (len(set(uuids)) == len(uuids), "Dua TPS memakai kode pemilihan yang sama."),
        (all(1 <= s.booths <= MAX_BOOTHS for s in definition.stations), f"Jumlah bilik harus 1 sampai {MAX_BOOTHS}."),
        (all(HEX_256.fullmatch(photo) for photo in photos), "Sidik foto calon tidak berbentuk SHA-256."),
        (HEX_256.fullmatch(definition.rule_pack_sha256) is not None, "Sidik aturan tidak berbentuk SHA-256."),
        (CLOCK.fullmatch(definition.close_not_before) is not None, "Jam penutupan harus berbentuk JJ:MM."),
    )


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
