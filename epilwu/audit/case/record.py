"""The auditors' record of a case, as PDF to sign: who, when, by whose order, every figure, every entry, the verdict.

The same bytes from the same record and evidence, so that ``epilwu audit redo`` can make it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable, PageBreak

from epilwu.audit.case import draw, figures, record_draw
from epilwu.audit.case.acts import Acts
from epilwu.audit.case.checks import rows
from epilwu.audit.case.events import BoxOpened, CaseOpened, Corrected, Verified
from epilwu.audit.case.evidence import Evidence
from epilwu.audit.case.log import Entry
from epilwu.audit.case.state import Case
from epilwu.audit.case.summary import summary
from epilwu.audit.case.words import KINDS, VERDICTS
from epilwu.audit.chart import Pair, paired_bars
from epilwu.audit.record import TITLE, books_table, choices_table, hash_lines, paper_tables
from epilwu.audit.words import QUESTIONS, STATUS, TEXT_ANSWER, TEXT_QUESTION, choice_name
from epilwu.document import page, parts
from epilwu.document.parts import Signature
from epilwu.indonesian import figure, long_date
from epilwu.protocol.verify_report import Status

NAME = "berita-acara-kasus.pdf"
_EMPTY = "–"


def case_record(acts: Acts) -> bytes:
    """The record of the case as it stands."""
    return render(acts.case, acts.scanned())


def render(case: Case, evidence: Evidence) -> bytes:
    """The record's PDF from the record's entries and the evidence of the boxes that are complete."""
    definition = evidence.material.definition
    sheet = page.Sheet(
        title=f"{TITLE} – {definition.title}",
        foot=f"{TITLE.capitalize()} · Desa {definition.village} · sidik {case.head[:16]}",
        rehearsal=definition.rehearsal,
    )
    boxes = {} if case.verified is None else figures.reconcile_boxes(evidence, case.verified)
    story: list[Flowable | Sequence[Flowable]] = [
        parts.title(TITLE, f"{definition.title} – Desa {definition.village}"),
        *_verdict(case),
        *_head(case, evidence),
        *_boxes(case),
        *_answers(case, boxes),
        PageBreak(),
        *_village(boxes, evidence),
    ]
    for number, box in boxes.items():
        story += [parts.heading(f"TPS {number:02d}"), *paper_tables(box, definition), books_table(box.books)]
    if case.committed is not None:
        order = draw.order_of(case, draw.drawable(evidence)) if case.dice is not None else ()
        story += [PageBreak(), *record_draw.draw_parts(case, order)]
    if case.full_count is not None:
        story += [PageBreak(), *record_draw.full_count_parts(case, definition)]
    return page.render(sheet, [*story, PageBreak(), *_corrections(case), *_open(case, boxes), *_signatures(case)])


def _verdict(case: Case) -> list[Flowable]:
    if case.concluded is None:
        return [parts.heading("Putusan"), parts.text("Belum ada putusan: audit ini masih berjalan.")]
    words = VERDICTS[case.concluded.verdict]
    return [parts.heading(f"Putusan: {words}"), parts.text(case.concluded.words)]


def _head(case: Case, evidence: Evidence) -> list[Flowable]:
    opened, definition = case.case, evidence.material.definition
    brought = "dibawa auditor sendiri" if opened.root_brought else "diambil dari folder publik, belum dicocokkan"
    entry = _first(case, CaseOpened)
    return [
        parts.facts(
            [
                ("Nomor perintah", opened.order),
                ("Atas perintah", opened.by_order),
                ("Auditor", "; ".join(opened.auditors)),
                ("Tempat", opened.place),
                ("Kasus dibuka", moment(entry.at)),
                ("Desa", f"{definition.village}, Kecamatan {definition.district}, {definition.regency}"),
                ("Kode wilayah", definition.region.text),
                ("Hari pemilihan", long_date(definition.date)),
                *hash_lines("SHA-256 definisi pemilihan", opened.definition),
                *hash_lines("Sidik jari sertifikat akar", opened.root),
                ("Sertifikat akar", brought),
                ("Bahan audit", f"{figure(len(opened.inputs))} berkas, semua dengan SHA-256 dalam catatan kasus"),
                *hash_lines("Sidik catatan terakhir", case.head),
            ]
        ),
        parts.text(
            "Sidik jari sertifikat akar harus sama dengan yang diumumkan panitia kabupaten. Sidik catatan terakhir"
            " mengikat seluruh catatan kasus sampai halaman ini; simpan di luar laptop ini.",
            fine=True,
        ),
    ]


def _boxes(case: Case) -> list[Flowable]:
    if not case.boxes:
        return [parts.heading("Pembukaan kotak"), parts.text("Tidak ada kotak yang dibuka.")]
    at = {entry.event.station: entry.at for entry in case.entries if isinstance(entry.event, BoxOpened)}
    rows = [
        (
            f"{number:02d}",
            moment(at[number]),
            box.by_order,
            box.seal or _EMPTY,
            "; ".join(box.people),
            box.note or _EMPTY,
        )
        for number, box in sorted(case.boxes.items())
    ]
    header = ("TPS", "Dibuka", "Atas perintah", "Segel", "Di hadapan", "Catatan")
    return [parts.heading("Pembukaan kotak"), parts.table(header, rows, widths=(1.4, 4, 4, 3, 5, 4))]


def _answers(case: Case, boxes: figures.Boxes) -> list[Flowable]:
    if case.verified is None:
        return [parts.heading("Pertanyaan dan jawaban"), parts.text("Hitungan belum diperiksa.")]
    asked = [(QUESTIONS["paper"], *_paper_answer(case, boxes)), (TEXT_QUESTION, *_text_answer(case))]
    listed = rows(case.verified.answers)
    passed = [row for row in listed if row.status == Status.PASSED]
    failed = [row for row in listed if row.status == Status.FAILED]
    skipped = len(listed) - len(passed) - len(failed)
    found = STATUS[Status.FAILED] if failed else "TIDAK LENGKAP" if skipped else STATUS[Status.PASSED]
    detail = f"{len(passed)} pemeriksaan lulus, {len(failed)} gagal, {skipped} tidak dapat dibuat; lihat di bawah"
    asked.insert(0, ("Apakah hasil yang diumumkan terbukti dari bahan yang ada?", found, detail))
    table = [(str(row.number), row.title, STATUS[Status(row.status)], row.detail) for row in listed]
    return [
        parts.heading("Pertanyaan dan jawaban"),
        parts.table(("Pertanyaan", "Jawaban", "Keterangan"), asked, widths=(8, 3, 9)),
        PageBreak(),
        parts.heading(f"Pemeriksaan hitungan, {moment(_last(case, Verified).at)}"),
        parts.table(("No.", "Pemeriksaan", "Jawaban", "Keterangan"), table, widths=(1.3, 7, 2.7, 9)),
    ]


def _paper_answer(case: Case, boxes: figures.Boxes) -> tuple[str, str]:
    found = [f"TPS {n}: {d}" for n, box in boxes.items() for d in box.differences]
    if found:
        return STATUS[Status.FAILED], "; ".join(found[:40])
    unknown = [f"TPS {n}: {q}" for n, box in boxes.items() for q in box.open_questions]
    closed = [f"TPS {n}: kotak belum selesai dipindai" for n in case.case.stations if n not in boxes]
    if unknown or closed:
        return STATUS[Status.NOT_CHECKED], "; ".join([*closed, *unknown][:40])
    return STATUS[Status.PASSED], "tidak ada selisih"


def _text_answer(case: Case) -> tuple[str, str]:
    if case.concluded is not None and case.concluded.verdict in {"confirmed", "replaced"}:
        return STATUS[Status.PASSED], "dibaca dengan mata; lihat putusan dan bagian undian atau hitung penuh"
    if case.risks:
        return STATUS[Status.NOT_CHECKED], f"{figure(len(case.risks))} kertas sudah dibaca, belum ada putusan"
    return STATUS[Status.NOT_CHECKED], TEXT_ANSWER


def _village(boxes: figures.Boxes, evidence: Evidence) -> list[Flowable]:
    definition, village = evidence.material.definition, figures.together(boxes, evidence)
    story = [parts.heading("Desa: struk dan hitungan")]
    if village.choices is None:
        return [*story, parts.text("Belum semua kotak dipindai dan dicocokkan, jadi jumlah desa tidak diperiksa.")]
    ordered = sorted(village.choices, key=lambda row: (row.choice == 0, row.choice))
    rows = [(choice_name(definition, row.choice), row.slips, row.votes) for row in ordered]
    return [*story, choices_table(rows), paired_bars([Pair(*row) for row in rows])]


def _corrections(case: Case) -> list[Flowable]:
    if not case.corrections:
        return [parts.heading("Koreksi"), parts.text("Tidak ada koreksi.")]
    rows = [
        (figure(entry.seq + 1), moment(entry.at), *_correction(entry.event), "; ".join(entry.event.people))
        for entry in case.entries
        if isinstance(entry.event, Corrected)
    ]
    header = ("No.", "Waktu", "Yang dikoreksi", "Alasan", "Oleh")
    return [
        parts.heading("Koreksi"),
        parts.text("Catatan yang lama tetap ada dalam catatan kasus; koreksi adalah baris baru."),
        parts.table(header, rows, widths=(1.4, 4, 6, 5, 4), figures={0}),
    ]


def _correction(event: Corrected) -> tuple[str, str]:
    return f"catatan nomor {event.corrects + 1} ({KINDS[event.event.kind]}): {summary(event.event)}", event.reason


def _open(case: Case, boxes: figures.Boxes) -> list[Flowable]:
    lines = []
    if not case.case.root_brought:
        lines.append("Apakah sertifikat akar milik kabupaten: cocokkan sidik jarinya dengan yang diumumkan.")
    lines += [f"Kotak TPS {number:02d} tidak dipindai." for number in case.case.stations if number not in boxes]
    if case.verified is not None:
        skipped = (row for row in rows(case.verified.answers) if row.status == Status.NOT_CHECKED)
        lines += [f"{row.number} {row.title}: {row.detail}" for row in skipped]
    lines.append(
        "Siapa yang memilih dan apakah ia berhak: itu tercatat di daftar hadir dan DPT, yang tidak ada dalam bahan ini."
    )
    return [parts.heading("Yang TIDAK diperiksa"), *parts.items(lines)]


def _signatures(case: Case) -> list[Flowable]:
    objections = [(s.name, s.role, s.objection) for s in case.signed if s.objection]
    story: list[Flowable] = [parts.heading("Keberatan")]
    if objections:
        story.append(parts.table(("Nama", "Sebagai", "Keberatan"), objections, widths=(5, 4, 11)))
    else:
        story += [parts.text("Tidak ada keberatan yang dicatat. Keberatan dengan tangan:"), parts.text("…" * 60)]
    listed = [Signature(s.role, s.name) for s in case.signed]
    if not listed:
        listed = [Signature("Auditor", name) for name in case.case.auditors]
        listed += [Signature(role) for role in ("Panitia pemilihan", "Saksi", "Saksi")]
    return [*story, parts.signatures(listed, caption="Tanda tangan")]


def moment(at: str) -> str:
    """The record's time for people: ``22 Oktober 2023 14.05``."""
    return f"{long_date(at[:10]).split(', ')[1]} {at[11:16].replace(':', '.')}"


def _first(case: Case, kind: type) -> Entry:
    return next(entry for entry in case.entries if isinstance(entry.event, kind))


def _last(case: Case, kind: type) -> Entry:
    return next(entry for entry in reversed(case.entries) if isinstance(entry.event, kind))
