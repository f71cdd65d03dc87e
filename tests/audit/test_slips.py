"""Every paper becomes exactly one of five classes, whatever else lies in the box and in whatever order."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.audit.slips import BoothRegister, SlipClass, SlipSorter, SortedSlip, StationRegister
from epilwu.receipt.report_code import ReportFigures, sign_report
from epilwu.receipt.slip import SlipPayload, sign_slip, slip_id

UUID, OTHER_UUID = "Lemah2DXs7mqP4", "Lemah2DXs7mqP5"
KEYS = {booth: Ed25519PrivateKey.from_private_bytes(bytes([booth]) * 32) for booth in (1, 2)}
CAST = {booth: [bytes([booth, n]) * 8 for n in range(4)] for booth in (1, 2)}
VOID = bytes([9]) * 16
CLOSING_REPORT = sign_report(
    ReportFigures(UUID, 1, 1, *[bytes(32), 4, 4, 4, 1, 0, 0], *[bytes(32)] * 3, datetime(2023, 10, 22, tzinfo=UTC)),
    KEYS[1],
)


def register(*, blank: bool = True, candidates: int = 3) -> StationRegister:
    booths = {
        booth: BoothRegister(
            booth,
            KEYS[booth].public_key(),
            frozenset(map(slip_id, CAST[booth])),
            frozenset([slip_id(VOID)] if booth == 1 else []),
        )
        for booth in (1, 2)
    }
    return StationRegister(1, UUID, candidates, blank, booths)


def slip(nonce: bytes, choice: int = 2, booth: int = 1, uuid: str = UUID, key: int | None = None) -> str:
    return sign_slip(SlipPayload(uuid, booth, choice, nonce), KEYS[key or booth])


def sort(*papers: str, blank: bool = True, candidates: int = 3) -> list[SortedSlip]:
    sorter = SlipSorter(register(blank=blank, candidates=candidates))
    return [sorter.sort(f"{number}.png", (text,)) for number, text in enumerate(papers)]


def changed(text: str, position: int) -> str:
    """Another character of the alphabet at ``position``."""
    return text[:position] + ("0" if text[position] != "0" else "1") + text[position + 1 :]


def test_a_slip_counts_for_its_choice_and_booth() -> None:
    (found,) = sort(slip(CAST[2][0], choice=3, booth=2))
    assert (found.slip_class, found.booth, found.choice) == (SlipClass.COUNTED, 2, 3)
    assert found.id == slip_id(CAST[2][0])


def test_a_blank_slip_counts_as_blank() -> None:
    (found,) = sort(slip(CAST[1][0], choice=0))
    assert (found.slip_class, found.choice) == (SlipClass.COUNTED, 0)


def test_a_copy_is_a_duplicate_and_counts_for_nobody() -> None:
    text = slip(CAST[1][0])
    first, second, third = sort(text, text, text)
    assert first.slip_class is SlipClass.COUNTED
    assert [second.slip_class, third.slip_class] == [SlipClass.DUPLICATE] * 2
    assert second.choice is None


def test_a_booth_that_signed_one_slip_twice_with_two_choices_is_found_out() -> None:
    _, second = sort(slip(CAST[1][0], choice=1), slip(CAST[1][0], choice=2))
    assert second.slip_class is SlipClass.DUPLICATE
    assert "pilihan lain" in second.reason


def test_a_void_slip_counts_for_nobody_and_its_copy_is_a_duplicate() -> None:
    first, second = sort(slip(VOID), slip(VOID))
    assert (first.slip_class, first.choice) == (SlipClass.VOID, None)
    assert second.slip_class is SlipClass.DUPLICATE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (slip(CAST[2][0], booth=2, key=1), "Tanda tangan"),
        (slip(CAST[1][0], booth=1, key=2), "Tanda tangan"),
        (slip(CAST[1][0], uuid=OTHER_UUID), "TPS lain"),
        (sign_slip(SlipPayload(UUID, 3, 2, CAST[1][0]), KEYS[1]), "bilik 3 tidak ada"),
        (slip(bytes([7]) * 16), "tidak tercatat"),
        (slip(CAST[1][0], booth=2), "tidak tercatat"),
        (slip(VOID, booth=2), "tidak tercatat"),
        (slip(CAST[1][0], choice=4), "pilihan yang tidak ada"),
        (CLOSING_REPORT, "tidak diawali EPW1:"),
        ("https://pilih-nomor-2.example", "tidak diawali EPW1:"),
        ("", "tidak diawali EPW1:"),
        (slip(CAST[1][0])[:-1], "tidak lengkap"),
        (slip(CAST[1][0]) + "0", "tidak lengkap"),
        (slip(CAST[1][0]).lower(), "tidak diawali EPW1:"),
    ],
)
def test_what_is_no_slip_of_this_station_is_foreign(text: str, reason: str) -> None:
    (found,) = sort(text)
    assert (found.slip_class, found.choice, found.id) == (SlipClass.FOREIGN, None, None)
    assert reason in found.reason


@pytest.mark.parametrize("position", range(5, 151))
def test_no_changed_character_is_ever_counted(position: int) -> None:
    (found,) = sort(changed(slip(CAST[1][0]), position))
    assert found.slip_class is SlipClass.FOREIGN


def test_blank_is_foreign_where_blank_is_not_allowed() -> None:
    (found,) = sort(slip(CAST[1][0], choice=0), blank=False)
    assert found.slip_class is SlipClass.FOREIGN


@pytest.mark.parametrize(("texts", "reason"), [((), "tidak ada kode"), (("a", "b"), "lebih dari satu")])
def test_none_or_several_codes_are_unreadable(texts: tuple[str, ...], reason: str) -> None:
    found = SlipSorter(register()).sort("1.png", texts)
    assert found.slip_class is SlipClass.UNREADABLE
    assert reason in found.reason


def test_two_papers_on_one_picture_are_unreadable_even_if_alike() -> None:
    text = slip(CAST[1][0])
    assert SlipSorter(register()).sort("1.png", (text, text)).slip_class is SlipClass.UNREADABLE


BOX = [
    *(slip(nonce, choice=1 + n % 3, booth=booth) for booth in (1, 2) for n, nonce in enumerate(CAST[booth])),
    slip(CAST[1][0], choice=1),
    slip(VOID),
    slip(CAST[1][1], booth=2),
    slip(bytes(16)),
    CLOSING_REPORT,
]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_papers_changes_nothing(order: random.Random) -> None:
    papers = BOX.copy()
    order.shuffle(papers)
    found = sort(*papers)
    assert Counter(each.slip_class for each in found) == {
        SlipClass.COUNTED: 8,
        SlipClass.DUPLICATE: 1,
        SlipClass.VOID: 1,
        SlipClass.FOREIGN: 3,
    }
    assert Counter(each.choice for each in found if each.choice) == {1: 4, 2: 2, 3: 2}


def test_no_log_line_can_carry_a_vote() -> None:
    (found,) = sort(slip(CAST[1][0], choice=3))
    assert "choice" not in repr(found)
    assert found.id is not None
    assert found.id.hex() not in repr(found) and repr(found.id) not in repr(found)
