"""The attack corpus: each way to cheat that "What a verifier must not miss" lists, as a named case with the check that
must fail, the typed reason, and the event's position. The modules ``forge_*`` fill it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from boards import Parts, Village, compact, honest, honest_village

from epilwu.protocol import ballot as ballot_module
from epilwu.protocol import canonical, proofs
from epilwu.protocol.credential import Credential
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.proofs import Opening
from epilwu.protocol.verify_report import Name

Edit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Submission:
    """What is handed to the verifier: an archive and the files beside it."""

    bel: bytes
    side_file: bytes | None = None
    definition: bytes | None = None


@dataclass(frozen=True)
class Attack:
    """One way to cheat. ``item`` is the number in the list, ``check`` the one that must fail."""

    item: int
    title: str
    check: Name
    code: str
    position: int | None
    build: Callable[[], Submission]
    slow: bool = False  # one more of a kind of which the quick tests have some

    @property
    def label(self) -> str:
        return f"{self.item} {self.title}"


ATTACKS: list[Attack] = []


def attack(
    item: int, title: str, check: Name, code: str, position: int | None, *, slow: bool = False
) -> Callable[[Callable[[], Parts | Submission]], None]:
    """Register the decorated builder."""

    def register(build: Callable[[], Parts | Submission]) -> None:
        ATTACKS.append(Attack(item, title, check, code, position, lambda: submission(build()), slow))

    return register


def submission(made: Parts | Submission) -> Submission:
    return made if isinstance(made, Submission) else Submission(made.bel(), made.side_file, made.definition)


def raw(bel: bytes) -> Submission:
    """An archive beside the honest board's files."""
    return Submission(bel, honest().side_file, honest().definition)


# Ballots changed by somebody who holds the voter's token, so that only the intended fault is in them.

VICTIM = 1  # the voter whose ballot is replaced; it stands at height 2
VICTIM_HEIGHT = 2


def with_ballot(data: bytes, at: int = VICTIM) -> Parts:
    """The honest board with another ballot in one place, the rest untouched."""
    ballots = list(honest().ballots)
    ballots[at] = data
    return replace(honest(), ballots=tuple(ballots))


def edited(edit: Edit, *, signer: Credential | None = None) -> bytes:
    """The victim's ballot after ``edit``, hashed and signed again."""
    ballot = json.loads(honest().ballots[VICTIM])
    edit(ballot)
    return signed(ballot, signer or honest_village().voters[VICTIM])


def signed(ballot: dict[str, Any], credential: Credential) -> bytes:
    content = {name: value for name, value in ballot.items() if name != "signature"}
    digest = canonical.b64_hash(compact(content))
    proof = proofs.prove_log(credential.secret, f"sig|{digest}")
    return compact(content | {"signature": {"hash": digest, "proof": proof.to_json()}})


def dishonest_ballot(place: Village, voter: int, vector: tuple[int, ...]) -> bytes:
    """A ballot of any numbers, with the proofs that a lying booth would try."""
    return ballot_module._ballot_of(place.election, place.voters[voter], vector)


def ballot_of_openings(election: BeleniosElection, credential: Credential, openings: tuple[Opening, ...]) -> bytes:
    """A ballot whose maker chose the randomness."""
    context = f"{election.fingerprint}|{credential.public_hex}"
    individual = [
        proofs.prove_one_of(
            election.public_key,
            ((opening, 0), (opening, 1)),
            ballot_module._individual_prefix(context, opening.ciphertext),
        )
        for opening in openings
    ]
    answer: dict[str, Any] = {
        "choices": [opening.ciphertext.to_json() for opening in openings],
        "individual_proofs": [[proof.to_json() for proof in pair] for pair in individual],
    }
    answer |= ballot_module._whole_proofs(election, context, openings)
    content = {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": credential.public_hex,
        "answers": [answer],
    }
    return signed(content, credential)
