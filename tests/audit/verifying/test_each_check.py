"""Honest evidence passes every numbered check; each check has a way of its own to fail, and then nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from spoils import ALSO, SPOILS
from stick import honest, names

from epilwu.audit.verifying.result import Change
from epilwu.audit.verifying.table import KINDS, archive_kind, document
from epilwu.protocol.verify_report import Name, Status

QUICK = ("report-certificate", "village-result-counts")


def test_honest_evidence_passes_every_check_that_there_is(tmp_path: Path) -> None:
    verification = honest().verify(tmp_path)
    assert verification.ok
    assert names(verification, Status.PASSED) == set(KINDS)
    assert verification.not_used == ()
    (village,) = verification.villages
    assert (village.change, village.standing.margin) == (None, 1)
    assert village.proven == village.announced.ranking.counts if village.announced else False


def test_every_check_has_a_way_to_fail() -> None:
    assert set(SPOILS) == set(KINDS)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in sorted(SPOILS)]
)
def test_what_is_spoiled_fails_alone(name: str, tmp_path: Path) -> None:
    verification = SPOILS[name](honest()).verify(tmp_path)
    assert names(verification, Status.FAILED) - ALSO[name] == {name}
    assert not verification.ok
    for result in verification.results:
        if result.status is Status.FAILED:
            assert result.code and result.detail.id and result.detail.en
            assert result.change is not None
        else:
            assert result.votes is None and result.change is None


def test_numbers_are_in_order_and_unique() -> None:
    numbers = [kind.number for kind in KINDS.values()]
    assert numbers == sorted(set(numbers))
    assert {archive_kind(name).number for name in Name} <= set(range(201, 214))


def test_the_page_of_checks_is_what_the_program_has() -> None:
    page = Path(__file__).parents[3] / "docs" / "checks.md"
    assert page.read_text("utf-8") == document(), "run tools/checks_doc.py"


@pytest.mark.slow
def test_what_changes_no_count_says_so(tmp_path: Path) -> None:
    verification = SPOILS["definition-signature"](honest()).verify(tmp_path)
    (result,) = [result for result in verification.results if result.status is Status.FAILED]
    assert (result.votes, result.change) == (24, Change.COULD)
