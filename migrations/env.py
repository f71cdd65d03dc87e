"""Alembic's entry: the engine is handed over by ``epilwu.tally.database``; there is no ini file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from epilwu.tally.models import Base

engine = context.config.attributes["engine"]
assert isinstance(engine, Engine)


@contextmanager
def foreign_keys_deferred(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is made anew and the old one dropped, which its referring rows would forbid.

    The check is switched off, which no transaction allows once it has begun, and made up for before the step ends.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # what was to stay is committed; in what was read since, the switch would do nothing
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise IntegrityError("PRAGMA foreign_key_check", {}, Exception(f"{len(broken)} rows refer to nothing"))


with engine.connect() as connection, foreign_keys_deferred(connection):
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
        check_foreign_keys(connection)
