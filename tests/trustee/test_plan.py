"""The ceremony's plan: by the rule pack's seats, safe or refused, and read strictly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hall import RULES, VILLAGE, plan

from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.trust.canonical import dumps
from epilwu.trustee.errors import PlanRefused
from epilwu.trustee.plan import draw_plan, parse, place_of, serialise


def test_plan_follows_the_rule_pack() -> None:
    drawn = plan()
    assert (drawn.threshold, drawn.size, drawn.least_ballots) == (3, 5, 10)
    assert [seat.title for seat in drawn.seats] == [rule.title for rule in RULES.seats]
    assert drawn.rule_pack_sha256 == RULES.sha256
    assert drawn.keep_until == "2023-11-25"  # polling day, 3 days to file, 30 to decide, and the day after
    assert parse(serialise(drawn)) == drawn
    assert plan().series != drawn.series
    assert (drawn.following().number, drawn.following().series) == (2, drawn.series)


def test_seats_may_be_named_anew_but_keep_their_camps() -> None:
    titles = ["Ketua panitia", "Ketua BPD", "Camat", "Saksi calon nomor 2", "Saksi calon nomor 4"]
    drawn = draw_plan(
        RULES, region=RegionCode(VILLAGE), place="Desa", title="Pilwu", date="2027-10-17", titles=titles, rehearsal=True
    )
    assert [seat.title for seat in drawn.seats] == titles
    assert [seat.camp for seat in drawn.seats] == [rule.camp for rule in RULES.seats]
    assert drawn.rehearsal


@pytest.mark.parametrize(
    ("region", "date", "titles"),
    [
        ("32.09", "2027-10-17", ()),
        ("32.09.07", "2027-10-17", ()),
        ("32.10.07.2007", "2027-10-17", ()),
        (VILLAGE, "2027-02-30", ()),
        (VILLAGE, "besok", ()),
        (VILLAGE, "2027-10-17", ("Camat",)),
        (VILLAGE, "2027-10-17", ("Camat",) * 5),
    ],
)
def test_what_does_not_fit_the_rules_is_refused(region: str, date: str, titles: tuple[str, ...]) -> None:
    with pytest.raises(PlanRefused):
        draw_plan(RULES, region=RegionCode(region), place="Desa", title="Pilwu", date=date, titles=titles)


def test_a_regency_may_hold_one_ceremony() -> None:
    rules = RulePack.parse_toml(load_rule_pack().replace(b'scope = "village"', b'scope = "regency"'))
    region = RegionCode("32.09")
    drawn = draw_plan(rules, region=region, place=place_of(region), title="Pilwu", date="2027-10-17")
    assert drawn.region.contains(RegionCode(VILLAGE))
    assert drawn.place == "Kabupaten Cirebon"
    with pytest.raises(PlanRefused):
        draw_plan(rules, region=RegionCode(VILLAGE), place="Desa", title="Pilwu", date="2027-10-17")


FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "half is enough": lambda v: v.update(threshold=2),
    "more than there are": lambda v: v.update(threshold=6),
    "a camp that opens alone": lambda v: v["seats"][0].update(camp="calon"),
    "a seat missing": lambda v: v["seats"].pop(2),
    "a seat twice": lambda v: v["seats"].append(v["seats"][4]),
    "two of one title": lambda v: v["seats"][0].update(title="Ketua BPD"),
    "no seats": lambda v: v.update(seats=[]),
    "an unknown field": lambda v: v.update(note=""),
    "a field missing": lambda v: v.pop("series"),
    "another version": lambda v: v.update(version=2),
    "number 0": lambda v: v.update(number=0),
    "a title that steers": lambda v: v.update(title="\u001b[2J"),
    "no region": lambda v: v.update(region="Cirebon"),
    "a district": lambda v: v.update(region="32.09.07"),
    "no day": lambda v: v.update(date="2023-10-40"),
    "keys gone before the poll": lambda v: v.update(keep_until="2023-10-22"),
    "no ballots needed": lambda v: v.update(least_ballots=0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_plans_are_refused(name: str) -> None:
    value = json.loads(serialise(plan()))
    FAULTS[name](value)
    with pytest.raises(PlanRefused):
        parse(dumps(value))


def test_other_bytes_are_refused() -> None:
    data = serialise(plan())
    for wrong in (
        b"",
        data + b"\n",
        data[:-1],
        b" " * (65 << 10),
        data.replace(b'"number":1', b'"number":1,"number":1'),
    ):
        with pytest.raises(PlanRefused):
            parse(wrong)
