"""The Belenios election of one E-Pilwu station, and how a verifier recognises one.

The election's hash binds every ballot and proof to ``election.json``, and its description binds that to the election
definition: the same candidates, stations and rules for every board of a village.
"""

from __future__ import annotations

import re

from epilwu.election.definition import Definition
from epilwu.protocol.election_json import BeleniosElection, Question, serialise_election
from epilwu.protocol.errors import ElectionRefused
from epilwu.protocol.group import Element

QUESTION = "Pilih satu calon kuwu"

_MARK = "E-Pilwu "
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DESCRIPTION = re.compile(rf"{_MARK}1 sha256:({_HASH.pattern})", re.ASCII)


def station_election(definition: Definition, definition_hash: str, station_number: int, public_key: Element) -> bytes:
    """``election.json`` of the station ``station_number``, bound to the definition whose SHA-256 in hex is given.

    One answer per candidate in the order of ballot numbers, exactly one to be chosen, or blank where the definition
    allows it. Raises ``ElectionRefused`` for a malformed hash, ``DefinitionRefused`` where there is no such station,
    ``MalformedElement`` for a bad key.
    """
    if _HASH.fullmatch(definition_hash) is None:
        raise ElectionRefused("definition hash is not 64 lower-case hex digits")
    station = definition.station(station_number)
    answers = tuple(f"{candidate.ballot_number}. {candidate.name}" for candidate in definition.candidates)
    return serialise_election(
        name=f"{definition.village} TPS {station.number:02d}",
        description=f"{_MARK}1 sha256:{definition_hash}",
        public_key=public_key,
        question=Question(text=QUESTION, answers=answers, blank=definition.blank),
        uuid=station.uuid,
    )


def definition_hash_of(election: BeleniosElection) -> str | None:
    """The SHA-256 (hex) of the definition that ``election`` is bound to; ``None`` where it is not E-Pilwu's.

    Raises ``ElectionRefused`` for a description that claims to be E-Pilwu's and is not of the form: such a board must
    not pass under the weaker rules of foreign ones.
    """
    found = _DESCRIPTION.fullmatch(election.description)
    if found is not None:
        return found.group(1)
    if election.description.startswith(_MARK.strip()):
        raise ElectionRefused("claims to be E-Pilwu's but names no definition", where="description")
    return None
