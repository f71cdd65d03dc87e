"""Boards come on the committee's stick and are copied to the laptop, so that the holders' sticks have a free socket and
a program that was killed goes on with the same files. Nothing of it is secret, and nothing of it is believed yet."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from epilwu.election.definition import DEFAULT_NAME
from epilwu.trustee.board import MAX_BOARD_BYTES, SUFFIX
from epilwu.trustee.errors import BoardRefused, StickTrouble

MOST_BOARDS = 600  # a regency's ceremony serves many villages; a village has some ten stations
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)
_TODO = "Periksa diska panitia, lalu ulangi."


def bring(source: Path, target: Path) -> int:
    """Copy the boards in ``source`` with what belongs beside them; ``target`` then holds all of them or is not there.

    Gives the number of boards. Raises ``BoardRefused`` for no board, too many, or one whose name or size is none of a
    board's; ``StickTrouble`` where the stick cannot be read or the laptop is full.
    """
    draft = target.with_name(f".{target.name}.baru")
    try:
        files = sorted(entry for entry in source.iterdir() if _wanted(entry.name))
        boards = sum(1 for file in files if file.name.endswith(SUFFIX))
        if not 1 <= boards <= MOST_BOARDS:
            raise BoardRefused(f"Ada {boards} papan suara di diska ini.", where=source.name, todo=_TODO)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        for file in files:
            _copy(file, draft)
        draft.rename(target)
    except OSError as error:
        raise StickTrouble(
            f"Papan suara tidak dapat disalin ({error.strerror}).", where=source.name, todo=_TODO
        ) from error
    return boards


def put_aside(boards: Path) -> None:
    """Keep the boards that were refused, under another name, so that others can be brought."""
    number = 1
    while (aside := boards.with_name(f"{boards.name}-ditolak-{number}")).exists():
        number += 1
    if boards.is_dir():
        boards.rename(aside)


def _wanted(name: str) -> bool:
    return name == DEFAULT_NAME or name.endswith((SUFFIX, ".decryption.json"))


def _copy(file: Path, folder: Path) -> None:
    """One file, durably. Links are refused: a stick may not make the laptop read something of its own."""
    if _NAME.fullmatch(file.name) is None or file.is_symlink() or not file.is_file():
        raise BoardRefused("Nama atau jenis berkas ini tidak dikenal.", where=file.name[:80], todo=_TODO)
    with file.open("rb") as source, (folder / file.name).open("xb") as copy:
        data = source.read(MAX_BOARD_BYTES + 1)
        if len(data) > MAX_BOARD_BYTES:
            raise BoardRefused(f"Berkas melebihi {MAX_BOARD_BYTES >> 20} MiB.", where=file.name, todo=_TODO)
        copy.write(data)
        copy.flush()
        os.fsync(copy.fileno())
