"""The auditor's app as a Flask application, thin over the case's acts.

What the pages know lies in the case's folder; a page asked for again, by a program started again, shows the same.
"""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, redirect, render_template
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from epilwu.audit.case.acts import Acts
from epilwu.audit.case.store import CaseStore
from epilwu.audit.web.case_pages import CasePages
from epilwu.audit.web.config import WebConfig
from epilwu.audit.web.count_pages import CountPages
from epilwu.audit.web.desk import Desk, steps
from epilwu.audit.web.draw_pages import DrawPages
from epilwu.audit.web.end_pages import EndPages
from epilwu.audit.web.plan_pages import PlanPages
from epilwu.audit.web.read_pages import ReadPages
from epilwu.audit.web.scan_pages import ScanPages
from epilwu.errors import EpilwuError
from epilwu.web import shared
from epilwu.web.laptop import guard
from epilwu.web.worker import Notice, Worker

_LOG = logging.getLogger(__name__)
_FORM_LIMIT = 64 << 10
EXTENSION = "epilwu-audit-desk"  # where the application keeps its ``Desk``
_SENTENCES = {
    401: ("Halaman ini belum dibuka dari terminal.", "Buka lagi alamat yang tampil di jendela terminal laptop ini."),
    403: ("Permintaan ini ditolak.", "Kembali ke halaman pertama, lalu ulangi langkahnya dari sana."),
    404: ("Halaman ini tidak ada.", "Kembali ke halaman pertama."),
    405: ("Permintaan ini ditolak.", "Kembali ke halaman pertama."),
    413: ("Isian terlalu panjang.", "Kembali, lalu isi lebih pendek."),
}


def create_app(config: WebConfig) -> Flask:
    """The app over ``config.case``, which is begun or gone on with. Raises the refusals of ``CaseStore.start``."""
    acts = Acts(CaseStore.start(config.case))
    try:
        acts.resume()
    except BaseException:
        acts.close()
        raise
    app = Flask(__name__, static_folder="static", static_url_path="/tampilan")
    app.config.update(MAX_CONTENT_LENGTH=_FORM_LIMIT, MAX_FORM_MEMORY_SIZE=_FORM_LIMIT, MAX_FORM_PARTS=200)
    guard(app, config)
    shared.mount(app)
    desk = Desk(config, acts, Worker())
    app.extensions[EXTENSION] = desk
    for pages in (CasePages, ScanPages, DrawPages, ReadPages, CountPages, EndPages, PlanPages):
        pages(desk).register(app)
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

    def _home(self) -> AnyResponse:
        """To the first step that is not done."""
        return redirect(next((step.url for step in steps(self._desk.case) if not step.done), "/putusan"), code=303)

    def _wait(self) -> str | AnyResponse:
        worker = self._desk.worker
        if not worker.busy:
            return redirect(worker.goal, code=303)
        return self._desk.page("wait", "", title=worker.title, lines=worker.lines, watch=True, keep_notice=True)

    def _state(self) -> Response:
        """A mark of the work, so that a page that waits knows when to load itself again; tells nothing else."""
        return make_response({"tanda": self._desk.mark()})


def _refused(error: EpilwuError) -> tuple[str, int]:
    """A refusal while a page was being drawn (evidence that was changed, a folder that is gone)."""
    return render_template("audit/trouble.html", notice=Notice.of(error), again="/"), 409


def _trouble(error: Exception) -> tuple[str, int]:
    """Any other error: a page that leads back, without a word of what was inside."""
    code = error.code if isinstance(error, HTTPException) and error.code is not None else 500
    if code >= 500:
        _LOG.error("audit web: %s", type(error).__name__)  # the kind alone
    what, todo = _SENTENCES.get(
        code, ("Terjadi kesalahan di dalam program.", "Tidak ada yang hilang. Kembali ke halaman pertama, lalu ulangi.")
    )
    again = None if code == 401 else "/"
    return render_template("audit/trouble.html", notice=Notice(False, what, todo), again=again), code
