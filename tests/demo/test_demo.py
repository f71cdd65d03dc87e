"""The demonstration, quick: the same steps as the full one with 60 ballots, and what it must leave behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from epilwu.audit.material import load_material
from epilwu.demo.errors import FolderInUse
from epilwu.demo.figures import QUICK_BALLOTS, figures_of
from epilwu.demo.layout import Layout
from epilwu.demo.run import _fresh
from epilwu.election.errors import RegionRefused
from epilwu.media.published import VillageResult

pytestmark = pytest.mark.slow

LEMAHABANG = "32.09.07.2007"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Layout, str]:
    """One quick run in a process of its own, as an official types it."""
    out = tmp_path_factory.mktemp("demo") / "out"
    command = [sys.executable, "-m", "epilwu.cli", "demo", "--quick", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Layout(out), done.stdout


def test_quick_figures_come_out_again(finished: tuple[Layout, str]) -> None:
    layout, _ = finished
    expected = figures_of(LEMAHABANG).scaled(QUICK_BALLOTS)
    result = VillageResult.parse((layout.public / "result.json").read_bytes())
    assert result.complete
    assert result.ranking.counts.candidates == expected.votes
    assert result.ranking.counts.blank == expected.invalid


def test_every_check_passed_and_says_so(finished: tuple[Layout, str]) -> None:
    _, shown = finished
    assert shown.count("✓ lulus") == 4
    assert "GAGAL" not in shown
    assert "tidak diperiksa" not in shown
    assert "TIRUAN" in shown


def test_boards_verify_by_the_command_that_anyone_uses(finished: tuple[Layout, str]) -> None:
    layout, _ = finished
    boards = sorted(map(str, layout.public.glob("*.bel")))
    command = [sys.executable, "-m", "epilwu.cli", "audit", "verify", "--epilwu", "--json", *boards]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    archives = json.loads(done.stdout)["archives"]
    assert done.returncode == 0
    assert [archive["ok"] for archive in archives] == [True] * 5
    assert sum(archive["ballots"] for archive in archives) == QUICK_BALLOTS


def test_papers_are_documents(finished: tuple[Layout, str]) -> None:
    layout, _ = finished
    for record in (layout.official_record, layout.audit_record):
        assert record.read_bytes().startswith(b"%PDF-")


def test_void_slips_lie_in_the_box_and_in_the_register(finished: tuple[Layout, str]) -> None:
    layout, _ = finished
    material = load_material(layout.public, layout.auditors)
    voided = sum(len(report.slips_void) for station in material.stations for report in station.reports.values())
    papers = sum(1 for _ in layout.boxes.glob("*/*.png"))
    assert voided == 5
    assert papers == QUICK_BALLOTS + voided


def test_box_tells_no_order(finished: tuple[Layout, str]) -> None:
    layout, _ = finished
    assert {path.stat().st_mtime for path in layout.boxes.glob("*/*.png")} == {0.0}


def test_published_figures_are_as_printed() -> None:
    figures = figures_of(LEMAHABANG)
    assert figures.votes == (367, 688, 227, 668, 197)
    assert (figures.invalid, figures.ballots, figures.date) == (43, 2190, "2023-10-22")
    assert figures.source is not None


def test_unpublished_village_says_that_its_figures_are_made_up() -> None:
    assert figures_of("32.09.01.2008").source is None


def test_unknown_village_is_refused() -> None:
    with pytest.raises(RegionRefused):
        figures_of("32.09.99.2999")


def test_another_folder_is_never_emptied(tmp_path: Path) -> None:
    kept = tmp_path / "surat.txt"
    kept.write_text("penting")
    with pytest.raises(FolderInUse):
        _fresh(tmp_path)
    assert kept.read_text() == "penting"


def test_an_earlier_demonstration_is_replaced(tmp_path: Path) -> None:
    old = _fresh(tmp_path / "out") / "lama"
    old.write_text("x")
    assert not (_fresh(tmp_path / "out") / "lama").exists()
