"""Work on many machines: an existing Dask cluster behind the interface of ``concurrent.futures``.

Optional (``pip install epilwu[dask]``). A cluster is trusted as this machine is: whoever can write to its scheduler can
run anything on its workers and answer anything. So it belongs on a network of its own or behind TLS, both set in Dask's
own configuration (``distributed.comm``), not here.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from epilwu.errors import EpilwuError

RETRIES = 3  # times that a task is given to another worker after its own was lost
CONNECT_SECONDS = 10.0


class ClusterRefused(EpilwuError):
    """A cluster that cannot be used: the library is missing, nobody answers, or its workers run another program."""

    code = "cluster-refused"


@dataclass(frozen=True, slots=True)
class Cluster:
    """``executor`` takes work as any other does; ``workers`` tasks run at once; ``lost`` are the errors by which a
    future says that its work was lost and nothing may be concluded from it."""

    executor: Executor
    workers: int
    lost: tuple[type[BaseException], ...]


def program_hash() -> str:
    """SHA-256 over every source file of this program, to know that two machines run the same one."""
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler listens at ``address`` (as ``tcp://10.0.0.5:8786``); closed behind the block.

    Raises ``ClusterRefused``.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise ClusterRefused(
            "Program tambahan untuk kluster belum terpasang.",
            where=address,
            todo="Pasang epilwu[dask], atau tanpa --dask.",
        ) from None
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterRefused(
            "Kluster tidak menjawab.", where=address, todo="Periksa alamatnya, atau jalankan tanpa --dask."
        ) from error
    with client:
        _check_workers(client, address)
        lost = (CancelledError, distributed.KilledWorker, distributed.CancelledError, OSError)
        executor = client.get_executor(retries=RETRIES, pure=False)
        try:
            yield Cluster(executor, max(1, sum(client.nthreads().values())), lost)
        finally:
            executor.shutdown(wait=False)


class _Client(Protocol):
    """The one thing that is asked of Dask's client here."""

    def run(self, function: Callable[[], str], *, on_error: str) -> dict[str, object]:
        """What ``function`` answers, or the error, on each worker."""
        ...


def _check_workers(client: _Client, address: str) -> None:
    """Every worker must run the very program that runs here: another version might check less."""
    answers = client.run(program_hash, on_error="return")
    if not answers:
        raise ClusterRefused(
            "Kluster ini tidak punya pekerja.", where=address, todo="Hidupkan pekerjanya lebih dahulu."
        )
    others = sorted(worker for worker, answer in answers.items() if answer != program_hash())
    if others:
        raise ClusterRefused(
            f"Program di {len(others)} pekerja kluster tidak sama dengan program ini.",
            where=", ".join(others),
            todo="Pasang versi yang sama di semua mesin.",
        )
