"""The same tables and the same count on PostgreSQL, where it and a driver are on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DatabaseError
from tally_samples import CODE, NIGHT, cast, finish, report

from epilwu.tally import log
from epilwu.tally.board import Counting
from epilwu.tally.database import alembic_config, migrate, open_database, sessions
from epilwu.tally.errors import DatabaseRefused, ReportConflict
from epilwu.tally.intake import Checked, Intake
from epilwu.tally.models import Base, ReceivedFile
from epilwu.tally.prepare import Prepared
from epilwu.tally.processes import Hands
from epilwu.tally.publish import publish
from epilwu.tally.rights import grant_server
from epilwu.tally.setup_folder import read_setup
from epilwu.tally.villages import find_village, import_setup
from epilwu.tally.worker import Worker

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.peer,
    pytest.mark.skipif(not SERVERS, reason="PostgreSQL is not on this machine"),
    pytest.mark.skipif(find_spec("psycopg") is None, reason="psycopg, the PostgreSQL driver, is not installed"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server of its own on a socket, as an ordinary user; gives the address of its database."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
    if user:
        shutil.chown(folder, user)
    tools = SERVERS[-1].parent

    def run(*arguments: str) -> None:
        subprocess.run(arguments, check=True, capture_output=True, user=user, cwd=folder)

    run(str(tools / "initdb"), "-D", f"{folder}/data", "-A", "trust", "-U", "uji", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    run(str(tools / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://uji@/postgres?host={folder}"
    finally:
        run(str(tools / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def postgresql(server: str) -> Iterator[Engine]:
    engine = open_database(server)
    migrate(engine)
    yield engine
    migrate(engine, "base")
    engine.dispose()


def test_up_equals_the_models_and_down_leaves_nothing(postgresql: Engine) -> None:
    with postgresql.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    migrate(postgresql, "base")
    assert inspect(postgresql).get_table_names() == ["alembic_version"]
    migrate(postgresql)


def test_a_village_is_counted(
    postgresql: Engine, prepared: Prepared, reports: dict[tuple[int, int], bytes], stages: Path
) -> None:
    factory = sessions(postgresql)
    with factory.begin() as session:
        import_setup(session, read_setup(stages / "setup"), at=NIGHT, actor="uji")
    intake, counting = Intake(factory, "uji"), Counting(factory, "uji")
    for data in reports.values():
        assert intake.receive_report(data, name="x", at=NIGHT).new
        assert not intake.receive_report(data, name="x", at=NIGHT).new
    finish(counting, prepared, 1, 2)
    with factory() as session:
        boards = [station.board for station in find_village(session, CODE).stations]
        votes = [[count.votes for count in b.result.counts] for b in boards if b is not None and b.result is not None]
        assert votes == [[1, 1, 3, 1], [0, 3, 2, 1]]
        assert len(log.read_log(session)) > 10
    with pytest.raises(ReportConflict):
        intake.receive_report(other_report(prepared), name="y", at=NIGHT)


def other_report(prepared: Prepared) -> bytes:
    return report(prepared, (1, 1), cast(prepared, (1, 1), (1,)))


CHEATS = {
    "edit": "UPDATE log_entry SET data = '\\x00'",
    "cut the tail": "DELETE FROM log_entry",
    "empty": "TRUNCATE log_entry",
    "leave a gap": "INSERT INTO log_entry SELECT seq + 2, hash, 'h', kind, data FROM log_entry",
    "hash of other bytes": "INSERT INTO log_entry SELECT 1, hash, repeat('a', 64), kind, '\\x00' FROM log_entry",
    "upsert": ("INSERT INTO log_entry SELECT * FROM log_entry ON CONFLICT (seq) DO UPDATE SET data = '\\x00'"),
    "merge": ("MERGE INTO log_entry AS old USING log_entry AS new ON old.seq = new.seq WHEN MATCHED THEN DELETE"),
}


def log_one(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        log.append(session, log.ShareAccepted("u" * 14, 1, 64 * "e"), at=NIGHT, actor="uji")


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_log_only_grows_even_for_its_owner(postgresql: Engine, cheat: str) -> None:
    log_one(postgresql)
    with pytest.raises(DatabaseError, match="log_entry"), postgresql.begin() as connection:
        connection.execute(text(CHEATS[cheat]))
    with sessions(postgresql)() as session:
        assert len(log.read_log(session)) == 1


@pytest.fixture
def served(postgresql: Engine, server: str) -> Iterator[Engine]:
    """The database as the server sees it: a role that owns nothing."""
    with postgresql.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS peladen"))
        connection.execute(text("CREATE ROLE peladen LOGIN"))
    grant_server(postgresql, "peladen")
    engine = open_database(server.replace("uji@", "peladen@"))
    yield engine
    engine.dispose()
    with postgresql.begin() as connection:
        connection.execute(text("DROP OWNED BY peladen"))
        connection.execute(text("DROP ROLE peladen"))


@pytest.mark.parametrize(
    "statement",
    [
        *CHEATS.values(),
        "ALTER TABLE log_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER log_entry_next ON log_entry",
        "CREATE OR REPLACE FUNCTION log_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "SET session_replication_role = replica",
        "DROP TABLE log_entry CASCADE",
        "ALTER TABLE log_entry RENAME TO catatan",
        "UPDATE signed_head SET note = '\\x00'",
        "DELETE FROM cosignature",
        "TRUNCATE signed_head CASCADE",
        "UPDATE alembic_version SET version_num = '0001'",
        "GRANT DELETE ON log_entry TO peladen",
    ],
)
def test_the_servers_role_can_add_and_nothing_else(served: Engine, statement: str) -> None:
    log_one(served)
    with pytest.raises((DatabaseError, Warning)), served.begin() as connection:
        connection.execute(text(statement))
        if statement.startswith("GRANT"):  # PostgreSQL only warns that nothing was granted
            connection.execute(text("DELETE FROM log_entry"))
    with sessions(served)() as session:
        assert len(log.read_log(session)) == 1


def test_the_servers_role_counts_a_village(
    served: Engine, prepared: Prepared, reports: dict[tuple[int, int], bytes], stages: Path, tmp_path: Path
) -> None:
    factory = sessions(served)
    with factory.begin() as session:
        import_setup(session, read_setup(stages / "setup"), at=NIGHT, actor="uji")
    for data in reports.values():
        Intake(factory, "uji").receive_report(data, name="x", at=NIGHT)
    finish(Counting(factory, "uji"), prepared, 1, 2)
    for _ in range(2):
        publish(factory, CODE, tmp_path, prepared.keys.tally, at=NIGHT, actor="uji")
    assert (tmp_path / "checkpoint").exists()
    with served.begin() as connection, pytest.raises(DatabaseError):
        connection.execute(text("DELETE FROM signed_head"))


@pytest.mark.parametrize("role", ["uji", "tidak_ada"])
def test_no_server_runs_as_owner_or_superuser(postgresql: Engine, role: str) -> None:
    with pytest.raises(DatabaseRefused):
        grant_server(postgresql, role)


def test_two_writers_wait_for_each_other(postgresql: Engine) -> None:
    """Entries of two sessions at once: both are there, in one chain."""
    factory = sessions(postgresql)

    def write(owner: int) -> None:
        with factory.begin() as session:
            log.append(session, log.ShareAccepted("u" * 14, owner, 64 * "e"), at=NIGHT, actor="uji")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with factory() as session:
        assert sorted(act.event["owner"] for act in log.read_log(session)) == list(range(40))  # type: ignore[type-var]


def test_steps_keep_the_data_both_ways(postgresql: Engine, stages: Path) -> None:
    factory = sessions(postgresql)
    with factory.begin() as session:
        import_setup(session, read_setup(stages / "setup"), at=NIGHT, actor="uji")
    for revision in ("0001", "head"):
        (command.downgrade if revision == "0001" else command.upgrade)(alembic_config(postgresql), revision)
    with factory() as session:
        assert len(find_village(session, CODE).stations) == 2
        assert len(log.read_log(session)) == 1


def test_many_workers_share_the_files_and_each_counts_once(
    postgresql: Engine, reports: dict[tuple[int, int], bytes], stages: Path, prepared: Prepared
) -> None:
    """Eight workers over the same rows, some files sent twice and one booth with two reports."""
    factory = sessions(postgresql)
    with factory.begin() as session:
        import_setup(session, read_setup(stages / "setup"), at=NIGHT, actor="uji")
    files = [*reports.values(), *reports.values(), other_report(prepared), b"junk"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: Intake(factory, "uji").receive(data, "station_report", name="x", at=NIGHT), files))

        def work(_: int) -> int:
            ended = 0
            while Intake(factory, "uji").check_next() is not None:
                ended += 1
            return ended

        assert sum(pool.map(work, range(8))) == 6
    with factory() as session:
        states = sorted(session.scalars(select(ReceivedFile.state)))
        kinds = [act.kind for act in log.read_log(session)]
    assert states == ["accepted"] * 4 + ["held", "refused"]
    assert [kinds.count(kind) for kind in ("file-received", "report-imported", "file-held", "file-refused")] == [
        6, 4, 1, 1,
    ]  # fmt: skip


def test_a_server_that_goes_away_loses_nothing(postgresql: Engine, stages: Path, tmp_path: Path) -> None:
    """The database cuts the connection between two looks: the trouble is told, the file is checked again."""
    factory = sessions(postgresql)
    with factory.begin() as session:
        import_setup(session, read_setup(stages / "setup"), at=NIGHT, actor="uji")
    intake = Intake(factory, "uji")
    intake.receive(b"junk", "station_report", name="x", at=NIGHT)
    cut: list[bool] = []

    def cut_once(executor: Executor | None) -> Intake:
        if not cut:
            cut.append(True)
            other = create_engine(postgresql.url)
            with other.connect() as connection:
                mine = "pid <> pg_backend_pid() AND datname = current_database()"
                connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"))
            other.dispose()
        return intake

    troubles: list[BaseException] = []
    ended: list[Checked] = []
    worker = Worker(
        lambda: nullcontext(Hands(None)), cut_once, ended.append, troubles.append, lambda *_: None, idle=0.01
    )
    assert worker.run(Event(), once=True) == 1
    assert len(troubles) >= 1
    assert [checked.name for checked in ended] == ["x"]
