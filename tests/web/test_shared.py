"""The shared face: headers on every answer, fonts served from here, colours that can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from flask import Flask, Response, render_template_string
from flask.testing import FlaskClient

from epilwu import fonts
from epilwu.web.security import HEADERS
from epilwu.web.shared import mount

PAGE = """{% extends "web/base.html" %}{% from "web/parts.html" import icon, check %}
{% block title %}{{ name }}{% endblock %}
{% block content %}<h1>{{ name }}</h1><p>{{ 2190|figure }} {{ percent(20, 2147) }} {{ "2023-10-22"|long_date }}</p>
<ul class="checks">{{ check("struk kertas", state) }}</ul>{{ icon("go") }}{% endblock %}"""


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    mount(app)

    @app.get("/")
    def page() -> str:
        return render_template_string(PAGE, name="<b>Desa</b>", state="not checked", rehearsal=True)

    @app.get("/weak")
    def weak() -> Response:
        return Response("x", headers={"Cache-Control": "public", "Content-Security-Policy": "default-src *"})

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("a secret detail")

    return app.test_client()


@pytest.mark.parametrize("path", ["/", "/weak", "/broken", "/nowhere", "/bersama/fonts/none.woff2"])
def test_every_answer_carries_every_header_once(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value]


def test_style_and_fonts_may_be_kept(client: FlaskClient) -> None:
    for path in ("/bersama/static/base.css", "/bersama/fonts/regular.woff2", "/bersama/fonts/bold.woff2"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert client.get("/bersama/fonts/bold.woff2").data == fonts.woff2(fonts.Weight.BOLD)


class Loads(HTMLParser):
    """Collects what a page would load or run by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.lang: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.lang = names.get("lang", self.lang)
        self.inline += [name for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.inline.append(tag)
        if tag in ("link", "script", "img"):
            self.addresses.append(names.get("href") or names.get("src") or "")


def test_a_page_runs_nothing_inline_and_loads_only_from_here(client: FlaskClient) -> None:
    body = client.get("/").text
    page = Loads()
    page.feed(body)
    assert page.lang == "id"
    assert page.inline == []
    assert page.addresses
    for address in page.addresses:
        assert client.get(address).status_code == 200
    assert "&lt;b&gt;Desa" in body
    assert "<b>Desa" not in body
    assert "2.190 0,93 % Minggu, 22 Oktober 2023" in body
    assert "belum diperiksa" in body
    assert "GLADI" in body


def style() -> str:
    return resources.files("epilwu.web").joinpath("static/base.css").read_text("utf-8")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink-quiet", "paper"),
    ("ink-quiet", "surface"),
    ("go", "paper"),
    ("go", "surface"),
    ("stop", "paper"),
    ("stop", "surface"),
    ("go-ink", "go"),
    ("stop-ink", "stop"),
    ("notice-ink", "notice"),
    ("bar", "surface"),
    ("bar", "paper"),
    ("focus", "paper"),
]


@pytest.mark.parametrize("theme", [":root", '[data-contrast="high"]'])
def test_every_pair_of_colours_reads_at_seven_to_one(theme: str) -> None:
    block = style().split(theme + " {", 1)[1].split("}", 1)[0]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    too_faint = {pair: contrast(*map(colours.__getitem__, pair)) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in too_faint.items() if ratio < 7} == {}


def test_the_style_names_no_outside_address() -> None:
    assert re.findall(r"url\(\"(?!/bersama/)", style()) == []
    assert "http" not in style()
    assert "@import" not in style()


def test_the_fonts_are_truetype_with_a_licence() -> None:
    for weight in fonts.Weight:
        assert fonts.truetype(weight)[:4] == b"\x00\x01\x00\x00"
        assert fonts.woff2(weight)[:4] == b"wOF2"
    assert "Apache License" in resources.files("epilwu.fonts").joinpath("LICENSE-OpenSans.txt").read_text("ascii")
