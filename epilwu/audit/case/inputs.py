"""The evidence of a case: copied into its folder when it is opened, every file by name, size and SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import MAX_INPUTS, Input
from epilwu.audit.material import MAX_FILE, Material, load_material, read_file
from epilwu.disk import replacing

EVIDENCE: Final = "bahan"
PUBLIC: Final = "umum"
AUDITORS: Final = "auditor"
ROOT: Final = "akar.pem"
_CHUNK = 1 << 20
_NAME = re.compile(r"(?:umum|auditor)/[A-Za-z0-9][A-Za-z0-9._-]{0,120}|akar\.pem", re.ASCII)
_TODO = "Pakai folder terbitan dan folder auditor apa adanya."


def is_input_name(name: str) -> bool:
    """Whether ``name`` may stand in a case: of the two folders or the root, no path that leads elsewhere."""
    return _NAME.fullmatch(name) is not None


def gather(public: Path, auditors: Path, root: Path | None) -> Iterator[tuple[str, Path]]:
    """Every file to be copied with its name in the case.

    Inner folders and hidden files are left out: E-Pilwu publishes none. Raises ``CaseRefused`` for a name that no
    published file has, and for too many.
    """
    listed: list[tuple[str, Path]] = []
    for name, folder in ((PUBLIC, public), (AUDITORS, auditors)):
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
        except OSError as error:
            raise CaseRefused("Folder bahan tidak dapat dibaca.", where=str(folder), todo=_TODO) from error
        listed += [(f"{name}/{path.name}", path) for path in files]
    if root is not None:
        listed.append((ROOT, root))
    if len(listed) > MAX_INPUTS:
        raise CaseRefused(f"Terlalu banyak berkas (paling banyak {MAX_INPUTS}).", where=str(public), todo=_TODO)
    for name, path in listed:
        if not is_input_name(name):
            raise CaseRefused("Nama berkas ini bukan nama terbitan E-Pilwu.", where=str(path), todo=_TODO)
        yield name, path


def copy_in(files: Iterable[tuple[str, Path]], case: Path) -> tuple[Input, ...]:
    """Copy the evidence into the case, each file whole or not at all. Raises ``CaseRefused`` or ``FileTrouble``."""
    return tuple(_copy(name, source, case / EVIDENCE / name) for name, source in files)


def _copy(name: str, source: Path, target: Path) -> Input:
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, replacing(target) as writing:
            while data := reading.read(_CHUNK):
                size += len(data)
                if size > MAX_FILE:
                    raise CaseRefused("Berkas ini terlalu besar.", where=str(source), todo=_TODO)
                digest.update(data)
                writing.write(data)
    except OSError as error:
        raise CaseRefused("Berkas ini tidak dapat disalin.", where=str(source), todo="Periksa medianya.") from error
    return Input(name, digest.hexdigest(), size)


def changed(inputs: Iterable[Input], folder: Path) -> Iterator[tuple[Input, str]]:
    """Every input that lies otherwise in ``folder`` (an ``EVIDENCE`` folder) than it was, and how."""
    for each in inputs:
        path = folder / each.name
        if not is_input_name(each.name):
            yield each, "namanya bukan nama bahan"
        elif not path.is_file():
            yield each, "tidak ada"
        else:
            with path.open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != each.sha256:
                    yield each, "isinya berubah"


def material_of(case: Path, *, root_brought: bool) -> Material:
    """The evidence, read and checked as ``load_material`` does, from the case's own copy."""
    folder = case / EVIDENCE
    root = read_file(folder / ROOT) if root_brought else None
    return load_material(folder / PUBLIC, folder / AUDITORS, root)
