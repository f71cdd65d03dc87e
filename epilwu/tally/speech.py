"""Turns sentences into short recordings with espeak-ng and opusenc, the same bytes each time from the same versions.

Both programs are outside ones (Debian: espeak-ng, opus-tools); nothing here needs them before it is called.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.tally.errors import SpeechRefused

PROGRAMS = ("espeak-ng", "opusenc")
RATE = 22_050
"""Samples a second, as espeak-ng speaks."""
_WAV_HEADER = 44
_PAUSE = bytes(2 * RATE // 5)  # a fifth of a second after each sentence, so that clips do not run together
_ENCODE = (
    "opusenc", "--quiet", "--raw", "--raw-rate", str(RATE), "--raw-chan", "1", "--raw-bits", "16", "--serial", "1",
    "--discard-comments", "--padding", "0", "--speech", "--bitrate", "20", "--comp", "10", "--framesize", "60",
    "-", "-",
)  # fmt: skip
_TIME_OUT = 60.0
_MARKS = re.compile(r"[\[\]<>&\x00-\x1f]")  # espeak-ng reads [[…]] as phonemes


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence in a voice of espeak-ng (``id``, ``en``), at ``speed`` words a minute."""

    voice: str
    text: str
    speed: int = 140


def missing() -> tuple[str, ...]:
    """Which of the outside programs are not installed."""
    return tuple(program for program in PROGRAMS if shutil.which(program) is None)


def record(sentences: Sequence[Spoken]) -> bytes:
    """One recording (Ogg Opus, one channel) of the sentences in turn. Raises ``SpeechRefused``."""
    sound = b"".join(_speak(sentence) + _PAUSE for sentence in sentences)
    return _run(_ENCODE, sound)


def versions() -> str:
    """What the recordings depend on, such as ``espeak-ng 1.51, opus-tools 0.2, libopus 1.3.1``."""
    speaker = _run(("espeak-ng", "--version"), b"").decode()
    encoder = _run(("opusenc", "--version"), b"").decode()
    found = re.search(r": ([0-9.]+)", speaker), re.search(r"opus-tools ([0-9.]+) \(using libopus ([0-9.]+)", encoder)
    if found[0] is None or found[1] is None:
        raise SpeechRefused("Versi espeak-ng atau opusenc tidak dikenal.", todo="Pasang paket dari Debian 12.")
    return f"espeak-ng {found[0][1]}, opus-tools {found[1][1]}, libopus {found[1][2]}"


def _speak(sentence: Spoken) -> bytes:
    """Samples of 16 bits at ``RATE``."""
    command = ("espeak-ng", "-v", sentence.voice, "-s", str(sentence.speed), "-z", "-b", "1", "--stdin", "--stdout")
    sound = _run(command, _MARKS.sub(" ", sentence.text).encode())
    if not sound.startswith(b"RIFF") or len(sound) <= _WAV_HEADER:
        raise SpeechRefused("espeak-ng tidak menghasilkan suara.", where=sentence.text)
    return sound[_WAV_HEADER:]


def _run(command: Sequence[str], data: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_TIME_OUT, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise SpeechRefused(
            f"{command[0]} tidak dapat dijalankan.",
            where=command[0],
            todo="Pasang espeak-ng dan opus-tools, atau berikan rekaman sendiri.",
        ) from error
    return done.stdout
