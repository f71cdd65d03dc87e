"""Sum, combination and discrete logarithm; and the attack that bound proofs are there for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from belenios_samples import FOREIGN
from hypothesis import given, settings
from hypothesis import strategies as st
from trustee_samples import COUNTS, VOTES, Counted, cast, counted, election_of, foreign, group, single_item

from epilwu.protocol import canonical, proofs
from epilwu.protocol.ballot import choice_vector, make_ballot, verify_ballot
from epilwu.protocol.combination import MAX_COUNT, lagrange
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.errors import (
    BoundProofRefused,
    DecryptionProofRefused,
    DecryptionRefused,
    FactorsInconsistent,
    NotCanonical,
    ResultOutOfRange,
    TallyRefused,
    TrusteesMissing,
    TrusteeUnknown,
)
from epilwu.protocol.group import (
    IDENTITY,
    Element,
    G,
    Q,
    SecretScalar,
    add,
    base_mul,
    encode_element,
    hash_to_scalar,
    mul,
)
from epilwu.protocol.proofs import Ciphertext, Opening, Proof
from epilwu.protocol.tally import (
    EncryptedTally,
    PartialDecryption,
    Share,
    combine,
    combine_shares,
    discrete_logarithms,
    parse_result,
    partial_decrypt,
    serialise_result,
    sum_ballots,
    verify_bound,
    verify_decryption,
)
from epilwu.protocol.trustees import parse_trustees


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_tally_and_result_are_reproduced(name: str) -> None:
    theirs = foreign(name)
    total = sum_ballots(theirs.election, theirs.choices)
    assert total == theirs.tally
    counts = combine(theirs.election, theirs.trustees, total, theirs.decryptions, ballots=len(theirs.choices))
    assert serialise_result(counts) == theirs.result
    assert parse_result(theirs.result, theirs.election.question) == counts


def test_a_ballot_can_be_taken_back() -> None:
    theirs = foreign(FOREIGN[0])
    first, *others = theirs.choices
    assert theirs.tally.minus(first) == sum_ballots(theirs.election, others)


def of(data: Counted, owners: tuple[int, ...]) -> list[Share]:
    return [data.shares[owner - 1] for owner in owners]


@pytest.mark.parametrize("owners", [*combinations(range(1, 6), 3), *combinations(range(1, 6), 4), (1, 2, 3, 4, 5)])
def test_every_sufficient_subset_gives_the_same_result(owners: tuple[int, ...]) -> None:
    data = counted()
    args = (data.election, data.group.trustees, data.tally)
    assert combine_shares(*args, of(data, owners), ballots=len(VOTES)) == COUNTS
    assert combine_shares(*args, reversed(of(data, owners)), ballots=len(VOTES)) == COUNTS


@pytest.mark.parametrize("owners", [*combinations(range(1, 6), 2), (4,), ()])
def test_too_few_trustees_are_told_who_is_missing(owners: tuple[int, ...]) -> None:
    data = counted()
    with pytest.raises(TrusteesMissing) as refusal:
        combine_shares(data.election, data.group.trustees, data.tally, of(data, owners), ballots=len(VOTES))
    absent = [owner for owner in range(1, 6) if owner not in owners]
    assert refusal.value.where == ", ".join(f"trustee {owner}" for owner in absent)
    assert f"{3 - len(owners)} more" in refusal.value.what


def test_two_shares_of_one_trustee_are_refused() -> None:
    data = counted()
    with pytest.raises(DecryptionRefused) as refusal:
        combine_shares(data.election, data.group.trustees, data.tally, of(data, (1, 2, 2)), ballots=len(VOTES))
    assert refusal.value.where == "trustee 2"


def test_a_stranger_is_refused() -> None:
    data = counted()
    shares = {o: data.shares[0].decryption for o in (1, 2, 6)}
    with pytest.raises(TrusteeUnknown):
        combine(data.election, data.group.trustees, data.tally, shares, ballots=len(VOTES))


def test_another_trustees_decryption_is_named() -> None:
    data = counted()
    share = replace(data.shares[3], owner=5)
    with pytest.raises(DecryptionProofRefused) as refusal:
        combine_shares(data.election, data.group.trustees, data.tally, [*data.shares[:2], share], ballots=len(VOTES))
    assert refusal.value.where == "trustee 5"


def test_mandatory_and_group_together() -> None:
    """As in belenios-tool's own 3-of-5 election: its mandatory trustee cannot be left out."""
    theirs = foreign(FOREIGN[1])
    partial = {owner: data for owner, data in theirs.decryptions.items() if owner != 1}
    with pytest.raises(TrusteesMissing) as refusal:
        combine(theirs.election, theirs.trustees, theirs.tally, partial, ballots=9)
    assert refusal.value.where == "trustee 1"


def test_no_ballots_at_all() -> None:
    """Every alpha and beta is the identity, every factor too, and the proofs still hold."""
    data = counted()
    people, nothing = data.group, EncryptedTally.empty(data.election.question)
    shares = [partial_decrypt(data.election, people.trustees, o, people.secret(o), nothing) for o in (1, 3, 5)]
    assert shares[0].decryption.factors == (IDENTITY,) * 4
    for share in shares:
        assert PartialDecryption.parse(share.decryption.data, nothing, share.owner) == share.decryption
    assert combine_shares(data.election, people.trustees, nothing, shares, ballots=0) == (0, 0, 0, 0)


def test_a_lone_identity_among_ciphertexts() -> None:
    data = counted()
    people = data.group
    pairs = (*data.tally.ciphertexts[:3], Ciphertext(IDENTITY, base_mul(4)))
    tally = EncryptedTally.parse(EncryptedTally(pairs).data, data.election.question)
    shares = [partial_decrypt(data.election, people.trustees, o, people.secret(o), tally) for o in (2, 3, 4)]
    assert combine_shares(data.election, people.trustees, tally, shares, ballots=5) == (1, 3, 1, 4)
    with pytest.raises(ResultOutOfRange) as refusal:
        combine_shares(data.election, people.trustees, tally, shares, ballots=3)
    assert refusal.value.where == "count 3"


# --- the tally's bytes ------------------------------------------------------------------------------------------------


def test_tally_bytes_are_strict() -> None:
    data = counted()
    raw, asked = data.tally.data, data.election.question
    assert EncryptedTally.parse(raw, asked) == data.tally
    one = raw[1:-1]
    pairs = [pair.to_json() for pair in data.tally.ciphertexts]
    bad = [b"[" + one + b"," + one + b"]", one, raw + b"\n", raw.replace(b":", b": ", 1), b"[[]]", b"[]", b""]
    bad += [canonical.dumps([pairs[:3]]), canonical.dumps([[*pairs, pairs[0]]])]
    bad += [raw.replace(encode_element(data.tally.ciphertexts[0].alpha).encode(), b"0" * 64)]
    for changed in bad:
        with pytest.raises(TallyRefused):
            EncryptedTally.parse(changed, asked)


@pytest.mark.parametrize(
    "data",
    [
        b'{"result":[[1,2,3,-1]]}',
        b'{"result":[[1,2,3]]}',
        b'{"result":[1,2,3,4]}',
        b'{"result":[[1,2,3,true]]}',
        b'{"result":[[1,2,3,100000001]]}',
        b'{"result":[[1,2,3,4],[]]}',
    ],
)
def test_result_bytes_are_strict(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_result(data, counted().election.question)


# --- discrete logarithm -----------------------------------------------------------------------------------------------


@given(st.integers(0, 3000), st.data())
@settings(max_examples=30, deadline=None)
def test_logarithms_up_to_any_bound(bound: int, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.integers(0, bound), max_size=4))
    assert discrete_logarithms([base_mul(n) for n in wanted], bound=bound) == tuple(wanted)


@pytest.mark.parametrize("bound", [0, 1, 2, 3, 8, 9, 10, 99])
def test_logarithms_beyond_the_bound_are_refused(bound: int) -> None:
    assert discrete_logarithms([base_mul(n) for n in range(bound + 1)], bound=bound) == tuple(range(bound + 1))
    for power in (bound + 1, Q - 1, 10**9):
        with pytest.raises(ResultOutOfRange):
            discrete_logarithms([base_mul(power)], bound=bound)


def test_twenty_thousand_in_less_than_a_second() -> None:
    wanted = (0, 1, 141, 142, 9_999, 10_000, 19_999, 20_000, 12_345, 6_789)
    started = time.perf_counter()
    assert discrete_logarithms([base_mul(n) for n in wanted], bound=20_000) == wanted
    assert time.perf_counter() - started < 1


def test_absurd_bounds_are_refused() -> None:
    for bound in (-1, MAX_COUNT + 1):
        with pytest.raises(ResultOutOfRange):
            discrete_logarithms([G], bound=bound)


# --- shares that do not fit -------------------------------------------------------------------------------------------


class Attack:
    """One trustee with a booth that chooses the randomness of a station's last ballot (protocol.md, bound proofs).

    Before the last ballot the trustee fixes commitments A = g^w and B = alpha^w g^b, where alpha is the product of
    all earlier ballots' alphas. Belenios's challenge c covers only A and B. For a factor F = alpha'^x g^d the proof
    holds if the last ballot adds g^r with r = (b - d c) / w.
    """

    def __init__(self, moved: tuple[int, ...], honest: tuple[int, ...], last: int) -> None:
        self.people = group(3, 5)
        self.trustees = self.people.trustees
        self.election = election_of(self.trustees.public_key)
        self.secret = self.people.secret(2)
        self.partners = (2, 4, 5)
        choices = [verify_ballot(self.election, cast(self.election, vote)).choices for vote in honest]
        self.before = sum_ballots(self.election, choices)
        self.last = last
        weight = lagrange(self.partners)[2]
        self.shifts = [-move * pow(weight, -1, Q) % Q for move in moved]
        self.proofs: list[Proof] = []
        self.randomness = [
            self._fix(pair.alpha, shift) for pair, shift in zip(self.before.ciphertexts, self.shifts, strict=True)
        ]

    def _fix(self, alpha: Element, shift: int) -> SecretScalar:
        w, b = SecretScalar.random().reveal(), SecretScalar.random().reveal()
        first, second = base_mul(w), add(mul(alpha, w), base_mul(b))
        key = encode_element(self.trustees.key(2))
        text = f"decrypt|{self.election.fingerprint}|{key}|{encode_element(first)},{encode_element(second)}"
        challenge = hash_to_scalar(text)
        self.proofs.append(Proof(challenge, (w - self.secret.reveal() * challenge) % Q))
        return SecretScalar.of((b - shift * challenge) * pow(w, -1, Q))

    def last_ballot(self, monkeypatch: pytest.MonkeyPatch) -> bytes:
        """A valid ballot with the chosen randomness, made by the booth's own code."""
        chosen: Iterator[SecretScalar] = iter(self.randomness)

        def encrypt(key: Element, plaintext: int) -> Opening:
            r = next(chosen)
            beta = add(r.power(key), base_mul(plaintext))
            return Opening(Ciphertext(r.base(), beta), r, plaintext)

        vector = choice_vector(self.election.question, self.last)
        with monkeypatch.context() as patched:
            patched.setattr(proofs, "encrypt", encrypt)
            return make_ballot(self.election, derive(Token.generate(), self.election.uuid), vector)

    def share(self, tally: EncryptedTally) -> Share:
        honest = partial_decrypt(self.election, self.trustees, 2, self.secret, tally)
        factors = tuple(add(f, base_mul(d)) for f, d in zip(honest.decryption.factors, self.shifts, strict=True))
        return replace(honest, decryption=PartialDecryption(factors, tuple(self.proofs)))


def test_chosen_shift_passes_belenios_and_fails_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two votes move from candidate 1 to candidate 3; every ballot is valid and every Belenios proof holds."""
    attack = Attack(moved=(0, -2, 0, 2), honest=(0, 1, 1, 1, 2), last=3)
    last = verify_ballot(attack.election, attack.last_ballot(monkeypatch))
    tally = attack.before.plus(last.choices)
    false = attack.share(tally)
    shares = {
        owner: partial_decrypt(attack.election, attack.trustees, owner, attack.people.secret(owner), tally)
        for owner in attack.trustees.owners
    }
    honest = {owner: shares[owner].decryption for owner in (3, 4, 5)}
    assert combine(attack.election, attack.trustees, tally, honest, ballots=6) == (1, 3, 1, 1)

    verify_decryption(attack.election, attack.trustees, tally, 2, false.decryption)
    partners = {2: false.decryption, 4: shares[4].decryption, 5: shares[5].decryption}
    assert combine(attack.election, attack.trustees, tally, partners, ballots=6) == (1, 1, 1, 3)

    # What the bound proofs catch, with the honest proofs reused or with Belenios's passed off as bound ones:
    for bound in (false.proofs, false.decryption.proofs):
        with pytest.raises(BoundProofRefused) as refusal:
            verify_bound(attack.election, attack.trustees, tally, replace(false, proofs=bound))
        assert refusal.value.where == "trustee 2"
    # What publishing all partial decryptions catches even by Belenios's rule, and whom it names:
    five = {owner: share.decryption for owner, share in shares.items()} | {2: false.decryption}
    with pytest.raises(FactorsInconsistent) as odd:
        combine(attack.election, attack.trustees, tally, five, ballots=6)
    assert odd.value.where == "trustee 2"
    four = {owner: five[owner] for owner in (1, 2, 3, 4)}
    with pytest.raises(FactorsInconsistent) as some:
        combine(attack.election, attack.trustees, tally, four, ballots=6)
    assert some.value.where == "trustee 1, trustee 2, trustee 3, trustee 4"


def test_single_trustees_decrypt_together() -> None:
    secrets = [SecretScalar.random() for _ in range(2)]
    trustees = parse_trustees(canonical.dumps([single_item(secret) for secret in secrets]))
    election = election_of(trustees.public_key)
    tally = sum_ballots(election, (verify_ballot(election, cast(election, vote)).choices for vote in VOTES))
    shares = [partial_decrypt(election, trustees, o, s, tally) for o, s in enumerate(secrets, 1)]
    assert combine_shares(election, trustees, tally, shares, ballots=len(VOTES)) == COUNTS
    with pytest.raises(TrusteesMissing):
        combine_shares(election, trustees, tally, shares[1:], ballots=len(VOTES))
