"""Belenios's JSON: one serialisation for each value, and nothing else is read."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.protocol import canonical
from epilwu.protocol.canonical import Json
from epilwu.protocol.errors import NotCanonical

LIMIT = 10_000

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read(value: Json) -> None:
    data = canonical.dumps(value)
    assert canonical.loads(data, limit=LIMIT) == value
    assert json.loads(data) == value


@given(VALUES, st.data())
def test_white_space_is_refused_anywhere_outside_strings(value: Json, data: st.DataObject) -> None:
    good = canonical.dumps(value)
    place = data.draw(st.integers(0, len(good)))
    bad = good[:place] + b" " + good[place:]
    try:
        other = json.loads(bad)
    except ValueError:
        other = value
    if other == value:
        with pytest.raises(NotCanonical):
            canonical.loads(bad, limit=LIMIT)


def test_escapes_are_those_of_belenios() -> None:
    assert canonical.dumps('"\\/\b\t\n\f\r\x00\x1f\x7fé— 😀') == (
        b'"\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\\u007f' + "é— 😀".encode() + b'"'
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b"[1,]",
        b"[1] ",
        b"\n[1]",
        b"[1]\0",
        b"1.0",
        b"1e3",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u00e9"',
        b'"\\ud83d\\ude00"',
        b'"\\ud800"',
        b'"\x7f"',
        b'"\\u007F"',
        b'"a\nb"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf[1]",
        "[1]".encode("utf-16"),
        b"[" * 5000 + b"]" * 5000,
        b"1" * 5000,
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        canonical.loads(data, limit=LIMIT)


def test_limit() -> None:
    assert canonical.loads(b"[1]", limit=3) == [1]
    with pytest.raises(NotCanonical, match="more than"):
        canonical.loads(b"[1]", limit=2)


def test_fields_are_exact_and_in_order() -> None:
    assert canonical.fields({"a": 1, "b": 2}, ("a", "b")) == {"a": 1, "b": 2}
    assert canonical.fields({"a": 1}, ("a", "b"), optional=("b",)) == {"a": 1}
    bad: list[Json] = [{"b": 2, "a": 1}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, {}, [], None, "ab"]
    for value in bad:
        with pytest.raises(NotCanonical):
            canonical.fields(value, ("a", "b"))


def test_typed_helpers() -> None:
    assert canonical.items([1], high=1) == [1]
    assert canonical.text("x") == "x"
    assert canonical.integer(3, low=3, high=3) == 3
    for bad_list in ([], [1, 2], "x", {}, None):
        with pytest.raises(NotCanonical):
            canonical.items(bad_list, low=1, high=1)
    for bad_text in (1, None, []):
        with pytest.raises(NotCanonical):
            canonical.text(bad_text)
    for bad_integer in (True, 2, 4, "3", None):
        with pytest.raises(NotCanonical):
            canonical.integer(bad_integer, low=3, high=3)


def test_hashes() -> None:
    digest = hashlib.sha256(b"x")
    assert canonical.sha256_hex(b"x") == digest.hexdigest()
    assert canonical.b64_hash(b"x") == base64.b64encode(digest.digest()).decode()[:43]
    assert len(canonical.b64_hash(b"")) == 43
