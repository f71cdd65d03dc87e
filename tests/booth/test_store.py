"""The first medium keeps whole transactions, only grows, and belongs to one process and one booth."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from epilwu.booth.errors import BoothBusy, StoreRefused
from epilwu.booth.rows import BallotRow, Change, JournalRow, LastVote, SlipState
from epilwu.booth.store import DATABASE, Store

IDENTITY = "ab" * 32
SLIP = b"s" * 48


def _row(seq: int) -> JournalRow:
    return JournalRow(seq, b'{"seq":%d}' % seq, bytes(64))


def _ballot(seq: int, credential: str = "c" * 64) -> BallotRow:
    return BallotRow(seq, f"{seq:043d}", credential, b"{}")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path, IDENTITY)
    store.commit(Change(journal=(_row(0),)))
    return store


def _cast(store: Store, seq: int, credential: str = "c" * 64, slip: bytes = SLIP) -> None:
    store.commit(Change(pending=slip))
    settled = ((slip, SlipState.CAST),)
    store.commit(
        Change(journal=(_row(seq),), ballot=_ballot(seq, credential), settled=settled, last_vote=LastVote.RECORDED)
    )


def test_a_cast_is_kept_whole_and_found_again(store: Store, tmp_path: Path) -> None:
    _cast(store, 1)
    store.close()
    again = Store.open(tmp_path, IDENTITY)
    counts = again.counts()
    assert (counts.journal, counts.ballots, counts.slips_cast, counts.slips_pending, counts.slips_void) == (
        2,
        1,
        1,
        0,
        0,
    )
    assert again.spent("c" * 64) and not again.spent("d" * 64)
    assert again.last_vote is LastVote.RECORDED
    assert again.register() == {SLIP: SlipState.CAST}
    assert [row.seq for row in again.journal()] == [0, 1]
    again.close()


def test_a_second_ballot_of_the_same_credential_changes_nothing(store: Store) -> None:
    _cast(store, 1)
    with pytest.raises(StoreRefused):
        _cast(store, 2, slip=b"t" * 48)
    counts = store.counts()
    assert (counts.journal, counts.ballots, counts.slips_cast, counts.slips_pending) == (2, 1, 1, 1)


def test_a_ballot_needs_its_entry_and_its_slip() -> None:
    with pytest.raises(AssertionError):
        Change(journal=(_row(1),), ballot=_ballot(1))
    with pytest.raises(AssertionError):
        Change(settled=((SLIP, SlipState.CAST),))
    with pytest.raises(AssertionError):
        Change(journal=(_row(2),), ballot=_ballot(1), settled=((SLIP, SlipState.CAST),))


@pytest.mark.parametrize("seq", [0, 2])
def test_the_journal_takes_the_next_entry_only(store: Store, seq: int) -> None:
    with pytest.raises(StoreRefused):
        store.commit(Change(journal=(_row(seq),)))
    assert store.counts().journal == 1


def test_an_unknown_slip_settles_nothing(store: Store) -> None:
    with pytest.raises(StoreRefused):
        store.commit(Change(journal=(_row(1),), settled=((b"x" * 48, SlipState.VOID),)))
    assert store.counts().journal == 1


def test_a_closed_store_takes_no_entry(store: Store) -> None:
    store.commit(Change(journal=(_row(1),), closed=True))
    assert store.closed
    with pytest.raises(StoreRefused):
        store.commit(Change(journal=(_row(2),)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET entry = x'7b7d'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal VALUES (0, x'7b7d', zeroblob(64))",
        "UPDATE ballot SET data = x'7b7d'",
        "DELETE FROM ballot",
        "INSERT OR REPLACE INTO ballot SELECT seq, tracker, credential, x'7b7d' FROM ballot",
        "DELETE FROM slip",
        "UPDATE slip SET state = 'void'",
        "UPDATE slip SET state = 'pending'",
        "INSERT INTO slip VALUES (zeroblob(48), 'cast')",
        "UPDATE meta SET value = 'x' WHERE key = 'identity'",
        "DELETE FROM meta",
        "INSERT INTO journal VALUES ('two', x'7b7d', zeroblob(64))",
        "INSERT INTO journal VALUES (2, 'text', zeroblob(64))",
    ],
)
def test_the_file_only_grows(store: Store, tmp_path: Path, statement: str) -> None:
    _cast(store, 1)
    store.close()
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("PRAGMA recursive_triggers=ON")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_one_process_at_a_time(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BoothBusy):
        Store.open(tmp_path, IDENTITY)
    store.close()
    Store.open(tmp_path, IDENTITY).close()


def test_another_booths_store_is_refused(store: Store, tmp_path: Path) -> None:
    store.close()
    with pytest.raises(StoreRefused, match="milik bilik"):
        Store.open(tmp_path, "cd" * 32)
    Store.open(tmp_path, IDENTITY).close()  # the refusal gave the lock back


@pytest.mark.parametrize("damage", ["truncate", "foreign", "empty"])
def test_a_damaged_store_is_refused(store: Store, tmp_path: Path, damage: str) -> None:
    _cast(store, 1)
    store.close()
    path = tmp_path / DATABASE
    data = path.read_bytes()
    path.write_bytes({"truncate": data[: len(data) // 2], "foreign": b"not a database" * 500, "empty": b""}[damage])
    with pytest.raises(StoreRefused):
        Store.open(tmp_path, IDENTITY)


def test_a_store_is_made_once(store: Store, tmp_path: Path) -> None:
    store.close()
    with pytest.raises(StoreRefused):
        Store.create(tmp_path, IDENTITY)


def test_the_promised_pragmas_are_set(store: Store) -> None:
    asked = {name: store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in (
        "journal_mode", "synchronous", "secure_delete", "foreign_keys", "recursive_triggers",
    )}  # fmt: skip
    assert asked == {
        "journal_mode": "delete", "synchronous": 3, "secure_delete": 1, "foreign_keys": 1, "recursive_triggers": 1,
    }  # fmt: skip
