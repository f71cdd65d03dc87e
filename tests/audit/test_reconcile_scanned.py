"""Boxes that were scanned in sessions, reconciled by booth, station and village, with the list behind every number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from audit_samples import Folders, scene
from click.testing import CliRunner, Result
from scan_samples import PEOPLE, clock, register_of

from epilwu.audit.reconcile import StationReconciliation, reconcile_station, reconcile_village
from epilwu.audit.reconcile_report import LIST, booth_lines, list_json, village_lines
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.session import Opening, ScanSession
from epilwu.audit.scan.typed import code_of
from epilwu.audit.slips import SlipClass
from epilwu.cli import main
from epilwu.election.balance import StationBooks, Status

BOOKS = StationBooks(
    roll=15, attendance=12, tokens_received=14, tokens_handed=12, tokens_spoiled=0, tokens_unused=2,
    tokens_spent=12, ballots=12, slips_cast=12, slips_void=1,
)  # fmt: skip
VOTES = {1: (1, 3, 6, 2), 2: (2, 5, 3, 2)}
TORN = scene().slips[1, 2][1]  # for number 2


@contextmanager
def scanned(folder: Path, station: int, leave_out: tuple[bytes, ...] = ()) -> Iterator[ScanSession]:
    """A station's whole box, but for some slips, in one bundle that is still open."""
    opening = Opening(definition=scene().digest, box="Segel 17", order="12/Pen/2023", people=PEOPLE)
    with closing(ScanSession.create(folder, register_of(station), opening, clock)) as session:
        for booth in (1, 2):
            for slip in (*scene().slips[station, booth], *scene().void[station, booth]):
                if slip.id not in leave_out:
                    session.add_text(slip.text, Source.SERIAL)
        yield session


def type_in(session: ScanSession, choice: int | None, code: str | None) -> None:
    number = session.add_unreadable().number
    for reader in PEOPLE:
        session.type_in(number, reader, choice, code)


def settle(session: ScanSession) -> None:
    session.close_bundle(session.summary().papers, "Ani")


@pytest.fixture
def torn(tmp_path: Path) -> StationReconciliation:
    """Station 1, where one slip could only be typed in."""
    with scanned(tmp_path / "scan", 1, (TORN.id,)) as session:
        type_in(session, 2, code_of(TORN.id))
        settle(session)
        return reconcile_station(register_of(1), VOTES[1], BOOKS, session.slips())


def test_a_typed_paper_explains_a_difference_and_does_not_take_it_away(torn: StationReconciliation) -> None:
    row = torn.choices[2]
    assert (row.choice, row.slips, row.votes, row.difference) == (2, 5, 6, -1)
    assert (row.typed, row.difference_with_typed) == (1, 0)
    assert torn.missing == {1: 0, 2: 0}, "it was seen, by two people"
    assert torn.status is Status.DIFFERENT
    assert torn.differences == (
        "calon 2: struk 5, suara 6 (−1)",
        "struk tercatat − struk di kotak: 12 dan 11 (+1)",
        "struk tidak terbaca: 1 lembar",
        "struk tidak terbaca yang dibaca dua orang dan tercatat di bilik: 1 lembar",
    )


@pytest.mark.parametrize(
    "code",
    [None, "zzzzzzzz", code_of(scene().slips[1, 1][0].id), code_of(scene().void[1, 1][0].id)],
    ids=["illegible", "of no slip", "of a slip that was counted", "of a void slip"],
)
def test_a_typed_paper_of_no_slip_that_is_missing_explains_nothing(tmp_path: Path, code: str | None) -> None:
    with scanned(tmp_path / "scan", 1, (TORN.id,)) as session:
        type_in(session, 2, code)
        found = reconcile_station(register_of(1), VOTES[1], BOOKS, session.slips())
    assert (found.choices[2].typed, found.typed_total) == (0, 0)
    assert found.missing == {1: 0, 2: 1}


def test_each_booth_with_its_own_figures(torn: StationReconciliation) -> None:
    first, second = torn.booths
    assert (first.booth, first.classes[SlipClass.COUNTED], first.classes[SlipClass.VOID], first.missing) == (1, 6, 1, 0)
    assert (second.booth, second.classes[SlipClass.COUNTED], second.typed, second.missing) == (2, 5, 1, 0)
    assert [(d.name, d.left, d.right, d.status) for d in second.differences] == [
        ("tokens_spent-ballots", None, None, Status.NOT_CHECKED),
        ("ballots-slips_cast", None, 6, Status.NOT_CHECKED),
        ("slips_cast-slips_counted", 6, 5, Status.DIFFERENT),
    ]
    assert sum(row.classes[SlipClass.COUNTED] for row in torn.booths) == torn.classes[SlipClass.COUNTED]
    assert any("Bilik 2: 5 dihitung, 0 ganda, 0 batal, 1 diketik, 0 hilang" in line for line in booth_lines(torn))


def test_the_village_is_the_sum_of_its_stations_or_not_checked(torn: StationReconciliation, tmp_path: Path) -> None:
    with scanned(tmp_path / "two", 2) as session:
        settle(session)
        other = reconcile_station(register_of(2), VOTES[2], BOOKS, session.slips())
    whole = reconcile_village([(1, BOOKS, torn), (2, BOOKS, other)])
    assert whole.choices is not None
    assert [(row.choice, row.slips, row.votes, row.difference) for row in whole.choices] == [
        (0, 3, 3, 0),
        (1, 8, 8, 0),
        (2, 8, 9, -1),
        (3, 4, 4, 0),
    ]
    assert (whole.missing, whole.books.slips_counted, whole.unopened) == (0, 23, ())
    unproven = replace(other, choices=tuple(replace(row, votes=None) for row in other.choices))
    half = reconcile_village([(1, BOOKS, torn), (2, BOOKS, unproven)])
    assert half.choices is not None
    assert {row.difference for row in half.choices} == {None}
    closed = reconcile_village([(1, BOOKS, torn), (2, BOOKS, None)])
    assert (closed.choices, closed.classes, closed.missing, closed.unopened) == (None, None, None, (2,))
    assert closed.books.slips_counted is None
    assert any("kotak belum dibuka di TPS 02" in line for line in village_lines(closed, scene().parsed))
    assert reconcile_village([]).choices is None


def test_the_list_behind_every_number(torn: StationReconciliation) -> None:
    (station,) = json.loads(list_json("0" * 64, [torn]))["stations"]
    for row, listed in zip(torn.choices, station["choices"], strict=True):
        assert (len(listed["slips"]), len(listed["typed"])) == (row.slips, row.typed)
    assert station["choices"][2]["typed"] == [
        {"code": code_of(TORN.id), "id": TORN.id.hex(), "where": "bundel 1, kertas 13"}
    ]
    assert {kind: len(papers) for kind, papers in station["classes"].items()} == {
        str(kind): number for kind, number in torn.classes.items()
    }
    ids = {slip["id"] for listed in station["choices"] for slip in listed["slips"]}
    assert len(ids) == 11


def test_missing_slips_are_listed_by_booth(tmp_path: Path) -> None:
    with scanned(tmp_path / "scan", 1, (TORN.id,)) as session:
        found = reconcile_station(register_of(1), VOTES[1], BOOKS, session.slips())
    (station,) = json.loads(list_json("0" * 64, [found]))["stations"]
    assert station["missing"] == [
        {"booth": 1, "slips": []},
        {"booth": 2, "slips": [{"code": code_of(TORN.id), "id": TORN.id.hex()}]},
    ]


def run(folders: Folders, *more: str | Path) -> Result:
    arguments = ["--public", folders.public, "--auditors", folders.auditors, "--jobs", "1", *more]
    return CliRunner().invoke(main, ["audit", "reconcile", *map(str, arguments)])


def test_the_command_takes_scanned_boxes(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(scene().root.pem)
    for station in (1, 2):
        with scanned(folders.papers / f"TPS{station:02d}", station) as session:
            settle(session)
    everything = ["--papers", folders.papers, "--root", tmp_path / "root.pem"]
    result = run(folders, *everything, "--list", tmp_path / LIST)
    assert result.exit_code == 0, result.output
    assert "Seluruh desa" in result.stdout
    assert "  Kertas: 24 dihitung, 0 ganda, 2 batal, 0 asing, 0 tidak terbaca; hilang 0" in result.stdout
    assert (tmp_path / LIST).stat().st_mode & 0o777 == 0o600
    found = json.loads(run(folders, *everything, "--json").stdout)
    assert found["together"]["choices"][2]["slips"] == 9
    assert [booth["books"]["ballots"] for booth in found["stations"][0]["paper"]["booths"]] == [6, 6]
    assert code_of(TORN.id) not in json.dumps(found), "counts only"


def test_a_box_whose_scanning_is_not_finished_is_not_checked(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(scene().root.pem)
    with scanned(folders.papers / "TPS01", 1), scanned(folders.papers / "TPS02", 2) as session:
        settle(session)
    result = run(folders, "--papers", folders.papers, "--root", tmp_path / "root.pem")
    assert result.exit_code == 1
    assert "BELUM SELESAI: bundel 1 belum cocok dengan hitungan tangan" in result.stdout
    assert "tidak diperiksa  Apakah struk kertas, hitungan dan pembukuan cocok?" in result.stdout
