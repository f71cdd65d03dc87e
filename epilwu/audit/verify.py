"""Verifying archives as files: what stands beside them, and the work spread over processes.

The checks themselves are ``epilwu.protocol.verify``'s; this module opens files and starts workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from epilwu.audit.errors import ArchiveUnreadable
from epilwu.election.definition import DEFAULT_NAME as DEFINITION_NAME
from epilwu.errors import EpilwuError
from epilwu.protocol.chain import NotAnArchive
from epilwu.protocol.verify import peek_uuid, verify_archive
from epilwu.protocol.verify_ballots import VerificationInterrupted
from epilwu.protocol.verify_report import Profile, Report

Given = TypeVar("Given")
Found = TypeVar("Found")

SIDE_FILE_LIMIT = 32 * 2**20  # beyond anything that the side file's own parser accepts
_LOOK_AHEAD = 3  # chunks handed out for each worker: enough that none waits, too few to fill memory
_WORTH_SPREADING = 4  # chunks; below that, starting workers takes longer than the work

_Chunk = TypeVar("_Chunk")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: a ``report``, or the ``problem`` why it is no archive that could be read."""

    file: Path
    report: Report | None
    problem: EpilwuError | None = None

    @property
    def ok(self) -> bool:
        """Whether everything was checked and passed."""
        return self.report is not None and self.report.ok


class Workers:
    """Maps chunks over ``jobs`` processes, started when there is enough work for them; ``close`` stops them.

    Workers are started afresh ("spawn"), so that they share nothing with this process but what they are sent. A
    worker that dies is never taken for one that found nothing: ``VerificationInterrupted`` is raised. ``elsewhere``
    does the work instead, ``jobs`` pieces at a time, where it is given; ``lost`` are the errors by which it says that a
    piece was lost. It is closed by whoever opened it.
    """

    def __init__(
        self, jobs: int, elsewhere: Executor | None = None, lost: tuple[type[BaseException], ...] = ()
    ) -> None:
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._elsewhere = elsewhere
        self._lost: tuple[type[BaseException], ...] = (BrokenProcessPool, *lost)

    def close(self) -> None:
        """Stop all workers; work not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def map(self, function: Callable[[_Chunk], _Answer], chunks: Iterable[_Chunk]) -> Iterator[_Answer]:
        """Results in the order of ``chunks``, of which only a few per worker are taken ahead."""
        rest = iter(chunks)
        first = list(islice(rest, _WORTH_SPREADING))
        if self._elsewhere is None and (self._jobs == 1 or len(first) < _WORTH_SPREADING):
            yield from map(function, chain(first, rest))
            return
        try:
            yield from self._spread(function, chain(first, rest))
        except self._lost as error:
            self.close()
            raise VerificationInterrupted("a worker was lost before it had finished") from error

    def _spread(self, function: Callable[[_Chunk], _Answer], chunks: Iterable[_Chunk]) -> Iterator[_Answer]:
        pool = self._elsewhere or self._processes()
        pending: deque[Future[_Answer]] = deque()
        for chunk in chunks:
            pending.append(pool.submit(function, chunk))
            if len(pending) > self._jobs * _LOOK_AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, mp_context=spawn, initializer=_leave_interrupts_to_parent)
        return self._pool


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def available_cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def verify_file(
    file: Path, workers: Workers, *, strict: bool, running: bool, progress: Callable[[int], None] | None = None
) -> Outcome:
    """Verify one archive with the files that stand beside it: ``<uuid>.decryption.json`` and ``definition.json``.

    ``strict`` asks for E-Pilwu's profile whatever stands there; ``running`` accepts an unfinished board. Never raises
    for what is wrong with the files.
    """

    def verify(source: BinaryIO) -> Report:
        uuid = peek_uuid(source) or file.stem
        return verify_archive(
            source,
            profile=Profile.EPILWU if strict else None,
            side_file=_beside(file, f"{uuid}.decryption.json"),
            definition=_beside(file, DEFINITION_NAME),
            running=running,
            map_chunks=workers.map,
            progress=progress,
        )

    return _outcome(file, verify)


def verify_with(
    file: Path,
    workers: Workers,
    *,
    strict: bool,
    side_file: bytes | None,
    definition: bytes | None,
    running: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """``verify_file`` with a side file and a definition that were found elsewhere."""

    def verify(source: BinaryIO) -> Report:
        return verify_archive(
            source,
            profile=Profile.EPILWU if strict else None,
            side_file=side_file,
            definition=definition,
            running=running,
            map_chunks=workers.map,
            progress=progress,
        )

    return _outcome(file, verify)


def _outcome(file: Path, verify: Callable[[BinaryIO], Report]) -> Outcome:
    """Open ``file`` and have it verified; what is wrong with the file itself is the outcome's problem."""
    try:
        if not file.is_file():
            what = "Ini bukan berkas." if file.exists() else "Berkas tidak ada."
            raise ArchiveUnreadable(what, where=str(file), todo="Periksa nama dan foldernya.")
        with file.open("rb") as source:
            report = verify(source)
    except NotAnArchive as error:
        what = f"Ini bukan arsip pemilihan (.bel) yang utuh: {error.what}."
        return Outcome(file, None, ArchiveUnreadable(what, where=str(file), todo="Ambil salinan arsip yang lain."))
    except ArchiveUnreadable as error:
        return Outcome(file, None, error)
    except OSError as error:
        what = f"Berkas tidak dapat dibaca ({error.strerror})."
        where = str(error.filename or file)
        return Outcome(file, None, ArchiveUnreadable(what, where=where, todo="Periksa media atau izin berkas."))
    return Outcome(file, report)


def _beside(archive: Path, name: str) -> bytes | None:
    """The file ``name`` in the archive's folder, None only where there is none: one that cannot be read is refused,
    because leaving it out would relax the rules."""
    path = archive.parent / name
    try:
        with path.open("rb") as source:
            data = source.read(SIDE_FILE_LIMIT + 1)
    except FileNotFoundError:
        if path.is_symlink():
            raise ArchiveUnreadable("Tautan ini menunjuk ke berkas yang tidak ada.", where=str(path)) from None
        return None
    if len(data) > SIDE_FILE_LIMIT:
        raise ArchiveUnreadable("Berkas ini terlalu besar.", where=str(path), todo="Ambil salinan yang asli.")
    return data
