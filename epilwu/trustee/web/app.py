"""The key holders' page as a Flask application, thin over ``evening`` and ``night``.

Opening codes come in the body of a POST and go straight to the work that needs them: into no address, page or log.
What the pages know lies in the files; a page asked for again, by a program started again, shows the same screen.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from epilwu.errors import EpilwuError
from epilwu.trustee import evening
from epilwu.trustee.evening import Stage
from epilwu.trustee.web.ceremony_pages import CeremonyPages
from epilwu.trustee.web.config import WebConfig
from epilwu.trustee.web.desk import Desk
from epilwu.trustee.web.night_pages import NightPages
from epilwu.web import shared
from epilwu.web.laptop import guard
from epilwu.web.worker import Notice, Worker

_LOG = logging.getLogger(__name__)
_FORM_LIMIT = 16 << 10
EXTENSION = "epilwu-desk"  # where the application keeps its ``Desk``
_SENTENCES = {
    401: ("Halaman ini belum dibuka dari terminal.", "Buka lagi alamat yang tampil di jendela terminal laptop ini."),
    403: ("Permintaan ini ditolak.", "Kembali ke halaman pertama, lalu ulangi langkahnya dari sana."),
    404: ("Halaman ini tidak ada.", "Kembali ke halaman pertama."),
    405: ("Permintaan ini ditolak.", "Kembali ke halaman pertama."),
    413: ("Isian terlalu panjang.", "Kembali, lalu isi lebih pendek."),
}


def create_app(config: WebConfig) -> Flask:
    """The page of ``config``; makes the laptop's folders where they are missing."""
    config.prepare()
    app = Flask(__name__, static_folder="static", static_url_path="/tampilan")
    app.config.update(MAX_CONTENT_LENGTH=_FORM_LIMIT, MAX_FORM_MEMORY_SIZE=_FORM_LIMIT, MAX_FORM_PARTS=60)
    guard(app, config)
    shared.mount(app)
    desk = Desk(config, Worker())
    app.extensions[EXTENSION] = desk
    CeremonyPages(desk).register(app)
    NightPages(desk).register(app)
    _Front(desk).register(app)
    app.register_error_handler(EpilwuError, _refused)
    app.register_error_handler(Exception, _trouble)
    return app


class _Front:
    """The first page, the waiting page, and what the script asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", view_func=self._home, endpoint="home", methods=["GET"])
        app.add_url_rule("/tunggu", view_func=self._wait, endpoint="wait", methods=["GET"])
        app.add_url_rule("/keadaan", view_func=self._state, endpoint="state", methods=["GET"])

    def _home(self) -> str:
        now = evening.look(self._desk.config.public)
        return self._desk.page("home", now=now, done=now.stage is Stage.DONE, begun=now.stage is not Stage.BEGIN)

    def _wait(self) -> str | AnyResponse:
        worker = self._desk.worker
        if not worker.busy:
            return redirect(worker.goal, code=303)
        return self._desk.page("wait", title=worker.title, lines=worker.lines, watch=True, keep_notice=True)

    def _state(self) -> Response:
        """A mark of work and sticks, so that a page that waits knows when to load itself again; tells nothing else."""
        return make_response({"tanda": self._desk.mark()})


def _refused(error: EpilwuError) -> tuple[str, int]:
    """A refusal while a page was being drawn (a file that nobody of the evening wrote, a folder that is gone)."""
    return render_template("trustee/trouble.html", notice=Notice.of(error), again=request.path), 409


def _trouble(error: Exception) -> tuple[str, int]:
    """Any other error: a page that leads back, without a word of what was inside."""
    code = error.code if isinstance(error, HTTPException) and error.code is not None else 500
    if code >= 500:
        _LOG.error("trustee web: %s", type(error).__name__)  # the kind alone: no code may reach a log
    what, todo = _SENTENCES.get(
        code, ("Terjadi kesalahan di dalam program.", "Tidak ada yang hilang. Kembali ke halaman pertama, lalu ulangi.")
    )
    return render_template(
        "trustee/trouble.html", notice=Notice(False, what, todo), again=None if code == 401 else "/"
    ), code
