"""Verification on a real Dask cluster of several processes: the same report, and a killed worker loses nothing."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from boards import group, village
from click.testing import CliRunner

from epilwu import cluster as clusters
from epilwu.audit.spread import open_workers
from epilwu.audit.verify import verify_file
from epilwu.audit.verify_command import verify_command
from epilwu.cluster import ClusterRefused, cluster, program_hash
from epilwu.protocol.ballot import tracker
from epilwu.protocol.verify_ballots import CHUNK

distributed: Any = pytest.importorskip("distributed")
BALLOTS = 6 * CHUNK


class Local(Protocol):
    """What is used of Dask's LocalCluster."""

    scheduler_address: str
    workers: dict[int, Any]

    def close(self) -> None: ...
    def get_client(self) -> distributed.Client: ...


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished board of some chunks."""
    folder = tmp_path_factory.mktemp("papan")
    place = village(people=group(2, 3), blank=False, candidates=1, voters=BALLOTS)
    parts = place.count(sorted((place.ballot(voter, 1) for voter in range(BALLOTS)), key=tracker))
    assert parts.side_file is not None and parts.definition is not None
    file = folder / f"{place.election.uuid}.bel"
    file.write_bytes(parts.bel())
    (folder / f"{place.election.uuid}.decryption.json").write_bytes(parts.side_file)
    (folder / "definition.json").write_bytes(parts.definition)
    return file


@pytest.fixture
def local() -> Iterator[Local]:
    """A cluster of three processes on this machine."""
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as made:
        yield made


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(local: Local, board: Path) -> None:
    with open_workers(1, None) as alone:
        expected = verify_file(board, alone, strict=True, running=False)
    assert expected.ok
    pids = [worker.process.process.pid for worker in local.workers.values()]
    heard: list[int] = []
    killed = threading.Event()

    def kill_one(offset: int) -> None:
        heard.append(offset)
        if not killed.is_set():
            killed.set()
            os.kill(pids[0], signal.SIGKILL)

    with open_workers(None, local.scheduler_address) as workers:
        outcome = verify_file(board, workers, strict=True, running=False, progress=kill_one)
    assert killed.is_set()
    assert outcome.report == expected.report
    assert heard == sorted(heard) and len(heard) == BALLOTS // CHUNK


@pytest.mark.slow
def test_the_command_takes_a_cluster(local: Local, board: Path) -> None:
    done = CliRunner().invoke(verify_command, [str(board), "--dask", local.scheduler_address])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_a_cluster_that_dies_is_never_taken_for_one_that_found_nothing(local: Local, board: Path) -> None:
    with open_workers(None, local.scheduler_address) as workers:
        outcome = verify_file(
            board, workers, strict=True, running=False, progress=lambda _: threading.Thread(target=local.close).start()
        )
    assert outcome.report is not None
    assert not outcome.ok
    assert outcome.report.check("ballots").status == "not checked"


@pytest.mark.slow
def test_workers_of_another_program_are_refused(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(local.scheduler_address) as found:
        assert found.workers == 3
        assert found.executor.submit(program_hash).result() == program_hash()
    ours = program_hash
    monkeypatch.setattr(clusters, "__file__", __file__)
    assert ours() != local.get_client().submit(program_hash).result()
    with pytest.raises(ClusterRefused, match="tidak sama"), cluster(local.scheduler_address):
        pass


def test_where_nobody_listens_the_cluster_is_refused() -> None:
    began = time.monotonic()
    with pytest.raises(ClusterRefused, match="tidak menjawab"), cluster("bukan-alamat://"):
        pass
    assert time.monotonic() - began < 60


def test_without_the_library_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterRefused, match="belum terpasang"), cluster("tcp://127.0.0.1:1"):
        pass
