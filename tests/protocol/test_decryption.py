"""Partial decryptions, bound proofs, share files and the side file: what is accepted, and what is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from belenios_samples import FOREIGN, invalid
from trustee_samples import (
    Counted,
    counted,
    election_of,
    foreign,
    foreign_ceremony,
    group,
    single_secrets,
)

from epilwu.protocol import canonical, pedersen
from epilwu.protocol.decryption import PartialDecryption, Share
from epilwu.protocol.errors import (
    BoundProofRefused,
    DecryptionForeign,
    DecryptionKeyRefused,
    DecryptionProofRefused,
    DecryptionRefused,
    TrusteeUnknown,
)
from epilwu.protocol.group import IDENTITY, SecretScalar, add, base_mul, encode_element, hash_to_scalar, mul
from epilwu.protocol.proofs import Proof, prove_equal_logs
from epilwu.protocol.tally import (
    decryption_side_file,
    parse_share,
    parse_side_file,
    partial_decrypt,
    serialise_share,
    verify_bound,
    verify_decryption,
    verify_share,
    verify_side_file,
)


def foreign_secrets(name: str) -> dict[int, SecretScalar]:
    """The secrets of those trustees of belenios-tool's election who decrypted, by owner."""
    secrets = dict(enumerate(single_secrets(name), 1))
    if name == FOREIGN[1]:
        theirs, keys = foreign_ceremony(), foreign(name).trustees
        for index in range(1, 6):
            seed, sealed = theirs.seeds[index - 1], theirs.sealed[index - 1]
            secrets[index + 1] = pedersen.recover_secret(seed, sealed, keys.key(index + 1))
    return secrets


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_decryptions_are_reproduced(name: str) -> None:
    """From the private halves alone: the same factors, and their proofs hold."""
    theirs = foreign(name)
    secrets = foreign_secrets(name)
    for owner, published in theirs.decryptions.items():
        verify_decryption(theirs.election, theirs.trustees, theirs.tally, owner, published)
        assert published.data == theirs.raw_decryptions[owner]
        ours = partial_decrypt(theirs.election, theirs.trustees, owner, secrets[owner], theirs.tally)
        assert ours.decryption.factors == published.factors
        verify_share(theirs.election, theirs.trustees, theirs.tally, ours)


def check(data: Counted, share: Share) -> None:
    verify_share(data.election, data.group.trustees, data.tally, share)


def test_fresh_shares_hold_and_travel() -> None:
    data = counted()
    for share in data.shares:
        raw = serialise_share(data.election, data.tally, share)
        assert parse_share(data.election, data.tally, raw) == share
        check(data, share)


def test_bound_challenge_is_as_specified() -> None:
    """Spelled out once, independently of the code that makes it."""
    data = counted()
    share = data.shares[1]
    pair, factor, proof = data.tally.ciphertexts[2], share.decryption.factors[2], share.proofs[2]
    key = data.group.trustees.key(2)
    first = add(base_mul(proof.response), mul(key, proof.challenge))
    second = add(mul(pair.alpha, proof.response), mul(factor, proof.challenge))
    x, a, b, f, c, d = map(encode_element, (key, pair.alpha, pair.beta, factor, first, second))
    digest = canonical.sha256_hex(data.tally.data)
    text = f"epilwu-decrypt|{data.election.fingerprint}|{digest}|2|0,2|{x}|{a},{b}|{f}|{c},{d}"
    assert hash_to_scalar(text) == proof.challenge


def test_wrong_secret_or_trustees_are_refused_before_anything_is_made() -> None:
    data = counted()
    people = data.group
    with pytest.raises(DecryptionKeyRefused) as refusal:
        partial_decrypt(data.election, people.trustees, 2, people.secret(3), data.tally)
    assert refusal.value.where == "trustee 2"
    with pytest.raises(TrusteeUnknown):
        partial_decrypt(data.election, people.trustees, 6, people.secret(3), data.tally)
    with pytest.raises(DecryptionForeign):
        partial_decrypt(election_of(people.secret(1).base()), people.trustees, 2, people.secret(2), data.tally)


CHANGED: dict[str, tuple[Callable[[Counted, Share], Share], type[DecryptionRefused]]] = {
    "a factor": (
        lambda d, s: replace(s, decryption=replace(s.decryption, factors=s.decryption.factors[::-1])),
        DecryptionProofRefused,
    ),
    "a Belenios proof": (
        lambda d, s: replace(s, decryption=replace(s.decryption, proofs=(Proof(1, 2), *s.decryption.proofs[1:]))),
        DecryptionProofRefused,
    ),
    "another's owner": (lambda d, s: replace(s, owner=1), DecryptionProofRefused),
    "a bound proof": (lambda d, s: replace(s, proofs=(*s.proofs[:3], Proof(1, 2))), BoundProofRefused),
    "bound proofs in another order": (lambda d, s: replace(s, proofs=s.proofs[::-1]), BoundProofRefused),
    "Belenios's as bound": (lambda d, s: replace(s, proofs=s.decryption.proofs), BoundProofRefused),
    "bound as Belenios's": (
        lambda d, s: replace(s, decryption=replace(s.decryption, proofs=s.proofs)),
        DecryptionProofRefused,
    ),
    "a proof too few": (lambda d, s: replace(s, proofs=s.proofs[:3]), BoundProofRefused),
    "a factor too few": (
        lambda d, s: replace(s, decryption=replace(s.decryption, factors=s.decryption.factors[:3])),
        DecryptionProofRefused,
    ),
    "the identity as a factor": (
        lambda d, s: replace(s, decryption=replace(s.decryption, factors=(IDENTITY, *s.decryption.factors[1:]))),
        DecryptionProofRefused,
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_changed_share_is_refused_and_named(name: str) -> None:
    data = counted()
    change, kind = CHANGED[name]
    with pytest.raises(kind) as refusal:
        check(data, change(data, data.shares[3]))
    assert type(refusal.value) is kind
    assert refusal.value.where == ("trustee 1" if "owner" in name else "trustee 4")


def test_bound_proofs_do_not_move_to_another_tally() -> None:
    """The same ciphertexts but one: T is in every challenge."""
    data = counted()
    other = replace(data.tally, ciphertexts=(*data.tally.ciphertexts[:3], data.tally.ciphertexts[0]))
    share = partial_decrypt(data.election, data.group.trustees, 1, data.group.secret(1), other)
    mixed = replace(data.shares[0], proofs=(*share.proofs[:3], data.shares[0].proofs[3]))
    with pytest.raises(BoundProofRefused, match="factor 0"):
        verify_bound(data.election, data.group.trustees, data.tally, mixed)


def test_a_factor_of_another_key_with_a_proof_of_its_own_is_refused() -> None:
    data = counted()
    stranger = SecretScalar.random()
    key = encode_element(data.group.trustees.key(1))
    bases = [pair.alpha for pair in data.tally.ciphertexts]
    prefix = f"decrypt|{data.election.fingerprint}|{key}"
    false = PartialDecryption(
        tuple(stranger.power(alpha) for alpha in bases),
        tuple(prove_equal_logs(stranger, alpha, prefix) for alpha in bases),
    )
    with pytest.raises(DecryptionProofRefused):
        verify_decryption(data.election, data.group.trustees, data.tally, 1, false)


# --- bytes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", [IDENTITY, *invalid()[:4], *invalid()[7:9], invalid()[-1]])
def test_bad_points_as_factors_are_refused(point: bytes) -> None:
    data = counted()
    value = json.loads(data.shares[2].decryption.data)
    value["decryption_factors"][0][1] = point[::-1].hex()
    with pytest.raises(DecryptionRefused) as refusal:
        PartialDecryption.parse(canonical.dumps(value), data.tally, 3)
    assert refusal.value.where == "trustee 3"


DECRYPTION_FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "two questions": lambda v: v["decryption_factors"].append([]),
    "a factor less": lambda v: v["decryption_factors"][0].pop(),
    "a proof less": lambda v: v["decryption_proofs"][0].pop(),
    "an extra field": lambda v: v.update(note=1),
    "a scalar beyond the order": lambda v: v["decryption_proofs"][0][0].update(challenge="9" * 76),
    "a scalar with a zero in front": lambda v: v["decryption_proofs"][0][0].update(response="01"),
    "a number for a scalar": lambda v: v["decryption_proofs"][0][0].update(response=1),
}


@pytest.mark.parametrize("name", DECRYPTION_FAULTS)
def test_faulty_decryption_bytes_are_refused(name: str) -> None:
    data = counted()
    value = json.loads(data.shares[2].decryption.data)
    DECRYPTION_FAULTS[name](value)
    with pytest.raises(DecryptionRefused) as refusal:
        PartialDecryption.parse(canonical.dumps(value), data.tally, 3)
    assert refusal.value.where == "trustee 3"


SHARE_FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], type[DecryptionRefused]]] = {
    "another election": (lambda v: v.update(uuid="1" * 14), DecryptionForeign),
    "another tally": (lambda v: v.update(encrypted_tally="0" * 64), DecryptionForeign),
    "version 2": (lambda v: v.update(version=2), DecryptionRefused),
    "owner 0": (lambda v: v.update(owner=0), DecryptionRefused),
    "owner true": (lambda v: v.update(owner=True), DecryptionRefused),
    "an extra field": (lambda v: v.update(note=""), DecryptionRefused),
    "a proof less": (lambda v: v["proofs"][0].pop(), DecryptionRefused),
    "spaces inside": (lambda v: v.update(partial_decryption=v["partial_decryption"] + " "), DecryptionRefused),
    "no string inside": (lambda v: v.update(partial_decryption={}), DecryptionRefused),
}


@pytest.mark.parametrize("name", SHARE_FAULTS)
def test_faulty_share_files_are_refused(name: str) -> None:
    data = counted()
    change, kind = SHARE_FAULTS[name]
    value = json.loads(serialise_share(data.election, data.tally, data.shares[2]))
    change(value)
    with pytest.raises(kind) as refusal:
        parse_share(data.election, data.tally, canonical.dumps(value))
    assert type(refusal.value) is kind


def test_side_file_proves_the_archive() -> None:
    data = counted()
    chosen = [data.shares[4], data.shares[0], data.shares[2]]
    raw = decryption_side_file(data.election, data.tally, chosen)
    assert raw == decryption_side_file(data.election, data.tally, reversed(chosen))
    assert [entry.owner for entry in parse_side_file(data.election, data.tally, raw)] == [1, 3, 5]
    assert list(json.loads(raw)) == ["version", "uuid", "encrypted_tally", "proofs"]
    published = {share.owner: share.decryption for share in chosen}
    verify_side_file(data.election, data.group.trustees, data.tally, published, raw)


def side(change: Callable[[dict[str, Any]], object]) -> None:
    data = counted()
    value = json.loads(decryption_side_file(data.election, data.tally, data.shares[:3]))
    change(value)
    published = {share.owner: share.decryption for share in data.shares[:3]}
    verify_side_file(data.election, data.group.trustees, data.tally, published, canonical.dumps(value))


SIDE_FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], type[DecryptionRefused], str]] = {
    "one trustee less": (lambda v: v["proofs"].pop(1), DecryptionRefused, "trustee 2"),
    "one trustee more": (
        lambda v: v["proofs"].append(v["proofs"][2] | {"owner": 4}),
        DecryptionRefused,
        "trustee 4",
    ),
    "a trustee twice": (lambda v: v["proofs"].insert(1, v["proofs"][1]), DecryptionRefused, "decryption file"),
    "another order": (lambda v: v["proofs"].reverse(), DecryptionRefused, "decryption file"),
    "another payload": (lambda v: v["proofs"][1].update(payload="0" * 64), DecryptionRefused, "trustee 2"),
    "another's proofs": (
        lambda v: v["proofs"][1].update(proofs=v["proofs"][0]["proofs"]),
        BoundProofRefused,
        "trustee 2",
    ),
    "a proof less": (lambda v: v["proofs"][1]["proofs"][0].pop(), DecryptionRefused, "decryption file"),
    "another election": (lambda v: v.update(uuid="1" * 14), DecryptionForeign, "decryption file"),
    "another tally": (lambda v: v.update(encrypted_tally="0" * 64), DecryptionForeign, "decryption file"),
    "an extra field": (lambda v: v.update(note=""), DecryptionRefused, "decryption file"),
    "version 2": (lambda v: v.update(version=2), DecryptionRefused, "decryption file"),
}


@pytest.mark.parametrize("name", SIDE_FAULTS)
def test_faulty_side_files_are_refused(name: str) -> None:
    change, kind, where = SIDE_FAULTS[name]
    with pytest.raises(kind) as refusal:
        side(change)
    assert type(refusal.value) is kind
    assert refusal.value.where == where


def test_unchanged_side_file_is_accepted() -> None:
    side(lambda value: None)


def test_another_group_cannot_answer_for_this_one() -> None:
    data = counted()
    other = group(2, 3)
    with pytest.raises((DecryptionProofRefused, DecryptionKeyRefused)):
        verify_share(data.election, other.trustees, data.tally, data.shares[0])
