"""Ballots that must not count: forged by someone who holds a token, changed, moved, or badly written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from belenios_samples import (
    BALLOT,
    FIVE,
    KEY,
    PLAIN_BALLOT,
    THREE,
    VOTER,
    election_for,
    invalid,
    refusal,
    resign,
    voter,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.protocol import ballot as ballot_module
from epilwu.protocol import canonical, proofs
from epilwu.protocol.ballot import (
    BeleniosElection,
    choice_vector,
    parse_ballot,
    verify_ballot,
)
from epilwu.protocol.credential import Credential
from epilwu.protocol.errors import BallotRefused
from epilwu.protocol.group import IDENTITY, Element, Q, SecretScalar, base_mul, encode_element

# Forgeries by someone who holds a token and writes the ballot's code anew.


@pytest.mark.parametrize("election", [FIVE, THREE], ids=["blank", "plain"])
@pytest.mark.parametrize("values", [(40, -39), (-1, 2), (2, -1), (40, 0), (Q - 1, 2)])
def test_a_value_other_than_0_or_1(election: BeleniosElection, values: tuple[int, int]) -> None:
    """Sum and blank proofs can be honest (40 - 39 = 1); the individual ones cannot."""
    vector = [0] * election.question.choices
    vector[-2:] = values
    assert refusal(election, ballot_module._ballot_of(election, VOTER, vector)) == "ballot-individual-proof"


def test_a_proof_of_other_values_in_the_place_of_0_or_1() -> None:
    """A true proof that the choice is 0 or 40 does not pass for one that it is 0 or 1."""
    context = f"{THREE.fingerprint}|{VOTER.public_hex}"
    vector = (40, -39, 0)
    openings = [proofs.encrypt(THREE.public_key, value) for value in vector]
    individual = [
        proofs.prove_one_of(
            THREE.public_key, ((opening, 0), (opening, value or 1)), f"prove|{context}|{opening.ciphertext}"
        )
        for opening, value in zip(openings, vector, strict=True)
    ]
    content = json.loads(PLAIN_BALLOT)
    answer = content["answers"][0]
    answer["choices"] = [opening.ciphertext.to_json() for opening in openings]
    answer["individual_proofs"] = [[proof.to_json() for proof in pair] for pair in individual]
    answer |= ballot_module._whole_proofs(THREE, context, openings)
    assert refusal(THREE, resign(content, VOTER)) == "ballot-individual-proof"


def test_blank_and_a_candidate_at_once() -> None:
    forged = ballot_module._ballot_of(FIVE, VOTER, (1, 1, 0, 0, 0, 0))
    assert refusal(FIVE, forged) == "ballot-blank-proof"
    assert refusal(FIVE, ballot_module._ballot_of(FIVE, VOTER, (0,) * 6)) == "ballot-overall-proof"
    assert refusal(FIVE, ballot_module._ballot_of(FIVE, VOTER, (0, 1, 1, 0, 0, 0))) == "ballot-overall-proof"


def test_a_ballot_copied_under_another_credential() -> None:
    assert refusal(FIVE, resign(json.loads(BALLOT), voter(FIVE))) == "ballot-individual-proof"
    content = json.loads(BALLOT)
    content["credential"] = voter(FIVE).public_hex
    assert refusal(FIVE, canonical.dumps(content)) == "ballot-hash"


def test_the_identity_as_credential_signs_nothing() -> None:
    nobody = Credential(SecretScalar.of(0), IDENTITY, encode_element(IDENTITY))
    vector = choice_vector(FIVE.question, 1)
    assert refusal(FIVE, ballot_module._ballot_of(FIVE, nobody, vector)) == "ballot-identity"


def test_a_ballot_of_another_election() -> None:
    assert refusal(THREE, BALLOT) == "ballot-election-uuid"
    twin = election_for(FIVE.question, uuid=FIVE.uuid)
    assert refusal(twin, BALLOT) == "ballot-election-hash"
    content = json.loads(BALLOT) | {"election_hash": twin.fingerprint}
    assert refusal(twin, resign(content, VOTER)) == "ballot-individual-proof"
    same_key = election_for(FIVE.question, key=KEY)
    moved = json.loads(BALLOT) | {"election_uuid": same_key.uuid, "election_hash": same_key.fingerprint}
    assert refusal(same_key, resign(moved, VOTER)) == "ballot-individual-proof"


def test_unknown_credential() -> None:
    with pytest.raises(BallotRefused) as caught:
        verify_ballot(FIVE, BALLOT, credentials={voter(FIVE).public_hex})
    assert caught.value.code == "ballot-credential-unknown"
    assert verify_ballot(FIVE, BALLOT, credentials={VOTER.public_hex}).credential == VOTER.public_hex


# Every field in turn.

Path = tuple[str | int, ...]


def leaves(value: object, path: Path = ()) -> list[Path]:
    """The paths of all strings in a JSON value."""
    if isinstance(value, str):
        return [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    return [leaf for name, inner in pairs for leaf in leaves(inner, (*path, name))]


def changed(data: bytes, path: Path, change: Callable[[str], Any]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(data)
    parent: Any = content
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = change(parent[path[-1]])
    return content


def other(text: str) -> str:
    """Another well-formed value of the same kind."""
    if text.isdigit() and len(text) != 64:
        return str((int(text) + 1) % Q)
    if len(text) == 64:
        return encode_element(base_mul(4711))
    return text[::-1]


CODE_OF_FIELD = {
    "choices": "ballot-individual-proof",
    "individual_proofs": "ballot-individual-proof",
    "overall_proof": "ballot-overall-proof",
    "blank_proof": "ballot-blank-proof",
}


@pytest.mark.parametrize("data", [BALLOT, PLAIN_BALLOT], ids=["blank", "plain"])
def test_every_field_is_bound(data: bytes) -> None:
    election = FIVE if data is BALLOT else THREE
    paths = leaves(json.loads(data))
    assert len(paths) == (50 if data is BALLOT else 26)
    for path in paths:
        content = changed(data, path, other)
        assert refusal(election, canonical.dumps(content)) != ""
        if path[0] == "answers":  # made good again by someone who holds the token
            assert refusal(election, canonical.dumps(content)) == "ballot-hash"
            assert refusal(election, resign(content, VOTER)) == CODE_OF_FIELD[str(path[2])]
        elif path[0] == "signature":
            assert refusal(election, canonical.dumps(content)) == (
                "ballot-hash" if path[1] == "hash" else "ballot-signature"
            )


def test_proofs_in_each_others_places() -> None:
    content = json.loads(BALLOT)
    individual = content["answers"][0]["individual_proofs"]
    individual[0], individual[1] = individual[1], individual[0]
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-individual-proof"
    content = json.loads(BALLOT)
    content["answers"][0]["individual_proofs"][2].reverse()
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-individual-proof"
    content = json.loads(BALLOT)
    answer = content["answers"][0]
    answer["overall_proof"], answer["blank_proof"] = answer["blank_proof"], answer["overall_proof"]
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-blank-proof"
    content = json.loads(BALLOT)
    choices = content["answers"][0]["choices"]
    choices[1], choices[2] = choices[2], choices[1]
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-individual-proof"


def test_choices_moved_together_with_their_proofs() -> None:
    """A vote for 1 turned into one for 2, proofs and all: the whole-ballot proofs bind the order."""
    content = json.loads(BALLOT)
    answer = content["answers"][0]
    for field in ("choices", "individual_proofs"):
        answer[field][1], answer[field][2] = answer[field][2], answer[field][1]
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-blank-proof"


def test_signature_by_another_token() -> None:
    content = json.loads(BALLOT)
    stranger = voter(FIVE)
    proof = proofs.prove_log(stranger.secret, f"sig|{content['signature']['hash']}")
    content["signature"]["proof"] = proof.to_json()
    assert refusal(FIVE, canonical.dumps(content)) == "ballot-signature"


# Elements, scalars and bytes.

ELEMENT_PATHS = [path for path in leaves(json.loads(BALLOT)) if path[-1] in ("credential", "alpha", "beta")]


@pytest.mark.parametrize("element", invalid(), ids=lambda e: e.hex())
def test_invalid_points(element: Element) -> None:
    for path in (ELEMENT_PATHS[0], *ELEMENT_PATHS[3:5]):
        bad = changed(BALLOT, path, lambda _: encode_element(element))
        for data in (canonical.dumps(bad), resign_as_is(bad)):
            with pytest.raises(BallotRefused) as caught:
                parse_ballot(FIVE, data)
            assert caught.value.code == "ballot-element"
        assert refusal(FIVE, resign_as_is(bad)) == "ballot-element"


@pytest.mark.parametrize("element", invalid(), ids=lambda e: e.hex())
def test_invalid_points_behind_challenges_of_zero(element: Element) -> None:
    """With the challenge 0 no multiplication looks at the point; it is refused all the same, by name."""
    for path in ELEMENT_PATHS:
        bad = changed(BALLOT, path, lambda _: encode_element(element))
        for pair in bad["answers"][0]["individual_proofs"]:
            pair[0]["challenge"] = pair[1]["challenge"] = "0"
        if path[0] == "credential":
            bad = json.loads(resign_as_is(bad))
            bad["signature"]["proof"]["challenge"] = "0"
            assert refusal(FIVE, canonical.dumps(bad)) == "ballot-element"
        else:
            data = resign(bad, VOTER)
            index = path[3]
            if index == 0:
                assert refusal(FIVE, data) == "ballot-element"
            with pytest.raises(BallotRefused) as caught:
                parse_ballot(FIVE, data)
            assert caught.value.code == "ballot-element"
            assert caught.value.where == f"answers[0].choices[{index}].{path[4]}"


def resign_as_is(content: dict[str, Any]) -> bytes:
    """The right hash, and a signature by ``VOTER`` whatever the credential field says."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    signed = canonical.b64_hash(canonical.dumps(unsigned))
    proof = proofs.prove_log(VOTER.secret, f"sig|{signed}")
    return canonical.dumps(unsigned | {"signature": {"hash": signed, "proof": proof.to_json()}})


@pytest.mark.parametrize("path", ELEMENT_PATHS, ids=str)
def test_identity_and_malformed_hex(path: Path) -> None:
    identity = changed(BALLOT, path, lambda _: encode_element(IDENTITY))
    assert refusal(FIVE, resign_as_is(identity)) == "ballot-identity"
    for change in (str.upper, lambda text: text[:-1], lambda text: text + "0", lambda text: " " + text[1:]):
        bad = changed(BALLOT, path, change)
        assert refusal(FIVE, canonical.dumps(bad)) == "ballot-element"


SCALAR_PATHS = [path for path in leaves(json.loads(BALLOT)) if path[-1] in ("challenge", "response")]


@pytest.mark.parametrize("path", SCALAR_PATHS, ids=str)
def test_scalars_have_one_name(path: Path) -> None:
    for change in (lambda text: str(int(text) + Q), lambda text: "0" + text, lambda text: "-" + text, lambda _: ""):
        assert refusal(FIVE, canonical.dumps(changed(BALLOT, path, change))) == "ballot-scalar"


def test_numbers_instead_of_strings() -> None:
    assert refusal(FIVE, canonical.dumps(changed(BALLOT, SCALAR_PATHS[0], int))) == "ballot-scalar"
    assert refusal(FIVE, canonical.dumps(changed(BALLOT, ELEMENT_PATHS[1], lambda _: 1))) == "ballot-element"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        BALLOT[:-1],
        BALLOT + b"\n",
        BALLOT + b" ",
        BALLOT + b"\0",
        b" " + BALLOT,
        BALLOT.replace(b":", b": ", 1),
        BALLOT.replace(b'{"election_uuid"', b'{"extra":1,"election_uuid"'),
        BALLOT[:-1] + b',"extra":1}',
        BALLOT.replace(b'{"election_uuid"', b'{"election_uuid":"x","election_uuid"'),
        BALLOT.replace(b'"election_uuid"', b'"\\u0065lection_uuid"'),
        BALLOT.replace(b'{"alpha"', b'{"alpha":"0","alpha"', 1),
        json.dumps(dict(reversed(json.loads(BALLOT).items())), separators=(",", ":")).encode(),
        json.dumps({k: v for k, v in json.loads(BALLOT).items() if k != "signature"}, separators=(",", ":")).encode(),
        BALLOT[:-1] + b" " * 10_000 + b"}",
        b"[" * 3000,
    ],
)
def test_other_bytes(data: bytes) -> None:
    assert refusal(FIVE, data) == "ballot-not-canonical"
    with pytest.raises(BallotRefused):
        parse_ballot(FIVE, data)


def test_blank_proof_only_where_blank_is_allowed() -> None:
    content = json.loads(PLAIN_BALLOT)
    content["answers"][0]["blank_proof"] = content["answers"][0]["overall_proof"] * 2
    assert refusal(THREE, resign(content, VOTER)) == "ballot-not-canonical"
    content = json.loads(BALLOT)
    del content["answers"][0]["blank_proof"]
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-not-canonical"


@pytest.mark.parametrize("field", ["choices", "individual_proofs", "overall_proof", "blank_proof"])
def test_wrong_numbers_of_choices_and_proofs(field: str) -> None:
    for change in (lambda items: items[:-1], lambda items: [*items, items[0]], lambda _: [], lambda _: "x"):
        content = json.loads(BALLOT)
        content["answers"][0][field] = change(content["answers"][0][field])
        assert refusal(FIVE, resign(content, VOTER)) == "ballot-shape"


def test_wrong_numbers_of_answers_and_pairs() -> None:
    content = json.loads(BALLOT)
    content["answers"] *= 2
    assert refusal(FIVE, resign(content, VOTER)) in ("ballot-shape", "ballot-not-canonical")
    content["answers"] = []
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-shape"
    content = json.loads(BALLOT)
    content["answers"][0]["individual_proofs"][3].append({"challenge": "0", "response": "0"})
    assert refusal(FIVE, resign(content, VOTER)) == "ballot-shape"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_is_accepted(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(BALLOT) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != BALLOT[place]))
    with pytest.raises(BallotRefused):
        verify_ballot(FIVE, BALLOT[:place] + bytes([byte]) + BALLOT[place + 1 :])
