"""Heads of a log that outsiders can keep: checkpoints as in C2SP tlog-checkpoint v1.0.0.

The text of a checkpoint is the log's origin, the number of its entries in plain decimals and the root of its Merkle
tree (RFC 6962) in base 64, a line each; it is a signed note (``epilwu.trust.note``) whose signer has the origin's name.
Ours have no further lines; those of other logs are kept as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.trust import note
from epilwu.trust.errors import CheckpointRefused, SignatureRefused
from epilwu.trust.note import Note, VerifierKey, from_base64, to_base64

ROOT_SIZE = 32
MAX_SIZE = 2**63 - 1
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_TODO = "Ambil salinan checkpoint yang lain dari asalnya."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: who keeps it, how many entries (0 to 2^63 - 1) it has, and their Merkle root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed; raise ``CheckpointRefused`` for values that ``parse`` would refuse."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        text = "".join(f"{line}\n" for line in lines)
        Checkpoint.parse(text)
        return text

    @staticmethod
    def parse(text: str, *, where: str = "checkpoint") -> Checkpoint:
        """Read a note's text; raise ``CheckpointRefused`` naming the line that is not as it must be."""
        if not text.endswith("\n"):
            raise _refusal("tidak berakhir dengan akhir baris", where)
        lines = text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise _refusal("tidak punya tiga baris yang berisi", where)
        origin, decimal, encoded, *extensions = lines
        if not origin.isprintable():
            raise _refusal("punya nama yang tidak dapat dibaca", where)
        size = int(decimal) if _DECIMAL.fullmatch(decimal) else MAX_SIZE + 1
        if size > MAX_SIZE:
            raise _refusal("punya ukuran yang bukan bilangan biasa", where)
        root = from_base64(encoded)
        if root is None or len(root) != ROOT_SIZE:
            raise _refusal("punya akar yang bukan 32 bita dalam base64 baku", where)
        return Checkpoint(origin, size, root, tuple(extensions))


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Note:
    """The checkpoint signed by the log itself, whose name is the origin."""
    text = checkpoint.text
    return Note(text, (note.sign(text, checkpoint.origin, key),))


def read(data: bytes, *, where: str = "checkpoint") -> tuple[Checkpoint, Note]:
    """A checkpoint that nobody vouches for yet; raise ``NoteRefused`` or ``CheckpointRefused``."""
    parsed = Note.parse(data, where=where)
    return Checkpoint.parse(parsed.text, where=where), parsed


def open_signed(data: bytes, key: VerifierKey, *, where: str = "checkpoint") -> tuple[Checkpoint, Note]:
    """A checkpoint that the log ``key`` signed under its own name.

    Raises ``NoteRefused``, ``CheckpointRefused`` or ``SignatureRefused``.
    """
    checkpoint, parsed = read(data, where=where)
    if checkpoint.origin != key.name:
        raise SignatureRefused("Checkpoint ini dari catatan lain.", where=where, todo=_TODO)
    note.verify(parsed, key, where=where)
    return checkpoint, parsed


def _refusal(fault: str, where: str) -> CheckpointRefused:
    return CheckpointRefused(f"Checkpoint ini {fault}.", where=where, todo=_TODO)
