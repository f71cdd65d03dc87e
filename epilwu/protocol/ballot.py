"""Ballots of one homomorphic question: made by a booth, checked by everyone.

Source: Belenios specification 3.x, "Ballots". Refusals are subclasses of ``BallotRefused``, one per fault.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from epilwu.protocol import canonical, proofs
from epilwu.protocol.canonical import Json
from epilwu.protocol.credential import Credential
from epilwu.protocol.election_json import BeleniosElection, Question, serialise_election
from epilwu.protocol.errors import (
    BallotBlankProof,
    BallotCredentialUnknown,
    BallotElement,
    BallotForeign,
    BallotHash,
    BallotIdentity,
    BallotIndividualProof,
    BallotNotCanonical,
    BallotOtherElection,
    BallotOverallProof,
    BallotScalar,
    BallotShape,
    BallotSignature,
    MalformedElement,
    MalformedScalar,
    NotCanonical,
    VectorRefused,
)
from epilwu.protocol.group import IDENTITY, Element, check_element, decode_unchecked
from epilwu.protocol.proofs import Ciphertext, Claim, Opening, Proof

__all__ = [
    "Ballot",
    "BeleniosElection",
    "Ciphertext",
    "Proof",
    "Question",
    "choice_vector",
    "make_ballot",
    "parse_ballot",
    "serialise_election",
    "tracker",
    "verify_ballot",
]

_FIELDS = ("election_uuid", "election_hash", "credential", "answers", "signature")
_SIGNATURE = b',"signature":'
_ROOM = 16 * 2**10  # beyond a ballot's own size, so that one of another question is named as such


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot as read. ``credential`` is the 64 hex digits of the published list; ``choices`` one ciphertext for
    each entry of the question's vector; ``blank_proof`` is empty where blank is not allowed; ``content_hash`` is
    the hash of the content computed here, ``signed_hash`` the one that the ballot states.
    """

    tracker: str
    credential: str
    credential_element: Element
    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...]
    content_hash: str
    signed_hash: str
    signature: Proof


def tracker(data: bytes) -> str:
    """The 43 characters by which a voter finds the ballot on the board: b64 of SHA-256 of its exact bytes."""
    return canonical.b64_hash(data)


def choice_vector(question: Question, choice: int) -> tuple[int, ...]:
    """The vector that chooses one answer by position (1 is the first), or blank (0).

    Raises ``VectorRefused`` where the question has no such choice.
    """
    if not (0 if question.blank else 1) <= choice <= len(question.answers):
        raise VectorRefused("no such choice in this question")
    index = choice if question.blank else choice - 1
    return tuple(int(position == index) for position in range(question.choices))


def make_ballot(election: BeleniosElection, credential: Credential, vector: Sequence[int]) -> bytes:
    """Encrypt ``vector`` (see ``Question``) and sign it with ``credential``. Takes the same steps for every vector.

    Raises ``VectorRefused`` where the question does not allow the vector.
    """
    _check_vector(election.question, vector)
    return _ballot_of(election, credential, vector)


def _ballot_of(election: BeleniosElection, credential: Credential, vector: Sequence[int]) -> bytes:
    """``make_ballot`` without the check: what a lying booth would send (tests do)."""
    key = election.public_key
    context = f"{election.fingerprint}|{credential.public_hex}"
    openings = tuple(proofs.encrypt(key, plaintext) for plaintext in vector)
    individual = [
        proofs.prove_one_of(key, ((opening, 0), (opening, 1)), _individual_prefix(context, opening.ciphertext))
        for opening in openings
    ]
    answer: dict[str, Json] = {
        "choices": [opening.ciphertext.to_json() for opening in openings],
        "individual_proofs": [_proofs_json(pair) for pair in individual],
    }
    answer |= _whole_proofs(election, context, openings)
    content: dict[str, Json] = {
        "election_uuid": election.uuid,
        "election_hash": election.fingerprint,
        "credential": credential.public_hex,
        "answers": [answer],
    }
    signed_hash = canonical.b64_hash(canonical.dumps(content))
    proof = proofs.prove_log(credential.secret, f"sig|{signed_hash}")
    return canonical.dumps(content | {"signature": {"hash": signed_hash, "proof": proof.to_json()}})


def parse_ballot(election: BeleniosElection, data: bytes) -> Ballot:
    """Read a ballot of ``election``, every element and scalar checked, **no proof checked**.

    Raises the subclasses of ``BallotRefused`` that concern form and election.
    """
    ballot = _read(election, data)
    _check_point(ballot.credential_element, "credential")
    for index, pair in enumerate(ballot.choices):
        _check_pair(pair, index)
    return ballot


def verify_ballot(election: BeleniosElection, data: bytes, *, credentials: Container[str] | None = None) -> Ballot:
    """Read a ballot and check all of it; its ``choices`` may then be counted.

    ``credentials`` is the published list, as a set; ``None`` leaves that one check to the caller. So does whether
    the credential has voted before. Raises a subclass of ``BallotRefused``, one per fault.
    """
    ballot = _read(election, data)
    if credentials is not None and ballot.credential not in credentials:
        raise BallotCredentialUnknown("credential is not on the election's list", where="credential")
    if ballot.content_hash != ballot.signed_hash:
        raise BallotHash("signed hash is not the hash of the content", where="signature.hash")
    _check_signature(ballot)
    context = f"{election.fingerprint}|{ballot.credential}"
    for index in range(len(ballot.choices)):
        _check_individual(election, ballot, index, context)
    _check_whole(election, ballot, context)
    return ballot


def _check_vector(question: Question, vector: Sequence[int]) -> None:
    start = int(question.blank)
    blank, chosen = sum(vector[:start]), sum(vector[start:])
    allowed = bool(blank) & (chosen == 0) | (not blank) & (chosen in question.counts)
    if len(vector) != question.choices or any(value not in (0, 1) for value in vector) or not allowed:
        raise VectorRefused("the question does not allow this choice")


# Making and checking share the statements below, so that they cannot drift apart.


def _individual_prefix(context: str, pair: Ciphertext) -> str:
    return f"prove|{context}|{pair}"


def _whole_context(context: str, pairs: Sequence[Ciphertext]) -> str:
    return f"{context}|{','.join(map(str, pairs))}"


def _whole_proofs(election: BeleniosElection, context: str, openings: Sequence[Opening]) -> dict[str, Json]:
    key, question = election.public_key, election.question
    whole = _whole_context(context, [opening.ciphertext for opening in openings])
    if not question.blank:
        total = proofs.multiply_openings(openings)
        prefix = f"prove|{whole}|{total.ciphertext}"
        overall = proofs.prove_one_of(key, [(total, count) for count in question.counts], prefix)
        return {"overall_proof": _proofs_json(overall)}
    blank, total = openings[0], proofs.multiply_openings(openings[1:])
    overall = proofs.prove_one_of(key, [(blank, 1), *((total, count) for count in question.counts)], f"bproof1|{whole}")
    either = proofs.prove_one_of(key, [(blank, 0), (total, 0)], f"bproof0|{whole}")
    return {"overall_proof": _proofs_json(overall), "blank_proof": _proofs_json(either)}


def _check_whole(election: BeleniosElection, ballot: Ballot, context: str) -> None:
    key, question = election.public_key, election.question
    whole = _whole_context(context, ballot.choices)
    if not question.blank:
        total = proofs.multiply(ballot.choices)
        claims = [Claim(total, count) for count in question.counts]
        if not proofs.check_one_of(key, claims, ballot.overall_proof, f"prove|{whole}|{total}"):
            raise BallotOverallProof("number of choices is not proved", where="answers[0].overall_proof")
        return
    blank, total = ballot.choices[0], proofs.multiply(ballot.choices[1:])
    either = [Claim(blank, 0), Claim(total, 0)]
    if not proofs.check_one_of(key, either, ballot.blank_proof, f"bproof0|{whole}"):
        raise BallotBlankProof("not proved to be either blank or not", where="answers[0].blank_proof")
    claims = [Claim(blank, 1), *(Claim(total, count) for count in question.counts)]
    if not proofs.check_one_of(key, claims, ballot.overall_proof, f"bproof1|{whole}"):
        raise BallotOverallProof("number of choices is not proved", where="answers[0].overall_proof")


def _check_individual(election: BeleniosElection, ballot: Ballot, index: int, context: str) -> None:
    """One choice encrypts 0 or 1.

    alpha and beta come here unchecked: the claim of value 0 multiplies both, as they stand, by its challenge, and
    ``group.mul`` refuses invalid points. Only the challenge 0, which no honest ballot has, would skip that.
    """
    pair, pair_proofs = ballot.choices[index], ballot.individual_proofs[index]
    if pair_proofs[0].challenge == 0:
        _check_pair(pair, index)
    claims = (Claim(pair, 0), Claim(pair, 1))
    try:
        sound = proofs.check_one_of(election.public_key, claims, pair_proofs, _individual_prefix(context, pair))
    except MalformedElement as error:
        _check_pair(pair, index)  # names the one at fault
        raise BallotElement(error.what, where=f"answers[0].choices[{index}]") from error
    if not sound:
        raise BallotIndividualProof("not proved to be 0 or 1", where=f"answers[0].individual_proofs[{index}]")


def _check_signature(ballot: Ballot) -> None:
    if ballot.signature.challenge == 0:  # else the multiplication by it checks the credential
        _check_point(ballot.credential_element, "credential")
    try:
        sound = proofs.check_log(ballot.credential_element, ballot.signature, f"sig|{ballot.signed_hash}")
    except MalformedElement as error:
        raise BallotElement(error.what, where="credential") from error
    if not sound:
        raise BallotSignature("does not prove knowledge of the credential's secret", where="signature.proof")


def _check_pair(pair: Ciphertext, index: int) -> None:
    _check_point(pair.alpha, f"answers[0].choices[{index}].alpha")
    _check_point(pair.beta, f"answers[0].choices[{index}].beta")


def _check_point(element: Element, where: str) -> None:
    try:
        check_element(element)
    except MalformedElement as error:
        raise BallotElement(error.what, where=where) from error


def _proofs_json(given: Sequence[Proof]) -> Json:
    return [proof.to_json() for proof in given]


# Reading: form only. Points are not checked here.


def _read(election: BeleniosElection, data: bytes) -> Ballot:
    try:
        return _read_fields(election, data)
    except NotCanonical as error:
        raise BallotNotCanonical(error.what) from error


def _read_fields(election: BeleniosElection, data: bytes) -> Ballot:
    question = election.question
    proof_count = 2 * question.choices + len(question.counts) + 3
    value = canonical.loads(data, limit=_ROOM + 256 * (question.choices + proof_count))
    given = canonical.fields(value, _FIELDS)
    if canonical.text(given["election_uuid"]) != election.uuid:
        raise BallotForeign("uuid of another election", where="election_uuid")
    if canonical.text(given["election_hash"]) != election.fingerprint:
        raise BallotOtherElection("not this election's hash", where="election_hash")
    (answer_value,) = _sized(given["answers"], 1, "answers")
    names = ("choices", "individual_proofs", "overall_proof", "blank_proof")
    answer = canonical.fields(answer_value, names if question.blank else names[:3])
    signature = canonical.fields(given["signature"], ("hash", "proof"))
    credential = canonical.text(given["credential"])
    return Ballot(
        tracker=tracker(data),
        credential=credential,
        credential_element=_element(credential, "credential"),
        choices=_read_choices(answer["choices"], question),
        individual_proofs=tuple(
            _read_proofs(pair, 2, f"answers[0].individual_proofs[{index}]")
            for index, pair in enumerate(
                _sized(answer["individual_proofs"], question.choices, "answers[0].individual_proofs")
            )
        ),
        overall_proof=_read_proofs(
            answer["overall_proof"], len(question.counts) + question.blank, "answers[0].overall_proof"
        ),
        blank_proof=_read_proofs(answer["blank_proof"], 2, "answers[0].blank_proof") if question.blank else (),
        content_hash=canonical.b64_hash(data[: data.rindex(_SIGNATURE)] + b"}"),
        signed_hash=canonical.text(signature["hash"]),
        signature=_read_proof(signature["proof"], "signature.proof"),
    )


def _read_choices(value: Json, question: Question) -> tuple[Ciphertext, ...]:
    pairs = []
    for index, item in enumerate(_sized(value, question.choices, "answers[0].choices")):
        pair = canonical.fields(item, ("alpha", "beta"))
        where = f"answers[0].choices[{index}]"
        pairs.append(Ciphertext(_element(pair["alpha"], f"{where}.alpha"), _element(pair["beta"], f"{where}.beta")))
    return tuple(pairs)


def _sized(value: Json, size: int, where: str) -> list[Json]:
    if not isinstance(value, list) or len(value) != size:
        raise BallotShape(f"not a list of {size}", where=where)
    return value


def _element(value: Json, where: str) -> Element:
    try:
        element = decode_unchecked(value)
    except MalformedElement as error:
        raise BallotElement(error.what, where=where) from error
    if element == IDENTITY:
        raise BallotIdentity("the identity is not allowed here", where=where)
    return element


def _read_proofs(value: Json, size: int, where: str) -> tuple[Proof, ...]:
    return tuple(_read_proof(item, f"{where}[{index}]") for index, item in enumerate(_sized(value, size, where)))


def _read_proof(value: Json, where: str) -> Proof:
    try:
        return proofs.parse_proof(value)
    except MalformedScalar as error:
        raise BallotScalar(error.what, where=where) from error
