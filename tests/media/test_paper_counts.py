"""What auditors counted, as the file that they hand to the tally: strict, and nothing but counts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election.outcome import Counts
from epilwu.media.errors import PublishedRefused
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import MalformedFile

FIRST = PaperStation(number=1, slips=Counts((3, 6, 2), 1), odd=0, missing=2)
COUNTS = PaperCounts(definition_hash="ab" * 32, stations=(FIRST, replace(FIRST, number=4)))

SMALL = st.integers(0, 1_000_000)
STATIONS = st.lists(
    st.builds(
        PaperStation,
        number=st.integers(1, 99),
        slips=st.builds(Counts, st.lists(SMALL, min_size=1, max_size=10).map(tuple), SMALL),
        odd=SMALL,
        missing=SMALL,
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda station: station.number,
).map(lambda stations: tuple(sorted(stations, key=lambda station: station.number)))


@given(STATIONS)
def test_what_is_written_is_read(stations: tuple[PaperStation, ...]) -> None:
    counts = replace(COUNTS, stations=stations)
    assert PaperCounts.parse(counts.serialise()) == counts


@pytest.mark.parametrize(
    "stations",
    [
        (),
        (replace(FIRST, number=0),),
        (replace(FIRST, number=100),),
        (replace(FIRST, missing=-1),),
        (replace(FIRST, slips=Counts(())),),
        (replace(FIRST, slips=Counts((1,) * 11)),),
        (replace(FIRST, slips=Counts((1, -1))),),
        (FIRST, FIRST),
        (replace(FIRST, number=2), FIRST),
    ],
)
def test_impossible_counts_are_neither_written_nor_read(stations: tuple[PaperStation, ...]) -> None:
    with pytest.raises((MalformedFile, PublishedRefused)):
        replace(COUNTS, stations=stations).serialise()


@pytest.mark.parametrize("name", ["slip_ids", "signature"])
def test_nothing_else_may_stand_in_it(name: str) -> None:
    value = json.loads(COUNTS.serialise())
    with pytest.raises(MalformedFile):
        PaperCounts.parse(dumps({**value, name: ""}))
    value["stations"][0][name] = ""
    with pytest.raises(MalformedFile):
        PaperCounts.parse(dumps(value))


@pytest.mark.parametrize("data", [b"", b"{}", COUNTS.serialise() + b"\n", COUNTS.serialise().replace(b"ab", b"AB")])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedFile):
        PaperCounts.parse(data)
