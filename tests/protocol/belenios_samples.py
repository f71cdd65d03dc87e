"""What the protocol's tests share: belenios-tool's elections, fresh ones of any shape, and bad points."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from epilwu.protocol import canonical, proofs
from epilwu.protocol.ballot import (
    BeleniosElection,
    Question,
    choice_vector,
    make_ballot,
    serialise_election,
    verify_ballot,
)
from epilwu.protocol.credential import Credential, Token, derive, new_uuid
from epilwu.protocol.errors import BallotRefused
from epilwu.protocol.group import IDENTITY, Element, SecretScalar, add, base_mul

VECTORS = Path(__file__).parents[1] / "vectors"
FOREIGN = ("single2-blank5", "threshold3of5-cand3")
P = 2**255 - 19
Run = Callable[..., "subprocess.CompletedProcess[str]"]

# A point of order 8 (``torsion`` checks it).
ORDER_8 = Element(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))


def torsion() -> list[Element]:
    """The seven points of order 2, 4 and 8."""
    points = [ORDER_8]
    while len(points) < 7:
        points.append(add(points[-1], ORDER_8))
    assert add(points[-1], ORDER_8) == IDENTITY
    return points


def non_canonical() -> list[Element]:
    """Encodings with y >= p, or with a sign for x = 0: each a second name of a point."""
    sign = 1 << 255
    identity_again = [P + 1, 1 | sign, (P + 1) | sign]
    order_2_and_4 = [(P - 1) | sign, P, P | sign]
    return [Element(y.to_bytes(32, "little")) for y in (*identity_again, *order_2_and_4)]


def off_curve() -> Element:
    """32 bytes that are the y of no point."""
    return Element((2).to_bytes(32, "little"))


def invalid() -> list[Element]:
    mixed = [add(base_mul(12345), point) for point in torsion()]
    return [*torsion(), *mixed, *non_canonical(), off_curve()]


@dataclass(frozen=True)
class Foreign:
    """An election made by belenios-tool: what it published, and the private halves."""

    election: BeleniosElection
    credentials: bytes
    tokens: tuple[Token, ...]
    votes: tuple[tuple[Token, tuple[int, ...]], ...]
    ballots: tuple[bytes, ...]


def foreign(name: str) -> Foreign:
    """Read one of ``FOREIGN``. Ballots are found in the tar by plain search, without the project's archive reader."""
    folder = VECTORS / name
    (archive,) = folder.glob("*.bel")
    parts = archive.read_bytes().split(b"\0")
    votes = (line.split("\t") for line in (folder / "votes.tsv").read_text().splitlines())
    return Foreign(
        election=BeleniosElection.parse(published(folder / "setup" / "election.json")),
        credentials=published(folder / "setup" / "public_creds.json"),
        tokens=tuple(map(Token.parse, json.loads((folder / "private_creds.json").read_text()).values())),
        votes=tuple((Token.parse(token), tuple(json.loads(vector))) for token, vector in votes),
        ballots=tuple(part for part in parts if part.startswith(b'{"election_uuid"')),
    )


def published(path: Path) -> bytes:
    """The hashed bytes of a file of ``setup/``: belenios-tool adds a line feed."""
    return path.read_bytes().removesuffix(b"\n")


def question(candidates: int, *, blank: bool, minimum: int = 1, maximum: int = 1) -> Question:
    answers = tuple(f"{number}. Calon {number}" for number in range(1, candidates + 1))
    return Question("Pilih", answers, blank, minimum, maximum)


def election_for(asked: Question, *, uuid: str | None = None, key: SecretScalar | None = None) -> BeleniosElection:
    secret = key or SecretScalar.random()
    data = serialise_election(
        name="TPS 01", description="uji", public_key=secret.base(), question=asked, uuid=uuid or new_uuid()
    )
    return BeleniosElection.parse(data)


def voter(election: BeleniosElection) -> Credential:
    return derive(Token.generate(), election.uuid)


def resign(ballot: dict[str, Any], credential: Credential) -> bytes:
    """A changed ballot with hash and signature made good again, as a cheat who holds a token would."""
    content = {name: value for name, value in ballot.items() if name != "signature"}
    content["credential"] = credential.public_hex
    signed = canonical.b64_hash(canonical.dumps(content))
    proof = proofs.prove_log(credential.secret, f"sig|{signed}")
    return canonical.dumps(content | {"signature": {"hash": signed, "proof": proof.to_json()}})


KEY = SecretScalar.of(5555)
FIVE = election_for(question(5, blank=True), key=KEY)
THREE = election_for(question(3, blank=False), key=KEY)
VOTER = voter(FIVE)
BALLOT = make_ballot(FIVE, VOTER, choice_vector(FIVE.question, 2))
PLAIN_BALLOT = make_ballot(THREE, VOTER, choice_vector(THREE.question, 2))


def refusal(election: BeleniosElection, data: bytes) -> str:
    """The code with which ``data`` is refused by ``verify_ballot``."""
    with pytest.raises(BallotRefused) as caught:
        verify_ballot(election, data)
    return caught.value.code
