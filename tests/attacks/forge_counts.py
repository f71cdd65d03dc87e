"""Item 6's decryptions and results, item 8's false shares and the chosen shift, and E-Pilwu's file of bound proofs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from boards import (
    COUNTS,
    FIRST_DECRYPTION,
    RESULT,
    SETUP,
    TALLY,
    VOTES,
    Parts,
    Village,
    compact,
    definition_of,
    honest,
    honest_village,
    village,
)
from corpus import attack, ballot_of_openings

from epilwu.election.definition import definition_hash
from epilwu.protocol.combination import lagrange, serialise_result
from epilwu.protocol.credential import new_uuid
from epilwu.protocol.decryption import PartialDecryption, Share
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.group import Element, Q, SecretScalar, add, base_mul, encode_element, hash_to_scalar, mul
from epilwu.protocol.proofs import Ciphertext, Opening, Proof, prove_equal_logs
from epilwu.protocol.side_file import decryption_side_file
from epilwu.protocol.verify_report import Name


def tally_of(parts: Parts) -> EncryptedTally:
    return EncryptedTally.parse(parts.tally, honest_village().election.question)


def with_decryption(owner: int, data: bytes) -> Parts:
    """The honest board with what trustee ``owner`` published exchanged."""
    return replace(honest(), decryptions=tuple((o, data if o == owner else d) for o, d in honest().decryptions))


# 6. Decryptions and results.


@attack(6, "a decryption by another trustee's key", Name.DECRYPTIONS, "decryption-proof", FIRST_DECRYPTION)
def _() -> Parts:
    """Trustee 2's, published as trustee 1's."""
    (_, _), (_, second), *rest = honest().decryptions
    return replace(honest(), decryptions=((1, second), *rest))


@attack(6, "a decryption by a key of nobody", Name.DECRYPTIONS, "decryption-proof", FIRST_DECRYPTION)
def _() -> Parts:
    place, tally, secret = honest_village(), tally_of(honest()), SecretScalar.random()
    prefix = f"decrypt|{place.election.fingerprint}|{encode_element(secret.base())}"
    factors = tuple(secret.power(pair.alpha) for pair in tally.ciphertexts)
    proofs = tuple(prove_equal_logs(secret, pair.alpha, prefix) for pair in tally.ciphertexts)
    return with_decryption(1, PartialDecryption(factors, proofs).data)


@attack(6, "a decryption of another tally", Name.DECRYPTIONS, "decryption-proof", FIRST_DECRYPTION)
def _() -> Parts:
    other = honest_village().sum(honest().ballots[1:])
    return with_decryption(1, honest_village().share(1, other).decryption.data)


@attack(6, "factors exchanged between candidates", Name.DECRYPTIONS, "decryption-proof", FIRST_DECRYPTION)
def _() -> Parts:
    given = json.loads(honest().decryptions[0][1])
    factors = given["decryption_factors"][0]
    factors[1], factors[2] = factors[2], factors[1]
    return with_decryption(1, compact(given))


@attack(6, "a factor too few", Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION)
def _() -> Parts:
    given = json.loads(honest().decryptions[0][1])
    given["decryption_factors"][0].pop()
    return with_decryption(1, compact(given))


@attack(6, "fewer trustees than the threshold", Name.DECRYPTIONS, "trustees-missing", FIRST_DECRYPTION + 1)
def _() -> Parts:
    return replace(honest(), decryptions=honest().decryptions[:1])


@attack(6, "one trustee twice instead of two", Name.DECRYPTIONS, "decryption-refused", FIRST_DECRYPTION + 1)
def _() -> Parts:
    again = honest_village().share(1, tally_of(honest())).decryption.data
    return replace(honest(), decryptions=(honest().decryptions[0], (1, again)))


@attack(6, "a decryption by a trustee who does not exist", Name.DECRYPTIONS, "trustee-unknown", FIRST_DECRYPTION)
def _() -> Parts:
    (_, data), *rest = honest().decryptions
    return replace(honest(), decryptions=((5, data), *rest))


@attack(6, "a decryption by trustee 0", Name.DECRYPTIONS, "trustee-unknown", FIRST_DECRYPTION)
def _() -> Parts:
    (_, data), *rest = honest().decryptions
    return replace(honest(), decryptions=((0, data), *rest))


@attack(6, "a result that is not the decryption", Name.RESULT, "result-mismatch", RESULT)
def _() -> Parts:
    return replace(honest(), result=serialise_result((0, 2, 1)))


@attack(6, "a result for another number of ballots", Name.RESULT, "result-mismatch", RESULT)
def _() -> Parts:
    return replace(honest(), result=serialise_result((0, 2, 2)))


@attack(6, "a tally said to be of fewer ballots than a count", Name.RESULT, "result-out-of-range", RESULT)
def _() -> Parts:
    return replace(honest(), num_tallied=1)


@attack(6, "a tally said to be of a thousand million ballots", Name.ENCRYPTED_TALLY, "tally-count", TALLY)
def _() -> Parts:
    return replace(honest(), num_tallied=10**9)


# 8. Weak Fiat-Shamir in Belenios's decryption proofs: their challenge binds neither alpha nor the factor.


def unbound_factor(place: Village, owner: int, alpha: Element) -> tuple[Element, Proof]:
    """A false factor with a proof that Belenios accepts, by one trustee alone: nobody can tell what the shift is."""
    secret = place.people.secrets[owner - 1]
    mask = SecretScalar.random().reveal()
    first, second = base_mul(mask), add(mul(alpha, mask), SecretScalar.random().base())
    challenge, response = weak_proof(place, owner, mask, first, second)
    # alpha^response factor^challenge must be `second`; solve for the factor.
    factor = mul(add(second, mul(alpha, -response)), pow(challenge, -1, Q))
    assert factor != secret.power(alpha)
    return factor, Proof(challenge, response)


def weak_proof(place: Village, owner: int, mask: int, first: Element, second: Element) -> tuple[int, int]:
    """Challenge and response for freely chosen commitments."""
    key = encode_element(place.trustees.key(owner))
    commitments = f"{encode_element(first)},{encode_element(second)}"
    challenge = hash_to_scalar(f"decrypt|{place.election.fingerprint}|{key}|{commitments}")
    return challenge, (mask - challenge * place.people.secrets[owner - 1].reveal()) % Q


def with_false_share(owner: int, owners: tuple[int, ...]) -> Parts:
    """Only ``owners`` decrypt, and one of them publishes unbound factors; the side file tries to go along."""
    place, tally = honest_village(), tally_of(honest())
    pairs = [unbound_factor(place, owner, pair.alpha) for pair in tally.ciphertexts]
    factors, proofs = zip(*pairs, strict=True)
    false = Share(owner, PartialDecryption(factors, proofs), place.share(owner, tally).proofs)
    return published(place, tally, [false if o == owner else place.share(o, tally) for o in owners], honest().ballots)


def published(place: Village, tally: EncryptedTally, shares: list[Share], ballots: tuple[bytes, ...]) -> Parts:
    return replace(
        honest(),
        election=place.election.data,
        credentials=compact([voter.public_hex for voter in place.voters]),
        definition=place.definition,
        ballots=ballots,
        tally=tally.data,
        decryptions=tuple((share.owner, share.decryption.data) for share in shares),
        side_file=decryption_side_file(place.election, tally, shares),
    )


@attack(8, "a share that does not fit the others", Name.DECRYPTIONS, "decryption-inconsistent", FIRST_DECRYPTION + 1)
def _() -> Parts:
    """Four shares where two are needed: the odd one is named."""
    return with_false_share(2, (1, 2, 3, 4))


@attack(8, "one share too many that does not fit", Name.DECRYPTIONS, "decryption-inconsistent", FIRST_DECRYPTION + 2)
def _() -> Parts:
    """Three shares where two are needed: who lies cannot be told from Belenios's proofs."""
    return with_false_share(2, (1, 2, 3))


@attack(8, "a share that does not fit, by its bound proof", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION + 1)
def _() -> Parts:
    """... but the bound proofs tell."""
    return with_false_share(2, (1, 2, 3))


@attack(8, "a tally made undecryptable by one trustee", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION + 1)
def _() -> Parts:
    return with_false_share(2, (1, 2))


@attack(8, "a tally made undecryptable", Name.RESULT, "result-out-of-range", FIRST_DECRYPTION + 2)
def _() -> Parts:
    return with_false_share(2, (1, 2))


SHIFT = (0, 1, -1)
SHIFTED = tuple(count + shift for count, shift in zip(COUNTS, SHIFT, strict=True))


def chosen_shift(place: Village) -> Parts:
    """Trustee 1 and the booth of the last ballot move one vote from candidate 2 to candidate 1, by true proofs.

    For each ciphertext the trustee commits to A = g^a and B = alpha'^a g^v, alpha' being the product before the last
    ballot. That fixes the challenge c. The booth then takes (v - d c)/a as the last ballot's randomness, and the
    factor alpha^x g^d, with any d they like, satisfies the proof's equations.
    """
    ballots = [place.ballot(voter, choice) for voter, choice in enumerate(VOTES[:-1])]
    before = place.sum(ballots)
    weight = lagrange([1, 2])[1]
    last_vote = [int(position == VOTES[-1]) for position in range(len(SHIFT))]
    openings, proofs, shifts = [], [], []
    for pair, shift, plaintext in zip(before.ciphertexts, SHIFT, last_vote, strict=True):
        wanted = -shift * pow(weight, -1, Q) % Q
        mask, offset = SecretScalar.random().reveal(), SecretScalar.random().reveal()
        first, second = base_mul(mask), add(mul(pair.alpha, mask), base_mul(offset))
        challenge, response = weak_proof(place, 1, mask, first, second)
        randomness = (offset - wanted * challenge) * pow(mask, -1, Q) % Q
        beta = add(mul(place.election.public_key, randomness), base_mul(plaintext))
        openings.append(Opening(Ciphertext(base_mul(randomness), beta), SecretScalar.of(randomness), plaintext))
        proofs.append(Proof(challenge, response))
        shifts.append(base_mul(wanted))
    ballots.append(ballot_of_openings(place.election, place.voters[len(VOTES) - 1], tuple(openings)))
    tally = place.sum(ballots)
    honest_share = place.share(1, tally)
    factors = tuple(add(factor, shift) for factor, shift in zip(honest_share.decryption.factors, shifts, strict=True))
    false = Share(1, PartialDecryption(factors, tuple(proofs)), honest_share.proofs)
    board = published(place, tally, [false, place.share(2, tally)], tuple(ballots))
    return replace(board, result=serialise_result(SHIFTED))


@attack(8, "the chosen shift: a false result with true proofs", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION)
def _() -> Parts:
    return chosen_shift(village())


# The file of bound proofs, and what must not lead to the weaker rules.


@attack(8, "the file of bound proofs deleted", Name.BOUND, "bound-proofs-missing", TALLY)
def _() -> Parts:
    return replace(honest(), side_file=None)


@attack(8, "all files beside the archive deleted", Name.BOUND, "bound-proofs-missing", TALLY)
def _() -> Parts:
    return replace(honest(), side_file=None, definition=None)


def with_side(edit: Callable[[dict[str, Any]], None]) -> Parts:
    given = json.loads(honest().side_file or b"")
    edit(given)
    return replace(honest(), side_file=compact(given))


@attack(8, "a trustee's bound proofs left out", Name.BOUND, "decryption-refused", FIRST_DECRYPTION + 1)
def _() -> Parts:
    return with_side(lambda given: given["proofs"].pop(1))


@attack(8, "bound proofs of a decryption left out of the archive", Name.BOUND, "decryption-refused", TALLY)
def _() -> Parts:
    return replace(honest(), decryptions=honest().decryptions[:3])


@attack(8, "bound proofs exchanged between candidates", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        row = given["proofs"][0]["proofs"][0]
        row[0], row[1] = row[1], row[0]

    return with_side(edit)


@attack(8, "Belenios's proofs in place of bound ones", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION)
def _() -> Parts:
    weak = json.loads(honest().decryptions[0][1])["decryption_proofs"]
    return with_side(lambda given: given["proofs"][0].update(proofs=weak))


@attack(8, "bound proofs under another trustee's name", Name.BOUND, "decryption-bound-proof", FIRST_DECRYPTION)
def _() -> Parts:
    return with_side(lambda given: given["proofs"][0].update(proofs=given["proofs"][1]["proofs"]))


@attack(8, "bound proofs of another partial decryption", Name.BOUND, "decryption-refused", FIRST_DECRYPTION)
def _() -> Parts:
    return with_side(lambda given: given["proofs"][0].update(payload="0" * 64))


@attack(8, "bound proofs of another station", Name.BOUND, "decryption-foreign", TALLY)
def _() -> Parts:
    return with_side(lambda given: given.update(uuid=new_uuid()))


@attack(8, "bound proofs of another tally", Name.BOUND, "decryption-foreign", TALLY)
def _() -> Parts:
    other = honest_village().count(honest().ballots, counted=honest().ballots[1:])
    return replace(honest(), side_file=other.side_file)


# The definition, which the election names.


@attack(3, "another definition beside the archive", Name.DEFINITION, "definition-hash", SETUP)
def _() -> Parts:
    return replace(honest(), definition=definition_of([new_uuid()], blank=True, candidates=2))


@attack(3, "an election that is in no definition", Name.DEFINITION, "definition-mismatch", SETUP)
def _() -> Parts:
    data = definition_of([new_uuid()], blank=True, candidates=2)
    described = f"E-Pilwu 1 sha256:{definition_hash(data)}"
    election = compact(json.loads(honest().election) | {"description": described})
    return replace(honest(), election=election, definition=data)


@attack(3, "names of candidates other than the definition's", Name.DEFINITION, "definition-mismatch", SETUP)
def _() -> Parts:
    given = json.loads(honest().election)
    given["questions"][0]["answers"].reverse()
    return replace(honest(), election=compact(given))


@attack(3, "a foreign election beside a definition", Name.DEFINITION, "definition-hash", SETUP)
def _() -> Parts:
    return replace(honest(), election=compact(json.loads(honest().election) | {"description": "a club"}))


@attack(3, "an election that names its definition in another form", Name.ELECTION, "election-refused", SETUP)
def _() -> Parts:
    return replace(honest(), election=BeleniosElection.parse(misnamed()).data, definition=None, side_file=None)


def misnamed() -> bytes:
    given = json.loads(honest().election)
    return compact(given | {"description": given["description"].replace("E-Pilwu 1", "E-Pilwu 01")})
