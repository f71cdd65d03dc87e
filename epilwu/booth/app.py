"""The kiosk's pages: one address, one page per state, served to this machine alone.

What a voter touches travels in the body of a POST to ``/`` and is answered by a redirect to ``/``: no choice is ever in
an address, and nothing is left in the browser's history. Every form carries the turn of the screen it was drawn for,
which no other page can know and which a second tap no longer matches.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from epilwu.booth import languages
from epilwu.booth.booth import Booth, Shown
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.errors import BoothError, NotNow
from epilwu.booth.local import HOST, only_here
from epilwu.booth.officer_pages import ClosingPlace, OfficerPages
from epilwu.booth.officers import OfficerPins
from epilwu.booth.states import Cause, Closed, Halted, Printing, VoterPresent
from epilwu.booth.voice.pages import VoicePages
from epilwu.booth.voter_pages import VoterPages, voter_act
from epilwu.booth.wedge import WedgePages
from epilwu.web import shared

__all__ = ["HOST", "KioskConfig", "create_app"]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """``port``: where the kiosk's browser finds the pages; requests for any other host are refused.

    ``officer``: what checks the officers' PINs. ``wedge``: the scanner, where it types like a keyboard.
    ``closing``: what closing on the screen needs. ``ticks``: seconds that never jump.
    """

    port: int
    officer: OfficerPins
    wedge: WedgeScanner | None = None
    closing: ClosingPlace | None = None
    ticks: Callable[[], float] = time.monotonic


def create_app(booth: Booth, config: KioskConfig) -> Flask:
    """The kiosk of ``booth``."""
    app = Flask(__name__, static_folder="static", static_url_path="/kios")
    only_here(app, config.port)
    shared.mount(app, sounds=True)
    _Kiosk(booth, config).register(app)
    OfficerPages(booth, config.officer, config.closing, ticks=config.ticks).register(app)
    if config.wedge is not None:
        WedgePages(booth, config.wedge).register(app)
    return app


class _Kiosk:
    """The routes. ``_notice`` is what the officers' page says of the last wrong code; it names nobody."""

    def __init__(self, booth: Booth, config: KioskConfig) -> None:
        self._booth = booth
        self._config = config
        self._notice = ""
        self._pages = VoterPages(booth)
        self._voice = VoicePages(booth.setup, booth.settings)

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", view_func=self._page, methods=["GET"], endpoint="page")
        app.add_url_rule("/", view_func=self._touch, methods=["POST"], endpoint="touch")
        app.add_url_rule("/keadaan", view_func=self._screen, methods=["GET"], endpoint="screen")
        app.add_url_rule("/foto/<int:number>", view_func=self._photo, methods=["GET"], endpoint="photo")
        self._voice.register(app)
        app.register_error_handler(Exception, _trouble)

    def _page(self) -> Response:
        shown = self._booth.shown
        setup = self._booth.setup
        template, context = _template(shown, self._pages)
        return make_response(
            render_template(
                f"booth/{template}.html",
                shown=shown,
                screen=_screen_id(shown),
                place=setup.place,
                rehearsal=setup.definition.rehearsal,
                definition=setup.definition,
                photos=setup.photos,
                notice=self._notice,
                wedge=self._config.wedge is not None,
                voter=isinstance(shown.state, VoterPresent),
                guide=self._voice.guide(shown),
                **self._pages.common(shown),
                **context,
            )
        )

    def _screen(self) -> Response:
        """Which screen is shown, so that the page knows when it is no longer the one; tells nothing else."""
        return make_response({"layar": _screen_id(self._booth.shown)})

    def _photo(self, number: int) -> Response:
        photo = self._booth.setup.photos.get(number)
        if photo is None:
            abort(404)
        kind = "image/png" if photo.startswith(b"\x89PNG") else "image/jpeg"
        return Response(photo, mimetype=kind)

    def _touch(self) -> AnyResponse:
        act, turn = request.form.get("act", ""), request.form.get("turn", "")
        self._notice = ""
        try:
            if act == "petugas-lanjut":
                self._read_after_restart(turn)
            else:
                voter_act(self._booth, act, request.form.get("kode", ""))(turn)
        except NotNow:
            pass  # a second tap, or a screen that has gone: the redirect shows the one that is
        return redirect("/", code=303)

    def _read_after_restart(self, turn: str) -> None:
        """The screen that says what became of the last vote was read. Two officers have typed PINs to start the booth:
        this needs no third one."""
        booth = self._booth
        if turn != booth.shown.turn or not (isinstance(booth.state, Halted) and booth.state.cause is Cause.RESTART):
            raise NotNow("Layar sudah berganti.")
        try:
            booth.resume()
        except NotNow:
            raise
        except BoothError as error:
            self._notice = f"{error.what} {error.todo}".strip()


def _template(shown: Shown, pages: VoterPages) -> tuple[str, dict[str, object]]:
    if shown.view.calling and not isinstance(shown.state, Closed | Printing):
        return "officers", {}
    return pages.page(shown)


def _screen_id(shown: Shown) -> str:
    """A name of the screen that does not give away its turn."""
    return hashlib.sha256(f"{shown.turn}|{shown.view}".encode()).hexdigest()[:16]


def _trouble(error: Exception) -> tuple[str, int]:
    """Any error: a page that leads back, without a word of what was inside."""
    code = error.code if isinstance(error, HTTPException) and error.code is not None else 500
    if code >= 500:
        _LOG.error("kiosk: %s", type(error).__name__)  # the kind alone: no value of a voter's may reach a log
    return render_template("booth/error.html", rehearsal=False, w=languages.indonesian(), lang="id"), code
