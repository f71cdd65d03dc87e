"""The kiosk's pages: one address, one page per state, served to this machine alone.

What a voter touches travels in the body of a POST to ``/`` and is answered by a redirect to ``/``: no choice is ever in
an address, and nothing is left in the browser's history. Every form carries the turn of the screen it was drawn for,
which no other page can know and which a second tap no longer matches.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from epilwu.booth import languages
from epilwu.booth.booth import Booth, Shown
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.errors import BoothError, NotNow
from epilwu.booth.officers import OfficerPins
from epilwu.booth.rows import Counts
from epilwu.booth.states import Cause, Closed, Halted, Idle, Printing, Refused, State, VoterPresent
from epilwu.booth.voice.pages import VoicePages
from epilwu.booth.voter_pages import VoterPages, voter_act
from epilwu.booth.wedge import WedgePages
from epilwu.trust.errors import PinRefused
from epilwu.web import shared

_LOG = logging.getLogger(__name__)
HOST = "127.0.0.1"
_FORM_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """``port``: where the kiosk's browser finds the pages; requests for any other host are refused.

    ``officer``: what checks the officers' PINs. ``wedge``: the scanner, where it types like a keyboard.
    """

    port: int
    officer: OfficerPins
    wedge: WedgeScanner | None = None


def create_app(booth: Booth, config: KioskConfig) -> Flask:
    """The kiosk of ``booth``."""
    app = Flask(__name__, static_folder="static", static_url_path="/kios")
    app.config.update(MAX_CONTENT_LENGTH=_FORM_LIMIT, MAX_FORM_MEMORY_SIZE=_FORM_LIMIT, MAX_FORM_PARTS=8)
    shared.mount(app, sounds=True)
    _Kiosk(booth, config).register(app)
    if config.wedge is not None:
        WedgePages(booth, config.wedge).register(app)
    return app


class _Kiosk:
    """The routes. ``_notice`` is what the officers' page says of the last wrong code; it names nobody."""

    def __init__(self, booth: Booth, config: KioskConfig) -> None:
        self._booth = booth
        self._config = config
        self._hosts = {f"{HOST}:{config.port}", f"localhost:{config.port}"}
        self._notice = ""
        self._pages = VoterPages(booth)
        self._voice = VoicePages(booth.setup, booth.settings)

    def register(self, app: Flask) -> None:
        app.before_request(self._only_here)
        app.add_url_rule("/", view_func=self._page, methods=["GET"], endpoint="page")
        app.add_url_rule("/", view_func=self._touch, methods=["POST"], endpoint="touch")
        app.add_url_rule("/keadaan", view_func=self._screen, methods=["GET"], endpoint="screen")
        app.add_url_rule("/foto/<int:number>", view_func=self._photo, methods=["GET"], endpoint="photo")
        self._voice.register(app)
        app.register_error_handler(Exception, _trouble)

    def _only_here(self) -> None:
        """Refuse requests for other hosts (DNS rebinding) and forms sent from other pages."""
        if request.host not in self._hosts:
            abort(403)
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403)

    def _page(self) -> Response:
        shown = self._booth.shown
        setup = self._booth.setup
        template, context = _template(shown, self._booth, self._pages)
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
            if act.startswith("petugas-"):
                self._officer(act, turn)
            else:
                voter_act(self._booth, act, request.form.get("kode", ""))(turn)
        except NotNow:
            pass  # a second tap, or a screen that has gone: the redirect shows the one that is
        return redirect("/", code=303)

    def _officer(self, act: str, turn: str) -> None:
        booth = self._booth
        acts: dict[str, Callable[[], None]] = {
            "petugas-akhiri": booth.end_session,
            "petugas-jeda": booth.pause,
            "petugas-lanjut": booth.resume,
        }
        if act not in acts or turn != booth.shown.turn:
            raise NotNow("Layar sudah berganti.")
        try:
            if not (act == "petugas-lanjut" and _is_restart(booth.state)):
                self._config.officer.check({int(request.form.get("petugas", "1")): request.form.get("kode", "")})
            acts[act]()
        except NotNow:
            raise
        except (PinRefused, BoothError) as error:
            self._notice = f"{error.what} {error.todo}".strip()


def _template(shown: Shown, booth: Booth, pages: VoterPages) -> tuple[str, dict[str, object]]:
    if shown.view.calling and not isinstance(shown.state, Closed | Printing):
        return "officers", {"acts": _officer_acts(shown.state), "counts": _counts(booth)}
    return pages.page(shown)


def _counts(booth: Booth) -> Counts | None:
    """For officers; None where the store cannot be read, which the screen says elsewhere."""
    try:
        return booth.counts()
    except BoothError:
        return None


def _officer_acts(state: State) -> list[tuple[str, str]]:
    """What officers may do in ``state``: the act and the words on its button."""
    if isinstance(state, VoterPresent):
        return [("petugas-akhiri", "Akhiri sesi tanpa suara")]
    if isinstance(state, Halted) and state.cause is not Cause.MEDIA_DISAGREE:
        return [("petugas-lanjut", "Lanjutkan bilik")]
    return [("petugas-jeda", "Jeda bilik")] if isinstance(state, Idle | Refused) else []


def _is_restart(state: State) -> bool:
    """Officers have just typed the code to start the booth: reading what became of the vote needs no second time."""
    return isinstance(state, Halted) and state.cause is Cause.RESTART


def _screen_id(shown: Shown) -> str:
    """A name of the screen that does not give away its turn."""
    return hashlib.sha256(f"{shown.turn}|{shown.view}".encode()).hexdigest()[:16]


def _trouble(error: Exception) -> tuple[str, int]:
    """Any error: a page that leads back, without a word of what was inside."""
    code = error.code if isinstance(error, HTTPException) and error.code is not None else 500
    if code >= 500:
        _LOG.error("kiosk: %s", type(error).__name__)  # the kind alone: no value of a voter's may reach a log
    return render_template("booth/error.html", rehearsal=False, w=languages.indonesian(), lang="id"), code
