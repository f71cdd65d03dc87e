from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.election.balance import StationBooks
from epilwu.election.errors import CountsRefused
from epilwu.election.outcome import Counts
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.errors import EpilwuError
from epilwu.media import published
from epilwu.media.errors import PublishedRefused
from epilwu.media.published import Books, StationResult, VillageResult, station_lines
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import MalformedFile

PACK = load_rule_pack()
RULES = RulePack.parse_toml(PACK)


def _station(number: int, counts: Counts) -> StationResult:
    return StationResult(
        definition_hash="ab" * 32,
        region="32.09.07.2007",
        rehearsal=False,
        uuid=str(number) * 14,
        station=number,
        counts=counts,
        archive_sha256="01" * 32,
        decryption_sha256="02" * 32,
        encrypted_tally="03" * 32,
    )


STATIONS = (_station(1, Counts((300, 400, 27), 20)), _station(2, Counts((67, 288, 200), 23)))


def _village(results: tuple[StationResult, ...] = STATIONS, *, disputed: bool = False) -> VillageResult:
    lines = [(r, hashlib.sha256(r.serialise()).hexdigest(), 500 if r.station == 1 else None) for r in results]
    return VillageResult(
        definition_hash="ab" * 32,
        region="32.09.07.2007",
        rehearsal=False,
        rule_pack_sha256=hashlib.sha256(PACK).hexdigest(),
        stations_expected=3,
        stations=station_lines(lines),
        disputed=disputed,
    )


RESULT = _village().serialise()


def test_names() -> None:
    uuid = "1" * 14
    assert published.archive_name(uuid) == "11111111111111.bel"
    assert published.decryption_name(uuid) == "11111111111111.decryption.json"
    assert published.station_result_name(uuid) == "11111111111111.result.json"
    assert published.signature_name("result.json") == "result.json.sig"
    assert (published.report_name(1, 2), published.package_name(12, 10)) == ("TPS01-B2.epr", "TPS12-B10.epb")
    assert published.desk_book_name(1) == "TPS01.epd"


def test_a_stations_result_comes_back() -> None:
    data = STATIONS[0].serialise()
    assert StationResult.parse(data) == STATIONS[0]
    assert {"ballots": 747, "valid": 727, "blank": 20, "candidates": [300, 400, 27]}.items() <= json.loads(data).items()


def test_a_villages_result_comes_back_and_adds_up() -> None:
    found = VillageResult.parse(RESULT, rules=RULES)
    assert found == _village()
    assert not found.complete and replace(found, stations_expected=2).complete
    stated = json.loads(RESULT)
    assert (stated["candidates"], stated["blank"], stated["ballots"]) == ([367, 688, 227], 43, 1325)
    assert (stated["winner"], stated["tied"], stated["margin"], stated["disputed"]) == (2, [], 321, False)
    assert found.ranking.standings[0].ballot_number == 2


def test_a_tie_has_no_winner() -> None:
    data = _village((_station(1, Counts((5, 5))),), disputed=True).serialise()
    stated = json.loads(data)
    assert (stated["winner"], stated["tied"], stated["margin"]) == (None, [1, 2], 0)
    assert VillageResult.parse(data, rules=RULES).disputed


def _changed(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    value = json.loads(data)
    change(value)
    return dumps(value)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda v: v.update(winner=1), PublishedRefused),
        (lambda v: v.update(winner=None), PublishedRefused),
        (lambda v: v.update(winner=True), PublishedRefused),
        (lambda v: v.update(tied=[1, 2]), PublishedRefused),
        (lambda v: v.update(margin=320), PublishedRefused),
        (lambda v: v.update(margin_permyriad=1), PublishedRefused),
        (lambda v: v.update(candidates=[688, 367, 227]), PublishedRefused),
        (lambda v: v.update(blank=42), PublishedRefused),
        (lambda v: v.update(valid=1), PublishedRefused),
        (lambda v: v.update(ballots=1), PublishedRefused),
        (lambda v: v.update(stations_expected=1), PublishedRefused),
        (lambda v: v["stations"].reverse(), PublishedRefused),
        (lambda v: v["stations"].append(v["stations"][-1]), PublishedRefused),
        (lambda v: v["stations"].pop(), PublishedRefused),
        (lambda v: v["stations"][0].update(candidates=[400, 300, 27]), PublishedRefused),
        (lambda v: v["stations"][0].update(ballots=1), PublishedRefused),
        (lambda v: v["stations"][0].update(candidates=[300, 427], valid=727), CountsRefused),
        (lambda v: v["stations"][0].update(candidates=[-1, 701, 27]), MalformedFile),
        (lambda v: v["stations"][0].update(voters=-1), MalformedFile),
        (lambda v: v["stations"][0].update(uuid="x"), MalformedFile),
        (lambda v: v.update(stations=[]), MalformedFile),
        (lambda v: v.update(version=2), MalformedFile),
        (lambda v: v.update(comment=""), MalformedFile),
        (lambda v: v.pop("margin"), MalformedFile),
    ],
)
def test_results_that_do_not_follow_are_refused(
    change: Callable[[dict[str, object]], object], refusal: type[EpilwuError]
) -> None:
    with pytest.raises(refusal):
        VillageResult.parse(_changed(RESULT, change))


def test_disputes_are_checked_against_the_named_rules() -> None:
    wrong = _changed(RESULT, lambda v: v.update(disputed=True))
    assert VillageResult.parse(wrong).disputed
    with pytest.raises(PublishedRefused, match="sengketa"):
        VillageResult.parse(wrong, rules=RULES)
    with pytest.raises(PublishedRefused, match="sengketa"):
        VillageResult.parse(RESULT, rules=replace(RULES, sha256="00" * 32))


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(ballots=746),
        lambda v: v.update(valid=746),
        lambda v: v.update(ballots=True),
        lambda v: v.update(candidates=[300, 400]),
        lambda v: v.update(candidates=[True, 1]),
        lambda v: v.update(candidates=[]),
        lambda v: v.update(archive_sha256="x"),
        lambda v: v.update(station=0),
        lambda v: v.update(extra=1),
        lambda v: v.pop("encrypted_tally"),
    ],
)
def test_station_results_that_do_not_add_up_are_refused(change: Callable[[dict[str, object]], object]) -> None:
    with pytest.raises((PublishedRefused, MalformedFile)):
        StationResult.parse(_changed(STATIONS[0].serialise(), change))


BOOKS = Books(
    definition_hash="ab" * 32,
    region="32.09.07.2007",
    rehearsal=False,
    stations=((1, StationBooks(roll=500, ballots=747)), (2, StationBooks())),
)


def test_books_come_back_with_what_is_unknown() -> None:
    found = Books.parse(BOOKS.serialise())
    assert found == BOOKS
    assert found.stations[1][1].ballots is None


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["stations"].reverse(),
        lambda v: v["stations"].append(v["stations"][-1]),
        lambda v: v["stations"][0].pop("roll"),
        lambda v: v["stations"][0].update(roll=-1),
        lambda v: v["stations"][0].update(secret=1),
        lambda v: v.update(stations=[]),
    ],
)
def test_other_books_are_refused(change: Callable[[dict[str, object]], object]) -> None:
    with pytest.raises((PublishedRefused, MalformedFile)):
        Books.parse(_changed(BOOKS.serialise(), change))


def test_nothing_is_written_that_would_not_be_read() -> None:
    with pytest.raises(MalformedFile):
        _station(1, Counts((-1, 2))).serialise()
    with pytest.raises(PublishedRefused):
        replace(BOOKS, stations=BOOKS.stations[::-1]).serialise()
    with pytest.raises(PublishedRefused):
        replace(_village(), stations=_village().stations[::-1]).serialise()


@given(st.data())
def test_a_flipped_bit_never_gives_the_same_result(data: st.DataObject) -> None:
    changed = bytearray(RESULT)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = VillageResult.parse(bytes(changed), rules=RULES)
    except EpilwuError:
        return
    assert found != _village()
