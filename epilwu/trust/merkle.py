"""Merkle trees as in RFC 6962 section 2.1 over byte strings: root, inclusion and consistency.

Leaf hash SHA-256(0x00 ‖ leaf), node hash SHA-256(0x01 ‖ left ‖ right), the empty tree SHA-256(""). Proofs are
lists of 32-byte hashes from the bottom up; they are verified with the loops of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from epilwu.trust.errors import ProofRefused

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf, 32 bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over ``leaves`` in the given order, 32 bytes. One pass, memory logarithmic in their number."""
    return root_of_hashes(map(leaf_hash, leaves))


def root_of_hashes(hashes: Iterable[bytes]) -> bytes:
    """As ``root``, from the leaves' hashes: whoever may not read the leaves can still check that a tree grew."""
    stack: list[tuple[int, bytes]] = []  # full subtrees, each smaller than the one before: (height, hash)
    for leaf in hashes:
        height, value = 0, leaf
        while stack and stack[-1][0] == height:
            value = node_hash(stack.pop()[1], value)
            height += 1
        stack.append((height, value))
    if not stack:
        return EMPTY_ROOT
    value = stack.pop()[1]
    while stack:
        value = node_hash(stack.pop()[1], value)
    return value


def inclusion_proof(leaves: Iterable[bytes], index: int) -> list[bytes]:
    """PATH(index, leaves) of RFC 6962; raise ``IndexError`` for an index outside."""
    return inclusion_proof_of_hashes([leaf_hash(leaf) for leaf in leaves], index)


def inclusion_proof_of_hashes(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """As ``inclusion_proof``, from the leaves' hashes."""
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*inclusion_proof_of_hashes(hashes[:split], index), root_of_hashes(hashes[split:])]
    return [*inclusion_proof_of_hashes(hashes[split:], index - split), root_of_hashes(hashes[:split])]


def consistency_proof(leaves: Iterable[bytes], old_size: int) -> list[bytes]:
    """PROOF(old_size, leaves) of RFC 6962, ``old_size`` from 1 to the number of leaves (else ``IndexError``)."""
    return consistency_proof_of_hashes([leaf_hash(leaf) for leaf in leaves], old_size)


def consistency_proof_of_hashes(hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """As ``consistency_proof``, from the leaves' hashes."""
    if not 1 <= old_size <= len(hashes):
        raise IndexError(old_size)
    return _subproof(hashes, old_size, whole=True)


def _subproof(hashes: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if whole else [root_of_hashes(hashes)]
    split = _split(len(hashes))
    if old_size <= split:
        return [*_subproof(hashes[:split], old_size, whole=whole), root_of_hashes(hashes[split:])]
    return [*_subproof(hashes[split:], old_size - split, whole=False), root_of_hashes(hashes[:split])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> None:
    """Return if ``leaf`` stands at ``index`` of the tree of ``size`` leaves; raise ``ProofRefused`` otherwise."""
    if not 0 <= index < size or any(len(part) != 32 for part in proof):
        raise _refusal()
    node, last, value = index, size - 1, leaf_hash(leaf)
    for part in proof:
        if last == 0:
            raise _refusal()
        if node & 1 or node == last:
            value = node_hash(part, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, part)
        node, last = node >> 1, last >> 1
    if last != 0 or value != tree_root:
        raise _refusal()


def verify_consistency(old_size: int, old_root: bytes, size: int, tree_root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree of ``size`` leaves continues the one of ``old_size`` (≥ 1); raise ``ProofRefused`` if not."""
    if not 1 <= old_size <= size or any(len(part) != 32 for part in proof):
        raise _refusal()
    if old_size == size:
        if proof or old_root != tree_root:
            raise _refusal()
        return
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        raise _refusal()
    if _both_roots(old_size - 1, size - 1, path) != (old_root, tree_root):
        raise _refusal()


def _both_roots(node: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency path leads to, ``node`` and ``last`` being the trees' last leaves."""
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            raise _refusal()
        if node & 1 or node == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, part)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise _refusal()
    return old, new


def _split(size: int) -> int:
    """The largest power of two smaller than ``size`` (≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _refusal() -> ProofRefused:
    return ProofRefused("Bukti pohon Merkle tidak menuju akarnya.", todo="Minta bukti yang baru dari penyelenggara.")
