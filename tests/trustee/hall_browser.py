"""A real Chromium on the laptop in the hall, and the program behind it, which can be killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hall import passphrase
from playwright.sync_api import Browser, Page, Playwright

from epilwu.trustee.verifier import Verifier

AXE = Path(__file__).parents[2] / ".peers" / "axe" / "axe.min.js"
SIZES = {"1280": {"width": 1280, "height": 800}, "1024": {"width": 1024, "height": 600}}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def launch(playwright: Playwright) -> Browser:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is missing (apt-get install chromium)")
    return playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Program:
    """The page's program in ``folder``; ``entry`` is what it says on its terminal."""

    folder: Path
    verifier: Verifier
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    entry: str = ""

    def start(self) -> str:
        command = [sys.executable, str(Path(__file__).with_name("serve_page.py")), str(self.folder), str(self.port)]
        self.process = subprocess.Popen(
            [*command, str(self.verifier.path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://\S+", line)
            if found is not None:
                self.entry = found[0]
                return self.entry
        raise AssertionError("the program did not start")

    def kill(self) -> None:
        """As a power cut does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


class Hands:
    """Somebody at the keyboard. ``seen`` are the screens by name that axe has judged."""

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self.page = page
        self.pictures = pictures
        self.seen: dict[str, list[str]] = {}

    @property
    def heading(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def look(self, name: str) -> None:
        """Have axe judge the screen, and keep a picture where pictures are wanted."""
        if name in self.seen:
            return
        self.seen[name] = faults_of(self.page)
        assert not self.seen[name], (name, self.seen[name])
        if self.pictures is not None:
            for width, size in SIZES.items():
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self.page.screenshot(path=self.pictures / f"{name}-{width}.png")
            self.page.set_viewport_size(SIZES["1280"])  # type: ignore[arg-type]

    def require_axe(self) -> None:
        """Last in a test: what was walked through has passed, but without axe it was not judged."""
        if not AXE.is_file():
            pytest.skip("axe is missing (make peers): the screens were walked through, not judged")

    def type(self, *texts: str) -> None:
        """Type into the field that has the focus, go to the next field with Tab, and send with Enter."""
        self.focused()
        for number, text in enumerate(texts):
            if number:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(text)
        self.enter()

    def focused(self) -> None:
        """Wait until the page has put the focus where it belongs: people look before they type."""
        self.page.wait_for_function("() => document.activeElement.matches('input')")

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.settle()

    def settle(self) -> None:
        """Wait until no work goes on."""
        self.page.wait_for_url(lambda url: "/tunggu" not in url, timeout=30_000)
        self.page.wait_for_load_state("load")

    def tick_all(self) -> None:
        """Tick every box with the space bar, then send."""
        boxes = self.page.locator("input[type=checkbox]:enabled")
        for number in range(boxes.count()):
            boxes.nth(number).focus()
            self.page.keyboard.press("Space")
        self.enter()

    def choose_stick(self, name: str) -> None:
        self.page.get_by_role("radio", name=re.compile(rf"^{name}\b")).focus()
        self.page.keyboard.press("Space")
        self.enter()

    def give_code(self, seat: int, *, name: str, twice: bool = False) -> None:
        if self.page.locator("input[type=radio]").count():
            self.look(f"{name}-diska")
            self.choose_stick(f"diska-{seat}")
        self.look(f"{name}-kode")
        code = passphrase(seat)
        self.type(*((code, code) if twice else (code,)))


def faults_of(page: Page) -> list[str]:
    """What axe finds wrong with the page; contrast is asked at 7:1 (WCAG AAA)."""
    if not AXE.is_file():
        return []
    page.evaluate(AXE.read_text())
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}" for one in found["violations"]
    ]
