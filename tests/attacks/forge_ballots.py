"""Items 1 to 3: votes that are none, ballots that are another's, proofs that were made for something else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from boards import FIRST_BALLOT, RESULT, TALLY, VOTES, Parts, compact, honest, honest_village, village
from corpus import VICTIM, VICTIM_HEIGHT, attack, dishonest_ballot, edited, signed, with_ballot

from epilwu.protocol import proofs
from epilwu.protocol.credential import Token, derive
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.verify_report import Name


def counted_with(vector: tuple[int, ...]) -> Parts:
    """A board whose tally, decryptions and result all follow the victim's dishonest vector."""
    place = honest_village()
    ballots = list(honest().ballots)
    ballots[VICTIM] = dishonest_ballot(place, VICTIM, vector)
    return replace(place.count(ballots, bound=100), num_tallied=len(ballots))


@attack(1, "one ballot worth 40 votes", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return counted_with((0, 40, 0))


@attack(1, "a result beyond the number of ballots", Name.RESULT, "result-out-of-range", RESULT)
def _() -> Parts:
    return counted_with((0, 40, 0))


@attack(1, "a vote moved: 2 for one, -1 for the other", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return counted_with((0, 2, -1))


@attack(1, "two candidates at once", Name.BALLOTS, "ballot-overall-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return counted_with((0, 1, 1))


@attack(1, "blank and a candidate at once", Name.BALLOTS, "ballot-blank-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return counted_with((1, 1, 0))


@attack(1, "neither blank nor a candidate", Name.BALLOTS, "ballot-overall-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return counted_with((0, 0, 0))


@attack(1, "a ballot dropped from the tally", Name.ENCRYPTED_TALLY, "tally-count", TALLY)
def _() -> Parts:
    return honest_village().count(honest().ballots, counted=honest().ballots[1:])


@attack(1, "a ballot dropped from the tally, the number kept", Name.ENCRYPTED_TALLY, "tally-sum", TALLY)
def _() -> Parts:
    dropped = honest_village().count(honest().ballots, counted=honest().ballots[1:])
    return replace(dropped, num_tallied=len(VOTES))


@attack(1, "a ballot counted twice", Name.ENCRYPTED_TALLY, "tally-count", TALLY)
def _() -> Parts:
    ballots = honest().ballots
    return honest_village().count(ballots, counted=(*ballots, ballots[0]))


@attack(1, "a ballot counted twice instead of another", Name.ENCRYPTED_TALLY, "tally-sum", TALLY)
def _() -> Parts:
    ballots = honest().ballots
    return honest_village().count(ballots, counted=(*ballots[1:], ballots[1]))


@attack(1, "a weight other than the number of ballots", Name.ENCRYPTED_TALLY, "tally-count", TALLY)
def _() -> Parts:
    return replace(honest(), total_weight=len(VOTES) + 1)


# 2. Another's ballot.


@attack(2, "a ballot copied under another credential", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    copied = json.loads(honest().ballots[0])
    thief = honest_village().voters[VICTIM]
    copied["credential"] = thief.public_hex
    return with_ballot(signed(copied, thief))


@attack(2, "a ballot copied under another credential, its signature kept", Name.BALLOTS, "ballot-hash", VICTIM_HEIGHT)
def _() -> Parts:
    copied = json.loads(honest().ballots[0])
    copied["credential"] = honest_village().voters[VICTIM].public_hex
    return with_ballot(compact(copied))


@attack(2, "a ballot signed with another token", Name.BALLOTS, "ballot-signature", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(edited(lambda ballot: None, signer=honest_village().voters[0]))


@attack(2, "a ballot from another TPS", Name.BALLOTS, "ballot-election-uuid", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(village(station=2).ballot(VICTIM, 1))


@attack(2, "a ballot from another TPS under this one's uuid", Name.BALLOTS, "ballot-election-hash", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(from_other_station(election_uuid=honest_village().election.uuid))


@attack(2, "a ballot from another TPS, all names changed", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    election = honest_village().election
    own = honest_village().voters[VICTIM].public_hex
    changed = from_other_station(election_uuid=election.uuid, election_hash=election.fingerprint, credential=own)
    return with_ballot(changed)


def from_other_station(**fields: str) -> bytes:
    ballot = json.loads(village(station=2).ballot(VICTIM, 1)) | fields
    return signed(ballot, honest_village().voters[VICTIM])


@attack(2, "a ballot replayed byte for byte", Name.ARCHIVE, "member-repeated", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(honest().ballots[0])


@attack(2, "a ballot replayed under a fresh signature", Name.REPEATS, "credential-reused", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(signed(json.loads(honest().ballots[0]), honest_village().voters[0]))


@attack(2, "a second vote of one voter", Name.REPEATS, "credential-reused", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(honest_village().ballot(0, 2))


@attack(2, "a ballot of nobody on the list", Name.BALLOTS, "ballot-credential-unknown", VICTIM_HEIGHT)
def _() -> Parts:
    place = honest_village()
    stranger = derive(Token.generate(), place.election.uuid)
    return with_ballot(replace(place, voters=(stranger,)).ballot(0, 1))


# 3. Weak Fiat-Shamir: proofs must not outlive a change of what they are about.


def answer(ballot: dict[str, Any]) -> dict[str, Any]:
    found = ballot["answers"][0]
    assert isinstance(found, dict)
    return found


def swap(values: list[Any], left: int, right: int) -> None:
    values[left], values[right] = values[right], values[left]


@attack(3, "choices swapped under their proofs", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(edited(lambda ballot: swap(answer(ballot)["choices"], 1, 2)))


@attack(3, "choices swapped together with their proofs", Name.BALLOTS, "ballot-blank-proof", VICTIM_HEIGHT)
def _() -> Parts:
    def edit(ballot: dict[str, Any]) -> None:
        swap(answer(ballot)["choices"], 1, 2)
        swap(answer(ballot)["individual_proofs"], 1, 2)

    return with_ballot(edited(edit))


@attack(3, "a choice encrypted anew under the old proofs", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    fresh = proofs.encrypt(honest_village().election.public_key, 1).ciphertext.to_json()
    return with_ballot(edited(lambda ballot: answer(ballot)["choices"].__setitem__(1, fresh)))


def from_another(field: str) -> bytes:
    """The victim's ballot with one field of the same voter's other, equal vote."""
    other = answer(json.loads(honest_village().ballot(VICTIM, VOTES[VICTIM])))[field]
    return edited(lambda ballot: answer(ballot).__setitem__(field, other))


@attack(3, "individual proofs of another ballot", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(from_another("individual_proofs"))


@attack(3, "the overall proof of another ballot", Name.BALLOTS, "ballot-overall-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(from_another("overall_proof"))


@attack(3, "the blank proof of another ballot", Name.BALLOTS, "ballot-blank-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(from_another("blank_proof"))


@attack(3, "branches of a proof swapped", Name.BALLOTS, "ballot-individual-proof", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(edited(lambda ballot: answer(ballot)["individual_proofs"][1].reverse()))


@attack(3, "the signature of another ballot of the voter", Name.BALLOTS, "ballot-hash", VICTIM_HEIGHT)
def _() -> Parts:
    other = json.loads(honest_village().ballot(VICTIM, 2))
    return with_ballot(compact(json.loads(honest().ballots[VICTIM]) | {"signature": other["signature"]}))


@attack(3, "the signature of another ballot under the right hash", Name.BALLOTS, "ballot-signature", VICTIM_HEIGHT)
def _() -> Parts:
    ballot = json.loads(honest().ballots[VICTIM])
    ballot["signature"]["proof"] = json.loads(honest_village().ballot(VICTIM, 2))["signature"]["proof"]
    return with_ballot(compact(ballot))


def renamed_election() -> BeleniosElection:
    """The same uuid and key, two candidates' names exchanged."""
    given = json.loads(honest().election)
    swap(given["questions"][0]["answers"], 0, 1)
    return BeleniosElection.parse(compact(given))


@attack(3, "the election changed under the ballots", Name.BALLOTS, "ballot-election-hash", FIRST_BALLOT)
def _() -> Parts:
    return replace(honest(), election=renamed_election().data)


@attack(3, "the election changed, ballots signed for it", Name.BALLOTS, "ballot-individual-proof", FIRST_BALLOT)
def _() -> Parts:
    election = renamed_election()
    ballots = [json.loads(ballot) | {"election_hash": election.fingerprint} for ballot in honest().ballots]
    resigned = [signed(*pair) for pair in zip(ballots, honest_village().voters, strict=True)]
    return replace(honest(), election=election.data, ballots=tuple(resigned))


@attack(3, "a ballot made for a changed election", Name.BALLOTS, "ballot-election-hash", VICTIM_HEIGHT)
def _() -> Parts:
    return with_ballot(replace(honest_village(), election=renamed_election()).ballot(VICTIM, 1))
