"""A scanning session on a box of the sample village, and hands that fill it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from audit_samples import Scene, scene

from epilwu.audit.scan.session import Opening, ScanSession
from epilwu.audit.slips import BoothRegister, StationRegister

WIB = timezone(timedelta(hours=7))
PEOPLE = ("Ani", "Budi")


def clock() -> datetime:
    return datetime(2023, 10, 24, 9, 30, tzinfo=WIB)


def register_of(station: int = 1, of: Scene | None = None) -> StationRegister:
    """A station's registers as its booths closed them."""
    of = of or scene()
    booths = {
        place[1]: BoothRegister(
            place[1],
            of.booths[place].key.public_key(),
            frozenset(slip.id for slip in of.slips[place]),
            frozenset(slip.id for slip in of.void[place]),
        )
        for place in of.slips
        if place[0] == station
    }
    definition = of.parsed
    return StationRegister(station, of.uuid(station), len(definition.candidates), definition.blank, booths)


def session_in(folder: Path, *, bundle_size: int = 50) -> ScanSession:
    """A session begun on station 1's box."""
    opening = Opening(
        definition=scene().digest, box="Segel 17", order="12/Pen/2023", people=PEOPLE, bundle_size=bundle_size
    )
    return ScanSession.create(folder, register_of(), opening, clock)


def go_on(folder: Path) -> ScanSession:
    """The same session, opened again."""
    return ScanSession.open(folder, register_of(), clock)
