"""The scanning table at a terminal: papers from a scanner, a few words from the keyboard, a line and a bell for each.

Where the scanner types like a keyboard, a paper could type words, too. So words then begin with a sign that was thrown
when the table was opened and stands on the screen only.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import click

from epilwu.audit.scan.errors import DeviceLost, JustSeen, ReadAgain, ScanRefused
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.signals import AGAIN, SEEN, SIGNALS
from epilwu.audit.scan.sources import SerialLine
from epilwu.audit.scan.state import Bundle, Paper
from epilwu.audit.words import plain
from epilwu.indonesian import signed_figure

HELP: Final = (
    "t = kertas tidak terbaca · y = catat kode yang tadi ditolak apa adanya · b JUMLAH NAMA = bundel selesai, dihitung"
    " tangan · s = keadaan · q = berhenti"
)
BELL: Final = "\a"
_SIGN_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that came to the table: a code, a word from a person, or a refusal of the scanner's."""

    code: str | None = None
    word: str | None = None
    refused: ScanRefused | None = None


class Table:
    """One person scanning into one session. ``say`` prints; ``run`` ends at ``q`` or where nothing more comes."""

    def __init__(self, session: ScanSession, source: Source, say: Callable[[str], None]) -> None:
        self._session = session
        self._source = source
        self._say = say
        self._refused: str | None = None
        self._bad: str | None = None

    def run(self, heard: Iterable[Heard]) -> None:
        """Handle everything that comes, each act durable before it is shown."""
        for each in heard:
            try:
                if each.refused is not None:
                    self._again(each.refused)
                elif each.word is not None:
                    if each.word.split()[:1] == ["q"]:
                        return
                    self._word(each.word.split())
                else:
                    self._code(each.code or "")
            except ScanRefused as error:
                self._again(error)

    def _code(self, text: str) -> None:
        """A bad text that comes a second time is what stands on the paper; a good one may be the same paper again."""
        bad, self._bad, self._refused = self._bad, None, text
        try:
            paper = self._session.add_text(text, self._source, sure=text == bad)
        except ReadAgain:
            self._bad = text
            raise
        self._refused = None
        self._tell(paper)

    def _word(self, words: list[str]) -> None:
        match words:
            case ["t"]:
                self._tell(self._session.add_unreadable())
            case ["y"] if self._refused is not None:
                text, self._refused = self._refused, None
                self._tell(self._session.add_text(text, self._source, sure=True))
            case ["b", number, *name] if number.isdecimal() and len(number) < 7 and name:
                self._say(bundle_line(self._session.close_bundle(int(number), " ".join(name))))
            case ["s"]:
                summary = self._session.summary()
                counts = ", ".join(f"{n} {SIGNALS[kind].word.lower()}" for kind, n in summary.classes.items())
                self._say(f"{summary.papers} kertas: {counts}")
                for bundle in summary.unsettled_bundles:
                    self._say(bundle_line(bundle))
            case _:
                self._say(f"Tidak dikenal. {HELP}")

    def _tell(self, paper: Paper) -> None:
        signal = SIGNALS[paper.slip.slip_class]
        bundle = self._session.bundle(paper.seen.bundle)
        word = click.style(f" {signal.mark:<2} {signal.word:<14}", fg=signal.colour, bold=True, reverse=True)
        self._say(
            f"{word} kertas {paper.number}, bundel {bundle.number} ({bundle.scanned}): {paper.slip.reason}"
            + BELL * signal.bells
        )
        if bundle.scanned and bundle.scanned % self._session.bundle_size == 0:
            head = f"Bundel {bundle.number} sudah {bundle.scanned} lembar."
            self._say(f"{head} Hitung dengan tangan, lalu: b JUMLAH NAMA{BELL}")

    def _again(self, error: ScanRefused) -> None:
        signal = SIGNALS[SEEN if isinstance(error, JustSeen) else AGAIN]
        word = click.style(f" {signal.mark:<2} {signal.word:<14}", fg=signal.colour, bold=True)
        self._say(f"{word} {plain(str(error))}{BELL * signal.bells}")


def bundle_line(bundle: Bundle) -> str:
    """A bundle's count by hand beside what was scanned, in words."""
    head = f"Bundel {bundle.number}: {bundle.scanned} terpindai"
    if bundle.difference is None:
        return f"{head}, belum dihitung tangan" + ("" if bundle.closed else " (masih terbuka)")
    if bundle.difference == 0:
        return f"{head}, {bundle.by_hand} dihitung tangan oleh {bundle.counted_by}: cocok"
    difference = signed_figure(bundle.difference)
    return (
        f"{head}, {bundle.by_hand} dihitung tangan oleh {bundle.counted_by}: SELISIH {difference}. Hitung sekali lagi;"
        " bila tetap berbeda, pindai ulang bundel ini (epilwu audit scan bundle --reopen)."
    )


def new_sign() -> str:
    """Two letters that no paper can know."""
    return "".join(secrets.choice(_SIGN_LETTERS) for _ in range(2))


def typed(lines: Iterable[str], sign: str) -> Iterator[Heard]:
    """Lines of a keyboard that is also the scanner: words begin with ``sign`` and a blank, all else are codes."""
    for line in lines:
        text = line.strip("\r\n")
        if text.startswith(f"{sign} "):
            yield Heard(word=text.removeprefix(f"{sign} ").strip() or "?")
        elif text:
            yield Heard(code=text)


def serial_and_words(scanner: SerialLine, lines: Iterable[str]) -> Iterator[Heard]:
    """Codes from a serial scanner, words from a keyboard that is none; a lost scanner is told once and waited for."""
    heard: queue.Queue[Heard | None] = queue.Queue()
    stop = threading.Event()
    lost = None
    try:
        if (text := scanner.read(0)) is not None:
            yield Heard(code=text)
    except ScanRefused as error:
        lost = error
        yield Heard(refused=error)

    def type_words() -> None:
        for line in lines:
            if line.strip():
                heard.put(Heard(word=line.strip()))
        heard.put(None)

    listener = threading.Thread(target=_listen, args=(scanner, heard, stop, lost is not None), daemon=True)
    listener.start()
    threading.Thread(target=type_words, daemon=True).start()
    try:
        while (each := heard.get()) is not None:
            yield each
    finally:
        stop.set()
        listener.join(5)


def _listen(scanner: SerialLine, heard: queue.Queue[Heard | None], stop: threading.Event, lost: bool) -> None:
    while not stop.is_set():
        try:
            text = scanner.read(0.2)
            lost = False
            if text is not None:
                heard.put(Heard(code=text))
        except DeviceLost as error:
            if not lost:
                heard.put(Heard(refused=error))
            lost = True
            stop.wait(1.0)
        except ScanRefused as error:
            heard.put(Heard(refused=error))
    scanner.close()
