"""Printer and scanner as voters and officers see them on the screen: each trouble has its own words, each cable may be
pulled and put back, and a scanner may type like a keyboard. A real Chromium and real pseudo-terminals.

With EPILWU_SCREENSHOTS set to a folder, a picture of each screen is left there.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, make_village, temporary
from kiosk_samples import Kiosk, running_kiosk

from epilwu.booth.devices.printer import Completion
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.standin.printer import NEAR_END_DOTS
from epilwu.booth.states import Choosing, Confirming, Halted, Idle, PrintTrouble, Reading, Refused, State

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--incognito"]
SLOW = 20.0
TROUBLES = (
    ({"paper_dots": 0}, "Kertas printer habis."),
    ({"cover_open": True}, "Tutup printer terbuka."),
    ({"offline": True}, "Printer tidak dalam keadaan siap."),
    ({"error": True}, "Printer bermasalah."),
    ({"silent": True}, "Printer tidak menjawab."),
)
WELL = {"paper_dots": 240_000, "cover_open": False, "offline": False, "error": False, "silent": False}


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


@pytest.fixture
def page(chromium: playwright.Browser) -> Iterator[playwright.Page]:
    with chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True) as context:
        context.set_default_timeout(SLOW * 1000)
        yield context.new_page()


def sees(page: playwright.Page, words: str, name: str) -> None:
    page.get_by_text(words).first.wait_for()
    page.wait_for_load_state()
    assert not page.evaluate("document.documentElement.scrollHeight > innerHeight"), words
    if folder := os.environ.get("EPILWU_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"alat-{name}.png"))


def until(kiosk: Kiosk, state: type[State]) -> None:
    deadline = time.monotonic() + SLOW
    while not isinstance(kiosk.booth.state, state):
        assert time.monotonic() < deadline, f"{kiosk.booth.state} is not {state.__name__}"
        time.sleep(0.02)


def touch(page: playwright.Page, words: str) -> None:
    page.locator("button", has_text=words).first.tap()


def confirmed(kiosk: Kiosk, page: playwright.Page, card: str) -> None:
    kiosk.cards.scan(card)
    page.get_by_text("Pilih satu calon kuwu.").wait_for()
    page.locator(".card").nth(1).tap()
    page.get_by_text("Apakah Anda yakin").wait_for()


def test_each_trouble_of_the_printer_has_its_words_while_nobody_votes(page: playwright.Page, base: Path) -> None:
    with running_kiosk(base, make_village(tokens=2)) as kiosk:
        page.goto(kiosk.url)
        sees(page, "Selamat datang.", "siap")
        for condition, words in TROUBLES:
            kiosk.paper.set(**WELL | condition)
            sees(page, words, f"menunggu-{next(iter(condition))}")  # from the trouble before, straight to this one
        kiosk.paper.unplug()
        sees(page, "Printer tidak menjawab.", "menunggu-kabel")
        kiosk.paper.plug()
        kiosk.paper.set(**WELL)
        sees(page, "Selamat datang.", "siap-lagi")
        until(kiosk, Idle)


def test_paper_that_runs_low_warns_and_then_stops_sessions(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=9)
    with running_kiosk(base, village) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Selamat datang.").wait_for()
        kiosk.paper.set(paper_dots=NEAR_END_DOTS)
        sees(page, "kertas printer hampir habis. Siapkan gulungan baru.", "kertas-hampir-habis")
        voted = 0
        for token in village.tokens:
            kiosk.cards.scan(token.text)
            until_one_of(kiosk, Choosing, Halted)
            if isinstance(kiosk.booth.state, Halted):
                break
            kiosk.booth.choose(1)
            kiosk.booth.confirm()
            until(kiosk, Reading)
            kiosk.booth.slip_right()
            kiosk.booth.finish()
            voted += 1
        sees(page, "Petugas: pasang gulungan baru sekarang.", "kertas-terlalu-sedikit")
        assert 3 <= voted <= 6
        assert kiosk.paper.condition.paper_dots > 0, "no slip met the end of the paper"
        assert kiosk.booth.counts().slips_void == 0
        kiosk.paper.new_roll()
        sees(page, "Pindai kartu token Anda.", "gulungan-baru")
        assert page.get_by_text("hampir habis").count() == 0


def until_one_of(kiosk: Kiosk, *states: type[State]) -> None:
    deadline = time.monotonic() + SLOW
    while not isinstance(kiosk.booth.state, states):
        assert time.monotonic() < deadline, kiosk.booth.state
        time.sleep(0.02)


@pytest.mark.parametrize(("condition", "words"), TROUBLES)
def test_each_trouble_in_a_session_and_a_new_slip_after_it(
    page: playwright.Page, base: Path, condition: dict[str, int], words: str
) -> None:
    village = make_village(tokens=2)
    with running_kiosk(base, village) as kiosk:
        page.goto(kiosk.url)
        confirmed(kiosk, page, village.tokens[0].text)
        kiosk.paper.set(**condition)
        touch(page, "Ya, cetak struk")
        sees(page, words, f"sesi-{next(iter(condition))}")
        page.get_by_text("Suara Anda BELUM tercatat; pilihan Anda tidak hilang.").wait_for()
        kiosk.paper.set(**WELL)
        sees(page, "Printer sudah siap lagi.", "sesi-siap-lagi")
        touch(page, "Cetak struk lagi")
        page.get_by_text("Baca struk Anda.").wait_for()
        touch(page, "Benar, kirim suara saya")
        page.get_by_text("Suara Anda sudah tercatat.").wait_for()
        counts = kiosk.booth.counts()
        assert (counts.ballots, counts.slips_void) == (1, 1)


def test_a_printer_that_tells_nothing_asks_the_voter(page: playwright.Page, base: Path) -> None:
    """Where the model does not say that a slip is out, only the voter can; a slip that stayed away is void."""
    village = make_village(tokens=2)
    with running_kiosk(base, village, completion=Completion.NONE) as kiosk:
        page.goto(kiosk.url)
        confirmed(kiosk, page, village.tokens[0].text)
        touch(page, "Ya, cetak struk")
        sees(page, "Struk tidak keluar", "tanpa-konfirmasi")
        touch(page, "Struk tidak keluar")
        until(kiosk, PrintTrouble)
        sees(page, "Cetak struk lagi", "tanpa-konfirmasi-lagi")
        touch(page, "Cetak struk lagi")
        page.get_by_text("Baca struk Anda.").wait_for()
        touch(page, "Benar, kirim suara saya")
        page.get_by_text("Suara Anda sudah tercatat.").wait_for()
        counts = kiosk.booth.counts()
        assert (counts.ballots, counts.slips_void) == (1, 1)


def test_the_scanners_cable_is_pulled_and_put_back(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=2)
    with running_kiosk(base, village) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Selamat datang.").wait_for()
        kiosk.cards.unplug()
        sees(page, "Pemindai tidak terhubung.", "pemindai-lepas")
        kiosk.cards.plug()
        page.get_by_text("Dekatkan kode kotak").wait_for()
        kiosk.cards.scan(village.tokens[0].text)
        page.get_by_text("Pilih satu calon kuwu.").wait_for()
        kiosk.cards.unplug()  # in a session: it goes on
        page.locator(".card").nth(0).tap()
        page.get_by_text("Apakah Anda yakin").wait_for()
        touch(page, "Ya, cetak struk")
        page.get_by_text("Baca struk Anda.").wait_for()
        touch(page, "Benar, kirim suara saya")
        page.get_by_text("Suara Anda sudah tercatat.").wait_for()
        kinds = [(entry.event.kind, getattr(entry.event, "state", "")) for entry in kiosk.booth.ledger.entries()]
        assert kinds.count(("device_fault", "gone")) == 2


def test_the_printers_cable_is_pulled_in_a_session(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=2)
    with running_kiosk(base, village) as kiosk:
        page.goto(kiosk.url)
        confirmed(kiosk, page, village.tokens[0].text)
        kiosk.paper.unplug()
        touch(page, "Ya, cetak struk")
        sees(page, "Printer tidak menjawab.", "sesi-kabel")
        kiosk.paper.plug()
        sees(page, "Printer sudah siap lagi.", "sesi-kabel-kembali")
        touch(page, "Cetak struk lagi")
        page.get_by_text("Baca struk Anda.").wait_for()
        assert len(kiosk.paper.papers()) <= 3  # opening report, the slip, perhaps a scrap marked void
        touch(page, "Benar, kirim suara saya")
        page.get_by_text("Suara Anda sudah tercatat.").wait_for()


# The scanner that types.


def types(page: playwright.Page, text: str, *, apart: float = 0.008) -> None:
    """As a wedge does: key by key, ``apart`` seconds between by the events' own clock, Enter at the end."""
    keyboard = page.context.new_cdp_session(page)
    at = time.time()
    for sign in [*text, "\r"]:
        at += apart
        key = {"key": "Enter", "code": "Enter"} if sign == "\r" else {"key": sign, "code": _code(sign)}
        virtual = {"windowsVirtualKeyCode": 13 if sign == "\r" else ord(sign.upper())}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": sign, "timestamp": at, **key, **virtual})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, **key, **virtual})
    keyboard.detach()


def _code(sign: str) -> str:
    if sign.isdigit():
        return f"Digit{sign}"
    return f"Key{sign.upper()}" if sign.isalpha() else {" ": "Space", "-": "Minus"}.get(sign, "Period")


def test_a_scanner_that_types_starts_a_session_and_leaves_nothing(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=3)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    with running_kiosk(base, village, wedge=WedgeScanner()) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Selamat datang.").wait_for()
        types(page, "EPW1:ABC DEF GHI")
        page.get_by_text("Ini bukan kartu token.").wait_for()
        until(kiosk, Refused)
        types(page, village.tokens[0].text)
        page.get_by_text("Pilih satu calon kuwu.").wait_for()
        token = village.tokens[0].text
        assert token not in page.content() and all(token not in url for url in requests)
        assert page.evaluate("[...document.querySelectorAll('input')].map(i => i.value).join()").find(token) < 0
        assert {url.removeprefix(kiosk.url) for url in requests if "kartu" in url} == {"kartu"}


def test_typing_in_a_session_changes_nothing(page: playwright.Page, base: Path) -> None:
    """A card that is scanned, digits and Enter among its signs, is no answer to any question; nor is a slow hand."""
    village = make_village(tokens=3)
    with running_kiosk(base, village, wedge=WedgeScanner()) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Selamat datang.").wait_for()
        types(page, village.tokens[1].text, apart=0.15)
        page.wait_for_timeout(400)
        assert isinstance(kiosk.booth.state, Idle), "a hand types no card"
        types(page, village.tokens[0].text)
        page.get_by_text("Pilih satu calon kuwu.").wait_for()
        page.keyboard.press("Tab")  # a switch has put the focus on a button
        types(page, village.tokens[1].text)
        types(page, "12345 67890 12345")
        page.wait_for_timeout(400)
        assert isinstance(kiosk.booth.state, Choosing)
        page.locator(".card").nth(2).tap()
        page.get_by_text("Apakah Anda yakin").wait_for()
        page.wait_for_timeout(800)
        types(page, village.tokens[1].text)
        page.wait_for_timeout(400)
        assert kiosk.booth.state == Confirming(3)


def test_a_typing_scanner_that_is_pulled_shows_where_its_device_is_known(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=2)
    device = base / "papan-tombol"
    device.touch()
    with running_kiosk(base, village, wedge=WedgeScanner(device)) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Dekatkan kode kotak").wait_for()
        device.unlink()
        page.get_by_text("Pemindai tidak terhubung.").wait_for()
        device.touch()
        page.get_by_text("Dekatkan kode kotak").wait_for()
        types(page, village.tokens[0].text)
        page.get_by_text("Pilih satu calon kuwu.").wait_for()


def test_a_booth_without_such_a_scanner_takes_no_typed_card(page: playwright.Page, base: Path) -> None:
    village = make_village(tokens=2)
    with running_kiosk(base, village, Polling(base, village)) as kiosk:
        page.goto(kiosk.url)
        page.get_by_text("Selamat datang.").wait_for()
        types(page, village.tokens[0].text)
        answer = page.request.post(f"{kiosk.url}kartu", form={"kartu": village.tokens[0].text, "turn": ""})
        assert answer.status == 404
        page.wait_for_timeout(300)
        assert isinstance(kiosk.booth.state, Idle)
