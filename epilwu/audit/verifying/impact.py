"""What failed checks mean for the outcome: how many votes, against the margin.

A vote that is wrong may have been the runner-up's and stand with the winner: each moves the margin by up to two. So the
outcome could be another where twice the votes reach the margin; a tie always could.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from epilwu.audit.verifying.result import ALL, Change, CheckResult
from epilwu.protocol.verify_report import Status


@dataclass(frozen=True, slots=True)
class Standing:
    """What a village's outcome hangs on: the margin in votes (None: not known), ballots by station, and whether the
    proven winner is another than the announced one."""

    margin: int | None
    ballots: Mapping[int, int]
    contradicted: bool = False

    @property
    def total(self) -> int | None:
        """All ballots; None where none are known."""
        return sum(self.ballots.values()) or None

    def change(self, votes: int | None) -> Change:
        """Whether so many wrong votes could give another outcome."""
        if votes == 0:
            return Change.CANNOT
        if votes is None or self.margin is None:
            return Change.UNKNOWN
        return Change.COULD if 2 * votes >= self.margin else Change.CANNOT


def weigh(results: Iterable[CheckResult], standings: Mapping[str, Standing]) -> tuple[CheckResult, ...]:
    """The results, each failed one with the number of votes it touches and whether the outcome could change."""
    return tuple(
        _weighed(result, standings.get(result.subject.region)) if result.status is Status.FAILED else result
        for result in results
    )


def _weighed(result: CheckResult, standing: Standing | None) -> CheckResult:
    votes = result.votes
    if standing is None:
        known = None if votes == ALL else votes
        return replace(result, votes=known, change=Change.CANNOT if known == 0 else Change.UNKNOWN)
    if votes == ALL:
        station = result.subject.station
        votes = standing.ballots.get(station) if station else standing.total
    change = standing.change(votes)
    if standing.contradicted and votes != 0:
        change = Change.COULD
    return replace(result, votes=votes, change=change)


def together(results: Sequence[CheckResult], standing: Standing) -> Change | None:
    """Whether all failures of one village together could give another outcome; None where nothing failed.

    Several failures may touch the same votes, so a station counts with its largest, and never with more than a
    failure of the whole village does.
    """
    failed = [result for result in results if result.status is Status.FAILED]
    if not failed:
        return None
    if any(result.change is Change.COULD for result in failed):
        return Change.COULD
    if any(result.votes is None for result in failed):
        return Change.UNKNOWN
    largest: dict[int, int] = {}
    for result in failed:
        largest[result.subject.station] = max(largest.get(result.subject.station, 0), result.votes or 0)
    return standing.change(sum(largest.values()))
