"""The published verifier, run as a separate process: what it does not affirm to the last check is refused.

The key holders do not take their own program's word for a board. They run the file that auditors and candidates run,
whose SHA-256 was published, on the very bytes that are then opened.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from epilwu.protocol.verify_report import Name, Profile, Status
from epilwu.trust.canonical import HEX_256, Json, Record
from epilwu.trust.errors import MalformedFile
from epilwu.trustee.errors import BoardRefused, VerifierFailed

NAME = "epilwu-verify.pyz"
TIMEOUT = 900.0  # seconds; a station of 500 ballots takes some five
_MAX_FILE = 16 << 20
_MAX_ANSWER = 1 << 20
_TODO = "Jangan dibuka. Minta panitia menyusun dan memeriksa ulang papan suara TPS ini."
_ARCHIVE_FIELDS = (
    "ballots", "checks", "file", "head", "ok", "problem", "profile", "result", "sha256", "uuid",
)  # fmt: skip
_CHECK_FIELDS = ("code", "detail", "name", "position", "status")

# What must have been checked, whatever else was.
_NEEDED = (
    Name.ARCHIVE,
    Name.ELECTION,
    Name.TRUSTEES,
    Name.CREDENTIALS,
    Name.BALLOTS,
    Name.REPEATS,
    Name.ORDER,
    Name.ENCRYPTED_TALLY,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verifier found everything in order: in the archive whose SHA-256 (hex) is ``sha256``, with ``ballots``
    ballots; ``checks`` are the names of the checks that it made."""

    sha256: str
    uuid: str
    ballots: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verifier:
    """The verifier in the file ``path``. ``expected`` is its published SHA-256 (hex) where the holders have it; without
    one the file's own is shown (``fingerprint``) to be compared by eye. ``timeout`` in seconds."""

    path: Path
    expected: str | None = None
    timeout: float = TIMEOUT

    def sha256(self) -> str:
        """SHA-256 of the file in hex. Raises ``VerifierFailed`` if it cannot be read."""
        return hashlib.sha256(self._read()).hexdigest()

    def verify(self, board: bytes, beside: Mapping[str, bytes]) -> Verdict:
        """Have ``board`` verified as a running E-Pilwu board; ``beside`` are the files that lie beside it by name
        (``definition.json``, ``<uuid>.decryption.json``).

        Raises ``BoardRefused`` with the verifier's reason, ``VerifierFailed`` where the file is not the published one,
        or it crashed, ran out of time, or answered anything but the agreed form.
        """
        program = self._read()
        if self.expected is not None and hashlib.sha256(program).hexdigest() != self.expected:
            raise VerifierFailed(
                "Pemeriksa ini bukan berkas yang diumumkan.",
                where=str(self.path),
                todo="Ambil lagi dari sumber resmi dan cocokkan sidiknya.",
            )
        with tempfile.TemporaryDirectory(prefix="epilwu-") as name:
            folder = Path(name)
            # Copies: what was compared is what runs, and what is verified is what will be opened.
            (folder / NAME).write_bytes(program)
            (folder / "papan.bel").write_bytes(board)
            for inner, data in beside.items():
                (folder / Path(inner).name).write_bytes(data)
            code, answer = self._run(folder)
        return self._judge(code, answer, hashlib.sha256(board).hexdigest())

    def _read(self) -> bytes:
        try:
            with self.path.open("rb") as source:
                data = source.read(_MAX_FILE + 1)
        except OSError as error:
            raise VerifierFailed(
                f"Pemeriksa tidak dapat dibaca ({error.strerror}).",
                where=str(self.path),
                todo=f"Taruh {NAME} yang diumumkan di laptop ini.",
            ) from error
        if len(data) > _MAX_FILE:
            raise VerifierFailed("Berkas pemeriksa terlalu besar.", where=str(self.path), todo="Ambil yang resmi.")
        return data

    def _run(self, folder: Path) -> tuple[int, bytes]:
        """Exit code and output; the program and all its workers end with the time that they have."""
        command = [sys.executable, "-I", "-B", NAME, "--epilwu", "--running", "--json", "papan.bel"]
        environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
        with (folder / "jawaban").open("w+b") as answer:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, a fixed command, no shell
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                code = process.wait(self.timeout)
            except subprocess.TimeoutExpired as error:
                raise self._failed(f"tidak selesai dalam {self.timeout:.0f} detik") from error
            finally:
                _end(process)
            answer.seek(0)
            return code, answer.read(_MAX_ANSWER + 1)

    def _judge(self, code: int, answer: bytes, sha256: str) -> Verdict:
        try:
            archive = _parse(answer.removesuffix(b"\n"), str(self.path))
            checks = archive.items("checks", 0, 100, _check)
            problem = archive.values["problem"]
        except MalformedFile as error:
            raise self._failed(f"tidak menjawab dengan benar, keluar dengan {code}; {error.what}") from error
        if isinstance(problem, str):
            raise BoardRefused(f"Berkas ini bukan papan suara ({problem}).", todo=_TODO)
        for name, status, detail, position in checks:
            if status != Status.PASSED:
                place = "" if position is None else f" pada peristiwa {position}"
                raise BoardRefused(f"Papan suara tidak sah{place} ({name}: {detail}).", todo=_TODO)
        names = tuple(name for name, *_ in checks)
        if Name.ENCRYPTED_TALLY not in names and code == 0:
            raise BoardRefused("Papan suara belum ditutup dan dijumlahkan.", todo="Tunggu panitia.")
        try:
            complete = code == 0 and archive.flag("ok") and set(_NEEDED) <= set(names) and len(set(names)) == len(names)
            archive.one_of("profile", (Profile.EPILWU.value,))
            verdict = Verdict(
                archive.matching("sha256", HEX_256), archive.line("uuid", 64), archive.integer("ballots"), names
            )
        except MalformedFile as error:
            raise self._failed(error.what) from error
        if not complete or verdict.sha256 != sha256:
            raise self._failed(f"tidak memastikan semuanya, keluar dengan {code}")
        return verdict

    def _failed(self, why: str) -> VerifierFailed:
        return VerifierFailed(
            f"Pemeriksa {why}: tidak ada yang dapat dipastikan tentang papan ini.",
            where=str(self.path),
            todo="Jangan dibuka. Ulangi, atau pakai laptop lain.",
        )


def _parse(answer: bytes, where: str) -> Record:
    record = Record.parse(answer, ("archives", "version"), limit=_MAX_ANSWER, where=where)
    (archive,) = record.items("archives", 1, 1, lambda value, place: Record.of(value, _ARCHIVE_FIELDS, place))
    return archive


def _check(value: Json, where: str) -> tuple[str, str, str, int | None]:
    record = Record.of(value, _CHECK_FIELDS, where)
    status = record.one_of("status", [status.value for status in Status])
    return record.line("name", 60), status, record.text("detail", 4000), record.integer_or_none("position")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the process and the workers that it may have started, and wait for it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
