"""A cut at every call by which anything reaches a medium or a device: the vote is recorded once or not at all.

The booth runs in a process in which a small library (faulty_disk.c) stands before the system, SQLite's own calls
included. At each call in turn the process is killed; the write is torn; what was not synced is lost, all or some of it,
as by a real power cut; or the medium takes nothing from there on. After each the booth starts again, and screen,
register, journal, ballots, both media and the paper must agree (fault_worker.py checks).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import temporary

from epilwu.booth.standin.printer import PrinterStandIn

COMPILER = shutil.which("cc")
HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine (apt-get install gcc)")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert COMPILER is not None
    made = tmp_path_factory.mktemp("library") / "faulty_disk.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", made, HERE / "faulty_disk.c", "-ldl"], check=True)
    return made


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def _run(library: Path, base: Path, scenario: str, mode: str, stride: int) -> list[dict[str, object]]:
    booths = base / "booths"
    booths.mkdir()
    with PrinterStandIn(base / "printer", base / "papers") as paper:
        paper.set(paper_dots=10**9)
        command = [sys.executable, HERE / "fault_worker.py", scenario, mode, str(stride), booths, paper.path,
                   paper.folder]  # fmt: skip
        environment = {**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{done.stdout[-300:]}\n{done.stderr[-3000:]}"
        assert paper.misunderstood == []
    return [json.loads(line) for line in done.stdout.splitlines()]


def _in_order(lines: list[dict[str, object]]) -> bool:
    """Once recorded, at no later cut unrecorded."""
    told = [bool(line["recorded"]) for line in lines]
    return told == sorted(told)


STRIDES = [37, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("stride", STRIDES)
def test_killed_at_any_call_of_a_session(library: Path, base: Path, stride: int) -> None:
    calls, *lines = _run(library, base, "session", "kill", stride)
    assert int(str(calls["calls"])) > 150, "SQLite's and the printer's own calls are among them"
    assert {line["recorded"] for line in lines} == {False, True}
    assert _in_order(lines)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["tear", "lose", "lose-some"])
def test_power_lost_at_any_call_of_a_session(library: Path, base: Path, mode: str) -> None:
    _, *lines = _run(library, base, "session", mode, 1)
    assert {line["recorded"] for line in lines} == {False, True}
    assert _in_order(lines)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["restart", "opening", "closing"])
@pytest.mark.parametrize("mode", ["kill", "tear", "lose", "lose-some"])
def test_power_lost_at_any_call_of_start_and_end(library: Path, base: Path, scenario: str, mode: str) -> None:
    calls, *lines = _run(library, base, scenario, mode, 1)
    assert int(str(calls["calls"])) > 25 and lines


@pytest.mark.slow
@pytest.mark.parametrize("number", ["ENOSPC", "EIO", "EROFS"])
@pytest.mark.parametrize(("medium", "cause"), [("media-1", "disk"), ("media-2", "second-medium")])
def test_a_medium_that_takes_no_more_at_any_call(
    library: Path, base: Path, medium: str, cause: str, number: str
) -> None:
    lines = _run(library, base, medium, f"fail-{number}", 1)
    assert {line["cause"] for line in lines} == {cause, "none"}
    assert {line["said"] for line in lines} == ({False, True})
    doubts = [line for line in lines if line["doubt"]]
    assert bool(doubts) is (cause == "disk"), "the first medium may be unreadable; then nobody guesses"
