"""Bars drawn on the server: true lengths, escaped text, readable without colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epilwu.web.charts import Bar, bar_chart

SVG = "{http://www.w3.org/2000/svg}"
LEMAHABANG = (
    Bar("1", "Calon Satu", 367),
    Bar("2", "Calon Dua", 688),
    Bar("3", "Calon Tiga", 227),
    Bar("4", "Calon Empat", 668),
    Bar("5", "Calon Lima", 197),
)


def test_every_figure_stands_beside_its_bar() -> None:
    root = ElementTree.fromstring(bar_chart(LEMAHABANG, title="Hasil", total=2147))
    votes = [node.text for node in root.iter(f"{SVG}text") if node.get("class") == "bar-chart__votes"]
    assert votes == ["367 · 17,09 %", "688 · 32,04 %", "227 · 10,57 %", "668 · 31,11 %", "197 · 9,18 %"]
    numbers = [node.text for node in root.iter(f"{SVG}text") if node.get("class") == "bar-chart__number"]
    assert numbers == ["1", "2", "3", "4", "5"]


def test_bars_are_as_long_as_their_share_of_the_track() -> None:
    root = ElementTree.fromstring(bar_chart((Bar("1", "a", 1), Bar("2", "b", 3)), title="Hasil", total=4))
    bars = [float(n.get("width", "")) for n in root.iter(f"{SVG}rect") if n.get("class") == "bar-chart__bar"]
    track = next(float(n.get("width", "")) for n in root.iter(f"{SVG}rect") if n.get("class") == "bar-chart__track")
    assert bars == pytest.approx([(track + 1) / 4, (track + 1) * 3 / 4])


def test_a_reader_hears_the_whole_result() -> None:
    root = ElementTree.fromstring(bar_chart((Bar("2", "Ani", 3), Bar("", "Kosong", 1)), title="Hasil TPS 1", total=4))
    named = {node.get("id"): node.text for node in root if node.tag in (f"{SVG}title", f"{SVG}desc")}
    assert [named[part] for part in root.get("aria-labelledby", "").split()] == [
        "Hasil TPS 1",
        "2. Ani: 3 suara, 75,00 %; Kosong: 1 suara, 25,00 %",
    ]
    assert root.get("role") == "img"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_escapes_from_its_place(name: str, title: str) -> None:
    svg = bar_chart((Bar("1", name, 0),), title=title, total=0)
    root = ElementTree.fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "g",
        "text",
        "tspan",
        "rect",
    }


def test_markup_in_a_name_is_text() -> None:
    name = "<script>alert(1)</script>\" onload='x"
    svg = bar_chart((Bar("1", name, 0),), title=name, total=0)
    assert "<script" not in svg
    assert re.search(r"[^;]onload='", svg) is None
    assert name in (ElementTree.fromstring(svg).findtext(f"{SVG}title") or "")


def test_a_long_name_is_wrapped_not_cut() -> None:
    name = "Raden Haji Muhammad Abdurrahman Wirasutisna bin Suryadiningrat Kertawijaya"
    root = ElementTree.fromstring(bar_chart((Bar("1", name, 0),), title="Hasil", total=0))
    assert " ".join(node.text or "" for node in root.iter(f"{SVG}tspan")) == name


@pytest.mark.parametrize("votes", [-1, 5])
def test_a_false_bar_is_refused(votes: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        bar_chart((Bar("1", "a", votes),), title="Hasil", total=4)
