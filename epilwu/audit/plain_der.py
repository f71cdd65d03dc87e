"""Strict DER (X.690 section 10) for ``epilwu.audit.plain_x509``: one writing of a value, all else a ``ValueError``."""

from __future__ import annotations

import re
from datetime import UTC, datetime

BOOLEAN, INTEGER, BITS, OCTETS, OID, UTF8 = 0x01, 0x02, 0x03, 0x04, 0x06, 0x0C
UTC_TIME, GENERAL_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31


class Reader:
    """Takes DER elements one after another; everything but the one strict writing is a ``ValueError``."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, tag: int) -> bytes:
        """The content of the next element, which must have ``tag``."""
        if self.peek() != tag:
            raise ValueError("another element was expected")
        length, start = self._length()
        if start + length > len(self.data):
            raise ValueError("cut off")
        self.at = start + length
        return self.data[start : self.at]

    def take_only(self, tag: int) -> bytes:
        """``take``, and nothing behind it."""
        content = self.take(tag)
        self.end()
        return content

    def peek(self) -> int | None:
        """The next element's tag; None at the end."""
        return self.data[self.at] if self.at < len(self.data) else None

    def end(self) -> None:
        """Nothing may be left."""
        if self.at != len(self.data):
            raise ValueError("bytes are left over")

    def _length(self) -> tuple[int, int]:
        if self.at + 1 >= len(self.data):
            raise ValueError("cut off")
        first = self.data[self.at + 1]
        if first < 0x80:
            return first, self.at + 2
        size = first & 0x7F
        digits = self.data[self.at + 2 : self.at + 2 + size]
        if not 1 <= size <= 3 or len(digits) != size or digits[0] == 0:
            raise ValueError("a length that is not strict")
        length = int.from_bytes(digits, "big")
        if length < 0x80:
            raise ValueError("a length that is not strict")
        return length, self.at + 2 + size


def identifier(content: bytes) -> str:
    """An object identifier in dotted form."""
    if not content or content[-1] & 0x80:
        raise ValueError("not an identifier")
    numbers: list[int] = []
    value, fresh = 0, True
    for octet in content:
        if fresh and octet == 0x80:
            raise ValueError("an identifier that is not strict")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return str(".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:]))))


def bit_string(content: bytes) -> bytes:
    """A row of whole octets."""
    if not content or content[0] != 0:
        raise ValueError("unused bits")
    return content[1:]


def positive(content: bytes) -> int:
    """A number of 0 or more in its shortest writing."""
    if not content or content[0] & 0x80 or (len(content) > 1 and content[0] == 0 and not content[1] & 0x80):
        raise ValueError("not a strict positive number")
    return int.from_bytes(content, "big")


def true(content: bytes) -> bool:
    """True; false is what is left out."""
    if content != b"\xff":
        raise ValueError("false is not written, true is 0xff")
    return True


def moment(reader: Reader) -> datetime:
    """UTCTime or GeneralizedTime to the second, in UTC (RFC 5280 section 4.1.2.5)."""
    general = reader.peek() == GENERAL_TIME
    text = reader.take(GENERAL_TIME if general else UTC_TIME).decode("ascii")
    if re.fullmatch(r"[0-9]{14}Z" if general else r"[0-9]{12}Z", text, re.ASCII) is None:
        raise ValueError("not a time")
    if not general:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
