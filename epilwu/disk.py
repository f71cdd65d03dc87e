"""Files written whole or not at all, and read within bounds. Every refusal names the file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from epilwu.errors import EpilwuError

_TODO_WRITE = "Periksa apakah media terpasang, dapat ditulis, dan masih ada ruang."
_TODO_READ = "Periksa nama berkas dan medianya."


class FileTrouble(EpilwuError):
    """A file or medium cannot be read or written."""

    code = "file-trouble"


def write_public(path: Path, data: bytes) -> None:
    """Write ``data`` so that anyone may read it; the folder is made if need be. Raises ``FileTrouble``."""
    with replacing(path) as target:
        target.write(data)


def write_private(path: Path, data: bytes) -> None:
    """Write ``data`` readable by the owner alone (mode 0600). Raises ``FileTrouble``."""
    with replacing(path, mode=0o600) as target:
        target.write(data)


@contextmanager
def replacing(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when the block ends well, durably; on any failure nothing changes.

    It can be read and written. Raises ``FileTrouble``.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w+b") as target:
                yield target
                target.flush()
                os.fsync(target.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileTrouble(
            f"Berkas tidak dapat ditulis ({error.strerror}).", where=str(path), todo=_TODO_WRITE
        ) from error


def read_bounded(path: Path, limit: int) -> bytes:
    """The content of ``path``, at most ``limit`` bytes. Raises ``FileTrouble``."""
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise FileTrouble(f"Berkas tidak dapat dibaca ({error.strerror}).", where=str(path), todo=_TODO_READ) from error
    if len(data) > limit:
        raise FileTrouble(f"Berkas melebihi {limit} bita.", where=str(path), todo=_TODO_READ)
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
