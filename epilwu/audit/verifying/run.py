"""A whole verification: gather, check village by village, then regency and log, and weigh what failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.audit.verify import Outcome, Workers
from epilwu.audit.verifying import announcements, authority, boards, booths
from epilwu.audit.verifying.announcements import Seen
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.boards import BoardSeen
from epilwu.audit.verifying.case import ABSENT, Case
from epilwu.audit.verifying.evidence import Evidence, VillageFiles, gather, villages
from epilwu.audit.verifying.impact import Standing, together, weigh
from epilwu.audit.verifying.logs import Kept, check_logs
from epilwu.audit.verifying.regency import VillageSeen, check_regencies
from epilwu.audit.verifying.result import Change, CheckResult, Findings, Subject, all_passed
from epilwu.audit.verifying.single import check_lone_boards, check_lone_books, check_lone_reports
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import KINDS
from epilwu.election.outcome import Counts, Ranking, ranking
from epilwu.media.published import VillageResult
from epilwu.media.station_report import StationReport
from epilwu.protocol.verify_report import Status

Progress = Callable[[Path, int], None]
_OF_A_VILLAGE = (102, 499)
"""Numbers of the checks that every village has."""
_BESIDE = (".json", ".sig", ".pem", ".toml")


@dataclass(frozen=True, slots=True)
class VillageVerdict:
    """A village: what was checked of it, its counts as proven and as announced, and what its failures together mean
    (None where nothing failed)."""

    files: VillageFiles
    results: tuple[CheckResult, ...]
    proven: Counts | None
    announced: VillageResult | None
    boards: dict[int, BoardSeen | None]
    standing: Standing
    change: Change | None

    @property
    def ranking(self) -> Ranking | None:
        """What follows from the proven counts."""
        return None if self.proven is None else ranking(self.proven)


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was found: village by village, and of no village (files, regency, log, boards without one).

    ``archives`` are the verifications of single boards as the archive verifier gave them.
    """

    paths: tuple[Path, ...]
    villages: tuple[VillageVerdict, ...]
    general: tuple[CheckResult, ...]
    archives: tuple[Outcome, ...]
    not_used: tuple[Path, ...]

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """Every result, general ones first."""
        return (*self.general, *(result for village in self.villages for result in village.results))

    @property
    def ok(self) -> bool:
        """Whether everything was checked and passed."""
        return all_passed(self.results)

    def count(self, status: Status) -> int:
        """How many results ended so."""
        return sum(result.status is status for result in self.results)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the auditor brings from elsewhere; ``running`` accepts boards that are not finished."""

    brought: Brought = field(default_factory=Brought)
    kept: Kept = field(default_factory=Kept)
    running: bool = False


def verify_paths(
    paths: Sequence[Path], asked: Asked, workers: Workers, progress: Progress | None = None
) -> Verification:
    """Verify all that lies in ``paths``. Raises ``MaterialRefused`` for a path that is not there.

    Whatever is wrong with the files themselves is in the results.
    """
    evidence = gather(paths)
    general = Findings()
    authority.check_files(evidence, general)
    found, refused = villages(evidence)
    for file, error in refused:
        general.refused("definition", Subject(file=str(file.path)), error, votes=None)
    verdicts = tuple(_village(evidence, village, asked, workers, progress) for village in found)
    archives = [board.outcome for verdict in verdicts for board in verdict.boards.values() if board is not None]
    known = frozenset(station.uuid for village in found for station in village.definition.stations)

    def tell(archive: Found) -> Callable[[int], None] | None:
        return _told(evidence, archive.key, progress)

    archives += check_lone_boards(evidence, known, workers, general, tell, running=asked.running)
    reports = [each for each in evidence.all(Sort.REPORT) if each.key.partition("/")[0] not in known]
    check_lone_reports(reports, evidence, (), asked.brought, general)
    check_lone_books(evidence, known, general)
    seen = [_seen(evidence, verdict) for verdict in verdicts]
    check_regencies(evidence, seen, asked.brought, general)
    check_logs(evidence, found, asked.brought, asked.kept, general)
    standings = {verdict.files.region: verdict.standing for verdict in verdicts}
    unused = tuple(each.path for each in evidence.all(Sort.OTHER) if not _is_rules(each.sha256, found))
    return Verification(tuple(paths), verdicts, weigh(general.results, standings), tuple(archives), unused)


def of_boards(outcomes: Sequence[Outcome]) -> Verification:
    """Boards that were verified by themselves, as a verification to be shown."""
    findings = Findings()
    for outcome in outcomes:
        boards.report_checks(findings, Subject(file=str(outcome.file)), outcome)
    paths = tuple(outcome.file for outcome in outcomes)
    return Verification(paths, (), weigh(findings.results, {}), tuple(outcomes), ())


def verify_reports(paths: Sequence[Path], asked: Asked) -> Verification:
    """Verify station reports by themselves, with the root, definition and revocations that lie beside them."""
    beside = [near for path in paths for near in sorted(path.parent.iterdir()) if near.suffix in _BESIDE]
    around = gather([*paths, *(path for path in beside if path.is_file())])
    general = Findings()
    wanted = {path.resolve() for path in paths}
    reports = [each for each in around.all(Sort.REPORT) if each.path.resolve() in wanted]
    authority.check_files(gather(paths), general)
    found, _ = villages(around)
    check_lone_reports(reports, around, found, asked.brought, general)
    return Verification(tuple(paths), (), weigh(general.results, {}), (), ())


def _village(
    evidence: Evidence, village: VillageFiles, asked: Asked, workers: Workers, progress: Progress | None
) -> VillageVerdict:
    case = Case(evidence, village, authority.find_root(evidence, village.file, asked.brought))
    authority.check_root(case, asked.brought)
    authority.check_definition(case)
    index = authority.check_setup(case)
    revoked = authority.check_revocations(case)
    held: dict[int, BoardSeen | None] = {}
    handed: dict[int, booths.StationSeen] = {}
    for station in village.definition.stations:
        tell = _told(evidence, station.uuid, progress)
        board = boards.check_board(case, station, workers, tell, running=asked.running)
        boards.check_committed(case, station, board, index)
        handed[station.number] = booths.check_booths(case, station, index)
        booths.check_board_reports(case, station, board, handed[station.number])
        announcements.check_station_result(case, station, board)
        held[station.number] = board
    seen = Seen(held, handed)
    announced = announcements.check_village_result(case, seen)
    announcements.check_books(case, seen)
    announcements.check_paper(case, seen)
    authority.check_revoked(case, revoked)
    _leave_open_the_rest(case)
    standing = _standing(seen, announced)
    results = weigh(sorted(case.findings.results, key=_order), {village.region: standing})
    return VillageVerdict(village, results, seen.total, announced, held, standing, together(results, standing))


def _leave_open_the_rest(case: Case) -> None:
    """A check that had nothing to look at was not made, and that is said."""
    made = {result.kind.name for result in case.findings.results}
    for kind in KINDS.values():
        if _OF_A_VILLAGE[0] <= kind.number <= _OF_A_VILLAGE[1] and kind.name not in made:
            case.findings.left_open(kind.name, case.subject, ABSENT)


def _order(result: CheckResult) -> tuple[int, Subject]:
    return result.kind.number, result.subject


def _told(evidence: Evidence, uuid: str, progress: Progress | None) -> Callable[[int], None] | None:
    found = evidence.one(Sort.ARCHIVE, uuid)
    if progress is None or found is None:
        return None
    tell, path = progress, found.path
    return lambda offset: tell(path, offset)


def _standing(seen: Seen, announced: VillageResult | None) -> Standing:
    """The smaller of the announced and the proven margin; ballots from boards and reports."""
    margins = [] if announced is None else [announced.ranking.margin]
    contradicted, proven = False, seen.total
    if proven is not None:
        margins.append(ranking(proven).margin)
        contradicted = announced is not None and ranking(proven).winner != announced.ranking.winner
    ballots: dict[int, int] = {}
    for number, board in seen.boards.items():
        reports: Sequence[StationReport] = tuple(seen.booths[number].reports.values())
        known = [0 if board is None else len(board.ballots), sum(len(report.ballots) for report in reports)]
        if announced is not None:
            known += [line.counts.ballots for line in announced.stations if line.number == number]
        ballots[number] = max(known)
    return Standing(min(margins, default=None), ballots, contradicted)


def _seen(evidence: Evidence, verdict: VillageVerdict) -> VillageSeen:
    found = evidence.one(Sort.RESULT, verdict.files.digest)
    sha256 = None if found is None else found.sha256
    return VillageSeen(verdict.files.region, verdict.files.digest, verdict.announced, sha256, verdict.proven)


def _is_rules(sha256: str, found: Sequence[VillageFiles]) -> bool:
    return any(village.definition.rule_pack_sha256 == sha256 for village in found)
