"""The key ceremony: belenios-tool's is reproduced, fresh ones work, and whoever cheats is named."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trustee_samples import PEDERSEN, certify, foreign_ceremony, group

from epilwu.protocol import canonical, pedersen, sealing
from epilwu.protocol.combination import lagrange
from epilwu.protocol.errors import (
    CeremonyRefused,
    DealtShareRefused,
    ProtocolError,
    SealedMessageRefused,
    SeedRefused,
    ThresholdRefused,
    TrusteeKeyRefused,
    TrusteeSignatureRefused,
)
from epilwu.protocol.group import Q, SecretScalar, encode_element
from epilwu.protocol.sealing import derive_keys, new_seed, receive, send, sign
from epilwu.protocol.trustees import make_public_share, parse_trustees, serialise_trustees

INDICES = range(1, 6)


def test_foreign_letters_are_routed_byte_for_byte() -> None:
    theirs = foreign_ceremony()
    assert list(pedersen.route(theirs.certificates, theirs.dealings)) == theirs.letters


@pytest.mark.parametrize("index", INDICES)
def test_foreign_shares_add_up_to_the_published_key(index: int) -> None:
    """The dealt secrets open with the trustee's seed, fit the coefficients, and sum to the sealed secret."""
    theirs = foreign_ceremony()
    seed, certificates = theirs.seeds[index - 1], theirs.certificates
    keys = derive_keys(seed)
    total = 0
    for dealer, sealed in zip(certificates, json.loads(theirs.letters[index - 1])["secrets"], strict=True):
        total += int(json.loads(receive(keys, dealer.verification, sealed))["secret"])
    output = pedersen.read_acceptance(certificates, theirs.dealings, index, theirs.outputs[index - 1])
    assert output.private_key == theirs.sealed[index - 1]
    secret = pedersen.recover_secret(seed, output.private_key, output.share.public_key)
    assert secret.reveal() == total % Q
    ours = pedersen.accept(seed, certificates, theirs.letters[index - 1])
    again = pedersen.read_acceptance(certificates, theirs.dealings, index, ours)
    assert again.share.public_key == output.share.public_key
    assert pedersen.recover_secret(seed, again.private_key, again.share.public_key) == secret


def test_foreign_group_is_assembled_byte_for_byte() -> None:
    theirs = foreign_ceremony()
    data = pedersen.assemble(theirs.certificates, theirs.dealings, theirs.outputs)
    assert data == (PEDERSEN / "threshold.json").read_bytes().strip()


def test_fresh_ceremony_shares_one_key() -> None:
    people = group(3, 5)
    weights = lagrange([2, 3, 5])
    total = sum(weight * people.secret(owner).reveal() for owner, weight in weights.items())
    assert SecretScalar.of(total).base() == people.trustees.public_key
    weights = lagrange([2, 3])
    total = sum(weight * people.secret(owner).reveal() for owner, weight in weights.items())
    assert SecretScalar.of(total).base() != people.trustees.public_key


@given(st.lists(st.integers(0, Q - 1), min_size=1, max_size=6), st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_secret_evaluation_is_the_polynomial(coefficients: list[int], index: int) -> None:
    value = pedersen._evaluate_secretly([SecretScalar.of(c) for c in coefficients], index)
    assert value.reveal() == sum(c * index**k for k, c in enumerate(coefficients)) % Q


@given(st.lists(st.integers(0, Q - 1), min_size=1, max_size=6), st.randoms(use_true_random=False), st.integers(0, 200))
@settings(max_examples=40, deadline=None)
def test_lagrange_recovers_any_value(coefficients: list[int], random: Random, at: int) -> None:
    def value(x: int) -> int:
        total = 0
        for coefficient in reversed(coefficients):
            total = (total * x + coefficient) % Q
        return total

    indices = random.sample(range(1, 101), len(coefficients))
    assert sum(w * value(k) for k, w in lagrange(indices, at=at).items()) % Q == value(at)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (2, 3)])
def test_other_shapes(shape: tuple[int, int]) -> None:
    threshold, size = shape
    people = group(threshold, size)
    assert people.trustees.items[0].threshold == threshold
    assert len(people.trustees.owners) == size


@pytest.mark.parametrize("numbers", [(1, 1, 3), (0, 2, 3), (4, 2, 3), (1, 0, 3), (1, 4, 3), (1, 2, 101)])
def test_numbers_that_do_not_fit_are_refused(numbers: tuple[int, int, int]) -> None:
    index, threshold, size = numbers
    with pytest.raises(CeremonyRefused):
        pedersen.make_certificate(new_seed(), index=index, threshold=threshold, size=size)


class Table:
    """A fresh 2-of-3 ceremony up to its dealings, to be tampered with by trustee 2."""

    def __init__(self) -> None:
        self.seeds = [new_seed() for _ in range(3)]
        self.certificates = certify(self.seeds, 2)
        self.messages = [json.loads(pedersen.deal(seed, self.certificates)) for seed in self.seeds]

    def letters(self) -> tuple[bytes, ...]:
        dealings = pedersen.read_dealings(self.certificates, [canonical.dumps(m) for m in self.messages])
        return pedersen.route(self.certificates, dealings)

    def accept(self, index: int) -> bytes:
        return pedersen.accept(self.seeds[index - 1], self.certificates, self.letters()[index - 1])


def refused(kind: type[ProtocolError], where: str, table: Table, index: int) -> ProtocolError:
    with pytest.raises(kind) as refusal:
        table.accept(index)
    assert type(refusal.value) is kind
    assert refusal.value.where == where
    return refusal.value


def test_a_false_share_names_its_dealer() -> None:
    table = Table()
    cheat = derive_keys(table.seeds[1])
    false = canonical.dumps({"secret": "12345"}).decode()
    table.messages[1]["secrets"][2] = send(cheat.signing, table.certificates[2].encryption, false)
    refused(DealtShareRefused, "trustee 2", table, 3)
    assert table.accept(1)
    assert table.accept(2)


def test_a_share_for_somebody_else_names_its_dealer() -> None:
    table = Table()
    table.messages[1]["secrets"].reverse()
    refused(SealedMessageRefused, "trustee 2", table, 1)


def test_a_share_redirected_by_its_recipient_is_refused() -> None:
    """Trustee 1 opens what trustee 2 dealt to it and seals the signed inside to trustee 3: bound to its recipient."""
    table = Table()
    first = derive_keys(table.seeds[0])
    inside = sealing._decrypt(first.decryption, table.messages[1]["secrets"][0])
    table.messages[1]["secrets"][2] = sealing._encrypt(table.certificates[2].encryption, inside)
    error = refused(SealedMessageRefused, "trustee 2", table, 3)
    assert "another recipient" in error.what


def test_a_share_by_somebody_else_is_refused() -> None:
    table = Table()
    other = derive_keys(table.seeds[0])
    text = canonical.dumps({"secret": "1"}).decode()
    table.messages[1]["secrets"][2] = send(other.signing, table.certificates[2].encryption, text)
    error = refused(SealedMessageRefused, "trustee 2", table, 3)
    assert "not signed" in error.what


@pytest.mark.parametrize("text", ['{"secret":"01"}', '{"secret":1}', '{"other":"1"}', "x", f'{{"secret":"{Q}"}}'])
def test_an_unreadable_share_names_its_dealer(text: str) -> None:
    table = Table()
    cheat = derive_keys(table.seeds[1])
    table.messages[1]["secrets"][2] = send(cheat.signing, table.certificates[2].encryption, text)
    refused(SealedMessageRefused, "trustee 2", table, 3)


def test_ones_own_dealing_replaced_is_noticed() -> None:
    """Somebody with the seed's signing key only, or a mix-up of sticks: coefficients and polynomial must fit."""
    table = Table()
    second = json.loads(pedersen.deal(table.seeds[1], table.certificates))
    table.messages[1] = second | {"polynomial": table.messages[1]["polynomial"]}
    error = refused(CeremonyRefused, "trustee 2", table, 2)
    assert "replaced" in error.what


def test_coefficients_of_a_wrong_number_are_refused() -> None:
    table = Table()
    cheat = derive_keys(table.seeds[1])
    listed: list[canonical.Json] = [encode_element(SecretScalar.random().base()) for _ in range(3)]
    text = canonical.dumps({"coefexps": listed}).decode()
    table.messages[1]["coefexps"] = json.loads(canonical.dumps(sign(cheat.signing, text).to_json()))
    with pytest.raises(ThresholdRefused) as refusal:
        table.letters()
    assert refusal.value.where == "trustee 2"


@pytest.mark.parametrize("field", ["coefexps", "signature"])
def test_another_dealers_signature_is_refused(field: str) -> None:
    table = Table()
    table.messages[1][field] = table.messages[2][field]
    with pytest.raises(TrusteeSignatureRefused) as refusal:
        table.letters()
    assert refusal.value.where == "trustee 2"


def test_dealing_over_other_certificates_is_refused() -> None:
    """One trustee was shown another set of certificates: its signature says so."""
    table = Table()
    others = certify([new_seed(), table.seeds[1], new_seed()], 2)
    table.messages[1] = json.loads(pedersen.deal(table.seeds[1], others))
    with pytest.raises((TrusteeSignatureRefused, CeremonyRefused)) as refusal:
        table.letters()
    assert refusal.value.where == "trustee 2"


def test_a_key_that_nobody_dealt_is_refused() -> None:
    people = group(3, 5)
    dealings = pedersen.read_dealings(people.certificates, people.messages)
    keys = derive_keys(people.seeds[3])
    secret = SecretScalar.random()
    share = make_public_share(secret, sign(keys.signing, encode_element(secret.base())).signature)
    output = canonical.dumps({"private_key": "", "public_key": share.to_json()})
    with pytest.raises(TrusteeKeyRefused) as refusal:
        pedersen.assemble(people.certificates, dealings, [*people.outputs[:3], output, people.outputs[4]])
    assert refusal.value.where == "trustee 4"


def test_a_strange_seed_is_refused() -> None:
    people = group(3, 5)
    with pytest.raises(SeedRefused):
        pedersen.deal(new_seed(), people.certificates)
    with pytest.raises(SealedMessageRefused):
        pedersen.recover_secret(new_seed(), pedersen.sealed_secret(people.outputs[0]), people.trustees.key(1))
    with pytest.raises(SeedRefused):
        pedersen.recover_secret(people.seeds[0], pedersen.sealed_secret(people.outputs[0]), people.trustees.key(2))


@pytest.mark.parametrize("seed", ["", "short", "0" * 22, "1" * 23, "1" * 22 + "\n"])
def test_what_is_no_seed_is_refused_and_not_repeated(seed: str) -> None:
    with pytest.raises(SeedRefused) as refusal:
        derive_keys(seed)
    assert not seed or seed.strip() not in str(refusal.value)


def test_secrets_are_not_shown() -> None:
    keys = derive_keys(new_seed())
    assert str(keys.signing.reveal()) not in repr(keys)
    assert "signing" not in repr(keys)


def test_a_changed_sealed_message_does_not_open() -> None:
    keys = derive_keys(new_seed())
    sealed = json.loads(send(keys.signing, keys.encryption, "isi"))
    assert receive(keys, keys.verification, canonical.dumps(sealed).decode()) == "isi"
    for field in ("alpha", "beta", "data"):
        text = sealed[field]
        changed = sealed | {field: text[:-1] + ("0" if text[-1] != "0" else "1")}
        with pytest.raises(SealedMessageRefused):
            receive(keys, keys.verification, canonical.dumps(changed).decode())


@pytest.mark.parametrize("count", [0, 2])
def test_missing_messages_are_refused(count: int) -> None:
    people = group(2, 3)
    with pytest.raises(CeremonyRefused):
        pedersen.read_dealings(people.certificates, people.messages[:count])
    dealings = pedersen.read_dealings(people.certificates, people.messages)
    with pytest.raises(CeremonyRefused):
        pedersen.assemble(people.certificates, dealings, people.outputs[:count])


def test_two_groups_make_one_key() -> None:
    first, second = group(2, 3), group(3, 5)
    parts = [
        pedersen.assemble(g.certificates, pedersen.read_dealings(g.certificates, g.messages), g.outputs)
        for g in (first, second)
    ]
    both = parse_trustees(serialise_trustees(parts))
    assert len(both.owners) == 8
    assert both.key(4) == second.trustees.key(1)
    assert not both.is_one_group


def test_a_certificate_by_itself() -> None:
    data = pedersen.make_certificate(new_seed(), index=2, threshold=2, size=3)
    assert pedersen.read_certificate(data, 2) == pedersen.read_certificate(data)
    with pytest.raises(CeremonyRefused) as refusal:
        pedersen.read_certificate(data, 1)
    assert refusal.value.where == "trustee 1"
    with pytest.raises(CeremonyRefused):
        pedersen.read_certificates([])


@pytest.mark.parametrize("change", [{"secrets": []}, {"polynomial": 1}, {"signature": {}}, {"note": 1}])
def test_a_dealing_of_another_form_names_its_dealer(change: dict[str, canonical.Json]) -> None:
    table = Table()
    table.messages[1] |= change
    with pytest.raises(CeremonyRefused) as refusal:
        table.letters()
    assert refusal.value.where == "trustee 2"


@pytest.mark.parametrize("change", [{"secrets": []}, {"polynomial": 1}, {"signatures": [1, 2, 3]}, {"note": 1}])
def test_a_letter_of_another_form_is_refused(change: dict[str, canonical.Json]) -> None:
    table = Table()
    letter = canonical.dumps(json.loads(table.letters()[0]) | change)
    with pytest.raises(CeremonyRefused):
        pedersen.accept(table.seeds[0], table.certificates, letter)


def test_an_unreadable_own_polynomial_is_refused() -> None:
    table = Table()
    keys = derive_keys(table.seeds[1])
    table.messages[1]["polynomial"] = send(keys.signing, keys.encryption, '{"polynomial":["x"]}')
    error = refused(CeremonyRefused, "trustee 2", table, 2)
    assert "unreadable" in error.what


@pytest.mark.parametrize("data", [b"{}", b'{"private_key":1,"public_key":{}}', b"x"])
def test_an_acceptance_of_another_form_names_its_maker(data: bytes) -> None:
    people = group(2, 3)
    dealings = pedersen.read_dealings(people.certificates, people.messages)
    with pytest.raises(CeremonyRefused) as refusal:
        pedersen.assemble(people.certificates, dealings, [people.outputs[0], data, people.outputs[2]])
    assert refusal.value.where == "trustee 2"


def test_sealed_data_is_lower_case_hex() -> None:
    keys = derive_keys(new_seed())
    sealed = json.loads(send(keys.signing, keys.encryption, "isi"))
    for data in (sealed["data"].upper(), sealed["data"][:-1], "", sealed["data"][:14], "zz"):
        with pytest.raises(SealedMessageRefused):
            receive(keys, keys.verification, canonical.dumps(sealed | {"data": data}).decode())
