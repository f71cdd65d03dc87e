"""A second opinion on ballots: belenios-tool checks ours, and we check the ones that it makes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from belenios_samples import Run, election_for, question

from epilwu.protocol import ballot as ballot_module
from epilwu.protocol import canonical, proofs
from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.ballot import (
    BeleniosElection,
    Question,
    choice_vector,
    make_ballot,
    serialise_election,
    verify_ballot,
)
from epilwu.protocol.credential import Token, derive, serialise_credentials
from epilwu.protocol.group import SecretScalar, encode_element

pytestmark = pytest.mark.peer

KEY = SecretScalar.of(31337)
TOKENS = tuple(Token.generate() for _ in range(3))


def trustees() -> bytes:
    """One mandatory trustee who holds ``KEY``."""
    public = encode_element(KEY.base())
    pok = proofs.prove_log(KEY, f"pok|Ed25519|{public}")
    return canonical.dumps([["Single", {"pok": pok.to_json(), "public_key": public}]])


def board(folder: Path, election: BeleniosElection) -> Path:
    """A folder with an archive of ``election`` that ends after its setup."""
    listed = serialise_credentials(derive(token, election.uuid).public_hex for token in TOKENS)
    with (folder / f"{election.uuid}.bel").open("w+b") as target:
        ArchiveWriter.create(target, 1_697_900_000).setup(election.data, trustees(), listed)
    return folder


def accepts(run: Run, folder: Path, data: bytes) -> bool:
    """Whether belenios-tool accepts one ballot."""
    ballot = folder / "ballot.json"
    ballot.write_bytes(data)
    done = run("election", "verify-ballot", "--dir", folder, "--ballot", ballot)
    assert done.returncode == 0 or " in ballot {" in done.stderr, done.stderr  # else it failed over something else
    return done.returncode == 0


@pytest.mark.parametrize("blank", [True, False], ids=["blank", "plain"])
@pytest.mark.parametrize("candidates", [1, 2, 5, 10])
def test_our_ballots_are_accepted(belenios_tool: Run, tmp_path: Path, candidates: int, blank: bool) -> None:
    election = election_for(question(candidates, blank=blank), key=KEY)
    folder = board(tmp_path, election)
    for choice in sorted({0 if blank else 1, 1, candidates}):
        data = make_ballot(election, derive(TOKENS[1], election.uuid), choice_vector(election.question, choice))
        assert accepts(belenios_tool, folder, data)


@pytest.mark.parametrize(
    ("asked", "vectors"),
    [
        (question(4, blank=False, minimum=1, maximum=3), [(1, 0, 0, 0), (1, 1, 1, 0)]),
        (question(4, blank=True, minimum=2, maximum=3), [(1, 0, 0, 0, 0), (0, 1, 0, 1, 0), (0, 1, 1, 1, 0)]),
        (question(3, blank=False, minimum=0, maximum=1), [(0, 0, 0), (0, 0, 1)]),
        (question(3, blank=True, minimum=0, maximum=3), [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 1, 1)]),
    ],
    ids=["1-3", "blank 2-3", "0-1", "blank 0-3"],
)
def test_ballots_with_general_bounds(
    belenios_tool: Run, tmp_path: Path, asked: Question, vectors: list[tuple[int, ...]]
) -> None:
    election = election_for(asked, key=KEY)
    folder = board(tmp_path, election)
    for vector in vectors:
        data = make_ballot(election, derive(TOKENS[0], election.uuid), vector)
        verify_ballot(election, data)
        assert accepts(belenios_tool, folder, data)


def test_names_with_every_kind_of_character(belenios_tool: Run, tmp_path: Path) -> None:
    """The fingerprint is of our bytes; the tool re-reads them and must come to the same one."""
    plain = question(2, blank=True)
    asked = replace(plain, text='"\\/\t\x01\x7f', answers=("é— 😀\u2028", "\r\n\b\f"))
    data = serialise_election(name="\x7f\x1f", description='\\"', public_key=KEY.base(), question=asked, uuid="1" * 14)
    election = BeleniosElection.parse(data)
    ballot = make_ballot(election, derive(TOKENS[2], election.uuid), (0, 0, 1))
    assert accepts(belenios_tool, board(tmp_path, election), ballot)


def test_forged_ballots_are_refused_by_both(belenios_tool: Run, tmp_path: Path) -> None:
    election = election_for(question(3, blank=True), key=KEY)
    folder = board(tmp_path, election)
    credential = derive(TOKENS[0], election.uuid)
    for vector in ((0, 40, -39, 0), (1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 0, 0)):
        assert not accepts(belenios_tool, folder, ballot_module._ballot_of(election, credential, vector))
    stranger = derive(Token.generate(), election.uuid)
    assert not accepts(belenios_tool, folder, make_ballot(election, stranger, (0, 1, 0, 0)))
    assert accepts(belenios_tool, folder, make_ballot(election, credential, (0, 1, 0, 0)))


@pytest.mark.parametrize("blank", [True, False], ids=["blank", "plain"])
def test_its_ballots_are_accepted(belenios_tool: Run, tmp_path: Path, blank: bool) -> None:
    election = election_for(question(4, blank=blank), key=KEY)
    folder = board(tmp_path, election)
    token, choice = tmp_path / "token", tmp_path / "choice.json"
    token.write_text(TOKENS[2].text)
    choice.write_text(json.dumps([list(choice_vector(election.question, 3))]))
    done = belenios_tool("election", "generate-ballot", "--dir", folder, "--privcred", token, "--choice", choice)
    assert done.returncode == 0, done.stderr
    ballot = verify_ballot(election, done.stdout.strip().encode())
    assert ballot.credential == derive(TOKENS[2], election.uuid).public_hex
