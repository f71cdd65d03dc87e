"""The auditors' record and audit.json: the same each time, whole, legible, and silent about single votes."""

from __future__ import annotations

import json
from dataclasses import replace

import pypdfium2
import pytest
from audit_samples import Folders, define, scene

from epilwu.audit import report
from epilwu.audit.chart import Pair, paired_bars
from epilwu.audit.finding import Finding, worst
from epilwu.audit.record import audit_record
from epilwu.audit.report_text import render
from epilwu.audit.slips import SlipClass, SortedSlip
from epilwu.audit.village import VillageAudit
from epilwu.election import definition as definitions
from epilwu.protocol.verify_report import Status
from epilwu.trust import canonical

LONG = "Raden Haji Muhammad Abdurrahman Wiryasasmita Kusumahningrat Purwadireja, S.Pd.I., M.M."[:80]
UNBROKEN = "W" * 80
A4 = (595.3, 841.9)
MARGIN = 56.6


def words(pdf: bytes) -> str:
    """The text of all pages, its white space made even."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def outside(pdf: bytes) -> list[tuple[int, str]]:
    """Every stretch of text that reaches over a page's margin: (page, text)."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), 1):
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            if left < MARGIN - 1 or right > A4[0] - MARGIN + 1 or bottom < 20 or top > A4[1] - 20:
                found.append((number, text.get_text_bounded(left, bottom, right, top)))
    return found


def renamed(audit: VillageAudit, *, names: list[str] | None = None, rehearsal: bool = False) -> VillageAudit:
    """The same audit under other names: what a record must have room for."""
    parsed = definitions.parse(define(names or ["Satu", "Dua", "Tiga"]))
    definition = replace(parsed, stations=audit.material.definition.stations, rehearsal=rehearsal)
    return replace(audit, material=replace(audit.material, definition=definition))


@pytest.fixture
def open_audit(folders: Folders) -> VillageAudit:
    """No box opened, a desk book missing."""
    (folders.auditors / "TPS01.epd").unlink()
    return folders.audit(papers=False)


@pytest.fixture
def failed_audit(honest_audit: VillageAudit) -> VillageAudit:
    """A station with odd papers of every kind, more than are listed."""
    station = honest_audit.stations[0]
    paper = station.reconciliation
    assert paper is not None
    odd = tuple(
        SortedSlip(f"{'gambar-dengan-nama-panjang-' * 3}{n:03d}.jpg", kind, "tidak tercatat di bilik")
        for n in range(20)
        for kind in (SlipClass.FOREIGN, SlipClass.UNREADABLE, SlipClass.DUPLICATE)
    )
    classes = {**paper.classes, **dict.fromkeys((SlipClass.FOREIGN, SlipClass.UNREADABLE, SlipClass.DUPLICATE), 20)}
    spoiled = replace(paper, slips=paper.slips + odd, classes=classes)
    return replace(honest_audit, stations=(replace(station, reconciliation=spoiled), honest_audit.stations[1]))


# The paper to sign


def test_the_same_evidence_gives_the_same_bytes(honest_audit: VillageAudit) -> None:
    assert audit_record(honest_audit) == audit_record(honest_audit)
    assert report.serialise(honest_audit) == report.serialise(honest_audit)


def test_the_record_says_what_was_found(honest_audit: VillageAudit) -> None:
    text = words(audit_record(honest_audit))
    for expected in (
        "BERITA ACARA AUDIT",
        "Lemahabang, Kecamatan Lemahabang, Kabupaten Cirebon",
        "Minggu, 22 Oktober 2023",
        "Semua 4 pertanyaan diperiksa dan lulus.",
        "1. Ayu Lestari 8 delapan 8 0",
        "2. Bima Sakti 9 sembilan 9 0",
        "Kosong 3 tiga 3 0",
        "Jumlah 24 dua puluh empat 24 0",
        "struk 9 · suara 9 · selisih 0",
        "1. Ayu Lestari 3 tiga 3 0",
        "Hilang, bilik 2 0",
        "token diterima − (diserahkan + rusak + sisa) 14 14 0 cocok",
        "Tanda tangan",
        "diambil dari folder publik, belum dicocokkan",
    ):
        assert expected in text
    for digest in (
        honest_audit.material.root_fingerprint,
        scene().digest,
        *(station.material.board_sha256 for station in honest_audit.stations),
        *(station.material.decryption_sha256 for station in honest_audit.stations),
    ):
        assert digest in text.replace(" ", "")


def test_reading_codes_is_never_called_an_audit_of_what_voters_read(honest_audit: VillageAudit) -> None:
    text = words(audit_record(honest_audit))
    assert "Apakah kode QR pada struk sama dengan teks yang dibaca pemilih? tidak diperiksa" in text
    assert "bukan audit atas apa yang dibaca pemilih" in text
    assert "tidak diperiksa  Apakah kode QR pada struk" in "\n".join(render(honest_audit))


def test_what_was_not_checked_is_never_shown_as_passed(open_audit: VillageAudit) -> None:
    for text in (words(audit_record(open_audit)), " ".join("\n".join(render(open_audit)).split())):
        assert "TIDAK LULUS: 0 pertanyaan gagal, 2 tidak diperiksa." in text
        assert "Semua 4 pertanyaan" not in text
    text = words(audit_record(open_audit))
    assert "Apakah struk kertas, hitungan dan pembukuan cocok? tidak diperiksa" in text
    assert "daftar hadir − token diserahkan tidak diketahui tidak diketahui ? tidak diperiksa" in text
    assert "Kotak audit TPS ini tidak dibaca: struknya tidak diperiksa." in text


def test_every_class_of_odd_paper_is_listed_and_the_rest_counted(failed_audit: VillageAudit) -> None:
    text = words(audit_record(failed_audit))
    assert "Asing 20" in text
    assert "gambar-dengan-nama-panjang-" in text
    assert "… dan 40 lagi" in text
    assert "TIDAK LULUS: 1 pertanyaan gagal" in text


def test_long_names_stay_within_the_page(honest_audit: VillageAudit) -> None:
    names = [LONG, UNBROKEN, "<b>Calon</b> & Co"]
    pdf = audit_record(renamed(honest_audit, names=names))
    assert outside(pdf) == []
    assert names[-1] in words(pdf)


def test_everything_stays_within_the_page(
    honest_audit: VillageAudit, failed_audit: VillageAudit, open_audit: VillageAudit
) -> None:
    for audit in (honest_audit, failed_audit, open_audit):
        assert outside(audit_record(audit)) == []


def test_the_check_for_overflow_sees_overflow() -> None:
    from epilwu.document import page
    from epilwu.document.style import TEXT_WIDTH

    chart = paired_bars([Pair("Calon", 1, 1)])
    chart.width, chart.contents[0].x = TEXT_WIDTH, TEXT_WIDTH + 20
    assert outside(page.render(page.Sheet("x", "x"), [chart]))


def test_a_rehearsal_is_marked_on_every_page(honest_audit: VillageAudit) -> None:
    pdf = audit_record(renamed(honest_audit, rehearsal=True))
    for page in pypdfium2.PdfDocument(pdf):
        assert "GLADI – BUKAN PEMILIHAN" in page.get_textpage().get_text_range()
    assert next(render(renamed(honest_audit, rehearsal=True))) == "GLADI – BUKAN PEMILIHAN"
    assert "GLADI" not in words(audit_record(honest_audit))


def test_the_chart_has_room_for_no_papers_and_unverified_counts() -> None:
    assert paired_bars([]).height > 0
    assert paired_bars([Pair("Kosong", 0, 0), Pair("Calon", 0, None)]).height > 0
    assert Pair("Calon", 5, 7).numbers == "struk 5 · suara 7 · selisih −2"
    assert Pair("Calon", 5, None).numbers == "struk 5 · suara belum terbukti"


# audit.json


def test_the_file_is_canonical_and_says_everything(honest_audit: VillageAudit) -> None:
    data = report.serialise(honest_audit)
    assert canonical.dumps(json.loads(data)) == data
    value = json.loads(data)
    assert value["ok"] is False  # everything fits, but nobody brought the root
    material = replace(honest_audit.material, root_brought=True)
    assert json.loads(report.serialise(replace(honest_audit, material=material)))["ok"] is True
    assert value["counts"] == value["papers"] == {"candidates": [8, 9, 4], "blank": 3}
    assert [(f["name"], f["status"]) for f in value["findings"]] == [
        ("archives", "passed"),
        ("boards", "passed"),
        ("results", "passed"),
        ("paper", "passed"),
    ]
    assert value["text"] == "not checked"
    first = value["stations"][0]
    assert first["votes"] == {"candidates": [3, 6, 2], "blank": 1}
    assert first["paper"]["choices"][2] == {
        "choice": 2,
        "slips": 6,
        "votes": 6,
        "difference": 0,
        "typed": 0,
        "difference_with_typed": 0,
    }
    assert first["paper"]["classes"] == {"counted": 12, "duplicate": 0, "void": 1, "foreign": 0, "unreadable": 0}
    assert first["paper"]["missing"] == [{"booth": 1, "slips": 0}, {"booth": 2, "slips": 0}]
    assert first["books"]["slips_counted"] == 12
    assert {d["status"] for d in first["differences"]} == {"equal"}
    assert {check["status"] for check in first["archive_checks"]} == {"passed"}


def test_what_is_unknown_is_null_and_never_0(open_audit: VillageAudit) -> None:
    value = json.loads(report.serialise(open_audit))
    assert value["ok"] is False
    assert value["papers"] is None
    first, second = value["stations"]
    assert first["paper"] is second["paper"] is None
    assert first["books"]["attendance"] is first["books"]["slips_counted"] is None
    assert first["differences"][1] == {
        "name": "attendance-tokens_handed",
        "left": None,
        "right": None,
        "difference": None,
        "status": "not checked",
    }
    assert second["differences"][1]["difference"] == 0


def test_no_output_names_a_slip_or_ties_a_choice_to_a_picture(
    honest_audit: VillageAudit, failed_audit: VillageAudit
) -> None:
    slips = [slip for of in (scene().slips, scene().void) for each in of.values() for slip in each]
    for audit in (honest_audit, failed_audit):
        outputs = (report.serialise(audit).decode(), words(audit_record(audit)), "\n".join(render(audit)))
        pictures = [
            slip.picture
            for station in audit.stations
            if station.reconciliation
            for slip in station.reconciliation.slips
            if slip.slip_class in {SlipClass.COUNTED, SlipClass.VOID}
        ]
        assert len(pictures) == 26
        for output in outputs:
            assert not any(slip.id.hex() in output or slip.text in output for slip in slips)
            assert not any(picture in output for picture in pictures)


def test_a_picture_s_name_cannot_steer_the_terminal_or_break_the_file(honest_audit: VillageAudit) -> None:
    station = honest_audit.stations[0]
    assert station.reconciliation is not None
    evil = SortedSlip("\x1b[2J\udcff\n.png", SlipClass.FOREIGN, "tidak tercatat di bilik")
    classes = {**station.reconciliation.classes, SlipClass.FOREIGN: 1}
    paper = replace(station.reconciliation, slips=(*station.reconciliation.slips, evil), classes=classes)
    audit = replace(honest_audit, stations=(replace(station, reconciliation=paper), honest_audit.stations[1]))
    odd = json.loads(report.serialise(audit))["stations"][0]["paper"]["odd"]
    assert odd == [{"picture": "�[2J��.png", "class": "foreign", "reason": "tidak tercatat di bilik"}]
    assert "\x1b" not in "".join(render(audit))
    assert audit_record(audit).startswith(b"%PDF")


# Several answers as one


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([Status.PASSED, Status.PASSED], Status.PASSED),
        ([Status.PASSED, Status.NOT_CHECKED], Status.NOT_CHECKED),
        ([Status.NOT_CHECKED, Status.FAILED, Status.PASSED], Status.FAILED),
        ([], Status.NOT_CHECKED),
    ],
)
def test_the_worst_answer_counts(answers: list[Status], expected: Status) -> None:
    found = worst("x", "x", [Finding("x", f"TPS {n}", status, "sebab") for n, status in enumerate(answers)])
    assert found.status is expected
