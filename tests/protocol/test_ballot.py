"""Ballots: every allowed vote verifies, and nothing else does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from belenios_samples import (
    BALLOT,
    FIVE,
    FOREIGN,
    KEY,
    THREE,
    VOTER,
    election_for,
    foreign,
    question,
    refusal,
    voter,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.protocol import ballot as ballot_module
from epilwu.protocol.ballot import (
    BeleniosElection,
    choice_vector,
    make_ballot,
    parse_ballot,
    tracker,
    verify_ballot,
)
from epilwu.protocol.credential import derive, parse_credentials
from epilwu.protocol.errors import VectorRefused
from epilwu.protocol.group import SecretScalar, base_mul, sub

Trace = Callable[[FrameType, str, object], Any]


def decrypted(election_key: SecretScalar, data: bytes, election: BeleniosElection) -> list[int]:
    """The plaintexts of a ballot: what no one learns in an election."""
    small = {base_mul(value): value for value in range(-2, 64)}
    pairs = verify_ballot(election, data).choices
    return [small[sub(pair.beta, election_key.power(pair.alpha))] for pair in pairs]


# What must pass.


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_ballots_verify(name: str) -> None:
    given_election = foreign(name)
    election = given_election.election
    listed = set(parse_credentials(given_election.credentials, bare=False))
    assert len(given_election.ballots) == len(given_election.votes)
    for data, (token, vector) in zip(given_election.ballots, given_election.votes, strict=True):
        ballot = verify_ballot(election, data, credentials=listed)
        assert ballot.credential == derive(token, election.uuid).public_hex
        assert len(ballot.choices) == len(vector) == election.question.choices
        assert parse_ballot(election, data) == ballot
        assert f'"election_hash":"{election.fingerprint}"'.encode() in data


@pytest.mark.parametrize("name", FOREIGN)
def test_our_ballots_verify_in_foreign_elections(name: str) -> None:
    given_election = foreign(name)
    election = given_election.election
    for token, vector in given_election.votes[:3]:
        data = make_ballot(election, derive(token, election.uuid), vector)
        verify_ballot(election, data, credentials=set(parse_credentials(given_election.credentials, bare=False)))


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 10), st.booleans())
def test_every_choice_of_every_election_verifies(candidates: int, blank: bool) -> None:
    election = election_for(question(candidates, blank=blank), key=KEY)
    credential = voter(election)
    for choice in range(0 if blank else 1, candidates + 1):
        vector = choice_vector(election.question, choice)
        data = make_ballot(election, credential, vector)
        assert decrypted(KEY, data, election) == list(vector)
        if blank:
            assert vector[choice] == 1
        else:
            assert vector[choice - 1] == 1


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_general_bounds(data: st.DataObject) -> None:
    candidates = data.draw(st.integers(1, 6))
    maximum = data.draw(st.integers(1, candidates))
    minimum = data.draw(st.integers(0, maximum))
    blank = data.draw(st.booleans())
    election = election_for(question(candidates, blank=blank, minimum=minimum, maximum=maximum), key=KEY)
    vector = data.draw(st.lists(st.integers(0, 1), min_size=candidates + blank, max_size=candidates + blank))
    chosen = sum(vector[1:]) if blank else sum(vector)
    allowed = chosen == 0 if blank and vector[0] else minimum <= chosen <= maximum
    if allowed:
        assert decrypted(KEY, make_ballot(election, VOTER, vector), election) == vector
    else:
        with pytest.raises(VectorRefused):
            make_ballot(election, VOTER, vector)
        forged = ballot_module._ballot_of(election, VOTER, vector)
        assert refusal(election, forged) in ("ballot-overall-proof", "ballot-blank-proof")


def test_result_exposes_what_the_tally_needs() -> None:
    ballot = verify_ballot(FIVE, BALLOT)
    content = json.loads(BALLOT)
    assert ballot.tracker == tracker(BALLOT)
    assert len(ballot.tracker) == 43
    assert ballot.credential == VOTER.public_hex == content["credential"]
    written = [pair.to_json() for pair in ballot.choices]
    assert written == content["answers"][0]["choices"]
    assert all(len(pair.alpha) == len(pair.beta) == 32 for pair in ballot.choices)


def test_two_ballots_of_one_vote_share_nothing() -> None:
    again = json.loads(make_ballot(FIVE, VOTER, choice_vector(FIVE.question, 2)))
    numbers = json.dumps(again["answers"])
    for pair in json.loads(BALLOT)["answers"][0]["choices"]:
        assert pair["alpha"] not in numbers
        assert pair["beta"] not in numbers


def instructions(vector: tuple[int, ...]) -> list[tuple[str, int]]:
    """Every bytecode instruction of the protocol's code, in order, while a ballot of ``vector`` is made."""
    seen: list[tuple[str, int]] = []
    folder = str(Path(ballot_module.__file__).parent)

    def trace(frame: FrameType, event: str, _: object) -> Trace | None:
        if not frame.f_code.co_filename.startswith(folder):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            seen.append((frame.f_code.co_qualname, frame.f_lasti))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        make_ballot(FIVE, VOTER, vector)
    finally:
        sys.settrace(before)
    return seen


def test_the_prover_takes_the_same_steps_for_every_vote() -> None:
    """No branch depends on the vote. (What libsodium does inside a call is constant-time by its own promise.)"""
    first, *rest = (instructions(choice_vector(FIVE.question, choice)) for choice in range(6))
    assert len(first) > 10_000
    for other in rest:
        assert other == first


# Choices that the question does not have.


@pytest.mark.parametrize("choice", [-1, 6])
def test_choices_that_do_not_exist(choice: int) -> None:
    with pytest.raises(VectorRefused):
        choice_vector(FIVE.question, choice)


def test_blank_only_where_allowed() -> None:
    assert choice_vector(FIVE.question, 0) == (1, 0, 0, 0, 0, 0)
    with pytest.raises(VectorRefused):
        choice_vector(THREE.question, 0)


@pytest.mark.parametrize(
    "vector",
    [
        (),
        (0,) * 6,
        (1, 1, 0, 0, 0, 0),
        (0, 1, 1, 0, 0, 0),
        (0, 40, -39, 0, 0, 0),
        (0, 2, 0, 0, 0, 0),
        (1, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0, 0),
    ],
)
def test_vectors_that_are_not_allowed(vector: tuple[int, ...]) -> None:
    with pytest.raises(VectorRefused) as caught:
        make_ballot(FIVE, VOTER, vector)
    assert not any(character.isdigit() for character in str(caught.value))
