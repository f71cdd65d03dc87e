"""Whole archives: two processes against one, and the memory of 20,000 ballots. Minutes long: `make bench` only."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from boards import group, village
from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.audit.verify import Workers, available_cores, verify_file
from epilwu.protocol.ballot import choice_vector, make_ballot, tracker
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.election_json import BeleniosElection

SMALL = 640
LARGE = 20_000
TIMES_AS_MANY = 1.8


@pytest.fixture(autouse=True)
def _only_when_measuring(benchmark: BenchmarkFixture) -> None:
    if not benchmark.enabled:
        pytest.skip("minutes long: make bench")


def cast(election_data: bytes, tokens: list[str]) -> list[bytes]:
    """A ballot of each token."""
    election = BeleniosElection.parse(election_data)
    vector = choice_vector(election.question, 3)
    return [make_ballot(election, derive(Token.parse(token), election.uuid), vector) for token in tokens]


def station(folder: Path, voters: int) -> Path:
    """A finished station's board of that many ballots of five candidates and blank, made on all cores."""
    empty = village(people=group(3, 5), candidates=5, voters=0)
    tokens = [Token.generate().text for _ in range(voters)]
    parts = [tokens[start : start + 50] for start in range(0, voters, 50)]
    with ProcessPoolExecutor(available_cores(), mp_context=multiprocessing.get_context("fork")) as pool:
        ballots = [ballot for part in pool.map(partial(cast, empty.election.data), parts) for ballot in part]
    place = replace(empty, voters=tuple(derive(Token.parse(token), empty.election.uuid) for token in tokens))
    board = place.count(sorted(ballots, key=tracker))
    assert board.side_file is not None and board.definition is not None
    file = folder / f"{place.election.uuid}.bel"
    file.write_bytes(board.bel())
    (folder / f"{place.election.uuid}.decryption.json").write_bytes(board.side_file)
    (folder / "definition.json").write_bytes(board.definition)
    return file


def verify(file: Path, workers: Workers) -> None:
    assert verify_file(file, workers, strict=True, running=False).ok


@pytest.mark.skipif(available_cores() < 2, reason="this machine has one core")
def test_two_processes(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    file = station(tmp_path, SMALL)
    one, two = Workers(1), Workers(2)
    verify(file, two)  # starts the workers
    alone = []
    for _ in range(5):
        began = time.perf_counter()
        verify(file, one)
        alone.append(time.perf_counter() - began)
    benchmark.pedantic(verify, (file, two), rounds=5)
    two.close()
    assert benchmark.stats is not None
    # The best of each: whatever else runs on the machine takes a core from two processes and none from one.
    gain = min(alone) / benchmark.stats.stats.min
    benchmark.extra_info.update(
        says=f"verify a ballot in an archive of {SMALL}, two processes",
        per=SMALL,
        one_process=f"{sorted(alone)[2] / SMALL * 1000:.2f} ms",
        two_verify=f"{gain:.2f} times as many, best of five rounds each (asked for: {TIMES_AS_MANY})",
    )


def test_beside_belenios_tool(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The same archive, in the same run: ours in one process, as theirs is."""
    fetched = Path(__file__).parents[2] / ".peers" / "bin" / "belenios-tool"
    tool = str(fetched) if fetched.exists() else shutil.which("belenios-tool")
    if tool is None:
        pytest.skip("belenios-tool is not on this machine (make peers fetches it)")
    file = station(tmp_path, SMALL)
    one, theirs = Workers(1), []
    for _ in range(3):  # turn by turn, so that a busy minute of the machine costs both
        began = time.perf_counter()
        subprocess.run([tool, "election", "verify", "--dir", str(tmp_path)], check=True, capture_output=True)
        theirs.append(time.perf_counter() - began)
        verify(file, one)
    benchmark.pedantic(verify, (file, one), rounds=5)
    benchmark.extra_info.update(
        says=f"verify a ballot in an archive of {SMALL}, one process, start and setup included",
        per=SMALL,
        belenios_tool=f"{sorted(theirs)[1] / SMALL * 1000:.2f} ms on the same archive in the same run",
    )


# A process started from this one begins with this one's peak in its account; one started from a small process does not.
PEAK_OF_CHILD = (
    "import resource, subprocess, sys;"
    "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss);"
    "sys.exit(code)"
)


def verified_apart(file: Path, kept: list[float]) -> None:
    """Verify ``file`` by the program itself, and keep the most memory (MiB) that any of its processes took."""
    command = [sys.executable, "-m", "epilwu.cli", "audit", "verify", str(file)]
    done = subprocess.run([sys.executable, "-c", PEAK_OF_CHILD, *command], capture_output=True, text=True, check=True)
    kept.append(int(done.stdout) / 1024)


def test_memory_of_a_large_archive(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    few: list[float] = []
    many: list[float] = []
    verified_apart(station(small, SMALL), few)
    file = station(large, LARGE)
    benchmark.pedantic(verified_apart, (file, many), rounds=1)
    benchmark.extra_info.update(
        says=f"verify a whole archive of {LARGE:,} ballots ({file.stat().st_size / 2**20:.0f} MiB), all cores",
        most_memory_of_a_process=f"{many[0]:.0f} MiB ({few[0]:.0f} MiB at {SMALL} ballots)",
    )
    # Identifiers take some hundred bytes a ballot; the ballots themselves would be over 100 MiB.
    assert many[0] - few[0] < LARGE * 2048 / 2**20
