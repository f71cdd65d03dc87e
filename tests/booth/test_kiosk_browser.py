"""A voter votes by touch: the real application, Debian's Chromium, printer and scanner on serial lines.

With EPILWU_SCREENSHOTS set to a folder, a picture of each screen is left there.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from booth_samples import CODE, Polling, Village, make_village, temporary
from kiosk_samples import Kiosk, running_kiosk
from PIL import Image
from voter_screens import MEASURE, faults

from epilwu.booth.states import Done, Halted, Idle, PrintTrouble, Reading, Refused, SlipVoided, State
from epilwu.protocol.credential import Token
from epilwu.receipt.slip import parse_slip, verify_slip

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--incognito"]
SLOW = 15.0


class Voter:
    """A finger at the screen."""

    def __init__(self, page: playwright.Page, kiosk: Kiosk, name: str) -> None:
        self.page = page
        self.kiosk = kiosk
        self.name = name
        self.requests: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))

    def sees(self, words: str) -> None:
        """Wait for the words; then everything must be large enough, on the screen, and in nobody's way."""
        self.page.get_by_text(words).first.wait_for(timeout=SLOW * 1000)
        self.page.wait_for_load_state()
        self.page.evaluate("document.fonts.ready")
        assert faults(self.page.evaluate(MEASURE), 1024, 600) == [], words
        self.picture(words)

    def touches(self, words: str) -> None:
        self.page.locator("button", has_text=words).first.tap()

    def touches_card(self, number: int) -> None:
        self.page.locator(".card").nth(number - 1).tap()

    def scans(self, token: Token | str) -> None:
        self.kiosk.cards.scan(token if isinstance(token, str) else token.text)

    def picture(self, words: str) -> None:
        folder = os.environ.get("EPILWU_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            slug = "".join(c if c.isalnum() else "-" for c in words.lower()).strip("-")
            self.page.screenshot(path=str(Path(folder) / f"{self.name}-{slug}.png"))


def _until(kiosk: Kiosk, state: type[State]) -> None:
    deadline = time.monotonic() + SLOW
    while not isinstance(kiosk.booth.state, state):
        assert time.monotonic() < deadline, f"{kiosk.booth.state} is not {state.__name__}"
        time.sleep(0.02)


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


def _context(chromium: playwright.Browser, width: int = 1024, height: int = 600) -> playwright.BrowserContext:
    context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    context.set_default_timeout(SLOW * 1000)
    return context


def test_a_voter_votes_by_touch(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(tokens=3)
    with running_kiosk(base, village) as kiosk, _context(chromium) as context:
        voter = Voter(context.new_page(), kiosk, "pemilih")
        voter.page.goto(kiosk.url)
        voter.sees("Pindai kartu token Anda.")
        voter.scans(village.tokens[0])
        voter.sees("Pilih satu calon kuwu.")
        assert voter.page.evaluate(MEASURE)["focus"] == "BODY"  # nothing is selected for the voter
        voter.touches_card(3)
        voter.sees("Apakah Anda yakin dengan pilihan Anda?")
        voter.touches("Ulangi")
        voter.sees("Pilih satu calon kuwu.")
        voter.touches_card(2)
        voter.sees("Apakah Anda yakin dengan pilihan Anda?")
        voter.touches("Ya, cetak struk")
        voter.sees("Apakah nomor dan namanya benar?")
        _slip_says(kiosk, village, 2)
        voter.touches("Benar, kirim suara saya")
        voter.sees("Suara Anda sudah tercatat.")
        assert kiosk.booth.ledger.store.counts().ballots == 1
        _until(kiosk, Idle)  # by itself, after 8 s
        voter.sees("Pindai kartu token Anda.")
        _nothing_is_left(voter)


def _slip_says(kiosk: Kiosk, village: Village, choice: int) -> None:
    """What stands on the paper's picture is what was touched."""
    assert kiosk.paper.last_paper is not None
    (code,) = zxingcpp.read_barcodes(Image.open(kiosk.paper.last_paper))
    payload = verify_slip(parse_slip(code.text), village.setup.certificate.public_key)
    assert (payload.choice, payload.booth) == (choice, 1)


def _nothing_is_left(voter: Voter) -> None:
    """No address but the one; no way back; no cookie, no storage; no choice in any address that was asked for."""
    page = voter.page
    assert page.url == voter.kiosk.url
    paths = {url.removeprefix(voter.kiosk.url) for url in voter.requests}
    assert {path for path in paths if not path.startswith(("bersama/", "kios/"))} == {"", "keadaan"}
    page.go_back()
    page.wait_for_timeout(500)
    if page.url == voter.kiosk.url:
        assert "Selamat datang." in page.content()
    page.goto(voter.kiosk.url)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_troubles_are_told_and_got_over(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(tokens=3, rehearsal=True)  # its banner leaves the least room
    with running_kiosk(base, village) as kiosk, _context(chromium) as context:
        voter = Voter(context.new_page(), kiosk, "gangguan")
        voter.page.goto(kiosk.url)
        voter.scans(village.others[0])
        voter.sees("Kartu ini untuk bilik lain.")
        _until(kiosk, Refused)
        voter.touches("Kembali ke awal")
        voter.sees("Selamat datang.")
        voter.scans(village.tokens[0])
        voter.sees("Pilih satu calon kuwu.")
        voter.touches("Huruf")
        voter.page.locator('[data-size="1"]').wait_for()
        voter.sees("Pilih satu calon kuwu.")
        voter.touches("Kontras")
        voter.page.locator('[data-contrast="high"]').wait_for()
        voter.touches("Pilihan Kosong")
        voter.sees("Anda tidak memilih calon mana pun.")
        kiosk.paper.set(paper_dots=0)
        voter.touches("Ya, cetak struk")
        voter.sees("Kertas printer habis.")
        _until(kiosk, PrintTrouble)
        kiosk.paper.new_roll()
        voter.sees("Printer sudah siap lagi.")
        voter.touches("Cetak struk lagi")
        voter.sees("Baca struk Anda.")
        voter.touches("Tidak benar")
        voter.sees("Struk dibatalkan.")
        _until(kiosk, SlipVoided)
        voter.touches("Panggil petugas")
        voter.sees("Petugas sedang dipanggil.")
        voter.touches("Kembali")
        voter.sees("Struk dibatalkan.")
        voter.touches("Panggil petugas")
        voter.sees("Petugas sedang dipanggil.")
        voter.page.get_by_text("Khusus petugas").tap()
        voter.page.get_by_text("1. Ketua KPPS").tap()
        for digit in CODE:
            voter.page.locator(f'[data-key="{digit}"]').tap()
        voter.page.get_by_role("button", name="Masuk").tap()
        voter.touches("Akhiri sesi tanpa suara")
        voter.page.get_by_role("button", name="Kunci, kembali ke pemilih").tap()
        voter.sees("Selamat datang.")
        counts = kiosk.booth.ledger.store.counts()
        assert (counts.ballots, counts.slips_void) == (0, 2)


def test_a_lost_second_medium_is_told_with_the_vote_recorded(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(tokens=3)
    polling = Polling(base, village)
    with running_kiosk(base, village, polling) as kiosk, _context(chromium) as context:
        voter = Voter(context.new_page(), kiosk, "media")
        voter.page.goto(kiosk.url)
        voter.sees("Selamat datang.")
        voter.scans(village.tokens[0])
        voter.sees("Pilih satu calon kuwu.")
        voter.touches_card(5)
        voter.sees("Apakah Anda yakin")
        voter.touches("Ya, cetak struk")
        voter.sees("Baca struk Anda.")
        polling.second.rename(base / "saku")
        voter.touches("Benar, kirim suara saya")
        voter.sees("Suara Anda SUDAH tercatat.")
        _until(kiosk, Halted)
        (base / "saku").rename(polling.second)
        kiosk.booth.resume()
        voter.sees("Selamat datang.")
        assert not isinstance(kiosk.booth.state, Done | Reading)
