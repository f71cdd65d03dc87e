"""Who checks which file: rows of ``received_file`` that a worker takes, keeps and gives back. Each call one step of the
caller's transaction.

A worker takes a file by writing its name and a time, and renews that time as it goes on. Whoever was killed renews no
more, and another takes the file; so nothing is lost. Whoever comes back after that finds another's name in the row and
accepts nothing; so nothing happens twice. Clocks of two machines may differ: that costs a second check, never a second
acceptance.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from epilwu.tally.errors import ClaimLost
from epilwu.tally.models import ReceivedFile

CHECKED_KINDS = ("station_report", "desk_book")
"""What workers check. Shares are small and are verified as they come."""
MAX_ATTEMPTS = 5
"""After so many workers that did not come back, people must look at the file."""


def next_waiting(session: Session, at: datetime, *, sha256: str | None = None) -> ReceivedFile | None:
    """The file that has waited longest (or the one asked for, if it waits), locked for this transaction."""
    query = select(ReceivedFile.sha256).where(ReceivedFile.kind.in_(CHECKED_KINDS), _waits(at))
    if sha256 is not None:
        query = query.where(ReceivedFile.sha256 == sha256)
    order = (ReceivedFile.received_at, ReceivedFile.sha256)
    found = session.scalar(query.order_by(*order).limit(1).with_for_update(skip_locked=True))
    return None if found is None else session.get_one(ReceivedFile, found)


def _waits(at: datetime) -> ColumnElement[bool]:
    left = and_(ReceivedFile.state == "checking", ReceivedFile.lease_until < at)
    return or_(ReceivedFile.state == "received", left)


def take(row: ReceivedFile, worker: str, at: datetime, lease: timedelta) -> None:
    """Write the worker's name into a waiting row."""
    row.state, row.worker, row.lease_until = "checking", worker, at + lease
    row.attempts += 1
    row.checked, row.total = 0, None


def keep(session: Session, sha256: str, worker: str) -> ReceivedFile:
    """The row that ``worker`` has, locked; raises ``ClaimLost`` where it has it no more."""
    row = session.scalars(select(ReceivedFile).filter_by(sha256=sha256).with_for_update()).one()
    if row.state != "checking" or row.worker != worker:
        raise ClaimLost("Berkas ini sudah diambil alih pemeriksa lain.", where=row.name)
    return row


def renew(row: ReceivedFile, at: datetime, lease: timedelta, checked: int, total: int) -> None:
    """Say that the worker is alive and how far it is."""
    row.lease_until, row.checked, row.total = at + lease, checked, total


def give_back(row: ReceivedFile) -> None:
    """Let another worker take the file."""
    row.state, row.worker, row.lease_until = "received", None, None
    row.checked, row.total = 0, None


def settle(row: ReceivedFile, state: str, *, code: str | None = None, reason: str | None = None) -> None:
    """End the check."""
    row.state, row.code, row.reason = state, code, reason
    row.worker, row.lease_until = None, None
