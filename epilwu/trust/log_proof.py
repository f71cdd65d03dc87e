"""Proofs about a log as files that other programs know.

Inclusion: C2SP tlog-proof v1 (``index``, the hashes from the leaf's sibling up, and the checkpoint). Growth: the body
of C2SP tlog-witness's add-checkpoint (``old`` and the size before, the hashes of the consistency proof, and the new
checkpoint), so that one file convinces an auditor and may be handed to a witness as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.trust import checkpoint as checkpoints
from epilwu.trust import merkle
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import ProofFileRefused
from epilwu.trust.note import LIMIT as NOTE_LIMIT
from epilwu.trust.note import Note, from_base64, to_base64

MAX_HASHES = 63
"""No more are allowed in the second form, and no tree of ours is half as high."""
LIMIT = NOTE_LIMIT + 64 * MAX_HASHES
_HEAD = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_TODO = "Minta bukti yang baru dari penyelenggara."


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That some entry stands at ``index`` (from 0) under the checkpoint ``note``; ``hashes`` from the bottom up."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def serialise(self) -> bytes:
        """The file's bytes."""
        head = f"{_HEAD}\nindex {self.index}\n" + _lines(self.hashes)
        return head.encode() + b"\n" + self.note.serialise()

    @staticmethod
    def parse(data: bytes, *, where: str = "bukti") -> InclusionProof:
        """Read what ``serialise`` writes; raise ``ProofFileRefused`` or a checkpoint's refusal. Proves nothing yet."""
        head, note = _split(data, where)
        if len(head) < 2 or head[0] != _HEAD:
            raise _refusal(where)
        return InclusionProof(_number(head[1], "index ", where), _hashes(head[2:], where), note)

    def verify(self, entry: bytes, *, where: str = "bukti") -> Checkpoint:
        """The checkpoint under which ``entry`` stands; raise ``ProofRefused``. Its signature is for the caller."""
        found = Checkpoint.parse(self.note.text, where=where)
        merkle.verify_inclusion(entry, self.index, found.size, self.hashes, found.root)
        return found


@dataclass(frozen=True, slots=True)
class GrowthProof:
    """That the log of checkpoint ``note`` continues its own first ``old_size`` entries (0: nothing to continue)."""

    old_size: int
    hashes: tuple[bytes, ...]
    note: Note

    def serialise(self) -> bytes:
        """The file's bytes."""
        head = f"old {self.old_size}\n" + _lines(self.hashes)
        return head.encode() + b"\n" + self.note.serialise()

    @staticmethod
    def parse(data: bytes, *, where: str = "bukti") -> GrowthProof:
        """Read what ``serialise`` writes; raise ``ProofFileRefused`` or a checkpoint's refusal. Proves nothing yet."""
        head, note = _split(data, where)
        return GrowthProof(_number(head[0], "old ", where), _hashes(head[1:], where), note)

    def verify(self, old: Checkpoint, *, where: str = "bukti") -> Checkpoint:
        """The checkpoint that continues ``old``; raise ``ProofRefused``. Signatures are for the caller."""
        found = Checkpoint.parse(self.note.text, where=where)
        if (found.origin, self.old_size) != (old.origin, old.size):
            raise ProofFileRefused("Bukti ini untuk checkpoint lain.", where=where, todo=_TODO)
        if old.size == 0:
            if self.hashes or old.root != merkle.EMPTY_ROOT:
                raise _refusal(where)
        else:
            merkle.verify_consistency(old.size, old.root, found.size, found.root, self.hashes)
        return found


def prove_inclusion(hashes: Sequence[bytes], index: int, note: Note) -> InclusionProof:
    """The proof for the entry at ``index`` of the leaf hashes that ``note`` covers; ``IndexError`` outside them."""
    size = Checkpoint.parse(note.text).size
    if size > len(hashes):
        raise IndexError(size)
    return InclusionProof(index, tuple(merkle.inclusion_proof_of_hashes(hashes[:size], index)), note)


def prove_growth(hashes: Sequence[bytes], old_size: int, note: Note) -> GrowthProof:
    """The proof that the leaf hashes under ``note`` continue their first ``old_size``; ``IndexError`` beyond them."""
    size = Checkpoint.parse(note.text).size
    if not 0 <= old_size <= size <= len(hashes):
        raise IndexError(old_size)
    proof = merkle.consistency_proof_of_hashes(hashes[:size], old_size) if old_size else []
    return GrowthProof(old_size, tuple(proof), note)


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{to_base64(value)}\n" for value in hashes)


def _split(data: bytes, where: str) -> tuple[list[str], Note]:
    head, separator, rest = data[: LIMIT + 1].partition(b"\n\n")
    if not separator or len(data) > LIMIT or not head.isascii():
        raise _refusal(where)
    return head.decode("ascii").split("\n"), checkpoints.read(rest, where=where)[1]


def _number(line: str, name: str, where: str) -> int:
    digits = line.removeprefix(name)
    if not line.startswith(name) or _NUMBER.fullmatch(digits) is None:
        raise _refusal(where)
    return int(digits)


def _hashes(lines: Sequence[str], where: str) -> tuple[bytes, ...]:
    found = tuple(from_base64(line) for line in lines)
    hashes = tuple(value for value in found if value is not None and len(value) == checkpoints.ROOT_SIZE)
    if len(hashes) != len(found) or len(found) > MAX_HASHES:
        raise _refusal(where)
    return hashes


def _refusal(where: str) -> ProofFileRefused:
    return ProofFileRefused("Berkas ini bukan bukti catatan yang baku.", where=where, todo=_TODO)
