"""The papers of a case: whoever reads the record alone learns everything that was done and found."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from audit_samples import scene
from case_samples import (
    AUDITORS,
    READERS,
    SEED,
    WITNESSES,
    begin,
    opened,
    pile,
    read_one,
    scan,
    truth,
    verify,
)
from finished_case import Finished

from epilwu.audit.case.events import PaperRead
from epilwu.audit.case.papers import commitment_paper, order_paper
from epilwu.audit.case.record import case_record
from epilwu.audit.chart import RiskLine, risk_chart


def text_of(pdf: bytes) -> str:
    """All the text, blanks tidied."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_record_tells_the_whole_audit(finished: Finished) -> None:
    text = text_of((finished.exported / "berita-acara-kasus.pdf").read_bytes())
    seed = " ".join(re.findall(".....", SEED))
    for words in (
        "Putusan: TERKONFIRMASI", "sesudah 6 (enam) struk", "700/12/2023", "Bupati", *AUDITORS, *WITNESSES, "A-001",
        "segel utuh", seed, "uji taruhan", "Kaplan–Markov", "batas 5 %", "3,24 %", "TIDAK diperiksa",
        "Kotak TPS 02 datang terlambat.", "Tidak ada koreksi", "dua puluh satu",
    ):  # fmt: skip
        assert words in text, words
    assert text.count(f"({READERS[1].split(maxsplit=1)[0]}") >= finished.read


def test_the_record_keeps_both_entries_and_every_correction(reading_case: Path) -> None:
    with closing(begin(reading_case)) as acts:
        other = "1" if truth(acts, 1) != "1" else "3"
        read_one(acts, 1, truth(acts, 1), other)
        acts.read(PaperRead(1, 3, READERS[3], truth(acts, 1)))
        seq = next(e.seq for e in acts.case.entries if isinstance(e.event, PaperRead) and e.event.seat == 2)
        acts.correct(seq, PaperRead(1, 2, READERS[2], truth(acts, 1)), "tertukar baris", AUDITORS)
        text = text_of(case_record(acts))
        assert "Belum ada putusan" in text
        assert "tertukar baris" in text and f"catatan nomor {seq + 1}" in text
        assert len(acts.case.risks) == 1


def test_the_order_is_printed_whole_with_where_to_look(reading_case: Path) -> None:
    with closing(begin(reading_case)) as acts:
        text = text_of(order_paper(acts))
        for draw, paper in acts.order():
            assert f"{draw.number} {paper.station:02d} {paper.place} {paper.code}" in text
        signed = text_of(commitment_paper(acts))
        assert acts.case.committed is not None
        for root in acts.case.committed.roots:
            assert root.cast[:8] in signed
        assert acts.case.committed.list_root[:8] in signed and "sebelum dadu dilempar" in signed


@pytest.mark.slow
def test_a_full_count_is_told_as_what_replaces(tmp_path: Path) -> None:
    with closing(opened(tmp_path, scene)) as acts:
        verify(acts)
        scan(acts, scene)
        acts.reconcile()
        acts.choose_full_count("Selisih 1 suara.", AUDITORS)
        acts.count_pile(pile(1, 1, 1, (5, 4, 2), 1))
        acts.count_pile(pile(1, 1, 2, (4, 5, 2), 1))
        for station, votes, blank, turn in ((1, (5, 4, 2), 1, 2), (2, (5, 3, 2), 2, 1)):
            for seat in (1, 2):
                acts.count_pile(pile(station, 1, seat, votes, blank, turn))
        assert "belum menggantikan apa pun" in text_of(case_record(acts))
        acts.close_full_count()
        acts.conclude()
        text = text_of(case_record(acts))
    assert "Putusan: DIGANTI OLEH HITUNG PENUH" in text
    assert "nomor 1: 10 (sepuluh)" in text and "4 / 5 / 2" in text
    assert "risiko 0" not in text.lower()


@pytest.mark.parametrize("papers", [1, 2, 7, 58, 702, 6000])
def test_the_chart_holds_any_number_of_papers(papers: int) -> None:
    risks = [max(0.0, 1 - number / papers) for number in range(1, papers + 1)]
    drawing = risk_chart((RiskLine("uji taruhan", risks, main=True), RiskLine("K–M", risks, main=False)), 0.05)
    labels = [shape.text for shape in drawing.contents if hasattr(shape, "text")]
    assert f"{papers:,}".replace(",", ".") in labels
    assert "batas 5 %" in labels
