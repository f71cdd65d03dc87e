"""How far the taking in of reports is, per booth: for the committee's eyes while the count is on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from epilwu.tally.models import Booth, ReceivedFile, Station
from epilwu.tally.villages import find_village


class BoothState(StrEnum):
    """How far a booth's report is."""

    WAITING = "waiting"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class BoothStatus:
    """A booth: its state, ballots checked of ballots in all (None before they are known), files that are held."""

    number: int
    state: BoothState
    checked: int
    total: int | None
    held: int


@dataclass(frozen=True, slots=True)
class StationStatus:
    """A station: its booths, whether the desk's book is in, whether its board is closed and decrypted."""

    number: int
    booths: tuple[BoothStatus, ...]
    desk_book: bool
    closed: bool
    finished: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Files of the whole server that wait, that are being checked, that people must decide about, that were refused."""

    waiting: int
    checking: int
    held: int
    refused: int


_COLUMNS = (ReceivedFile.booth_id, ReceivedFile.state, ReceivedFile.checked, ReceivedFile.total)


def village_status(session: Session, village: str) -> tuple[StationStatus, ...]:
    """Every station of a village; raises ``UnknownVillage``. Reads no file's content."""
    return tuple(_station(session, station) for station in find_village(session, village).stations)


def _station(session: Session, station: Station) -> StationStatus:
    booths = [booth.id for booth in station.booths]
    rows = session.execute(select(*_COLUMNS).where(ReceivedFile.booth_id.in_(booths))).all()
    board = station.board
    return StationStatus(
        number=station.number,
        booths=tuple(
            _booth(booth, [(state, checked, total) for of, state, checked, total in rows if of == booth.id])
            for booth in station.booths
        ),
        desk_book=station.desk_book is not None,
        closed=board is not None,
        finished=board is not None and board.result is not None,
    )


def _booth(booth: Booth, files: list[tuple[str, int, int | None]]) -> BoothStatus:
    held = sum(state == "held" for state, _, _ in files)
    checking = next(((checked, total) for state, checked, total in files if state == "checking"), None)
    if booth.report is not None:
        ballots = booth.report.ballots
        return BoothStatus(booth.number, BoothState.ALARM if held else BoothState.ACCEPTED, ballots, ballots, held)
    if checking is not None:
        return BoothStatus(booth.number, BoothState.CHECKING, *checking, held)
    return BoothStatus(booth.number, BoothState.ALARM if held else BoothState.WAITING, 0, None, held)


def queue(session: Session) -> Queue:
    """The whole server's files by what is to become of them."""
    states = list(session.scalars(select(ReceivedFile.state)))
    return Queue(*(states.count(state) for state in ("received", "checking", "held", "refused")))
