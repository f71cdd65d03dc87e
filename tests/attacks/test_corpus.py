"""Every attack of the corpus is refused, for its own reason, at its own place."""

from __future__ import annotations

from dataclasses import replace

import forge_ballots
import forge_chain
import forge_counts
import forge_forms
import forge_trustees
import pytest
from boards import COUNTS, foreign_village, honest, verified, verified_parts
from corpus import ATTACKS, Attack

from epilwu.protocol.verify_report import Profile, Status

FORGERIES = (forge_ballots, forge_chain, forge_counts, forge_forms, forge_trustees)


def test_the_honest_board_passes() -> None:
    report = verified_parts(honest())
    assert report.ok
    assert report.profile is Profile.EPILWU
    assert report.result == COUNTS


CASES = [pytest.param(case, id=case.label, marks=[pytest.mark.slow] if case.slow else []) for case in ATTACKS]


@pytest.mark.parametrize("case", CASES)
def test_attack_is_refused(case: Attack) -> None:
    made = case.build()
    report = verified(made.bel, made.side_file, made.definition)
    check = report.check(case.check)
    assert (check.status, check.code, check.position) == (Status.FAILED, case.code, case.position), report.checks
    assert check.detail
    assert not report.ok
    assert report.result is None


def test_every_item_of_the_list_has_cases() -> None:
    assert {case.item for case in ATTACKS} == set(range(1, 9))
    labels = [case.label for case in ATTACKS]
    assert len(set(labels)) == len(labels)


def test_the_forger_of_trustees_can_be_honest() -> None:
    """Else those attacks might be refused for a slip of the forger's pen."""
    parts = forge_trustees.forged_group(forge_trustees.polynomials_of([1, 1, 1, 1]))
    assert verified_parts(parts).check("trustees").status is Status.PASSED


def test_belenios_cannot_see_the_chosen_shift_and_the_report_says_so() -> None:
    """A false result with true proofs: why E-Pilwu binds decryptions to their ciphertexts."""
    shifted = forge_counts.chosen_shift(foreign_village())
    report = verified_parts(replace(shifted, side_file=None))
    assert report.profile is Profile.BELENIOS
    assert report.ok
    assert report.result == forge_counts.SHIFTED != COUNTS
    assert "decryption is not bound" in report.check("partial-decryptions").detail
    assert [note.code for note in report.notes] == ["not-bound"]
