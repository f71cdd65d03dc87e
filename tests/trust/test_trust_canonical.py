from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.trust.canonical import Json, Record, dumps, is_plain_line, loads
from epilwu.trust.errors import MalformedFile

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))


@given(values)
def test_what_is_written_is_read(value: Json) -> None:
    assert loads(dumps(value), limit=1 << 20) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a":1}\n',
        b' {"a":1}',
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b"1.0",
        b"1e3",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"1" * 5000,
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\xff"',
        b'\xef\xbb\xbf"a"',
        b'"a"'.decode().encode("utf-16"),
        b'"\x01"',
        b"[" * 100_000,
        b"'a'",
        b"[1,]",
        b"// x\n1",
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedFile) as refusal:
        loads(data, limit=1 << 20, where="stik/a.json")
    assert refusal.value.where == "stik/a.json" and refusal.value.todo


def test_sizes_are_bounded() -> None:
    assert loads(b'"ab"', limit=4) == "ab"
    with pytest.raises(MalformedFile):
        loads(b'"ab"', limit=3)


def test_order_is_that_of_rfc_8785() -> None:
    """Keys sort by UTF-16 code units (RFC 8785 section 3.2.3), not by code points."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [v for v in loads(dumps(value), limit=999).values()] == [2, 4, 6, 7, 1, 5, 3]  # type: ignore[union-attr]


RECORD = Record.of({"a": 1, "t": "x", "f": True, "h": "00ff", "l": [1, 2], "n": None}, "atfhln", "berkas")


def test_getters() -> None:
    assert RECORD.integer("a", 1, 1) == 1
    assert RECORD.integer_or_none("n") is None and RECORD.matching_or_none("n", re.compile("x")) is None
    assert RECORD.line("t", 1) == "x" == RECORD.text("t", 1) == RECORD.one_of("t", ["x"])
    assert RECORD.flag("f") is True
    assert RECORD.octets("h", 2) == b"\x00\xff"
    assert RECORD.items("l", 2, 2, lambda v, w: (v, w)) == ((1, "berkas: l[0]"), (2, "berkas: l[1]"))


@pytest.mark.parametrize(
    "get",
    [
        lambda r: r.integer("a", 2, 3),
        lambda r: r.integer("a", -5, 0),
        lambda r: r.integer("f"),
        lambda r: r.integer("t"),
        lambda r: r.integer("n"),
        lambda r: r.integer_or_none("t"),
        lambda r: r.flag("a"),
        lambda r: r.line("a", 9),
        lambda r: r.line("t", 0),
        lambda r: r.text("t", 0),
        lambda r: r.text("n", 9),
        lambda r: r.matching("t", re.compile("y")),
        lambda r: r.matching("h", re.compile("00")),
        lambda r: r.matching("a", re.compile("1")),
        lambda r: r.one_of("t", ["y"]),
        lambda r: r.one_of("a", ["1"]),
        lambda r: r.octets("h", 1),
        lambda r: r.octets("t", 9),
        lambda r: r.octets("a", 9),
        lambda r: r.octets("l", 9),
        lambda r: r.items("l", 3, 4, lambda v, w: v),
        lambda r: r.items("l", 0, 1, lambda v, w: v),
        lambda r: r.items("t", 0, 9, lambda v, w: v),
    ],
)
def test_ill_formed_fields_are_refused_by_name(get: object) -> None:
    with pytest.raises(MalformedFile, match="Kolom") as refusal:
        get(RECORD)  # type: ignore[operator]
    assert refusal.value.where == "berkas"


@pytest.mark.parametrize("value", [[], "x", None, 1, {"a": 1}, {"a": 1, "b": 2, "c": 3}])
def test_other_fields_are_refused(value: Json) -> None:
    with pytest.raises(MalformedFile):
        Record.of(value, ("a", "b"), "")


@pytest.mark.parametrize("version", [b"2", b"0", b"true", b'"1"', b"null"])
def test_other_versions_are_refused(version: bytes) -> None:
    with pytest.raises(MalformedFile):
        Record.parse(b'{"version":' + version + b"}", ("version",), limit=99, where="")


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "a\tb", "a\u00a0b", "a\u2028b", "a\u200db", "e\u0301", "\ufeffa", "abcd"]
)
def test_lines_that_must_not_be_printed(text: str) -> None:
    assert not is_plain_line(text, 3)
