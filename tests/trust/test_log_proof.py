"""Proof files: every one of small logs holds, none of another does, and every fault is refused by name."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust import checkpoint, log_proof, merkle
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import ProofFileRefused, ProofRefused, TrustError
from epilwu.trust.log_proof import GrowthProof, InclusionProof
from epilwu.trust.note import Note

KEY = Ed25519PrivateKey.generate()
ENTRIES = [b"entry %d" % n for n in range(64)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]
ORIGIN = "urn:epilwu:tally:32.09/uji"


def head(size: int, origin: str = ORIGIN) -> Note:
    return checkpoint.sign(Checkpoint(origin, size, merkle.root_of_hashes(HASHES[:size])), KEY)


@given(st.integers(1, 64), st.data())
def test_an_entry_is_proven_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = InclusionProof.parse(log_proof.prove_inclusion(HASHES, index, head(size)).serialise())
    assert proof.verify(ENTRIES[index]).size == size
    with pytest.raises(ProofRefused):
        proof.verify(ENTRIES[index] + b"!")
    with pytest.raises(ProofRefused):
        InclusionProof(index + 1, proof.hashes, proof.note).verify(ENTRIES[index])


@given(st.integers(0, 64), st.data())
def test_growth_is_proven_and_no_fork(old: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(max(old, 1), 64))
    proof = GrowthProof.parse(log_proof.prove_growth(HASHES, old, head(size)).serialise())
    before = Checkpoint(ORIGIN, old, merkle.root_of_hashes(HASHES[:old]))
    assert proof.verify(before).size == size
    with pytest.raises((ProofRefused, ProofFileRefused)):
        proof.verify(Checkpoint(ORIGIN, old, bytes(32)))
    with pytest.raises(ProofFileRefused):
        proof.verify(Checkpoint("urn:epilwu:tally:32.09/lain", old, before.root))


def test_impossible_questions() -> None:
    with pytest.raises(IndexError):
        log_proof.prove_inclusion(HASHES, 5, head(5))
    with pytest.raises(IndexError):
        log_proof.prove_inclusion(HASHES[:4], 2, head(5))
    with pytest.raises(IndexError):
        log_proof.prove_growth(HASHES, 6, head(5))


INCLUSION = log_proof.prove_inclusion(HASHES, 6, head(11)).serialise()
GROWTH = log_proof.prove_growth(HASHES, 6, head(11)).serialise()
FAULTS = {
    "empty": b"",
    "another-version": INCLUSION.replace(b"@v1", b"@v2"),
    "index-plus": INCLUSION.replace(b"index 6", b"index +6"),
    "index-leading-zero": INCLUSION.replace(b"index 6", b"index 06"),
    "index-missing": INCLUSION.replace(b"index 6\n", b""),
    "hash-short": INCLUSION.replace(b"index 6\n", b"index 6\nAAAA\n"),
    "hash-junk": INCLUSION.replace(b"index 6\n", b"index 6\n!\n"),
    "no-empty-line": INCLUSION.replace(b"\n\n", b"\n"),
    "checkpoint-missing": INCLUSION.partition(b"\n\n")[0] + b"\n\n",
    "too-many-hashes": INCLUSION.replace(b"index 6\n", b"index 6\n" + (b"A" * 43 + b"=\n") * 63),
    "not-ascii": INCLUSION.replace(b"index", "índex".encode()),
    "too-large": INCLUSION + b"x" * log_proof.LIMIT,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_an_inclusion_proof_is_refused(fault: str) -> None:
    with pytest.raises(TrustError):
        InclusionProof.parse(FAULTS[fault])


GROWTH_FAULTS = {
    "empty": b"",
    "size-plus": GROWTH.replace(b"old 6", b"old +6"),
    "size-leading-zero": GROWTH.replace(b"old 6", b"old 06"),
    "size-missing": GROWTH.replace(b"old 6\n", b""),
    "an-inclusion-proof": INCLUSION,
    "carriage-returns": GROWTH.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("fault", GROWTH_FAULTS)
def test_a_fault_in_a_growth_proof_is_refused(fault: str) -> None:
    with pytest.raises(TrustError):
        GrowthProof.parse(GROWTH_FAULTS[fault])


def test_from_nothing_only_without_hashes() -> None:
    proof = log_proof.prove_growth(HASHES, 0, head(3))
    assert proof.hashes == ()
    empty = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT)
    assert proof.verify(empty).size == 3
    with pytest.raises(ProofFileRefused):
        GrowthProof(0, (bytes(32),), proof.note).verify(empty)
