"""Takes in what a scanner typed on the kiosk's page: in a request's body, never in an address, and only where a card
is taken."""

from __future__ import annotations

import secrets

from flask import Flask, Response, request

from epilwu.booth.booth import Booth
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.states import TakesCard


class WedgePages:
    """The one address that ``wedge.js`` sends to. Its answer is empty: the screen changes as after any scan."""

    def __init__(self, booth: Booth, scanner: WedgeScanner) -> None:
        self._booth = booth
        self._scanner = scanner

    def register(self, app: Flask) -> None:
        """Accept typed cards."""
        app.add_url_rule("/kartu", view_func=self._card, methods=["POST"], endpoint="card")

    def _card(self) -> Response:
        shown = self._booth.shown
        turn = request.form.get("turn", "")
        if isinstance(shown.state, TakesCard) and secrets.compare_digest(turn.encode(), shown.turn.encode()):
            self._scanner.bring(request.form.get("kartu", ""))
        return Response(status=204)
