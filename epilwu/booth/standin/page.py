"""The page of the stand-ins: the paper as it comes out, what a hand can do to the printer, a card under the scanner.

For demonstrations and for trying a booth without its devices. It shows the last paper alone: no list, no order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.booth.standin.printer import PrinterStandIn
from epilwu.booth.standin.scanner import ScannerStandIn
from epilwu.web import shared

HOST = "127.0.0.1"
_FORM_LIMIT = 2048


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: a printer and a scanner, both stand-ins. ``place`` says whose: "TPS 01 · Bilik 1"."""

    printer: PrinterStandIn
    scanner: ScannerStandIn
    place: str = ""


_HANDS: dict[str, tuple[str, Callable[[PrinterStandIn], None]]] = {
    "habis": ("Kertas habis", lambda printer: printer.set(paper_dots=0)),
    "hampir": ("Kertas hampir habis", lambda printer: printer.set(paper_dots=6_000)),
    "gulungan": ("Gulungan baru", lambda printer: printer.new_roll()),
    "buka": ("Buka tutup", lambda printer: printer.set(cover_open=True)),
    "tutup": ("Tutup rapat", lambda printer: printer.set(cover_open=False)),
    "macet": ("Macet", lambda printer: printer.set(error=True)),
    "diam": ("Diam", lambda printer: printer.set(silent=True)),
    "nyala": ("Matikan, nyalakan", lambda printer: printer.switch_off_and_on()),
    "cabut": ("Cabut kabel", lambda printer: printer.unplug()),
    "pasang": ("Pasang kabel", lambda printer: printer.plug()),
}


def create_page(table: Callable[[], Table | None]) -> Flask:
    """The page of whatever ``table`` gives at the moment; None: nothing is plugged in now."""
    app = Flask(__name__, template_folder="templates", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_FORM_LIMIT)
    shared.mount(app)
    _Page(table).register(app)
    return app


class _Page:
    def __init__(self, table: Callable[[], Table | None]) -> None:
        self._table = table

    def register(self, app: Flask) -> None:
        app.before_request(_only_here)
        app.add_url_rule("/", view_func=self._page, methods=["GET"], endpoint="page")
        app.add_url_rule("/", view_func=self._hand, methods=["POST"], endpoint="hand")
        app.add_url_rule("/kertas", view_func=self._watch, methods=["GET"], endpoint="watch")
        app.add_url_rule("/kertas/<name>", view_func=self._paper, methods=["GET"], endpoint="paper")

    def _page(self) -> str:
        """Card and hands; it never comes anew by itself, so that what is being typed stays."""
        return self._show(watching=False)

    def _watch(self) -> str:
        """The paper alone, looked for every other second: what an audience sees."""
        return self._show(watching=True)

    def _show(self, *, watching: bool) -> str:
        table = self._table()
        paper = None if table is None else table.printer.last_paper
        return render_template(
            "standin/page.html",
            table=table,
            watching=watching,
            paper=None if paper is None else paper.name,
            hands=[(act, words) for act, (words, _) in _HANDS.items()],
            misunderstood=[] if table is None else table.printer.misunderstood,
        )

    def _paper(self, name: str) -> Response:
        table = self._table()
        paper = None if table is None else table.printer.last_paper
        if table is None or paper is None or paper.name != name:
            abort(404)
        return Response(table.printer.last_picture, mimetype="image/png")

    def _hand(self) -> AnyResponse:
        table, act = self._table(), request.form.get("act", "")
        if table is not None and act == "pindai" and request.form.get("kartu", "").strip():
            table.scanner.scan(request.form["kartu"].strip())
        elif table is not None and act in _HANDS:
            _HANDS[act][1](table.printer)
        return redirect("/", code=303)


def _only_here() -> None:
    """Refuse other hosts (DNS rebinding) and forms of other pages: a card typed here votes at a demonstration booth."""
    if request.host.rsplit(":", 1)[0] not in (HOST, "localhost"):
        abort(403)
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
