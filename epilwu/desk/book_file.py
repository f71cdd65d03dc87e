"""Writing the desk's book onto the medium that goes to the tally: signed, synced, read back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.desk.count import DeskCount, write_book
from epilwu.desk.errors import DeskFileTrouble
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

    A book that lies there with other content is never replaced. Raises ``DeskFileTrouble`` naming the file,
    ``KeyFileRefused`` for a wrong code, ``DefinitionRefused`` for an unknown station, ``CountImpossible``.
    """
    definition = _read(definition_file, definitions.LIMIT)
    region = definitions.parse(definition, where=str(definition_file)).region.text
    holder = Holder(Role.DESK, region, key.station)
    stem = key.folder / f"TPS{key.station:02d}-{Role.DESK}"
    sealed, pem = _read(stem.with_suffix(".key"), keyfile.LIMIT), _read(stem.with_suffix(".pem"), certificates.LIMIT)
    signing = keyfile.open_signing_key(sealed, holder.uri, key.code, where=str(stem.with_suffix(".key")))
    book = write_book(count, definition, key.station, signing, pem, roll)
    return _write(out / desk_book_name(key.station), book)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except OSError as error:
        raise DeskFileTrouble(
            "Berkas tidak dapat dibaca.", where=str(path), todo="Periksa media dan nama berkasnya."
        ) from error
    if len(data) > limit:
        raise DeskFileTrouble("Berkas terlalu besar.", where=str(path), todo="Pilih berkas yang benar.")
    return data


def _write(path: Path, data: bytes) -> Path:
    beside = path.with_suffix(".tmp")
    try:
        if path.exists():
            if path.read_bytes() == data:
                return path
            raise DeskFileTrouble(
                "Buku meja lain sudah ada.", where=str(path), todo="Simpan yang lama; tanyakan panitia."
            )
        with beside.open("wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        if path.read_bytes() != data:
            raise DeskFileTrouble("Buku meja terbaca lain.", where=str(path), todo="Ganti media, lalu ulangi.")
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DeskFileTrouble(
            f"Buku meja tidak dapat ditulis ({error.strerror}).", where=str(path), todo="Periksa media, lalu ulangi."
        ) from error
    return path
