from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import replace

import pytest
from election_samples import sample_definition
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election.definition import (
    MAX_BOOTHS,
    MAX_CANDIDATES,
    MAX_STATIONS,
    Candidate,
    Definition,
    Station,
    definition_hash,
    parse,
    serialise,
)
from epilwu.election.errors import DefinitionRefused
from epilwu.election.region import RegionCode
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import MalformedFile

SAMPLE = sample_definition()
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def test_bytes_are_canonical_and_the_hash_is_theirs() -> None:
    data = serialise(SAMPLE)
    assert parse(data) == SAMPLE
    assert definition_hash(data) == hashlib.sha256(data).hexdigest()
    assert data.startswith(b'{"blank":true,"candidates":[{"ballot_number":1,"name":"Calon Satu","photo_sha256":null},')
    assert SAMPLE.day.isoformat() == "2023-10-22"
    assert SAMPLE.station(3).uuid == "33333333333333"
    assert SAMPLE.candidate(4).name == "Calon Empat"


def test_unknown_numbers_are_refused() -> None:
    for number in (0, 6):
        with pytest.raises(DefinitionRefused):
            SAMPLE.station(number)
        with pytest.raises(DefinitionRefused):
            SAMPLE.candidate(number)


names = st.from_regex(r"[A-Z][a-z' .]{0,30}[a-z]", fullmatch=True)


@given(
    candidates=st.lists(names, min_size=1, max_size=MAX_CANDIDATES),
    uuids=st.lists(st.text(BASE58, min_size=14, max_size=14), min_size=1, max_size=MAX_STATIONS, unique=True),
    booths=st.integers(1, MAX_BOOTHS),
    flags=st.tuples(st.booleans(), st.booleans()),
    photo=st.one_of(st.none(), st.binary(min_size=32, max_size=32).map(bytes.hex)),
)
def test_every_consistent_definition_comes_back(
    candidates: list[str], uuids: list[str], booths: int, flags: tuple[bool, bool], photo: str | None
) -> None:
    definition = sample_definition(
        rehearsal=flags[0],
        blank=flags[1],
        candidates=tuple(Candidate(ballot_number=i, name=n, photo_sha256=photo) for i, n in enumerate(candidates, 1)),
        stations=tuple(Station(number=i, uuid=u, booths=booths) for i, u in enumerate(uuids, 1)),
    )
    assert parse(serialise(definition)) == definition


def test_the_largest_definition() -> None:
    largest = sample_definition(
        candidates=_candidates(*range(1, MAX_CANDIDATES + 1)),
        stations=_stations(*((n, f"{n:02d}".replace("0", "z") * 7, MAX_BOOTHS) for n in range(1, MAX_STATIONS + 1))),
    )
    assert parse(serialise(largest)) == largest
    assert (largest.candidate(1).ballot_number, largest.candidate(10).ballot_number) == (1, 10)
    assert largest.station(99).booths == 255


def _candidates(*numbers: int) -> tuple[Candidate, ...]:
    return tuple(Candidate(ballot_number=n, name=f"Calon {n}") for n in numbers)


def _stations(*stations: tuple[int, str, int]) -> tuple[Station, ...]:
    return tuple(Station(number=n, uuid=u, booths=b) for n, u, b in stations)


U1, U2 = "1" * 14, "2" * 14
INCONSISTENT: dict[str, dict[str, object]] = {
    "no candidate": {"candidates": ()},
    "eleven candidates": {"candidates": _candidates(*range(1, 12))},
    "numbers from 0": {"candidates": _candidates(0, 1)},
    "a gap in the numbers": {"candidates": _candidates(1, 3)},
    "numbers in another order": {"candidates": _candidates(2, 1)},
    "a number twice": {"candidates": _candidates(1, 1)},
    "an empty name": {"candidates": (Candidate(ballot_number=1, name=""),)},
    "a name with a line feed": {"candidates": (Candidate(ballot_number=1, name="A\nB"),)},
    "a name that turns the line": {"candidates": (Candidate(ballot_number=1, name="A\u202eB"),)},
    "a name with an invisible letter": {"candidates": (Candidate(ballot_number=1, name="A\u200bB"),)},
    "a name not in NFC": {"candidates": (Candidate(ballot_number=1, name="Jose\u0301"),)},
    "a name that ends in a blank": {"candidates": (Candidate(ballot_number=1, name="A "),)},
    "a long name": {"candidates": (Candidate(ballot_number=1, name="A" * 81),)},
    "a bad photo hash": {"candidates": (Candidate(ballot_number=1, name="A", photo_sha256="AB" * 32),)},
    "no station": {"stations": ()},
    "a station twice": {"stations": _stations((1, U1, 1), (1, U2, 1))},
    "stations out of order": {"stations": _stations((2, U1, 1), (1, U2, 1))},
    "two stations, one uuid": {"stations": _stations((1, U1, 1), (2, U1, 1))},
    "a uuid with 0": {"stations": _stations((1, "0" * 14, 1))},
    "a uuid of 15": {"stations": _stations((1, "1" * 15, 1))},
    "no booth": {"stations": _stations((1, U1, 0))},
    "256 booths": {"stations": _stations((1, U1, 256))},
    "station 100": {"stations": _stations((100, U1, 1))},
    "no such day": {"date": "2023-02-30"},
    "a date in another form": {"date": "20231022"},
    "a kelurahan": {"region": RegionCode("32.09.07.1007")},
    "a district": {"region": RegionCode("32.09.07")},
    "a bad rule hash": {"rule_pack_sha256": "ab"},
    "25 o'clock": {"close_not_before": "25:00"},
    "an empty title": {"title": ""},
    "another version": {"version": 2},
}


@pytest.mark.parametrize("fault", INCONSISTENT)
def test_inconsistent_definitions_are_neither_written_nor_read(fault: str) -> None:
    broken: Definition = replace(SAMPLE, **INCONSISTENT[fault])  # type: ignore[arg-type]
    with pytest.raises(DefinitionRefused):
        serialise(broken)


def _altered(change: object) -> bytes:
    value = json.loads(serialise(SAMPLE))
    change(value)  # type: ignore[operator]
    return dumps(value)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(extra=1),
        lambda v: v.pop("title"),
        lambda v: v.update(version=2),
        lambda v: v.update(version=True),
        lambda v: v.update(blank=1),
        lambda v: v.update(date=20231022),
        lambda v: v.update(region="32.09"),
        lambda v: v.update(candidates={}),
        lambda v: v.update(candidates=[]),
        lambda v: v["candidates"][0].update(extra=None),
        lambda v: v["candidates"][0].update(ballot_number="1"),
        lambda v: v["candidates"][0].update(ballot_number=True),
        lambda v: v["candidates"].reverse(),
        lambda v: v["stations"][0].pop("booths"),
        lambda v: v["stations"][1].update(uuid=v["stations"][0]["uuid"]),
        lambda v: v["stations"].append(3),
        lambda v: v.update(close_not_before="9:00"),
    ],
)
def test_altered_files_are_refused(change: object) -> None:
    with pytest.raises((MalformedFile, DefinitionRefused)) as refusal:
        parse(_altered(change), where="stik/definition.json")
    assert refusal.value.where.startswith("stik/definition.json")
    assert refusal.value.todo


@given(st.data())
def test_a_flipped_bit_never_gives_the_same_hash_and_never_crashes(data: st.DataObject) -> None:
    original = serialise(SAMPLE)
    position = data.draw(st.integers(0, len(original) - 1))
    changed = bytearray(original)
    changed[position] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(MalformedFile, DefinitionRefused):
        assert parse(bytes(changed)) != SAMPLE
    assert definition_hash(bytes(changed)) != definition_hash(original)
