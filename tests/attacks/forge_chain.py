"""Item 5: the archive itself, with and without the hashes put right again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from boards import (
    END_BALLOTS,
    FIRST_BALLOT,
    FIRST_DECRYPTION,
    RESULT,
    SETUP,
    TALLY,
    TIMESTAMP,
    Parts,
    RawEvent,
    chained,
    header,
    honest,
    member,
    members_of,
    sha256,
    tar,
)
from corpus import VICTIM, VICTIM_HEIGHT, Submission, attack, raw

from epilwu.protocol.verify_report import Name

Members = list[tuple[str, bytes]]
HEIGHTS = RESULT + 1


def honest_members() -> Members:
    return members_of(honest().events())


def event_at(members: Members, height: int) -> int:
    """The index of that event among the members."""
    return [at for at, (name, _) in enumerate(members) if name.endswith(".event.json")][height]


def changed(change: Callable[[Members], None]) -> Submission:
    """The honest members after ``change``; no hash is put right."""
    members = honest_members()
    change(members)
    return raw(tar(members))


def rechained(change: Callable[[list[RawEvent]], None]) -> Submission:
    """The honest events after ``change``, all hashes, heights and parents put right."""
    events = honest().events()
    change(events)
    return raw(chained(events))


# Events removed.


@attack(5, "a ballot and its event removed", Name.ARCHIVE, "event-height", VICTIM_HEIGHT)
def _() -> Submission:
    def change(members: Members) -> None:
        at = event_at(members, VICTIM_HEIGHT)
        del members[at - 1 : at + 1]

    return changed(change)


@attack(5, "an event removed, its data left", Name.ARCHIVE, "event-height", VICTIM_HEIGHT)
def _() -> Submission:
    return changed(lambda members: members.pop(event_at(members, VICTIM_HEIGHT)) and None)


@attack(5, "a ballot removed, its event left", Name.ARCHIVE, "payload-missing", VICTIM_HEIGHT)
def _() -> Submission:
    return changed(lambda members: members.pop(event_at(members, VICTIM_HEIGHT) - 1) and None)


@attack(5, "a ballot removed, the chain made good", Name.ENCRYPTED_TALLY, "tally-count", TALLY - 1)
def _() -> Parts:
    ballots = list(honest().ballots)
    del ballots[VICTIM]
    return replace(honest(), ballots=tuple(ballots))


@attack(5, "the ballots in the order of casting", Name.ORDER, "ballots-unsorted", FIRST_BALLOT + 1)
def _() -> Parts:
    return replace(honest(), ballots=honest().ballots[::-1])


@attack(5, "the end of voting removed", Name.ARCHIVE, "event-order", END_BALLOTS)
def _() -> Submission:
    return rechained(lambda events: events.pop(END_BALLOTS) and None)


@attack(5, "the encrypted tally removed", Name.ARCHIVE, "event-order", TALLY)
def _() -> Submission:
    return rechained(lambda events: events.pop(TALLY) and None)


@attack(5, "all decryptions removed", Name.ARCHIVE, "event-order", FIRST_DECRYPTION)
def _() -> Parts:
    return replace(honest(), decryptions=())


@attack(5, "the result removed", Name.COMPLETE, "archive-unfinished", RESULT)
def _() -> Submission:
    return rechained(lambda events: events.pop() and None)


@attack(5, "everything removed", Name.COMPLETE, "archive-unfinished", 0)
def _() -> Submission:
    return raw(tar([]))


@attack(5, "the setup removed", Name.ARCHIVE, "event-order", SETUP)
def _() -> Submission:
    return rechained(lambda events: events.pop(0) and None)


# Reordered, duplicated, re-parented.


@attack(5, "two ballots exchanged", Name.ARCHIVE, "event-height", VICTIM_HEIGHT)
def _() -> Submission:
    def change(members: Members) -> None:
        at = event_at(members, VICTIM_HEIGHT)
        members[at - 1 : at + 3] = [*members[at + 1 : at + 3], *members[at - 1 : at + 1]]

    return changed(change)


@attack(5, "voting ended before the last ballot", Name.ARCHIVE, "event-order", END_BALLOTS)
def _() -> Submission:
    return rechained(lambda events: events.insert(END_BALLOTS - 1, events.pop(END_BALLOTS)))


@attack(5, "the result before a decryption", Name.ARCHIVE, "event-order", RESULT)
def _() -> Submission:
    return rechained(lambda events: events.insert(RESULT - 1, events.pop()))


@attack(5, "an event twice", Name.ARCHIVE, "member-repeated", VICTIM_HEIGHT + 1)
def _() -> Submission:
    def change(members: Members) -> None:
        at = event_at(members, VICTIM_HEIGHT)
        members.insert(at, members[at])

    return changed(change)


@attack(5, "a ballot twice, the chain made good", Name.ARCHIVE, "member-repeated", VICTIM_HEIGHT + 1)
def _() -> Submission:
    return rechained(lambda events: events.insert(VICTIM_HEIGHT, events[VICTIM_HEIGHT]))


@attack(5, "a second event for one ballot", Name.ARCHIVE, "payload-repeated", VICTIM_HEIGHT + 1)
def _() -> Submission:
    named = sha256(honest().ballots[VICTIM])
    again = RawEvent("Ballot", (), (("payload", named),))
    return rechained(lambda events: events.insert(VICTIM_HEIGHT + 1, again))


@attack(5, "a second setup", Name.ARCHIVE, "event-order", 1)
def _() -> Submission:
    other = replace(honest(), election=b"{}", trustees=b"{1}", credentials=b"[]").events()[SETUP].data
    return rechained(lambda events: events.insert(1, RawEvent("Setup", other)))


@attack(5, "a second result", Name.ARCHIVE, "event-order", RESULT + 1)
def _() -> Submission:
    return rechained(lambda events: events.append(RawEvent("Result", (b'{"result":[[2,1,2]]}',))))


def with_fields(height: int, *fields: tuple[str, object]) -> Submission:
    def change(events: list[RawEvent]) -> None:
        events[height] = replace(events[height], fields=fields)

    return rechained(change)


@attack(5, "an event with another parent", Name.ARCHIVE, "event-parent", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("parent", "0" * 64))


@attack(5, "an event without a parent", Name.ARCHIVE, "event-parent", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("parent", None))


@attack(5, "a first event with a parent", Name.ARCHIVE, "not-canonical", SETUP)
def _() -> Submission:
    return with_fields(SETUP, ("parent", "0" * 64))


@attack(5, "another height", Name.ARCHIVE, "event-height", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("height", VICTIM_HEIGHT + 1))


@attack(5, "an unknown event", Name.ARCHIVE, "event-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("type", "Shuffle"))


@attack(5, "an end of voting with a payload", Name.ARCHIVE, "event-malformed", END_BALLOTS)
def _() -> Submission:
    return with_fields(END_BALLOTS, ("payload", sha256(honest().ballots[0])))


@attack(5, "a ballot's event without a payload", Name.ARCHIVE, "event-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("payload", None))


# Payloads.


@attack(5, "the payloads of two ballots exchanged", Name.ARCHIVE, "payload-missing", VICTIM_HEIGHT)
def _() -> Submission:
    return with_fields(VICTIM_HEIGHT, ("payload", sha256(honest().ballots[VICTIM + 1])))


@attack(5, "data that no event names", Name.ARCHIVE, "data-orphaned", VICTIM_HEIGHT)
def _() -> Submission:
    def change(events: list[RawEvent]) -> None:
        events[VICTIM_HEIGHT] = RawEvent("Ballot", (b'{"orphan":1}', honest().ballots[VICTIM]))

    return rechained(change)


@attack(5, "data before the end of voting", Name.ARCHIVE, "data-orphaned", END_BALLOTS)
def _() -> Submission:
    def change(events: list[RawEvent]) -> None:
        events[END_BALLOTS] = RawEvent("EndBallots", (b'{"orphan":1}',), (("payload", None),))

    return rechained(change)


@attack(5, "data behind the last event", Name.ARCHIVE, "data-orphaned", HEIGHTS)
def _() -> Submission:
    return raw(honest().bel() + member(f"{sha256(b'{}')}.data.json", b"{}"))


@attack(5, "more and more data without an event", Name.ARCHIVE, "data-orphaned", HEIGHTS)
def _() -> Submission:
    members = [(f"{sha256(data)}.data.json", data) for data in (b"%d" % n for n in range(9))]
    return raw(honest().bel() + b"".join(member(name, data) for name, data in members))


@attack(5, "the wrapper before what it wraps", Name.ARCHIVE, "payload-missing", TALLY)
def _() -> Submission:
    def change(events: list[RawEvent]) -> None:
        inner, wrapper = events[TALLY].data
        events[TALLY] = RawEvent("EncryptedTally", (wrapper, inner), (("payload", sha256(wrapper)),))

    return rechained(change)


@attack(5, "a setup whose files stand in another order", Name.ARCHIVE, "payload-missing", SETUP)
def _() -> Submission:
    def change(events: list[RawEvent]) -> None:
        election, trustees, credentials, wrapper = events[SETUP].data
        events[SETUP] = RawEvent("Setup", (trustees, election, credentials, wrapper))

    return rechained(change)


# The tar.


@attack(5, "cut within a member's data", Name.ARCHIVE, "tar-truncated", RESULT)
def _() -> Submission:
    return raw(honest().bel()[:-600])


@attack(5, "cut within a header", Name.ARCHIVE, "tar-truncated", RESULT)
def _() -> Submission:
    return raw(honest().bel()[: -1024 + 100])


@attack(5, "cut by one byte of padding", Name.ARCHIVE, "tar-truncated", RESULT)
def _() -> Submission:
    return raw(honest().bel()[:-1])


@attack(5, "cut between data and event", Name.ARCHIVE, "data-orphaned", RESULT)
def _() -> Submission:
    return raw(honest().bel()[:-1024])


@attack(5, "cut between two events", Name.COMPLETE, "archive-unfinished", RESULT)
def _() -> Submission:
    return raw(honest().bel()[:-2048])


PADDINGS = {"one NUL": b"\0", "a line feed": b"\n", "half a block of NULs": bytes(256)}
for _what, _padding in PADDINGS.items():
    attack(5, f"{_what} behind the end", Name.ARCHIVE, "tar-truncated", HEIGHTS)(
        lambda padding=_padding: raw(honest().bel() + padding)
    )
for _what, _padding in {"a block of NULs": bytes(512), "tar's own end": bytes(1024), "junk": b"x" * 512}.items():
    attack(5, f"{_what} behind the end", Name.ARCHIVE, "tar-malformed", HEIGHTS)(
        lambda padding=_padding: raw(honest().bel() + padding)
    )


def with_member(written: Callable[[str, bytes], bytes]) -> Submission:
    """The victim's ballot written as another kind of member."""
    members = honest_members()
    at = event_at(members, VICTIM_HEIGHT) - 1
    return raw(tar(members[:at]) + written(*members[at]) + b"".join(member(*each) for each in members[at + 1 :]))


@attack(5, "something in the padding", Name.ARCHIVE, "tar-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name, data)[:-1] + b"x")


@attack(5, "another mode", Name.ARCHIVE, "tar-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: header(name, len(data), mode=b"0000755\0") + member(name, data)[512:])


@attack(5, "a link instead of a file", Name.ARCHIVE, "tar-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: header(name, len(data), flag=b"2") + member(name, data)[512:])


@attack(5, "another time", Name.ARCHIVE, "member-time", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name, data, TIMESTAMP + 1))


@attack(5, "a wrong checksum", Name.ARCHIVE, "tar-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    def written(name: str, data: bytes) -> bytes:
        whole = bytearray(member(name, data))
        whole[153] ^= 1
        return bytes(whole)

    return with_member(written)


@attack(5, "a name with a path", Name.ARCHIVE, "tar-malformed", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member("../" + name, data))


@attack(5, "a name in upper case", Name.ARCHIVE, "member-name", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name[:64].upper() + name[64:], data))


@attack(5, "a name of another kind", Name.ARCHIVE, "member-name", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name[:64] + ".json", data))


@attack(5, "a member of 8 GiB", Name.ARCHIVE, "tar-member-too-large", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: header(name, 8**11 - 1) + member(name, data)[512:])


@attack(5, "two files for one hash", Name.ARCHIVE, "member-repeated", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name, data) * 2)


@attack(5, "data again under an event's name", Name.ARCHIVE, "member-repeated", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: member(name, data) + member(name.replace("data", "event"), data))


@attack(5, "another content under the name", Name.ARCHIVE, "member-hash", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, _: member(name, honest().ballots[VICTIM + 1]))


@attack(5, "a second header", Name.ARCHIVE, "member-name", VICTIM_HEIGHT)
def _() -> Submission:
    return with_member(lambda name, data: tar([(name, data)]))
