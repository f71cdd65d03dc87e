"""Layouts as bytes: nothing truncated, nothing a printer could take for a command."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from zxingcpp import read_barcodes

from epilwu.booth.standin.commands import Command, Cut, FeedLines, Line, RasterImage, next_command
from epilwu.receipt.blocks import Layout, Level, Pair, QrCode, Size, Text
from epilwu.receipt.errors import Unprintable
from epilwu.receipt.escpos import PaperEnd, PaperWidth, render, void_mark
from epilwu.receipt.layout import REHEARSAL_MARK, Place, audit_slip
from epilwu.receipt.raster import draw, modules
from epilwu.receipt.slip import SlipPayload, sign_slip
from epilwu.receipt.text import printable

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WIDTHS = list(PaperWidth)
base45_texts = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=20, max_size=340)


def commands(data: bytes) -> list[Command]:
    buffer, found = bytearray(data), []
    while buffer:
        command, size = next_command(buffer)
        assert size > 0, "an incomplete command"
        del buffer[:size]
        if command is not None:
            found.append(command)
    return found


def printed(data: bytes) -> list[str]:
    return [command.text for command in commands(data) if isinstance(command, Line)]


@given(st.text(min_size=1, max_size=120), st.sampled_from(list(Size)), st.sampled_from(WIDTHS))
def test_text_is_wrapped_and_never_truncated_or_a_command(text: str, size: Size, width: PaperWidth) -> None:
    try:
        lines = printed(render(Layout("test", (Text(text, size),)), width))
    except Unprintable:
        return
    assert "".join("".join(lines).split()) == "".join(printable(text).split())
    assert all(len(line) * size.width <= width.columns for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_name_stands_whole_on_the_slip(width: PaperWidth) -> None:
    name = "Hj. Siti Nurhalimah Wiranatakusumahsastranegara, S.Pd.I."
    text = sign_slip(SlipPayload("Lemah2DXs7mqP4", 1, 3, bytes(16)), KEY)
    lines = printed(render(audit_slip(Place("Pemilihan Kuwu", "Lemahabang", 2, 1), text, name), width))
    assert name.upper().replace(" ", "") in "".join(lines).replace(" ", "")


@pytest.mark.parametrize("text", ["Ketua\x1b@", "a\nb", "漢字", "\x10\x04\x01", "a\x00", "\u202eabc", "✓"])
def test_what_has_no_ascii_form_is_refused(text: str) -> None:
    with pytest.raises(Unprintable):
        printable(text)


def test_typographic_signs_and_accents_become_plain() -> None:
    assert printable("GLADI – BUKAN · “Désa” ’n\u00a0…") == 'GLADI - BUKAN - "Desa" \'n ...'


def test_a_pair_that_does_not_fit_takes_two_lines() -> None:
    layout = Layout("test", (Pair("Label", "7"), Pair("A label of twenty-odd", "a figure as long as that")))
    assert printed(render(layout, PaperWidth.MM58)) == [
        "Label" + " " * 26 + "7",
        "A label of twenty-odd",
        "a figure as long as that",
    ]


@settings(max_examples=25)
@given(base45_texts, st.sampled_from(["", REHEARSAL_MARK]), st.sampled_from(WIDTHS))
def test_every_symbol_decodes_and_holds_no_real_time_command(text: str, beside: str, width: PaperWidth) -> None:
    block = QrCode(text, beside=beside)
    assert b"\x10" not in render(Layout("test", (block,)), width)
    raster = draw(block, width.dots)
    assert raster.width_bytes * 8 <= width.dots
    assert len(raster.data) == raster.width_bytes * raster.height
    picture = Image.frombytes("1", (raster.width_bytes * 8, raster.height), raster.data, "raw", "1;I").convert("L")
    assert [code.text for code in read_barcodes(picture)] == [text]


@pytest.mark.parametrize("text", ["0" * 300, "EPC1:" + "0" * 200])
def test_a_run_of_zeros_is_printed_too(text: str) -> None:
    raster = draw(QrCode(text), 384)
    picture = Image.frombytes("1", (raster.width_bytes * 8, raster.height), raster.data, "raw", "1;I").convert("L")
    assert [code.text for code in read_barcodes(picture)] == [text]


def test_no_height_is_a_real_time_command() -> None:
    heights = {draw(QrCode("A" * length, level), 384).height for length in range(1, 300, 3) for level in Level}
    assert len(heights) > 10
    assert all(height & 0xFF != 0x10 for height in heights)


def test_a_slip_is_version_six_at_seven_dots_with_a_whole_quiet_zone() -> None:
    text = sign_slip(SlipPayload("Lemah2DXs7mqP4", 1, 3, bytes(16)), KEY)
    assert len(modules(text, Level.M)) == 41
    raster = draw(QrCode(text, beside=REHEARSAL_MARK), 384)
    assert raster.height == (41 + 8) * 7
    picture = Image.frombytes("1", (384, raster.height), raster.data, "raw", "1;I").convert("L")
    left = (384 - 41 * 7) // 2
    quiet = picture.crop((left - 28, 0, left + 41 * 7 + 28, raster.height))
    quiet.paste(255, (28, 28, 28 + 41 * 7, 28 + 41 * 7))
    assert quiet.getextrema() == (255, 255)
    assert picture.crop((0, 0, left - 28, raster.height)).getextrema() == (0, 255)


@pytest.mark.parametrize(("end", "last"), [(PaperEnd.CUT, Cut()), (PaperEnd.TEAR_OFF, FeedLines(6))])
def test_a_paper_ends_by_cut_or_by_hand(end: PaperEnd, last: Command) -> None:
    assert commands(render(Layout("test", (Text("a"),)), PaperWidth.MM58, end))[-1] == last
    assert commands(void_mark(end))[-1] == last
    assert "*** BATAL ***" in printed(void_mark(end))


def test_a_picture_is_one_command() -> None:
    found = commands(render(Layout("test", (QrCode("EPW1:ABC"),)), PaperWidth.MM80))
    assert len([command for command in found if isinstance(command, RasterImage)]) == 1
