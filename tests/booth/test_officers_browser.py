"""Officers' screens in Debian's Chromium, by finger: from two PINs to "Selesai", in a rehearsal with seven officers.

That is the fullest that these screens can be: the mark of a rehearsal above, seven titles to choose from.
"""

from __future__ import annotations

import logging
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import booth_samples
import ears
import playwright.sync_api as playwright
import pytest
from booth_samples import AFTERNOON, PINS, Polling, make_village, stop, temporary, vote
from waitress.server import create_server

from epilwu.booth.checks import MARKS
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.kiosk import Kiosk
from epilwu.booth.opening_desk import Sources
from epilwu.booth.states import Closed
from epilwu.trust.pin import new_pin

CHROMIUM = shutil.which("chromium")
PICTURES = os.environ.get("EPILWU_SCREENSHOTS")
"""A folder for pictures of the screens, for whoever writes the guide."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
FINGER = 40
"""The least height of what is touched, in pixels: officers' screens are dense, and theirs are no voters' hands."""
_LARGE_ENOUGH = """least => [...document.querySelectorAll('button, a.button, label:has(input[type=radio])')]
    .filter(each => each.offsetHeight > 0 && each.offsetHeight < least).map(each => each.innerText)"""
_SIZES = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ears.FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(polling: Polling) -> Iterator[tuple[str, Kiosk]]:
    """The whole kiosk, on its port."""
    package, root, stick = polling.base / "paket.epb", polling.base / "root.pem", polling.base / "stick"
    package.write_bytes(polling.village.package_bytes)
    root.write_bytes(polling.village.root_pem)
    stick.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kiosk = Kiosk(polling.hall(), WedgeScanner(), Sources(package, root), port=port, medium=stick)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(kiosk, host="127.0.0.1", port=port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/", kiosk
    finally:
        server.close()
        thread.join(5)
        kiosk.stop()


class Finger:
    """An officer in front of the kiosk; each screen that is seen is judged."""

    def __init__(self, page: playwright.Page, *, rehearsal: bool) -> None:
        self.page = page
        self._rehearsal = rehearsal
        self._seen = 0

    def sees(self, words: str, name: str) -> None:
        page = self.page
        page.get_by_text(words).first.wait_for()
        assert page.get_by_text("GLADI – BUKAN PEMILIHAN").count() == int(self._rehearsal), words
        assert page.evaluate(_SIZES) == [0, 0], words
        assert page.evaluate(_LARGE_ENOUGH, FINGER) == [], words
        self._seen += 1
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(PICTURES) / f"petugas-{self._seen:02d}-{name}.png")
        if ears.AXE.is_file():
            page.evaluate(ears.AXE.read_text())
            options = {"runOnly": {"type": "tag", "values": ears.TAGS}, "rules": {"region": {"enabled": False}}}
            faults = page.evaluate("options => axe.run(document, options)", options)["violations"]
            assert not faults, (words, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in faults])

    def touches(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).first.tap()

    def types(self, officer: int, pins: dict[int, str], send: str) -> None:
        self.page.locator(f'label:has(input[value="{officer}"])').tap()
        for digit in pins[officer]:
            self.page.locator(f'[data-key="{digit}"]').tap()
        assert self.page.locator("#pin").input_value() == pins[officer]
        self.touches(send)


@pytest.fixture
def seven(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """Seven officers' PINs, as the village's package will have them."""
    pins = {number: PINS.get(number) or new_pin() for number in range(1, 8)}
    monkeypatch.setattr(booth_samples, "OFFICERS", ("Ketua KPPS", *(f"Anggota KPPS {n}" for n in range(2, 8))))
    monkeypatch.setattr(booth_samples, "PINS", pins)
    return pins


def test_officers_open_watch_and_close_by_touch(chromium: playwright.Browser, seven: dict[int, str]) -> None:
    with temporary() as name:
        village = make_village(rehearsal=not PICTURES)
        polling = Polling(Path(name), village)
        context = chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True, bypass_csp=True)
        with served(polling) as (url, kiosk), context:
            finger = Finger(context.new_page(), rehearsal=not PICTURES)
            _open(finger, url, seven)
            assert kiosk.booth is not None
            vote(kiosk.booth, village.tokens[0], 1)
            finger.page.goto(f"{url}petugas")
            finger.sees("Satu PIN cukup", "pin")
            finger.types(7, seven, "Masuk")
            finger.sees("Keadaan bilik", "keadaan")
            finger.touches("Ganti kertas")
            finger.sees("Buka tutup printer", "kertas")
            finger.touches("Cetak baris uji")
            finger.sees("Kertas uji sudah keluar", "kertas-uji")
            finger.touches("Terbaca, lanjutkan")
            finger.touches("Tutup bilik")
            finger.sees("petugas kedua harus ikut memutuskan", "tutup-lebih-awal")
            polling.moment = AFTERNOON
            finger.page.reload()
            finger.sees("tidak dapat dibuka lagi", "tutup")
            finger.touches("Tutup bilik untuk selamanya")
            finger.sees("Selesai.", "selesai")
            assert isinstance(kiosk.booth.state, Closed)
            assert len(list((polling.base / "stick").iterdir())) == 1
    ears.require_axe()


def _open(finger: Finger, url: str, pins: dict[int, str]) -> None:
    finger.page.goto(url)
    finger.sees("petugas pertama", "pin-pertama")
    finger.types(1, pins, "Lanjut")
    finger.sees("petugas kedua", "pin-kedua")
    finger.types(7, pins, "Buka")
    finger.sees("Apakah ini paket yang benar?", "paket")
    finger.touches("Cocok, uji alat")
    finger.sees("Uji alat", "uji-alat")
    finger.touches("Sentuh tanda")
    finger.sees("Sentuh kelima tanda", "uji-sentuh")
    for mark in range(MARKS):
        finger.touches(f"Tanda {mark + 1}")
    finger.touches("Dengarkan")
    finger.sees("Pakai penyuara telinga", "uji-suara")
    finger.touches("Terdengar jelas")
    finger.touches("Pindai")
    finger.sees("Pindai kode apa saja", "uji-pindai")
    finger.page.locator("#code").fill("UJI-ALAT")
    finger.touches("Periksa")
    finger.touches("Cetak kertas uji")
    finger.sees("tercetak; lihat kertasnya", "uji-kertas")
    finger.touches("Terbaca")
    finger.touches("Jam benar")
    finger.sees("Semua alat lulus.", "uji-selesai")
    finger.touches("Hitung isi")
    finger.sees("Laporan nol", "laporan-nol")
    finger.touches("Tercetak dan ditandatangani")
    finger.page.get_by_text("Selamat datang.").wait_for()


def test_a_takeover_by_touch(chromium: playwright.Browser) -> None:
    with temporary() as name:
        village = make_village(tokens=2)
        dead = Polling(Path(name) / "a", village)
        booth = dead.start()
        vote(booth, village.tokens[0], 1)
        stop(booth)
        spare = Polling(Path(name) / "b", village, device="UJI-B")
        shutil.rmtree(spare.second)
        shutil.copytree(dead.second, spare.second)
        context = chromium.new_context(viewport={"width": 1024, "height": 600}, has_touch=True, bypass_csp=True)
        with served(spare) as (url, kiosk), context:
            finger = Finger(context.new_page(), rehearsal=False)
            finger.page.goto(url)
            finger.types(1, PINS, "Lanjut")
            finger.types(2, PINS, "Buka")
            finger.sees("Ambil alih bilik yang mati?", "ambil-alih")
            finger.touches("Ambil alih dan lanjutkan")
            finger.page.get_by_text("Bilik menyala kembali.").wait_for()
            assert kiosk.booth is not None and kiosk.booth.counts().ballots == 1
    ears.require_axe()
