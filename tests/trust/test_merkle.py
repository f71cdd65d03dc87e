from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust import merkle
from epilwu.trust.errors import ProofRefused

LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
# Roots over the first 1 to 8 leaves: the test data that Certificate Transparency's implementations share.
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _by_definition(leaves[:k]) + _by_definition(leaves[k:])).digest()


def test_known_roots() -> None:
    assert [merkle.root(LEAVES[:n]).hex() for n in range(1, 9)] == ROOTS
    assert merkle.root([]) == merkle.EMPTY_ROOT == _by_definition([])


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_roots_follow_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == _by_definition(leaves)


@pytest.mark.parametrize("size", [*range(1, 18), 31, 32, 33])
def test_every_proof_of_a_tree_holds_and_no_other(size: int) -> None:
    leaves = [b"%d" % n for n in range(size)]
    root = merkle.root(leaves)
    for index in range(size):
        proof = merkle.inclusion_proof(leaves, index)
        merkle.verify_inclusion(leaves[index], index, size, proof, root)
        for wrong in range(size):
            if wrong != index:
                with pytest.raises(ProofRefused):
                    merkle.verify_inclusion(leaves[wrong], index, size, proof, root)
                with pytest.raises(ProofRefused):
                    merkle.verify_inclusion(leaves[index], wrong, size, proof, root)
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(leaves[index], index, size, [*proof, bytes(32)], root)
    for old in range(1, size + 1):
        proof = merkle.consistency_proof(leaves, old)
        merkle.verify_consistency(old, merkle.root(leaves[:old]), size, root, proof)
        changed = [*leaves[: old - 1], b"x", *leaves[old:]]
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old, merkle.root(changed[:old]), size, root, proof)
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old, merkle.root(leaves[:old]), size, merkle.root(changed), proof)
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old, merkle.root(leaves[:old]), size, root, [*proof, bytes(32)])


@given(st.integers(2, 40), st.data())
def test_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = [b"%d" % n for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(leaves, index)
    part = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:part], hashlib.sha256(proof[part]).digest(), *proof[part + 1 :]]
    for wrong in (changed, proof[:-1], [*proof[:part], proof[part][:31], *proof[part + 1 :]]):
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(leaves[index], index, size, wrong, merkle.root(leaves))


def test_impossible_questions() -> None:
    leaves = LEAVES[:3]
    root = merkle.root(leaves)
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.inclusion_proof(leaves, index)
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(leaves[0], index, 3, [], root)
    for old in (0, 4):
        with pytest.raises(IndexError):
            merkle.consistency_proof(leaves, old)
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old, root, 3, root, [])
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(3, merkle.EMPTY_ROOT, 3, root, [])
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(1, root, 3, root, [b"short", bytes(32)])
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(3, root, 5, root, [])


def test_a_leaf_is_no_node() -> None:
    """Without the prefixes a pair of hashes could pass as one leaf."""
    pair = merkle.leaf_hash(b"a") + merkle.leaf_hash(b"b")
    assert merkle.root([pair]) != merkle.root([b"a", b"b"])


# Proofs over the same eight leaves, from the same shared test data.
_A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"


@pytest.mark.parametrize(
    ("size", "index", "proof"),
    [(1, 0, []), (8, 0, [_A, _B, _C]), (8, 5, [_D, _E, ROOTS[3]]), (3, 2, [ROOTS[1]]), (5, 1, [ROOTS[0], _B, _D])],
)
def test_known_inclusion_proofs(size: int, index: int, proof: list[str]) -> None:
    assert [part.hex() for part in merkle.inclusion_proof(LEAVES[:size], index)] == proof


@pytest.mark.parametrize(
    ("size", "old", "proof"),
    [(8, 8, []), (8, 1, [_A, _B, _C]), (8, 6, [_F, _E, ROOTS[3]]), (5, 2, [_B, _D])],
)
def test_known_consistency_proofs(size: int, old: int, proof: list[str]) -> None:
    assert [part.hex() for part in merkle.consistency_proof(LEAVES[:size], old)] == proof
