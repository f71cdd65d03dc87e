"""Destroying the keys once nobody may dispute the result any more: stick by stick, with a record for all to sign.

First a note on the stick says what is about to be destroyed, then the secrets are overwritten and removed, then the
note goes to the shared folder: after a power cut the same call goes on. What stays on the stick is public.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path

from epilwu.trust.canonical import HEX_256, Record, dumps
from epilwu.trustee import ceremony
from epilwu.trustee.errors import KeysStillNeeded, StickSwapped, StickUnready
from epilwu.trustee.evening import in_seats
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import MAX_SEATS, Plan, serialise

_NOTE = "pemusnahan.json"
_FIELDS = ("date", "plan", "seat", "sealed_seed", "version")


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Holder ``seat``'s key is gone since ``date`` (ISO 8601). ``sealed_seed`` is the SHA-256 (hex) of the sealed seed
    that lay on the stick, ``plan`` that of the ceremony's plan."""

    seat: int
    date: str
    sealed_seed: str
    plan: str


def destroy(public: Path, plan: Plan, stick: Path, *, seat: int, today: datetime.date) -> Destroyed:
    """Wipe the secrets of holder ``seat``'s ``stick`` and put the note into the shared folder ``public``.

    Calling it again changes nothing more. Raises ``KeysStillNeeded`` before the plan's ``keep_until``,
    ``StickSwapped`` for another holder's or ceremony's stick, ``StickUnready`` for one without a key, ``StickTrouble``.
    """
    with in_seats(plan):
        return _destroy(public, plan, stick, seat, today)


def name_of(seat: int) -> str:
    """The shared name of a holder's note."""
    return f"pemusnahan-{seat}.json"


def read_destroyed(public: Path, plan: Plan) -> tuple[Destroyed, ...]:
    """The notes in the shared folder, by seat. Raises ``MalformedFile``, ``StickTrouble``."""
    shared = Folder(public, private=False)
    found = ((shared.read(name_of(seat.index)), seat.index) for seat in plan.seats)
    return tuple(_parse(data, name_of(index)) for data, index in found if data is not None)


def _destroy(public: Path, plan: Plan, stick: Path, seat: int, today: datetime.date) -> Destroyed:
    holder = plan.seat(seat)
    if today < datetime.date.fromisoformat(plan.keep_until):
        raise KeysStillNeeded(
            f"Hasil masih dapat disengketakan; kunci disimpan sampai {plan.keep_until}.",
            where=plan.place,
            todo="Segel kembali diska ini.",
        )
    own, plan_bytes = Folder(stick, private=True), serialise(plan)
    if ceremony.stick_plan(stick) != plan_bytes or ceremony.stick_index(stick) != seat:
        raise StickSwapped(f"Ini bukan diska {holder.title} dari upacara ini.", where=str(stick), todo="Cabut.")
    note = own.read(_NOTE)
    if note is None:
        seed = own.read(ceremony.SEED)
        if seed is None:
            raise StickUnready("Diska ini tidak berisi kunci.", where=str(stick), todo="Catat dalam berita acara.")
        done = Destroyed(
            seat, today.isoformat(), hashlib.sha256(seed).hexdigest(), hashlib.sha256(plan_bytes).hexdigest()
        )
        own.write(_NOTE, _serialise(done))
    else:
        done = _parse(note, str(stick / _NOTE))
    own.wipe(ceremony.secret_names(stick))
    Folder(public, private=False).publish(name_of(seat), _serialise(done))
    return done


def _serialise(done: Destroyed) -> bytes:
    return dumps(
        {"date": done.date, "plan": done.plan, "sealed_seed": done.sealed_seed, "seat": done.seat, "version": 1}
    )


def _parse(data: bytes, where: str) -> Destroyed:
    record = Record.parse(data, _FIELDS, limit=4096, where=where)
    return Destroyed(
        record.integer("seat", 1, MAX_SEATS),
        record.line("date", 10),
        record.matching("sealed_seed", HEX_256),
        record.matching("plan", HEX_256),
    )
