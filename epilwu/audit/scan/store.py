"""The session's file: chained entries in SQLite, which only ever grow.

``journal_mode=DELETE`` and ``synchronous=EXTRA``: a returned commit survives a power cut, one cut short is rolled back
whole (SQLite documentation, "PRAGMA synchronous"). Triggers refuse changes and demand the next number; the chain tells
of whoever goes round them. Several programs may hold it open: each reads what the others wrote before it writes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from epilwu.audit.scan.errors import NoSession, SessionBusy, SessionExists
from epilwu.audit.scan.events import damaged

DATABASE: Final = "pemindaian.db"
_BUSY_AFTER: Final = 10.0  # seconds; another program's transaction takes milliseconds
_PRAGMAS = ("journal_mode=DELETE", "synchronous=EXTRA", "recursive_triggers=ON", "temp_store=MEMORY")
_SCHEMA = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TRIGGER entry_next BEFORE INSERT ON entry
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM entry)
    BEGIN SELECT raise(ABORT, 'entry: not the next one'); END;
CREATE TRIGGER entry_kept BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'entry: append only'); END;
CREATE TRIGGER entry_not_deleted BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'entry: append only'); END;
"""


class ScanStore:
    """The open file of one session. Made by ``create`` or ``open``; ``close`` lets go of it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @staticmethod
    def create(folder: Path, first: bytes) -> ScanStore:
        """A new file with its first entry, whole or not at all. Raises ``SessionExists``, ``SessionBusy``.

        It is built under another name, so that a power cut leaves no session rather than half of one.
        """
        path = folder / DATABASE
        building = folder / f".{DATABASE}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                raise _exists(path)
            building.unlink(missing_ok=True)
            os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = _connect(building, "rw")
            try:
                connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
                connection.execute("INSERT INTO entry VALUES (0, ?)", (first,))
                connection.execute("COMMIT")
            finally:
                connection.close()
            _link(building, path)
        except (OSError, sqlite3.Error) as error:
            raise _trouble(path, error) from error
        finally:
            with suppress(OSError):
                building.unlink(missing_ok=True)
        return ScanStore.open(folder)

    @staticmethod
    def open(folder: Path) -> ScanStore:
        """The file of a session begun before. Raises ``NoSession``, ``SessionDamaged``, ``SessionBusy``."""
        need_session(folder)
        path = folder / DATABASE
        try:
            connection = _connect(path, "rw")
        except sqlite3.OperationalError as error:
            raise _trouble(path, error) from error
        except (sqlite3.DatabaseError, UnicodeError) as error:  # SQLite quotes a spoilt schema in its message
            raise damaged("Berkas sesi pemindaian rusak.", str(path)) from error
        return ScanStore(path, connection)

    def entries(self, start: int) -> list[tuple[int, bytes]]:
        """Number and bytes of every entry from ``start`` on. Raises ``SessionDamaged``, ``SessionBusy``."""
        try:
            rows = self._connection.execute("SELECT seq, data FROM entry WHERE seq >= ? ORDER BY seq", (start,))
            return [(seq, bytes(data)) for seq, data in rows]
        except (sqlite3.DatabaseError, TypeError, UnicodeError) as error:
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise _trouble(self.path, error) from error
            raise damaged("Berkas sesi pemindaian rusak.", str(self.path)) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all that is appended in it, or nothing. Raises ``SessionBusy``."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from error
        try:
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise _trouble(self.path, error) from error
        except BaseException:
            self._roll_back()
            raise

    def append(self, seq: int, data: bytes) -> None:
        """Add entry ``seq``; within ``writing`` only."""
        self._connection.execute("INSERT INTO entry VALUES (?, ?)", (seq, data))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def need_session(folder: Path) -> None:
    """Raise ``NoSession`` where none was begun in ``folder``."""
    if not (folder / DATABASE).is_file():
        todo = "Mulai dengan: epilwu audit scan start."
        raise NoSession("Belum ada sesi pemindaian di folder ini.", where=str(folder / DATABASE), todo=todo)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_AFTER,
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # rolls back a cut transaction now
    except BaseException:
        connection.close()
        raise
    return connection


def _link(building: Path, path: Path) -> None:
    """Give the whole file its name; a name that somebody took meanwhile stays theirs."""
    try:
        os.link(building, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError:  # a stick without hard links
        building.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(path: Path) -> SessionExists:
    todo = "Teruskan sesi itu, atau mulai di folder lain."
    return SessionExists("Di folder ini sudah ada sesi pemindaian.", where=str(path), todo=todo)


def _trouble(path: Path, error: Exception) -> SessionBusy:
    todo = "Tutup program lain yang memakai sesi ini, periksa media dan ruangnya, lalu ulangi."
    return SessionBusy(f"Sesi pemindaian tidak dapat ditulis ({error}).", where=str(path), todo=todo)
