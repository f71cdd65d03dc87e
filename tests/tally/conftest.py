"""A migrated SQLite database, and a small village taken into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tally_samples as samples
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from epilwu.tally.board import Counting
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.intake import Intake
from epilwu.tally.prepare import Prepared
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.villages import import_setup


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh database at the newest revision."""
    database = open_database(f"sqlite:///{tmp_path / 'tally.db'}")
    migrate(database)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    """The village, prepared once."""
    return samples.make_village()


@pytest.fixture(scope="session")
def reports(prepared: Prepared) -> dict[tuple[int, int], bytes]:
    """Its four honest station reports."""
    return samples.reports(prepared)


@pytest.fixture
def database(engine: Engine, prepared: Prepared, tmp_path: Path) -> sessionmaker[Session]:
    """Sessions of a database that knows the village."""
    write_setup(prepared, tmp_path / "setup")
    factory = sessions(engine)
    with factory.begin() as session:
        import_setup(session, read_setup(tmp_path / "setup"), at=samples.NIGHT, actor="uji")
    return factory


@pytest.fixture
def intake(database: sessionmaker[Session]) -> Intake:
    return Intake(database, actor="uji")


@pytest.fixture
def counting(database: sessionmaker[Session]) -> Counting:
    return Counting(database, actor="uji")


@pytest.fixture
def reported(intake: Intake, reports: dict[tuple[int, int], bytes]) -> Intake:
    """All four booths have reported."""
    for place, data in reports.items():
        intake.receive_report(data, name=f"{place}.epr", at=samples.NIGHT)
    return intake
