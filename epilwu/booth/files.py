"""Durable files: written, synced, renamed, the folder synced, and read back from the medium rather than from memory.

Raises ``OSError`` as the system gives it; callers know which medium it was and what people should do.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from epilwu.booth.rows import Step, no_step

_NEW = ".new"
_CHUNK = 1 << 20


def write_whole(path: Path, data: bytes, *, step: Step = no_step) -> None:
    """Replace ``path`` by ``data``: a reader finds the old file or the new one, never a part of one."""
    draft = path.with_name(path.name + _NEW)
    try:
        step("file:write")
        _write_synced(draft, data)
        step("file:rename")
        draft.replace(path)
        step("file:folder")
        sync_folder(path.parent)
        step("file:read-back")
    except OSError:
        _discard(draft)
        raise
    if read_back(path, 0, len(data) + 1) != data:
        raise OSError(errno.EIO, "what was written does not read back", str(path))


def append(path: Path, data: bytes, *, at: int, step: Step = no_step) -> None:
    """Add ``data`` to ``path``, which must exist and be ``at`` bytes long; what fails half-way is cut off again."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size != at:
            raise OSError(errno.ESTALE, "not as long as when it was last written", str(path))
        step("file:append")
        try:
            _write_all(descriptor, data, at)
            step("file:sync")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, at)
            raise
    finally:
        os.close(descriptor)
    step("file:read-back")
    if read_back(path, at, len(data) + 1) != data:
        raise OSError(errno.EIO, "what was written does not read back", str(path))


def truncate(path: Path, size: int) -> None:
    """Cut ``path`` down to ``size`` bytes, durably."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_back(path: Path, offset: int, limit: int) -> bytes:
    """At most ``limit`` bytes from ``offset``, after asking the system to forget what it keeps in memory."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(descriptor, offset, 0, os.POSIX_FADV_DONTNEED)
        parts = []
        while limit > 0 and (part := os.pread(descriptor, min(limit, _CHUNK), offset)):
            parts.append(part)
            offset += len(part)
            limit -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries (new names, renames) durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def take_lock(path: Path) -> int:
    """The descriptor of ``path``, locked for this process alone; ``BlockingIOError`` where another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def release_lock(descriptor: int) -> None:
    """Give the lock back."""
    os.close(descriptor)


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _write_all(descriptor, data, 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view = view[written:]
        offset += written


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the medium is gone or read-only: nothing to tidy
