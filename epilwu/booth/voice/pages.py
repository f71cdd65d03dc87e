"""Gives the kiosk's pages their recordings and the guide of the screen that they show."""

from __future__ import annotations

from flask import Flask, Response, abort

from epilwu.booth import voice
from epilwu.booth.booth import Booth
from epilwu.booth.view import Shown
from epilwu.booth.voice.guide import Guide, Guides


class VoicePages:
    """One booth's recordings, read once."""

    def __init__(self, booth: Booth) -> None:
        self._voices = voice.load(booth.setup)
        self._guides = Guides(self._voices, booth.setup.definition, booth.settings)

    def register(self, app: Flask) -> None:
        """Serve each recording under its language and clip."""
        app.add_url_rule("/suara/<language>/<clip>", view_func=self._recording, methods=["GET"], endpoint="recording")

    def guide(self, shown: Shown) -> Guide:
        """What is said on the screen, and what its keys do."""
        return self._guides.of(shown)

    def _recording(self, language: str, clip: str) -> Response:
        recording = self._voices.get(language, clip)
        if recording is None:
            abort(404)
        return Response(recording.data, mimetype=recording.media_type)
