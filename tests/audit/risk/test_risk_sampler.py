from __future__ import annotations

import ast
import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epilwu.audit.risk
from epilwu.audit.risk.errors import IdsRefused, SeedRefused
from epilwu.audit.risk.sampler import IDS_LIMIT, draw_order, parse_ids, parse_seed, parse_village, ticket
from epilwu.election.errors import RegionRefused
from epilwu.election.region import RegionCode
from epilwu.errors import EpilwuError

SEED = "01234567890123456789"
VILLAGE = RegionCode("32.09.07.2007")
IDS = tuple(hashlib.sha256(b"%d" % n).hexdigest() for n in range(5))
slips = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=20, unique=True)


def test_a_ticket_is_plain_sha256_of_plain_text() -> None:
    slip = "00" * 32
    text = "01234567890123456789,32.09.07.2007," + "0" * 64
    assert ticket(SEED, VILLAGE, slip) == hashlib.sha256(text.encode()).hexdigest()


def test_an_order_that_must_never_change() -> None:
    """As any shell's sha256sum and sort give it."""
    draws = draw_order(SEED, VILLAGE, IDS)
    assert [(draw.number, IDS.index(draw.slip), draw.ticket[:8]) for draw in draws] == [
        (1, 4, "1d69ab0f"),
        (2, 3, "32a3add7"),
        (3, 2, "9a508fad"),
        (4, 0, "9cca6a23"),
        (5, 1, "b978cc78"),
    ]


@settings(max_examples=40)
@given(slips, st.randoms(use_true_random=False))
def test_every_paper_once_and_the_list_s_order_is_nothing(ids: list[str], order: object) -> None:
    draws = draw_order(SEED, VILLAGE, ids)
    assert sorted(draw.slip for draw in draws) == sorted(ids)
    assert [draw.number for draw in draws] == list(range(1, len(ids) + 1))
    assert [draw.ticket for draw in draws] == sorted(draw.ticket for draw in draws)
    order.shuffle(ids)  # type: ignore[attr-defined]
    assert draw_order(SEED, VILLAGE, ids) == draws


def test_seed_and_village_both_change_the_order() -> None:
    order = [draw.slip for draw in draw_order(SEED, VILLAGE, IDS)]
    assert [d.slip for d in draw_order("9" * 20, VILLAGE, IDS)] != order
    assert [d.slip for d in draw_order(SEED, RegionCode("32.09.07.2008"), IDS)] != order


def test_first_draws_fall_evenly() -> None:
    """1,000 seeds over five papers: each is first about 200 times (more than five standard deviations are refused)."""
    first = [draw_order(f"{seed:020d}", VILLAGE, IDS)[0].slip for seed in range(1000)]
    assert all(abs(first.count(slip) - 200) < 64 for slip in IDS)


@pytest.mark.parametrize(
    "seed",
    [
        "", "1" * 19, "1" * 21, "1" * 19 + "x", "1" * 19 + " ", " " + "1" * 19, "1" * 20 + "\n", "-" + "1" * 19,
        "１" * 20, "١" * 20, "1" * 10 + " " + "1" * 9,
    ],
)  # fmt: skip
def test_a_seed_is_twenty_digits_and_nothing_else(seed: str) -> None:
    with pytest.raises(SeedRefused):
        parse_seed(seed)
    with pytest.raises(SeedRefused):
        draw_order(seed, VILLAGE, IDS)


@pytest.mark.parametrize(
    "code", ["32.09", "32.09.07", "32.09.07.1001", "32.9.7.2007", "3209072007", "32.09.07.2007 ", ""]
)
def test_a_village_is_one_that_elects_its_head(code: str) -> None:
    with pytest.raises((SeedRefused, RegionRefused)):
        parse_village(code)


def test_ids_are_read_with_and_without_the_last_line_feed() -> None:
    text = "\n".join(IDS).encode()
    assert parse_ids(text) == parse_ids(text + b"\n") == IDS


GOOD = IDS[0].encode()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", GOOD + b"\n\n", b"\n" + GOOD, GOOD + b"\r\n", GOOD + b"\n" + GOOD[:-1], GOOD + b"0",
        GOOD.upper(), b" " + GOOD, GOOD + b" ", b"\xef\xbb\xbf" + GOOD, b"0x" + GOOD[2:], GOOD[:-1] + b"g",
        GOOD + b"," + IDS[1].encode(), GOOD[:-1] + b"\xff", b"# ids\n" + GOOD,
    ],
)  # fmt: skip
def test_refuses_a_list_that_is_not_ids_alone(data: bytes) -> None:
    with pytest.raises(IdsRefused):
        parse_ids(data)


def test_the_same_paper_is_never_two_draws() -> None:
    """The trap of repeated draws that count as different papers."""
    with pytest.raises(IdsRefused, match="dua kali") as caught:
        parse_ids(b"\n".join([GOOD, IDS[1].encode(), GOOD]), where="ids.txt")
    assert caught.value.where == "ids.txt baris 3"
    with pytest.raises(IdsRefused, match="dua kali"):
        draw_order(SEED, VILLAGE, [*IDS, IDS[2]])


@pytest.mark.parametrize("ids", [[], ["00" * 31], ["AB" * 32], [IDS[0], ""]])
def test_draws_from_nothing_but_ids(ids: list[str]) -> None:
    with pytest.raises(IdsRefused):
        draw_order(SEED, VILLAGE, ids)


def test_refuses_a_list_without_end() -> None:
    with pytest.raises(IdsRefused, match="terlalu panjang"):
        parse_ids(b"0" * (IDS_LIMIT + 1))


@settings(max_examples=40)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(EpilwuError):
        assert len(parse_ids(data)) > 0


def test_nothing_here_depends_on_a_library_s_chance() -> None:
    """The trap of a sample that changes with a library's version."""
    allowed = {"__future__", "collections", "click", "dataclasses", "decimal", "enum", "epilwu", "fractions", "hashlib"}
    allowed |= {"json", "math", "pathlib", "re", "typing"}
    for path in Path(epilwu.audit.risk.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= allowed, path.name
            elif isinstance(node, ast.ImportFrom):
                assert str(node.module).partition(".")[0] in allowed, path.name
