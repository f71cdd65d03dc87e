"""The honest evidence in folders of the test's own, free to be spoiled."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from audit_samples import Folders, write_folders
from paper_drawing import fill_boxes

from epilwu.audit.village import VillageAudit


@pytest.fixture(scope="session")
def honest_boxes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All slips as pictures, drawn once. Not to be changed."""
    papers = tmp_path_factory.mktemp("boxes")
    fill_boxes(papers)
    return papers


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """The public and the auditors' folder; no box was opened."""
    return write_folders(tmp_path)


@pytest.fixture
def evidence(folders: Folders, honest_boxes: Path) -> Folders:
    """The two folders and the boxes."""
    shutil.copytree(honest_boxes, folders.papers)
    return folders


@pytest.fixture(scope="session")
def honest_audit(honest_boxes: Path, tmp_path_factory: pytest.TempPathFactory) -> VillageAudit:
    """The audit of the honest evidence with its boxes."""
    folders = write_folders(tmp_path_factory.mktemp("honest"))
    return replace(folders, papers=honest_boxes).audit()
