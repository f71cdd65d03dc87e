"""Signed notes as in C2SP signed-note v1.0.0, and witnesses' timestamped signatures as in tlog-cosignature v1.

A note is text that ends with a newline, an empty line, and one signature line for each signer. Two algorithms are
known, both Ed25519: 0x01 over the text, and 0x04, a witness's, over a time and the text. Reading is strict: one writing
of every note, so that what was verified is what stands in the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_core_ed25519_is_valid_point

from epilwu.trust.errors import NoteRefused, SignatureRefused

LIMIT = 64 << 10
"""Largest note, bytes. Ours take about 300; post-quantum signatures that we ignore may take 5,000 each."""
MAX_SIGNATURES = 100
"""The specification demands at least 16; Go's package stops here too."""
MAX_NAME = 255
ID_SIZE = 4
SIGNATURE_SIZE = 64
MAX_TIME = 2**63 - 1
_TIME_SIZE = 8
_DASH = "\u2014 "
_HEX = frozenset("0123456789abcdef")
_TODO = "Ambil salinan yang lain dari asalnya."


class KeyKind(IntEnum):
    """The byte that says what a key's signatures are made over."""

    LOG = 0x01
    WITNESS = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name, what its signatures are made over, and the 32-byte Ed25519 public key."""

    name: str
    kind: KeyKind
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line begins with."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:ID_SIZE]

    @property
    def text(self) -> str:
        """The key in one line that people pass on: ``name+id+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public_key)}"

    @staticmethod
    def of(name: str, public_key: Ed25519PublicKey, kind: KeyKind = KeyKind.LOG) -> VerifierKey:
        """The key ``name``; raise ``NoteRefused`` for a name that no note may carry, or a weak key."""
        key = VerifierKey(name, kind, public_key.public_bytes_raw())
        if not is_name(name) or not crypto_core_ed25519_is_valid_point(key.public_key):
            raise NoteRefused("Nama atau kunci penanda tangan tidak dapat dipakai.", where=name[:MAX_NAME])
        return key

    @staticmethod
    def parse(text: str, *, where: str = "kunci pemeriksa") -> VerifierKey:
        """Read what ``text`` writes; raise ``NoteRefused`` for anything else, and for points of small order."""
        name, _, rest = text.partition("+")
        written, _, encoded = rest.partition("+")
        data = from_base64(encoded)
        if not is_name(name) or data is None or len(data) != 1 + 32 or data[0] not in {*KeyKind}:
            raise NoteRefused("Ini bukan kunci pemeriksa (nama+sidik+kunci).", where=where, todo=_TODO)
        key = VerifierKey(name, KeyKind(data[0]), data[1:])
        if set(written) - _HEX or written != key.key_id.hex():
            raise NoteRefused("Sidik kunci tidak cocok dengan kuncinya.", where=where, todo=_TODO)
        if not crypto_core_ed25519_is_valid_point(key.public_key):
            raise NoteRefused("Kunci pemeriksa lemah.", where=where, todo=_TODO)
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, verified or not: the signer's name, the key's four bytes, and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.signature)}\n"

    def is_by(self, key: VerifierKey) -> bool:
        """Whether it claims to be made with ``key``."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@dataclass(frozen=True, slots=True)
class Note:
    """Text with its signatures. Nothing of it is to be believed before ``verify`` or ``verify_cosignature``."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def serialise(self) -> bytes:
        """The note's bytes; raise ``NoteRefused`` for what ``parse`` would refuse."""
        data = (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()
        if Note.parse(data) != self:
            raise NoteRefused("Teks ini tidak dapat menjadi catatan bertanda tangan.")
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = "catatan bertanda tangan") -> Note:
        """Read a note of at most ``LIMIT`` bytes; raise ``NoteRefused`` naming the fault."""
        if len(data) > LIMIT:
            raise _refusal("terlalu besar", where)
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _refusal("bukan teks UTF-8", where) from error
        if any(character < " " and character != "\n" for character in whole):
            raise _refusal("berisi huruf kendali", where)
        text, separator, rest = whole.rpartition("\n\n")
        if not separator or not text:
            raise _refusal("tidak punya baris kosong sebelum tanda tangan", where)
        if not rest.endswith("\n"):
            raise _refusal("tidak berakhir dengan akhir baris", where)
        lines = rest[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise _refusal("terlalu banyak tanda tangannya", where)
        return Note(text + "\n", tuple(_signature(line, where) for line in lines))

    def with_signatures(self, added: Sequence[NoteSignature]) -> Note:
        """The note with ``added`` behind its own signatures, those that stand there already left out."""
        known = set(self.signatures)
        return Note(self.text, (*self.signatures, *(s for s in dict.fromkeys(added) if s not in known)))


def sign(text: str, name: str, key: Ed25519PrivateKey) -> NoteSignature:
    """The signature of ``text`` (which ends with a newline) by ``name``."""
    verifier = VerifierKey.of(name, key.public_key())
    return NoteSignature(name, verifier.key_id, key.sign(text.encode()))


def verify(note: Note, key: VerifierKey, *, where: str = "") -> None:
    """Return if ``key`` signed the note; raise ``SignatureRefused`` where it did not, or one of its lines is wrong."""
    if key.kind is not KeyKind.LOG:
        raise SignatureRefused("Kunci ini kunci saksi, bukan kunci catatan.", where=where, todo=_TODO)
    for signature in _lines_of(note, key, where):
        _check(key, signature.signature, note.text.encode(), where)


def cosign(text: str, name: str, key: Ed25519PrivateKey, time: int) -> NoteSignature:
    """A witness's signature of a checkpoint's ``text`` at ``time``, seconds since 1970."""
    if not 0 <= time <= MAX_TIME:
        raise ValueError("time out of range")
    verifier = VerifierKey.of(name, key.public_key(), KeyKind.WITNESS)
    stamp = time.to_bytes(_TIME_SIZE, "big")
    return NoteSignature(name, verifier.key_id, stamp + key.sign(_cosigned(text, time)))


def verify_cosignature(note: Note, key: VerifierKey, *, where: str = "") -> int:
    """When the witness ``key`` last signed the checkpoint, seconds since 1970; raise ``SignatureRefused``."""
    if key.kind is not KeyKind.WITNESS:
        raise SignatureRefused("Kunci ini bukan kunci saksi.", where=where, todo=_TODO)
    times = []
    for line in _lines_of(note, key, where):
        time = int.from_bytes(line.signature[:_TIME_SIZE], "big")
        if time > MAX_TIME:
            raise _not_signed(where)
        _check(key, line.signature[_TIME_SIZE:], _cosigned(note.text, time), where)
        times.append(time)
    return max(times)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _lines_of(note: Note, key: VerifierKey, where: str) -> list[NoteSignature]:
    lines = [signature for signature in note.signatures if signature.is_by(key)]
    if not lines:
        raise SignatureRefused(f"Tidak ada tanda tangan “{key.name}”.", where=where, todo=_TODO)
    return lines


def _check(key: VerifierKey, signature: bytes, message: bytes, where: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise _not_signed(where) from error


def _not_signed(where: str) -> SignatureRefused:
    return SignatureRefused("Tanda tangan tidak cocok dengan isinya.", where=where, todo=_TODO)


def is_name(name: str) -> bool:
    """Whether ``name`` may stand in a signature line: 1 to 255 visible characters, no space, no plus."""
    return 0 < len(name) <= MAX_NAME and name.isprintable() and "+" not in name and not any(map(str.isspace, name))


def to_base64(data: bytes) -> str:
    """Base 64 of RFC 4648 section 4, padded."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """What ``to_base64`` wrote; None for anything that it would not write (junk, missing padding, spare bits)."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if to_base64(data) == text else None


def _signature(line: str, where: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = from_base64(encoded)
    if not line.startswith(_DASH) or not space or not is_name(name) or data is None or len(data) <= ID_SIZE:
        raise _refusal("punya baris tanda tangan yang tidak baku", where)
    return NoteSignature(name, data[:ID_SIZE], data[ID_SIZE:])


def _refusal(fault: str, where: str) -> NoteRefused:
    return NoteRefused(f"Catatan bertanda tangan ini {fault}.", where=where, todo=_TODO)
