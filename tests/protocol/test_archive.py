"""Archives: written as belenios-tool writes them, resumable at any byte, read as a stream."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path

import pytest
from belenios_samples import Run
from boards import FOREIGN, TIMESTAMP, Parts, foreign_board, honest, member, sha256
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.protocol.archive import ArchiveReader, ArchiveWriter, read_datum
from epilwu.protocol.chain import (
    ArchiveRefused,
    DataOrphaned,
    EventOrderRefused,
    EventType,
    MemberHashRefused,
    MemberRepeated,
    NotAnArchive,
    PayloadMissing,
)
from epilwu.protocol.tar import TarRefused


def write(target: io.BytesIO, parts: Parts, *, resume: bool = False) -> None:
    """Write ``parts``; with ``resume``, each event by a writer of its own."""
    writer = ArchiveWriter.create(target, TIMESTAMP)

    def again() -> ArchiveWriter:
        return ArchiveWriter.resume(target) if resume else writer

    again().setup(parts.election, parts.trustees, parts.credentials)
    for ballot in parts.ballots:
        again().ballot(ballot)
    again().end_ballots()
    again().encrypted_tally(parts.tally, parts.num_tallied)
    for owner, decryption in parts.decryptions:
        again().partial_decryption(owner, decryption)
    again().result(parts.result)


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_foreign_archives_are_rewritten_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    reader = ArchiveReader(io.BytesIO(data))
    target = io.BytesIO()
    writer: ArchiveWriter | None = None
    for event in reader.events():
        writer = writer or ArchiveWriter.create(target, reader.timestamp)
        match event.type:
            case EventType.SETUP:
                writer.setup(*event.data[:3])
            case EventType.BALLOT:
                writer.ballot(event.data[0])
            case EventType.END_BALLOTS:
                writer.end_ballots()
            case EventType.ENCRYPTED_TALLY:
                writer.encrypted_tally(event.data[0], event.count("num_tallied"))
            case EventType.PARTIAL_DECRYPTION:
                writer.partial_decryption(event.count("owner"), event.data[0])
            case EventType.RESULT:
                writer.result(event.data[0])
        assert target.getvalue() == data[: event.end]
    assert reader.complete
    assert target.getvalue() == data


@pytest.mark.parametrize("resume", [False, True], ids=["at once", "resumed before each event"])
def test_our_archives_are_what_another_writer_makes(resume: bool) -> None:
    target = io.BytesIO()
    write(target, honest(), resume=resume)
    assert target.getvalue() == honest().bel()


def test_events_come_with_heights_hashes_and_offsets() -> None:
    source = io.BytesIO(honest().bel())
    reader = ArchiveReader(source)
    events = list(reader.events())
    assert [event.height for event in events] == list(range(len(events)))
    assert reader.head == events[-1].hash
    assert reader.timestamp == TIMESTAMP
    for event in events:
        for offset, data in zip(event.offsets, event.data, strict=True):
            assert read_datum(source, offset) == data


def test_an_offset_of_a_file_that_changed_is_refused() -> None:
    bel = bytearray(honest().bel())
    event = list(ArchiveReader(io.BytesIO(bytes(bel))).events())[1]
    bel[event.offsets[0] + 512] ^= 1
    with pytest.raises(MemberHashRefused):
        read_datum(io.BytesIO(bytes(bel)), event.offsets[0])
    with pytest.raises(PayloadMissing):
        read_datum(io.BytesIO(bytes(bel)), len(bel))


def test_every_cut_around_the_last_event_is_resumed() -> None:
    whole = honest().bel()
    events = list(ArchiveReader(io.BytesIO(whole)).events())
    for cut in {*range(events[-2].end, len(whole), 41), *range(len(whole) - 3, len(whole) + 1)}:
        target = io.BytesIO(whole[:cut])
        ArchiveWriter.resume(target)
        assert len(target.getvalue()) == (len(whole) if cut == len(whole) else events[-2].end)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_writer_killed_at_any_byte_goes_on_after_the_last_whole_event(data: st.DataObject) -> None:
    whole = honest().bel()
    ends = [1024, *(event.end for event in ArchiveReader(io.BytesIO(whole)).events())]
    cut = data.draw(st.integers(1024, len(whole)))
    left = whole[:cut]
    if data.draw(st.booleans()):  # blocks whose place was reserved and whose content never came
        cut -= cut % 512
        left = whole[:cut] + data.draw(st.sampled_from((b"\0", b"x"))) * data.draw(st.sampled_from((0, 512, 4096)))
    target = io.BytesIO(left)
    writer = ArchiveWriter.resume(target)
    expected = max(end for end in ends if end <= cut)
    assert target.getvalue() == whole[:expected]
    assert writer.height == ends.index(expected)


def test_resuming_cuts_nothing_where_something_else_is_wrong() -> None:
    """Whole events are never thrown away: a person must look."""
    orphan = member(f"{sha256(b'{}')}.data.json", b"{}")
    events = list(ArchiveReader(io.BytesIO(honest().bel())).events())
    middle = honest().bel()
    faults = {
        "junk in the middle": (middle[: events[3].end] + b"x" * 512 + middle[events[3].end :], TarRefused),
        "a changed ballot": (middle.replace(honest().ballots[1], honest().ballots[1][::-1]), MemberHashRefused),
        "orphan in the middle": (middle[: events[1].end] + orphan + middle[events[1].end :], DataOrphaned),
        "no archive": (b"x" * 2048, NotAnArchive),
        "nothing": (b"", NotAnArchive),
        "half a header": (middle[:100], NotAnArchive),
    }
    for name, (data, kind) in faults.items():
        target = io.BytesIO(data)
        with pytest.raises(kind):
            ArchiveWriter.resume(target)
        assert target.getvalue() == data, name


def test_the_writer_keeps_to_the_grammar_and_writes_nothing_when_it_refuses() -> None:
    target = io.BytesIO()
    writer = ArchiveWriter.create(target, TIMESTAMP)
    with pytest.raises(EventOrderRefused):
        writer.ballot(b"{}")
    writer.setup(b"1", b"2", b"3")
    writer.ballot(b"4")
    before = target.getvalue()
    for refused in (lambda: writer.ballot(b"4"), lambda: writer.ballot(b"1")):
        with pytest.raises(MemberRepeated):
            refused()
    for refused in (
        lambda: writer.setup(b"5", b"6", b"7"),
        lambda: writer.encrypted_tally(b"5", 1),
        lambda: writer.partial_decryption(1, b"5"),
        lambda: writer.result(b"5"),
    ):
        with pytest.raises(EventOrderRefused):
            refused()
    assert target.getvalue() == before
    assert (writer.height, writer.last) == (2, EventType.BALLOT)


def test_a_resumed_writer_still_knows_what_was_named() -> None:
    target = io.BytesIO()
    write(target, honest())
    cut = io.BytesIO(target.getvalue()[: list(ArchiveReader(target).events())[1].end])
    with pytest.raises(MemberRepeated):
        ArchiveWriter.resume(cut).ballot(honest().ballots[0])


@pytest.mark.parametrize(
    "head",
    [
        {"version": 2, "timestamp": str(TIMESTAMP)},
        {"version": 1, "timestamp": TIMESTAMP},
        {"version": 1, "timestamp": str(TIMESTAMP + 1)},
        {"version": 1, "timestamp": f"0{TIMESTAMP}"},
        {"version": 1},
        {"timestamp": str(TIMESTAMP), "version": 1},
    ],
    ids=str,
)
def test_other_headers_are_no_archive(head: dict[str, object]) -> None:
    data = json.dumps(head, separators=(",", ":")).encode()
    with pytest.raises(NotAnArchive):
        list(ArchiveReader(io.BytesIO(member("BELENIOS", data) + honest().bel()[1024:])).events())


def test_a_tar_of_something_else_is_no_archive() -> None:
    for data in (b"", b"{}", member("MANIFEST", b"{}"), honest().bel()[1024:], honest().bel()[:1000]):
        with pytest.raises(NotAnArchive):
            list(ArchiveReader(io.BytesIO(data)).events())


def test_memory_grows_with_the_identifiers_alone(tmp_path: Path) -> None:
    """2,000 ballots of 4 kB: 8 MB on disk, some 100 bytes an event in memory."""
    path = tmp_path / "many.bel"
    with path.open("w+b") as target:
        writer = ArchiveWriter.create(target, TIMESTAMP)
        writer.setup(b"1", b"2", b"3")
        for number in range(2000):
            writer.ballot(b"%04096d" % number)
    del writer
    with path.open("rb") as source:
        tracemalloc.start()
        count = sum(1 for _ in ArchiveReader(source).events())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 2001
    assert peak < 1_000_000 < path.stat().st_size / 8


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["E-Pilwu", "foreign", "resumed"])
def test_belenios_tool_accepts_what_we_write(belenios_tool: Run, tmp_path: Path, kind: str) -> None:
    parts = foreign_board()[1] if kind == "foreign" else honest()
    target = io.BytesIO()
    write(target, parts, resume=kind == "resumed")
    uuid = json.loads(parts.election)["uuid"]
    path = tmp_path / f"{uuid}.bel"
    path.write_bytes(target.getvalue())
    done = belenios_tool("election", "verify", "--dir", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "all checks passed" in done.stderr + done.stdout


@pytest.mark.peer
def test_belenios_tool_counts_as_we_do(belenios_tool: Run, tmp_path: Path) -> None:
    """Its own sum of our ballots and its own combination of our partial decryptions, byte for byte."""
    uuid = json.loads(honest().election)["uuid"]
    path = tmp_path / f"{uuid}.bel"
    whole = honest().bel()
    events = {event.type: event for event in ArchiveReader(io.BytesIO(whole)).events()}
    path.write_bytes(whole[: events[EventType.END_BALLOTS].end])
    summed = belenios_tool("election", "compute-encrypted-tally", "--dir", tmp_path)
    assert summed.returncode == 0, summed.stderr
    assert summed.stdout.strip().startswith(honest().tally.decode())
    path.write_bytes(whole[: events[EventType.PARTIAL_DECRYPTION].end])
    counted = belenios_tool("election", "compute-result", "--dir", tmp_path)
    assert counted.returncode == 0, counted.stderr
    assert honest().result.decode() in counted.stdout


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds = ArchiveRefused.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) > 10
