"""Papers: the same bytes anywhere, every word there, pages numbered, text never taken as markup."""

from __future__ import annotations

import os
import subprocess
import sys

import pypdfium2
import pytest
import zxingcpp

from epilwu.document import parts
from epilwu.document.drawing import Bar, bar_chart, qr
from epilwu.document.page import REHEARSAL_MARK, Sheet, render

SHEET = Sheet("Berita Acara", "Desa Lemahabang · Pemilihan Kuwu 2023")


def pages(pdf: bytes) -> list[str]:
    """The text of each page, spaces joined."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_counts_stand_in_figures_and_words() -> None:
    (page,) = pages(render(SHEET, [parts.title("BERITA ACARA", "Desa"), parts.counts([("Calon Satu", 2190)])]))
    assert "BERITA ACARA Desa" in page
    assert "Calon Satu 2.190 dua ribu seratus sembilan puluh" in page


def test_pages_say_how_many_there_are() -> None:
    rows = [(f"TPS {number}", "1") for number in range(200)]
    texts = pages(render(SHEET, [parts.table(("TPS", "Suara"), rows, figures={1})]))
    assert len(texts) > 3
    for number, page in enumerate(texts, start=1):
        assert f"halaman {number} dari {len(texts)}" in page
        assert "TPS Suara" in page  # the header comes again
    assert [row for row, _ in rows if not any(f"{row} 1" in page for page in texts)] == []


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_drill_is_marked_on_every_page(rehearsal: bool) -> None:
    sheet = Sheet("x", "y", rehearsal=rehearsal)
    texts = pages(render(sheet, [parts.text("baris") for _ in range(100)]))
    assert len(texts) > 1
    assert [page.count(REHEARSAL_MARK) for page in texts] == [2 if rehearsal else 0] * len(texts)


def test_markup_in_a_text_is_printed_as_typed() -> None:
    name = "<b>Ani</b> & <font color='red'>Adi</font> <img src='x.png'/>"
    chart = bar_chart([Bar("1", name, 1)], total=1)
    (page,) = pages(
        render(
            SHEET,
            [
                parts.title(name, name),
                parts.heading(name),
                parts.text(name),
                parts.items([name]),
                parts.facts([(name, name)]),
                parts.table([name], [[name]]),
                parts.signatures([parts.Signature(name, name)], caption=name),
                chart,
            ],
        )
    )
    assert page.replace(" ", "").count(name.replace(" ", "")) == 13


def test_control_characters_do_no_harm() -> None:
    (page,) = pages(render(SHEET, [parts.text("a\x00b\x1bc\x9fd")]))
    assert page.startswith("a b c d")


def test_a_cell_longer_than_a_page_goes_on() -> None:
    words = " ".join(f"kata{number}" for number in range(3000))
    texts = pages(render(SHEET, [parts.table(("Kejadian", "Waktu"), [(words, "10.00")])]))
    assert len(texts) > 1
    joined = " ".join(texts)
    assert [number for number in range(3000) if f"kata{number} " not in joined + " "] == []


def test_places_to_sign_stay_on_one_page() -> None:
    places = [parts.Signature(f"Saksi calon {number}") for number in range(1, 6)]
    lines = [parts.text("baris") for _ in range(35)]
    texts = pages(render(SHEET, [*lines, parts.signatures(places, caption="Saksi-saksi")]))
    assert len(texts) == 2
    assert all(f"Saksi calon {number}" in texts[1] for number in range(1, 6))
    assert "Saksi-saksi" in texts[1]


@pytest.mark.parametrize("text", ["EPC1:" + "0A%* $" * 40, "teks biasa – ✓", "x"])
def test_a_qr_symbol_reads_back_from_the_paper(text: str) -> None:
    pdf = render(SHEET, [qr(text, size=150)])
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]


def test_a_qr_symbol_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="text"):
        qr("")


@pytest.mark.parametrize("votes", [-1, 5])
def test_a_false_bar_is_refused(votes: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        bar_chart([Bar("1", "a", votes)], total=4)


def test_a_chart_shows_every_figure() -> None:
    bars = [Bar("1", "Calon Satu", 367), Bar("2", "Nama yang panjang sekali " * 6, 688), Bar("", "Kosong", 0)]
    (page,) = pages(render(SHEET, [bar_chart(bars, total=1055)]))
    for figure in ("367 · 34,79 %", "688 · 65,21 %", "0 · 0,00 %"):
        assert figure in page


def test_ragged_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        parts.table(("a", "b"), [("1",)])
    with pytest.raises(ValueError, match="width"):
        parts.table(("a", "b"), [], widths=(1,))


PROGRAM = """
import hashlib
from epilwu.document import parts
from epilwu.document.drawing import Bar, bar_chart, qr
from epilwu.document.page import Sheet, render
story = [parts.title("Judul"), parts.counts([("a", 1)]), bar_chart([Bar("1", "a", 1)], total=2), qr("x")]
print(hashlib.sha256(render(Sheet("t", "f"), story)).hexdigest())
"""


def test_equal_facts_give_equal_bytes_in_any_process() -> None:
    prints = set()
    for seed, zone in (("0", "UTC"), ("1", "Asia/Jakarta")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True)
        prints.add(run.stdout)
    assert len(prints) == 1


def test_the_typeface_travels_with_the_paper() -> None:
    pdf = render(SHEET, [parts.text("teks"), parts.heading("judul")])
    assert pdf.count(b"/FontFile2") == 2
    assert b"OpenSans" in pdf
