"""The one tar that belenios-tool writes: byte for byte, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from boards import FOREIGN, header, member
from hypothesis import given
from hypothesis import strategies as st

from epilwu.protocol.tar import (
    BLOCK,
    MemberTooLarge,
    TarRefused,
    TarTruncated,
    decode_header,
    encode_header,
    encode_member,
    read_members,
)

NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,98}\Z")


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.stem)
def test_foreign_archives_are_rewritten_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    members = list(read_members(io.BytesIO(data), limit=1 << 20))
    assert members[0].name == "BELENIOS"
    assert b"".join(encode_member(each.name, each.data, each.mtime) for each in members) == data
    assert [each.start for each in members] == [0, *(each.end for each in members[:-1])]


@given(NAMES, st.binary(max_size=2000), st.integers(0, 8**11 - 1))
def test_what_is_written_is_read(name: str, data: bytes, mtime: int) -> None:
    written = encode_member(name, data, mtime)
    assert written == member(name, data, mtime)
    assert len(written) % BLOCK == 0
    (read,) = read_members(io.BytesIO(written), limit=len(data))
    assert (read.name, read.data, read.mtime, read.end) == (name, data, mtime, len(written))


@given(st.integers(0, BLOCK - 1), st.integers(1, 255))
def test_no_byte_of_a_header_may_differ(place: int, change: int) -> None:
    block = bytearray(encode_header("a.json", 7, 1234567890))
    block[place] ^= change
    with pytest.raises(TarRefused):
        decode_header(bytes(block))


@pytest.mark.parametrize("name", ["", "a" * 100, ".hidden", "a/b", "../a", "a b", "é", "a\n", "-a"])
def test_names_without_a_form_are_refused(name: str) -> None:
    with pytest.raises(TarRefused):
        encode_header(name, 0, 0)


@pytest.mark.parametrize(("size", "mtime"), [(-1, 0), (8**11, 0), (0, -1), (0, 8**11)])
def test_numbers_without_a_form_are_refused(size: int, mtime: int) -> None:
    with pytest.raises(TarRefused):
        encode_header("a", size, mtime)


def test_every_cut_is_seen() -> None:
    written = member("a", b"x" * 600) + member("b", b"")
    boundaries = {0, 1536, 2048}
    for size in range(len(written) + 1):
        cut = io.BytesIO(written[:size])
        if size in boundaries:
            assert len(list(read_members(cut, limit=600))) == len([b for b in boundaries if 0 < b <= size])
        else:
            with pytest.raises(TarTruncated):
                list(read_members(cut, limit=600))


def test_a_member_beyond_the_limit_is_refused_before_it_is_read() -> None:
    class Watched(io.BytesIO):
        asked = 0

        def read(self, size: int | None = -1, /) -> bytes:
            Watched.asked = max(Watched.asked, size or 0)
            return super().read(size)

    with pytest.raises(MemberTooLarge):
        list(read_members(Watched(header("a", 8**11 - 1)), limit=100))
    assert Watched.asked <= BLOCK


def test_a_stream_that_gives_little_at_a_time_is_read_whole() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 100))

    (read,) = read_members(Slow(member("a", b"x" * 600)), limit=600)
    assert read.data == b"x" * 600
