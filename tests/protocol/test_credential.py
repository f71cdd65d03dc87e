"""Voting tokens, their key pairs, and the published list."""

from __future__ import annotations

import json
import re

import pytest
from belenios_samples import FOREIGN, foreign, invalid
from hypothesis import given
from hypothesis import strategies as st

from epilwu.protocol.credential import (
    BASE58,
    Token,
    derive,
    new_uuid,
    parse_credentials,
    serialise_credentials,
)
from epilwu.protocol.errors import CredentialRepeated, CredentialsRefused, NotCanonical, TokenRefused
from epilwu.protocol.group import IDENTITY, base_mul, encode_element

UUID = "1" * 14
A, B, C = (encode_element(base_mul(n)) for n in (5, 6, 7))


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_tokens_derive_to_the_published_list(name: str) -> None:
    given_election = foreign(name)
    listed = parse_credentials(given_election.credentials, bare=False)
    uuid = given_election.election.uuid
    assert {derive(token, uuid).public_hex for token in given_election.tokens} == set(listed)
    assert len(given_election.tokens) == len(listed)
    voted = [json.loads(ballot)["credential"] for ballot in given_election.ballots]
    assert voted == [derive(token, uuid).public_hex for token, _ in given_election.votes]


@pytest.mark.parametrize("name", FOREIGN)
def test_belenios_form_is_refused_where_bare_is_asked(name: str) -> None:
    with pytest.raises(CredentialsRefused, match="bare"):
        parse_credentials(foreign(name).credentials, bare=True)


def test_generated_tokens_are_printed_and_read() -> None:
    tokens = [Token.generate() for _ in range(200)]
    assert len({token.text for token in tokens}) == 200
    assert {character for token in tokens for character in token.text} == set(BASE58) | {"-"}
    for token in tokens:
        assert Token.parse(token.text) == token
        assert re.fullmatch(r"\w{5}-\w{6}-\w{5}-\w{6}", token.text)


def test_derivation_depends_on_election_and_token() -> None:
    token = Token.generate()
    credential = derive(token, UUID)
    assert derive(token, UUID) == credential
    assert credential.public == credential.secret.base() == base_mul(credential.secret.reveal())
    assert credential.public_hex == encode_element(credential.public)
    assert derive(token, "2" * 14).public != credential.public
    assert derive(Token.generate(), UUID).public != credential.public


def test_secrets_stay_out_of_repr() -> None:
    token = Token.generate()
    credential = derive(token, UUID)
    assert token.text not in repr(token)
    assert str(credential.secret.reveal()) not in repr(credential)
    assert credential.secret.raw.hex() not in repr(credential)


TOKEN = "RYYWD-yMwR8M-dgvui-dsCgH5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN[:-1],
        TOKEN + "1",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.replace("-", ""),
        TOKEN.replace("-", " "),
        TOKEN.replace("R", "0"),
        TOKEN.replace("R", "O"),
        TOKEN.replace("R", "I"),
        TOKEN.replace("R", "l"),
        "RYYWDy-MwR8M-dgvui-dsCgH5",
    ],
)
def test_malformed_tokens_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        Token.parse(text)
    assert text.strip() == "" or text.strip() not in str(caught.value)


def test_uuids() -> None:
    uuids = {new_uuid() for _ in range(100)}
    assert len(uuids) == 100
    assert all(re.fullmatch(f"[{BASE58}]{{14}}", uuid) for uuid in uuids)


@given(st.sets(st.integers(1, 2**200), min_size=1, max_size=8))
def test_lists_are_written_sorted_and_read(exponents: set[int]) -> None:
    listed = [encode_element(base_mul(exponent)) for exponent in exponents]
    data = serialise_credentials(listed)
    assert parse_credentials(data, bare=True) == parse_credentials(data, bare=False) == tuple(sorted(listed))


def test_foreign_forms_keep_their_order() -> None:
    data = json.dumps([f"{C},,10", f"{A},1,someone", f"{B},1", f"{encode_element(base_mul(8))},"]).replace(" ", "")
    read = parse_credentials(data.encode(), bare=False)
    assert read == (C, A, B, encode_element(base_mul(8)))


@pytest.mark.parametrize(
    "entry", [f"{A},2,x", f"{A},0,x", f"{A},01,x", f"{A},-1,x", f"{A},1,x,y", f"{A}, ,x", f",{A}", "", A.upper(), A[1:]]
)
def test_other_entries_are_refused(entry: str) -> None:
    for bare in (True, False):
        with pytest.raises(CredentialsRefused) as caught:
            parse_credentials(json.dumps([B, entry], separators=(",", ":")).encode(), bare=bare)
        assert caught.value.where == "credential 1"


@pytest.mark.parametrize("element", [IDENTITY, *invalid()], ids=lambda e: e.hex())
def test_anyone_could_sign_for_a_bad_point(element: bytes) -> None:
    entry = element[::-1].hex()
    for bare in (True, False):
        with pytest.raises(CredentialsRefused):
            parse_credentials(f'["{A}","{entry}"]'.encode(), bare=bare)
    with pytest.raises(CredentialsRefused):
        serialise_credentials([A, entry])


def test_repetitions_are_refused() -> None:
    with pytest.raises(CredentialRepeated) as caught:
        parse_credentials(f'["{A}","{B}","{A}"]'.encode(), bare=True)
    assert caught.value.where == "credential 2"
    with pytest.raises(CredentialRepeated):
        parse_credentials(f'["{A},,1","{A},,2"]'.encode(), bare=False)
    with pytest.raises(CredentialRepeated):
        serialise_credentials([A, B, A])


@pytest.mark.parametrize("data", [b"{}", b'"x"', b"[1]", f'["{A}" ]'.encode(), f'["{A}"]\n'.encode(), b"[null]"])
def test_other_json_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_credentials(data, bare=False)


def test_empty_list_is_refused() -> None:
    with pytest.raises(CredentialsRefused):
        parse_credentials(b"[]", bare=True)
