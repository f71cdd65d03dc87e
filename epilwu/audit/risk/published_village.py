"""A village's published result and books, read from its public folder for planning an audit.

Checked here: the committee's signature on the definition, the tally's on result and books, that all three speak of the
same election, and that the result adds up. Whether it is *true* is the question of ``epilwu audit verify``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.material import check_definition, read_file
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.media import published
from epilwu.media.published import Books, Context, VillageResult
from epilwu.trust.certificates import Holder, Role, read_root
from epilwu.trust.envelope import verify_detached

_TODO = "Minta folder yang utuh dari panitia, lalu ulangi."


@dataclass(frozen=True, slots=True)
class PublishedVillage:
    """What a plan needs. ``root_fingerprint`` is to be compared with the one that the regency made public."""

    definition: Definition
    result: VillageResult
    books: Books
    root_fingerprint: str


def read_village(folder: Path, root: bytes | None = None) -> PublishedVillage:
    """Read a public folder under ``root`` (PEM), or under the folder's own root where none was brought.

    Raises ``MaterialRefused`` for what is missing or of another election, and the refusals of ``media``, ``election``
    and ``trust``.
    """
    pem = read_file(folder / published.ROOT) if root is None else root
    data = read_file(folder / published.DEFINITION)
    definition = definitions.parse(data, where=str(folder / published.DEFINITION))
    check_definition(folder, data, definition, pem)
    result_data = _read_signed(folder, published.RESULT, Context.RESULT, definition, pem)
    books_data = _read_signed(folder, published.BOOKS, Context.BOOKS, definition, pem)
    village = PublishedVillage(
        definition=definition,
        result=VillageResult.parse(result_data, where=str(folder / published.RESULT)),
        books=Books.parse(books_data, where=str(folder / published.BOOKS)),
        root_fingerprint=read_root(pem, at=definition.day, where=str(folder)).fingerprint,
    )
    _check_same_election(village, definitions.definition_hash(data), folder)
    return village


def _read_signed(folder: Path, name: str, context: Context, definition: Definition, root: bytes) -> bytes:
    path = folder / name
    data = read_file(path)
    signature = read_file(path.with_name(published.signature_name(name)))
    holder = Holder(Role.TALLY, definition.region.text)
    verify_detached(context, data, signature, root, at=definition.day, holder=holder, where=str(path))
    return data


def _check_same_election(village: PublishedVillage, definition_hash: str, folder: Path) -> None:
    definition = village.definition
    expected = (definition_hash, definition.region.text, definition.rehearsal)
    stations = {(station.number, station.uuid) for station in definition.stations}
    for stated in (village.result, village.books):
        if (stated.definition_hash, stated.region, stated.rehearsal) != expected:
            raise MaterialRefused("Hasil atau pembukuan milik pemilihan lain.", where=str(folder), todo=_TODO)
    if (
        not {(line.number, line.uuid) for line in village.result.stations} <= stations
        or village.result.stations_expected != len(stations)
        or {number for number, _ in village.books.stations} != {number for number, _ in stations}
    ):
        raise MaterialRefused("Hasil atau pembukuan memuat TPS lain dari definisi.", where=str(folder), todo=_TODO)


def find_villages(folder: Path) -> tuple[Path, ...]:
    """The public folders that ``folder`` is or holds, one level or two below (a regency's folder of villages).

    Raises ``MaterialRefused`` where there is none.
    """
    if (folder / published.RESULT).is_file():
        return (folder,)
    below = [*folder.glob(f"*/{published.RESULT}"), *folder.glob(f"*/*/{published.RESULT}")]
    if not below:
        raise MaterialRefused("Di folder ini tidak ada hasil desa.", where=str(folder), todo=_TODO)
    return tuple(sorted(path.parent for path in below))
