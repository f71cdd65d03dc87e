"""The case's folder: the record that only grows, a copy of the evidence, what was printed.

::

    case.log      the record; one writer at a time, every line on the disk before the page says so
    case.lock     held by the program that writes
    bahan/umum/, bahan/auditor/, bahan/akar.pem     the evidence as it was when the case was opened
    pindai/TPS01/ …                                 the scanning of each box
    cetak/                                          papers that were printed

A power cut may leave half a line, which was never confirmed to anybody: it is moved to ``case.log.torn`` on opening.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from epilwu.audit.case.errors import CaseBroken, CaseBusy, CaseRefused
from epilwu.audit.case.events import Event
from epilwu.audit.case.log import encode_entry, read_line, read_log
from epilwu.audit.case.state import Case, fold
from epilwu.disk import FileTrouble, read_bounded

LOG: Final = "case.log"
LOG_LIMIT: Final = 512 << 20
_LOCK = "case.lock"
_TODO_WRITE = "Periksa apakah media terpasang, dapat ditulis, dan masih ada ruang."


def now() -> datetime:
    """The laptop's time with its zone, to the second."""
    return datetime.now().astimezone().replace(microsecond=0)


class CaseStore:
    """One case, open for writing until ``close``. Use ``start`` or ``resume``."""

    def __init__(self, folder: Path, case: Case, lock: int, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.case = case
        self._lock = lock
        self._clock = clock

    @staticmethod
    def start(folder: Path, clock: Callable[[], datetime] = now) -> CaseStore:
        """A case in ``folder``, which is made if need be; one that was begun before is resumed.

        Raises ``CaseBusy`` where another program has it open, ``CaseBroken``, ``FileTrouble``.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _trouble(folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            what = "Kasus ini sedang dibuka oleh program lain."
            raise CaseBusy(what, where=str(folder), todo="Tutup program itu dahulu.") from error
        try:
            return CaseStore(folder, fold(read_log(_whole_lines(folder / LOG))), lock, clock)
        except BaseException:
            os.close(lock)
            raise

    @staticmethod
    def resume(folder: Path, clock: Callable[[], datetime] = now) -> CaseStore:
        """A case that was begun before; raise ``CaseRefused`` where there is none, else as ``start``."""
        if not (folder / LOG).is_file():
            raise CaseRefused("Di folder ini tidak ada kasus.", where=str(folder), todo="Periksa nama foldernya.")
        return CaseStore.start(folder, clock)

    @property
    def log(self) -> Path:
        """The record's file."""
        return self.folder / LOG

    def append(self, event: Event) -> None:
        """Check ``event``, write it durably, take it in. Raises ``CaseRefused``, ``FileTrouble``: nothing changed."""
        self.case.check(event)
        seq, prev = len(self.case.entries), self.case.head
        line = encode_entry(seq, self._clock(), event, prev)
        entry = read_line(line[:-1], seq, prev, where=LOG)  # what could not be read again is never written
        self._write(line)
        self.case.take(entry)

    def close(self) -> None:
        """Let another program write."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _write(self, line: bytes) -> None:
        try:
            descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _trouble(self.log, error) from error
        size = os.fstat(descriptor).st_size
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError(0, "disk full")
            os.fsync(descriptor)
            if size == 0:
                _sync(self.folder)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise _trouble(self.log, error) from error
        finally:
            os.close(descriptor)


def read_case(folder: Path) -> Case:
    """The case as its record tells it, without the right to write. Raises as ``read_log`` and ``fold``."""
    try:
        return fold(read_log(read_bounded(folder / LOG, LOG_LIMIT), where=LOG))
    except FileTrouble as error:
        raise CaseBroken("Catatan kasus tidak dapat dibaca.", where=str(folder / LOG)) from error


def _whole_lines(log: Path) -> bytes:
    """The record without a line that a power cut left unfinished; that is moved away first."""
    if not log.exists():
        return b""
    data = read_bounded(log, LOG_LIMIT)
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) == len(data):
        return data
    torn = log.with_name(f"{log.name}.torn")
    try:
        with torn.open("ab") as target:
            target.write(data[len(whole) :] + b"\n")
            os.fsync(target.fileno())
        os.truncate(log, len(whole))
        _sync(log.parent)
    except OSError as error:
        raise _trouble(log, error) from error
    return whole


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _trouble(path: Path, error: OSError) -> FileTrouble:
    return FileTrouble(f"Kasus tidak dapat ditulis ({error.strerror}).", where=str(path), todo=_TODO_WRITE)
