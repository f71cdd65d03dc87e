"""Gives the kiosk's pages their recordings and the guide of the screen that they show."""

from __future__ import annotations

from flask import Flask, Response, abort

from epilwu.booth import voice
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.view import Shown
from epilwu.booth.voice.guide import Guide, Guides


class VoicePages:
    """One booth's recordings, read once."""

    def __init__(self, setup: BoothSetup, settings: Settings) -> None:
        self._voices = voice.load(setup)
        self._guides = Guides(self._voices, setup.definition, settings)

    def register(self, app: Flask) -> None:
        """Serve each recording under its language and clip."""
        app.add_url_rule("/suara/<language>/<clip>", view_func=self._recording, methods=["GET"], endpoint="recording")

    def guide(self, shown: Shown) -> Guide:
        """What is said on the screen, and what its keys do."""
        return self._guides.of(shown)

    def to_listen(self) -> list[tuple[str, str]]:
        """What officers listen to before a booth opens, as words and address: a sentence for the ears, then each
        candidate's recordings. A candidate without one is spoken by number alone, by a recording that came with the
        program.
        """
        candidates = [key for key in self._voices.recordings if key[1].startswith("candidate-")]
        listed = sorted(candidates, key=lambda key: (int(key[1].removeprefix("candidate-")), key[0]))
        return [
            ("Uji suara", "/suara/id/sound-test"),
            *((f"Calon {clip.removeprefix('candidate-')} ({lang})", f"/suara/{lang}/{clip}") for lang, clip in listed),
        ]

    def _recording(self, language: str, clip: str) -> Response:
        recording = self._voices.get(language, clip)
        if recording is None:
            abort(404)
        return Response(recording.data, mimetype=recording.media_type)
