"""Checks 3xx: what only auditors get, the booths' reports and the desks' books, against themselves and the board."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from epilwu.audit.verifying.boards import BoardSeen
from epilwu.audit.verifying.case import ABSENT, CONFLICT, NO_ROOT, Case, Signer
from epilwu.audit.verifying.evidence import VillageFiles
from epilwu.audit.verifying.result import ALL, Findings, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.election.definition import Station
from epilwu.errors import EpilwuError
from epilwu.media import desk_book, setup_index, station_report
from epilwu.media.container import Kind, read_from
from epilwu.media.desk_book import DeskBook
from epilwu.media.errors import (
    BallotsRefused,
    FiguresRefused,
    OtherElection,
    RegistersRefused,
    RehearsalRefused,
)
from epilwu.media.setup_index import SetupIndex
from epilwu.media.station_report import ReportFigures, StationReport
from epilwu.trust.certificates import Holder, Role, VerifiedCertificate, check_certificate
from epilwu.trust.errors import CertificateRefused

_STAGES = (
    "report-signature",
    "report-certificate",
    "report-journal",
    "report-ballots",
    "report-registers",
    "report-figures",
    "report-election",
)
_EARLIER = Words("pemeriksaan sebelumnya gagal", "an earlier check failed")
_SEEN = {
    "report-signature": Words("wadah utuh dan ditandatangani", "the container is whole and signed"),
    "report-journal": Words("rantai dan tanda tangan cocok", "chain and signatures hold"),
    "report-ballots": Words("sama dengan jurnal, tidak ada token ganda", "as the journal notes them, no token twice"),
    "report-registers": Words("sama dengan yang ditutup", "as they were closed"),
    "report-figures": Words("sama dengan hitung ulang", "as computed anew"),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """Under what a report is judged: the root (PEM), the day, the village where its definition is at hand; and where
    findings and signers are noted."""

    root: bytes | None
    day: datetime.date
    village: VillageFiles | None
    findings: Findings
    signers: list[Signer]

    @staticmethod
    def of(case: Case) -> Bench:
        """A village's."""
        return Bench(case.root, case.village.definition.day, case.village, case.findings, case.signers)


@dataclass(frozen=True, slots=True)
class StationSeen:
    """What a station's people handed over and what of it holds: reports by booth, the desk's book if any."""

    reports: Mapping[int, StationReport] = field(repr=False)
    desk: DeskBook | None


def check_booths(case: Case, station: Station, index: SetupIndex | None) -> StationSeen:
    """301 to 308 and 310 for one station."""
    reports: dict[int, StationReport] = {}
    for booth in range(1, station.booths + 1):
        report = _check_report(case, station, booth, index)
        if report is not None:
            reports[booth] = report
    return StationSeen(reports, _check_desk(case, station))


def _check_report(case: Case, station: Station, booth: int, index: SetupIndex | None) -> StationReport | None:
    subject, key = case.station(station.number, booth), f"{station.uuid}/{booth}"
    found = case.evidence.one(Sort.REPORT, key)
    if found is None:
        _missing(case, station, key, subject)
        return None
    case.findings.passed("reports-complete", subject, Words(found.path.name, found.path.name))
    holder = Holder(Role.BOOTH, case.village.region, station.number, booth)
    expected = None if index is None else index.files.get(setup_index.certificate_name(station.number, booth), "")
    return examine_report(Bench.of(case), found, holder, subject, expected)


def _missing(case: Case, station: Station, key: str, subject: Subject) -> None:
    """A booth left out where the station's other booths and its board are here is a fault; else it is a gap."""
    others = any(case.evidence.one(Sort.REPORT, f"{station.uuid}/{n}") for n in range(1, station.booths + 1))
    if case.evidence.in_conflict(Sort.REPORT, key):
        case.findings.left_open("reports-complete", subject, CONFLICT)
    elif others and case.evidence.one(Sort.ARCHIVE, station.uuid) is not None:
        words = Words("laporan bilik lain ada, yang ini tidak", "other booths' reports are here, this one is not")
        case.findings.failed("reports-complete", subject, words, code="report-missing", votes=None)
    else:
        case.findings.left_open("reports-complete", subject, ABSENT)


def examine_report(
    bench: Bench, found: Found, holder: Holder | None, subject: Subject, expected: str | None
) -> StationReport | None:
    """301 to 307 for one report, ``holder`` being the booth that it must be of (None: any).

    ``expected`` is the SHA-256 (hex) that the committee committed to for the booth's certificate, "" where it listed
    none, None where no commitment is at hand. Gives the report where everything about it holds.
    """
    if bench.root is None:
        for name in _STAGES:
            bench.findings.left_open(name, subject, NO_ROOT)
        return None
    where = found.path.name
    try:
        contents, signer = read_from(found.data, Kind.STATION_REPORT, bench.root, bench.day, Role.BOOTH, where=where)
        if holder is not None:
            check_certificate(contents.certificate_pem, bench.root, at=signer.not_before, holder=holder, where=where)
    except EpilwuError as error:
        failed = "report-certificate" if isinstance(error, CertificateRefused) else "report-signature"
        _stop(bench, subject, failed, error)
        return None
    bench.findings.passed("report-signature", subject, _SEEN["report-signature"])
    bench.signers.append(Signer(signer, where, subject))
    known = _check_certificate(bench, signer, contents.certificate_pem, subject, expected)
    return _check_content(bench, found, subject) if known else None


def _check_certificate(
    bench: Bench, signer: VerifiedCertificate, pem: bytes, subject: Subject, expected: str | None
) -> bool:
    """Under the root it is the booth's; under the commitment it is the very device that was meant."""
    if expected is not None and hashlib.sha256(pem).hexdigest() != expected:
        words = Words(
            "bukan sertifikat yang diikat panitia sebelum hari pemungutan",
            "not the certificate that the committee had committed itself to",
        )
        bench.findings.failed("report-certificate", subject, words, code="certificate-not-committed", votes=ALL)
        for name in _STAGES[2:]:
            bench.findings.left_open(name, subject, _EARLIER)
        return False
    without = Words(" (tidak ada ikatan untuk dibandingkan)", " (there is no commitment to compare with)")
    tail = Words("", "") if expected is not None else without
    uri = signer.holder.uri
    bench.findings.passed("report-certificate", subject, Words(uri + tail.id, uri + tail.en))
    return True


def _check_content(bench: Bench, found: Found, subject: Subject) -> StationReport | None:
    """Journal, ballots, registers and figures as the reader of reports finds them, then the election."""
    day, where = bench.day, found.path.name
    assert bench.root is not None  # the caller saw to it
    try:
        try:
            report = station_report.read(found.data, bench.root, day, where=where)
        except RehearsalRefused:
            report = station_report.read(found.data, bench.root, day, rehearsal=True, where=where)
    except EpilwuError as error:
        _stop(bench, subject, _stage(error), error, since=2)
        return None
    for name in _STAGES[2:6]:
        bench.findings.passed(name, subject, _figures(report) if name == "report-figures" else _SEEN[name])
    if bench.village is None:
        why = Words("definisi pemilihannya tidak ada di sini", "its election's definition is not here")
        bench.findings.left_open("report-election", subject, why)
        return report
    wrong = _other_election(bench.village, report.report)
    words = Words(f"definisi {report.report.definition_hash}", f"definition {report.report.definition_hash}")
    bench.findings.judge("report-election", subject, wrong, words, votes=report.report.ballots)
    return None if wrong else report


def _figures(report: StationReport) -> Words:
    """What an auditor asks about a booth's day; a spare that took it over stands in its journal by number."""
    figures = report.report
    return Words(
        f"sama dengan hitung ulang; {figures.ballots} suara, {figures.slips_void} struk batal,"
        f" {figures.restarts} kali menyala kembali, {figures.takeovers} kali diambil alih perangkat lain",
        f"as computed anew; {figures.ballots} ballots, {figures.slips_void} void slips, {figures.restarts} restarts,"
        f" {figures.takeovers} takeovers by another device",
    )


def _stage(error: EpilwuError) -> str:
    """Which check a refusal of the reader answers."""
    by_kind: tuple[tuple[type[EpilwuError], str], ...] = (
        (BallotsRefused, "report-ballots"),
        (RegistersRefused, "report-registers"),
        (FiguresRefused, "report-figures"),
        (OtherElection, "report-election"),
    )
    return next((name for kind, name in by_kind if isinstance(error, kind)), "report-journal")


def _stop(bench: Bench, subject: Subject, failed: str, error: EpilwuError, since: int = 0) -> None:
    """The checks from ``since`` on: those before the failed one passed, those behind it could not be made."""
    place = _STAGES.index(failed)
    for number, name in enumerate(_STAGES[since:], since):
        if number == place:
            bench.findings.refused(name, subject, error, votes=ALL)
        elif number < place and since:
            bench.findings.passed(name, subject, _SEEN[name])
        else:
            bench.findings.left_open(name, subject, _EARLIER)


def _other_election(village: VillageFiles, figures: ReportFigures) -> list[Words]:
    definition = village.definition
    uuids = {station.number: station.uuid for station in definition.stations}
    compared = (
        (figures.definition_hash == village.digest, Words("definisi lain", "another definition")),
        (figures.region == definition.region.text, Words("desa lain", "another village")),
        (figures.rehearsal == definition.rehearsal, Words("gladi, bukan pemilihan", "a rehearsal, not the election")),
        (uuids.get(figures.station) == figures.uuid, Words("TPS lain", "another station")),
    )
    return [words for same, words in compared if not same]


def _check_desk(case: Case, station: Station) -> DeskBook | None:
    """310: the desk's book, whole, signed and of this station."""
    subject = case.station(station.number)
    found = case.take(Sort.DESK_BOOK, station.uuid, ("desk-book",), subject)
    if found is None:
        return None
    if case.root is None:
        case.findings.left_open("desk-book", subject, NO_ROOT)
        return None
    definition, where = case.village.definition, found.path.name
    try:
        book = desk_book.read(
            found.data,
            case.root,
            definition.day,
            rehearsal=definition.rehearsal,
            definition=case.village.data,
            where=where,
        )
        _, signer = read_from(found.data, Kind.DESK_BOOK, case.root, definition.day, Role.DESK, where=where)
    except EpilwuError as error:
        case.findings.refused("desk-book", subject, error, votes=0)
        return None
    case.signers.append(Signer(signer, where, subject))
    words = Words(f"hadir {book.attendance}, token {book.tokens_handed}", "")
    english = f"attendance {book.attendance}, tokens {book.tokens_handed}"
    case.findings.passed("desk-book", subject, Words(words.id, english))
    return book


def check_board_reports(case: Case, station: Station, board: BoardSeen | None, seen: StationSeen) -> None:
    """309: the board holds exactly the ballots that the station's booths reported."""
    subject = case.station(station.number)
    if board is None or len(seen.reports) < station.booths:
        why = Words("papan atau laporan tidak lengkap", "the board or reports are not complete")
        case.findings.left_open("board-reports", subject, why)
        return
    if board.outcome.report is None or board.outcome.report.check("archive").code:
        why = Words("papan tidak terbaca sampai akhir", "the board cannot be read to its end")
        case.findings.left_open("board-reports", subject, why)
        return
    reported = {hashlib.sha256(ballot).hexdigest() for report in seen.reports.values() for ballot in report.ballots}
    dropped, added = len(reported - board.ballots), len(board.ballots - reported)
    wrong = []
    if dropped or added:
        wrong.append(
            Words(
                f"{dropped} surat suara hilang dari papan, {added} tidak dilaporkan bilik mana pun",
                f"{dropped} ballots are missing from the board, {added} were reported by no booth",
            )
        )
    good = Words(f"{len(reported)} surat suara sama", f"the same {len(reported)} ballots")
    case.findings.judge("board-reports", subject, wrong, good, votes=dropped + added)
