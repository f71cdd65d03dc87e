"""All that lies in the paths given: sorted by content, grouped by village, with what contradicts itself set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.verifying.sorting import Found, Sort, sort_file
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.errors import EpilwuError
from epilwu.media import setup_index
from epilwu.media.published import DEFINITION
from epilwu.media.setup_index import SetupIndex

MAX_FILES = 50_000
MAX_DEPTH = 6
_TODO = "Periksa nama dan medianya."
_ONE_OF_A_KIND = frozenset(
    {
        Sort.ARCHIVE, Sort.REPORT, Sort.DESK_BOOK, Sort.STATION_RESULT, Sort.RESULT, Sort.BOOKS, Sort.PAPER,
        Sort.SETUP, Sort.SIDE_FILE, Sort.REVOCATIONS, Sort.REGENCY, Sort.LOG, Sort.LOG_LEAVES,
    }
)  # fmt: skip
"""Of these, two different files that claim to be the same thing contradict each other."""
_EVERY_COPY = frozenset({Sort.CERTIFICATE, Sort.TRUSTEES, Sort.SIGNATURE, Sort.OTHER, Sort.BROKEN})
"""Of these it matters which folder a copy lies in; of all others identical copies are one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Every file by sort and key; identical copies are one. ``conflicts`` are groups of different files that claim to
    be the same; none of them is used. ``unread`` could not be read: path and reason."""

    files: Mapping[tuple[Sort, str], Found]
    sorted: Mapping[Sort, tuple[Found, ...]]
    conflicts: tuple[tuple[Found, ...], ...]
    unread: tuple[tuple[Path, str], ...]
    by_path: Mapping[Path, Found] = field(repr=False)

    def one(self, sort: Sort, key: str) -> Found | None:
        """The file of that sort about ``key``; None where there is none or where several contradict each other."""
        return self.files.get((sort, key))

    def all(self, sort: Sort) -> tuple[Found, ...]:
        """Every file of that sort, in order of paths, contradicting ones left out."""
        return self.sorted.get(sort, ())

    def in_conflict(self, sort: Sort, key: str) -> bool:
        """Whether several different files claim to be this."""
        return any(group[0].sort is sort and group[0].key == key for group in self.conflicts)

    def by_hash(self, sha256: str) -> Found | None:
        """The file with these bytes, whatever its sort."""
        return next((found for group in self.sorted.values() for found in group if found.sha256 == sha256), None)


@dataclass(frozen=True, slots=True)
class VillageFiles:
    """A village's definition as found, not yet believed, and what refers to it by its hash."""

    definition: Definition
    data: bytes
    digest: str
    file: Found

    @property
    def region(self) -> str:
        """The village's region code."""
        return self.definition.region.text


def gather(paths: Sequence[Path]) -> Evidence:
    """Sort every file in ``paths``, folders with what is in them. Raises ``MaterialRefused`` for a path that is not
    there, or for more files than any election has."""
    found: list[Found] = []
    unread: list[tuple[Path, str]] = []
    for path in _files(paths):
        try:
            found.append(sort_file(path))
        except OSError as error:
            unread.append((path, str(error.strerror)))
    return arrange(found, unread)


def arrange(found: Iterable[Found], unread: Sequence[tuple[Path, str]] = ()) -> Evidence:
    """Group files that were sorted."""
    groups: dict[tuple[Sort, str], dict[str, Found]] = defaultdict(dict)
    for each in found:
        keyed = _keyed(each)
        same = str(keyed.path) if keyed.sort in _EVERY_COPY else keyed.sha256
        groups[keyed.sort, keyed.key].setdefault(same, keyed)
    files: dict[tuple[Sort, str], Found] = {}
    sorted_files: dict[Sort, list[Found]] = defaultdict(list)
    conflicts: list[tuple[Found, ...]] = []
    for (sort, key), copies in groups.items():
        different = tuple(sorted(copies.values(), key=lambda each: each.path))
        if len(different) > 1 and sort in _ONE_OF_A_KIND:
            conflicts.append(different)
            continue
        files[sort, key] = different[0]
        sorted_files[sort] += different
    ordered = {sort: tuple(sorted(group, key=lambda each: each.path)) for sort, group in sorted_files.items()}
    by_path = {each.path: each for group in ordered.values() for each in group}
    return Evidence(files, ordered, tuple(conflicts), tuple(unread), by_path)


def villages(evidence: Evidence) -> tuple[tuple[VillageFiles, ...], tuple[tuple[Found, EpilwuError], ...]]:
    """Every definition that can be read, in order of region codes; and those that cannot, with the reason."""
    read: list[VillageFiles] = []
    refused: list[tuple[Found, EpilwuError]] = []
    for found in evidence.all(Sort.DEFINITION):
        try:
            definition = definitions.parse(found.data, where=found.path.name)
        except EpilwuError as error:
            refused.append((found, error))
        else:
            read.append(VillageFiles(definition, found.data, found.sha256, found))
    return tuple(sorted(read, key=lambda village: (village.region, village.digest))), tuple(refused)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Regular files below ``paths``, links not followed, each once, in order."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise MaterialRefused("Berkas atau folder ini tidak ada.", where=str(path), todo=_TODO)
        for each in _below(path, 0) if path.is_dir() else (path,):
            if each.resolve() not in seen:
                seen.add(each.resolve())
                yield each
            if len(seen) > MAX_FILES:
                raise MaterialRefused(f"Lebih dari {MAX_FILES} berkas.", where=str(path), todo="Pilih foldernya.")


def _below(folder: Path, depth: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            if depth < MAX_DEPTH:
                yield from _below(path, depth + 1)
        elif path.is_file():
            yield path


def _keyed(found: Found) -> Found:
    """A definition is known by its hash, a commitment by the definition that it lists."""
    key = found.key
    if found.sort is Sort.DEFINITION:
        key = found.sha256
    elif found.sort is Sort.SETUP:
        try:
            key = SetupIndex.parse(found.data, where=setup_index.NAME).files.get(DEFINITION, "")
        except EpilwuError as error:
            return replace(found, sort=Sort.BROKEN, key=found.sha256, problem=str(error))
    elif found.sort not in _ONE_OF_A_KIND or not key:
        key = key or found.sha256
    return replace(found, key=key)
