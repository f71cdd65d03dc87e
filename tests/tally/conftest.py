"""A small village in an SQLite database, at the stage that a test asks for.

Each stage is built once per run and copied for every test: ``engine`` (empty tables), ``database`` (the village is
set up), ``reported`` (all booths have reported), ``public`` (finished and published).
"""

from __future__ import annotations

import shutil
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
from epilwu.tally.publish import publish
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.villages import import_setup

STAGES = ("empty", "database", "reported", "public")


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    """The village, prepared once."""
    return samples.make_village()


@pytest.fixture(scope="session")
def reports(prepared: Prepared) -> dict[tuple[int, int], bytes]:
    """Its four honest station reports."""
    return samples.reports(prepared)


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared, reports: dict[tuple[int, int], bytes]) -> Path:
    """A folder with ``<stage>.db`` for every stage, ``setup/`` and ``umum/``."""
    folder = tmp_path_factory.mktemp("stages")
    write_setup(prepared, folder / "setup")
    for before, stage in zip((None, *STAGES), STAGES, strict=False):
        path = folder / f"{stage}.db"
        if before is not None:
            shutil.copy(folder / f"{before}.db", path)
        engine = open_database(f"sqlite:///{path}")
        _reach(stage, engine, prepared, reports, folder)
        engine.dispose()  # the last connection folds the write-ahead log into the file
    return folder


def _reach(stage: str, engine: Engine, prepared: Prepared, reports: dict[tuple[int, int], bytes], folder: Path) -> None:
    factory = sessions(engine)
    intake, counting = Intake(factory, actor="uji"), Counting(factory, actor="uji")
    if stage == "empty":
        migrate(engine)
    elif stage == "database":
        with factory.begin() as session:
            import_setup(session, read_setup(folder / "setup"), at=samples.NIGHT, actor="uji")
    elif stage == "reported":
        for place, data in reports.items():
            intake.receive_report(data, name=f"{place}.epr", at=samples.NIGHT)
    else:
        for station in (1, 2):
            intake.receive_desk_book(samples.book(prepared, station), name="buku.epd", at=samples.NIGHT)
        samples.finish(counting, prepared, 1, 2)
        signer = prepared.keys.tally
        publish(factory, samples.CODE, folder / "umum", signer, at=samples.NIGHT, actor="uji")


@pytest.fixture
def engine(request: pytest.FixtureRequest, stages: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database at the furthest stage that the test's fixtures name."""
    stage = next((stage for stage in reversed(STAGES) if stage in request.fixturenames), "empty")
    shutil.copy(stages / f"{stage}.db", tmp_path / "tally.db")
    found = open_database(f"sqlite:///{tmp_path / 'tally.db'}")
    yield found
    found.dispose()


@pytest.fixture
def database(engine: Engine, stages: Path, tmp_path: Path) -> sessionmaker[Session]:
    """Sessions of a database that knows the village; its setup folder is ``tmp_path/setup``."""
    shutil.copytree(stages / "setup", tmp_path / "setup")
    return sessions(engine)


@pytest.fixture
def intake(database: sessionmaker[Session]) -> Intake:
    return Intake(database, actor="uji")


@pytest.fixture
def counting(database: sessionmaker[Session]) -> Counting:
    return Counting(database, actor="uji")


@pytest.fixture
def reported(intake: Intake) -> Intake:
    """All four booths have reported."""
    return intake


@pytest.fixture
def public(database: sessionmaker[Session], stages: Path, tmp_path: Path) -> Path:
    """A finished village's public folder."""
    folder = tmp_path / "umum" / samples.CODE
    shutil.copytree(stages / "umum", folder)
    return folder
