"""The old-style tar that belenios-tool writes (Belenios specification 3.x, "Archive"), and not one byte else.

A member is a header of 512 bytes, its data, and NULs up to the next multiple of 512. A header has exactly one form:
name NUL-padded, mode ``0000644``, uid and gid ``0000000``, size and mtime as eleven octal digits, checksum as six
octal digits, NUL and space, typeflag ``0``, NULs. There are no end-of-archive blocks, so that a file can grow.
Reading compares every header with the one that would have been written: directories, links, other modes, ustar
fields, base-256 sizes and padding with content are refused, not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from epilwu.protocol.errors import ProtocolError

BLOCK = 512
_OCTAL_LIMIT = 8**11
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}", re.ASCII)
_OCTAL = re.compile(rb"[0-7]{11}\0")


class TarRefused(ProtocolError):
    """A member is not in the one allowed form."""

    code = "tar-malformed"


class TarTruncated(TarRefused):
    """The file ends within a member."""

    code = "tar-truncated"


class MemberTooLarge(TarRefused):
    """A member claims more bytes than the reader allows."""

    code = "tar-member-too-large"


@dataclass(frozen=True, slots=True)
class Member:
    """One file within the tar. ``start`` and ``end`` are byte offsets in the file: header to past the padding."""

    name: str
    mtime: int
    start: int
    end: int
    data: bytes = field(repr=False)


def encode_header(name: str, size: int, mtime: int) -> bytes:
    """The 512 bytes before ``size`` bytes of data. ``TarRefused`` for a name or number that has no such form."""
    if _NAME.fullmatch(name) is None:
        raise TarRefused("not an allowed member name (letters, digits, dot, hyphen, underscore; at most 99)")
    if not 0 <= size < _OCTAL_LIMIT or not 0 <= mtime < _OCTAL_LIMIT:
        raise TarRefused("size or time out of range", where=name)
    before = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0%011o\0" % (size, mtime)
    # The checksum is the sum of the header's bytes with its own eight taken as spaces.
    checksum = sum(before) + 8 * ord(" ") + ord("0")
    return (before + b"%06o\0 " % checksum + b"0").ljust(BLOCK, b"\0")


def encode_member(name: str, data: bytes, mtime: int) -> bytes:
    """Header, data and padding of one member, a multiple of 512 bytes."""
    return encode_header(name, len(data), mtime) + data + bytes(-len(data) % BLOCK)


def decode_header(block: bytes) -> tuple[str, int, int]:
    """Name, size and mtime of a 512-byte header; ``TarRefused`` unless ``encode_header`` would give these bytes."""
    size_field, mtime_field = block[124:136], block[136:148]
    if len(block) != BLOCK or not _OCTAL.fullmatch(size_field) or not _OCTAL.fullmatch(mtime_field):
        raise TarRefused("not the header of a member")
    name = block[:100].rstrip(b"\0").decode("ascii", errors="replace")
    size, mtime = int(size_field[:11], 8), int(mtime_field[:11], 8)
    if encode_header(name, size, mtime) != block:
        raise TarRefused("the header differs from the one allowed form", where=name)
    return name, size, mtime


def read_members(source: BinaryIO, *, limit: int) -> Iterator[Member]:
    """Members from the present position to the end of ``source``, one in memory at a time, each at most ``limit``
    bytes. Raises ``TarTruncated``, ``MemberTooLarge`` or ``TarRefused`` at the first byte out of place."""
    start = source.tell()
    while header := _read(source, BLOCK):
        if len(header) < BLOCK:
            raise TarTruncated(f"the file ends within a header at byte {start}")
        name, size, mtime = decode_header(header)
        if size > limit:
            raise MemberTooLarge(f"{size} bytes, more than the {limit} allowed", where=name)
        padded = size + -size % BLOCK
        body = _read(source, padded)
        if len(body) < padded:
            raise TarTruncated(f"the file ends within the member at byte {start}", where=name)
        if any(body[size:]):
            raise TarRefused("the padding holds something", where=name)
        end = start + BLOCK + padded
        yield Member(name, mtime, start, end, body[:size])
        start = end


def _read(source: BinaryIO, size: int) -> bytes:
    """``size`` bytes, fewer only at the end of the file (a raw stream may return less at a time)."""
    data = source.read(size)
    while data and len(data) < size:
        more = source.read(size - len(data))
        if not more:
            break
        data += more
    return data
