"""The first medium: one SQLite file, one process, one connection, every change durable before anybody sees it.

No vote stands here in clear, no voter, no token, no time. ``journal_mode=DELETE`` and ``synchronous=EXTRA`` make a
returned commit survive a power cut (SQLite documentation, "PRAGMA synchronous"); ``secure_delete`` overwrites what an
update leaves behind. The file may only grow: triggers refuse every deletion and every change of an earlier row.
A token is spent exactly if a ballot with its credential stands here.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from epilwu.booth.errors import BoothBusy, StoreNotWritable, StoreRefused
from epilwu.booth.files import release_lock, sync_folder, take_lock
from epilwu.booth.rows import (
    BallotRow,
    Change,
    Counts,
    JournalRow,
    LastVote,
    Register,
    SlipState,
    Snapshot,
    Step,
    no_step,
)

DATABASE = "booth.db"
LOCK = "booth.lock"
_PRAGMAS = (
    "journal_mode=DELETE",
    "synchronous=EXTRA",
    "secure_delete=ON",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # otherwise INSERT OR REPLACE slips past the triggers against DELETE
    "temp_store=MEMORY",
    "mmap_size=0",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    entry BLOB NOT NULL CHECK (length(entry) BETWEEN 2 AND 4096),
    signature BLOB NOT NULL CHECK (length(signature) = 64)
) STRICT;
CREATE TABLE ballot (
    seq INTEGER PRIMARY KEY REFERENCES journal (seq),
    tracker TEXT NOT NULL UNIQUE CHECK (length(tracker) = 43),
    credential TEXT NOT NULL UNIQUE CHECK (length(credential) = 64),
    data BLOB NOT NULL CHECK (length(data) BETWEEN 2 AND 65536)
) STRICT;
CREATE TABLE slip (
    sealed BLOB PRIMARY KEY CHECK (length(sealed) = 48),
    state TEXT NOT NULL CHECK (state IN ('pending', 'cast', 'void'))
) STRICT, WITHOUT ROWID;
CREATE TRIGGER journal_next BEFORE INSERT ON journal
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq) + 1, 0) FROM journal)
      OR EXISTS (SELECT 1 FROM meta WHERE key = 'closed' AND value = 'yes')
    BEGIN SELECT raise(ABORT, 'journal: not the next entry, or closed'); END;
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal BEGIN SELECT raise(ABORT, 'journal: append only'); END;
CREATE TRIGGER journal_not_deleted BEFORE DELETE ON journal BEGIN SELECT raise(ABORT, 'journal: append only'); END;
CREATE TRIGGER ballot_kept BEFORE UPDATE ON ballot BEGIN SELECT raise(ABORT, 'ballot: append only'); END;
CREATE TRIGGER ballot_not_deleted BEFORE DELETE ON ballot BEGIN SELECT raise(ABORT, 'ballot: append only'); END;
CREATE TRIGGER slip_new BEFORE INSERT ON slip WHEN NEW.state <> 'pending'
    BEGIN SELECT raise(ABORT, 'slip: starts as pending'); END;
CREATE TRIGGER slip_settled BEFORE UPDATE ON slip
    WHEN OLD.state <> 'pending' OR NEW.state = 'pending' OR NEW.sealed <> OLD.sealed
    BEGIN SELECT raise(ABORT, 'slip: settled once'); END;
CREATE TRIGGER slip_not_deleted BEFORE DELETE ON slip BEGIN SELECT raise(ABORT, 'slip: append only'); END;
CREATE TRIGGER meta_closed_kept BEFORE UPDATE ON meta WHEN OLD.key = 'closed' AND OLD.value = 'yes'
    BEGIN SELECT raise(ABORT, 'meta: a closed booth stays closed'); END;
CREATE TRIGGER meta_bound BEFORE UPDATE ON meta WHEN OLD.key = 'identity'
    BEGIN SELECT raise(ABORT, 'meta: the identity stays'); END;
CREATE TRIGGER meta_not_deleted BEFORE DELETE ON meta BEGIN SELECT raise(ABORT, 'meta: append only'); END;
"""


class Store:
    """The open store of one booth. Every public method is one read or one whole transaction."""

    def __init__(self, folder: Path, lock: int, connection: sqlite3.Connection, step: Step) -> None:
        self._folder = folder
        self._lock: int | None = lock
        self._connection: sqlite3.Connection | None = connection
        self._step = step

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a store was ever made in ``folder``."""
        return (folder / DATABASE).exists()

    @staticmethod
    def create(folder: Path, identity: str, snapshot: Snapshot | None = None, *, step: Step = no_step) -> Store:
        """Make a store bound to ``identity`` (64 hex digits), empty or with all of ``snapshot``; whole or not at all.

        Raises ``StoreRefused`` where one exists, ``StoreNotWritable``.
        """
        lock = _take_lock(folder)
        if Store.exists(folder):
            release_lock(lock)
            raise StoreRefused("Penyimpanan bilik sudah ada.", where=str(folder / DATABASE))
        draft = folder / (DATABASE + ".new")
        draft.unlink(missing_ok=True)  # what a power cut during an earlier creation left
        try:
            step("store:draft")
            _fill(draft, identity, snapshot)
            step("store:rename")
            draft.rename(folder / DATABASE)
            step("store:folder")
            sync_folder(folder)
            step("store:made")
            return Store(folder, lock, _connect(folder / DATABASE), step)
        except (sqlite3.Error, OSError) as error:
            release_lock(lock)
            raise _not_writable(folder) from error

    @staticmethod
    def open(folder: Path, identity: str, *, step: Step = no_step) -> Store:
        """Open the store of ``identity``; raise ``StoreRefused`` where it is missing, damaged or another booth's."""
        lock = _take_lock(folder)
        path = folder / DATABASE
        try:
            if not path.exists():
                raise StoreRefused("Penyimpanan bilik tidak ada.", where=str(path), todo="Buka bilik lebih dahulu.")
            connection = _connect(path)
            _check(connection, path, identity)
        except (sqlite3.Error, StoreRefused) as error:
            release_lock(lock)
            if isinstance(error, StoreRefused):
                raise
            raise _damaged(path) from error
        return Store(folder, lock, connection, step)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._folder / DATABASE

    def close(self) -> None:
        """Give up connection and lock; a second call does nothing."""
        self._drop()
        lock, self._lock = self._lock, None
        if lock is not None:
            release_lock(lock)

    def commit(self, change: Change) -> None:
        """Make ``change`` durable; raise ``StoreNotWritable`` exactly if nothing of it was kept.

        Where the medium fails in the middle, the file is opened anew and asked: an answer is given only from what
        stands on it. If even that fails, ``StoreRefused`` says that only a restart can tell.
        """
        connection = self._live()
        try:
            self._step("store:begin")
            connection.execute("BEGIN IMMEDIATE")
            self._apply(connection, change)
            self._step("store:commit")
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            connection.execute("ROLLBACK")
            raise StoreRefused(f"Perubahan ditolak penyimpanan: {error}.", where=str(self.path)) from error
        except sqlite3.Error as error:
            self._drop()  # SQLite rolls back from its journal when the file is next opened
            if not self._holds(change):
                raise _not_writable(self._folder) from error
        self._step("store:committed")

    def try_writing(self) -> None:
        """Write what stands there already; raise ``StoreNotWritable`` where the medium takes nothing."""
        try:
            self._live().execute("UPDATE meta SET value = value WHERE key = 'last_vote'")
        except sqlite3.Error as error:
            self._drop()
            raise _not_writable(self._folder) from error

    def counts(self) -> Counts:
        """How many rows there are, counted now."""
        states = dict(self._rows("SELECT state, count(*) FROM slip GROUP BY state"))
        ((journal, ballots),) = self._rows("SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM ballot)")
        return Counts(journal, ballots, *(states.get(state, 0) for state in SlipState))

    def journal(self) -> tuple[JournalRow, ...]:
        """All entries in order."""
        return tuple(JournalRow(*row) for row in self._rows("SELECT seq, entry, signature FROM journal ORDER BY seq"))

    def last_entry(self) -> JournalRow | None:
        """The newest entry, the journal's head."""
        rows = self._rows("SELECT seq, entry, signature FROM journal ORDER BY seq DESC LIMIT 1")
        return JournalRow(*rows[0]) if rows else None

    def ballots(self) -> tuple[BallotRow, ...]:
        """All ballots in journal order."""
        return tuple(
            BallotRow(*r) for r in self._rows("SELECT seq, tracker, credential, data FROM ballot ORDER BY seq")
        )

    def register(self) -> Register:
        """All slips by sealed id."""
        return {sealed: SlipState(state) for sealed, state in self._rows("SELECT sealed, state FROM slip")}

    def spent(self, credential: str) -> bool:
        """Whether a ballot with this public credential is recorded."""
        return bool(self._rows("SELECT 1 FROM ballot WHERE credential = ?", credential))

    @property
    def last_vote(self) -> LastVote:
        """What became of the last vote, where that may not have been seen yet."""
        return LastVote(self._meta("last_vote"))

    @property
    def closed(self) -> bool:
        """Whether the booth was closed for good."""
        return self._meta("closed") == "yes"

    def _meta(self, key: str) -> str:
        ((value,),) = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return str(value)

    def _rows(self, sql: str, *arguments: str | bytes) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._live().execute(sql, arguments).fetchall()
        except sqlite3.Error as error:
            raise _damaged(self.path) from error

    def _apply(self, connection: sqlite3.Connection, change: Change) -> None:
        execute = connection.execute
        for row in change.journal:
            execute("INSERT INTO journal VALUES (?, ?, ?)", (row.seq, row.entry, row.signature))
        self._step("store:journal")
        if change.ballot is not None:
            ballot = change.ballot
            execute(
                "INSERT INTO ballot VALUES (?, ?, ?, ?)", (ballot.seq, ballot.tracker, ballot.credential, ballot.data)
            )
            self._step("store:ballot")
        if change.pending is not None:
            execute("INSERT INTO slip VALUES (?, 'pending')", (change.pending,))
        for sealed, state in change.settled:
            if execute("UPDATE slip SET state = ? WHERE sealed = ?", (state, sealed)).rowcount != 1:
                raise sqlite3.IntegrityError("slip: not in the register")
        self._step("store:slip")
        if change.last_vote is not None:
            execute("UPDATE meta SET value = ? WHERE key = 'last_vote'", (change.last_vote,))
        if change.closed:
            execute("UPDATE meta SET value = 'yes' WHERE key = 'closed'")

    def _live(self) -> sqlite3.Connection:
        """The connection, made anew after a failed write; raise ``StoreRefused`` where the file cannot be read."""
        if self._lock is None:
            raise _damaged(self.path)  # closed
        if self._connection is None:
            try:
                self._connection = _connect(self.path)
            except sqlite3.Error as error:
                raise _damaged(self.path) from error
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _holds(self, change: Change) -> bool:
        if change.journal:
            head = self.last_entry()
            return head == change.journal[-1]
        register = self.register()
        if change.pending is not None:
            return change.pending in register
        if change.settled:
            return all(register[sealed] is state for sealed, state in change.settled)
        return change.last_vote is None or self.last_vote is change.last_vote


def _fill(path: Path, identity: str, snapshot: Snapshot | None) -> None:
    given = snapshot or Snapshot((), (), {}, LastVote.NONE, closed=False)
    connection = _connect(path, create=True)
    try:
        connection.executescript("BEGIN;" + _SCHEMA)
        journal = ((row.seq, row.entry, row.signature) for row in given.journal)
        connection.executemany("INSERT INTO journal VALUES (?, ?, ?)", journal)
        ballots = ((row.seq, row.tracker, row.credential, row.data) for row in given.ballots)
        connection.executemany("INSERT INTO ballot VALUES (?, ?, ?, ?)", ballots)
        connection.executemany("INSERT INTO slip VALUES (?, 'pending')", ((sealed,) for sealed in given.register))
        settled = ((state, sealed) for sealed, state in given.register.items() if state is not SlipState.PENDING)
        connection.executemany("UPDATE slip SET state = ? WHERE sealed = ?", settled)
        closed = "yes" if given.closed else "no"
        rows = {"identity": identity, "last_vote": given.last_vote, "closed": closed, "schema": "1"}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
        connection.execute("COMMIT")
    finally:
        connection.close()
    path.chmod(0o600)


def _connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    mode = "rwc" if create else "rw"
    # The service guards its one connection with its own lock, so SQLite's check of the thread is not needed.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None,
                                 check_same_thread=False, timeout=0)  # fmt: skip
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # rolls back a hot journal now, or fails now
    return connection


def _check(connection: sqlite3.Connection, path: Path, identity: str) -> None:
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise _damaged(path)
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    if meta.get("schema") != "1" or meta.get("identity") != identity:
        raise StoreRefused(
            "Penyimpanan ini milik bilik atau pemilihan lain.",
            where=str(path),
            todo="Pakai folder bilik ini, atau mulai dengan folder kosong.",
        )


def _take_lock(folder: Path) -> int:
    try:
        return take_lock(folder / LOCK)
    except BlockingIOError as error:
        raise BoothBusy(
            "Bilik ini sedang dijalankan oleh program lain.",
            where=str(folder),
            todo="Hentikan program itu lebih dahulu.",
        ) from error
    except OSError as error:
        raise _not_writable(folder) from error


def _damaged(path: Path) -> StoreRefused:
    return StoreRefused(
        "Penyimpanan bilik tidak dapat dibaca atau rusak.",
        where=str(path),
        todo="Jangan ubah apa pun; nyalakan ulang bilik, dan panggil pengawas bila tetap begitu.",
    )


def _not_writable(folder: Path) -> StoreNotWritable:
    return StoreNotWritable(
        "Media pertama tidak dapat ditulis; tidak ada yang berubah.",
        where=str(folder),
        todo="Periksa apakah media penuh, terkunci atau terlepas.",
    )
