"""A folder that people carry: bounded reading, and writing whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from epilwu.trustee.errors import PublicFileChanged, StickTrouble

MAX_FILE_BYTES = 4 * 2**20

_TODO = "Periksa apakah diska terpasang, tidak terkunci, dan masih ada ruang, lalu ulangi langkah ini."


@dataclass(frozen=True, slots=True)
class Folder:
    """A stick, or the folder that all key holders share. ``private`` files can be read by their owner alone."""

    path: Path
    private: bool

    def read(self, name: str) -> bytes | None:
        """The content of ``name``, or None if there is no such file. Raises ``StickTrouble``."""
        try:
            with (self.path / name).open("rb") as source:
                data = source.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            if not self.path.is_dir():
                raise StickTrouble("Folder tidak ditemukan.", where=str(self.path), todo=_TODO) from None
            return None
        except OSError as error:
            raise self._trouble("dibaca", name, error) from error
        if len(data) > MAX_FILE_BYTES:
            raise StickTrouble(
                f"Berkas melebihi {MAX_FILE_BYTES} bita.", where=str(self.path / name), todo="Salin ulang berkas ini."
            )
        return data

    def write(self, name: str, data: bytes) -> None:
        """Put ``data`` in the place of ``name`` durably: after a power cut the old or the new file stands there."""
        target = self.path / name
        draft = self.path / f".{name}.{secrets.token_hex(4)}"
        try:
            try:
                self._write_synced(draft, data)
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)
            self._sync()
        except OSError as error:
            raise self._trouble("ditulis", name, error) from error
        if self.read(name) != data:
            raise StickTrouble("Berkas yang baru ditulis terbaca lain.", where=str(target), todo="Ganti diska ini.")

    def publish(self, name: str, data: bytes) -> None:
        """Write ``data`` unless it stands there already; raise ``PublicFileChanged`` if something else does."""
        present = self.read(name)
        if present is None:
            self.write(name, data)
        elif present != data:
            raise PublicFileChanged(
                "Berkas ini bukan yang Anda buat.",
                where=str(self.path / name),
                todo="Cari tahu siapa yang menaruhnya. Jangan lanjutkan sebelum jelas.",
            )

    def names(self) -> tuple[str, ...]:
        """The names of the files, sorted; raise ``StickTrouble`` if there is no such folder."""
        try:
            return tuple(sorted(entry.name for entry in self.path.iterdir() if entry.is_file()))
        except OSError as error:
            raise self._trouble("dibaca", "", error) from error

    def put_away(self, folder: str, names: Iterable[str]) -> None:
        """Move the files ``names`` that are there into the inner folder ``folder``, over what lies there already."""
        inner = self.path / folder
        try:
            inner.mkdir(exist_ok=True)
            for name in names:
                if (self.path / name).is_file():
                    (self.path / name).replace(inner / name)
            self._sync()
        except OSError as error:
            raise self._trouble("dipindahkan", folder, error) from error

    def wipe(self, names: Iterable[str]) -> tuple[str, ...]:
        """Overwrite each of the files ``names`` that is there with random bytes, then remove it; gives those removed.

        The best that a program can do: a flash stick may keep the old cells behind its controller's back.
        """
        wiped = []
        for name in names:
            path = self.path / name
            try:
                if not path.is_file() or path.is_symlink():
                    continue
                with path.open("r+b") as target:
                    target.write(secrets.token_bytes(path.stat().st_size))
                    target.flush()
                    os.fsync(target.fileno())
                path.unlink()
                self._sync()
            except OSError as error:
                raise self._trouble("dihapus", name, error) from error
            wiped.append(name)
        return tuple(wiped)

    def _write_synced(self, path: Path, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if self.private else 0o644)
        with os.fdopen(descriptor, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _trouble(self, verb: str, name: str, error: OSError) -> StickTrouble:
        return StickTrouble(f"Berkas tidak dapat {verb} ({error.strerror}).", where=str(self.path / name), todo=_TODO)
