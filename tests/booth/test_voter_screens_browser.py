"""Every voter's screen in a real Chromium: it fits, it can be touched, axe finds nothing, and nothing stays behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import voter_screens
from booth_samples import make_village, temporary
from kiosk_samples import Kiosk, running_kiosk
from voter_screens import ALL_LANGUAGES, LONG, MEASURE, SCREENS, USUAL, Stage, faults, scaled, staged

from epilwu.booth.states import ChoosingLanguage, Done, Idle, Refused, State, Typing
from epilwu.election.definition import NAME_LENGTH
from epilwu.protocol.credential import Token

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / ".peers" / "axe" / "axe.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
WIDE, TALL = (1024, 600), (600, 1024)
OTHERS = ((1280, 800), (1920, 1080), (800, 1280), (1080, 1920))


@pytest.fixture(scope="module")
def driver() -> Iterator[playwright.Playwright]:
    with playwright.sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(driver: playwright.Playwright) -> Iterator[playwright.Browser]:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, "--incognito"])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with temporary() as name, staged(Path(name), tokens=250) as led:
        yield led


def _page(chromium: playwright.Browser, width: int, height: int) -> playwright.Page:
    """A page that stays on what it has loaded, so that it can be measured in peace."""
    page = chromium.new_context(viewport={"width": width, "height": height}, has_touch=True).new_page()
    page.add_init_script("window.fetch = () => new Promise(() => {})")
    return page


def _load(page: playwright.Page, stage: Stage) -> dict[str, Any]:
    page.goto(stage.url)
    page.evaluate("document.fonts.ready")
    found: dict[str, Any] = page.evaluate(MEASURE)
    return found


@pytest.mark.parametrize("language", ALL_LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [WIDE, TALL])
def test_every_screen_fits_in_every_size_of_letters(
    chromium: playwright.Browser, stage: Stage, width: int, height: int, language: str
) -> None:
    page = _page(chromium, width, height)
    wrong = []
    for name in SCREENS:
        for size in range(4):
            stage.show(name, language=language, size=size)
            found = _load(page, stage)
            wrong += [f"{name} at size {size}: {fault}" for fault in faults(found, width, height)]
            assert found["focus"] == "BODY", name  # nothing is chosen for the voter
            spoken = {"id", language} if name == "language" or not name.startswith(_IN_A_SESSION) else {language}
            assert found["lang"] in spoken, name
    page.context.close()
    assert wrong == []


_IN_A_SESSION = ("choose", "confirm", "printing", "read", "voided", "done", "trouble", "remind", "halted-recorded")


@pytest.mark.parametrize(("width", "height"), OTHERS)
def test_every_screen_fits_on_other_displays(
    chromium: playwright.Browser, stage: Stage, width: int, height: int
) -> None:
    page = _page(chromium, width, height)
    wrong = []
    for name in SCREENS:
        for size in (0, 3):
            stage.show(name, size=size)
            wrong += [f"{name} at size {size}: {fault}" for fault in faults(_load(page, stage), width, height)]
    page.context.close()
    assert wrong == []


CARDS = """cards => cards.map(card => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const part = s => card.querySelector(s);
  return {card: box(card), number: box(part('.candidate-number')), photo: box(part('.photo')),
          name: box(part('.candidate-name')), act: card.value,
          letters: parseFloat(getComputedStyle(part('.candidate-number')).fontSize),
          styles: ['color', 'backgroundColor', 'borderTopWidth', 'borderTopColor', 'opacity', 'fontWeight']
            .map(p => getComputedStyle(card)[p]).join()
            + getComputedStyle(part('.candidate-name')).fontSize};
})"""


@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("candidates", [2, 3, 4, 5])
def test_all_candidates_stand_on_one_screen_alike(
    chromium: playwright.Browser, candidates: int, *, long: bool, blank: bool
) -> None:
    assert max(map(len, LONG)) == NAME_LENGTH
    names = (LONG if long else USUAL)[:candidates]
    with temporary() as base, staged(Path(base), names=names, blank=blank) as stage:
        for width, height in (WIDE, TALL, *(OTHERS if candidates == 5 else ())):
            page = _page(chromium, width, height)
            for size in range(4) if (width, height) in (WIDE, TALL) else (0, 3):
                stage.show("choose", size=size)
                where = f"{width}x{height} at size {size}"
                assert faults(_load(page, stage), width, height) == [], where
                _alike(page.locator(".card").evaluate_all(CARDS), candidates, width, height)
                stage.show("confirm", size=size)
                assert faults(_load(page, stage), width, height) == [], where
            page.context.close()


def _alike(cards: list[dict[str, Any]], candidates: int, width: int, height: int) -> None:
    assert [card["act"] for card in cards] == [f"pilih-{number}" for number in range(1, candidates + 1)]
    assert len({card["styles"] for card in cards}) == 1
    first = cards[0]
    for card in cards:
        for part in ("card", "number", "photo"):
            sizes = [(box[2] - box[0], box[3] - box[1]) for box in (card[part], first[part])]
            if part == "number":  # a 1 is narrower than a 2
                sizes = [(0, high) for _, high in sizes]
            assert all(abs(a - b) < 1 for a, b in zip(*sizes, strict=True)), (part, card, first)
        left, top, right, bottom = card["card"]
        assert card["letters"] >= 96 * scaled(width, height) - 0.5
        assert card["photo"][2] - card["photo"][0] >= 60 and card["photo"][3] - card["photo"][1] >= 60
        for box in (card["number"], card["photo"], card["name"]):
            assert box[0] >= left and box[1] >= top and box[2] <= right + 1 and box[3] <= bottom + 1, card


AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
"""With contrast at 7:1 (AAA)."""


def test_axe_finds_nothing_on_any_screen(chromium: playwright.Browser, stage: Stage) -> None:
    if not AXE.exists():
        pytest.skip("axe is missing (make peers)")
    page = _page(chromium, *WIDE)
    found: list[str] = []
    for name in SCREENS:
        for size, contrast in ((0, False), (3, False), (0, True), (3, True)):
            stage.show(name, size=size, contrast=contrast, language="en" if size else "id")
            page.goto(stage.url)
            page.evaluate(AXE.read_text())
            report = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
            found += [f"{name} {size} {contrast}: {v['id']} {v['nodes'][0]['html']}" for v in report["violations"]]
    page.context.close()
    assert found == []


def _until(page: playwright.Page, stage: Stage | Kiosk, state: type[State]) -> None:
    for _ in range(150):  # 15 s
        if isinstance(stage.booth.state, state):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{stage.booth.state} is not {state.__name__}")


def test_nothing_of_a_voter_stays_behind(driver: playwright.Playwright, tmp_path: Path) -> None:
    """An ordinary profile on a disk, which keeps more than the booth's own; with photos, and another language."""
    profile = tmp_path / "profil"
    names = [f"Xqzw Calon {number}" for number in range(1, 6)]
    with temporary() as base, staged(Path(base), names=names) as stage:
        context = driver.chromium.launch_persistent_context(
            str(profile),
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            has_touch=True,
            viewport={"width": 1024, "height": 600},
        )
        page = context.pages[0]
        page.goto(stage.url)
        before = page.evaluate("history.length")
        token = stage.tokens[-1]
        _vote_by_touch(page, stage, token)
        page.get_by_text("Selamat datang.").wait_for()
        assert page.evaluate("history.length") == before
        kept = page.content()
        assert not any(word in kept for word in ("Xqzw", "pilih-", "English</", 'lang="en">\n', token.text))
        assert 'data-size="0"' in kept and "data-contrast" not in kept
        assert context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.evaluate("caches.keys().then(all => all.length)") == 0
        page.go_back()
        page.go_forward()
        page.wait_for_timeout(300)
        assert "Xqzw" not in page.content()
        context.close()
        photos = [voter_screens.portrait(number) for number in range(1, 6)]
    files = [path for path in profile.rglob("*") if path.is_file()]
    assert len(files) > 20  # there is a profile to look into
    address = stage.url.removesuffix("/").encode()
    assert any(address in path.read_bytes() for path in files)  # what does stay is found by this search
    for path in files:
        data = path.read_bytes()
        wanted = (b"Xqzw", b"pilih-", token.text.encode(), token.text.replace("-", "").encode(), *photos)
        assert not [
            word[:20] for word in wanted if word in data or word.decode("latin-1").encode("utf-16-le") in data
        ], path


def _vote_by_touch(page: playwright.Page, stage: Stage, token: Token) -> None:
    """A voter without a scanner, who reads English in large letters."""
    page.get_by_role("button", name="Ketik kode kartu").tap()
    page.locator("#typing").wait_for()
    _type(page, token.text.replace("-", ""))
    page.get_by_role("button", name="Kirim").tap()
    page.get_by_role("button", name="English").tap()
    page.get_by_role("button", name="Larger letters").tap()
    page.locator('[data-size="1"]').wait_for()
    page.locator(".card").nth(2).tap()
    page.get_by_role("button", name="Yes, print the slip").tap()
    page.get_by_text("Your slip is being printed.").wait_for()
    stage.booth.print_slip()
    page.get_by_role("button", name="Right, send my vote").tap()
    page.get_by_text("Your vote is recorded.").wait_for()
    _until(page, stage, Done)
    stage.booth.finish()


def _type(page: playwright.Page, text: str) -> None:
    for sign in text:
        key = page.locator(f'[data-sign="{sign}"]')
        if not key.is_visible():
            page.locator("#key-case").tap()
        key.tap()


def test_a_code_is_typed_by_touch_mended_and_gone(chromium: playwright.Browser) -> None:
    with temporary() as base, staged(Path(base)) as stage:
        page = chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(stage.url)
        page.get_by_role("button", name="Ketik kode kartu").tap()
        page.locator("#typing").wait_for()
        good = stage.tokens[-1].text.replace("-", "")
        wrong = good[:-1] + ("2" if good[-1] != "2" else "3")
        _type(page, wrong[:5])
        page.get_by_role("button", name="Kirim").tap()
        page.get_by_text("Kode belum lengkap. Masih kurang 17 huruf.").wait_for()
        _type(page, wrong[5:])
        groups = page.locator(".typing-group").all_inner_texts()
        assert ["".join(group.split()) for group in groups] == [wrong[:5], wrong[5:11], wrong[11:16], wrong[16:]]
        _type(page, "2")  # a letter too many changes nothing
        assert page.locator("#typing-count").inner_text() == "22 dari 22"
        page.get_by_role("button", name="Kirim").tap()
        page.get_by_text("Kode ini tidak dikenal.").wait_for()
        assert isinstance(stage.booth.state, Refused) and wrong not in page.content()
        page.get_by_role("button", name="Perbaiki ketikan").tap()
        page.locator("#typing").wait_for()
        assert isinstance(stage.booth.state, Typing)
        page.locator("#key-delete").tap()
        _type(page, good[-1])
        page.get_by_role("button", name="Kirim").tap()
        page.get_by_role("button", name="English").wait_for()
        assert isinstance(stage.booth.state, ChoosingLanguage)
        assert good not in page.content() and not [url for url in asked if good[:8] in url or wrong[:8] in url]
        page.context.close()


def test_there_is_no_way_out_of_the_page(chromium: playwright.Browser) -> None:
    with temporary() as base, staged(Path(base)) as stage:
        page = chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True).new_page()
        page.goto(stage.url)
        stage.show("choose")
        page.locator(".card").first.wait_for()
        let_through = page.evaluate(
            """() => {
              const left = ['contextmenu', 'selectstart', 'dragstart', 'dblclick', 'auxclick', 'wheel', 'touchmove']
                .filter(name => document.body.dispatchEvent(new Event(name, {bubbles: true, cancelable: true})));
              const keys = [...Array(24).keys()].map(n => ({code: `F${n + 1}`})).concat(
                ['KeyP', 'KeyS', 'KeyF', 'KeyN', 'KeyT', 'KeyW', 'KeyR', 'KeyL', 'Equal', 'Minus', 'Digit0']
                  .map(code => ({code, ctrlKey: true})),
                [{code: 'ArrowLeft', altKey: true}, {code: 'Home', altKey: true}, {code: 'KeyL', metaKey: true},
                 {code: 'BrowserBack'}, {code: 'Escape'}, {code: 'ContextMenu'}]);
              return left.concat(keys.filter(key => document.body.dispatchEvent(
                new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...key}))).map(key => key.code));
            }"""
        )
        assert let_through == []
        assert page.evaluate("getComputedStyle(document.documentElement).touchAction") == "none"
        assert page.evaluate("getComputedStyle(document.body).userSelect") == "none"
        assert page.evaluate("[...document.querySelectorAll('a[href], [draggable=true]')].filter(e => "
                             "e.getClientRects().length).length") == 0  # fmt: skip
        page.context.close()


def test_languages_letters_and_contrast_are_gone_with_the_voter(chromium: playwright.Browser) -> None:
    village = make_village(tokens=3)
    with temporary() as base, running_kiosk(Path(base), village) as kiosk:
        page = chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True).new_page()
        page.goto(kiosk.url)
        page.get_by_role("button", name="Huruf lebih besar").tap()
        page.locator('[data-size="1"]').wait_for()
        kiosk.cards.scan(village.tokens[0].text)
        page.locator(".card").first.wait_for()
        assert page.locator('[data-size="1"]').count() == 1  # chosen on the first screen, it stays with this voter
        page.get_by_role("button", name="Kontras tinggi").tap()
        page.locator('[data-contrast="high"]').wait_for()
        page.locator(".card").first.tap()
        page.get_by_role("button", name="Ya, cetak struk").tap()
        page.get_by_role("button", name="Benar, kirim suara saya").tap(timeout=30_000)
        _until(page, kiosk, Idle)
        page.get_by_text("Selamat datang.").wait_for()
        assert page.locator('[data-size="0"]').count() == 1 and page.locator("[data-contrast]").count() == 0
        page.context.close()
