"""The public board: an append-only ``.bel`` archive (Belenios specification 3.x, "Archive").

After the member ``BELENIOS`` come members named by their SHA-256: data, each immediately before the one event that
names it, and events, each naming its parent. The order of events is a grammar:
``Setup Ballot* EndBallots EncryptedTally PartialDecryption+ Result``. Reader and writer share one state machine, so
nothing can be written that would not be read. Positions are heights: the number of events before the one concerned.

What the payloads *say* is ``epilwu.protocol.verify``'s business; here only bytes, names, order and the chain count.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from epilwu.protocol import canonical
from epilwu.protocol.canonical import Json
from epilwu.protocol.chain import (
    WRAPPER_LIMIT,
    WRAPPERS,
    ArchiveRefused,
    Chain,
    DataOrphaned,
    EventType,
    MemberHashRefused,
    MemberNameRefused,
    MemberRepeated,
    MemberTimeRefused,
    NotAnArchive,
    PayloadMissing,
    PayloadRepeated,
    read_wrapper,
)
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.tar import BLOCK, Member, TarRefused, decode_header, encode_member, read_members

MEMBER_LIMIT = 16 * 1024 * 1024  # the longest member is a credential list: some 240,000 entries of 67 bytes
_HEADER_NAME = "BELENIOS"
_MEMBER_NAME = re.compile(r"([0-9a-f]{64})\.(data|event)\.json", re.ASCII)
_SECONDS = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Event:
    """One event with the data that it names.

    ``data`` holds the named data in the archive's order (inner first; the wrapper, where the type has one, last),
    ``offsets`` the byte offset of each one's header, ``wrapper`` the parsed fields of the wrapper, ``hash`` the
    SHA-256 of the event's own bytes, ``end`` the byte offset behind it.
    """

    height: int
    type: EventType
    hash: str
    data: tuple[bytes, ...] = field(repr=False)
    offsets: tuple[int, ...]
    wrapper: dict[str, Json]
    end: int

    def count(self, name: str) -> int:
        """A number of the wrapper (``owner``, ``num_tallied``, ``total_weight``), checked when it was read."""
        value = self.wrapper[name]
        assert isinstance(value, int)
        return value


class ArchiveReader:
    """Reads an archive from the start of a seekable ``source``, one event in memory at a time.

    ``height`` is the number of events read so far and so, after a refusal, the position of the event concerned.
    ``timestamp`` (unix seconds) is known once ``events`` has given the first event.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._chain = Chain()
        self._seen: set[bytes] = set()  # 32 bytes a member: the identifiers that memory may grow with
        self.timestamp = 0
        self.safe_end = 0  # byte offset behind the last whole event, or behind the header

    @property
    def height(self) -> int:
        """Events read so far."""
        return self._chain.height

    @property
    def head(self) -> str | None:
        """SHA-256 of the last event read."""
        return self._chain.head

    @property
    def last(self) -> EventType | None:
        """Type of the last event read."""
        return self._chain.last

    @property
    def complete(self) -> bool:
        """Whether the result has been read."""
        return self._chain.last is EventType.RESULT

    def events(self) -> Iterator[Event]:
        """Every event in order. Raises ``NotAnArchive``, another ``ArchiveRefused``, ``TarRefused`` or
        ``NotCanonical`` at the first thing out of place; the end of an unfinished archive is no refusal here."""
        self._source.seek(0)
        members = read_members(self._source, limit=MEMBER_LIMIT)
        self._read_header(members)
        pending: list[Member] = []
        for member in members:
            digest, is_event = self._identify(member)
            if not is_event:
                pending.append(member)
                if len(pending) > len(WRAPPERS[EventType.SETUP][0]) + 1:
                    raise DataOrphaned("more data in a row than any event names", where=pending[0].name)
                continue
            event = self._read_event(member, digest, pending)
            pending = []
            self.safe_end = event.end
            yield event
        if pending:
            raise DataOrphaned("the archive ends with data that no event names", where=pending[0].name)

    def _read_header(self, members: Iterator[Member]) -> None:
        try:
            first = next(members, None)
            if first is None or first.name != _HEADER_NAME:
                raise NotAnArchive("the file does not begin with the member BELENIOS")
            header = canonical.fields(canonical.loads(first.data, limit=WRAPPER_LIMIT), ("version", "timestamp"))
            canonical.integer(header["version"], low=1, high=1)
            seconds = canonical.text(header["timestamp"])
        except NotAnArchive:
            raise
        except ProtocolError as error:
            raise NotAnArchive(f"the first member is not the header of an archive: {error}") from error
        if _SECONDS.fullmatch(seconds) is None or int(seconds) != first.mtime:
            raise NotAnArchive("the header's timestamp is not its member's time")
        self.timestamp = first.mtime
        self.safe_end = first.end

    def _identify(self, member: Member) -> tuple[str, bool]:
        """A member's hash and whether it is an event, once name, time and content agree."""
        matched = _MEMBER_NAME.fullmatch(member.name)
        if matched is None:
            raise MemberNameRefused("neither data nor an event", where=member.name)
        if member.mtime != self.timestamp:
            raise MemberTimeRefused(f"time {member.mtime} is not the archive's {self.timestamp}", where=member.name)
        digest = matched[1]
        if canonical.sha256_hex(member.data) != digest:
            raise MemberHashRefused("the content does not hash to the name", where=member.name)
        raw = bytes.fromhex(digest)
        if raw in self._seen:
            raise MemberRepeated("a second member of this hash", where=member.name)
        self._seen.add(raw)
        return digest, matched[2] == "event"

    def _read_event(self, member: Member, digest: str, pending: list[Member]) -> Event:
        height = self._chain.height
        kind, payload = self._chain.decode(member.data)
        wrapper: dict[str, Json] = {}
        expected: tuple[str, ...] = () if payload is None else (payload,)
        if kind in WRAPPERS and payload is not None:
            if not pending or pending[-1].name[:64] != payload:
                raise self._missing(payload, pending)
            wrapper, inner = read_wrapper(kind, pending[-1].data)
            expected = (*inner, payload)
        self._require(pending, expected)
        self._chain.advance(kind, member.data)
        data = tuple(each.data for each in pending)
        return Event(height, kind, digest, data, tuple(each.start for each in pending), wrapper, member.end)

    def _require(self, pending: list[Member], expected: tuple[str, ...]) -> None:
        """Exactly the ``expected`` data must be pending, in that order."""
        found = [each.name[:64] for each in pending]
        for name in expected:
            if name not in found:
                raise self._missing(name, pending)
        for name in found:
            if name not in expected:
                raise DataOrphaned("data that the following event does not name", where=name)
        if found != list(expected):
            raise PayloadMissing("the data before the event does not stand in the specified order", where=found[0])

    def _missing(self, name: str, pending: list[Member]) -> ArchiveRefused:
        """Why the data that an event names is not where it must be."""
        if bytes.fromhex(name) in self._seen and name not in [each.name[:64] for each in pending]:
            return PayloadRepeated("names data that already belongs to an earlier event", where=name)
        return PayloadMissing("names data that does not stand immediately before it", where=name)


def read_datum(source: BinaryIO, offset: int) -> bytes:
    """The data of the member whose header stands at byte ``offset`` (from ``Event.offsets``), its hash checked again
    because the file may have changed since."""
    source.seek(offset)
    member = next(read_members(source, limit=MEMBER_LIMIT), None)
    if member is None:
        raise PayloadMissing("the file has become shorter")
    if canonical.sha256_hex(member.data) != member.name[:64]:
        raise MemberHashRefused("the content does not hash to the name", where=member.name)
    return member.data


class ArchiveWriter:
    """Appends events to ``target``, each in one write: its data first, then the event.

    Made by ``create`` on an empty file or by ``resume`` on one left by a writer that was stopped at any byte. Making
    the bytes durable (flush, fsync) is the caller's.
    """

    def __init__(self, target: BinaryIO, timestamp: int, chain: Chain, seen: set[bytes]) -> None:
        self._target = target
        self._timestamp = timestamp
        self._chain = chain
        self._seen = seen

    @classmethod
    def create(cls, target: BinaryIO, timestamp: int) -> ArchiveWriter:
        """Begin an archive; ``timestamp`` in unix seconds is every member's time."""
        header = canonical.dumps({"version": 1, "timestamp": str(timestamp)})
        target.write(encode_member(_HEADER_NAME, header, timestamp))
        return cls(target, timestamp, Chain(), set())

    @classmethod
    def resume(cls, target: BinaryIO) -> ArchiveWriter:
        """Go on after the last whole event; what an interrupted write left behind it (part of a member, data without
        its event, blocks that never reached the disk) is cut off. Where a whole event stands behind a fault, nothing
        is cut and the fault is raised: somebody must look."""
        reader = ArchiveReader(target)
        try:
            for _ in reader.events():
                pass
        except NotAnArchive:
            raise
        except ProtocolError:
            if _holds_event(target, reader.safe_end):
                raise
        target.truncate(reader.safe_end)
        target.seek(0, io.SEEK_END)
        return cls(target, reader.timestamp, reader._chain, reader._seen)

    @property
    def height(self) -> int:
        """Events written so far."""
        return self._chain.height

    @property
    def last(self) -> EventType | None:
        """Type of the last event written."""
        return self._chain.last

    def setup(self, election: bytes, trustees: bytes, credentials: bytes) -> None:
        """The first event: the three files of the election's setup, byte for byte."""
        names = [canonical.sha256_hex(each) for each in (election, trustees, credentials)]
        wrapper: dict[str, Json] = dict(zip(("election", "trustees", "credentials"), names, strict=True))
        self._append(EventType.SETUP, election, trustees, credentials, canonical.dumps(wrapper))

    def ballot(self, ballot: bytes) -> None:
        """One ballot."""
        self._append(EventType.BALLOT, ballot)

    def end_ballots(self) -> None:
        """No more ballots."""
        self._append(EventType.END_BALLOTS)

    def encrypted_tally(self, encrypted_tally: bytes, num_tallied: int) -> None:
        """The encrypted tally of ``num_tallied`` ballots of weight 1."""
        digest = canonical.sha256_hex(encrypted_tally)
        wrapper: dict[str, Json] = {
            "num_tallied": num_tallied,
            "total_weight": num_tallied,
            "encrypted_tally": digest,
        }
        self._append(EventType.ENCRYPTED_TALLY, encrypted_tally, canonical.dumps(wrapper))

    def partial_decryption(self, owner: int, partial_decryption: bytes) -> None:
        """The partial decryption of trustee ``owner`` (from 1, over all trustees in order)."""
        wrapper: dict[str, Json] = {"owner": owner, "payload": canonical.sha256_hex(partial_decryption)}
        self._append(EventType.PARTIAL_DECRYPTION, partial_decryption, canonical.dumps(wrapper))

    def result(self, result: bytes) -> None:
        """The result: the last event."""
        self._append(EventType.RESULT, result)

    def _append(self, kind: EventType, *data: bytes) -> None:
        self._chain.expect(kind)
        digests = [canonical.sha256_hex(each) for each in data]
        for digest in digests:
            raw = bytes.fromhex(digest)
            if raw in self._seen or digests.count(digest) > 1:
                raise MemberRepeated("this data stands in the archive already", where=digest)
        event = self._chain.encode(kind, digests[-1] if digests else None)
        members = [(f"{name}.data.json", each) for name, each in zip(digests, data, strict=True)]
        members.append((f"{canonical.sha256_hex(event)}.event.json", event))
        self._target.write(b"".join(encode_member(name, each, self._timestamp) for name, each in members))
        self._seen.update(map(bytes.fromhex, digests))
        self._chain.advance(kind, event)


def _holds_event(source: BinaryIO, offset: int) -> bool:
    """Whether a whole event, its content true to its name, begins at any block from ``offset`` on."""
    source.seek(offset)
    while block := source.read(BLOCK):
        offset += BLOCK
        try:
            name, size, _ = decode_header(block)
        except TarRefused:
            continue
        if name.endswith(".event.json") and size <= MEMBER_LIMIT:
            body = source.read(size + -size % BLOCK)
            if len(body) % BLOCK == 0 and canonical.sha256_hex(body[:size]) == name[:64]:
                return True
        source.seek(offset)
    return False
