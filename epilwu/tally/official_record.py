"""The village's official record (berita acara) as a PDF: figures and words, books, hashes of the boards, signatures.

The official form codes of the regency were not found, so titles are arguments; nothing is called required by law that
the rule pack does not confirm. Incidents, objections and refusals to sign are written by hand: the paper has room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.platypus import Flowable, KeepTogether

from epilwu.document import parts
from epilwu.document.drawing import Bar, bar_chart
from epilwu.document.page import Sheet, render
from epilwu.document.parts import Signature
from epilwu.election.definition import Definition
from epilwu.election.outcome import Counts, Outcome, outcome
from epilwu.election.rules import RulePack
from epilwu.indonesian import figure, in_words, long_date, percent, signed_figure
from epilwu.media.desk_book import DeskBook
from epilwu.media.published import Books, StationResult, VillageResult
from epilwu.tally.errors import ResultRefused
from epilwu.tally.models import Village
from epilwu.tally.results import desk_figures, station_result, village_books, village_result
from epilwu.tally.villages import definition_of, rules_of
from epilwu.trust.certificates import read_root

RECORD = "berita-acara.pdf"
TITLE = "BERITA ACARA PEMUNGUTAN DAN PENGHITUNGAN SUARA"
OFFICERS = ("Ketua panitia", "Sekretaris panitia", "Anggota panitia", "Anggota panitia", "Anggota panitia")
_UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the record says. ``desks`` has None for a station whose desk's book is not in."""

    definition: Definition
    rules: RulePack
    result: VillageResult
    outcome: Outcome
    stations: tuple[StationResult, ...]
    desks: tuple[DeskBook | None, ...]
    books: Books
    root_fingerprint: str


def record_facts(village: Village) -> RecordFacts:
    """The facts of a village whose stations are all finished; raises ``ResultRefused`` before that."""
    definition, rules, result = definition_of(village), rules_of(village), village_result(village)
    results = tuple(found for found in map(station_result, village.stations) if found is not None)
    if result is None or not result.complete:
        raise ResultRefused(
            f"Baru {len(results)} dari {len(definition.stations)} TPS selesai.",
            where=village.code,
            todo="Buat berita acara sesudah semua TPS selesai.",
        )
    return RecordFacts(
        definition=definition,
        rules=rules,
        result=result,
        outcome=outcome(result.station_counts, rules),
        stations=results,
        desks=tuple(desk_figures(station, definition.day) for station in village.stations),
        books=village_books(village),
        root_fingerprint=read_root(village.root, at=definition.day).fingerprint,
    )


def official_record(facts: RecordFacts, *, title: str = TITLE, officers: Sequence[str] = OFFICERS) -> bytes:
    """The PDF. ``officers`` are the roles that sign; one witness per candidate signs after them."""
    definition = facts.definition
    sheet = Sheet(
        title=f"Berita acara – Desa {definition.village}",
        foot=f"Desa {definition.village} · {definition.title} · definisi {facts.result.definition_hash[:16]}",
        rehearsal=definition.rehearsal,
    )
    sections = (
        _opening(facts, title),
        _votes(facts),
        _winner(facts),
        _stations(facts),
        _desks(facts),
        _books(facts),
        _incidents(),
        _boards(facts),
        _signatures(facts, officers),
    )
    return render(sheet, sections)


def _opening(facts: RecordFacts, title: str) -> list[Flowable]:
    definition = facts.definition
    booths = sum(station.booths for station in definition.stations)
    return [
        *parts.title(title, definition.title),
        parts.facts(
            [
                ("Desa", f"{definition.village} ({definition.region})"),
                ("Kecamatan", definition.district),
                ("Kabupaten", definition.regency),
                ("Hari, tanggal", long_date(definition.date)),
                ("TPS dan bilik", f"{len(definition.stations)} TPS, {booths} bilik suara elektronik"),
            ]
        ),
        parts.text(
            "Surat suara dikumpulkan dari bilik, diperiksa satu per satu tanpa dibuka, dijumlahkan dalam keadaan "
            "tersandi, dan hanya jumlahnya yang dibuka oleh para pemegang kunci. Hasilnya sebagai berikut."
        ),
    ]


def _votes(facts: RecordFacts) -> list[Flowable]:
    definition, counts = facts.definition, facts.outcome.counts
    names = [f"{candidate.ballot_number}. {candidate.name}" for candidate in definition.candidates]
    rows = list(zip(names, counts.candidates, strict=True))
    rows.append(("Jumlah suara sah", counts.valid))
    if definition.blank:
        rows.append(("Suara kosong (Pilihan Kosong)", counts.blank))
    rows.append(("Jumlah surat suara", counts.ballots))
    bars = [
        Bar(str(candidate.ballot_number), candidate.name, votes)
        for candidate, votes in zip(definition.candidates, counts.candidates, strict=True)
    ]
    return [
        parts.heading("1. Perolehan suara"),
        parts.counts(rows, label="Calon"),
        bar_chart(bars, total=counts.valid),
        parts.text(f"Persen dihitung dari {figure(counts.valid)} suara sah.", fine=True),
    ]


def _winner(facts: RecordFacts) -> list[Flowable]:
    found, rules = facts.outcome, facts.rules
    share = percent(found.margin, found.counts.valid)
    section: list[Flowable] = [parts.heading("2. Suara terbanyak")]
    if found.winner is None:
        numbers = ", ".join(str(number) for number in found.tied)
        section.append(
            parts.text(f"Suara terbanyak seri antara calon nomor {numbers}. Menurut tiap aturan yang dikenal:")
        )
        section += parts.items([f"{fact.explanation} (Sumber: {fact.rule.origin.source})" for fact in found.tie_facts])
    else:
        candidate = facts.definition.candidate(found.winner)
        section.append(
            parts.text(
                f"Suara terbanyak diperoleh calon nomor {found.winner}, {candidate.name}, dengan selisih "
                f"{figure(found.margin)} ({in_words(found.margin)}) suara atau {share} dari suara sah."
            )
        )
    if found.disputed:
        limit = percent(rules.dispute.numerator, rules.dispute.denominator)
        compared = "paling banyak" if rules.dispute.inclusive else "di bawah"
        section.append(
            parts.text(
                f"Selisih ini {compared} {limit} dari suara sah: hasil dapat disengketakan dalam "
                f"{rules.dispute.filing_days} hari. Sumber: {rules.dispute.origin.source}"
            )
        )
    return section


def _stations(facts: RecordFacts) -> list[Flowable]:
    blank = facts.definition.blank
    numbers = [f"No. {candidate.ballot_number}" for candidate in facts.definition.candidates]
    header = ["TPS", *numbers, "Sah", *(["Kosong"] if blank else []), "Surat suara"]

    def row(name: str, counts: Counts) -> list[str]:
        shown = [*counts.candidates, counts.valid, *([counts.blank] if blank else []), counts.ballots]
        return [name, *map(figure, shown)]

    rows = [row(f"TPS {result.station:02d}", result.counts) for result in facts.stations]
    rows.append(row("Desa", facts.outcome.counts))
    return [
        parts.heading("3. Hasil tiap TPS"),
        parts.table(header, rows, figures=range(1, len(header)), total=True),
    ]


_DESK = (
    ("DPT L", "roll_men"), ("DPT P", "roll_women"), ("Hadir L", "attendance_men"), ("Hadir P", "attendance_women"),
    ("Token diterima", "tokens_received"), ("diserahkan", "tokens_handed"), ("rusak", "tokens_spoiled"),
    ("sisa", "tokens_unused"),
)  # fmt: skip


def _desks(facts: RecordFacts) -> list[Flowable]:
    rows = []
    sums: list[int | None] = [0] * len(_DESK)
    for result, book in zip(facts.stations, facts.desks, strict=True):
        figures = [None if book is None else getattr(book, name) for _, name in _DESK]
        sums = [
            None if total is None or value is None else total + value
            for total, value in zip(sums, figures, strict=True)
        ]
        rows.append([f"TPS {result.station:02d}", *map(_known, figures)])
    rows.append(["Desa", *map(_known, sums)])
    return [
        parts.heading("4. Pemilih dan kartu token"),
        parts.table(
            ["TPS", *(label for label, _ in _DESK)], rows, figures=range(1, len(_DESK) + 1), total=True,
            widths=(3, 2.4, 2.4, 2.6, 2.6, 2.8, 3.3, 2.4, 2.2),
        ),
        parts.text("L laki-laki, P perempuan. Tanda – berarti angkanya tidak diketahui.", fine=True),
    ]  # fmt: skip


def _books(facts: RecordFacts) -> list[Flowable]:
    columns = [books.differences for _, books in facts.books.stations]
    rows = [
        [line.label, *(_signed(column[index].value) for column in columns)] for index, line in enumerate(columns[0])
    ]
    header = ["Dibandingkan", *(f"TPS {number:02d}" for number, _ in facts.books.stations)]
    return [
        parts.heading("5. Pembukuan"),
        parts.text("Setiap selisih ditulis dengan tandanya; 0 berarti cocok, “belum” berarti belum diperiksa."),
        parts.table(header, rows, figures=range(1, len(header)), widths=(8, *[2] * len(columns))),
    ]


def _incidents() -> list[Flowable]:
    line = "." * 176
    return [
        parts.heading("6. Kejadian khusus dan keberatan"),
        parts.text(
            "Ditulis tangan; bila tidak ada, tulis “nihil”. Saksi yang tidak menandatangani: nama dan alasannya."
        ),
        *(parts.text(line) for _ in range(5)),
    ]


def _boards(facts: RecordFacts) -> list[Flowable]:
    rows = [
        [f"TPS {result.station:02d}", f"{result.uuid}.bel", result.archive_sha256, figure(result.counts.ballots)]
        for result in facts.stations
    ]
    head = parts.heading("7. Sidik papan suara")
    lead = parts.text("Siapa pun dapat mengunduh papan suara ini, mencocokkan sidiknya, dan menghitung ulang hasilnya.")
    boards = parts.table(("TPS", "Papan suara", "SHA-256", "Surat suara"), rows, widths=(2, 4.4, 11, 2.2), figures={3})
    return [
        KeepTogether([head, lead, boards]),
        parts.text(f"Definisi pemilihan (SHA-256): {facts.result.definition_hash}", fine=True),
        parts.text(f"Sertifikat akar kabupaten (SHA-256): {facts.root_fingerprint}", fine=True),
    ]


def _signatures(facts: RecordFacts, officers: Sequence[str]) -> list[Flowable]:
    witnesses = [Signature(f"Saksi calon nomor {candidate.ballot_number}") for candidate in facts.definition.candidates]
    return [
        parts.signatures([Signature(role) for role in officers], caption="8. Panitia"),
        parts.signatures(witnesses, caption="9. Saksi"),
    ]


def _known(number: int | None) -> str:
    return _UNKNOWN if number is None else figure(number)


def _signed(number: int | None) -> str:
    return "belum" if number is None else signed_figure(number)
