"""Fixing the list, the dice, printing the whole order."""

from __future__ import annotations

from fractions import Fraction

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.audit.case import papers
from epilwu.audit.case.draw import commitment
from epilwu.audit.case.events import Committed
from epilwu.audit.case.words import PROPOSALS
from epilwu.audit.risk.wording import share
from epilwu.audit.web import forms
from epilwu.audit.web.desk import Desk
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice

_HERE = "/undi"


class DrawPages:
    """The routes under /undi."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.add_url_rule(_HERE, "draw", self._show, methods=["GET"])
        app.add_url_rule(f"{_HERE}/tutup", "draw-commit", self._commit, methods=["POST"])
        app.add_url_rule(f"{_HERE}/dadu", "draw-dice", self._dice, methods=["POST"])
        app.add_url_rule(f"{_HERE}/cetak", "draw-print", self._print, methods=["POST"])
        app.add_url_rule(f"{_HERE}/daftar.pdf", "draw-list-pdf", self._list_pdf, methods=["GET"])
        app.add_url_rule(f"{_HERE}/urutan.pdf", "draw-order-pdf", self._order_pdf, methods=["GET"])

    def _show(self) -> str | AnyResponse:
        case = self._desk.case
        if case.opened is None:
            return redirect("/kasus", code=303)
        if case.committed is None:
            return self._desk.page("draw_commit", _HERE, outlook=self._outlook(), proposals=PROPOSALS)
        context = {"committed": case.committed, "proposals": PROPOSALS, "limit": _percent(case.committed)}
        if case.dice is None:
            return self._desk.page("draw_dice", _HERE, **context)
        order = self._desk.acts.order()
        return self._desk.page("draw_order", _HERE, order=order[:20], total=len(order), **context)

    def _outlook(self) -> Committed | None:
        """What would be fixed now, at 5 %; None while boxes wait."""
        case = self._desk.case
        if not case.all_scanned or case.reconciled is None:
            return None
        try:
            return commitment(self._desk.acts.scanned(), "0.05")
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
            return None

    def _commit(self) -> AnyResponse:
        def act() -> None:
            self._desk.acts.commit(forms.limit(request.form, "batas"))

        good = "Daftar ditutup. Cetak dan tanda tangani lembarannya sebelum dadu dilempar."
        return self._desk.act(act, good, _HERE, _HERE)

    def _dice(self) -> AnyResponse:
        def act() -> None:
            seed = "".join(request.form.get("benih", "").split())
            self._desk.acts.throw(seed, forms.people(request.form, "saksi", "Saksi"))

        return self._desk.act(act, "Angka dadu dicatat.", _HERE, _HERE)

    def _print(self) -> AnyResponse:
        return self._desk.act(self._desk.acts.print_order, "Urutan dicatat. Cetak seluruhnya sekarang.", _HERE, _HERE)

    def _list_pdf(self) -> Response:
        if self._desk.case.committed is None:
            abort(404)
        return pdf(papers.commitment_paper(self._desk.acts), "daftar-penarikan.pdf")

    def _order_pdf(self) -> Response:
        if self._desk.case.printed is None:
            abort(404)
        return pdf(papers.order_paper(self._desk.acts), "urutan-penarikan.pdf")


def _percent(committed: Committed) -> str:
    return share(Fraction(committed.limit))


def pdf(data: bytes, name: str) -> Response:
    """A paper to be shown or printed."""
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
