"""Real media for tests: a small file system in memory, and a stick that is an ext4 image behind a loop device.

Both need root; where they cannot be had, ``pytest.skip`` says what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def _need_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount file systems")


@contextmanager
def memory_medium(folder: Path, kibibytes: int) -> Iterator[Path]:
    """``folder`` as a tmpfs of that size."""
    _need_root()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=700", "tmpfs", folder)
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a tmpfs (a container without CAP_SYS_ADMIN)")
    try:
        yield folder
    finally:
        _run("umount", "-l", folder)


class Stick:
    """A stick: ``image`` holds its raw bytes, ``folder`` is where it is plugged in."""

    def __init__(self, image: Path, folder: Path, *, mebibytes: int = 16) -> None:
        _need_root()
        if shutil.which("mkfs.ext4") is None:
            pytest.skip("mkfs.ext4 is not installed (apt-get install e2fsprogs)")
        self.image = image
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with image.open("wb") as file:
            file.truncate(mebibytes << 20)
        _run("mkfs.ext4", "-q", image)

    def plug(self) -> None:
        """Mount it."""
        try:
            _run("mount", "-o", "loop", self.image, self.folder)
        except subprocess.CalledProcessError:
            pytest.skip("this machine has no loop devices")

    def pull(self) -> None:
        """Gone from its folder at once; whoever has a file open keeps that alone."""
        if self.folder.is_mount():
            _run("umount", "-l", self.folder)

    def make_read_only(self) -> None:
        """As the kernel does when a stick fails: from now on every write is refused, of open files too."""
        _run("mount", "-o", "remount,abort", self.folder)

    def repair(self) -> None:
        """Check the pulled stick's file system; its data stay."""
        subprocess.run(["e2fsck", "-p", "-f", str(self.image)], check=False, capture_output=True)
