"""The spoken guide's recordings at a booth: the shipped ones, and the package's in their place.

``sentences/<language>.toml`` holds what the shipped ones say; ``tools/make_voice.py`` makes them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from types import MappingProxyType

from epilwu.booth.setup import BoothSetup
from epilwu.media import voice_clips
from epilwu.media.sound import MEDIA_TYPES
from epilwu.media.voice_clips import VoiceName, candidate_clip

FIRST_LANGUAGE = "id"
SHIPPED = ("en", "id")
_KIND = "opus"


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip's bytes and their media type."""

    data: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class VoiceSet:
    """All that a booth can say. ``recordings`` by language and clip; ``fingerprint`` is 64 hex digits over them all."""

    recordings: Mapping[tuple[str, str], Recording] = field(repr=False)
    fingerprint: str

    def get(self, language: str, clip: str) -> Recording | None:
        """The recording of exactly this language and clip, None where there is none."""
        return self.recordings.get((language, clip))

    def find(self, language: str, clip: str) -> tuple[str, str]:
        """The language and clip to play: Indonesian where the language does not have it."""
        return (language, clip) if (language, clip) in self.recordings else (FIRST_LANGUAGE, clip)

    def candidate(self, language: str, number: int) -> tuple[str, str]:
        """The recording of a candidate's number and name; without one in any language, the number alone."""
        for spoken in (language, FIRST_LANGUAGE):
            if (spoken, candidate_clip(number)) in self.recordings:
                return spoken, candidate_clip(number)
        return self.find(language, f"number-{number}")


def load(setup: BoothSetup) -> VoiceSet:
    """The booth's set: what is shipped, with the package's recordings before it."""
    candidates = len(setup.definition.candidates)
    chosen = {(name.language, name.clip): (name, data) for name, data in shipped().items()}
    for text, data in setup.package.voices.items():
        name = voice_clips.parse_name(text, candidates, where="paket bilik")
        chosen[name.language, name.clip] = name, data
    return VoiceSet(
        {key: Recording(data, MEDIA_TYPES[name.kind]) for key, (name, data) in chosen.items()},
        voice_clips.fingerprint({name.text: data for name, data in chosen.values()}),
    )


def voice_fingerprint(setup: BoothSetup) -> str:
    """What the opening report shows of the voice: 64 hex digits over all that this booth can say."""
    return load(setup).fingerprint


@functools.cache
def shipped() -> Mapping[VoiceName, bytes]:
    """The recordings that came with the program, read once."""
    folder = resources.files(__package__)
    found = {
        VoiceName(language, clip, _KIND): folder.joinpath(language, f"{clip}.{_KIND}").read_bytes()
        for language in SHIPPED
        for clip in voice_clips.CLIPS
    }
    return MappingProxyType(found)
