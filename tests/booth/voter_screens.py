"""Every screen that a voter can meet, by name, each reached as a voter reaches it; and a browser's measure of one."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from booth_samples import Polling, make_village, stop
from kiosk_samples import officer_pins
from PIL import Image, ImageDraw
from waitress.server import create_server

from epilwu.booth.app import HOST, KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.setup import Settings
from epilwu.booth.states import Done, Halted, Idle, Printing, Reading, Refused, Typing
from epilwu.election.definition import Candidate
from epilwu.protocol.credential import Token

ALL_LANGUAGES = ("id", "en", "jv-x-cirebon", "su")
USUAL = ("Hj. Dewi Anggraeni", "H. Muhammad Abdurrahman", "Slamet Raharjo, S.Pd.", "Ratu Kencana", "Bagus Prayoga")
LONG = (
    "Drs. H. Raden Muhammad Abdurrahman Kusumaningrat Wiradipura, S.Pd.I., M.M., M.Si",
    "Hj. Nyi Mas Ratu Siti Khadijah Suryaningsih Prawiranegara binti Haji Abdulmalik",
    "Ki Ageng Tirtayasa Purwakusuma Adiningrat Sastranegara Wijayakusuma Martadireja",
    "Ir. Tubagus Ahmad Syarifudin Nasrullah Hidayatullah Kartawijaya, S.T., M.T., Ak",
    "Nyai Endang Setyaningrum Puspawardani Kusumawardhani Danuwijaya Suryadinata, SE",
)


@dataclass(slots=True)
class Stage:
    """A booth that is led from screen to screen; ``tokens`` are those not used yet."""

    booth: Booth
    polling: Polling
    tokens: list[Token]
    url: str

    def clear(self) -> None:
        """Back to the first screen, whatever is shown, with nothing of a voter left."""
        booth, tray = self.booth, self.polling.tray
        tray.state = PrinterState.READY
        booth.dismiss()
        if isinstance(booth.state, Printing):
            booth.print_slip()
        if isinstance(booth.state, Done | Refused | Typing):
            booth.finish()
        elif isinstance(booth.state, Halted):
            booth.resume()
        elif not isinstance(booth.state, Idle):
            booth.end_session()
        booth.note_scanner(present=True)
        self.polling.now += booth.settings.view_seconds * booth.settings.listening
        booth.tick()
        assert isinstance(booth.state, Idle), booth.state

    def show(self, name: str, *, language: str = "id", size: int = 0, contrast: bool = False) -> None:
        """Lead a voter who wants it so to the screen ``name``."""
        self.clear()
        for _ in range(size):
            self.booth.enlarge()
        if contrast:
            self.booth.contrast()
        SCREENS[name](self, language)

    def begin(self, language: str) -> None:
        self.booth.scan(self.tokens[-1].text)
        if len(self.booth.settings.languages) > 1:
            self.booth.choose_language(language)

    def confirm(self, language: str, choice: int = 1) -> None:
        self.begin(language)
        self.booth.choose(choice)

    def read(self, language: str, *, sure: bool = True) -> None:
        self.confirm(language)
        self.booth.confirm()
        self.booth.print_slip()
        if not sure:  # a printer that cannot tell
            assert isinstance(self.booth.state, Reading)
            self.booth._show(replace(self.booth.state, sure=False))

    def trouble(self, language: str, state: PrinterState) -> None:
        self.confirm(language)
        self.booth.confirm()
        self.polling.tray.state = state
        self.booth.print_slip()


def _after(step: Callable[[Stage, str], None], *acts: Callable[[Stage], None]) -> Callable[[Stage, str], None]:
    def lead(stage: Stage, language: str) -> None:
        step(stage, language)
        for act in acts:
            act(stage)

    return lead


def _nothing(_stage: Stage, _language: str) -> None:
    return None


def _cast(stage: Stage) -> None:
    stage.booth.slip_right()
    stage.tokens.pop()


def _without_second(stage: Stage) -> None:
    aside = stage.polling.base / "saku"
    stage.polling.second.rename(aside)
    try:
        _cast(stage)
    finally:
        aside.rename(stage.polling.second)


def _mended(stage: Stage) -> None:
    stage.polling.tray.state = PrinterState.READY
    stage.booth.check_devices()


def _type(text: str) -> Callable[[Stage], None]:
    return lambda stage: stage.booth.typed(text)


def _used(stage: Stage) -> None:
    token = stage.tokens[-1]
    _cast(stage)
    stage.booth.finish()
    stage.booth.scan(token.text)


def _reminded(stage: Stage) -> None:
    stage.polling.now += stage.booth.settings.remind_seconds
    stage.booth.tick()


MISTYPED = "mQt8ZrkDpXyWvuHgFe3CbA"

SCREENS: dict[str, Callable[[Stage, str], None]] = {
    "idle": _nothing,
    "idle-no-scanner": _after(_nothing, lambda stage: stage.booth.note_scanner(present=False)),
    "typing": _after(_nothing, lambda stage: stage.booth.type_card()),
    "refused-unreadable": _after(_nothing, lambda stage: stage.booth.scan("?")),
    "refused-no-token": _after(_nothing, lambda stage: stage.booth.scan("EPW1:X")),
    "refused-used": _after(Stage.read, _used),
    "refused-other-booth": _after(_nothing, lambda stage: stage.booth.scan(stage.polling.village.others[0].text)),
    "refused-other-station": _after(_nothing, lambda stage: stage.booth.scan(Token.generate().text)),
    "refused-mistyped": _after(_nothing, lambda stage: stage.booth.type_card(), _type(MISTYPED)),
    "typing-again": _after(
        _nothing, lambda stage: stage.booth.type_card(), _type(MISTYPED), lambda stage: stage.booth.type_card()
    ),
    "language": _after(_nothing, lambda stage: stage.booth.scan(stage.tokens[-1].text)),
    "choose": Stage.begin,
    "confirm": Stage.confirm,
    "confirm-blank": lambda stage, language: stage.confirm(language, 0),
    "printing": _after(Stage.confirm, lambda stage: stage.booth.confirm()),
    "read": Stage.read,
    "read-unsure": lambda stage, language: stage.read(language, sure=False),
    "voided": _after(Stage.read, lambda stage: stage.booth.slip_wrong(), lambda stage: _forget_wrong(stage)),  # noqa: PLW0108 - defined below
    "done": _after(Stage.read, _cast),
    "remind": _after(Stage.begin, _reminded),
    "calling": _after(Stage.begin, lambda stage: stage.booth.call()),
    **{
        f"trouble-{state.value}": lambda stage, language, state=state: stage.trouble(language, state)  # type: ignore[misc]
        for state in PrinterState
        if not state.can_print
    },
    "trouble-ready": _after(lambda stage, language: stage.trouble(language, PrinterState.PAPER_OUT), _mended),
    "halted-recorded": _after(Stage.read, _without_second),
    "halted-paused": _after(_nothing, lambda stage: stage.booth.pause()),
}


def _forget_wrong(stage: Stage) -> None:
    """These slips are called wrong to be looked at, not to stop the booth."""
    stage.booth._clerk.wrong_slips = 0


@contextmanager
def staged(
    base: Path,
    *,
    names: Sequence[str] = USUAL,
    blank: bool = True,
    rehearsal: bool = True,
    photos: bool = True,
    languages: tuple[str, ...] = ALL_LANGUAGES,
    tokens: int = 40,
) -> Iterator[Stage]:
    """A booth with ``names`` on its screens, served at ``url`` without devices: the tray is its printer."""
    village = make_village(candidates=len(names), blank=blank, rehearsal=rehearsal, tokens=tokens)
    definition = replace(
        village.setup.definition,
        candidates=tuple(Candidate(ballot_number=number, name=name) for number, name in enumerate(names, 1)),
    )
    pictures = {number: portrait(number) for number in range(1, len(names) + 1)} if photos else {}
    village = replace(village, setup=replace(village.setup, definition=definition, photos=pictures))
    settings = Settings(languages=languages, unchecked_languages=True, tracker_slips=True)
    polling = Polling(base, village, settings=settings)
    booth = polling.start()
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    app = create_app(booth, KioskConfig(port=port, officer=officer_pins(polling)))
    server = create_server(app, host=HOST, port=port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Stage(booth, polling, list(village.tokens), f"http://{HOST}:{port}/")
    finally:
        server.close()
        thread.join(5)
        stop(booth)


def portrait(number: int) -> bytes:
    """A drawn face, nobody's; as PNG, 300 by 400."""
    image = Image.new("RGB", (300, 400), "#e8e4da")
    draw = ImageDraw.Draw(image)
    coat, skin, hair = ("#4b5a63", "#6b5d52", "#5b6350", "#62566b", "#52606b")[number % 5], "#c99a73", "#2d2622"
    draw.ellipse((20, 290, 280, 560), fill=coat)
    draw.rectangle((125, 240, 175, 310), fill=skin)
    draw.ellipse((80, 70, 220, 270), fill=skin)
    if number % 2:
        draw.pieslice((66, 40, 234, 330), 180, 360, fill=hair)
        draw.ellipse((92, 105, 208, 275), fill=skin)
    else:
        draw.rounded_rectangle((84, 50, 216, 118), 20, fill="#1b1b1b")
    for eye in (120, 180):
        draw.ellipse((eye - 8, 165, eye + 8, 181), fill=hair)
    draw.arc((115, 190, 185, 235), 20, 160, fill=hair, width=5)
    out = io.BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


MEASURE = """() => {
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const targets = [...document.querySelectorAll('button, input:not([type=hidden]), a')].filter(seen).map((e) => {
    const r = e.getBoundingClientRect();
    return {what: e.innerText.trim(), left: r.left, top: r.top, right: r.right, bottom: r.bottom,
            spills: e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1};
  });
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(getComputedStyle(parent).fontSize), number = parent.matches('.candidate-number');
    for (const box of range.getClientRects()) words.push({text: node.textContent.trim(), size,
      cut: !number && getComputedStyle(parent).overflowY !== 'visible' && parent.scrollHeight > parent.clientHeight + 1,
      own: parent.closest('button, a') !== null,
      // The box has room for accents and tails that the letters leave empty.
      left: box.left, right: box.right, top: box.top + 0.18 * size, bottom: box.bottom - 0.12 * size});
  }
  const main = document.querySelector('main').getBoundingClientRect();
  return {width: innerWidth, height: innerHeight, targets, words, main: main.top,
          focus: document.activeElement.tagName, lang: document.documentElement.lang,
          scrolls: Math.max(document.documentElement.scrollHeight, document.body.scrollHeight) > innerHeight
                || Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth};
}"""


def touch(width: int, height: int) -> float:
    """20 mm in pixels of a screen of 10 inches."""
    return float((width**2 + height**2) ** 0.5 / 254 * 20)


def scaled(width: int, height: int) -> float:
    """How many pixels stand for one at 1024 by 600 (or 600 by 1024)."""
    return min(max(width, height) / 1024, min(width, height) / 600)


def faults(found: dict[str, Any], width: int, height: int) -> list[str]:
    """What is wrong with a measured screen: too small, cut off, outside, or across something else."""
    least, scale = touch(width, height), scaled(width, height)
    wrong = ["scrolls"] if found["scrolls"] else []
    for target in found["targets"]:
        if min(target["right"] - target["left"], target["bottom"] - target["top"]) < least:
            wrong.append(f"small: {target}")
        if target["spills"] or _outside(target, found):
            wrong.append(f"spills: {target}")
    for word in found["words"]:
        if word["size"] < 23.9 * scale or word["cut"] or _outside(word, found):
            wrong.append(f"word: {word}")
        wrong += [f"across: {word} {target}" for target in found["targets"] if not word["own"] and _cross(word, target)]
    for n, word in enumerate(found["words"]):
        wrong += [f"over: {word} {other}" for other in found["words"][n + 1 :] if _cross(word, other)]
    return wrong


def _outside(box: dict[str, float], found: dict[str, float]) -> bool:
    return (
        box["left"] < -1 or box["top"] < -1 or box["right"] > found["width"] + 1 or box["bottom"] > found["height"] + 1
    )


def _cross(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether the two boxes overlap by more than the room that letters leave (6 px)."""
    wide = min(one["right"], other["right"]) - max(one["left"], other["left"]) > 6
    high = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 6
    return wide and high
