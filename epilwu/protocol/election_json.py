"""``election.json``: what every ballot, proof and trustee of one Belenios election is bound to.

Source: Belenios specification 3.x, "Election"; one homomorphic question, group Ed25519.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.canonical import Json
from epilwu.protocol.credential import BASE58, UUID_LENGTH
from epilwu.protocol.errors import ElectionRefused
from epilwu.protocol.group import Element, decode_element, encode_element

MAX_ANSWERS = (
    64  # E-Pilwu has 10; foreign elections of this size still verify in less than a tenth of a second a ballot
)
MAX_ELECTION_BYTES = 256 * 2**10

_UUID = re.compile(f"[{BASE58}]{{{UUID_LENGTH},64}}", re.ASCII)
_PEOPLE = ("administrator", "credential_authority")
_FIELDS = ("version", "description", "name", "group", "public_key", "questions", "uuid", *_PEOPLE)


@dataclass(frozen=True, slots=True)
class Question:
    """A choice of ``minimum`` to ``maximum`` of ``answers``, or of nothing at all where ``blank`` is allowed.

    A vector of choices has one 0 or 1 per answer, in order, after one for "blank" at index 0 where allowed.
    """

    text: str
    answers: tuple[str, ...]
    blank: bool
    minimum: int = 1
    maximum: int = 1

    @property
    def choices(self) -> int:
        """How many ciphertexts a ballot has."""
        return len(self.answers) + self.blank

    @property
    def counts(self) -> range:
        """How many answers a ballot that is not blank may choose."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True, slots=True)
class BeleniosElection:
    """One election as published; ``data`` are the exact bytes and ``fingerprint`` (phi) their hash."""

    data: bytes
    fingerprint: str
    uuid: str
    name: str
    description: str
    public_key: Element
    question: Question
    administrator: str | None = None
    credential_authority: str | None = None

    @staticmethod
    def parse(data: bytes) -> BeleniosElection:
        """Read canonical bytes.

        Raises ``NotCanonical`` for other bytes, fields or types, ``MalformedElement`` for the public key, and
        ``ElectionRefused`` for a version, group, uuid or question that is not supported.
        """
        given = canonical.fields(canonical.loads(data, limit=MAX_ELECTION_BYTES), _FIELDS, optional=_PEOPLE)
        if canonical.integer(given["version"], low=0, high=2**31) != 1:
            raise ElectionRefused("version is not 1", where="version")
        if given["group"] != "Ed25519":
            raise ElectionRefused("group is not Ed25519", where="group")
        uuid = canonical.text(given["uuid"])
        if _UUID.fullmatch(uuid) is None:
            raise ElectionRefused("not 14 to 64 Base58 characters", where="uuid")
        questions = canonical.items(given["questions"], high=MAX_ANSWERS)
        if len(questions) != 1:
            raise ElectionRefused(f"{len(questions)} questions instead of one", where="questions")
        return BeleniosElection(
            data=data,
            fingerprint=canonical.b64_hash(data),
            uuid=uuid,
            name=canonical.text(given["name"]),
            description=canonical.text(given["description"]),
            public_key=decode_element(given["public_key"]),
            question=_parse_question(questions[0]),
            administrator=_optional_text(given.get("administrator")),
            credential_authority=_optional_text(given.get("credential_authority")),
        )


def serialise_election(*, name: str, description: str, public_key: Element, question: Question, uuid: str) -> bytes:
    """The bytes of ``election.json``; raises what ``BeleniosElection.parse`` raises on what it would not read."""
    fields: dict[str, Json] = {"answers": list(question.answers)}
    if question.blank:
        fields["blank"] = True
    fields |= {"min": question.minimum, "max": question.maximum, "question": question.text}
    data = canonical.dumps(
        {
            "version": 1,
            "description": description,
            "name": name,
            "group": "Ed25519",
            "public_key": encode_element(public_key),
            "questions": [fields],
            "uuid": uuid,
        }
    )
    BeleniosElection.parse(data)
    return data


def _parse_question(value: Json) -> Question:
    if isinstance(value, dict) and "type" in value:
        raise ElectionRefused("not a homomorphic question", where="questions[0]")
    given = canonical.fields(value, ("answers", "blank", "min", "max", "question"), optional=("blank",))
    answers = canonical.items(given["answers"], low=1, high=MAX_ANSWERS)
    if given.get("blank", True) is not True:
        raise ElectionRefused("blank is written only when true", where="questions[0].blank")
    maximum = canonical.integer(given["max"], low=1, high=len(answers))
    return Question(
        text=canonical.text(given["question"]),
        answers=tuple(map(canonical.text, answers)),
        blank="blank" in given,
        minimum=canonical.integer(given["min"], low=0, high=maximum),
        maximum=maximum,
    )


def _optional_text(value: Json) -> str | None:
    return None if value is None else canonical.text(value)
