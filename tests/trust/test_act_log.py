"""Entries of a log of acts: one form, one chain; exports and leaf hashes read strictly."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from epilwu.trust import act_log, merkle
from epilwu.trust.errors import LogEntryRefused

AT = datetime(2023, 10, 22, 14, 5, 7, tzinfo=UTC)


def entries(count: int = 5) -> list[bytes]:
    made: list[bytes] = []
    for seq in range(count):
        prev = hashlib.sha256(made[-1]).hexdigest() if made else act_log.GENESIS
        made.append(act_log.encode(seq, prev, at=AT, actor="uji", kind="share-accepted", event={"owner": seq}))
    return made


def test_entries_follow() -> None:
    acts = act_log.follow(entries())
    assert [act.seq for act in acts] == list(range(5))
    assert acts[3].event == {"owner": 3}
    assert acts[0].at == "2023-10-22T14:05:07Z"


CHANGES = {
    "left-out": lambda e: [e[0], *e[2:]],
    "first-left-out": lambda e: e[1:],
    "swapped": lambda e: [e[0], e[2], e[1], *e[3:]],
    "doubled": lambda e: [*e, e[-1]],
    "edited": lambda e: [e[0], e[1].replace(b"uji", b"aji"), *e[2:]],
    "padded": lambda e: [e[0] + b" ", *e[1:]],
    "not-json": lambda e: [b"x", *e[1:]],
    "empty-line": lambda e: [*e, b""],
    "extra-field": lambda e: [e[0].replace(b'"version":1', b'"version":1,"x":1'), *e[1:]],
    "other-version": lambda e: [e[0].replace(b'"version":1', b'"version":2'), *e[1:]],
    "event-no-object": lambda e: [e[0].replace(b'{"owner":0}', b"[]"), *e[1:]],
    "kind-unspeakable": lambda e: [e[0].replace(b"share-accepted", b"Share Accepted"), *e[1:]],
    "no-such-day": lambda e: [e[0].replace(b"2023-10-22", b"2023-02-30"), *e[1:]],
    "local-time": lambda e: [e[0].replace(b"07Z", b"07+07:00"), *e[1:]],
    "negative-place": lambda e: [e[0].replace(b'"seq":0', b'"seq":-1'), *e[1:]],
    "too-large": lambda e: [e[0].replace(b'"owner":0', b'"owner":"' + b"x" * 9000 + b'"'), *e[1:]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_log_is_refused_and_the_place_named(change: str) -> None:
    with pytest.raises(LogEntryRefused) as refused:
        act_log.follow(CHANGES[change](entries()))
    assert refused.value.where.startswith("catatan ")


def test_nothing_is_written_that_would_be_refused() -> None:
    for actor in ("", "a\nb", "x" * 201):
        with pytest.raises(LogEntryRefused):
            act_log.encode(0, act_log.GENESIS, at=AT, actor=actor, kind="x", event={})


def test_exports_are_read_back() -> None:
    made = entries()
    assert act_log.split_export(act_log.export(made)) == tuple(made)
    assert act_log.split_export(b"") == ()
    hashes = act_log.split_leaves(act_log.leaves(made))
    assert merkle.root_of_hashes(hashes) == merkle.root(made)


@pytest.mark.parametrize(
    "data", [b"ab\n", b"A" * 64 + b"\n", b"0" * 64, b"0" * 64 + b"\r\n", b"\xff" * 64 + b"\n", b"\n", b"0" * 65 + b"\n"]
)
def test_ill_written_leaf_hashes_are_refused(data: bytes) -> None:
    with pytest.raises(LogEntryRefused):
        act_log.split_leaves(data)


def test_an_export_without_its_last_newline_is_cut() -> None:
    with pytest.raises(LogEntryRefused, match="utuh"):
        act_log.split_export(act_log.export(entries())[:-1])


def test_a_logs_name_says_whose_and_which() -> None:
    hashes = [merkle.leaf_hash(entry) for entry in entries()]
    name = act_log.log_name("urn:epilwu:tally:32.09", hashes)
    assert act_log.keeper(name) == ("urn:epilwu:tally:32.09", hashes[0].hex()[:16])
