"""The same tables and the same count on PostgreSQL, where it and a driver are on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError
from tally_samples import CODE, NIGHT, cast, finish, report

from epilwu.tally import log
from epilwu.tally.board import Counting
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.errors import ReportConflict
from epilwu.tally.intake import Intake
from epilwu.tally.models import Base
from epilwu.tally.prepare import Prepared
from epilwu.tally.setup_folder import read_setup
from epilwu.tally.villages import find_village, import_setup

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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET data = '\\x00'",
        "DELETE FROM log_entry",
        "TRUNCATE log_entry",
        "INSERT INTO log_entry SELECT seq + 2, hash, 'h', kind, data FROM log_entry",
    ],
)
def test_the_log_only_grows(postgresql: Engine, statement: str) -> None:
    with sessions(postgresql).begin() as session:
        log.append(session, log.ShareAccepted("u" * 14, 1, 64 * "e"), at=NIGHT, actor="uji")
    with pytest.raises(DatabaseError, match="log_entry"), postgresql.begin() as connection:
        connection.execute(text(statement))
