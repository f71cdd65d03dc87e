"""A verification as people read it, in Indonesian or English: rows that terminal, HTML and PDF show alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from epilwu.audit.plain_text import grouped, plain
from epilwu.audit.verifying.phrases import Phrases, phrases
from epilwu.audit.verifying.result import Change, CheckResult
from epilwu.audit.verifying.run import Verification, VillageVerdict
from epilwu.audit.verifying.table import GROUPS, CheckKind
from epilwu.election.outcome import Ranking
from epilwu.protocol.verify_report import Status

MAX_LINES = 12
"""Remarks shown under one check; the JSON has all."""
_WORST = (Status.FAILED, Status.NOT_CHECKED, Status.PASSED)


@dataclass(frozen=True, slots=True)
class Row:
    """One numbered check over everything that it was made of: its worst status, the places that did not pass (with what
    was seen), and for a failure what it means, what it touches and whether the outcome could change."""

    number: int
    name: str
    title: str
    status: Status
    word: str
    remarks: tuple[str, ...]
    means: str = ""
    touched: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Checks of one hundred."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate or blank: proven votes, announced votes, None where not known."""

    label: str
    proven: int | None
    announced: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """A village, or what belongs to no village (no ``choices`` then). ``verdict`` is one sentence."""

    title: str
    facts: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    sections: tuple[Section, ...]
    verdict: str
    status: Status

    def rows(self, status: Status) -> tuple[Row, ...]:
        """Rows of one status."""
        return tuple(row for section in self.sections for row in section.rows if row.status is status)


@dataclass(frozen=True, slots=True)
class View:
    """The whole: words of the language, pages, and one sentence over all."""

    words: Phrases
    lang: str
    pages: tuple[Page, ...]
    notes: tuple[str, ...]
    verdict: str
    status: Status
    rehearsal: bool


def view(verification: Verification, lang: str) -> View:
    """A verification in the language ``id`` or ``en``."""
    words = phrases(lang)
    pages = [_village(verdict, words, lang) for verdict in verification.villages]
    if verification.general:
        pages.append(_general(verification.general, words, lang))
    notes = [
        f"{plain(outcome.file.name)}: {words.notes.get(note.code, note.detail)}"
        for outcome in verification.archives
        if outcome.report is not None
        for note in outcome.report.notes
    ]
    if verification.not_used:
        names = ", ".join(plain(path.name) for path in verification.not_used[:MAX_LINES])
        notes.append(words.not_used.format(count=len(verification.not_used), names=names))
    status = _worst(verification.results)
    rehearsal = any(verdict.files.definition.rehearsal for verdict in verification.villages)
    return View(words, lang, tuple(pages), tuple(notes), _verdict(verification.results, words), status, rehearsal)


def _worst(results: Iterable[CheckResult]) -> Status:
    statuses = {result.status for result in results}
    return next((status for status in _WORST if status in statuses), Status.NOT_CHECKED)


def _verdict(results: Sequence[CheckResult], words: Phrases) -> str:
    failed = len({r.kind.number for r in results if r.status is Status.FAILED})
    skipped = len({r.kind.number for r in results if r.status is Status.NOT_CHECKED})
    passed = len({r.kind.number for r in results}) - len(
        {r.kind.number for r in results if r.status is not Status.PASSED}
    )
    if failed:
        return words.some_failed.format(failed=failed, skipped=skipped, passed=passed)
    if skipped or not results:
        return words.some_open.format(skipped=skipped, passed=passed)
    return words.all_passed.format(passed=passed)


def _village(verdict: VillageVerdict, words: Phrases, lang: str) -> Page:
    definition = verdict.files.definition
    facts = [
        (words.village, f"{definition.village}, {definition.district}, {definition.regency} ({definition.region})"),
        (words.day, definition.date + (f" – {words.rehearsal}" if definition.rehearsal else "")),
        (words.definition, grouped(verdict.files.digest)),
    ]
    if verdict.standing.margin is not None:
        facts.append((words.margin, str(verdict.standing.margin)))
    announced = None if verdict.announced is None else verdict.announced.ranking
    for label, ranked in ((words.winner_proven, verdict.ranking), (words.winner_announced, announced)):
        facts.append((label, _winner(verdict, ranked, words)))
    for number, board in sorted(verdict.boards.items()):
        if board is not None:
            facts.append((words.board.format(station=number), grouped(board.file.sha256)))
    sentence = _verdict(verdict.results, words)
    if verdict.change is not None:
        sentence = f"{sentence} {words.together[verdict.change]}"
    return Page(
        title=definition.title + f" – {definition.village}",
        facts=tuple((label, plain(value)) for label, value in facts),
        choices=_choices(verdict, words),
        sections=_sections(verdict.results, words, lang),
        verdict=sentence,
        status=_worst(verdict.results),
    )


def _general(results: Sequence[CheckResult], words: Phrases, lang: str) -> Page:
    return Page(words.general, (), (), _sections(results, words, lang), _verdict(results, words), _worst(results))


def _choices(verdict: VillageVerdict, words: Phrases) -> tuple[Choice, ...]:
    definition, proven = verdict.files.definition, verdict.proven
    announced = None if verdict.announced is None else verdict.announced.ranking.counts
    rows = [
        Choice(
            f"{candidate.ballot_number}. {plain(candidate.name)}",
            _at(None if proven is None else proven.candidates, candidate.ballot_number),
            _at(None if announced is None else announced.candidates, candidate.ballot_number),
        )
        for candidate in definition.candidates
    ]
    if definition.blank:
        blanks = (None if counts is None else counts.blank for counts in (proven, announced))
        rows.append(Choice(words.blank, *blanks))
    return tuple(rows)


def _winner(verdict: VillageVerdict, ranked: Ranking | None, words: Phrases) -> str:
    if ranked is None:
        return words.unknown
    if ranked.winner is None:
        return f"{words.tie}: {', '.join(map(str, ranked.tied))}"
    candidates = verdict.files.definition.candidates
    name = candidates[ranked.winner - 1].name if ranked.winner <= len(candidates) else "?"
    return f"{ranked.winner}. {name}"


def _at(votes: Sequence[int] | None, ballot_number: int) -> int | None:
    return votes[ballot_number - 1] if votes is not None and ballot_number <= len(votes) else None


def _sections(results: Sequence[CheckResult], words: Phrases, lang: str) -> tuple[Section, ...]:
    sections = []
    for hundred, title in GROUPS.items():
        kinds: dict[int, CheckKind] = {r.kind.number: r.kind for r in results if r.kind.number // 100 == hundred}
        rows = [
            _row(kind, [r for r in results if r.kind.number == number], words, lang)
            for number, kind in sorted(kinds.items())
        ]
        if rows:
            sections.append(Section(title.of(lang), tuple(rows)))
    return tuple(sections)


def _row(kind: CheckKind, results: Sequence[CheckResult], words: Phrases, lang: str) -> Row:
    status = _worst(results)
    shown = [result for result in results if result.status is status]
    remarks = [_remark(result, words, lang) for result in shown[:MAX_LINES]]
    if status is Status.PASSED and len(shown) > 1:
        remarks = [words.times.format(count=len(shown))]
    elif len(shown) > MAX_LINES:
        remarks.append(words.more.format(count=len(shown) - MAX_LINES))
    failed, left = status is Status.FAILED, sum(result.status is Status.NOT_CHECKED for result in results)
    if failed and left:
        remarks.append(words.also_open.format(count=left))
    return Row(
        number=kind.number,
        name=kind.name,
        title=kind.title.of(lang),
        status=status,
        word=words.status[status],
        remarks=tuple(remarks),
        means=kind.means.of(lang) if failed else "",
        touched=_touched(shown, words) if failed else "",
    )


def _remark(result: CheckResult, words: Phrases, lang: str) -> str:
    place, detail = plain(result.subject.label(lang)), plain(result.detail.of(lang))
    where = ""
    if result.position is not None:
        where = f" [{words.event} {result.position}, {result.code}]"
    elif result.code and result.status is Status.FAILED:
        where = f" [{result.code}]"
    return f"{place}: {detail}{where}" if place else f"{detail}{where}"


def _touched(failed: Sequence[CheckResult], words: Phrases) -> str:
    """How many votes, where, and whether the outcome could be another for it."""
    changes = {result.change for result in failed}
    worst = next((c for c in (Change.COULD, Change.UNKNOWN) if c in changes), Change.CANNOT)
    votes = [result.votes for result in failed]
    stations = sorted({result.subject.station for result in failed if result.subject.station})
    known = [each for each in votes if each is not None]
    if len(known) < len(votes):
        amount = words.votes_unknown
    elif not any(known):
        amount = words.no_votes
    else:
        amount = words.votes.format(count=sum(known) if stations else max(known))
    place = f" (TPS {', '.join(map(str, stations))})" if stations else ""
    return f"{amount}{place}. {words.change[worst]}"
