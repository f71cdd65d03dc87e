"""Checks 4xx: results, books and paper counts that were announced, against what the evidence proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from epilwu.audit.verifying.boards import BoardSeen
from epilwu.audit.verifying.booths import StationSeen
from epilwu.audit.verifying.case import ABSENT, Case
from epilwu.audit.verifying.result import ALL, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.election.balance import StationBooks
from epilwu.election.definition import Station
from epilwu.election.outcome import Counts, outcome
from epilwu.election.rules import RulePack
from epilwu.errors import EpilwuError
from epilwu.media import paper_counts
from epilwu.media.paper_counts import PaperCounts
from epilwu.media.published import Books, Context, StationLine, StationResult, VillageResult
from epilwu.trust.certificates import Holder, Role

UNPROVEN = Words("hitungannya belum terbukti", "the count is not proven")
_BOARD_UNREADABLE = Words("papan tidak terbaca", "the board cannot be read")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found out about a village's stations, by number; None for a board that is not here."""

    boards: Mapping[int, BoardSeen | None]
    booths: Mapping[int, StationSeen]

    def counts(self, station: int) -> Counts | None:
        """A station's proven counts."""
        board = self.boards.get(station)
        return None if board is None else board.counts

    @property
    def total(self) -> Counts | None:
        """The village's proven counts; None while any station's are not proven."""
        whole: Counts | None = None
        for station in self.boards:
            counts = self.counts(station)
            if counts is None:
                return None
            whole = counts if whole is None else whole.plus(counts)
        return whole


def difference(left: Counts, right: Counts) -> int:
    """How many votes two counts differ by: each vote that is in one and not in the other."""
    if len(left.candidates) != len(right.candidates):
        return max(left.ballots, right.ballots)
    pairs = [*zip(left.candidates, right.candidates, strict=True), (left.blank, right.blank)]
    more, fewer = (sum(max(0, sign * (a - b)) for a, b in pairs) for sign in (1, -1))
    return max(more, fewer)


def written(counts: Counts) -> Words:
    """Counts as ``1/3/1, kosong 1``."""
    votes = "/".join(map(str, counts.candidates))
    return Words(f"{votes}, kosong {counts.blank}", f"{votes}, blank {counts.blank}")


def stated_otherwise(stated: Counts, proven: Counts) -> Words:
    """Announced this, proven that."""
    said, found = written(stated), written(proven)
    return Words(f"diumumkan {said.id}, terbukti {found.id}", f"announced {said.en}, proven {found.en}")


def tally(case: Case) -> Holder:
    """Who signs results, books and paper counts."""
    return Holder(Role.TALLY, case.village.region)


def check_station_result(case: Case, station: Station, board: BoardSeen | None) -> None:
    """401 to 403."""
    names = ("station-result-signature", "station-result-evidence", "station-result-counts")
    subject = case.station(station.number)
    found = case.take(Sort.STATION_RESULT, station.uuid, names, subject)
    if found is None:
        return
    case.check_signature(names[0], found, Context.STATION_RESULT, tally(case), subject)
    try:
        stated = StationResult.parse(found.data, where=found.path.name)
    except EpilwuError as error:
        case.findings.refused(names[1], subject, error, votes=ALL)
        case.findings.left_open(names[2], subject, UNPROVEN)
        return
    _check_evidence(case, station, stated, board)
    if board is None or board.counts is None:
        case.findings.left_open(names[2], subject, UNPROVEN)
        return
    wrong = [stated_otherwise(stated.counts, board.counts)] if stated.counts != board.counts else []
    votes = difference(stated.counts, board.counts)
    case.findings.judge(names[2], subject, wrong, written(board.counts), votes=votes)


def _check_evidence(case: Case, station: Station, stated: StationResult, board: BoardSeen | None) -> None:
    subject, name = case.station(station.number), "station-result-evidence"
    definition = case.village.definition
    compared = [
        (stated.definition_hash == case.village.digest, Words("definisi lain", "another definition")),
        (stated.region == definition.region.text, Words("desa lain", "another village")),
        (stated.rehearsal == definition.rehearsal, Words("gladi", "a rehearsal")),
        (stated.station == station.number, Words("TPS lain", "another station")),
    ]
    if board is None:
        case.findings.left_open(name, subject, ABSENT)
        return
    compared.append((stated.archive_sha256 == board.file.sha256, Words("papan lain", "another board")))
    compared.append((stated.encrypted_tally == board.encrypted_tally, Words("jumlah tersandi lain", "another tally")))
    if board.side_file is not None:
        same = stated.decryption_sha256 == board.side_file
        compared.append((same, Words("bukti pembukaan lain", "other proofs of decryption")))
    wrong = [words for same, words in compared if not same]
    if board.side_file is None and not wrong:
        case.findings.left_open(name, subject, ABSENT)
        return
    good = Words("papan dan bukti pembukaan ini", "this board and these proofs")
    case.findings.judge(name, subject, wrong, good, votes=ALL)


def check_village_result(case: Case, seen: Seen) -> VillageResult | None:
    """404 to 409; gives the result as announced where it can be read."""
    rest = ("village-result-stations", "village-result-counts", "village-result-rules", "rolls")
    subject = case.subject
    found = case.take(
        Sort.RESULT, case.village.digest, ("village-result-signature", "village-result-sums", *rest), subject
    )
    if found is None:
        return None
    case.check_signature("village-result-signature", found, Context.RESULT, tally(case), subject)
    try:
        stated = VillageResult.parse(found.data, where=found.path.name)
    except EpilwuError as error:
        case.findings.refused("village-result-sums", subject, error, votes=ALL)
        for name in rest:
            why = Words("hasil desa tidak terbaca", "the village's result cannot be read")
            case.findings.left_open(name, subject, why)
        return None
    ranked = stated.ranking
    words = Words(
        f"{written(ranked.counts).id}; pemenang {ranked.winner or 'seri'}, selisih {ranked.margin}",
        f"{written(ranked.counts).en}; winner {ranked.winner or 'tie'}, margin {ranked.margin}",
    )
    case.findings.passed("village-result-sums", subject, words)
    _check_lines(case, stated)
    _check_line_counts(case, stated, seen)
    _check_rules(case, found)
    _check_rolls(case, stated, seen)
    return stated


def _check_lines(case: Case, stated: VillageResult) -> None:
    """406: a line for each station, with the hash of its published result."""
    definition, findings, name = case.village.definition, case.findings, "village-result-stations"
    wrong = []
    if (stated.region, stated.rehearsal) != (definition.region.text, definition.rehearsal):
        wrong.append(Words("milik pemilihan lain", "another election's"))
    expected = {station.number: station.uuid for station in definition.stations}
    lines = {line.number: line for line in stated.stations}
    if stated.stations_expected != len(expected) or any(expected.get(n) != line.uuid for n, line in lines.items()):
        wrong.append(Words("bukan TPS dalam definisi", "not the definition's stations"))
    hidden = []
    for number, uuid in expected.items():
        found = case.evidence.one(Sort.STATION_RESULT, uuid)
        if number not in lines:
            if found is not None:
                wrong.append(Words(f"TPS {number} tidak tercantum", f"TPS {number} is left out"))
            else:
                hidden.append(number)
        elif found is None:
            hidden.append(number)
        elif found.sha256 != lines[number].result_sha256:
            wrong.append(Words(f"TPS {number}: hasil lain", f"TPS {number}: another result"))
    if hidden and not wrong:
        numbers = ", ".join(map(str, hidden))
        why = Words(f"hasil TPS {numbers} tidak ada", f"the result of TPS {numbers} is not here")
        findings.left_open(name, case.subject, why)
        return
    findings.judge(name, case.subject, wrong, Words(f"{len(lines)} TPS", f"{len(lines)} stations"), votes=ALL)


def _check_line_counts(case: Case, stated: VillageResult, seen: Seen) -> None:
    """407: each line's figures are proven."""
    wrong, votes, unproven = [], 0, []
    for line in stated.stations:
        counts = seen.counts(line.number)
        if counts is None:
            unproven.append(line)
        elif counts != line.counts:
            words = stated_otherwise(line.counts, counts)
            wrong.append(Words(f"TPS {line.number}: {words.id}", f"TPS {line.number}: {words.en}"))
            votes += difference(line.counts, counts)
    if unproven and not wrong:
        _left_unproven(case, "village-result-counts", unproven)
        return
    good = Words("semua TPS terbukti", "all stations are proven")
    case.findings.judge("village-result-counts", case.subject, wrong, good, votes=votes)


def _left_unproven(case: Case, name: str, lines: list[StationLine]) -> None:
    numbers = ", ".join(str(line.number) for line in lines)
    why = Words(f"TPS {numbers} belum terbukti", f"TPS {numbers} not proven")
    case.findings.left_open(name, case.subject, why)


def _check_rules(case: Case, found: Found) -> None:
    """408: the rule pack of the definition, and what it says of a dispute."""
    name = "village-result-rules"
    rules = case.evidence.by_hash(case.village.definition.rule_pack_sha256)
    if rules is None:
        case.findings.left_open(name, case.subject, ABSENT)
        return
    try:
        pack = RulePack.parse_toml(rules.data)
        stated = VillageResult.parse(found.data, rules=pack, where=found.path.name)
    except EpilwuError as error:
        case.findings.refused(name, case.subject, error, votes=0)
        return
    judged = outcome(stated.station_counts, pack)
    words = Words("dapat disengketakan", "open to dispute") if judged.disputed else Words("tidak", "no")
    case.findings.passed(name, case.subject, words)


def _check_rolls(case: Case, stated: VillageResult, seen: Seen) -> None:
    """409: voters on the roll, as the desks signed them."""
    wrong, known = [], 0
    for line in stated.stations:
        station = seen.booths.get(line.number)
        desk = None if station is None else station.desk
        if desk is None or line.voters is None or desk.roll is None:
            continue
        known += 1
        if desk.roll != line.voters:
            number = f"TPS {line.number}: {line.voters}"
            wrong.append(Words(f"{number}, buku meja {desk.roll}", f"{number}, desk's book {desk.roll}"))
    if known < len(stated.stations) and not wrong:
        why = Words(
            "tidak semua meja memberi buku dengan jumlah pemilih",
            "not every desk gave a book with a roll",
        )
        case.findings.left_open("rolls", case.subject, why)
        return
    case.findings.judge("rolls", case.subject, wrong, Words(f"{known} TPS", f"{known} stations"), votes=0)


def check_books(case: Case, seen: Seen) -> None:
    """410 to 413."""
    names = ("books-signature", "books-sources", "books-board", "books-balance")
    found = case.take(Sort.BOOKS, case.village.digest, names, case.subject)
    if found is None:
        return
    case.check_signature(names[0], found, Context.BOOKS, tally(case), case.subject, votes=0)
    try:
        stated = Books.parse(found.data, where=found.path.name)
    except EpilwuError as error:
        case.findings.refused(names[1], case.subject, error, votes=0)
        return
    for number, books in stated.stations:
        subject = case.station(number)
        _check_sources(case, subject, books, seen.booths.get(number))
        _check_books_board(case, subject, books, seen.boards.get(number))
        _check_balance(case, subject, books)


_FROM_DESK = ("roll", "attendance", "tokens_received", "tokens_handed", "tokens_spoiled", "tokens_unused")
_FIGURES = tuple(f.name for f in fields(StationBooks) if f.name != "slips_counted")


def sources(seen: StationSeen, booths: int) -> StationBooks:
    """The station's books as booths and desk signed them; a figure whose source is not here is None."""
    figures = [report.report for report in seen.reports.values()]
    desk, whole = seen.desk, len(seen.reports) == booths
    values = {name: None if desk is None else getattr(desk, name) for name in _FROM_DESK}
    summed = {
        name: sum(getattr(each, name) for each in figures) if whole else None
        for name in ("tokens_spent", "ballots", "slips_cast", "slips_void")
    }
    return StationBooks(**values, **summed)


def _check_sources(case: Case, subject: Subject, books: StationBooks, seen: StationSeen | None) -> None:
    """411: a figure that only one side knows is not checked."""
    name, booths = "books-sources", {s.number: s.booths for s in case.village.definition.stations}
    if seen is None:
        words = Words("bukan TPS dalam definisi", "not a station of the definition")
        case.findings.failed(name, subject, words, code="books-station", votes=0)
        return
    own = sources(seen, booths[subject.station])
    wrong, unknown, votes = [], [], 0
    for figure in _FIGURES:
        stated, known = getattr(books, figure), getattr(own, figure)
        if (stated is None) != (known is None):
            unknown.append(figure)
        elif stated != known:
            wrong.append(Words(f"{figure} {stated}, ditandatangani {known}", f"{figure} {stated}, signed {known}"))
            votes = max(votes, abs(stated - known))
    if len(unknown) == len(_FIGURES):
        case.findings.left_open(name, subject, ABSENT)
        return
    if unknown and not wrong:
        why = Words(f"tidak ada pembandingnya: {', '.join(unknown)}", f"nothing to compare: {', '.join(unknown)}")
        case.findings.left_open(name, subject, why)
        return
    good = Words("sama dengan laporan bilik dan buku meja", "the same as booths and desk signed")
    case.findings.judge(name, subject, wrong, good, votes=votes)


def _check_books_board(case: Case, subject: Subject, books: StationBooks, board: BoardSeen | None) -> None:
    """412: ballots of the books are those on the board; everyone can see that."""
    if board is None or books.ballots is None:
        case.findings.left_open("books-board", subject, ABSENT)
        return
    held, wrong = len(board.ballots), []
    if books.ballots != held:
        wrong.append(Words(f"pembukuan {books.ballots}, papan {held}", f"books {books.ballots}, board {held}"))
    good = Words(f"{held} surat suara", f"{held} ballots")
    case.findings.judge("books-board", subject, wrong, good, votes=abs(books.ballots - held))


_ENGLISH = {
    "tokens_received-accounted": "tokens received − (handed out + spoiled + left)",
    "attendance-tokens_handed": "attendance − tokens handed out",
    "tokens_handed-tokens_spent": "tokens handed out − tokens spent",
    "tokens_spent-ballots": "tokens spent − ballots",
    "ballots-slips_cast": "ballots − slips noted",
    "slips_cast-slips_counted": "slips noted − slips in the box",
}


def _check_balance(case: Case, subject: Subject, books: StationBooks) -> None:
    """413: every pair of figures that must agree; slips in the box are for check 415, and for people."""
    rows = [row for row in books.differences if row.name != "slips_cast-slips_counted" or row.value is not None]
    wrong = [
        Words(f"{row.label}: {row.value:+d}", f"{_ENGLISH[row.name]}: {row.value:+d}") for row in rows if row.value
    ]
    votes = max((abs(row.value) for row in rows if row.value), default=0)
    if not wrong and any(row.value is None for row in rows):
        unknown = [row for row in rows if row.value is None]
        why = Words("; ".join(row.label for row in unknown), "; ".join(_ENGLISH[row.name] for row in unknown))
        case.findings.left_open("books-balance", subject, why)
        return
    case.findings.judge("books-balance", subject, wrong, Words("tidak ada selisih", "no difference"), votes=votes)


def check_paper(case: Case, seen: Seen) -> None:
    """414 and 415: the paper count that the auditors handed in, as published."""
    found = case.take(Sort.PAPER, case.village.digest, ("paper-signature", "paper"), case.subject)
    if found is None:
        return
    case.check_signature("paper-signature", found, paper_counts.CONTEXT, tally(case), case.subject, votes=0)
    try:
        stated = PaperCounts.parse(found.data, where=found.path.name)
    except EpilwuError as error:
        case.findings.refused("paper", case.subject, error, votes=None)
        return
    boxes = {line.number: line for line in stated.stations}
    for station in case.village.definition.stations:
        subject, counts, box = case.station(station.number), seen.counts(station.number), boxes.get(station.number)
        if box is None or counts is None:
            why = Words("kotaknya belum dibuka", "the box was not opened") if box is None else UNPROVEN
            case.findings.left_open("paper", subject, why)
            continue
        wrong = []
        if box.slips != counts:
            slips, votes = written(box.slips), written(counts)
            wrong.append(Words(f"struk {slips.id}; suara {votes.id}", f"slips {slips.en}; votes {votes.en}"))
        if box.odd or box.missing:
            wrong.append(Words(f"{box.odd} aneh, {box.missing} hilang", f"{box.odd} odd, {box.missing} missing"))
        touched = max(difference(box.slips, counts), box.odd + box.missing)
        case.findings.judge("paper", subject, wrong, written(box.slips), votes=touched)
