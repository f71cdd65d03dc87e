"""A whole case that was confirmed, and its export, made once per test run; tests spoil copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from case_samples import opened, read_until_confirmed, sign_all, to_reading
from finished_case import Finished

from epilwu.audit.case.export import export


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Not to be changed."""
    target = tmp_path_factory.mktemp("finished")
    acts = opened(target)
    to_reading(acts)
    read = read_until_confirmed(acts)
    acts.conclude()
    sign_all(acts)
    export(acts, target / "ekspor")
    acts.close()
    return Finished(target / "kasus", target / "ekspor", acts.case.head, read)


@pytest.fixture
def exported(finished: Finished, tmp_path: Path) -> Path:
    """A copy of the export, free to be spoiled."""
    return Path(shutil.copytree(finished.exported, tmp_path / "ekspor"))


@pytest.fixture(scope="session")
def at_reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose order was just printed. Not to be changed."""
    target = tmp_path_factory.mktemp("reading")
    acts = opened(target)
    to_reading(acts)
    acts.close()
    return target / "kasus"


@pytest.fixture
def reading_case(at_reading: Path, tmp_path: Path) -> Path:
    """A copy of it, free to go on with."""
    return Path(shutil.copytree(at_reading, tmp_path / "kasus"))
