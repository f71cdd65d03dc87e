"""What may follow what in an archive, and everything that can be wrong with its form.

The grammar is ``Setup Ballot* EndBallots EncryptedTally PartialDecryption+ Result``; each event names its parent, and
``Chain`` is the state that ``epilwu.protocol.archive``'s reader and writer share.
"""

from __future__ import annotations

import re
from enum import StrEnum

from epilwu.protocol import canonical
from epilwu.protocol.canonical import Json
from epilwu.protocol.errors import ProtocolError

_EVENT_LIMIT = 1024
WRAPPER_LIMIT = 1024
_HEIGHT_LIMIT = 10**9
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class ArchiveRefused(ProtocolError):
    """Root of what is wrong with an archive's form."""

    code = "archive"


class NotAnArchive(ArchiveRefused):
    """The file does not begin as a Belenios archive of version 1."""

    code = "not-an-archive"


class MemberNameRefused(ArchiveRefused):
    """A member is neither ``<sha256>.data.json`` nor ``<sha256>.event.json``."""

    code = "member-name"


class MemberTimeRefused(ArchiveRefused):
    """A member's time is not the archive's."""

    code = "member-time"


class MemberHashRefused(ArchiveRefused):
    """A member's content is not what its name says."""

    code = "member-hash"


class MemberRepeated(ArchiveRefused):
    """Two members have one hash."""

    code = "member-repeated"


class EventMalformed(ArchiveRefused):
    """An event, or the data that wraps its payload, is not of the specified form."""

    code = "event-malformed"


class EventParentRefused(ArchiveRefused):
    """An event's parent is not the event before it."""

    code = "event-parent"


class EventHeightRefused(ArchiveRefused):
    """An event's height is not the number of events before it."""

    code = "event-height"


class EventOrderRefused(ArchiveRefused):
    """The grammar does not allow this event here."""

    code = "event-order"


class PayloadMissing(ArchiveRefused):
    """Data that an event names does not stand immediately before it."""

    code = "payload-missing"


class PayloadRepeated(ArchiveRefused):
    """An event names data that belongs to an earlier one."""

    code = "payload-repeated"


class DataOrphaned(ArchiveRefused):
    """Data that no event names."""

    code = "data-orphaned"


class Unfinished(ArchiveRefused):
    """The archive ends before its result."""

    code = "archive-unfinished"


class EventType(StrEnum):
    """The events of an election, in the archive's own words."""

    SETUP = "Setup"
    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    ENCRYPTED_TALLY = "EncryptedTally"
    PARTIAL_DECRYPTION = "PartialDecryption"
    RESULT = "Result"


_AFTER: dict[EventType | None, frozenset[EventType]] = {
    None: frozenset({EventType.SETUP}),
    EventType.SETUP: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.BALLOT: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.END_BALLOTS: frozenset({EventType.ENCRYPTED_TALLY}),
    EventType.ENCRYPTED_TALLY: frozenset({EventType.PARTIAL_DECRYPTION}),
    EventType.PARTIAL_DECRYPTION: frozenset({EventType.PARTIAL_DECRYPTION, EventType.RESULT}),
    EventType.RESULT: frozenset(),
}

# Fields of the data that wraps an event's payload; those listed second name further data, which stands before it.
WRAPPERS: dict[EventType, tuple[tuple[str, ...], tuple[str, ...]]] = {
    EventType.SETUP: (("election", "trustees", "credentials"), ("election", "trustees", "credentials")),
    EventType.ENCRYPTED_TALLY: (("num_tallied", "total_weight", "encrypted_tally"), ("encrypted_tally",)),
    EventType.PARTIAL_DECRYPTION: (("owner", "payload"), ("payload",)),
}


class Chain:
    """What must come next: the state that reader and writer share."""

    def __init__(self) -> None:
        self.height = 0
        self.head: str | None = None
        self.last: EventType | None = None

    def expect(self, kind: EventType) -> None:
        """Raise ``EventOrderRefused`` unless the grammar allows ``kind`` next."""
        allowed = _AFTER[self.last]
        if kind not in allowed:
            after = self.last or "the beginning"
            wanted = " or ".join(sorted(allowed)) or "nothing more"
            raise EventOrderRefused(f"{kind} after {after}, where {wanted} is expected")

    def encode(self, kind: EventType, payload: str | None) -> bytes:
        """The bytes of the next event."""
        event: dict[str, Json] = {} if self.head is None else {"parent": self.head}
        event |= {"height": self.height, "type": str(kind)}
        if payload is not None:
            event["payload"] = payload
        return canonical.dumps(event)

    def decode(self, data: bytes) -> tuple[EventType, str | None]:
        """Type and payload of the next event, refusing all but the bytes that ``encode`` would give."""
        value = canonical.loads(data, limit=_EVENT_LIMIT)
        names = ("parent", "height", "type", "payload")
        event = canonical.fields(value, names, optional=("parent", "payload"))
        height = canonical.integer(event["height"], low=0, high=_HEIGHT_LIMIT)
        parent = _hash(event["parent"]) if "parent" in event else None
        payload = _hash(event["payload"]) if "payload" in event else None
        try:
            kind = EventType(canonical.text(event["type"]))
        except ValueError as error:
            raise EventMalformed("unknown type of event") from error
        if height != self.height:
            raise EventHeightRefused(f"height {height} where {self.height} is expected")
        if parent != self.head:
            raise EventParentRefused(f"parent {parent} where {self.head} is expected")
        self.expect(kind)
        if (payload is None) != (kind is EventType.END_BALLOTS):
            raise EventMalformed(f"{kind} {'without' if payload is None else 'with'} a payload")
        return kind, payload

    def advance(self, kind: EventType, data: bytes) -> None:
        """Take the event's bytes as the new head."""
        self.head, self.last, self.height = canonical.sha256_hex(data), kind, self.height + 1


def _hash(value: Json) -> str:
    text = canonical.text(value)
    if _HASH.fullmatch(text) is None:
        raise EventMalformed("not a SHA-256 in lower-case hex")
    return text


def read_wrapper(kind: EventType, data: bytes) -> tuple[dict[str, Json], tuple[str, ...]]:
    """The wrapper's fields and the hashes of the data that it names."""
    names, inner = WRAPPERS[kind]
    wrapper = canonical.fields(canonical.loads(data, limit=WRAPPER_LIMIT), names)
    for name in names:
        if name not in inner:
            canonical.integer(wrapper[name], low=0, high=_HEIGHT_LIMIT)
    return wrapper, tuple(_hash(wrapper[name]) for name in inner)
