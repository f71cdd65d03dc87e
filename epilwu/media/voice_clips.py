"""The recordings of a booth's spoken guide: their names, their bounds, and the hash of a whole set.

A recording is named ``<language>.<clip>.<kind>``, such as ``id.candidate-3.opus``. The program ships every clip of
``CLIPS`` in some languages. A booth package may bring others in their place, and ``candidate-<number>``, in which a
candidate's number and name are spoken: a swapped recording would steer voters who cannot see, so they are signed with
the package, and the hash of the set stands on the opening report.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from epilwu.election.definition import MAX_CANDIDATES
from epilwu.media import sound
from epilwu.media.errors import SoundRefused
from epilwu.trust.canonical import Json, dumps

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-x-[a-z]{2,8})?", re.ASCII)
MAX_TOTAL = 32 << 20
"""Bytes of all recordings of one package: a whole set in WAV and more."""
_CONTEXT = b"epilwu/voice-set/v1\0"
_TODO = "Beri rekaman nama yang ada dalam daftar, mis. id.candidate-1.opus atau id.choose.wav."

PRESSES = tuple(f"press-{digit}" for digit in range(10))
NUMBERS = tuple(f"number-{number}" for number in range(1, MAX_CANDIDATES + 1))
CLIPS = (
    "welcome", "help", "no-scanner", "rehearsal", "languages", "language", "choose", "blank", "chosen", "sure",
    "printing", "print-trouble", "print-ready", "read", "read-companion", "read-keys", "read-missing", "voided",
    "done", "tracker", "remind", "calling", "not-sent", "go-back", "refused-malformed", "refused-not-a-token",
    "refused-used", "refused-other-booth", "refused-other-election", "start-over", "halted", "recorded",
    "not-recorded", "closed", "wrong-key", "sound-test", *PRESSES, *NUMBERS,
)  # fmt: skip
"""Every clip that a language has; tests hold the shipped ones to this list."""


@dataclass(frozen=True, slots=True)
class VoiceName:
    """A recording's name in its parts; ``kind`` is ``opus`` or ``wav``."""

    language: str
    clip: str
    kind: str

    @property
    def text(self) -> str:
        """The name as files and containers have it."""
        return f"{self.language}.{self.clip}.{self.kind}"


def candidate_clip(number: int) -> str:
    """The clip in which a candidate's number and name are spoken."""
    return f"candidate-{number}"


def parse_name(name: str, candidates: int, *, where: str = "") -> VoiceName:
    """The parts of a recording's name in an election of so many candidates; raises ``SoundRefused`` for any other."""
    parts = name.split(".")
    allowed = {*CLIPS, *(candidate_clip(number) for number in range(1, candidates + 1))}
    if len(parts) != 3 or not LANGUAGE.fullmatch(parts[0]) or parts[1] not in allowed:
        raise SoundRefused("Nama rekaman ini tidak dikenal.", where=f"{where}: {name}", todo=_TODO)
    if parts[2] not in sound.MEDIA_TYPES:
        raise SoundRefused("Rekaman harus Opus atau WAV.", where=f"{where}: {name}", todo=_TODO)
    return VoiceName(*parts)


def check_voices(voices: Mapping[str, bytes], candidates: int, *, where: str = "") -> None:
    """Raise ``SoundRefused`` unless each recording has a name of its own, is whole and of the kind that it is named.

    In one language all candidates are recorded or none: one spoken by a person and the next by a machine, or by number
    alone, would not be alike.
    """
    seen: set[tuple[str, str]] = set()
    if sum(map(len, voices.values())) > MAX_TOTAL:
        raise SoundRefused(f"Semua rekaman bersama melebihi {MAX_TOTAL >> 20} MB.", where=where, todo="Pakai Opus.")
    for text, data in voices.items():
        name = parse_name(text, candidates, where=where)
        if (name.language, name.clip) in seen:
            raise SoundRefused("Ada dua rekaman untuk satu kalimat.", where=f"{where}: {text}", todo="Hapus satu.")
        seen.add((name.language, name.clip))
        if sound.inspect(data, where=f"{where}: {text}").kind != name.kind:
            raise SoundRefused("Isi rekaman tidak sesuai dengan namanya.", where=f"{where}: {text}", todo=_TODO)
    for language in {language for language, _ in seen}:
        recorded = [(language, candidate_clip(number)) in seen for number in range(1, candidates + 1)]
        if any(recorded) and not all(recorded):
            raise SoundRefused(
                f"Dalam bahasa “{language}” belum semua calon direkam.",
                where=f"{where}: {language}.{candidate_clip(recorded.index(False) + 1)}",
                todo="Rekam semua calon, oleh satu orang dengan nada yang sama, atau tidak satu pun.",
            )


def fingerprint(voices: Mapping[str, bytes]) -> str:
    """64 hex digits that change with any recording or name of the set."""
    listed: dict[str, Json] = {name: hashlib.sha256(data).hexdigest() for name, data in voices.items()}
    return hashlib.sha256(_CONTEXT + dumps(listed)).hexdigest()
