"""The audit log: chained, append-only in SQL too, and readable from an export alone."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from epilwu.tally import log
from epilwu.tally.database import sessions
from epilwu.tally.errors import LogBroken
from epilwu.tally.models import LogEntry

AT = datetime(2023, 10, 22, 14, 5, 7, tzinfo=UTC)


@pytest.fixture
def entries(engine: Engine) -> list[bytes]:
    with sessions(engine).begin() as session:
        for owner in (1, 2, 3):
            log.append(session, log.ShareAccepted("u" * 14, owner, 64 * "e"), at=AT, actor="uji")
    with sessions(engine)() as session:
        return list(session.scalars(select(LogEntry.data).order_by(LogEntry.seq)))


def test_entries_chain_and_read_back(engine: Engine, entries: list[bytes]) -> None:
    with sessions(engine)() as session:
        acts = log.read_log(session)
    assert [act.seq for act in acts] == [0, 1, 2]
    assert acts[2].event == {"owner": 3, "sha256": 64 * "e", "uuid": "u" * 14}
    assert acts[0].at == "2023-10-22T14:05:07Z"
    assert acts[1].hash == hashlib.sha256(entries[1]).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda e: [e[0], e[2]],
        lambda e: [e[1], e[0], e[2]],
        lambda e: [e[0], e[1].replace(b"uji", b"aji"), e[2]],
        lambda e: [*e, e[2]],
        lambda e: [b" " + e[0], *e[1:]],
    ],
)
def test_a_changed_export_is_refused(entries: list[bytes], change: object) -> None:
    assert callable(change)
    with pytest.raises(LogBroken):
        log.verify_chain(change(entries))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET data = x'00' WHERE seq = 1",
        "DELETE FROM log_entry WHERE seq = 2",
        "DELETE FROM log_entry",
        "INSERT OR REPLACE INTO log_entry SELECT seq, prev, hash, kind, x'00' FROM log_entry WHERE seq = 2",
        "INSERT INTO log_entry SELECT 7, hash, 'h', kind, data FROM log_entry WHERE seq = 2",
        "INSERT INTO log_entry SELECT 3, 'p', 'h', kind, data FROM log_entry WHERE seq = 2",
    ],
)
def test_cheating_in_sql_is_refused(engine: Engine, entries: list[bytes], statement: str) -> None:
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(statement))
    with sessions(engine)() as session:
        assert len(log.read_log(session)) == len(entries)
