"""The auditors' official record as PDF: what was asked, what was found, what was not, and where to sign.

The same bytes from the same evidence: who audited, when and where is written in by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable, KeepTogether, PageBreak

from epilwu.audit.chart import Pair, paired_bars
from epilwu.audit.reconcile import ODD_PAPERS, StationReconciliation
from epilwu.audit.report_text import MAX_ODD_LISTED
from epilwu.audit.slips import SlipClass
from epilwu.audit.village import StationAudit, VillageAudit
from epilwu.audit.words import (
    BOOKS_STATUS,
    CHECKS,
    PAPERS,
    QUESTIONS,
    STATUS,
    TEXT_ANSWER,
    TEXT_QUESTION,
    choice_name,
    grouped,
    plain,
    verdict,
)
from epilwu.document import page, parts
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Definition
from epilwu.indonesian import figure, in_words, long_date, signed_figure
from epilwu.protocol.verify_report import Status

NAME = "berita-acara-audit.pdf"
TITLE = "BERITA ACARA AUDIT"
_BLANK_LINE = "…………………………………………………"
_UNKNOWN = "tidak diketahui"
_PAPER_NOTES = {
    SlipClass.COUNTED: "tanda tangan bilik sah, tercatat sebagai dimasukkan, pertama kali terlihat",
    SlipClass.DUPLICATE: "struk yang sama sudah ada di kotak ini",
    SlipClass.VOID: "dibatalkan di bilik; tidak dihitung untuk siapa pun",
    SlipClass.FOREIGN: "bukan struk bilik TPS ini, atau tidak tercatat di bilik",
    SlipClass.UNREADABLE: "tidak ada kode QR yang terbaca, atau lebih dari satu",
}


def audit_record(audit: VillageAudit) -> bytes:
    """The record's PDF."""
    definition = audit.material.definition
    sheet = page.Sheet(
        title=f"{TITLE} – {definition.title}",
        foot=f"{TITLE.capitalize()} · Desa {definition.village} · {definition.region.text}",
        rehearsal=definition.rehearsal,
    )
    story: list[Flowable | Sequence[Flowable]] = [
        parts.title(TITLE, f"{definition.title} – Desa {definition.village}"),
        *_head(audit),
        *_answers(audit),
        *_not_checked(audit),
        PageBreak(),
        *_village(audit),
    ]
    for station in audit.stations:
        story += [PageBreak(), *_station(station, definition)]
    return page.render(sheet, [*story, PageBreak(), *_signatures()])


def _head(audit: VillageAudit) -> list[Flowable]:
    material, definition = audit.material, audit.material.definition
    brought = "dibawa auditor sendiri" if material.root_brought else "diambil dari folder publik, belum dicocokkan"
    return [
        parts.facts(
            [
                ("Desa", f"{definition.village}, Kecamatan {definition.district}, {definition.regency}"),
                ("Kode wilayah", definition.region.text),
                ("Hari pemilihan", long_date(definition.date)),
                ("Hari dan tempat audit", _BLANK_LINE),
                ("Atas perintah / nomor surat", _BLANK_LINE),
                *hash_lines("SHA-256 definisi pemilihan", material.definition_hash),
                *hash_lines("Sidik jari sertifikat akar", material.root_fingerprint),
                ("Sertifikat akar", brought),
            ]
        ),
        parts.text(
            "Sidik jari sertifikat akar di atas harus sama dengan yang diumumkan panitia kabupaten. Bila berbeda,"
            " seluruh berita acara ini tidak berlaku.",
            fine=True,
        ),
    ]


def _answers(audit: VillageAudit) -> list[Flowable]:
    rows = [(QUESTIONS[f.name], STATUS[f.status], plain(f.detail)) for f in audit.findings]
    rows.append((TEXT_QUESTION, STATUS[Status.NOT_CHECKED], TEXT_ANSWER))
    return [
        parts.heading("Pertanyaan dan jawaban"),
        parts.table(("Pertanyaan", "Jawaban", "Keterangan"), rows, widths=(8, 3, 9)),
        parts.text(verdict([finding.status for finding in audit.findings])),
    ]


def _village(audit: VillageAudit) -> list[Flowable]:
    definition, counts, papers = audit.material.definition, audit.counts, audit.papers
    story = [parts.heading("Desa: struk dan hitungan")]
    if papers is None:
        return [*story, parts.text("Kotak audit belum dibuka di semua TPS, jadi jumlah desa tidak diperiksa.")]
    slips = {0: papers.blank, **dict(enumerate(papers.candidates, 1))}
    votes = {} if counts is None else {0: counts.blank, **dict(enumerate(counts.candidates, 1))}
    order = [*range(1, len(definition.candidates) + 1), *([0] if definition.blank else [])]
    rows = [(choice_name(definition, choice), slips[choice], votes.get(choice)) for choice in order]
    story += [choices_table(rows), paired_bars([Pair(*row) for row in rows])]
    if counts is None:
        story.append(parts.text("Hitungan belum terbukti di semua TPS; jumlahnya tidak dicantumkan di sini."))
    return story


def choices_table(rows: Sequence[tuple[str, int, int | None]]) -> Flowable:
    """Name, slips in figures and words, votes, signed difference, and their totals."""
    known = [votes for _, _, votes in rows if votes is not None]
    total = ("Jumlah", sum(slips for _, slips, _ in rows), sum(known) if len(known) == len(rows) else None)
    lines = [
        (name, figure(slips), in_words(slips), _known(votes), _signed(None if votes is None else slips - votes))
        for name, slips, votes in (*rows, total)
    ]
    header = ("Pilihan", "Struk", "Struk dengan huruf", "Suara", "Selisih")
    return _kept(parts.table(header, lines, widths=(7, 2, 6, 2.5, 2.5), figures={1, 3, 4}, total=True))


def _station(station: StationAudit, definition: Definition) -> list[Flowable]:
    material = station.material
    story = [
        parts.heading(f"TPS {station.number:02d}"),
        parts.facts(
            [
                ("Pengenal pemilihan", material.station.uuid),
                *hash_lines("SHA-256 papan suara", material.board_sha256),
                *hash_lines("SHA-256 bukti pembukaan", material.decryption_sha256),
            ]
        ),
        _findings(station),
    ]
    if station.reconciliation is None:
        story.append(parts.text("Kotak audit TPS ini tidak dibaca: struknya tidak diperiksa."))
    else:
        story += paper_tables(station.reconciliation, definition)
    return [*story, books_table(station.books)]


def _findings(station: StationAudit) -> Flowable:
    report = station.archive.report
    rows = [
        ("Bukti kriptografi", STATUS[station.proofs.status], plain(station.proofs.detail)),
        ("Papan = laporan bilik", STATUS[station.board.status], plain(station.board.detail)),
        ("Hasil diumumkan", STATUS[station.result.status], plain(station.result.detail)),
        ("Struk dan pembukuan", STATUS[station.paper.status], plain(station.paper.detail)),
    ]
    for check in report.checks if report else ():
        if check.status is not Status.PASSED:
            rows.append((f"Arsip: {CHECKS[check.name]}", STATUS[check.status], plain(check.detail)))
    return parts.table(("Pemeriksaan", "Jawaban", "Keterangan"), rows, widths=(5, 3, 9))


def paper_tables(paper: StationReconciliation, definition: Definition) -> list[Flowable]:
    """One box: paper beside count per choice, papers of each class, those that should not be there."""
    ordered = sorted(paper.choices, key=lambda row: (row.choice == 0, row.choice))
    rows = [(choice_name(definition, row.choice), row.slips, row.votes) for row in ordered]
    kinds = [(PAPERS[kind].capitalize(), figure(paper.classes[kind]), _PAPER_NOTES[kind]) for kind in SlipClass]
    kinds += [
        (f"Hilang, bilik {booth}", figure(count), "tercatat di bilik, tetapi tidak ditemukan di kotak")
        for booth, count in sorted(paper.missing.items())
    ]
    return [
        choices_table(rows),
        _kept(parts.table(("Kertas di kotak", "Lembar", "Artinya"), kinds, widths=(4, 2, 11), figures={1})),
        *_typed(paper, definition),
        *_booths(paper),
        *_odd(paper),
    ]


def _typed(paper: StationReconciliation, definition: Definition) -> list[Flowable]:
    """What two people read where the program could not; it explains a difference and takes none away."""
    if not paper.typed_total:
        return []
    rows = [
        (choice_name(definition, row.choice), figure(row.typed), _signed(row.difference_with_typed))
        for row in paper.choices
        if row.typed
    ]
    header = ("Diketik sama oleh dua orang", "Lembar", "Selisih bersama ketikan")
    return [_kept(parts.table(header, rows, widths=(9, 3, 5), figures={1, 2}))]


def _booths(paper: StationReconciliation) -> list[Flowable]:
    if len(paper.booths) < 2:
        return []
    rows = [
        (
            str(row.booth),
            *(figure(row.classes[kind]) for kind in (SlipClass.COUNTED, SlipClass.VOID, SlipClass.DUPLICATE)),
            figure(row.typed),
            figure(row.missing),
            _known(row.books.slips_cast),
            _known(row.books.ballots),
            _known(row.books.tokens_spent),
        )
        for row in paper.booths
    ]
    header = ("Bilik", "Dihitung", "Batal", "Ganda", "Diketik", "Hilang", "Struk tercatat", "Surat suara", "Token")
    return [_kept(parts.table(header, rows, widths=(2, 3, 2.2, 2.2, 2.6, 2.4, 3, 3, 2.4), figures=set(range(9))))]


def _odd(paper: StationReconciliation) -> list[Flowable]:
    """The papers that should not be in the box, by picture, so that people can look at them."""
    odd = [slip for slip in paper.slips if slip.slip_class in ODD_PAPERS]
    if not odd:
        return []
    rows = [(plain(slip.picture), PAPERS[slip.slip_class], slip.reason) for slip in odd[:MAX_ODD_LISTED]]
    story = [parts.table(("Gambar", "Golongan", "Sebab"), rows, widths=(8, 3, 6))]
    if len(odd) > MAX_ODD_LISTED:
        story.append(parts.text(f"… dan {figure(len(odd) - MAX_ODD_LISTED)} lagi; semuanya ada di audit.json."))
    return story


def books_table(books: StationBooks) -> Flowable:
    """A station's books, every comparison with its sign."""
    rows = [
        (row.label, _known(row.left), _known(row.right), _signed(row.value), BOOKS_STATUS[row.status])
        for row in books.differences
    ]
    header = ("Pembukuan", "Kiri", "Kanan", "Selisih", "Jawaban")
    return _kept(parts.table(header, rows, widths=(9, 2.5, 2.5, 2.5, 3.5), figures={1, 2, 3}))


def _not_checked(audit: VillageAudit) -> list[Flowable]:
    lines = [f"{TEXT_QUESTION} {TEXT_ANSWER}"]
    if not audit.material.root_brought:
        lines.append("Apakah sertifikat akar milik kabupaten: cocokkan sidik jarinya dengan yang diumumkan.")
    for station in audit.stations:
        for finding in (station.proofs, station.board, station.result, station.paper):
            if finding.status is Status.NOT_CHECKED:
                lines.append(f"TPS {station.number:02d}: {plain(finding.detail)}")
    for finding in (audit.result, audit.books):
        if finding.status is Status.NOT_CHECKED:
            lines.append(f"{finding.label}: {plain(finding.detail)}")
    lines.append(
        "Siapa yang memilih dan apakah ia berhak: itu tercatat di daftar hadir dan DPT, yang tidak ada dalam bahan ini."
    )
    return [parts.heading("Yang TIDAK diperiksa"), *parts.items(lines)]


def _signatures() -> list[Flowable]:
    places = [parts.Signature(role) for role in ("Auditor", "Auditor", "Panitia pemilihan", "Saksi", "Saksi")]
    return [
        parts.heading("Catatan dan keberatan"),
        *(parts.text("…" * 60) for _ in range(3)),
        parts.signatures(places, caption="Tanda tangan"),
    ]


def hash_lines(label: str, digits: str) -> list[tuple[str, str]]:
    """A hash's facts: two lines of four groups, so that hands can follow while it is read aloud."""
    half = len(digits) // 2
    return [(label, grouped(digits[:half])), ("", grouped(digits[half:]))]


def _kept(table: Flowable) -> Flowable:
    """A short table stays on one page."""
    return KeepTogether([table])


def _known(number: int | None) -> str:
    return _UNKNOWN if number is None else figure(number)


def _signed(number: int | None) -> str:
    return "?" if number is None else signed_figure(number)
