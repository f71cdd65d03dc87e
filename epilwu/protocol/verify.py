"""Verification of a whole archive: every event accounted for, every proof checked, nothing passed that was not done.

The archive is read once, as a stream; ballots go in chunks through ``map_chunks``, so that a room may spread them
over processes. Memory grows with the ballots' identifiers alone (hashes, credentials, byte offsets).

Two profiles: *belenios* holds foreign archives to the protocol's own rules, under which decryption is not bound to
the ciphertexts (see ``epilwu.protocol.decryption``); *epilwu* is stricter and is chosen by whoever verifies, by the
files beside the archive, or by the election itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from epilwu.protocol.archive import ArchiveReader, Event
from epilwu.protocol.chain import EventType, NotAnArchive, Unfinished
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.verify_ballots import BallotBox, BallotStream, MapChunks, collect_ballots, report_ballots
from epilwu.protocol.verify_report import Findings, Name, Note, Profile, Report
from epilwu.protocol.verify_setup import Setup, check_setup, choose_profile
from epilwu.protocol.verify_tally import Counting

NOT_BOUND = (
    "decryption is not bound: under Belenios's own rules a trustee, together with whoever chose the randomness of one "
    "ballot, could have published a false result with proofs that hold; this archive carries nothing that excludes it"
)
_NOT_BOUND_BRIEFLY = "; decryption is not bound, so they alone cannot exclude a false result"

# From which event on a check can be made: on a running board those of events still to come are left out.
_SINCE = {
    Name.ENCRYPTED_TALLY: EventType.ENCRYPTED_TALLY,
    Name.DECRYPTIONS: EventType.PARTIAL_DECRYPTION,
    Name.BOUND: EventType.PARTIAL_DECRYPTION,
    Name.RESULT: EventType.RESULT,
    Name.COMPLETE: EventType.RESULT,
}
_ORDER = tuple(EventType)


def peek_uuid(source: BinaryIO) -> str | None:
    """The uuid in the first event of the archive, unverified, to find the files beside it; None where there is none.

    Raises ``NotAnArchive``. Moves the position of ``source``.
    """
    try:
        setup = next(ArchiveReader(source).events(), None)
        return None if setup is None else BeleniosElection.parse(setup.data[0]).uuid
    except NotAnArchive:
        raise
    except ProtocolError:
        return None


def verify_archive(
    source: BinaryIO,
    *,
    profile: Profile | None = None,
    side_file: bytes | None = None,
    definition: bytes | None = None,
    running: bool = False,
    map_chunks: MapChunks = map,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Verify the archive in ``source`` (seekable, read from its start).

    ``profile`` can only make the rules stricter: E-Pilwu's apply where it is ``EPILWU``, where ``side_file`` (the
    bytes of ``<uuid>.decryption.json``) or ``definition`` (of ``definition.json``) is given, and where the election
    says that it is E-Pilwu's. ``running`` accepts a board whose last events are still to come: their checks are then
    left out of the report. ``progress`` hears the byte offset up to which ballots were checked.

    Raises ``NotAnArchive`` where ``source`` does not begin as one; every other fault is in the report.
    """
    asked = profile is Profile.EPILWU or side_file is not None or definition is not None
    run = _Run(source, asked=asked, side_file=side_file, definition=definition, running=running)
    run.read_all(map_chunks, progress)
    return run.report()


class _Run:
    """One pass over one archive."""

    def __init__(
        self, source: BinaryIO, *, asked: bool, side_file: bytes | None, definition: bytes | None, running: bool
    ) -> None:
        self._source = source
        self._asked = asked
        self._side_file = side_file
        self._definition = definition
        self._running = running
        self._reader = ArchiveReader(source)
        self._findings = Findings()
        self._setup: Setup | None = None
        self._read = 0
        self._counted = 0
        self._superseded = 0
        self._result: tuple[int, ...] | None = None

    def read_all(self, map_chunks: MapChunks, progress: Callable[[int], None] | None) -> None:
        """Take every event in turn, to the end of the file or the first fault in its form."""
        events = self._events()
        first = next(events, None)
        if first is None:
            return
        self._setup = check_setup(first, self._findings, asked=self._asked, definition=self._definition)
        stream = BallotStream(events)
        if self._setup.election is None:
            stream.skip()
            self._read = stream.seen
            for _ in events:
                pass
            return
        box = BallotBox.empty(self._setup.election, self._setup.credentials)
        collect_ballots(box, stream, self._findings, map_chunks, progress)
        sealed = stream.following is not None
        all_read = sealed or self._ended_early_by_leave()
        report_ballots(box, stream, self._findings, self._setup.profile, all_read=all_read)
        self._read, self._counted, self._superseded = stream.seen, box.counted, len(box.superseded)
        counting = Counting(self._setup.election, self._setup.trustees, self._findings)
        for event in events:
            self._take(event, counting, box)
        self._finish_running(counting)

    def _events(self) -> Iterator[Event]:
        """All events; a fault ends them and is a finding."""
        try:
            yield from self._reader.events()
        except NotAnArchive:
            raise
        except ProtocolError as error:
            self._findings.refused(Name.ARCHIVE, error, self._reader.height)
            return
        height = self._reader.height
        self._findings.passed(Name.ARCHIVE, f"{height} events: every byte, name, hash and parent in its place")
        if self._reader.complete:
            self._findings.passed(Name.COMPLETE, "the last event is the result")
        else:
            last = self._reader.last or "the header"
            detail = f"the archive ends after {last}, before its result"
            self._findings.failed(Name.COMPLETE, Unfinished.code, detail, height)

    def _ended_early_by_leave(self) -> bool:
        """A running board's ballots are all read where the file ends in good form."""
        return self._running and self._findings.has_passed(Name.ARCHIVE)

    def _take(self, event: Event, counting: Counting, box: BallotBox) -> None:
        match event.type:
            case EventType.ENCRYPTED_TALLY:
                counting.take_tally(event, box, self._source)
            case EventType.PARTIAL_DECRYPTION:
                counting.take_decryption(event)
            case EventType.RESULT:
                self._finish_decryptions(counting, event.height, final=True)
                self._result = counting.take_result(event)

    def _finish_running(self, counting: Counting) -> None:
        """What can be said of partial decryptions on a board whose result is still to come."""
        if self._ended_early_by_leave() and self._reader.last is EventType.PARTIAL_DECRYPTION:
            self._finish_decryptions(counting, self._reader.height, final=False)

    def _finish_decryptions(self, counting: Counting, position: int, *, final: bool) -> None:
        bound = self._profile is Profile.EPILWU
        counting.finish_decryptions(position, final=final, note="" if bound else _NOT_BOUND_BRIEFLY)
        if bound:
            counting.check_bound(self._side_file)

    @property
    def _profile(self) -> Profile:
        return choose_profile(None, asked=self._asked) if self._setup is None else self._setup.profile

    def _expected(self) -> tuple[Name, ...]:
        """The checks that this report must have."""
        left_out: set[Name] = set()
        if self._definition is None:
            left_out.add(Name.DEFINITION)
        if self._profile is Profile.BELENIOS:
            left_out |= {Name.BOUND, Name.ORDER}
        if self._running and self._findings.has_passed(Name.ARCHIVE) and self._reader.last is not None:
            reached = _ORDER.index(self._reader.last)
            left_out |= {name for name, since in _SINCE.items() if _ORDER.index(since) > reached}
        return tuple(name for name in Name if name not in left_out)

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        if self._profile is Profile.BELENIOS:
            notes.append(Note("not-bound", NOT_BOUND))
            if self._superseded:
                detail = f"{self._superseded} ballots were replaced by a later one of the same credential"
                notes.append(Note("replaced", detail))
        elif self._definition is None:
            detail = "no definition.json was given: candidates, station and rules were not compared with it"
            notes.append(Note("no-definition", detail))
        if self._running and not self._reader.complete:
            detail = "the board is still running: what is to come was not asked for and not checked"
            notes.append(Note("running", detail))
        return tuple(notes)

    def report(self) -> Report:
        """All findings, each expected check exactly once."""
        checks = self._findings.collect(self._expected())
        uuid = None if self._setup is None else self._setup.uuid
        report = Report(uuid, self._profile, self._read, self._counted, None, checks, self._notes(), self._reader.head)
        return replace(report, result=self._result) if report.ok else report
