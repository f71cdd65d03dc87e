"""What a verification found: a result for each check and thing checked, and what a failure touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from epilwu.audit.verifying.table import CheckKind, Words, kind
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status

ALL = -1
"""Touches every vote of what was checked: the station's where it is one, else the village's."""


class Change(StrEnum):
    """Whether what failed could have given another outcome."""

    COULD = "could change"
    CANNOT = "cannot change"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What was checked: a village by its region code, a station and booth of it, or a file by its path; "" and 0 where
    that does not apply."""

    region: str = ""
    station: int = 0
    booth: int = 0
    file: str = ""

    def label(self, lang: str = "id") -> str:
        """In words, without the village."""
        booth = f" {'booth' if lang == 'en' else 'bilik'} {self.booth}" if self.booth else ""
        place = f"TPS {self.station}{booth}" if self.station else ""
        return ", ".join(part for part in (place, self.file) if part)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one thing. ``code`` is the refusal's stable slug, ``position`` the height of the event concerned.

    ``votes`` are the votes that a failure touches (``ALL``: see there), None where not known; ``change`` says whether
    the outcome could be another for it. Neither says anything of a check that did not fail.
    """

    kind: CheckKind
    status: Status
    subject: Subject
    detail: Words
    code: str = ""
    position: int | None = None
    votes: int | None = None
    change: Change | None = None


def all_passed(results: Iterable[CheckResult]) -> bool:
    """Whether there are results and every one passed."""
    statuses = [result.status for result in results]
    return bool(statuses) and all(status is Status.PASSED for status in statuses)


@dataclass(slots=True)
class Findings:
    """Collects results; each method is one outcome of one check."""

    results: list[CheckResult] = field(default_factory=list)

    def passed(self, name: str, subject: Subject, words: Words) -> None:
        """The check was made to its end and nothing was found."""
        self.results.append(CheckResult(kind(name), Status.PASSED, subject, words))

    def left_open(self, name: str, subject: Subject, words: Words, *, code: str = "") -> None:
        """The check could not be made, and this is why."""
        self.results.append(CheckResult(kind(name), Status.NOT_CHECKED, subject, words, code))

    def failed(
        self, name: str, subject: Subject, words: Words, *, code: str, votes: int | None, position: int | None = None
    ) -> None:
        """The check found a fault that touches so many votes (None: not known)."""
        self.results.append(CheckResult(kind(name), Status.FAILED, subject, words, code, position, votes))

    def refused(self, name: str, subject: Subject, error: EpilwuError, *, votes: int | None) -> None:
        """``failed`` in the words of a typed refusal."""
        self.failed(name, subject, said(error), code=error.code, votes=votes)

    def judge(self, name: str, subject: Subject, wrong: list[Words], good: Words, *, votes: int | None) -> None:
        """Passed where nothing is wrong; otherwise failed with everything that is."""
        if wrong:
            self.failed(name, subject, joined(wrong), code=f"{name}-wrong", votes=votes)
        else:
            self.passed(name, subject, good)


def said(error: EpilwuError) -> Words:
    """A refusal in its own language."""
    text = f"{error.where}: {error.what}" if error.where else error.what
    return Words(text, text)


def joined(parts: Iterable[Words]) -> Words:
    """Several remarks as one."""
    listed = list(parts)
    return Words("; ".join(part.id for part in listed), "; ".join(part.en for part in listed))
