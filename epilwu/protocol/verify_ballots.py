"""Checking ballots by the thousand: chunks for any number of workers, identifiers alone kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Protocol

from epilwu.errors import EpilwuError
from epilwu.protocol.archive import Event, read_datum
from epilwu.protocol.ballot import parse_ballot, tracker, verify_ballot
from epilwu.protocol.chain import EventType
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import BallotCredentialUnknown, ProtocolError
from epilwu.protocol.verify_report import Findings, Name, Profile

CHUNK = 32  # some 130 kB and 0.15 s of work: far more than the cost of handing it to a worker


class VerificationInterrupted(EpilwuError):
    """A worker was lost before it had finished: nothing may be concluded about its ballots."""

    code = "worker-lost"


@dataclass(frozen=True, slots=True)
class Item:
    """One ballot of a chunk: the height of its event, the byte offset of its member, its bytes."""

    height: int
    offset: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A ballot whose form, signature and proofs hold; ``credential`` in 32 bytes."""

    height: int
    offset: int
    credential: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ballot that does not hold."""

    height: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A worker's answer for one chunk: ``offset`` is that of its last ballot, ``total`` the sum of the accepted."""

    offset: int
    accepted: tuple[Accepted, ...]
    refusals: tuple[Refusal, ...]
    total: EncryptedTally


class MapChunks(Protocol):
    """``map``, or something like it that uses several processes: results in the order of the chunks, and no chunk
    taken long before it is worked on. A lost worker must raise ``VerificationInterrupted``."""

    def __call__(
        self, function: Callable[[tuple[Item, ...]], Verdicts], chunks: Iterable[tuple[Item, ...]], /
    ) -> Iterator[Verdicts]:
        """Apply ``function`` to each of ``chunks``."""
        ...


def check_ballots(election_data: bytes, chunk: tuple[Item, ...]) -> Verdicts:
    """Check each ballot of ``chunk`` by itself; whether its credential is listed or used twice is for the caller, who
    sees all chunks. ``election_data`` must be an election that parses."""
    election = BeleniosElection.parse(election_data)
    total = EncryptedTally.empty(election.question)
    accepted: list[Accepted] = []
    refusals: list[Refusal] = []
    for item in chunk:
        try:
            ballot = verify_ballot(election, item.data)
        except ProtocolError as error:
            refusals.append(Refusal(item.height, error.code, str(error)))
            continue
        total = total.plus(ballot.choices)
        accepted.append(Accepted(item.height, item.offset, bytes.fromhex(ballot.credential)))
    return Verdicts(chunk[-1].offset, tuple(accepted), tuple(refusals), total)


@dataclass(slots=True)
class BallotBox:
    """What is known after the ballots seen so far. ``total`` sums all of them, repeated credentials included."""

    election: BeleniosElection
    credentials: frozenset[bytes] | None
    total: EncryptedTally
    read: int = 0
    refused: int = 0
    last_of: dict[bytes, int] = field(default_factory=dict)  # credential -> byte offset of its last ballot
    superseded: list[int] = field(default_factory=list)  # byte offsets of the earlier ballots of a credential
    first_repeat: tuple[int, str] | None = None

    @staticmethod
    def empty(election: BeleniosElection, credentials: frozenset[bytes] | None) -> BallotBox:
        """Before the first ballot. ``credentials`` is None where the published list could not be read."""
        return BallotBox(election, credentials, EncryptedTally.empty(election.question))

    @property
    def counted(self) -> int:
        """Ballots that enter the tally: one for each credential."""
        return len(self.last_of)

    def take(self, verdicts: Verdicts, findings: Findings) -> None:
        """Add a chunk's verdicts, in the archive's order."""
        self.read += len(verdicts.accepted) + len(verdicts.refusals)
        unknown = [
            Refusal(each.height, BallotCredentialUnknown.code, "credential is not on the election's list")
            for each in verdicts.accepted
            if self.credentials is not None and each.credential not in self.credentials
        ]
        for refusal in sorted((*verdicts.refusals, *unknown), key=lambda refusal: refusal.height):
            self.refused += 1
            findings.failed(Name.BALLOTS, refusal.code, refusal.detail, refusal.height)
        self.total = self.total.plus(verdicts.total.ciphertexts)
        for each in verdicts.accepted:
            earlier = self.last_of.get(each.credential)
            if earlier is not None:
                self.superseded.append(earlier)
                self.first_repeat = self.first_repeat or (each.height, each.credential.hex())
            self.last_of[each.credential] = each.offset

    def counted_total(self, source: BinaryIO) -> EncryptedTally:
        """The sum of the ballots that count: earlier ones of a credential are read once more and taken back.

        ``source`` keeps its position. Raises a ``ProtocolError`` where it changed in the meantime.
        """
        position = source.tell()
        total = self.total
        for offset in self.superseded:
            total = total.minus(parse_ballot(self.election, read_datum(source, offset)).choices)
        source.seek(position)
        return total


class BallotStream:
    """Turns the ballots at the head of ``events`` into chunks; the event behind them stays in ``following``."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self.following: Event | None = None
        self.seen = 0  # ballots taken from the archive
        self.first_unsorted: int | None = None  # height of the first ballot whose tracker is not above the one before
        self._last = ""

    def chunks(self) -> Iterator[tuple[Item, ...]]:
        """All ballots, ``CHUNK`` at a time."""
        chunk: list[Item] = []
        for event in self._events:
            if event.type is not EventType.BALLOT:
                self.following = event
                break
            self.seen += 1
            self._follow(event)
            chunk.append(Item(event.height, event.offsets[0], event.data[0]))
            if len(chunk) == CHUNK:
                yield tuple(chunk)
                chunk = []
        if chunk:
            yield tuple(chunk)

    def _follow(self, event: Event) -> None:
        """Note whether trackers still rise."""
        here = tracker(event.data[0])
        if here <= self._last and self.first_unsorted is None:
            self.first_unsorted = event.height
        self._last = here

    def skip(self) -> None:
        """Read past the remaining ballots without checking what they say."""
        while self.following is None and (event := next(self._events, None)) is not None:
            self.seen += event.type is EventType.BALLOT
            if event.type is not EventType.BALLOT:
                self.following = event


def collect_ballots(
    box: BallotBox,
    stream: BallotStream,
    findings: Findings,
    map_chunks: MapChunks,
    progress: Callable[[int], None] | None,
) -> None:
    """Check all ballots of ``stream`` into ``box``; ``progress`` hears up to which byte offset."""
    check = partial(check_ballots, box.election.data)
    try:
        for verdicts in map_chunks(check, stream.chunks()):
            box.take(verdicts, findings)
            if progress is not None:
                progress(verdicts.offset)
    except VerificationInterrupted as error:
        findings.blocked(Name.BALLOTS, str(error), error.code)
        findings.blocked(Name.REPEATS, str(error), error.code)
        findings.blocked(Name.ORDER, str(error), error.code)
        stream.skip()


def report_ballots(
    box: BallotBox, stream: BallotStream, findings: Findings, profile: Profile, *, all_read: bool
) -> None:
    """State the checks on ballots once the last one is in ``box``."""
    if box.read != stream.seen:
        for name in (Name.BALLOTS, Name.REPEATS):
            findings.blocked(name, f"{stream.seen} ballots were read, but {box.read} were checked", "ballots-lost")
    if not all_read:
        for name in (Name.BALLOTS, Name.REPEATS, Name.ORDER):
            findings.blocked(name, f"only the first {box.read} ballots could be read")
    if box.credentials is None:
        findings.blocked(Name.BALLOTS, "the credential list could not be read, so no credential could be looked up")
    if box.refused:
        findings.blocked(Name.REPEATS, f"{box.refused} ballots were refused")
    findings.passed(Name.BALLOTS, f"{box.read} ballots: form, signature, every proof, credential on the list")
    if profile is Profile.EPILWU:
        _report_order(stream, findings)
    if box.first_repeat is None:
        findings.passed(Name.REPEATS, "no credential was used twice")
    elif profile is Profile.EPILWU:
        height, credential = box.first_repeat
        detail = f"{len(box.superseded)} ballots under credentials used before, first {credential}"
        findings.failed(Name.REPEATS, "credential-reused", detail, height)
    else:
        detail = f"{len(box.superseded)} ballots were replaced by a later one of the same credential and do not count"
        findings.passed(Name.REPEATS, detail)


def _report_order(stream: BallotStream, findings: Findings) -> None:
    """A board in the order of casting would tell, beside the attendance list, whose ballot is whose (ADR 3)."""
    if stream.first_unsorted is None:
        findings.passed(Name.ORDER, "trackers rise from ballot to ballot, so the board's order tells nothing")
    else:
        detail = "this ballot's tracker is not above the one before: the board is not sorted"
        findings.failed(Name.ORDER, "ballots-unsorted", detail, stream.first_unsorted)
