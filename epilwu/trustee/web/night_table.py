"""The night's table in one running program: the boards once verified, and whose refusals of which sum were heard.

Only that is held in memory: after a restart the boards are verified anew, and refusals are heard again.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from epilwu.errors import EpilwuError
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.trustee import ceremony, evening, night, opening
from epilwu.trustee import plan as plans
from epilwu.trustee.board import Board
from epilwu.trustee.errors import BoardRefused, VerifierFailed
from epilwu.trustee.files import Folder
from epilwu.trustee.night import NightSituation, StationNight, Taken
from epilwu.trustee.plan import Plan, Seat
from epilwu.trustee.verifier import NAME, Verifier
from epilwu.trustee.web.attendance import read_present
from epilwu.trustee.web.config import WebConfig
from epilwu.trustee.web.sticks import count_boards


@dataclass(frozen=True, slots=True)
class Laid:
    """Verified boards of one key: ``boards``, and ``taken`` with the refusals of the others."""

    taken: tuple[Taken, ...]
    boards: tuple[Board, ...]
    trustees: TrusteeSet

    @property
    def refused(self) -> tuple[Taken, ...]:
        """The files that stay closed, each with its reason."""
        return tuple(one for one in self.taken if one.problem is not None)


class NightTable:
    """``laid`` is None before the boards are verified."""

    def __init__(self, config: WebConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._laid: Laid | None = None
        self._refusals: dict[tuple[int, str], EpilwuError] = {}

    @property
    def laid(self) -> Laid | None:
        """The boards on the table."""
        return self._laid

    def verifier(self) -> Verifier:
        """The published verifier; raise ``VerifierFailed`` where the program was started without one."""
        if self._config.verifier is None:
            raise VerifierFailed(
                "Pemeriksa yang diumumkan belum ada di laptop ini.",
                todo=f"Jalankan ulang program dengan --verifier dan berkas {NAME}.",
            )
        return self._config.verifier

    def waiting_boards(self) -> int:
        """How many boards lie on the laptop."""
        return count_boards(self._config.boards)

    def lay(self, taken: tuple[Taken, ...]) -> tuple[Taken, ...]:
        """Put verified boards on the table, if there are any; boards of another key than the ceremony's are refused.
        Gives all files with their refusals."""
        found = night.verified(taken)
        own = Folder(self._config.public, private=False).read(ceremony.TRUSTEES)
        wanted = own if own is not None else (found[0].trustees if found else b"")
        judged = tuple(_of_key(one, wanted) for one in taken)
        boards = tuple(sorted(night.verified(judged), key=lambda board: board.name))
        with self._lock:
            self._refusals = {}
            self._laid = Laid(judged, boards, parse_trustees(wanted)) if boards else None
        return judged

    def clear(self) -> None:
        """Take all boards off the table."""
        with self._lock:
            self._laid, self._refusals = None, {}

    def heard(self, seat: int, opened: tuple[opening.Opened, ...]) -> tuple[EpilwuError, ...]:
        """Keep which sums holder ``seat``'s stick refused."""
        found = {(seat, one.board.election.uuid): one.problem for one in opened if one.problem is not None}
        with self._lock:
            self._refusals.update(found)
        return tuple(found.values())

    def plan(self, laid: Laid) -> Plan | None:
        """The ceremony's plan: the laptop's own if the boards are of its key, else the one that a stick brought."""
        public = Folder(self._config.public, private=False)
        if public.read(ceremony.TRUSTEES) == laid.trustees.data:
            return evening.read_plan(self._config.public)
        data = Folder(self._config.shares, private=False).read(_plan_name(laid))
        return None if data is None else plans.parse(data)

    def learn_plan(self, laid: Laid, stick: Path) -> None:
        """Keep the plan of a stick that has just opened: its seed is sealed under that plan, so it is the true one."""
        data = ceremony.stick_plan(stick)
        if data is not None and self.plan(laid) is None:
            Folder(self._config.shares, private=False).publish(_plan_name(laid), data)

    def situation(self, laid: Laid) -> tuple[NightSituation, bool]:
        """Where the night stands, and whether it has been asked who came."""
        present = read_present(Folder(self._config.shares, private=False))
        now = night.look(self.plan(laid), laid.trustees, laid.boards, self._config.shares, present=present)
        return now, present is not None

    def still_to_open(self, now: NightSituation) -> tuple[Seat, ...]:
        """Those present who have not yet opened, or refused, each sum that is laid before them."""
        return tuple(seat for seat in now.present if any(self._owes(seat, station) for station in now.stations))

    def closed(self, now: NightSituation) -> tuple[tuple[StationNight, EpilwuError], ...]:
        """The sums that are not open and that a stick has refused, with the first refusal."""
        found = []
        for station in now.stations:
            uuid = station.board.election.uuid
            problem = next((error for (_, of), error in self._refusals.items() if of == uuid), None)
            if station.counts is None and problem is not None:
                found.append((station, problem))
        return tuple(found)

    def _owes(self, seat: Seat, station: StationNight) -> bool:
        return seat in station.missing and (seat.index, station.board.election.uuid) not in self._refusals


def _of_key(one: Taken, trustees: bytes) -> Taken:
    if one.board is None or one.board.trustees == trustees:
        return one
    problem = BoardRefused(
        "Papan suara ini memakai kunci pemegang lain, bukan yang disahkan di upacara ini.",
        where=one.path.name,
        todo="Jangan dibuka. Tanyakan panitia dari mana berkas ini.",
    )
    return Taken(one.path, None, problem)


def _plan_name(laid: Laid) -> str:
    """Plans of different keys do not get into each other's way."""
    return f"rencana-{hashlib.sha256(laid.trustees.data).hexdigest()[:16]}.json"
