"""One ballot of five candidates and blank, in one process. Limits: encrypt 6 ms, verify 6 ms."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.protocol.ballot import (
    BeleniosElection,
    Question,
    choice_vector,
    make_ballot,
    parse_ballot,
    serialise_election,
    verify_ballot,
)
from epilwu.protocol.credential import Token, derive, new_uuid
from epilwu.protocol.group import SecretScalar

QUESTION = Question("Pilih satu calon kuwu", tuple(f"{number}. Calon" for number in range(1, 6)), blank=True)
ELECTION = BeleniosElection.parse(
    serialise_election(
        name="TPS 01", description="", public_key=SecretScalar.random().base(), question=QUESTION, uuid=new_uuid()
    )
)
TOKEN = Token.generate()
CREDENTIAL = derive(TOKEN, ELECTION.uuid)
VECTOR = choice_vector(QUESTION, 3)


def test_encrypt(benchmark: BenchmarkFixture) -> None:
    data = benchmark(make_ballot, ELECTION, CREDENTIAL, VECTOR)
    benchmark.extra_info.update(says="encrypt a ballot of five candidates and blank", limit_ms=6)
    assert verify_ballot(ELECTION, data).credential == CREDENTIAL.public_hex


def test_verify(benchmark: BenchmarkFixture) -> None:
    data = make_ballot(ELECTION, CREDENTIAL, VECTOR)
    assert len(benchmark(verify_ballot, ELECTION, data).choices) == 6
    benchmark.extra_info.update(says="verify a ballot of five candidates and blank", limit_ms=6)


def test_parse_without_proofs(benchmark: BenchmarkFixture) -> None:
    data = make_ballot(ELECTION, CREDENTIAL, VECTOR)
    assert len(benchmark(parse_ballot, ELECTION, data).choices) == 6


def test_derive_credential(benchmark: BenchmarkFixture) -> None:
    assert benchmark(derive, TOKEN, ELECTION.uuid) == CREDENTIAL
