from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from media.media_samples import Authority, certified
from risk_samples import FIVE, station, write_village

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.errors import RiskRefused
from epilwu.audit.risk.plan import make_plan
from epilwu.audit.risk.published_village import find_villages, read_village
from epilwu.audit.risk.village_plan import Pace, Proposal, VillagePlan, plan_village, plan_villages
from epilwu.cli import main
from epilwu.errors import EpilwuError
from epilwu.media import published
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.envelope import sign_detached
from epilwu.trust.errors import CertificateRefused, MalformedFile, SignatureRefused

PACE = Pace(30, 300)
TWO = (station((500, 300), 900, cast=850), station((300, 350), 700, cast=690))


def _plan(tmp_path: Path, *stations: object, limit: Fraction = FIVE, **changes: object) -> VillagePlan:
    folder = write_village(tmp_path / "desa", stations, **changes)  # type: ignore[arg-type]
    return plan_village(read_village(folder), limit, PACE)


def test_a_village_s_plan(tmp_path: Path) -> None:
    plan = _plan(tmp_path, station((700, 300), 1010), station((400, 500), 990))
    expected = make_plan(Contest(2000, 300), FIVE)
    assert (plan.papers, plan.missing, plan.margin, plan.plan) == (2000, 0, 300, expected)
    assert (plan.proposal, plan.reason, plan.to_read) == (Proposal.SAMPLE, "", expected.betting)
    assert plan.tenths == -(-expected.betting * 10 // 30)
    assert [(line.station, line.papers) for line in plan.stations] == [(1, 1010), (2, 990)]
    assert abs(sum(line.expected for line in plan.stations) - 10 * expected.betting) <= 1


def test_tokens_without_a_slip_count_against_the_winner(tmp_path: Path) -> None:
    """N comes from the desk, never from the count: 60 tokens that left no slip take 120 votes of the margin."""
    plan = _plan(tmp_path, *TWO)
    assert (plan.papers, plan.missing, plan.margin) == (1600, 60, 150)
    assert plan.plan == make_plan(Contest(1540, 30), FIVE)
    assert plan.proposal is Proposal.SAMPLE


def test_past_a_quarter_all_papers_are_counted_at_the_other_pace(tmp_path: Path) -> None:
    plan = _plan(tmp_path, station((310, 300), 615))
    assert plan.plan == make_plan(Contest(615, 10), FIVE)
    assert plan.proposal is Proposal.FULL_COUNT
    assert "lebih dari seperempat" in plan.reason
    assert (plan.to_read, plan.tenths, plan.hours) == (615, 21, 2.1)
    assert plan.stations[0].expected == 6150


def test_slips_counted_in_the_box_go_before_the_register(tmp_path: Path) -> None:
    plan = _plan(tmp_path, station((500, 300), 900, cast=900, counted=880), station((300, 350), 700, cast=700))
    assert (plan.papers, plan.missing) == (1600, 20)


def test_too_many_missing_papers(tmp_path: Path) -> None:
    plan = _plan(tmp_path, station((500, 300), 900, cast=825), station((300, 350), 700))
    assert (plan.proposal, plan.plan, plan.missing, plan.margin) == (Proposal.CANNOT, None, 75, 150)
    assert "75 kertas hilang" in plan.reason


def test_a_tie(tmp_path: Path) -> None:
    plan = _plan(tmp_path, station((300, 300), 650))
    assert (plan.proposal, plan.margin, plan.plan, plan.to_read) == (Proposal.CANNOT, 0, None, 650)
    assert "seri" in plan.reason


@pytest.mark.parametrize(
    ("stations", "reported", "reason"),
    [
        ((station((300, 200), 600), station((300, 200), None)), None, "TPS 2 belum punya buku meja"),
        ((station((300, 200), 600), station((300, 200), 600)), 1, "belum lengkap"),
        ((station((300, 200), 500, cast=501),), None, "lebih banyak struk daripada token"),
        ((station((300, 200), 500, counted=501),), None, "lebih banyak struk daripada token"),
        ((station((300, 200), 499),), None, "suara lebih banyak daripada token"),
        ((station((0, 0), 0),), None, "di luar 1 sampai"),
        ((station((300, 200), 60_000), station((300, 200), 60_000)), None, "di luar 1 sampai"),
    ],
)
def test_what_cannot_be_planned_says_why(
    tmp_path: Path, stations: tuple[object, ...], reported: int | None, reason: str
) -> None:
    plan = _plan(tmp_path, *stations, reported=reported)
    assert (plan.proposal, plan.papers, plan.plan, plan.to_read) == (Proposal.NOT_PLANNED, None, None, 0)
    assert reason in plan.reason


def test_a_regency_adds_up_in_order_of_codes(tmp_path: Path) -> None:
    second = write_village(tmp_path / "b", [station((800, 300), 1200)], region="32.09.07.2008")
    first = write_village(tmp_path / "a", [station((300, 200), 600)])
    plans = plan_villages([read_village(second), read_village(first)], FIVE, PACE)
    assert [plan.region for plan in plans] == ["32.09.07.2007", "32.09.07.2008"]
    alone = [plan_village(read_village(folder), FIVE, PACE) for folder in (first, second)]
    assert list(plans) == alone  # each contest has its own limit: nobody's plan depends on another's


def test_the_same_village_is_not_planned_twice(tmp_path: Path) -> None:
    village = read_village(write_village(tmp_path / "a", TWO))
    with pytest.raises(RiskRefused, match=r"32\.09\.07\.2007"):
        plan_villages([village, village], FIVE, PACE)


@pytest.mark.parametrize("paces", [(0, 300), (30, 0), (10_001, 300), (30, 10_001)])
def test_refuses_a_pace_that_nobody_keeps(paces: tuple[int, int]) -> None:
    with pytest.raises(RiskRefused):
        Pace(*paces)


FILES = (published.DEFINITION, published.RESULT, published.BOOKS)


@pytest.mark.parametrize("name", [*FILES, *map(published.signature_name, FILES), published.ROOT])
def test_refuses_a_folder_with_a_file_missing(tmp_path: Path, name: str) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    (folder / name).unlink()
    with pytest.raises(MaterialRefused) as caught:
        read_village(folder)
    assert caught.value.where.endswith(name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (published.RESULT, b'"margin":150', b'"margin":950'),
        (published.BOOKS, b'"tokens_handed":900', b'"tokens_handed":800'),
        (published.DEFINITION, b"Calon Dua", b"Calon Dia"),
    ],
)
def test_refuses_figures_that_were_not_signed(tmp_path: Path, name: str, old: bytes, new: bytes) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    data = (folder / name).read_bytes()
    assert old in data
    (folder / name).write_bytes(data.replace(old, new))
    with pytest.raises(SignatureRefused):
        read_village(folder)


@pytest.mark.parametrize(
    "holder",
    [
        Holder(Role.TALLY, "32.09.07.2008"),
        Holder(Role.COMMITTEE, "32.09.07.2007"),
        Holder(Role.DESK, "32.09.07.2007", 1),
    ],
)
def test_refuses_a_result_that_another_office_signed(tmp_path: Path, holder: Holder) -> None:
    folder = write_village(tmp_path / "desa", TWO, tally=certified(holder))
    with pytest.raises(CertificateRefused):
        read_village(folder)


def test_refuses_another_regency_s_root(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    assert read_village(folder, (folder / published.ROOT).read_bytes()) == read_village(folder)
    with pytest.raises(CertificateRefused):
        read_village(folder, Authority().root)


def test_refuses_a_definition_of_another_committee(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    other = write_village(tmp_path / "lain", TWO, region="32.09.07.2008")
    village = (folder / published.DEFINITION).read_bytes()
    signer = certified(Holder(Role.COMMITTEE, "32.09.07.2008"))
    signature = sign_detached(published.Context.DEFINITION, village, signer.key, signer.pem)
    (folder / published.signature_name(published.DEFINITION)).write_bytes(signature)
    with pytest.raises(MaterialRefused, match="panitia wilayah lain"):
        read_village(folder)
    assert read_village(other).definition.region.text == "32.09.07.2008"


def test_refuses_books_of_another_election(tmp_path: Path) -> None:
    with pytest.raises(MaterialRefused, match="pemilihan lain"):
        read_village(write_village(tmp_path / "desa", TWO, books_of="32.09.07.2008"))


def test_refuses_books_with_other_stations(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    write_village(tmp_path / "satu", TWO[:1])
    for name in (published.BOOKS, published.signature_name(published.BOOKS)):
        (folder / name).write_bytes((tmp_path / "satu" / name).read_bytes())
    with pytest.raises(MaterialRefused):
        read_village(folder)


def test_refuses_a_file_that_is_no_result(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", TWO)
    (folder / published.signature_name(published.RESULT)).write_bytes(b"{}")
    with pytest.raises(MalformedFile):
        read_village(folder)


def test_a_refusal_names_what_it_is_about(tmp_path: Path) -> None:
    with pytest.raises(EpilwuError) as caught:
        read_village(tmp_path / "tidak-ada")
    assert "tidak-ada" in str(caught.value)
    village = read_village(write_village(tmp_path / "desa", TWO))
    with pytest.raises(RiskRefused):
        plan_village(replace(village), Fraction(2, 3), PACE)


def test_a_regencys_folder_holds_its_villages_one_or_two_levels_below(tmp_path: Path) -> None:
    for region, below in (("32.09.07.2007", "lemahabang"), ("32.09.07.2008", "arsip/cipeujeuh")):
        write_village(tmp_path / below, [station((300, 100), 420, counted=420)], region=region)
    assert [path.name for path in find_villages(tmp_path)] == ["cipeujeuh", "lemahabang"]
    assert find_villages(tmp_path / "lemahabang") == (tmp_path / "lemahabang",)
    (tmp_path / "kosong").mkdir()
    with pytest.raises(MaterialRefused, match="tidak ada hasil"):
        find_villages(tmp_path / "kosong")
    done = CliRunner().invoke(main, ["audit", "plan", "--from", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert [village["region"] for village in json.loads(done.output)["villages"]] == ["32.09.07.2007", "32.09.07.2008"]
