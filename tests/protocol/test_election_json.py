"""``election.json``: what is read and written, byte for byte."""

from __future__ import annotations

import json

import pytest
from belenios_samples import (
    BALLOT,
    FIVE,
    FOREIGN,
    THREE,
    foreign,
    invalid,
    refusal,
)

from epilwu.protocol import canonical
from epilwu.protocol.ballot import (
    BeleniosElection,
    serialise_election,
)
from epilwu.protocol.errors import ElectionRefused, MalformedElement, NotCanonical
from epilwu.protocol.group import IDENTITY, Element, G, encode_element


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_elections_are_rewritten_byte_for_byte(name: str) -> None:
    election = foreign(name).election
    assert election.data == serialise_election(
        name=election.name,
        description=election.description,
        public_key=election.public_key,
        question=election.question,
        uuid=election.uuid,
    )


def test_people_of_foreign_elections() -> None:
    for extra in (
        {"administrator": "A"},
        {"credential_authority": "B"},
        {"administrator": "A", "credential_authority": "B"},
    ):
        election = BeleniosElection.parse(canonical.dumps(json.loads(FIVE.data) | extra))
        assert election.administrator == extra.get("administrator")
        assert election.credential_authority == extra.get("credential_authority")
        assert election.fingerprint != FIVE.fingerprint
        assert refusal(election, BALLOT) == "ballot-election-hash"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("version", 2),
        ("group", "BELENIOS-2048"),
        ("uuid", "short"),
        ("uuid", "0" * 14),
        ("uuid", "1" * 65),
        ("questions", []),
        ("questions", json.loads(FIVE.data)["questions"] * 2),
        ("questions", [{"type": "NonHomomorphic", "value": {}}]),
    ],
)
def test_elections_that_are_not_supported(field: str, value: object) -> None:
    with pytest.raises(ElectionRefused):
        BeleniosElection.parse(canonical.dumps(json.loads(FIVE.data) | {field: value}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answers", []),
        ("answers", ["x"] * 65),
        ("answers", [1]),
        ("min", -1),
        ("min", 2),
        ("min", True),
        ("max", 0),
        ("max", 6),
        ("question", None),
        ("extra", 1),
    ],
)
def test_questions_that_are_not_supported(field: str, value: object) -> None:
    content = json.loads(FIVE.data)
    content["questions"][0][field] = value
    with pytest.raises(NotCanonical):
        BeleniosElection.parse(canonical.dumps(content))


def test_blank_is_written_only_when_true() -> None:
    assert b"blank" not in THREE.data
    for value in (False, 1, None):
        content = json.loads(FIVE.data)
        content["questions"][0]["blank"] = value
        with pytest.raises(ElectionRefused):
            BeleniosElection.parse(canonical.dumps(content))


@pytest.mark.parametrize("key", [IDENTITY, *invalid()[:8]], ids=lambda e: e.hex())
def test_bad_public_keys(key: Element) -> None:
    with pytest.raises(MalformedElement):
        BeleniosElection.parse(canonical.dumps(json.loads(FIVE.data) | {"public_key": encode_element(key)}))


def test_other_election_bytes() -> None:
    for data in (FIVE.data + b"\n", b"{}", FIVE.data[:-1] + b',"extra":1}', FIVE.data.replace(b'":', b'": ', 1)):
        with pytest.raises(NotCanonical):
            BeleniosElection.parse(data)
    swapped = {"credential_authority": "B", "administrator": "A"}
    with pytest.raises(NotCanonical):
        BeleniosElection.parse(canonical.dumps(json.loads(FIVE.data) | swapped))


def test_serialisation_refuses_what_it_would_not_read() -> None:
    with pytest.raises(ElectionRefused):
        serialise_election(name="", description="", public_key=G, question=FIVE.question, uuid="x")
    with pytest.raises(MalformedElement):
        serialise_election(name="", description="", public_key=IDENTITY, question=FIVE.question, uuid=FIVE.uuid)
