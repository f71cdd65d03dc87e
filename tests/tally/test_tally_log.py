"""The audit log: chained, append-only in SQL too, readable from an export alone; every kind is a dataclass."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_type_hints

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import DatabaseError

from epilwu.tally import log
from epilwu.tally.database import sessions
from epilwu.tally.errors import LogBroken
from epilwu.tally.models import LogEntry
from epilwu.trust.errors import LogEntryRefused

AT = datetime(2023, 10, 22, 14, 5, 7, tzinfo=UTC)
VALUES = {str: "x", int: 7, str | None: None}


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
        assert log.stored_entries(session) == tuple(entries)
    assert [act.seq for act in acts] == [0, 1, 2]
    assert acts[2].event == {"owner": 3, "sha256": 64 * "e", "uuid": "u" * 14}
    assert log.event_of(acts[2]) == log.ShareAccepted("u" * 14, 3, 64 * "e")
    assert acts[0].at == "2023-10-22T14:05:07Z"
    assert acts[1].hash == hashlib.sha256(entries[1]).hexdigest()


def test_every_kind_is_written_and_read_back(engine: Engine) -> None:
    events = [kind(*(VALUES[get_type_hints(kind)[f.name]] for f in fields(kind))) for kind in log.KINDS.values()]
    with sessions(engine).begin() as session:
        for event in events:
            log.append(session, event, at=AT, actor="uji")
    with sessions(engine)() as session:
        assert [log.event_of(act) for act in log.read_log(session)] == events
    assert set(log.KINDS) == {kind.kind for kind in log.Event.__subclasses__()}


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("no-such-kind", {}),
        ("share-accepted", {"owner": 1, "sha256": "x"}),
        ("share-accepted", {"owner": 1, "sha256": "x", "uuid": "x", "choice": 2}),
        ("share-accepted", {"owner": "1", "sha256": "x", "uuid": "x"}),
        ("share-accepted", {"owner": True, "sha256": "x", "uuid": "x"}),
    ],
)
def test_what_this_program_never_wrote_is_refused(kind: str, event: dict[str, object]) -> None:
    from epilwu.trust.act_log import GENESIS, Act

    with pytest.raises(LogBroken):
        log.event_of(Act(0, GENESIS, GENESIS, "", "", kind, event))  # type: ignore[arg-type]


def test_an_actor_that_cannot_be_written_stops_the_act(engine: Engine) -> None:
    with pytest.raises(LogEntryRefused), sessions(engine).begin() as session:
        log.append(session, log.DeskBookImported("u" * 14, "x"), at=AT, actor="baris\nbaru")


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


CHEATS = {
    "edit": "UPDATE log_entry SET data = x'00' WHERE seq = 1",
    "edit, replacing": "UPDATE OR REPLACE log_entry SET hash = 'x' WHERE seq = 1",
    "cut the tail": "DELETE FROM log_entry WHERE seq = 2",
    "empty": "DELETE FROM log_entry",
    "replace": "INSERT OR REPLACE INTO log_entry SELECT seq, prev, hash, kind, x'00' FROM log_entry WHERE seq = 2",
    "replace by its hash": (
        "INSERT OR REPLACE INTO log_entry SELECT 3, (SELECT hash FROM log_entry WHERE seq = 2), hash, kind, data "
        "FROM log_entry WHERE seq = 1"
    ),
    "upsert": (
        "INSERT INTO log_entry SELECT 2, prev, hash, kind, data FROM log_entry WHERE seq = 2 "
        "ON CONFLICT DO UPDATE SET data = x'00'"
    ),
    "leave a gap": "INSERT INTO log_entry SELECT 7, hash, 'h', kind, data FROM log_entry WHERE seq = 2",
    "leave the chain": "INSERT INTO log_entry SELECT 3, 'p', 'h', kind, data FROM log_entry WHERE seq = 2",
    "before the first": "INSERT INTO log_entry SELECT -1, 'p', 'h', kind, data FROM log_entry WHERE seq = 2",
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_cheating_in_sql_is_refused(engine: Engine, entries: list[bytes], cheat: str) -> None:
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(CHEATS[cheat]))
    with sessions(engine)() as session:
        assert log.stored_entries(session) == tuple(entries)


def test_cheating_with_a_plain_sqlite_program_is_refused(engine: Engine, entries: list[bytes], tmp_path: Path) -> None:
    """Without the program's own settings: no recursive triggers, no foreign keys."""
    engine.dispose()
    connection = sqlite3.connect(tmp_path / "tally.db")
    for cheat in CHEATS.values():
        with pytest.raises(sqlite3.DatabaseError), connection:
            connection.execute(cheat.replace(" ON CONFLICT", " AND true ON CONFLICT"))
    connection.close()
    with sessions(engine)() as session:
        assert log.stored_entries(session) == tuple(entries)


def test_whoever_owns_the_file_can_bend_it_but_the_chain_says_where(
    engine: Engine, entries: list[bytes], tmp_path: Path
) -> None:
    plain = create_engine(f"sqlite:///{tmp_path / 'tally.db'}")
    with plain.begin() as connection:
        connection.execute(text("DROP TRIGGER log_entry_no_update"))
        connection.execute(text("UPDATE log_entry SET data = CAST(replace(data, 'uji', 'aji') AS BLOB) WHERE seq = 1"))
    with sessions(engine)() as session, pytest.raises(LogBroken) as broken:
        log.read_log(session)
    assert broken.value.where == "catatan 2"
    with plain.begin() as connection:
        connection.execute(text("UPDATE log_entry SET data = :data WHERE seq = 1"), {"data": entries[1]})
        connection.execute(text("UPDATE log_entry SET kind = 'published' WHERE seq = 1"))
    with sessions(engine)() as session, pytest.raises(LogBroken, match="Kolom pencarian"):
        log.read_log(session)
