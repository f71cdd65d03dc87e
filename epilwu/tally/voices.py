"""A village's recordings for the spoken guide: those that the committee gives, and each candidate's number and name.

A candidate that nobody has recorded is spoken by espeak-ng, where it is installed; without either, booths say the
number alone, which is enough to vote.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from epilwu.disk import read_bounded
from epilwu.indonesian import in_words
from epilwu.media.errors import SoundRefused
from epilwu.media.sound import MAX_BYTES, OPUS
from epilwu.media.voice_clips import VoiceName, candidate_clip, check_voices, parse_name
from epilwu.tally import speech
from epilwu.tally.speech import Spoken

_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NAME_VOICE = "id"


def read_recordings(folder: Path, candidates: int) -> dict[str, bytes]:
    """Every file of ``folder``, by name. Raises ``SoundRefused`` for one that no booth would play."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.is_symlink():
            raise SoundRefused("Di map rekaman hanya boleh ada berkas rekaman.", where=str(path), todo="Pindahkan.")
        parse_name(path.name, candidates, where=str(folder))
        found[path.name] = read_bounded(path, MAX_BYTES)
    check_voices(found, candidates, where=str(folder))
    return found


def speak_candidates(names: Sequence[str], given: dict[str, bytes]) -> dict[str, bytes]:
    """``given`` with a recording of each candidate in Indonesian and in English, where nobody has recorded any.

    ``names`` in the order of ballot numbers. Raises ``SpeechRefused`` where espeak-ng or opusenc do not work.
    """
    recorded = {language for language, clip, _ in (name.split(".") for name in given) if clip.startswith("candidate-")}
    made = dict(given)
    for number, name in enumerate(names, 1):
        for language, sentences in candidate_sentences(number, name).items():
            if language not in recorded:
                made[VoiceName(language, candidate_clip(number), OPUS).text] = speech.record(sentences)
    return made


def candidate_sentences(number: int, name: str) -> dict[str, list[Spoken]]:
    """What is said of a candidate, by language; a name sounds the same in both."""
    spoken_name = Spoken(_NAME_VOICE, name)
    return {
        "id": [Spoken("id", f"Calon nomor {in_words(number)}."), spoken_name],
        "en": [Spoken("en", f"Candidate number {_ENGLISH[number - 1]}."), spoken_name],
    }
