"""Each proof convinces for a true statement and for no other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.protocol.canonical import Json
from epilwu.protocol.errors import MalformedScalar, NotCanonical
from epilwu.protocol.group import IDENTITY, Element, G, Q, SecretScalar, add, base_mul, hash_to_scalar, mul, sub
from epilwu.protocol.proofs import (
    Ciphertext,
    Claim,
    Opening,
    Proof,
    check_equal_logs,
    check_log,
    check_one_of,
    encrypt,
    multiply,
    multiply_openings,
    parse_proof,
    prove_equal_logs,
    prove_log,
    prove_one_of,
)

KEY = SecretScalar.of(987654321)
Y = KEY.base()
SMALL = st.integers(min_value=-3, max_value=5)


def decrypt(pair: Ciphertext) -> Element:
    return sub(pair.beta, KEY.power(pair.alpha))


def claims_of(openings: list[tuple[Opening, int]]) -> list[Claim]:
    return [Claim(opening.ciphertext, value) for opening, value in openings]


@given(SMALL)
def test_encryption_is_undone_by_the_key(plaintext: int) -> None:
    opening = encrypt(Y, plaintext)
    assert decrypt(opening.ciphertext) == base_mul(plaintext)
    assert opening.ciphertext.alpha == opening.randomness.base()
    assert encrypt(Y, plaintext).ciphertext != opening.ciphertext


@given(st.lists(SMALL, min_size=1, max_size=5))
def test_products_encrypt_sums(plaintexts: list[int]) -> None:
    openings = [encrypt(Y, plaintext) for plaintext in plaintexts]
    total = multiply_openings(openings)
    assert total.ciphertext == multiply(opening.ciphertext for opening in openings)
    assert total.plaintext == sum(plaintexts)
    assert decrypt(total.ciphertext) == base_mul(sum(plaintexts))
    assert total.ciphertext.alpha == total.randomness.base()


@settings(max_examples=40)
@given(SMALL, st.lists(SMALL, min_size=1, max_size=4))
def test_disjunction_convinces_exactly_when_a_claim_is_true(plaintext: int, values: list[int]) -> None:
    opening = encrypt(Y, plaintext)
    claims = [(opening, value) for value in values]
    proofs = prove_one_of(Y, claims, "test")
    assert check_one_of(Y, claims_of(claims), proofs, "test") is (plaintext in values)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=4))
def test_disjunction_over_several_ciphertexts(cases: list[tuple[int, int]]) -> None:
    claims = [(encrypt(Y, plaintext), value) for plaintext, value in cases]
    proofs = prove_one_of(Y, claims, "test")
    assert check_one_of(Y, claims_of(claims), proofs, "test") is any(left == right for left, right in cases)


def test_disjunction_commitments_are_those_of_the_specification() -> None:
    """Recomputed here from the formula, not with the checker."""
    opening = encrypt(Y, 1)
    proofs = prove_one_of(Y, [(opening, 0), (opening, 1)], "p")
    text = []
    for value, proof in enumerate(proofs):
        commitment_a = add(base_mul(proof.response), mul(opening.ciphertext.alpha, proof.challenge))
        without = sub(opening.ciphertext.beta, base_mul(value))
        commitment_b = add(mul(Y, proof.response), mul(without, proof.challenge))
        text += [commitment_a[::-1].hex(), commitment_b[::-1].hex()]
    assert hash_to_scalar("p|" + ",".join(text)) == sum(proof.challenge for proof in proofs) % Q


def test_disjunction_refuses_every_change() -> None:
    opening, other = encrypt(Y, 1), encrypt(Y, 1)
    proofs = prove_one_of(Y, [(opening, 0), (opening, 1)], "p")
    claims = [Claim(opening.ciphertext, 0), Claim(opening.ciphertext, 1)]
    assert check_one_of(Y, claims, proofs, "p")
    first, second = proofs
    pair = opening.ciphertext
    assert not check_one_of(Y, claims, proofs, "q")
    assert not check_one_of(base_mul(2), claims, proofs, "p")
    assert not check_one_of(Y, claims, (second, first), "p")
    assert not check_one_of(Y, claims[::-1], proofs, "p")
    assert not check_one_of(Y, claims, (first,), "p")
    assert not check_one_of(Y, claims[:1], (first,), "p")
    assert not check_one_of(Y, [Claim(pair, 0), Claim(pair, 2)], proofs, "p")
    assert not check_one_of(Y, [Claim(other.ciphertext, 0), Claim(other.ciphertext, 1)], proofs, "p")
    for changed in (
        Proof((first.challenge + 1) % Q, first.response),
        Proof(first.challenge, (first.response + 1) % Q),
        Proof(0, first.response),
        Proof(0, 0),
    ):
        assert not check_one_of(Y, claims, (changed, second), "p")


def test_false_branches_look_like_true_ones() -> None:
    """Challenges and responses of all branches spread over the whole range, whichever claim is true."""
    opening = encrypt(Y, 0)
    seen = [prove_one_of(Y, [(opening, 0), (opening, 1)], "p") for _ in range(60)]
    for branch in range(2):
        for numbers in ([p[branch].challenge for p in seen], [p[branch].response for p in seen]):
            assert len(set(numbers)) == 60
            assert 10 <= sum(number > Q // 2 for number in numbers) <= 50  # by chance once in a million runs


def test_knowledge_of_a_logarithm() -> None:
    secret = SecretScalar.random()
    proof = prove_log(secret, "p")
    assert check_log(secret.base(), proof, "p")
    assert not check_log(secret.base(), proof, "q")
    assert not check_log(add(secret.base(), G), proof, "p")
    assert not check_log(secret.base(), Proof(proof.challenge, (proof.response + 1) % Q), "p")
    assert not check_log(secret.base(), Proof((proof.challenge + 1) % Q, proof.response), "p")
    assert prove_log(secret, "p") != proof


def test_equality_of_logarithms() -> None:
    secret, base = SecretScalar.random(), base_mul(77)
    public, image = secret.base(), secret.power(base)
    proof = prove_equal_logs(secret, base, "p")
    assert check_equal_logs(public, base, image, proof, "p")
    assert not check_equal_logs(public, base, image, proof, "q")
    assert not check_equal_logs(public, base, add(image, G), proof, "p")
    assert not check_equal_logs(add(public, G), base, image, proof, "p")
    assert not check_equal_logs(public, add(base, G), image, proof, "p")
    assert not check_equal_logs(public, base, image, Proof(proof.challenge, (proof.response + 1) % Q), "p")


def test_equality_of_logarithms_over_the_identity() -> None:
    """A tally's alpha can be the identity; its only factor is then the identity."""
    secret = SecretScalar.random()
    proof = prove_equal_logs(secret, IDENTITY, "p")
    assert check_equal_logs(secret.base(), IDENTITY, IDENTITY, proof, "p")
    assert not check_equal_logs(secret.base(), IDENTITY, G, proof, "p")


def test_proof_json() -> None:
    proof = Proof(0, Q - 1)
    assert parse_proof(proof.to_json()) == proof
    shapes: list[Json] = [{}, [], None, {"challenge": "0"}, {"response": "0", "challenge": "0"}]
    for shape in shapes:
        with pytest.raises(NotCanonical):
            parse_proof(shape)
    scalars: list[Json] = [str(Q), "-1", "01", 1, None, ""]
    for scalar in scalars:
        with pytest.raises(MalformedScalar):
            parse_proof({"challenge": scalar, "response": "0"})
        with pytest.raises(MalformedScalar):
            parse_proof({"challenge": "0", "response": scalar})


def test_openings_hide_their_secrets() -> None:
    opening = encrypt(Y, 1)
    assert "plaintext" not in repr(opening)
    assert "randomness" not in repr(opening)
