"""Voting by ear and keypad alone, in a real Chromium with the real application, printer and scanner lines."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, make_village, temporary
from kiosk_samples import Kiosk, running_kiosk

from epilwu.booth import voice
from epilwu.booth.setup import Settings
from epilwu.booth.states import Choosing, Confirming, Done, Idle, Reading, State

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
ears = pytest.importorskip("ears", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
IDLE = ("welcome", "help")
THREE = ("press-1", "candidate-1", "press-2", "number-2", "press-3", "candidate-3", "press-0", "blank")


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ears.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def _until(kiosk: Kiosk, state: type[State]) -> None:
    deadline = time.monotonic() + ears.PATIENCE
    while not isinstance(kiosk.booth.state, state):
        assert time.monotonic() < deadline, f"{kiosk.booth.state} is not {state.__name__}"
        time.sleep(0.02)


def test_a_whole_session_without_seeing_the_screen(chromium: playwright.Browser, base: Path) -> None:
    voices = {"id.candidate-1.wav": ears.tone(300), "id.candidate-3.wav": ears.tone(500)}
    village = ears.with_voices(make_village(candidates=3, tokens=3), voices)
    polling = Polling(base, village, settings=Settings(done_seconds=4.0, refused_seconds=6.0))
    with running_kiosk(base, village, polling) as kiosk, ears.Ears(chromium, kiosk.url) as voter:
        voter.sees("Selamat datang.")
        assert voter.sounds_asked() == []
        voter.press("Numpad5")  # any key turns the guide on, and does nothing else
        voter.hears(*IDLE)
        kiosk.cards.scan("bukan kartu")
        voter.hears("refused-malformed", "start-over")
        voter.press("NumpadEnter")
        voter.hears(*IDLE)
        kiosk.cards.scan(village.tokens[0].text)
        voter.hears("choose", *THREE, "help")
        voter.sees("Pilih satu calon kuwu.")
        voter.press("Numpad3")
        voter.hears("chosen", "number-3", "candidate-3", "sure")
        voter.sees("Apakah Anda yakin dengan pilihan Anda?")
        voter.press("Backspace")
        voter.hears("choose", *THREE, "help")
        voter.press("Numpad8")
        voter.hears("choose", *THREE, "help")
        voter.press("Numpad4")  # nobody has this number
        voter.hears("wrong-key", "choose", *THREE, "help")
        assert isinstance(kiosk.booth.state, Choosing)
        voter.press("Numpad2")
        voter.hears("chosen", "number-2", "sure")
        voter.press("NumpadEnter")
        _until(kiosk, Reading)
        voter.sees("Baca struk Anda.")
        voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=ears.PATIENCE * 1000)
        assert voter.ended[-4:] == ["id/read", "id/read-companion", "id/read-keys", "id/help"]
        voter.heard.clear()
        voter.press("NumpadEnter")
        _until(kiosk, Done)
        voter.hears("done")
        assert kiosk.booth.ledger.store.counts().ballots == 1
        _until(kiosk, Idle)
        voter.sees("Selamat datang.")
        voter.sounds_asked()
        voter.page.wait_for_timeout(1000)
        assert voter.heard == [] and voter.sounds_asked() == []  # the next voter finds the voice off
        assert not kiosk.booth.shown.view.voice
    ears.require_axe()


def test_without_the_voice_nothing_is_asked_for(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=2, tokens=2)
    with running_kiosk(base, village) as kiosk, ears.Ears(chromium, kiosk.url) as voter:
        voter.sees("Selamat datang.")
        kiosk.cards.scan(village.tokens[0].text)
        voter.sees("Pilih satu calon kuwu.")
        voter.page.locator(".card").first.tap()
        voter.sees("Apakah Anda yakin dengan pilihan Anda?")
        voter.page.wait_for_timeout(500)
        assert voter.sounds_asked() == [] and voter.heard == []


def test_the_button_turns_the_voice_on_and_off(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=2, tokens=2, rehearsal=True)
    with running_kiosk(base, village) as kiosk, ears.Ears(chromium, kiosk.url) as voter:
        kiosk.cards.scan(village.tokens[0].text)
        voter.sees("Pilih satu calon kuwu.")
        voter.page.locator('button[value="suara"]').tap()
        voter.hears("rehearsal", "choose", "press-1", "number-1", "press-2", "number-2", "press-0", "blank", "help")
        voter.sees("Pilih satu calon kuwu.")
        voter.page.locator('button[value="suara"]').tap()
        voter.page.wait_for_selector("audio", state="detached")
        assert not kiosk.booth.shown.view.voice
    ears.require_axe()


def test_the_same_recordings_are_asked_for_whatever_was_chosen(chromium: playwright.Browser, base: Path) -> None:
    voices = {f"id.candidate-{n}.wav": ears.tone(200 * n, 0.3) for n in (1, 2, 3)}
    village = ears.with_voices(make_village(candidates=3, tokens=2), voices)
    with running_kiosk(base, village) as kiosk, ears.Ears(chromium, kiosk.url) as voter:
        voter.press("Numpad0")
        voter.hears(*IDLE)
        kiosk.cards.scan(village.tokens[0].text)
        asked = []
        for number in (1, 3, 0):
            _until(kiosk, Choosing)
            voter.page.wait_for_selector('[data-pad="1"]', state="attached")
            voter.press(f"Numpad{number}")
            _until(kiosk, Confirming)
            voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=20_000)
            spoken = voter.ended[-(3 if number == 0 else 4) :]
            assert spoken[1] == ("id/blank" if number == 0 else f"id/number-{number}")
            every = voter.sounds_asked()
            asked.append(tuple(every[every.index("id/chosen") :]))
            voter.press("Backspace")
        assert len(set(asked)) == 1 and len(asked[0]) == len(set(asked[0]))
        assert {f"id/candidate-{n}" for n in (1, 2, 3)} <= set(asked[0])


def test_the_guide_speaks_the_language_that_was_chosen(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=2, blank=False, tokens=2)
    settings = Settings(languages=("id", "en"), remind_seconds=4.0, listening=1.0)
    with (
        running_kiosk(base, village, Polling(base, village, settings=settings)) as kiosk,
        ears.Ears(chromium, kiosk.url) as voter,
    ):
        voter.press("Numpad1")
        voter.hears(*IDLE)
        kiosk.cards.scan(village.tokens[0].text)
        voter.page.wait_for_selector('[data-pad="2"]', state="attached")
        voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=20_000)
        assert voter.ended == [f"id/{clip}" for clip in ("languages", "press-1", "language")] + [
            "en/press-2", "en/language"
        ]  # fmt: skip
        voter.heard.clear()
        voter.press("Numpad2")
        voter.sees("Choose one candidate")
        voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=20_000)
        said = ["choose", "press-1", "number-1", "press-2", "number-2", "help"]
        assert voter.ended == [f"en/{clip}" for clip in said]
        voter.sees("Are you still here?")
        voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=20_000)
        assert voter.ended[-1] == "en/remind"


def test_keys_of_no_keypad_and_typing_machines_do_nothing(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=3, tokens=2)
    with running_kiosk(base, village) as kiosk, ears.Ears(chromium, kiosk.url) as voter:
        voter.press("Numpad1")
        voter.hears(*IDLE)
        kiosk.cards.scan(village.tokens[0].text)
        voter.page.wait_for_selector('[data-pad="1"]', state="attached")
        url = voter.page.url
        for key in ("Digit2", "a", "F1", "F5", "F11", "Escape", "Alt+ArrowLeft", "Control+r", "Control+p", "Home"):
            voter.page.keyboard.press(key)
            voter.page.wait_for_timeout(120)
        voter.page.keyboard.type("312312312")  # a scanner that types like a keypad would
        for key in ("Numpad1", "Numpad2", "Numpad3", "NumpadEnter"):
            voter.page.keyboard.press(key)
        voter.page.wait_for_timeout(600)
        assert isinstance(kiosk.booth.state, Choosing) and voter.page.url == url
        assert len(voter.context.pages) == 1
        voter.page.wait_for_timeout(300)
        for key in ("NumLock", "Numpad1", "NumLock"):  # what some keypads make of one key
            voter.page.keyboard.press(key)
        _until(kiosk, Confirming)
        voter.page.wait_for_selector('[data-pad="enter"]', state="attached")
        voter.page.keyboard.press("NumpadEnter")  # the same finger, too soon for an answer
        voter.page.wait_for_timeout(300)
        assert isinstance(kiosk.booth.state, Confirming)


def test_an_idle_voter_is_reminded_and_then_officers_come(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=2, tokens=2)
    times = Settings(remind_seconds=3.0, idle_seconds=9.0, listening=1.0)
    with (
        running_kiosk(base, village, Polling(base, village, settings=times)) as kiosk,
        ears.Ears(chromium, kiosk.url) as voter,
    ):
        voter.press("Numpad1")
        kiosk.cards.scan(village.tokens[0].text)
        _until(kiosk, Choosing)
        voter.sees("Apakah Anda masih di sini?")
        voter.heard.clear()
        voter.press("NumpadEnter")
        voter.sees("Pilih satu calon kuwu.")
        voter.sees("Apakah Anda masih di sini?")
        voter.sees("Petugas sedang dipanggil.")
        voter.page.wait_for_function("() => document.body.dataset.voice === 'said'", timeout=20_000)
        assert voter.ended[-3:] == ["id/calling", "id/not-sent", "id/go-back"]
        assert "id/remind" in voter.ended
        assert isinstance(kiosk.booth.state, Choosing)
        assert kiosk.booth.ledger.store.counts().ballots == 0
    ears.require_axe()


def test_chromium_plays_every_recording_that_is_shipped(chromium: playwright.Browser, base: Path) -> None:
    village = make_village(candidates=2, tokens=1)
    with running_kiosk(base, village) as kiosk:
        page = chromium.new_page()
        page.goto(kiosk.url)
        names = [f"{name.language}/{name.clip}" for name in voice.shipped()]
        seconds = page.evaluate(
            """async (names) => {
              const context = new OfflineAudioContext(1, 1, 48000);
              const all = {};
              for (const name of names) {
                const answer = await fetch('/suara/' + name);
                const sound = await context.decodeAudioData(await answer.arrayBuffer());
                const loudest = sound.getChannelData(0).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
                all[name] = [sound.duration, loudest];
              }
              return all;
            }""",
            names,
        )
        assert len(seconds) == len(names) > 100
        for name, (duration, loudest) in seconds.items():
            assert 0.5 < duration < 20 and loudest > 0.1, name
        page.close()
