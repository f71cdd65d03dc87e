"""What people see and hear for each paper: a word, a colour with a mark of its own, a sound. Never a colour alone.

Sounds are short WAV files made here (8 kHz, 8 bits, one channel): counted is one high note, and each other class has a
rhythm of its own, so that the table can be told from across a room. A terminal rings its bell as often.
"""

from __future__ import annotations

import io
import math
import wave
from dataclasses import dataclass
from functools import cache
from typing import Final

from epilwu.audit.slips import SlipClass

_RATE: Final = 8_000
_PAUSE: Final = 0.06
AGAIN: Final = "again"
SEEN: Final = "seen"


@dataclass(frozen=True, slots=True)
class Signal:
    """``word`` in capitals, ``css`` class, ``mark`` (one or two characters), terminal ``colour``, how often the bell
    rings, and ``notes``: (hertz, seconds) each."""

    word: str
    css: str
    mark: str
    colour: str
    bells: int
    notes: tuple[tuple[int, float], ...]


SIGNALS: Final[dict[str, Signal]] = {
    SlipClass.COUNTED: Signal("DIHITUNG", "class--counted", "✓", "green", 0, ((1_320, 0.09),)),
    SlipClass.DUPLICATE: Signal("GANDA", "class--duplicate", "2×", "yellow", 2, ((660, 0.14), (660, 0.14))),
    SlipClass.VOID: Signal("BATAL", "class--void", "–", "cyan", 1, ((520, 0.35),)),
    SlipClass.FOREIGN: Signal("ASING", "class--foreign", "✗", "red", 3, ((330, 0.16), (262, 0.16), (208, 0.3))),
    SlipClass.UNREADABLE: Signal("TIDAK TERBACA", "class--unreadable", "?", "magenta", 2, ((440, 0.12), (587, 0.22))),
    AGAIN: Signal("PINDAI LAGI", "class--again", "↻", "yellow", 1, ((784, 0.07), (784, 0.07), (784, 0.07))),
    SEEN: Signal("SUDAH TERBACA", "class--again", "=", "yellow", 1, ((587, 0.07), (587, 0.07))),
}
"""By class of paper; ``AGAIN`` and ``SEEN`` for a reading that was not recorded."""


@cache
def sound(name: str) -> bytes:
    """The WAV file of one of ``SIGNALS``. Raises ``KeyError``."""
    frames = bytearray()
    for hertz, seconds in SIGNALS[name].notes:
        count = round(_RATE * seconds)
        for n in range(count):
            edge = min(1.0, n / 40, (count - n) / 40)  # no click where a note begins or ends
            frames.append(128 + round(90 * edge * math.sin(2 * math.pi * hertz * n / _RATE)))
        frames += bytes([128]) * round(_RATE * _PAUSE)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(_RATE)
        file.writeframes(bytes(frames))
    return target.getvalue()
