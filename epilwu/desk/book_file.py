"""Writing the desk's book onto the medium that goes to the tally: signed, synced, read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from epilwu.desk.count import DeskCount, write_book
from epilwu.desk.errors import OtherBookThere
from epilwu.disk import FileTrouble, read_bounded, write_public
from epilwu.election import definition as definitions
from epilwu.media.published import desk_book_name
from epilwu.trust import certificates, keyfile
from epilwu.trust.certificates import Holder, Role


@dataclass(frozen=True, slots=True)
class DeskKey:
    """Where a desk's sealed key and certificate lie, and the code from its envelope."""

    station: int
    folder: Path
    code: str = field(repr=False)


def write_book_file(
    count: DeskCount, definition_file: Path, key: DeskKey, out: Path, *, roll: tuple[int, int] | None = None
) -> Path:
    """Sign the count and write ``TPS01.epd`` into ``out``; its path.

    A book that lies there with other content is never replaced. Raises ``OtherBookThere``, ``FileTrouble`` naming the
    file, ``KeyFileRefused`` for a wrong code, ``DefinitionRefused`` for an unknown station, ``CountImpossible``.
    """
    definition = read_bounded(definition_file, definitions.LIMIT)
    region = definitions.parse(definition, where=str(definition_file)).region.text
    holder = Holder(Role.DESK, region, key.station)
    stem = key.folder / f"TPS{key.station:02d}-{Role.DESK}"
    sealed, pem = (
        read_bounded(stem.with_suffix(".key"), keyfile.LIMIT),
        read_bounded(stem.with_suffix(".pem"), certificates.LIMIT),
    )
    signing = keyfile.open_signing_key(sealed, holder.uri, key.code, where=str(stem.with_suffix(".key")))
    book = write_book(count, definition, key.station, signing, pem, roll)
    return _write(out / desk_book_name(key.station), book)


def _write(path: Path, data: bytes) -> Path:
    if path.exists():
        if read_bounded(path, len(data)) == data:
            return path
        raise OtherBookThere("Buku meja lain sudah ada.", where=str(path), todo="Simpan keduanya, panggil panitia.")
    write_public(path, data)
    if read_bounded(path, len(data)) != data:
        raise FileTrouble("Buku meja terbaca lain.", where=str(path), todo="Ganti media, lalu ulangi.")
    return path
