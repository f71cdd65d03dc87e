"""Opening the tally's database and bringing its tables to the newest revision.

SQLite is the default (one village, one laptop), PostgreSQL for a regency; the difference is the address alone.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from epilwu.tally.errors import DatabaseRefused


def migrations_folder() -> Path:
    """``migrations/`` of the checkout, or the copy that an installed package carries under ``share/epilwu``."""
    root = Path(__file__).parents[2]
    is_checkout = (root / "pyproject.toml").is_file()
    folder = root / "migrations" if is_checkout else Path(sys.prefix) / "share" / "epilwu" / "migrations"
    if not (folder / "env.py").is_file():
        raise DatabaseRefused("Berkas migrasi tidak ditemukan.", where=str(folder), todo="Pasang ulang program epilwu.")
    return folder


def open_database(url: str) -> Engine:
    """An engine for ``url``; on SQLite with foreign keys, recursive triggers and one writer at a time.

    Raises ``DatabaseRefused`` for an address that no driver here understands.
    """
    try:
        engine = create_engine(make_url(url), hide_parameters=True)  # no file's content in a message
    except (ArgumentError, ImportError, SQLAlchemyError) as error:
        raise DatabaseRefused("Alamat basis data tidak dapat dipakai.", where=url.partition("@")[2] or url) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # The driver's own idea of when a transaction starts would leave reads and DDL outside it.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA recursive_triggers=ON")  # else INSERT OR REPLACE slips past a DELETE trigger
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions; each ``with factory.begin() as session`` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)


def alembic_config(engine: Engine) -> Config:
    """Alembic's configuration in code: no ini file, the engine handed over by attribute."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables up to ``revision`` (or down to ``"base"``: tests only, it drops everything)."""
    config = alembic_config(engine)
    try:
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)
    except SQLAlchemyError as error:
        raise DatabaseRefused(
            "Tabel basis data tidak dapat disiapkan.",
            where=_shown(engine),
            todo="Periksa apakah berkas atau server basis data dapat ditulis.",
        ) from error


def require_head(engine: Engine) -> None:
    """Raise ``DatabaseRefused`` unless the tables are exactly the newest revision."""
    head = ScriptDirectory.from_config(alembic_config(engine)).get_current_head()
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise DatabaseRefused("Basis data tidak dapat dibuka.", where=_shown(engine)) from error
    if current != head:
        raise DatabaseRefused(
            "Tabel basis data belum sesuai dengan program ini.",
            where=_shown(engine),
            todo="Jalankan: epilwu tally migrate",
        )


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
