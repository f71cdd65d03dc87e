"""The five papers: what they say, and what they cannot say."""

from __future__ import annotations

import pytest
from paper_samples import NONCE, PLACE, REHEARSAL, REPORT, TRACKER, UUID, five, slip_text

from epilwu.booth.standin.commands import FeedLines, Line, RasterImage, Setting, next_command
from epilwu.booth.standin.paper import Paper
from epilwu.protocol.credential import Token
from epilwu.protocol.errors import TokenRefused
from epilwu.receipt.blocks import Layout, Pair, QrCode, Rule, Size, Text
from epilwu.receipt.errors import LayoutMismatch, MalformedCode
from epilwu.receipt.escpos import PaperWidth, render
from epilwu.receipt.layout import (
    REHEARSAL_MARK,
    TEST_MARK,
    Place,
    audit_slip,
    closing_report,
    token_card,
    tracker_slip,
    trial_paper,
)
from epilwu.receipt.length import END_DOTS, LINE_DOTS, paper_dots
from epilwu.receipt.report_code import parse_report
from epilwu.receipt.slip import parse_slip, short_code


def lines(layout: Layout) -> list[str]:
    return [block.text for block in layout.blocks if isinstance(block, Text)]


def test_the_audit_slip_says_this_and_nothing_else() -> None:
    """The whole text is listed: a time, a sequence, a voter or a tracker has no place to stand in."""
    layout = audit_slip(PLACE, slip_text(3), "Nama Calon Tiga")
    assert lines(layout) == [
        "PEMILIHAN KUWU 2027",
        "Desa Lemahabang · TPS 02",
        "Bilik 1",
        "Periksa, lipat, masukkan ke",
        "KOTAK AUDIT",
        f"Kode: {short_code(NONCE)}",
        "PILIHAN ANDA",
        "3",
        "NAMA CALON TIGA",
    ]
    assert [block.text for block in layout.blocks if isinstance(block, QrCode)] == [slip_text(3)]
    assert not any(isinstance(block, Pair | Rule) for block in layout.blocks)
    (number,) = [block for block in layout.blocks if isinstance(block, Text) and block.text == "3"]
    assert number.size is Size.HUGE


def test_a_blank_slip_says_so() -> None:
    assert lines(audit_slip(PLACE, slip_text(0), None))[-2:] == ["KOSONG", "PILIHAN KOSONG"]


@pytest.mark.parametrize(("choice", "booth", "name"), [(0, 1, "Nama"), (3, 1, None), (3, 2, "Nama")])
def test_text_and_code_cannot_differ(choice: int, booth: int, name: str | None) -> None:
    with pytest.raises(LayoutMismatch):
        audit_slip(PLACE, slip_text(choice, booth), name)


def test_only_signed_codes_are_laid_out() -> None:
    with pytest.raises(MalformedCode):
        audit_slip(PLACE, "EPW1:", "Nama")
    with pytest.raises(MalformedCode):
        closing_report(PLACE, slip_text(3), closed_at="", signers=[])
    with pytest.raises(LayoutMismatch):
        closing_report(Place("Pemilihan", "Lemahabang", 3, 1), REPORT, closed_at="", signers=[])


def test_the_token_card_carries_only_the_token_and_where_it_is_good() -> None:
    layout = token_card(PLACE, "5kPFq-9XJtR-2mVbn")
    assert [block.text for block in layout.blocks if isinstance(block, QrCode)] == ["5kPFq-9XJtR-2mVbn"]
    assert lines(layout)[:6] == [
        "PEMILIHAN KUWU 2027",
        "Desa Lemahabang",
        "KARTU TOKEN",
        "TPS 02",
        "Bilik 1",
        "5kPFq-9XJtR-2mVbn",
    ]


def test_the_tracker_slip_shows_the_whole_tracker() -> None:
    layout = tracker_slip(PLACE, TRACKER)
    assert TRACKER in "".join(lines(layout))
    assert [block.text for block in layout.blocks if isinstance(block, QrCode)] == [TRACKER]


@pytest.mark.parametrize("place", [PLACE, REHEARSAL])
def test_a_test_paper_can_never_pass_for_a_vote(place: Place) -> None:
    layout = trial_paper(place, "Sesudah ganti kertas")
    said = lines(layout)
    assert said.count(TEST_MARK) == 2 and ("GLADI" in said[0]) == place.rehearsal
    assert not any(word in " ".join(said).upper() for word in ("PILIHAN", "CALON", "KODE:"))
    (code,) = (block.text for block in layout.blocks if isinstance(block, QrCode))
    for read in (parse_slip, parse_report):
        with pytest.raises(MalformedCode):
            read(code)
    with pytest.raises(TokenRefused):
        Token.parse(code)
    for width in PaperWidth:
        assert TEST_MARK.replace("–", "-").encode() in render(layout, width)


def test_the_closing_report_prints_what_its_code_says() -> None:
    pairs = {
        block.label: block.figure
        for block in closing_report(PLACE, REPORT, closed_at="02-05-2027 14.00 WIB", signers=[]).blocks
        if isinstance(block, Pair)
    }
    assert pairs == {
        "Pemilihan": UUID,
        "Surat suara": "219",
        "Token terpakai": "218",
        "Struk tercatat": "217",
        "Struk batal": "3",
        "Mulai ulang": "1",
        "Pengambilalihan": "0",
        "Ditutup": "02-05-2027 14.00 WIB",
    }


def test_rehearsal_papers_are_marked_above_below_and_beside() -> None:
    for layout in five(REHEARSAL):
        texts = lines(layout)
        assert texts[0] == texts[-1] == REHEARSAL_MARK
        for at, block in enumerate(layout.blocks):
            if isinstance(block, QrCode):
                assert block.beside == REHEARSAL_MARK
                for neighbour in (layout.blocks[at - 1], layout.blocks[at + 1]):
                    assert isinstance(neighbour, Text) and neighbour.text == REHEARSAL_MARK


def test_real_papers_bear_no_rehearsal_mark() -> None:
    for layout in five(PLACE):
        assert REHEARSAL_MARK not in lines(layout)
        assert all(block.beside == "" for block in layout.blocks if isinstance(block, QrCode))


def test_a_piece_of_a_slip_shows_no_choice_until_its_last_part() -> None:
    """Paper that ends within a slip leaves a piece in the hands of whoever changes it."""
    layout = audit_slip(PLACE, slip_text(3), "Nama Calon Tiga")
    before = layout.blocks[: [getattr(block, "text", "") for block in layout.blocks].index("3")]
    shown = paper_dots(Layout("piece", before), PaperWidth.MM58) - END_DOTS
    assert shown > 0.75 * (paper_dots(layout, PaperWidth.MM58) - END_DOTS)


@pytest.mark.parametrize("width", list(PaperWidth))
def test_a_papers_length_is_never_told_too_short(width: PaperWidth) -> None:
    """The stand-in printer's own count of dots, which follows every feed, is the judge."""
    for place in (PLACE, REHEARSAL):
        for layout in five(place):
            paper, at = Paper(width), 0
            size, used, data = (1, 1), 0, render(layout, width)
            while at < len(data):
                command, taken = next_command(data[at:])
                assert taken
                at += taken
                match command:
                    case Setting("size", value):
                        size = ((value >> 4) + 1, (value & 15) + 1)
                    case Line(text):
                        used += paper.text(text, size=size, bold=False, centred=False) if text else LINE_DOTS
                    case RasterImage(wide, high, dots):
                        used += paper.raster(wide, high, dots)
                    case FeedLines(count):
                        used += count * LINE_DOTS
            assert used <= paper_dots(layout, width) - END_DOTS <= used + 40, layout.name
