"""Paper beside count: every difference with its sign, nothing unknown taken for agreement."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from epilwu.audit.reconcile import StationReconciliation, reconcile_station
from epilwu.audit.slips import BoothRegister, SlipClass, SortedSlip, StationRegister
from epilwu.election.balance import StationBooks, Status

KEY = Ed25519PrivateKey.generate().public_key()
BOOKS = StationBooks(
    roll=9,
    attendance=6,
    tokens_received=8,
    tokens_handed=6,
    tokens_spoiled=0,
    tokens_unused=2,
    tokens_spent=6,
    ballots=6,
    slips_cast=6,
    slips_void=1,
)
VOTES = (1, 2, 3)


def slip_id(booth: int, number: int) -> bytes:
    return bytes([booth, number]) * 16


def register(*, blank: bool = True) -> StationRegister:
    booths = {
        booth: BoothRegister(booth, KEY, frozenset(slip_id(booth, n) for n in range(3)), frozenset())
        for booth in (1, 2)
    }
    return StationRegister(1, "Lemah2DXs7mqP4", 2, blank, booths)


def paper(kind: SlipClass, booth: int | None = None, number: int = 0, choice: int | None = None) -> SortedSlip:
    return SortedSlip("x.png", kind, "sebab", booth, choice, None if booth is None else slip_id(booth, number))


def box(choices: tuple[int, ...] = (0, 1, 1, 2, 2, 2)) -> list[SortedSlip]:
    return [paper(SlipClass.COUNTED, 1 + n // 3, n % 3, choice) for n, choice in enumerate(choices)]


def reconcile(
    papers: list[SortedSlip], votes: tuple[int, ...] | None = VOTES, books: StationBooks = BOOKS
) -> StationReconciliation:
    return reconcile_station(register(), votes, books, papers)


def test_agreement() -> None:
    found = reconcile(box())
    assert found.status is Status.EQUAL
    assert found.differences == found.open_questions == ()
    assert [(row.choice, row.slips, row.votes, row.difference) for row in found.choices] == [
        (0, 1, 1, 0),
        (1, 2, 2, 0),
        (2, 3, 3, 0),
    ]
    assert found.books.slips_counted == 6
    assert found.missing == {1: 0, 2: 0}


def test_a_vote_that_the_machine_moved_shows_on_both_candidates() -> None:
    found = reconcile(box((0, 1, 1, 1, 2, 2)))
    assert found.differences == ("calon 1: struk 3, suara 2 (+1)", "calon 2: struk 2, suara 3 (−1)")
    assert found.status is Status.DIFFERENT


def test_a_blank_vote_turned_into_a_candidate_s() -> None:
    found = reconcile(box((0, 0, 1, 1, 2, 2)))
    assert found.differences == ("kosong: struk 2, suara 1 (+1)", "calon 2: struk 2, suara 3 (−1)")


def test_a_missing_slip_is_named_by_its_booth_with_its_sign() -> None:
    found = reconcile(box()[:-1])
    assert found.missing == {1: 0, 2: 1}
    assert found.missing_total == 1
    assert found.differences == (
        "calon 2: struk 2, suara 3 (−1)",
        "struk tercatat − struk di kotak: 6 dan 5 (+1)",
        "struk hilang dari bilik 2: 1",
    )


def test_an_empty_box_is_no_agreement() -> None:
    found = reconcile([])
    assert found.status is Status.DIFFERENT
    assert found.missing_total == 6


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (SlipClass.DUPLICATE, "struk ganda: 1 lembar"),
        (SlipClass.FOREIGN, "struk asing: 1 lembar"),
        (SlipClass.UNREADABLE, "struk tidak terbaca: 1 lembar"),
    ],
)
def test_a_paper_that_should_not_be_there_is_a_difference_and_no_vote(kind: SlipClass, sentence: str) -> None:
    found = reconcile([*box(), paper(kind)])
    assert found.differences == (sentence,)
    assert [row.difference for row in found.choices] == [0, 0, 0]


def test_a_void_slip_is_neither_vote_nor_difference() -> None:
    found = reconcile([*box(), paper(SlipClass.VOID, 1, 9)])
    assert found.status is Status.EQUAL
    assert found.classes[SlipClass.VOID] == 1


def test_a_count_that_was_not_verified_is_not_compared() -> None:
    found = reconcile(box(), votes=None)
    assert [(row.slips, row.votes, row.difference) for row in found.choices] == [
        (1, None, None),
        (2, None, None),
        (3, None, None),
    ]
    assert found.status is Status.NOT_CHECKED
    assert found.open_questions == ("hitungan TPS ini belum terbukti",)


def test_a_figure_that_nobody_gave_leaves_the_question_open() -> None:
    found = reconcile(box(), books=replace(BOOKS, attendance=None))
    assert found.status is Status.NOT_CHECKED
    assert found.open_questions == ("daftar hadir − token diserahkan",)


def test_a_difference_is_told_even_while_a_question_is_open() -> None:
    found = reconcile(box()[:-1], books=replace(BOOKS, attendance=None))
    assert found.status is Status.DIFFERENT


@pytest.mark.parametrize(
    ("figure", "value", "sentence"),
    [
        ("attendance", 5, "daftar hadir − token diserahkan: 5 dan 6 (−1)"),
        ("tokens_received", 9, "token diterima − (diserahkan + rusak + sisa): 9 dan 8 (+1)"),
        ("ballots", 7, "token terpakai − surat suara: 6 dan 7 (−1)"),
    ],
)
def test_books_that_differ(figure: str, value: int, sentence: str) -> None:
    found = reconcile(box(), books=replace(BOOKS, **{figure: value}))
    assert sentence in found.differences
    assert found.status is Status.DIFFERENT


def test_without_blank_the_votes_begin_with_the_first_candidate() -> None:
    found = reconcile_station(register(blank=False), (2, 3), BOOKS, box((1, 1, 2, 2, 2)))
    assert [(row.choice, row.slips, row.votes) for row in found.choices] == [(1, 2, 2), (2, 3, 3)]


def test_votes_of_another_question_are_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="shorter"):
        reconcile(box(), votes=(1, 2))


@given(st.lists(st.tuples(st.sampled_from(list(SlipClass)), st.integers(0, 2)), max_size=6))
def test_every_paper_is_in_one_class_and_every_registered_slip_counted_or_missing(
    kinds: list[tuple[SlipClass, int]],
) -> None:
    papers = [
        paper(kind, 1 + n // 3, n % 3, choice if kind is SlipClass.COUNTED else None)
        for n, (kind, choice) in enumerate(kinds)
    ]
    found = reconcile(papers)
    assert sum(found.classes.values()) == len(papers)
    assert found.classes[SlipClass.COUNTED] + found.missing_total == 6
    slips = Counter(choice for kind, choice in kinds if kind is SlipClass.COUNTED)
    assert {row.choice: row.slips for row in found.choices} == {choice: slips[choice] for choice in (0, 1, 2)}
    agrees = slips == {0: 1, 1: 2, 2: 3}
    assert (found.status is Status.EQUAL) == agrees
