"""A station's Belenios election is bound to the election definition."""

from __future__ import annotations

import dataclasses
import json

import pytest
from belenios_samples import FIVE, FOREIGN, foreign
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election import definition as definitions
from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.errors import DefinitionRefused
from epilwu.election.region import RegionCode
from epilwu.errors import EpilwuError
from epilwu.protocol import canonical
from epilwu.protocol.ballot import BeleniosElection
from epilwu.protocol.credential import new_uuid
from epilwu.protocol.errors import ElectionRefused, MalformedElement
from epilwu.protocol.group import IDENTITY, G
from epilwu.protocol.station import definition_hash_of, station_election

VILLAGE = Definition(
    rehearsal=False,
    title="Pemilihan Kuwu 2023",
    date="2023-10-22",
    region=RegionCode.parse("32.09.07.2007"),
    village="Lemahabang",
    district="Lemahabang",
    regency="Cirebon",
    blank=True,
    candidates=tuple(Candidate(ballot_number=n, name=f"Calon {n}") for n in range(1, 6)),
    stations=tuple(Station(number=n, uuid=new_uuid(), booths=2) for n in (1, 2, 12)),
    rule_pack_sha256="0" * 64,
    close_not_before="13:00",
)
HASH = definitions.definition_hash(definitions.serialise(VILLAGE))


def described(description: str) -> BeleniosElection:
    return BeleniosElection.parse(canonical.dumps(json.loads(FIVE.data) | {"description": description}))


def test_a_stations_election() -> None:
    data = station_election(VILLAGE, HASH, 12, G)
    election = BeleniosElection.parse(data)
    assert election.name == "Lemahabang TPS 12"
    assert election.description == f"E-Pilwu 1 sha256:{HASH}"
    assert election.uuid == VILLAGE.stations[2].uuid
    assert election.public_key == G
    assert election.question.text == "Pilih satu calon kuwu"
    assert election.question.answers == tuple(f"{n}. Calon {n}" for n in range(1, 6))
    assert (election.question.blank, election.question.minimum, election.question.maximum) == (True, 1, 1)
    assert definition_hash_of(election) == HASH
    assert b'"name":"Lemahabang TPS 01"' in station_election(VILLAGE, HASH, 1, G)


@given(st.integers(1, 10), st.booleans(), st.text(min_size=1, max_size=40))
def test_definitions_that_can_be_written_have_stations(candidates: int, blank: bool, name: str) -> None:
    village = dataclasses.replace(
        VILLAGE,
        blank=blank,
        candidates=tuple(Candidate(ballot_number=n, name=name) for n in range(1, candidates + 1)),
    )
    try:
        digest = definitions.definition_hash(definitions.serialise(village))
    except EpilwuError:
        return
    election = BeleniosElection.parse(station_election(village, digest, 2, G))
    assert definition_hash_of(election) == digest
    assert election.question.blank == blank
    assert election.question.answers[-1] == f"{candidates}. {name}"


def test_the_definition_changes_the_fingerprint() -> None:
    other = HASH[:-1] + ("0" if HASH[-1] != "0" else "1")
    first, second = (BeleniosElection.parse(station_election(VILLAGE, digest, 1, G)) for digest in (HASH, other))
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    "digest",
    ["", HASH.upper().replace("0", "A"), HASH[:-1], HASH + "0", "g" * 64, HASH + "\n"],
    ids=["none", "upper", "short", "long", "letters", "line"],  # the hash is another one in each worker
)
def test_malformed_hashes_are_refused(digest: str) -> None:
    with pytest.raises(ElectionRefused):
        station_election(VILLAGE, digest, 1, G)


def test_stations_and_keys_that_do_not_exist() -> None:
    with pytest.raises(DefinitionRefused):
        station_election(VILLAGE, HASH, 3, G)
    with pytest.raises(MalformedElement):
        station_election(VILLAGE, HASH, 1, IDENTITY)


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_elections_are_not_recognised(name: str) -> None:
    assert definition_hash_of(foreign(name).election) is None


@pytest.mark.parametrize(
    "description",
    [
        "E-Pilwu",
        "E-Pilwu 1",
        f"E-Pilwu 2 sha256:{HASH}",
        f"E-Pilwu 1 sha256:{HASH} ",
        f"E-Pilwu 1 sha256:{HASH}\n",
        f"E-Pilwu 1 sha256:{HASH[:-1]}",
        f"E-Pilwu  1 sha256:{HASH}",
    ],
    ids=["nothing", "no-hash", "version", "space", "line", "short", "two-spaces"],
)
def test_a_board_cannot_half_claim_to_be_ours(description: str) -> None:
    with pytest.raises(ElectionRefused) as caught:
        definition_hash_of(described(description))
    assert caught.value.where == "description"


def test_other_descriptions() -> None:
    for description in ("", f"1 sha256:{HASH}", f" E-Pilwu 1 sha256:{HASH}", "Pemilihan"):
        assert definition_hash_of(described(description)) is None
