"""The camera's page in a real Chromium whose camera is a film of slips laid down one after the other."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from case.case_samples import AUDITORS, landslide, opened
from paper_drawing import draw
from PIL import Image
from werkzeug.serving import make_server

playwright = pytest.importorskip("playwright.sync_api")

from epilwu.audit.case.events import BoxOpened  # noqa: E402
from epilwu.audit.web.app import create_app  # noqa: E402
from epilwu.audit.web.config import WebConfig  # noqa: E402

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--use-fake-ui-for-media-stream",
         "--use-fake-device-for-media-stream")  # fmt: skip
AXE = Path(__file__).parents[2] / ".peers" / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FRAMES = 75  # at 30 a second


def film(target: Path) -> Path:
    """An empty table, two slips one after the other, then the first once more; over and over."""
    slips = landslide().slips[1, 1]
    empty = Image.new("RGB", (1280, 720), (120, 105, 90))
    scenes = [empty]
    for slip in slips[:2]:
        with Image.open(draw(slip, target)) as drawn:
            paper = drawn.convert("RGB").resize((370, 702)).rotate(90 + 7, expand=True, fillcolor=(120, 105, 90))
        scene = empty.copy()
        scene.paste(paper, (250, 60))
        scenes.append(scene)
    path = target / "film.mjpeg"
    with path.open("wb") as file:
        for scene in scenes:
            scene.save(target / "frame.jpg", "JPEG", quality=88)
            file.write((target / "frame.jpg").read_bytes() * FRAMES)
    return path


@pytest.fixture
def page(tmp_path: Path) -> Iterator[playwright.Page]:
    """The camera's page of station 1, with the film before the camera."""
    if CHROMIUM is None:
        pytest.skip("Chromium is missing (apt-get install chromium)")
    acts = opened(tmp_path)
    acts.open_box(BoxOpened(station=1, by_order="700/12/2023", seal="Segel 17", people=AUDITORS, note=""))
    acts.close()
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [])
    config = WebConfig(port=server.server_port, secret=bytes(32), case=tmp_path / "kasus", jobs=1)
    server.app = create_app(config)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={film(tmp_path)}"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        found = browser.new_page(viewport={"width": 1280, "height": 800})
        found.goto(config.entry())
        found.goto(f"http://{config.host}/pindai/1/kamera")
        yield found
        browser.close()
    server.shutdown()


def test_each_slip_is_entered_once_however_long_it_lies_there(page: playwright.Page) -> None:
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.get_by_role("button", name="Nyalakan kamera").click()
    told = page.get_by_role("status")
    playwright.expect(told).to_contain_text("Kertas 1: dihitung", timeout=60_000)
    playwright.expect(told).to_contain_text("✓ DIHITUNG")
    playwright.expect(told).to_contain_text("Kertas 2: dihitung", timeout=60_000)
    playwright.expect(told).to_contain_text("= SUDAH TERBACA", timeout=60_000)  # the film begins anew
    playwright.expect(told).to_contain_text("bundel 1, kertas 1")
    page.get_by_role("button", name="Catat juga: ini kertas lain").click()
    playwright.expect(told).to_contain_text("2× GANDA", timeout=20_000)
    playwright.expect(told).to_contain_text("sudah ada di bundel 1, kertas 1")
    page.get_by_role("button", name="Kertas ini tidak terbaca").click()
    playwright.expect(told).to_contain_text("? TIDAK TERBACA", timeout=20_000)
    playwright.expect(page.locator("#camera-bundle")).to_have_text("Bundel 1: 4 lembar")
    assert troubles == []
    if AXE.is_file():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.goto(page.url.removesuffix("/kamera"))
    playwright.expect(page.get_by_text("4 kertas").first).to_be_visible()
