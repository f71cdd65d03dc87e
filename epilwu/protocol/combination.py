"""From partial decryptions to counts (Belenios specification 3.0, section 4.21).

The factors of a group's members are combined in the exponent with Lagrange coefficients; a mandatory trustee is a
group of one. What remains of each ciphertext is g^count, and count is at most the number of ballots.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isqrt, prod

from epilwu.protocol import canonical
from epilwu.protocol.decryption import PartialDecryption, Share, verify_decryption, verify_share
from epilwu.protocol.election_json import BeleniosElection, Question
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import DecryptionRefused, FactorsInconsistent, ResultOutOfRange
from epilwu.protocol.group import IDENTITY, Element, G, Q, add, base_mul, mul, product, sub
from epilwu.protocol.trustees import Item, TrusteeSet, trustee_name

MAX_COUNT = 10**8  # ten thousand steps; no village comes near it


def combine_shares(
    election: BeleniosElection, trustees: TrusteeSet, tally: EncryptedTally, shares: Iterable[Share], *, ballots: int
) -> tuple[int, ...]:
    """``combine`` for E-Pilwu's shares: bound proofs are checked too, and no trustee may give two.

    Raises also ``BoundProofRefused``, and ``DecryptionRefused`` for a second share of one trustee.
    """
    decryptions: dict[int, PartialDecryption] = {}
    for share in shares:
        verify_share(election, trustees, tally, share)
        if share.owner in decryptions:
            raise DecryptionRefused("decrypted twice", where=trustee_name(share.owner))
        decryptions[share.owner] = share.decryption
    return combine(election, trustees, tally, decryptions, ballots=ballots)


def combine(
    election: BeleniosElection,
    trustees: TrusteeSet,
    tally: EncryptedTally,
    decryptions: Mapping[int, PartialDecryption],
    *,
    ballots: int,
) -> tuple[int, ...]:
    """The counts, one for each entry of the question's vector, from partial decryptions by owner.

    Every proof is checked again, and all factors beyond the threshold must lie on one polynomial with the others.
    Raises ``TrusteesMissing``, ``TrusteeUnknown``, ``DecryptionProofRefused``, ``FactorsInconsistent`` (each naming
    the trustee) and ``ResultOutOfRange`` for a count above ``ballots``.
    """
    trustees.require(decryptions.keys())
    for owner, decryption in sorted(decryptions.items()):
        verify_decryption(election, trustees, tally, owner, decryption)
    columns = [_item_factors(item, decryptions, len(tally.ciphertexts)) for item in trustees.items]
    factors = [product(parts) for parts in zip(*columns, strict=True)]
    powers = [sub(pair.beta, factor) for pair, factor in zip(tally.ciphertexts, factors, strict=True)]
    return discrete_logarithms(powers, bound=ballots)


def lagrange(indices: Sequence[int], at: int = 0) -> dict[int, int]:
    """For distinct ``indices``, the weights with which values of a polynomial there give its value ``at``, mod Q."""
    weights: dict[int, int] = {}
    for index in indices:
        others = [other for other in indices if other != index]
        numerator = prod(at - other for other in others)
        denominator = prod(index - other for other in others)
        weights[index] = numerator * pow(denominator, -1, Q) % Q
    return weights


def discrete_logarithms(powers: Sequence[Element], *, bound: int) -> tuple[int, ...]:
    """For each g^n its n in [0, ``bound``]; raise ``ResultOutOfRange`` where there is none.

    Baby steps and giant steps: 2 sqrt(bound) additions, the baby steps shared by all ``powers``.
    """
    if not 0 <= bound <= MAX_COUNT:
        raise ResultOutOfRange(f"cannot count up to {bound}")
    width = isqrt(bound) + 1
    baby: dict[Element, int] = {}
    step = IDENTITY
    for exponent in range(width):
        baby[step] = exponent
        step = add(step, G)
    giant = base_mul(width)
    return tuple(_discrete_logarithm(power, baby, giant, bound, place) for place, power in enumerate(powers))


def _discrete_logarithm(power: Element, baby: Mapping[Element, int], giant: Element, bound: int, place: int) -> int:
    width = len(baby)
    rest = power
    for multiple in range(bound // width + 1):
        found = baby.get(rest)
        if found is not None:
            count = multiple * width + found
            if count <= bound:
                return count
            break
        rest = sub(rest, giant)
    raise ResultOutOfRange(f"does not decrypt to a number from 0 to {bound}", where=f"count {place}")


def serialise_result(counts: Sequence[int]) -> bytes:
    """``{"result":[[...]]}``."""
    listed: list[canonical.Json] = list(counts)
    return canonical.dumps({"result": [listed]})


def parse_result(data: bytes, question: Question) -> tuple[int, ...]:
    """The counts of a published result; raise ``NotCanonical`` if it is not one of such a question."""
    given = canonical.fields(canonical.loads(data, limit=4096), ("result",))
    listed = canonical.items(given["result"], low=1, high=1)[0]
    counts = canonical.items(listed, low=question.choices, high=question.choices)
    return tuple(canonical.integer(count, low=0, high=MAX_COUNT) for count in counts)


def _item_factors(item: Item, decryptions: Mapping[int, PartialDecryption], size: int) -> list[Element]:
    """The combined factor of each ciphertext that ``item`` contributes."""
    present = {
        owner - item.owners.start + 1: decryptions[owner].factors for owner in item.owners if owner in decryptions
    }
    _refuse_inconsistent(item, present)
    weights = lagrange(sorted(present)[: item.threshold])
    return [_weighted(weights, present, position) for position in range(size)]


def _weighted(weights: Mapping[int, int], factors: Mapping[int, Sequence[Element]], position: int) -> Element:
    return product(mul(factors[index][position], weight) for index, weight in weights.items())


def _refuse_inconsistent(item: Item, present: Mapping[int, Sequence[Element]]) -> None:
    if _on_one_polynomial(item.threshold, present):
        return
    # The odd one is known if leaving out exactly one trustee leaves more than enough that agree.
    names = [trustee_name(item.owners.start + index - 1) for index in sorted(present)]
    odd = [
        name
        for index, name in zip(sorted(present), names, strict=True)
        if len(present) > item.threshold + 1
        and _on_one_polynomial(item.threshold, {other: row for other, row in present.items() if other != index})
    ]
    what = "the factors do not lie on one polynomial with those of the other trustees"
    if len(odd) == 1:
        raise FactorsInconsistent(what, where=odd[0])
    raise FactorsInconsistent(
        "these factors do not lie on one polynomial, at least one is false", where=", ".join(names)
    )


def _on_one_polynomial(threshold: int, present: Mapping[int, Sequence[Element]]) -> bool:
    """Whether the first ``threshold`` trustees' factors give those of all others."""
    indices = sorted(present)
    enough, extra = indices[:threshold], indices[threshold:]
    for index in extra:
        weights = lagrange(enough, at=index)
        for position, factor in enumerate(present[index]):
            if _weighted(weights, {known: present[known] for known in enough}, position) != factor:
                return False
    return True
