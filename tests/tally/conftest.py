"""A migrated SQLite database, and small elections made through the public parts of protocol, trust and media."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from epilwu.tally.database import migrate, open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh database at the newest revision."""
    database = open_database(f"sqlite:///{tmp_path / 'tally.db'}")
    migrate(database)
    yield database
    database.dispose()
