"""Zero-knowledge proofs of Belenios (specification 3.x, "Proofs"), made non-interactive by hashing.

A proof is a challenge c and a response r. Every challenge is the hash of a ``prefix``, which must contain the whole
statement and its context, followed by ``|`` and the commitments; each function here documents the commitments, the
callers build the prefixes.

The verifier works on public integers. The prover's sequence of libsodium calls, and their cost, is the same for
every plaintext: what depends on it are bytes inside constant-time functions. (Python itself promises nothing about
time; small integers that stand for the vote are compared and subtracted, never branched on.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from epilwu.protocol import canonical
from epilwu.protocol.group import (
    Element,
    G,
    Q,
    SecretScalar,
    add,
    base_mul,
    decode_scalar,
    encode_element,
    encode_scalar,
    hash_to_scalar,
    mul,
    product,
    sub,
)

_ONE = SecretScalar.of(1)


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge and a response, both in [0, Q)."""

    challenge: int
    response: int

    def to_json(self) -> canonical.Json:
        """The object that Belenios writes."""
        return {"challenge": encode_scalar(self.challenge), "response": encode_scalar(self.response)}


def parse_proof(value: canonical.Json) -> Proof:
    """Read ``Proof.to_json``; raise ``NotCanonical`` for another shape, ``MalformedScalar`` for a bad scalar."""
    given = canonical.fields(value, ("challenge", "response"))
    return Proof(decode_scalar(given["challenge"]), decode_scalar(given["response"]))


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """An ElGamal pair: alpha = g^r and beta = y^r g^m."""

    alpha: Element
    beta: Element

    def to_json(self) -> canonical.Json:
        """The object that Belenios writes."""
        return {"alpha": encode_element(self.alpha), "beta": encode_element(self.beta)}

    def __str__(self) -> str:
        """``alpha,beta`` in hex, as hashed."""
        return f"{encode_element(self.alpha)},{encode_element(self.beta)}"


def multiply(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """The product, which encrypts the sum of the plaintexts."""
    pairs = tuple(ciphertexts)
    return Ciphertext(product(pair.alpha for pair in pairs), product(pair.beta for pair in pairs))


@dataclass(frozen=True, slots=True)
class Opening:
    """A ciphertext with what only its maker knows: randomness and plaintext (a small integer). Never shown."""

    ciphertext: Ciphertext
    randomness: SecretScalar = field(repr=False)
    plaintext: int = field(repr=False)


def encrypt(public_key: Element, plaintext: int) -> Opening:
    """Encrypt g^``plaintext`` to ``public_key`` with fresh randomness."""
    randomness = SecretScalar.random()
    beta = _shifted(randomness.power(public_key), SecretScalar.of(plaintext))
    return Opening(Ciphertext(randomness.base(), beta), randomness, plaintext)


def multiply_openings(openings: Sequence[Opening]) -> Opening:
    """The product ciphertext with its randomness and plaintext, the sums of the factors'."""
    return Opening(
        multiply(opening.ciphertext for opening in openings),
        reduce(SecretScalar.plus, (opening.randomness for opening in openings)),
        sum(opening.plaintext for opening in openings),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """The public statement "``ciphertext`` encrypts ``value``"."""

    ciphertext: Ciphertext
    value: int


def prove_one_of(public_key: Element, claims: Sequence[tuple[Opening, int]], prefix: str) -> tuple[Proof, ...]:
    """Prove that at least one claim "the opening's ciphertext encrypts the value" is true, without telling which.

    Commitments: A_k = g^r_k alpha_k^c_k and B_k = y^r_k (beta_k / g^value_k)^c_k; the challenges sum to the hash.

    The maker knows each ciphertext's randomness s_k, so with masks e_k = r_k + c_k s_k the commitments are g^e_k and
    y^e_k g^((plaintext_k - value_k) c_k) for true and false claims alike: no simulation apart, one full
    multiplication per claim, the same steps whichever claim is true. Where no claim is true the result convinces
    nobody.
    """
    masks = [SecretScalar.random() for _ in claims]
    drafts = [SecretScalar.random() for _ in claims]
    commitments: list[Element] = []
    for (opening, value), mask, draft in zip(claims, masks, drafts, strict=True):
        difference = SecretScalar.of(opening.plaintext - value)
        commitments.append(mask.base())
        commitments.append(_shifted(mask.power(public_key), difference.times(draft)))
    total = SecretScalar.of(_challenge(prefix, commitments))
    excess = total.minus(reduce(SecretScalar.plus, drafts))
    flags = _first_true(claims)
    challenges = [draft.plus(flag.times(excess)).reveal() for draft, flag in zip(drafts, flags, strict=True)]
    return tuple(
        Proof(challenge, mask.response(opening.randomness, challenge))
        for (opening, _), mask, challenge in zip(claims, masks, challenges, strict=True)
    )


def check_one_of(public_key: Element, claims: Sequence[Claim], proofs: Sequence[Proof], prefix: str) -> bool:
    """Whether ``proofs``, one per claim, show that one of ``claims`` is true (see ``prove_one_of``).

    Raises ``MalformedElement`` where a ciphertext that enters with a challenge other than 0 is no valid point.
    """
    if len(claims) != len(proofs):
        return False
    commitments: list[Element] = []
    for claim, proof in zip(claims, proofs, strict=True):
        challenge, response = proof.challenge, proof.response
        pair = claim.ciphertext
        shifted = _quotient(pair.beta, claim.value)
        commitments.append(add(base_mul(response), mul(pair.alpha, challenge)))
        commitments.append(add(mul(public_key, response), mul(shifted, challenge)))
    return _challenge(prefix, commitments) == sum(proof.challenge for proof in proofs) % Q


def prove_log(secret: SecretScalar, prefix: str) -> Proof:
    """Prove knowledge of ``secret``, the logarithm of X = g^secret. Commitment: A = g^r X^c; the hash is c.

    Belenios uses it for signatures, signed messages and trustees' keys; ``prefix`` tells them apart.
    """
    mask = SecretScalar.random()
    challenge = _challenge(prefix, [mask.base()])
    return Proof(challenge, mask.response(secret, challenge))


def check_log(public: Element, proof: Proof, prefix: str) -> bool:
    """Whether ``proof`` shows knowledge of the logarithm of ``public`` (not the identity; see ``prove_log``)."""
    commitment = add(base_mul(proof.response), mul(public, proof.challenge))
    return _challenge(prefix, [commitment]) == proof.challenge


def prove_equal_logs(secret: SecretScalar, base: Element, prefix: str) -> Proof:
    """Prove that g^secret and base^secret have one logarithm, as a decryption factor must.

    Commitments: A = g^r X^c and B = base^r F^c with X, F the two images; the hash is c. ``base`` may be the identity.
    """
    mask = SecretScalar.random()
    challenge = _challenge(prefix, [mask.base(), mask.power(base)])
    return Proof(challenge, mask.response(secret, challenge))


def check_equal_logs(public: Element, base: Element, image: Element, proof: Proof, prefix: str) -> bool:
    """Whether ``proof`` shows that log_g(public) = log_base(image) (see ``prove_equal_logs``)."""
    first = add(base_mul(proof.response), mul(public, proof.challenge))
    second = add(mul(base, proof.response), mul(image, proof.challenge))
    return _challenge(prefix, [first, second]) == proof.challenge


def _challenge(prefix: str, commitments: Sequence[Element]) -> int:
    return hash_to_scalar(f"{prefix}|{','.join(map(encode_element, commitments))}")


def _quotient(element: Element, value: int) -> Element:
    """``element`` over g^``value``; 0 and 1, nearly all values, need no multiplication."""
    if value == 0:
        return element
    return sub(element, G if value == 1 else base_mul(value))


def _shifted(element: Element, exponent: SecretScalar) -> Element:
    """``element`` times g^``exponent``; libsodium refuses the exponent 0, so g^(exponent + 1) / g, always."""
    return sub(add(element, exponent.plus(_ONE).base()), G)


def _first_true(claims: Sequence[tuple[Opening, int]]) -> list[SecretScalar]:
    """1 for the first true claim, 0 for all others, without a branch on which it is."""
    flags = []
    still = 1
    for opening, value in claims:
        flag = still & (opening.plaintext == value)
        still ^= flag
        flags.append(SecretScalar.of(flag))
    return flags
