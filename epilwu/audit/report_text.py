"""A village's audit as lines of text, for whoever sits before the screen."""

from __future__ import annotations

from collections.abc import Iterator

from epilwu.audit.finding import Finding
from epilwu.audit.reconcile import ODD_PAPERS, StationReconciliation
from epilwu.audit.reconcile_report import booth_lines, paper_where, village_lines
from epilwu.audit.slips import SlipClass
from epilwu.audit.village import StationAudit, VillageAudit
from epilwu.audit.words import (
    BOOKS_STATUS,
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
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Definition
from epilwu.indonesian import figure, long_date, signed_figure
from epilwu.protocol.verify_report import Status

MAX_ODD_LISTED = 20
REHEARSAL_MARK = "GLADI – BUKAN PEMILIHAN"


def render(audit: VillageAudit) -> Iterator[str]:
    """All lines, in order."""
    yield from _head(audit)
    yield ""
    for finding in audit.findings:
        yield from _answer(finding.status, QUESTIONS[finding.name], finding.detail)
    yield from _answer(Status.NOT_CHECKED, TEXT_QUESTION, TEXT_ANSWER)
    for station in audit.stations:
        yield ""
        yield from _station(station, audit.material.definition)
    yield ""
    yield from village_lines(audit.together, audit.material.definition)
    yield ""
    yield verdict([finding.status for finding in audit.findings])
    if not audit.material.root_brought:
        yield "BELUM LULUS: akar kabupaten belum dicocokkan. Ulangi dengan --root dan sertifikat yang dibawa sendiri."


def _head(audit: VillageAudit) -> Iterator[str]:
    material = audit.material
    definition = material.definition
    if definition.rehearsal:
        yield REHEARSAL_MARK
    yield f"{definition.title}: Desa {definition.village}, Kecamatan {definition.district}, {definition.regency}"
    yield f"{long_date(definition.date)}, kode wilayah {definition.region.text}"
    yield f"Definisi pemilihan: {grouped(material.definition_hash)}"
    yield f"Sidik jari akar:    {grouped(material.root_fingerprint)}"
    origin = "dari auditor" if material.root_brought else "dari folder publik itu sendiri, BELUM DICOCOKKAN"
    yield f"  Akar diambil {origin}. Bandingkan sidik jarinya dengan yang diumumkan panitia kabupaten."


def _answer(status: Status, question: str, detail: str) -> Iterator[str]:
    yield f"{STATUS[status]:<16} {question}"
    yield f"{'':<16} {plain(detail)}"


def _station(station: StationAudit, definition: Definition) -> Iterator[str]:
    yield f"TPS {station.number:02d} ({station.material.station.uuid})"
    yield f"  SHA-256 papan suara: {grouped(station.material.board_sha256)}"
    for finding in (station.proofs, station.board, station.result):
        yield _finding(finding)
    if station.reconciliation is None:
        yield "  Struk di kotak audit: tidak diperiksa"
    else:
        yield from _paper(station.reconciliation, definition)
        yield from booth_lines(station.reconciliation)
    yield from _books(station.books)


def _finding(finding: Finding) -> str:
    names = {"archive": "bukti kriptografi", "board": "papan = laporan bilik", "station-result": "hasil diumumkan"}
    return f"  {STATUS[finding.status]:<16} {names[finding.name]}: {plain(finding.detail)}"


def _paper(paper: StationReconciliation, definition: Definition) -> Iterator[str]:
    yield f"  {'Struk':>9} {'Suara':>9} {'Selisih':>9}  Pilihan"
    for row in paper.choices:
        name = plain(choice_name(definition, row.choice))
        yield f"  {figure(row.slips):>9} {_known(row.votes):>9} {_signed(row.difference):>9}  {name}"
    classes = ", ".join(f"{figure(paper.classes[kind])} {PAPERS[kind]}" for kind in SlipClass)
    yield f"  Kertas: {classes}"
    missing = ", ".join(f"bilik {booth}: {figure(count)}" for booth, count in sorted(paper.missing.items()))
    yield f"  Struk yang tercatat tetapi tidak ada di kotak: {missing}"
    odd = [slip for slip in paper.slips if slip.slip_class in ODD_PAPERS]
    for slip in odd[:MAX_ODD_LISTED]:
        yield f"    {PAPERS[slip.slip_class]}: {paper_where(slip)} ({slip.reason})"
    if len(odd) > MAX_ODD_LISTED:
        yield f"    … dan {figure(len(odd) - MAX_ODD_LISTED)} lagi; semuanya ada di audit.json"


def _books(books: StationBooks) -> Iterator[str]:
    yield "  Pembukuan:"
    for row in books.differences:
        numbers = f"{_known(row.left):>9} {_known(row.right):>9} {_signed(row.value):>9}"
        yield f"  {numbers}  {row.label}: {BOOKS_STATUS[row.status]}"


def _known(number: int | None) -> str:
    return "?" if number is None else figure(number)


def _signed(number: int | None) -> str:
    return "?" if number is None else signed_figure(number)
