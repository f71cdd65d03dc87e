"""What people and programs are shown: two languages; terminal, page, paper, JSON; no check passed that was not made."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from audit_samples import CODE
from boards import FOREIGN
from click.testing import CliRunner, Result
from spoils import SPOILS
from stick import Stick, honest, witness

from epilwu.audit.verifying import as_html, as_pdf, as_text
from epilwu.audit.verifying.impact import Standing, together, weigh
from epilwu.audit.verifying.result import ALL, Change, CheckResult, Subject
from epilwu.audit.verifying.run import Verification
from epilwu.audit.verifying.table import KINDS, Words, kind
from epilwu.audit.verifying.view import view
from epilwu.cli import main
from epilwu.protocol.verify_report import Status


@pytest.fixture(scope="module")
def lied_to(tmp_path_factory: pytest.TempPathFactory) -> Verification:
    """Three votes taken from one and given to another in the announcement; no auditors' material."""
    stick = SPOILS["village-result-counts"](honest())
    stick = Stick(**{name: getattr(stick, name) for name in stick.__dataclass_fields__} | {"auditors": False})
    return stick.verify(tmp_path_factory.mktemp("lied"))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "verify", "--jobs", "1", *arguments, str(folder)])


def test_a_failure_says_what_it_means_whom_it_touches_and_what_it_could_change(lied_to: Verification) -> None:
    indonesian = "\n".join(as_text.lines(view(lied_to, "id")))
    assert "407 GAGAL Angka TPS dalam hasil desa = yang terbukti" in indonesian
    assert "Menyangkut 3 suara. Hasil akhir dapat berubah karenanya." in indonesian
    assert "diumumkan 6/3/2, kosong 1, terbukti 3/6/2, kosong 1" in indonesian
    assert "Suara terbanyak, terbukti: 2. Bima Sakti" in indonesian
    assert "Suara terbanyak, diumumkan: 1. Ayu Lestari" in indonesian
    english = "\n".join(as_text.lines(view(lied_to, "en")))
    assert "407 FAILED The village's lines are the proven counts" in english
    assert "Touches 3 votes. The outcome could change for it." in english
    assert "lulus" not in english and "GAGAL" not in english


@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_row_that_was_not_made_is_shown_as_passed(lied_to: Verification, lang: str) -> None:
    seen = view(lied_to, lang)
    passed = {kind.number for kind in KINDS.values()}
    passed -= {r.kind.number for r in lied_to.results if r.status is not Status.PASSED}
    shown = {row.number for page in seen.pages for row in page.rows(Status.PASSED)}
    assert shown == passed
    assert {row.number for page in seen.pages for row in page.rows(Status.NOT_CHECKED)} >= {301, 308, 309, 310, 411}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in ("meta",):
            self.open.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_is_whole_without_scripts_and_fetches_nothing(lied_to: Verification, lang: str) -> None:
    text = as_html.render(view(lied_to, lang))
    tags = Tags()
    tags.feed(text)
    assert tags.open == [] and not {"script", "link", "img", "iframe", "object"} & tags.seen
    assert "default-src 'none'" in text and f'<html lang="{lang}">' in text
    assert re.search(r"url\(|@import|https?://", text) is None
    assert text.count("✗") >= 3


@pytest.mark.slow
def test_names_are_text_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "<b>x").write_bytes(b"?")
    verification = honest().verify(tmp_path)
    assert "&lt;b&gt;x" in as_html.render(view(verification, "id"))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_paper_is_legible_and_the_same_each_time(lied_to: Verification, lang: str) -> None:
    pdf = as_pdf.render(view(lied_to, lang))
    assert pdf == as_pdf.render(view(lied_to, lang))
    document = pypdfium2.PdfDocument(pdf)
    words = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    assert ("page 1 of" if lang == "en" else "halaman 1 dari") in words
    assert ("Touches 3 votes" if lang == "en" else "Menyangkut 3 suara") in words
    assert ("Signatures" if lang == "en" else "Tanda tangan") in words


def test_the_command_writes_page_and_paper_and_json(tmp_path: Path) -> None:
    folder, root, page, paper = (tmp_path / name for name in ("media", "root.pem", "l.html", "l.pdf"))
    honest().write(folder)
    kept = tmp_path / "kept.txt"
    (folder / "kept.txt").rename(kept)
    root.write_bytes(honest().of.root.pem)
    brought = ("--root", str(root), "--since", str(kept), "--witness", witness()[0].text)
    done = run(folder, *brought, "--html", str(page), "--pdf", str(paper))
    assert done.exit_code == 0, done.output
    assert "Semua diperiksa dan lulus: 60 pemeriksaan." in done.output
    assert page.read_text("utf-8").startswith("<!doctype html>") and paper.read_bytes().startswith(b"%PDF")
    done = run(folder, *brought, "--json")
    value = json.loads(done.stdout)
    assert (done.exit_code, value["ok"], value["version"]) == (0, True, 2)
    assert {check["number"] for check in value["checks"]} == {each.number for each in KINDS.values()}
    assert value["villages"][0]["proven"] == {"blank": 3, "candidates": [8, 9, 4]}
    assert (value["villages"][0]["winner"], value["villages"][0]["margin"]) == (2, 1)
    without = run(folder / CODE, "--lang", "en")
    assert without.exit_code == 1
    assert "NOT COMPLETE: nothing failed" in without.output


@pytest.mark.slow
def test_a_fingerprint_takes_the_place_of_the_root(tmp_path: Path) -> None:
    from epilwu.trust.certificates import read_root

    honest().write(tmp_path)
    digits = read_root(honest().of.root.pem).fingerprint
    spaced = " ".join(digits[start : start + 8].upper() for start in range(0, 64, 8))
    checks = json.loads(run(tmp_path, "--fingerprint", spaced, "--json").stdout)["checks"]
    assert next(check for check in checks if check["name"] == "root")["status"] == "passed"
    checks = json.loads(run(tmp_path, "--fingerprint", "0" * 64, "--json").stdout)["checks"]
    assert next(check for check in checks if check["name"] == "root")["status"] == "failed"


@pytest.mark.slow
def test_boards_alone_can_be_put_on_paper(tmp_path: Path) -> None:
    page = tmp_path / "l.html"
    done = run(FOREIGN[0], "--html", str(page), "--lang", "en")
    assert done.exit_code == 0
    assert "Every ballot" in page.read_text("utf-8")


def test_an_empty_folder_is_nothing_to_verify(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.exit_code == 2
    assert str(tmp_path) in done.output and "tidak ada yang dapat diperiksa" in done.output


# Votes against the margin


def failure(votes: int | None, station: int = 1) -> CheckResult:
    words = Words("x", "x")
    return CheckResult(kind("result"), Status.FAILED, Subject(CODE, station), words, "x", None, votes)


@pytest.mark.parametrize(
    ("margin", "votes", "change"),
    [
        (20, 9, Change.CANNOT),
        (20, 10, Change.COULD),
        (0, 1, Change.COULD),
        (0, 0, Change.CANNOT),
        (1, ALL, Change.COULD),
        (5000, ALL, Change.CANNOT),
        (20, None, Change.UNKNOWN),
        (None, 3, Change.UNKNOWN),
    ],
)
def test_twice_the_votes_against_the_margin(margin: int | None, votes: int | None, change: Change) -> None:
    (result,) = weigh([failure(votes)], {CODE: Standing(margin, {1: 300, 2: 200})})
    assert result.change is change
    assert result.votes == (300 if votes == ALL else votes)


def test_small_failures_add_up_over_stations_but_not_within_one() -> None:
    standing = Standing(20, {1: 300, 2: 200})
    within = weigh([failure(6, 1), failure(5, 1)], {CODE: standing})
    across = weigh([failure(6, 1), failure(5, 2)], {CODE: standing})
    assert {result.change for result in (*within, *across)} == {Change.CANNOT}
    assert together(within, standing) is Change.CANNOT
    assert together(across, standing) is Change.COULD
    assert together([], standing) is None


def test_a_winner_that_is_proven_false_could_always_be_another() -> None:
    (result,) = weigh([failure(1)], {CODE: Standing(500, {1: 300}, contradicted=True)})
    assert result.change is Change.COULD
