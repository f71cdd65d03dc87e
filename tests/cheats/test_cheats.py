"""Every cheat is noticed by whom its entry says, from that evidence, by just those checks."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from cheat_list import PAGE, page_with_table
from cheat_village import Night, honest
from cheats import CHEATS, Cheat

from epilwu.audit.material import load_material
from epilwu.audit.reconcile import reconcile_station
from epilwu.audit.slips import SlipSorter
from epilwu.audit.verify import Workers, verify_file
from epilwu.audit.verifying.run import Asked, Brought, Kept, Verification, verify_paths
from epilwu.protocol.verify_report import Status


def verified(night: Night, folder: Path, *, auditors: bool) -> Verification:
    folder.mkdir()
    with closing(Workers(1)) as workers:
        asked = Asked(Brought(night.root), Kept(night.kept))
        return verify_paths(night.write(folder, auditors=auditors), asked, workers)


def names(found: Verification, status: Status) -> frozenset[str]:
    return frozenset(result.kind.name for result in found.results if result.status is status)


def on_paper(night: Night, folder: Path) -> frozenset[str]:
    """What the boxes show against reports and announced counts, as far as the auditors' material can be used."""
    public, auditors = night.write(folder, auditors=True)
    material = load_material(public, auditors, night.root)
    seen = set()
    for station in material.stations:
        sorter = SlipSorter(station.register)
        papers = night.boxes[station.station.number]
        slips = [sorter.sort(str(place), [text] if text else []) for place, text in enumerate(papers)]
        with closing(Workers(1)) as workers:
            report = verify_file(station.board, workers, strict=True, running=False).report
        votes = None if report is None else report.result
        found = reconcile_station(station.register, votes, station.books, slips)
        seen |= {f"TPS {station.station.number}: {line.split(':')[0]}" for line in found.differences}
    return frozenset(seen)


def test_the_honest_night_passes_everywhere(tmp_path: Path) -> None:
    found = verified(honest(), tmp_path / "a", auditors=True)
    assert found.ok, [r for r in found.results if r.status is not Status.PASSED]
    assert on_paper(honest(), _made(tmp_path / "b")) == frozenset()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("case", CHEATS, ids=lambda case: case.title)
def test_cheat(case: Cheat, tmp_path: Path) -> None:
    night = case.build()
    public = verified(night, tmp_path / "public", auditors=False)
    auditors = verified(night, tmp_path / "auditors", auditors=True)
    assert names(public, Status.FAILED) == case.public
    assert names(public, Status.FAILED) | names(auditors, Status.FAILED) == case.public | case.auditors
    assert names(auditors, Status.NOT_CHECKED) >= case.open_
    assert names(public, Status.NOT_CHECKED) >= case.open_to_all
    assert auditors.ok is (not (case.public or case.auditors or case.open_))
    if case.paper:
        assert on_paper(night, _made(tmp_path / "paper")) >= case.paper


def test_the_list_is_long_enough_and_names_each_once() -> None:
    titles = [case.title for case in CHEATS]
    assert len(titles) == len(set(titles)) >= 40


def test_the_threat_model_has_the_table_of_all_cheats() -> None:
    assert PAGE.read_text("utf-8") == page_with_table(), "run tools/cheats_doc.py"


def test_the_ways_that_no_file_shows_are_named_with_what_stands_against_them() -> None:
    assert all(case.noticed != bool(case.else_) for case in CHEATS)
    assert sum(not case.noticed for case in CHEATS) >= 4
