"""What a verification says: checks with stable names, each passed, failed or not checked, never anything between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from epilwu.errors import EpilwuError


class Profile(StrEnum):
    """Which rules an archive is held to: Belenios's own, or E-Pilwu's stricter ones."""

    BELENIOS = "belenios"
    EPILWU = "epilwu"


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


class Name(StrEnum):
    """The checks, in the order of a report. The values are stable: programs and records quote them."""

    ARCHIVE = "archive"  # bytes, names, hash chain, grammar
    COMPLETE = "complete"  # the result has been published
    ELECTION = "election"
    DEFINITION = "definition"  # only where a definition was given
    TRUSTEES = "trustees"
    CREDENTIALS = "credentials"
    BALLOTS = "ballots"  # form, signature, every proof, credential on the list
    REPEATS = "repeated-credentials"
    ORDER = "ballots-in-order"  # sorted by tracker; only under the profile "epilwu"
    ENCRYPTED_TALLY = "encrypted-tally"
    DECRYPTIONS = "partial-decryptions"
    BOUND = "bound-decryptions"  # only under the profile "epilwu"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``detail`` says in words what was seen; ``code`` is the refusal's stable slug (empty when passed);
    ``position`` the height of the event concerned, where there is one."""

    name: Name
    status: Status
    detail: str
    code: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an auditor should know and that is no check: a stable ``code`` and what it means here."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found in one archive.

    ``ballots`` counts the ballots read, ``counted`` those that enter the tally (one for each credential); ``result``
    is None unless every check passed: nobody should quote a count that was not verified. ``notes`` say what this
    profile cannot see and what else an auditor should know.
    """

    uuid: str | None
    profile: Profile
    ballots: int
    counted: int
    result: tuple[int, ...] | None
    checks: tuple[Check, ...]
    notes: tuple[Note, ...]
    head: str | None

    @property
    def ok(self) -> bool:
        """Whether every check was made and passed."""
        return bool(self.checks) and all(check.status is Status.PASSED for check in self.checks)

    def check(self, name: str) -> Check:
        """The check of that name; raise ``KeyError`` where this report has none."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.status is Status.FAILED)


class Findings:
    """Collects checks while an archive streams by. What fails stays failed; what is never reported is not checked."""

    def __init__(self) -> None:
        self._checks: dict[Name, Check] = {}
        self._blocked: dict[Name, tuple[str, str]] = {}

    def passed(self, name: Name, detail: str) -> None:
        """The check was made to its end and nothing was found; ignored where it has failed already."""
        self._checks.setdefault(name, Check(name, Status.PASSED, detail))

    def failed(self, name: Name, code: str, detail: str, position: int | None) -> None:
        """The check found a fault. Only the first is kept."""
        known = self._checks.get(name)
        if known is None or known.status is Status.PASSED:
            self._checks[name] = Check(name, Status.FAILED, detail, code, position)

    def refused(self, name: Name, error: EpilwuError, position: int | None) -> None:
        """``failed`` with the code and words of a typed refusal."""
        self.failed(name, error.code, str(error), position)

    def blocked(self, name: Name, why: str, code: str = "") -> None:
        """The check could not be made to its end, and this is why."""
        self._blocked.setdefault(name, (why, code))

    def has_failed(self, name: Name) -> bool:
        """Whether a fault was found."""
        known = self._checks.get(name)
        return known is not None and known.status is Status.FAILED

    def has_passed(self, name: Name) -> bool:
        """Whether the check was made and nothing was found."""
        known = self._checks.get(name)
        return known is not None and known.status is Status.PASSED and name not in self._blocked

    def collect(self, expected: Sequence[Name]) -> tuple[Check, ...]:
        """One check for each name in ``expected``, in that order."""
        return tuple(self._collected(name) for name in expected)

    def _collected(self, name: Name) -> Check:
        known = self._checks.get(name)
        if known is not None and (known.status is Status.FAILED or name not in self._blocked):
            return known
        why, code = self._blocked.get(name, ("an earlier check failed, so this one could not be made", ""))
        return Check(name, Status.NOT_CHECKED, why, code)
