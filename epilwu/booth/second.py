"""The second medium: what a spare needs when the booth dies, and the proof that the first was not changed.

``journal.log`` only grows: a header with the booth's identity, then a frame for each journal entry with its signature
and, for a ballot's entry, the ballot. ``register.bin`` is the slip register, sealed, written whole. Both are read back
after each write. The store commits first, then this copy follows, then the screen: so this copy may be shorter than the
store, and is then completed; any other difference stops the booth.

A frame: three big-endian 32-bit numbers (seq, length of the entry, length of the ballot or 0), entry, signature
(64 bytes), ballot, SHA-256 of all before it in the frame. Neither file holds a time, and ids stand sealed and sorted.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from epilwu.booth import files
from epilwu.booth.errors import MediaDisagree, SealRefused, SecondMediumGone
from epilwu.booth.rows import BallotRow, JournalRow, Register, SlipState, Step, no_step
from epilwu.booth.seal import SEALED_BYTES, RegisterSeal
from epilwu.trust.journal import FIRST_PREV, entry_hash

LOG = "journal.log"
REGISTER = "register.bin"
_LOG_MAGIC = b"EPWLOG1\n"
_REGISTER_MAGIC = b"EPWREG1\n"
_HEAD = struct.Struct(">III")
_SIGNATURE = 64
_CHECKSUM = 32
_STATES = {SlipState.PENDING: b"P", SlipState.CAST: b"C", SlipState.VOID: b"V"}
_ENTRY_LIMIT = 4 << 10
_BALLOT_LIMIT = 64 << 10
_FRAME_LIMIT = _HEAD.size + _ENTRY_LIMIT + _SIGNATURE + _BALLOT_LIMIT + _CHECKSUM
LOG_LIMIT = 256 << 20
"""Far above a booth's day (1,000 ballots of 8 KiB); keeps a foreign file out of memory."""
REGISTER_LIMIT = 4 << 20
_ADVICE = "Pasang kembali media kedua, lalu tekan “Lanjutkan”."


@dataclass(frozen=True, slots=True)
class Holding:
    """All that the first medium holds and the second must hold too."""

    journal: Sequence[JournalRow]
    ballots: Mapping[int, BallotRow]
    register: Register


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry as the second medium has it; ``ballot`` is empty for every entry that is not a ballot's."""

    seq: int
    entry: bytes
    signature: bytes
    ballot: bytes


@dataclass(frozen=True, slots=True)
class Salvage:
    """A second medium's whole frames and register, and how many bytes of an unfinished frame follow."""

    frames: tuple[Frame, ...]
    register: Register
    torn: int


class SecondMedium:
    """The copy in ``folder``. After any failure ``agree`` must succeed before ``record`` works again."""

    def __init__(self, folder: Path, seal: RegisterSeal, *, step: Step = no_step) -> None:
        self._folder = folder
        self._seal = seal
        self._step = step
        self._size: int | None = None

    @property
    def folder(self) -> Path:
        """Where the medium is mounted."""
        return self._folder

    def blank(self) -> bool:
        """Whether no log was begun here; raise ``SecondMediumGone`` where the folder itself is not there."""
        if not self._folder.is_dir():
            raise self._gone("Folder media kedua tidak ada.")
        return not (self._folder / LOG).exists()

    def start(self) -> None:
        """Write both files, empty, on a medium that is ``blank``; the log last, so that it stands for both."""
        assert self.blank()
        header = self._header()
        try:
            self._write_register({})
            files.write_whole(self._folder / LOG, header, step=self._step)
        except OSError as error:
            raise self._gone("Media kedua tidak dapat ditulis.") from error
        self._size = len(header)

    def check(self) -> None:
        """Raise ``SecondMediumGone`` where the medium is not there as it was last written."""
        try:
            present = self._size is not None and (self._folder / LOG).stat().st_size == self._size
        except OSError as error:
            raise self._gone("Media kedua terlepas.") from error
        if not present:
            raise self._gone("Media kedua bukan yang tadi terpasang.")

    def record(self, rows: Sequence[JournalRow], ballot: BallotRow | None, register: Register) -> None:
        """Follow one committed change: append ``rows``, then write the whole register.

        Raises ``SecondMediumGone``; the first medium holds the change all the same.
        """
        self.check()
        size, self._size = self._size, None
        assert size is not None
        ballots = {ballot.seq: ballot} if ballot is not None else {}
        data = b"".join(_frame(row, ballots) for row in rows)
        try:
            self._step("second:append")
            if data:
                files.append(self._folder / LOG, data, at=size, step=self._step)
            self._step("second:register")
            self._write_register(register)
        except OSError as error:
            raise self._gone("Media kedua tidak dapat ditulis.") from error
        self._step("second:done")
        self._size = size + len(data)

    def agree(self, holding: Holding) -> int:
        """Compare with the first medium and complete a shorter copy; return how many entries were missing.

        Raises ``MediaDisagree`` with both heads for any other difference, ``SecondMediumGone`` where the medium cannot
        be read or written.
        """
        self._size = None
        log, register = self._read()
        frames = [_frame(row, holding.ballots) for row in holding.journal]
        header = self._header()
        position, matched = len(header), 0
        if log[:position] != header:
            raise self._disagree(holding, log, "Media kedua milik bilik atau pemilihan lain.")
        while matched < len(frames) and log.startswith(frames[matched], position):
            position += len(frames[matched])
            matched += 1
        missing = frames[matched:]
        if not _is_torn(log[position:], missing):
            raise self._disagree(holding, log, "Jurnal di kedua media berbeda.")
        if not _lags(register, holding.register):
            raise self._disagree(holding, log, "Register struk di kedua media berbeda.")
        try:
            if len(log) > position:
                files.truncate(self._folder / LOG, position)
            if missing:
                files.append(self._folder / LOG, b"".join(missing), at=position, step=self._step)
            if register != holding.register:
                self._write_register(holding.register)
        except OSError as error:
            raise self._gone("Media kedua tidak dapat dilengkapi.") from error
        self._size = position + sum(map(len, missing))
        return len(missing)

    def salvage(self) -> Salvage:
        """All that this medium holds, for a spare that goes on without the first; changes nothing.

        What a power cut left of one unfinished frame at the end is told by its length. Raises ``MediaDisagree`` where
        the log is another booth's, or damaged in any other way; ``SecondMediumGone`` where it cannot be read.
        """
        log, register = self._read()
        header = self._header()
        frames = tuple(_parse(log[len(header) :]))
        torn = len(log) - len(header) - sum(map(_frame_size, frames))
        if not log.startswith(header) or torn > _FRAME_LIMIT:
            raise MediaDisagree(
                "Media kedua milik bilik lain, atau jurnalnya rusak di tengah.",
                where=str(self._folder / LOG),
                todo="Jangan ubah apa pun; panggil pengawas.",
            )
        return Salvage(frames, register, torn)

    def cut(self, torn: int) -> None:
        """Cut the unfinished end that ``salvage`` found off the log; raise ``SecondMediumGone``."""
        path = self._folder / LOG
        self._step("second:cut")
        try:
            files.truncate(path, path.stat().st_size - torn)
        except OSError as error:
            raise self._gone("Media kedua tidak dapat ditulis.") from error

    def frames(self) -> tuple[Frame, ...]:
        """The whole frames of the log, for showing its head and for a spare that takes over."""
        return tuple(_parse(self._read_file(LOG, LOG_LIMIT)[len(self._header()) :]))

    def register(self) -> Register:
        """The slip register as this medium has it; raise ``MediaDisagree`` where it does not open."""
        return self._read()[1]

    def _header(self) -> bytes:
        return _LOG_MAGIC + self._seal.identity

    def _read(self) -> tuple[bytes, Register]:
        log = self._read_file(LOG, LOG_LIMIT)
        blob = self._read_file(REGISTER, REGISTER_LIMIT)
        try:
            return log, _parse_register(self._seal.open_register(blob))
        except SealRefused as error:
            raise MediaDisagree(error.what, where=str(self._folder / REGISTER), todo="Panggil pengawas.") from error

    def _read_file(self, name: str, limit: int) -> bytes:
        try:
            data = files.read_back(self._folder / name, 0, limit + 1)
        except OSError as error:
            raise self._gone(f"Berkas {name} di media kedua tidak dapat dibaca.") from error
        if len(data) > limit:
            raise self._gone(f"Berkas {name} di media kedua terlalu besar.")
        return data

    def _write_register(self, register: Register) -> None:
        rows = b"".join(sealed + _STATES[register[sealed]] for sealed in sorted(register))
        files.write_whole(self._folder / REGISTER, self._seal.seal_register(_REGISTER_MAGIC + rows), step=self._step)

    def _disagree(self, holding: Holding, log: bytes, what: str) -> MediaDisagree:
        first = entry_hash(holding.journal[-1].entry) if holding.journal else FIRST_PREV
        frames = list(_parse(log[len(self._header()) :]))
        second = entry_hash(frames[-1].entry) if frames else FIRST_PREV
        return MediaDisagree(
            f"{what} Media pertama: {len(holding.journal)} entri, kepala {first}. "
            f"Media kedua: {len(frames)} entri, kepala {second}.",
            where=str(self._folder),
            todo="Bilik berhenti. Jangan ubah apa pun; panggil pengawas.",
        )

    def _gone(self, what: str) -> SecondMediumGone:
        return SecondMediumGone(what, where=str(self._folder), todo=_ADVICE)


def _frame(row: JournalRow, ballots: Mapping[int, BallotRow]) -> bytes:
    ballot = ballots[row.seq].data if row.seq in ballots else b""
    body = _HEAD.pack(row.seq, len(row.entry), len(ballot)) + row.entry + row.signature + ballot
    return body + hashlib.sha256(body).digest()


def _frame_size(frame: Frame) -> int:
    return _HEAD.size + len(frame.entry) + _SIGNATURE + len(frame.ballot) + _CHECKSUM


def _parse(data: bytes) -> Iterator[Frame]:
    """The whole frames at the start of ``data``; what follows the last whole one is left alone."""
    position = 0
    while len(data) - position >= _HEAD.size:
        seq, entry_size, ballot_size = _HEAD.unpack_from(data, position)
        end = position + _HEAD.size + entry_size + _SIGNATURE + ballot_size
        checksum = data[end : end + _CHECKSUM]
        if entry_size > _ENTRY_LIMIT or ballot_size > _BALLOT_LIMIT or len(checksum) < _CHECKSUM:
            return
        if hashlib.sha256(data[position:end]).digest() != checksum:
            return
        start = position + _HEAD.size
        middle = start + entry_size
        yield Frame(seq, data[start:middle], data[middle : middle + _SIGNATURE], data[middle + _SIGNATURE : end])
        position = end + _CHECKSUM


def _is_torn(rest: bytes, missing: Sequence[bytes]) -> bool:
    """Whether ``rest`` is nothing, or can be what a power cut left of the first missing frame."""
    if not rest:
        return True
    return bool(missing) and len(rest) <= len(missing[0]) and not any(_parse(rest))


def _lags(copy: Register, register: Register) -> bool:
    """Whether ``copy`` is an earlier ``register``: nothing unknown, and no settled slip that is settled otherwise."""
    return all(
        state in (SlipState.PENDING, register.get(sealed)) and sealed in register for sealed, state in copy.items()
    )


def _parse_register(plain: bytes) -> Register:
    states = {code: state for state, code in _STATES.items()}
    rows = plain[len(_REGISTER_MAGIC) :]
    size = SEALED_BYTES + 1
    if not plain.startswith(_REGISTER_MAGIC) or len(rows) % size:
        raise SealRefused("Salinan register struk tidak berbentuk semestinya.")
    return {rows[i : i + SEALED_BYTES]: states[rows[i + SEALED_BYTES : i + size]] for i in range(0, len(rows), size)}
