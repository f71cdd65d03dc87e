"""A booth as a voter waits for it: from touch to paper, from touch to thanks, a session at human pace, its start, and
its memory over a long day. Through HTTP, and in Debian's Chromium where that is installed.

The stand-in printer takes bytes at once and prints at once: a real one adds its line's speed and its own.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import booth_samples
import pytest
import test_commands
from booth_samples import make_village, temporary
from kiosk_samples import Kiosk, running_kiosk
from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.booth.states import Choosing, Done, Idle, Reading, State
from epilwu.trust import keyfile

pytestmark = pytest.mark.slow
ROUNDS = 15
PAPER_LIMIT = 300
THANKS_LIMIT = 500
START_LIMIT = 5000
CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--incognito"]
HERE = Path(__file__).parent
PACE = (("pilih-3", 8.0), ("cetak", 4.0), ("benar", 6.0))
"""What a voter does, and for how long (seconds) the screen before it is looked at."""


def _until(kiosk: Kiosk, state: type[State]) -> None:
    deadline = time.monotonic() + 30
    while not isinstance(kiosk.booth.state, state):
        assert time.monotonic() < deadline, kiosk.booth.state
        time.sleep(0.001)


def _turn(kiosk: Kiosk) -> str:
    """The page's turn, fetched as the browser has done before a voter touches anything."""
    found = re.search(r'name="turn" value="([^"]+)"', urlopen(kiosk.url).read().decode())
    assert found is not None
    return found[1]


def _touch(kiosk: Kiosk, act: str, turn: str) -> str:
    """Press a button as the browser does: the form's body, then the page that the redirect leads to."""
    return str(urlopen(kiosk.url, data=urlencode({"act": act, "turn": turn}).encode()).read().decode())


class Voters:
    """One after another at one kiosk; each is led to the screen before the touch that is measured."""

    def __init__(self, kiosk: Kiosk, texts: Iterator[str]) -> None:
        self.kiosk = kiosk
        self._texts = texts

    def to_confirming(self) -> None:
        booth = self.kiosk.booth
        if not isinstance(booth.state, Idle):  # the voter before
            if not isinstance(booth.state, Done):
                _until(self.kiosk, Reading)
                booth.slip_right()
            booth.finish()
        self.kiosk.cards.scan(next(self._texts))
        _until(self.kiosk, Choosing)
        booth.choose(3)

    def to_reading(self) -> None:
        self.to_confirming()
        self.kiosk.booth.confirm()
        _until(self.kiosk, Reading)

    def wait_for_paper(self, before: float) -> None:
        """Until the stand-in has printed the first bytes of a paper begun after ``before``."""
        while self.kiosk.paper.began < before:
            time.sleep(0.0005)


@contextmanager
def _voters() -> Iterator[Voters]:
    village = make_village(tokens=ROUNDS + 10)
    with temporary() as name, running_kiosk(Path(name), village) as kiosk:
        yield Voters(kiosk, (token.text for token in village.tokens))


def _says(benchmark: BenchmarkFixture, says: str, limit: int) -> None:
    benchmark.extra_info["says"] = says
    benchmark.extra_info["limit_ms"] = limit


def test_bench_yes_to_paper(benchmark: BenchmarkFixture) -> None:
    with _voters() as voters:

        def confirming() -> tuple[tuple[str], dict[str, Any]]:
            voters.to_confirming()
            return (_turn(voters.kiosk),), {}

        def yes(turn: str) -> None:
            before = time.monotonic()
            _touch(voters.kiosk, "cetak", turn)
            voters.wait_for_paper(before)

        benchmark.pedantic(yes, setup=confirming, rounds=ROUNDS)
        _says(benchmark, "from the voter's “Ya” to the slip's first bytes at the printer, through HTTP", PAPER_LIMIT)


def test_bench_matches_to_thanks(benchmark: BenchmarkFixture) -> None:
    with _voters() as voters:

        def reading() -> tuple[tuple[str], dict[str, Any]]:
            voters.to_reading()
            return (_turn(voters.kiosk),), {}

        def right(turn: str) -> None:
            assert "Suara Anda sudah tercatat." in _touch(voters.kiosk, "benar", turn)

        benchmark.pedantic(right, setup=reading, rounds=ROUNDS)
        _says(benchmark, "from “Benar” to the thank-you screen, through HTTP", THANKS_LIMIT)


@contextmanager
def _page(voters: Voters) -> Iterator[Any]:
    """The kiosk's page in a real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1024, "height": 600})
        page.goto(voters.kiosk.url)
        yield page
        browser.close()


@pytest.mark.browser
def test_bench_yes_to_paper_in_chromium(benchmark: BenchmarkFixture) -> None:
    with _voters() as voters, _page(voters) as page:

        def confirming() -> None:
            voters.to_confirming()
            page.get_by_text("Apakah Anda yakin").first.wait_for()

        def yes() -> None:
            before = time.monotonic()
            page.locator("button", has_text="Ya, cetak struk").click(no_wait_after=True)
            voters.wait_for_paper(before)

        benchmark.pedantic(yes, setup=confirming, rounds=ROUNDS)
        _says(benchmark, "from a click on “Ya” in Chromium to the slip's first bytes at the printer", PAPER_LIMIT)


@pytest.mark.browser
def test_bench_matches_to_thanks_in_chromium(benchmark: BenchmarkFixture) -> None:
    with _voters() as voters, _page(voters) as page:

        def reading() -> None:
            voters.to_reading()
            page.get_by_text("Baca struk Anda.").first.wait_for()

        def right() -> None:
            page.locator("button", has_text="Benar, kirim").click(no_wait_after=True)
            page.get_by_text("Suara Anda sudah tercatat.").first.wait_for()

        benchmark.pedantic(right, setup=reading, rounds=ROUNDS)
        _says(benchmark, "from a click on “Benar” in Chromium to the thank-you screen", THANKS_LIMIT)


def test_bench_session_at_human_pace(benchmark: BenchmarkFixture) -> None:
    village = make_village(tokens=3)
    waited: list[float] = []
    with temporary() as name, running_kiosk(Path(name), village) as kiosk:
        texts = (token.text for token in village.tokens)

        def session() -> None:
            kiosk.cards.scan(next(texts))
            _until(kiosk, Choosing)
            for act, seconds in PACE:
                time.sleep(0 if benchmark.disabled else seconds)
                before = time.monotonic()
                _touch(kiosk, act, _turn(kiosk))
                if act == "cetak":
                    _until(kiosk, Reading)
                waited.append(time.monotonic() - before)
            kiosk.booth.finish()

        benchmark.pedantic(session, rounds=2)
        share = sum(waited) / (len(waited) / len(PACE)) * 1000
        benchmark.extra_info["says"] = "a session by a script at human pace (8 s to choose, 4 to confirm, 6 to read)"
        benchmark.extra_info["of_which_the_booth"] = f"{share:.0f} ms"
        assert kiosk.booth.counts().ballots >= 1


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[test_commands.Hall]:
    """An opened booth whose keys cost what they cost on a polling day."""
    monkeypatch.setattr(booth_samples.keyfile, "CHEAPEST", keyfile.DEFAULT)
    made = contextmanager(test_commands.hall.__wrapped__)  # type: ignore[attr-defined]
    with made() as hall:
        assert hall.run("open").exit_code == 0
        yield hall


def test_bench_start(benchmark: BenchmarkFixture, hall: test_commands.Hall) -> None:
    """From the start of the process, its two PINs typed at once, to the first screen."""
    running: list[test_commands._Service] = []

    def stopped() -> None:
        if running:
            running.pop().end(signal.SIGKILL)

    def start() -> None:
        running.append(test_commands._Service(hall))
        running[-1].sees("Bilik menyala kembali.")

    benchmark.pedantic(start, setup=stopped, rounds=5)
    stopped()
    _says(benchmark, "from the start of the process, two PINs typed at once, to the first screen", START_LIMIT)


def test_bench_memory_of_a_long_day(benchmark: BenchmarkFixture) -> None:
    """The booth of ``long_day.py``: 1,000 voters through its pages, in a process of its own."""
    voters = 40 if benchmark.disabled else 1000
    told: list[int] = []

    def day() -> None:
        command = [sys.executable, str(HERE / "long_day.py"), str(voters)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        told.extend(int(word) for word in done.stdout.split())

    benchmark.pedantic(day, rounds=1)
    early, late = told
    benchmark.extra_info["says"] = f"each of {voters:,} voters through the booth's pages, start and package included"
    benchmark.extra_info["memory"] = f"{early / 1024:.1f} MiB after a fifth of them, {late / 1024:.1f} MiB after all"
    benchmark.extra_info["per"] = voters
    assert late - early < 4 << 10, "the booth's memory grows with its voters"
