"""Where proofs are checked: in this process, in processes of its own, or on an existing Dask cluster.

Processes are started afresh ("spawn"), so that none inherits a database connection, leave an interrupt from the
keyboard to their parent, and end when it is gone: a worker that was killed leaves nothing running.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait

from epilwu.cluster import cluster


@dataclass(frozen=True, slots=True)
class Hands:
    """An executor (None: this process), and the errors by which it says that its work was lost."""

    executor: Executor | None
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)


@contextmanager
def hands(jobs: int, dask: str | None = None) -> Iterator[Hands]:
    """``jobs`` processes (1: none but this one), or the cluster at ``dask``; raises ``ClusterRefused``."""
    if dask is not None:
        with cluster(dask) as found:
            yield Hands(found.executor, (BrokenExecutor, *found.lost))
    elif jobs == 1:
        yield Hands(None)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_live_with_parent) as executor:
            yield Hands(executor)


def _live_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
