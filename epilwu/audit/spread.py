"""Where a verification's work runs: processes of this machine, or an existing Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from epilwu.audit.verify import Workers, available_cores
from epilwu.cluster import cluster


@contextmanager
def open_workers(jobs: int | None, address: str | None) -> Iterator[Workers]:
    """``jobs`` processes (None: one for each core), or the workers of the cluster at ``address``, where one is given.

    Raises ``ClusterRefused``.
    """
    if address is None:
        with closing(Workers(jobs or available_cores())) as workers:
            yield workers
        return
    with cluster(address) as found:
        yield Workers(found.workers, found.executor, found.lost)
