"""``trustees.json``: belenios-tool's are read, and every way to cheat with one is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from belenios_samples import FOREIGN, VECTORS, invalid, published
from trustee_samples import certify, group, single_item, single_secrets

from epilwu.protocol import canonical
from epilwu.protocol.errors import (
    NotCanonical,
    ProtocolError,
    ThresholdRefused,
    TrusteeKeyRefused,
    TrusteeKeyRepeated,
    TrusteeProofRefused,
    TrusteeSignatureRefused,
    TrusteesMissing,
    TrusteesRefused,
    TrusteeUnknown,
)
from epilwu.protocol.group import IDENTITY, Q, SecretScalar, base_mul, encode_element, mul, product
from epilwu.protocol.sealing import TrusteeKeys, derive_keys, new_seed, sign
from epilwu.protocol.trustees import (
    dealing_text,
    evaluate,
    make_public_share,
    parse_trustees,
    serialise_trustees,
)


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_trustees_hold_their_elections_key(name: str) -> None:
    data = published(VECTORS / name / "setup" / "trustees.json")
    election = json.loads(published(VECTORS / name / "setup" / "election.json"))
    trustees = parse_trustees(data)
    assert encode_element(trustees.public_key) == election["public_key"]
    assert not trustees.is_one_group


def test_owners_count_over_all_items() -> None:
    trustees = parse_trustees(published(VECTORS / FOREIGN[1] / "setup" / "trustees.json"))
    assert list(trustees.owners) == [1, 2, 3, 4, 5, 6]
    (secret,) = single_secrets(FOREIGN[1])
    assert trustees.key(1) == secret.base()
    assert trustees.items[1].owners == range(2, 7)
    assert trustees.items[1].threshold == 3
    with pytest.raises(TrusteeUnknown) as refusal:
        trustees.key(7)
    assert refusal.value.where == "trustee 7"
    with pytest.raises(TrusteeUnknown):
        trustees.key(0)


def test_missing_trustees_are_named() -> None:
    trustees = parse_trustees(published(VECTORS / FOREIGN[1] / "setup" / "trustees.json"))
    trustees.require([1, 4, 5, 6])
    trustees.require([1, 2, 3, 4, 5, 6])
    with pytest.raises(TrusteesMissing) as refusal:
        trustees.require([2, 3, 4])
    assert refusal.value.where == "trustee 1"
    with pytest.raises(TrusteesMissing) as refusal:
        trustees.require([1, 3, 5])
    assert refusal.value.where == "trustee 2, trustee 4, trustee 6"
    assert "1 more of the trustees 2, 4, 6" in refusal.value.what


def test_fresh_group_is_one_group() -> None:
    people = group(3, 5)
    assert people.trustees.is_one_group
    assert people.trustees.items[0].certificates == people.certificates
    assert people.trustees.key(2) == people.secret(2).base()


def cheat(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A fresh 3-of-5 group with one thing changed and nothing made good."""
    value = json.loads(group(3, 5).trustees.data)
    change(value[0][1])
    return canonical.dumps(value)


def _copy_entry(field: str) -> Callable[[dict[str, Any]], object]:
    return lambda t: t[field].__setitem__(3, t[field][1])


CHEATS: dict[str, tuple[Callable[[dict[str, Any]], object], type[ProtocolError], str]] = {
    "another threshold": (lambda t: t.update(threshold=2), ThresholdRefused, ""),
    "threshold above size": (lambda t: t.update(threshold=6), ThresholdRefused, ""),
    "threshold zero": (lambda t: t.update(threshold=0), NotCanonical, ""),
    "one certificate less": (lambda t: t["certs"].pop(), ThresholdRefused, ""),
    "one key less": (lambda t: t["verification_keys"].pop(), ThresholdRefused, ""),
    "one signature less": (lambda t: t["signatures"].pop(), ThresholdRefused, ""),
    "one dealer less": (lambda t: t["coefexps"].pop(), ThresholdRefused, ""),
    "a whole trustee less": (
        lambda t: [t[n].pop() for n in ("certs", "coefexps", "signatures", "verification_keys")],
        ThresholdRefused,
        "trustee 1",
    ),
    "a certificate twice": (_copy_entry("certs"), ThresholdRefused, "trustee 4"),
    "certificates swapped": (lambda t: t["certs"].reverse(), ThresholdRefused, "trustee 1"),
    "another dealer's coefficients": (_copy_entry("coefexps"), TrusteeSignatureRefused, "trustee 4"),
    "another dealer's signature": (_copy_entry("signatures"), TrusteeSignatureRefused, "trustee 4"),
    "another trustee's key": (_copy_entry("verification_keys"), TrusteeKeyRefused, "trustee 4"),
    "keys swapped": (lambda t: t["verification_keys"].reverse(), TrusteeKeyRefused, "trustee 1"),
    "proof of another": (
        lambda t: t["verification_keys"][2].update(pok=t["verification_keys"][1]["pok"]),
        TrusteeProofRefused,
        "trustee 3",
    ),
    "key signed by another": (
        lambda t: t["verification_keys"][2].update(signature=t["verification_keys"][1]["signature"]),
        TrusteeSignatureRefused,
        "trustee 3",
    ),
    "key not signed": (lambda t: t["verification_keys"][2].pop("signature"), TrusteeKeyRefused, "trustee 3"),
    "a certificate's signature": (
        lambda t: t["certs"][4].update(signature=t["certs"][3]["signature"]),
        TrusteeSignatureRefused,
        "trustee 5",
    ),
    "a certificate's message": (
        lambda t: t["certs"][4].update(message=t["certs"][4]["message"].replace('"index":5', '"index":4')),
        TrusteeSignatureRefused,
        "trustee 5",
    ),
    "extra field": (lambda t: t.update(note="x"), NotCanonical, ""),
}


@pytest.mark.parametrize("name", CHEATS)
def test_changed_group_is_refused(name: str) -> None:
    change, kind, where = CHEATS[name]
    with pytest.raises(kind) as refusal:
        parse_trustees(cheat(change))
    assert type(refusal.value) is kind
    assert refusal.value.where == where


def _unchanged(_: dict[str, Any]) -> None: ...


def test_unchanged_group_is_accepted() -> None:
    assert parse_trustees(cheat(_unchanged)).public_key == group(3, 5).trustees.public_key


class Dealer:
    """A group in which every trustee follows the cheat's plan and signs it properly."""

    def __init__(self, threshold: int, size: int) -> None:
        self.keys: list[TrusteeKeys] = []
        seeds = [new_seed() for _ in range(size)]
        self.keys = [derive_keys(seed) for seed in seeds]
        self.certificates = certify(seeds, threshold)
        self.threshold = threshold
        self.polynomials = [[SecretScalar.random() for _ in range(threshold)] for _ in seeds]

    def group(self) -> bytes:
        """Threshold parameters signed by everyone, whatever the polynomials."""
        coefexps = [[c.base() for c in polynomial] for polynomial in self.polynomials]
        signed, signatures = [], []
        for keys, own in zip(self.keys, coefexps, strict=True):
            text = canonical.dumps({"coefexps": [encode_element(e) for e in own]}).decode()
            signed.append(sign(keys.signing, text).to_json())
            signatures.append(sign(keys.signing, dealing_text(self.certificates, own)).signature.to_json())
        shares = []
        for index, keys in enumerate(self.keys, 1):
            secret = SecretScalar.of(0)
            for polynomial in self.polynomials:
                for degree, coefficient in enumerate(polynomial):
                    secret = secret.plus(coefficient.times(SecretScalar.of(index**degree)))
            signature = sign(keys.signing, encode_element(secret.base())).signature
            shares.append(make_public_share(secret, signature).to_json())
        return canonical.dumps(
            {
                "threshold": self.threshold,
                "certs": [certificate.signed.to_json() for certificate in self.certificates],
                "coefexps": list(signed),
                "signatures": list(signatures),
                "verification_keys": list(shares),
            }
        )


def test_dealers_who_follow_the_rules_are_accepted() -> None:
    assert serialise_trustees([Dealer(2, 3).group()])


def test_highest_coefficients_that_cancel_hide_a_lower_threshold() -> None:
    dealer = Dealer(3, 4)
    total = sum(polynomial[2].reveal() for polynomial in dealer.polynomials[:3])
    dealer.polynomials[3][2] = SecretScalar.of(Q - total % Q)
    with pytest.raises(ThresholdRefused, match="degree 2 cancel"):
        serialise_trustees([dealer.group()])


def test_keys_that_cancel_are_refused() -> None:
    dealer = Dealer(2, 2)
    dealer.polynomials[1][0] = SecretScalar.of(Q - dealer.polynomials[0][0].reveal())
    with pytest.raises(ThresholdRefused, match="degree 0 cancel"):
        serialise_trustees([dealer.group()])


@pytest.mark.parametrize("count", [1, 3])
def test_one_coefficient_more_or_fewer_is_refused(count: int) -> None:
    dealer = Dealer(2, 3)
    dealer.polynomials[1] = [SecretScalar.random() for _ in range(count)]
    with pytest.raises(ThresholdRefused) as refusal:
        serialise_trustees([dealer.group()])
    assert refusal.value.where == "trustee 2"


def test_identity_as_coefficient_is_refused() -> None:
    dealer = Dealer(2, 3)
    dealer.polynomials[2][1] = SecretScalar.of(0)
    with pytest.raises(TrusteeKeyRefused) as refusal:
        serialise_trustees([dealer.group()])
    assert refusal.value.where == "trustee 3"
    assert "identity" in refusal.value.what


def test_a_trustee_twice_is_refused() -> None:
    seed = new_seed()
    with pytest.raises(TrusteeKeyRepeated) as refusal:
        certify([seed, new_seed(), seed], 2)
    assert refusal.value.where == "trustee 3"
    assert "trustee 1" in refusal.value.what


def test_single_trustees() -> None:
    secrets = [SecretScalar.random() for _ in range(3)]
    data = canonical.dumps([single_item(secret) for secret in secrets])
    trustees = parse_trustees(data)
    assert trustees.public_key == product(secret.base() for secret in secrets)
    with pytest.raises(TrusteeKeyRepeated) as refusal:
        parse_trustees(canonical.dumps([single_item(secrets[0]), single_item(secrets[0])]))
    assert refusal.value.where == "trustee 2"
    cancelling = SecretScalar.of(Q - secrets[0].reveal())
    with pytest.raises(TrusteeKeyRefused, match="cancel"):
        parse_trustees(canonical.dumps([single_item(secrets[0]), single_item(cancelling)]))


def test_single_trustee_without_proof_is_refused() -> None:
    """A rogue key: another's public key taken out of one's own, so that one alone decrypts."""
    honest, rogue = SecretScalar.random(), make_public_share(SecretScalar.random(), None)
    stolen = json.loads(canonical.dumps(rogue.to_json()))
    stolen["public_key"] = encode_element(mul(honest.base(), Q - 1))
    with pytest.raises(TrusteeProofRefused) as refusal:
        parse_trustees(canonical.dumps([single_item(honest), ["Single", stolen]]))
    assert refusal.value.where == "trustee 2"


def test_a_group_member_may_not_stand_alone_too() -> None:
    people = group(3, 5)
    value = [single_item(people.secret(2)), *json.loads(people.trustees.data)]
    with pytest.raises(TrusteeKeyRepeated):
        parse_trustees(canonical.dumps(value))


@pytest.mark.parametrize("point", [IDENTITY, *invalid()])
def test_bad_points_as_keys_are_refused(point: bytes) -> None:
    share = json.loads(canonical.dumps(single_item(SecretScalar.random())))
    share[1]["public_key"] = point[::-1].hex()
    with pytest.raises(TrusteeKeyRefused) as refusal:
        parse_trustees(canonical.dumps([share]))
    assert refusal.value.where == "trustee 1"


@pytest.mark.parametrize("data", [b"[]", b"{}", b'[["Single"]]', b'[["Other",{}]]', b"[ ]", b"", b"[[]]"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((NotCanonical, TrusteesRefused)):
        parse_trustees(data)


def test_evaluate_is_the_polynomial_in_the_exponent() -> None:
    coefficients = [5, 7, 11]
    assert evaluate([base_mul(c) for c in coefficients], 4) == base_mul(5 + 7 * 4 + 11 * 16)
