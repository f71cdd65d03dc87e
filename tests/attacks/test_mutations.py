"""No change of an archive's content is ever accepted: every field in turn, with the hashes put right again and
without, then bytes at random."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from boards import (
    FOREIGN,
    Parts,
    RawEvent,
    chained,
    compact,
    group,
    raw_events,
    sha256,
    verified,
    verified_parts,
    village,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.protocol.chain import NotAnArchive
from epilwu.protocol.verify_report import Profile, Status

Path = tuple[str | int, ...]
FIELDS = ("election", "trustees", "credentials", "tally", "result", "side_file", "definition")
WRAPPERS = {0: 3, 4: 1, 5: 1, 6: 1, 7: 1}  # height of an event -> which of its data wraps the others


@cache
def small() -> Parts:
    """Two voters, one candidate or blank, two of three trustees: a board with few fields, everybody having voted."""
    place = village(people=group(2, 3), candidates=1, voters=2)
    return place.count(place.cast([1, 0]))


def leaves(value: object, path: Path = ()) -> Iterator[Path]:
    """Where texts, numbers and truth values stand in parsed JSON."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from leaves(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from leaves(inner, (*path, index))
        case _:
            yield path


def containers(value: object, path: Path = ()) -> Iterator[Path]:
    """Where objects and lists stand that hold something."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if inner and isinstance(value, dict | list) and value:
        yield path
        for key, each in inner:
            yield from containers(each, (*path, key))


def at(value: Any, path: Path) -> Any:  # noqa: ANN401
    for key in path:
        value = value[key]
    return value


def flipped(value: object) -> object:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value:
            middle = len(value) // 2
            other = "1" if value[middle] != "1" else "2"
            return value[:middle] + other + value[middle + 1 :]
        case str():
            return "1"
        case _:
            return 1


def with_flip(data: bytes, path: Path) -> bytes:
    value = json.loads(data)
    at(value, path[:-1])[path[-1]] = flipped(at(value, path))
    assert compact(value) != data
    return compact(value)


def sources(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """Everything that is JSON with content of its own, by name."""
    for name in FIELDS:
        yield name, getattr(parts, name)
    for index, ballot in enumerate(parts.ballots):
        yield f"ballot {index}", ballot
    for index, (_, decryption) in enumerate(parts.decryptions):
        yield f"decryption {index}", decryption


def exchanged(parts: Parts, name: str, data: bytes) -> Parts:
    """``parts`` with one source exchanged; ``Parts.bel`` puts every hash right."""
    kind, _, index = name.partition(" ")
    if kind == "ballot":
        return replace(parts, ballots=tuple(data if i == int(index) else b for i, b in enumerate(parts.ballots)))
    if kind == "decryption":
        listed = enumerate(parts.decryptions)
        return replace(parts, decryptions=tuple((o, data if i == int(index) else d) for i, (o, d) in listed))
    changes: dict[str, Any] = {name: data}
    return replace(parts, **changes)


NAMES = [name for name, _ in sources(Parts(b"", b"", b"", (b"", b""), b"", 0, ((1, b""), (2, b""), (3, b"")), b""))]


def test_the_small_board_passes() -> None:
    assert verified_parts(small()).ok
    assert [name for name, _ in sources(small())] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_field_flipped_with_hashes_put_right(name: str) -> None:
    data = dict(sources(small()))[name]
    paths = list(leaves(json.loads(data)))
    assert paths
    for path in paths:
        report = verified_parts(exchanged(small(), name, with_flip(data, path)))
        assert not report.ok, (name, path)
        assert report.failures, (name, path)  # refused for a reason, not merely unchecked


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_list_and_object_cut_and_grown_with_hashes_put_right(name: str) -> None:
    data = dict(sources(small()))[name]
    for path in containers(json.loads(data)):
        for change in (cut, grown):
            value = json.loads(data)
            change(at(value, path))
            assert not verified_parts(exchanged(small(), name, compact(value))).ok, (name, path, change)


def cut(value: Any) -> None:  # noqa: ANN401
    value.pop(next(reversed(value))) if isinstance(value, dict) else value.pop()


def grown(value: Any) -> None:  # noqa: ANN401
    if isinstance(value, dict):
        value["extra"] = next(iter(value.values()))
    else:
        value.append(value[-1])


def test_every_field_of_wrappers_and_events_flipped() -> None:
    events = small().events()
    for height, place in WRAPPERS.items():
        data = events[height].data[place]
        for path in leaves(json.loads(data)):
            changed = list(events)
            parts = list(events[height].data)
            parts[place] = with_flip(data, path)
            changed[height] = RawEvent(events[height].type, tuple(parts))
            assert not verified(chained(changed), small().side_file, small().definition).ok, (height, path)
    for height, event in enumerate(events):
        parent = sha256(b"") if height else None
        for field in (("height", height + 1), ("type", event.type[:-1]), ("payload", sha256(b"")), ("parent", parent)):
            if field == ("parent", None):
                continue  # the first has none
            changed = list(events)
            changed[height] = replace(event, fields=(field,))
            assert not verified(chained(changed), small().side_file, small().definition).ok, (height, field)


def test_every_field_flipped_without_touching_a_hash() -> None:
    bel = small().bel()
    for _, data in sources(replace(small(), side_file=b"", definition=b"")):
        for path in leaves(json.loads(data)) if data else ():
            changed = with_flip(data, path)
            if len(changed) == len(data):
                report = verified(bel.replace(data, changed), small().side_file, small().definition)
                assert report.check("archive").code == "member-hash", path


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    bel = bytearray(small().bel())
    place = data.draw(st.integers(0, len(bel) - 1))
    bel[place] ^= data.draw(st.integers(1, 255))
    assert refused(bytes(bel))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_can_be_cut_out_or_put_in(data: st.DataObject) -> None:
    bel = small().bel()
    place = data.draw(st.integers(0, len(bel)))
    size = data.draw(st.sampled_from((1, 100, 511, 512, 513, 1024, 5120)))
    if data.draw(st.booleans()) and bel[place : place + size]:
        assert refused(bel[:place] + bel[place + size :])
    else:
        assert refused(bel[:place] + data.draw(st.sampled_from((b"\0", b"x"))) * size + bel[place:])


def refused(bel: bytes) -> bool:
    try:
        return not verified(bel, small().side_file, small().definition).ok
    except NotAnArchive:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_every_field_of_a_foreign_archive_flipped_with_hashes_put_right(path: Any) -> None:  # noqa: ANN401
    """Of the list of credentials only those that voted: Belenios binds it by the chain's head alone."""
    events = raw_events(path.read_bytes())
    assert verified(chained(events)).profile is Profile.BELENIOS
    setup = events[0]
    checked = {0: (0, 1), 1: (0,), 2: (0,)} | {height: (0,) for height in range(len(events) - 6, len(events))}
    for height, places in checked.items():
        for place in places:
            if place >= len(events[height].data):
                continue
            data = events[height].data[place]
            for leaf in leaves(json.loads(data)):
                changed = list(events)
                changed[height] = rewrapped(events[height], place, with_flip(data, leaf))
                report = verified(chained(changed))
                assert not report.ok, (height, place, leaf)
                assert any(check.status is Status.FAILED for check in report.checks)
    assert events[0] is setup


def rewrapped(event: RawEvent, place: int, data: bytes) -> RawEvent:
    """The event with one of its data exchanged and the wrapper's hash of it put right."""
    parts = list(event.data)
    before, parts[place] = parts[place], data
    if place < len(parts) - 1:
        parts[-1] = parts[-1].replace(sha256(before).encode(), sha256(data).encode())
    return RawEvent(event.type, tuple(parts))
