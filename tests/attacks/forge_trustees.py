"""Trustees and lists: item 6's keys, item 7's credentials, item 8's hidden thresholds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from boards import (
    SETUP,
    Group,
    Parts,
    compact,
    group,
    honest,
    honest_village,
)
from corpus import VICTIM_HEIGHT, attack, with_ballot

from epilwu.protocol import pedersen
from epilwu.protocol.ballot import make_ballot
from epilwu.protocol.combination import lagrange
from epilwu.protocol.credential import Credential
from epilwu.protocol.group import IDENTITY, Q, SecretScalar, encode_element
from epilwu.protocol.sealing import derive_keys, sign
from epilwu.protocol.trustees import Certificate, dealing_text, make_public_share
from epilwu.protocol.verify_report import Name

EditGroup = Callable[[dict[str, Any]], None]


def with_group(edit: EditGroup) -> Parts:
    """The honest board with its trustees' parameters edited."""
    trustees = json.loads(honest().trustees)
    edit(trustees[0][1])
    return replace(honest(), trustees=compact(trustees))


# 6. Keys.


@attack(6, "a trustee's key without its proof", Name.TRUSTEES, "trustee-proof", SETUP)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        given["verification_keys"][1]["pok"] = given["verification_keys"][0]["pok"]

    return with_group(edit)


@attack(6, "a mandatory trustee's key without its proof", Name.TRUSTEES, "trustee-proof", SETUP)
def _() -> Parts:
    good, other = (make_public_share(SecretScalar.random(), None).to_json() for _ in range(2))
    assert isinstance(good, dict) and isinstance(other, dict)
    return replace(honest(), trustees=compact([["Single", good | {"pok": other["pok"]}]]))


@attack(6, "a share that does not match its coefexps", Name.TRUSTEES, "trustee-key", SETUP)
def _() -> Parts:
    secret = SecretScalar.random()
    signature = sign(derive_keys(group().seeds[1]).signing, encode_element(secret.base())).signature
    foreign = make_public_share(secret, signature).to_json()
    return with_group(lambda given: given["verification_keys"].__setitem__(1, foreign))


@attack(6, "a key that its owner did not sign", Name.TRUSTEES, "trustee-signature", SETUP)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        given["verification_keys"][1]["signature"] = given["verification_keys"][0]["signature"]

    return with_group(edit)


@attack(6, "a dealer's coefficients signed by another", Name.TRUSTEES, "trustee-signature", SETUP)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        message = given["coefexps"][1]["message"]
        forged = sign(derive_keys(group().seeds[0]).signing, message)
        given["coefexps"][1] = forged.to_json()

    return with_group(edit)


@attack(6, "a dealing signed for other certificates", Name.TRUSTEES, "trustee-signature", SETUP)
def _() -> Parts:
    return with_group(lambda given: given["signatures"].__setitem__(1, given["signatures"][0]))


@attack(6, "a certificate signed by another", Name.TRUSTEES, "trustee-signature", SETUP)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        given["certs"][1]["signature"] = given["certs"][0]["signature"]

    return with_group(edit)


@attack(6, "trustees of another election", Name.TRUSTEES, "trustees-election-key", SETUP)
def _() -> Parts:
    return replace(honest(), trustees=group(2, 3).trustees.data)


@attack(6, "no threshold group", Name.TRUSTEES, "trustees-not-one-group", SETUP)
def _() -> Parts:
    """One person who knows the whole key, put in the group's place: Belenios allows it, E-Pilwu does not."""
    share = make_public_share(SecretScalar.of(whole_secret(group())), None)
    return replace(honest(), trustees=compact([["Single", share.to_json()]]))


def whole_secret(people: Group) -> int:
    """The election's secret key, which in life nobody ever holds."""
    weights = lagrange([1, 2])
    return sum(weights[index] * people.secrets[index - 1].reveal() for index in (1, 2)) % Q


# 7. Credentials.


def with_credentials(change: Callable[[list[str]], Sequence[str]]) -> Parts:
    return replace(honest(), credentials=compact(list(change(json.loads(honest().credentials)))))


@attack(7, "a credential twice on the list", Name.CREDENTIALS, "credentials-repeated", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [*listed, listed[0]])


@attack(7, "a credential that is no point", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [*listed, f"{2:064x}"])


@attack(7, "a credential in upper case", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [listed[0].upper(), *listed[1:]])


@attack(7, "a credential of weight 40", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [listed[0] + ",40,", *listed[1:]])


@attack(7, "a credential with a login", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [listed[0] + ",,somebody", *listed[1:]])


@attack(7, "an empty list", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    return with_credentials(lambda listed: [])


@attack(7, "the identity as a credential, and a ballot under it", Name.CREDENTIALS, "credentials-refused", SETUP)
def _() -> Parts:
    listed = with_credentials(lambda listed: [encode_element(IDENTITY), *listed])
    return replace(listed, ballots=with_ballot(nobodys_ballot()).ballots)


@attack(7, "a ballot under the identity", Name.BALLOTS, "ballot-identity", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(nobodys_ballot())


def nobodys_ballot() -> bytes:
    """Anyone can sign for the identity: its secret is 0."""
    nobody = Credential(SecretScalar.of(0), IDENTITY, encode_element(IDENTITY))
    return make_ballot(honest_village().election, nobody, (0, 1, 0))


# 8. Hidden thresholds. Polynomials are chosen here, one per dealer, and everything about them is signed and proved as
# the rules want; their constant terms add up to the honest election's secret, so that its key stays the same.


def forged_group(
    polynomials: Sequence[Sequence[int]], *, threshold: int = 2, seeds: Sequence[str] | None = None
) -> Parts:
    seeds = seeds or group().seeds
    made = [
        pedersen.make_certificate(seed, index=index, threshold=threshold, size=len(seeds))
        for index, seed in enumerate(seeds, 1)
    ]
    certificates = [pedersen.read_certificate(data) for data in made]
    dealers = list(zip(seeds, polynomials, strict=True))
    return with_group(
        lambda given: given.update(
            threshold=threshold,
            certs=[json.loads(data) for data in made],
            coefexps=[_signed_coefexps(*dealer) for dealer in dealers],
            signatures=[_dealing_signature(*dealer, certificates) for dealer in dealers],
            verification_keys=[_key(seed, index, polynomials) for index, seed in enumerate(seeds, 1)],
        )
    )


def _signed_coefexps(seed: str, polynomial: Sequence[int]) -> object:
    texts = [encode_element(SecretScalar.of(value).base()) for value in polynomial]
    return sign(derive_keys(seed).signing, compact({"coefexps": texts}).decode()).to_json()


def _dealing_signature(seed: str, polynomial: Sequence[int], certificates: Sequence[Certificate]) -> object:
    coefexps = [SecretScalar.of(value).base() for value in polynomial]
    return sign(derive_keys(seed).signing, dealing_text(certificates, coefexps)).signature.to_json()


def _key(seed: str, index: int, polynomials: Sequence[Sequence[int]]) -> object:
    value = sum(coefficient * index**degree for each in polynomials for degree, coefficient in enumerate(each))
    secret = SecretScalar.of(value % Q)
    signature = sign(derive_keys(seed).signing, encode_element(secret.base())).signature
    return make_public_share(secret, signature).to_json()


def polynomials_of(degrees: Sequence[int]) -> list[list[int]]:
    """Random ones of the given degrees whose constant terms add up to the election's secret."""
    made = [[SecretScalar.random().reveal() for _ in range(degree + 1)] for degree in degrees]
    made[-1][0] = (whole_secret(group()) - sum(each[0] for each in made[:-1])) % Q
    return made


@attack(8, "coefficients that cancel: one trustee could decrypt alone", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    polynomials = polynomials_of([1, 1, 1, 1])
    polynomials[-1][1] = -sum(each[1] for each in polynomials[:-1]) % Q
    return forged_group(polynomials)


@attack(8, "one coefficient fewer in every dealing", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return forged_group(polynomials_of([0, 0, 0, 0]))


@attack(8, "one coefficient fewer in one dealing", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return forged_group(polynomials_of([1, 0, 1, 1]))


@attack(8, "one coefficient more in every dealing", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return forged_group(polynomials_of([2, 2, 2, 2]))


@attack(8, "one coefficient more in one dealing", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return forged_group(polynomials_of([1, 1, 2, 1]))


@attack(8, "a coefficient that is nothing", Name.TRUSTEES, "trustee-key", SETUP)
def _() -> Parts:
    polynomials = polynomials_of([1, 1, 1, 1])
    polynomials[1][1] = 0
    return forged_group(polynomials)


@attack(8, "a threshold said to be lower than the certificates'", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return with_group(lambda given: given.update(threshold=1))


@attack(8, "certificates for another threshold", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return forged_group(polynomials_of([1, 1, 1, 1]), threshold=3)


@attack(8, "a trustee twice", Name.TRUSTEES, "trustee-key-repeated", SETUP)
def _() -> Parts:
    seeds = group().seeds
    return forged_group(polynomials_of([1, 1, 1, 1]), seeds=[*seeds[:3], seeds[0]])


@attack(8, "a trustee left out of one list", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    return with_group(lambda given: given["verification_keys"].pop())


@attack(8, "two trustees exchanged", Name.TRUSTEES, "trustees-threshold", SETUP)
def _() -> Parts:
    def edit(given: dict[str, Any]) -> None:
        for name in ("certs", "coefexps", "signatures", "verification_keys"):
            given[name][0], given[name][1] = given[name][1], given[name][0]

    return with_group(edit)
