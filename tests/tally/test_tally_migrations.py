"""The migrations lead exactly to the models, down again, and keep data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from epilwu.tally import log
from epilwu.tally.database import alembic_config, migrate, open_database, require_head, sessions
from epilwu.tally.errors import DatabaseRefused
from epilwu.tally.models import Base, Village


def tables(engine: Engine) -> dict[str, list[str]]:
    """Every table and index of an SQLite database as its sorted parts, white space and quoting evened out."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL")
        )
        return {name: parts(sql) for name, sql in rows if name != "alembic_version"}


def parts(sql: str) -> list[str]:
    flat = re.sub(r'["\s]+', " ", sql)
    body, found, depth = flat[flat.index("(") + 1 : flat.rindex(")")], [""], 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        elif letter != " ":
            found[-1] += letter
    return [*sorted(found), flat[: flat.index("(")].strip(), flat[flat.rindex(")") :].strip()]


def village(**changes: object) -> Village:
    fields: dict[str, object] = {
        "code": "32.09.07.2007",
        "date": "2023-10-22",
        "definition": b"{}",
        "definition_hash": 64 * "a",
        "definition_signature": b"",
        "root": b"",
        "trustees": b"",
        "rule_pack": b"",
    }
    return Village(**(fields | changes))


def test_head_equals_models(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    fresh = open_database(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(fresh)
    migrated, modelled = tables(engine), tables(fresh)
    assert migrated == modelled
    assert len(modelled) > 12


def test_down_leaves_nothing_and_up_again_works(engine: Engine) -> None:
    migrate(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    require_head(engine)


def test_migrating_twice_keeps_data(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        session.add(village())
    migrate(engine)
    with sessions(engine)() as session:
        assert session.query(Village).one().code == "32.09.07.2007"


def test_require_head_refuses_an_empty_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="migrate"):
        require_head(open_database(f"sqlite:///{tmp_path / 'empty.db'}"))


def test_refuses_an_address_without_driver() -> None:
    with pytest.raises(DatabaseRefused):
        open_database("nosuchthing://here")
    with pytest.raises(DatabaseRefused):
        open_database("not an address")


def test_refuses_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused):
        migrate(open_database(f"sqlite:///{tmp_path / 'absent' / 'tally.db'}"))


def test_one_election_per_village_and_day(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        session.add_all([village(), village(definition_hash=64 * "b", date="2029-10-21")])
    with pytest.raises(IntegrityError), sessions(engine).begin() as session:
        session.add(village(definition_hash=64 * "c"))


def test_foreign_keys_are_enforced(engine: Engine) -> None:
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO board VALUES (99, 0, 0, x'')"))


def test_a_plain_sqlite_connection_is_not_enough() -> None:
    """What the engine of ``open_database`` adds is needed: without it SQLite ignores foreign keys."""
    plain = create_engine("sqlite://")
    Base.metadata.create_all(plain)
    with plain.begin() as connection:
        connection.execute(text("INSERT INTO board VALUES (99, 0, 0, x'')"))


def test_each_step_down_and_up_again_keeps_the_data(public: Path, engine: Engine) -> None:
    """A finished village goes down to the first revision and up again: what both know is the same, the log whole."""

    def rows() -> dict[str, int]:
        with engine.connect() as connection:
            names = (
                "village",
                "station",
                "booth",
                "report",
                "ballot",
                "board",
                "share",
                "result",
                "count",
                "log_entry",
            )
            return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}

    before = rows()
    assert min(before.values()) > 0
    for revision in ("0001", "head"):
        (command.downgrade if revision == "0001" else command.upgrade)(alembic_config(engine), revision)
        assert rows() == before
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    with sessions(engine)() as session:
        assert len(log.read_log(session)) == before["log_entry"]
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text("DELETE FROM log_entry"))
