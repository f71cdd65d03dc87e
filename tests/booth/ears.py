"""A voter who cannot see the screen: a numeric keypad and headphones, in a real Chromium.

The recordings are played sixteen times as fast as people hear them; everything else is as in a booth.
"""

from __future__ import annotations

import io
import math
import struct
import time
import wave
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from booth_samples import Village
from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--incognito",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
AXE = Path(__file__).parents[2] / ".peers" / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 20.0
_HURRY = """
document.addEventListener('DOMContentLoaded', () => {
  const player = document.querySelector('audio');
  if (!player) return;
  player.defaultPlaybackRate = 16;
  for (const kind of ['play', 'ended', 'error'])
    player.addEventListener(kind, () => window.sounded(kind, player.dataset.clip, player.duration));
});
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the page's own <audio> element said: ``kind`` is play, ended or error."""

    kind: str
    clip: str
    seconds: float


class Ears:
    """One page, and all that was heard and asked for on it."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context = browser.new_context(viewport={"width": 1024, "height": 600}, has_touch=True)
        self.page: Page = self.context.new_page()
        self.heard: list[Heard] = []
        self.asked: list[str] = []
        self.page.expose_function("sounded", lambda kind, clip, s: self.heard.append(Heard(kind, clip, s or math.nan)))
        self.page.add_init_script(_HURRY)
        self.page.on("request", lambda request: self.asked.append(urlsplit(request.url).path))
        self.page.goto(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def press(self, key: str) -> None:
        """A finger on the keypad, no faster than fingers are."""
        self.page.wait_for_timeout(800)
        self.page.keyboard.press(key)

    def hears(self, *clips: str) -> None:
        """Wait until exactly these recordings have been heard to their ends, in this order, and nothing failed."""
        wanted = [clip if "/" in clip else f"id/{clip}" for clip in clips]
        deadline = time.monotonic() + PATIENCE
        while len(self.ended) < len(wanted) and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert self.ended == wanted
        assert [each.clip for each in self.heard if each.kind == "play"] == wanted
        assert not [each for each in self.heard if each.kind == "error"]
        assert all(each.seconds > 0.2 for each in self.heard if each.kind == "ended")
        self.heard.clear()

    @property
    def ended(self) -> list[str]:
        return [each.clip for each in self.heard if each.kind == "ended"]

    def sees(self, words: str) -> None:
        """Wait for the words on the screen; nothing that axe knows may be wrong with it."""
        self.page.get_by_text(words).first.wait_for(timeout=PATIENCE * 1000)
        if AXE.is_file():
            self.page.evaluate(AXE.read_text())
            options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
            found = self.page.evaluate("options => axe.run(document, options)", options)
            faults = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
            assert not faults, (words, faults)

    def sounds_asked(self) -> list[str]:
        """The recordings asked for since the last call, in order."""
        asked = [path.removeprefix("/suara/") for path in self.asked if path.startswith("/suara/")]
        self.asked.clear()
        return asked


def require_axe() -> None:
    """Last in a test: what was walked through has passed, but without axe it was not judged."""
    if not AXE.is_file():
        pytest.skip("axe is missing (make peers): the screens were walked through, not judged")


def tone(hertz: float, seconds: float = 0.5) -> bytes:
    """A recording that can be told from another."""
    rate = 8_000
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        steps = range(int(rate * seconds))
        file.writeframes(b"".join(struct.pack("<h", int(9_000 * math.sin(math.tau * hertz * i / rate))) for i in steps))
    return out.getvalue()


def with_voices(village: Village, voices: Mapping[str, bytes]) -> Village:
    """The village with these recordings in its booth's package, as ``voice_clips`` names them."""
    return replace(village, setup=replace(village.setup, package=replace(village.package, voices=voices)))
