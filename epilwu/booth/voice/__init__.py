"""The spoken guide's recordings at a booth: the shipped ones, and the package's in their place.

``sentences/<language>.toml`` holds what the shipped ones say; ``tools/make_voice.py`` makes them.
"""

from __future__ import annotations

from importlib import resources

from epilwu.media import voice_clips
from epilwu.media.voice_clips import VoiceName

SHIPPED = ("en", "id")
_KIND = "opus"


def shipped() -> dict[VoiceName, bytes]:
    """The recordings that came with the program."""
    folder = resources.files(__package__)
    return {
        VoiceName(language, clip, _KIND): folder.joinpath(language, f"{clip}.{_KIND}").read_bytes()
        for language in SHIPPED
        for clip in voice_clips.CLIPS
    }
