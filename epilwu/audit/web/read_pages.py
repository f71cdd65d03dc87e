"""Reading papers blindly: two seats at one laptop, a third where they differ, the running risk.

A seat's page holds nothing of what the other seat entered and nothing of the QR; the table of papers shows a paper only
after both have read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from flask import Flask, abort, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from epilwu.audit.case.events import MISSING, UNREADABLE, PaperRead, RiskFigured
from epilwu.audit.case.reading import AHEAD, THIRD
from epilwu.audit.case.words import DECISIONS, reading, risk
from epilwu.audit.risk.decision import Decision
from epilwu.audit.risk.wording import share
from epilwu.audit.web import forms
from epilwu.audit.web.charts import risk_chart
from epilwu.audit.web.desk import Desk
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice

_HERE = "/baca"
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper that both have read."""

    draw: int
    place: str
    code: str
    readings: tuple[PaperRead | None, PaperRead | None, PaperRead | None]
    figures: RiskFigured | None


class ReadPages:
    """The routes under /baca."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.add_url_rule(_HERE, "read", self._table, methods=["GET"])
        app.add_url_rule(f"{_HERE}/<int:seat>", "read-seat", self._seat, methods=["GET"])
        app.add_url_rule(f"{_HERE}/<int:seat>", "read-paper", self._read, methods=["POST"])

    def _table(self) -> str | Response:
        case = self._desk.case
        if case.printed is None or case.committed is None:
            return redirect("/undi", code=303)
        done = case.readings.both
        chart = Markup("")
        if case.risks:
            chart = risk_chart(case.risks, float(case.committed.limit))
        return self._desk.page(
            "read", _HERE, rows=self._rows(done), more=max(done - _SHOWN, 0), done=done, chart=chart,
            counts={seat: case.readings.read_by(seat) for seat in (1, 2)}, disputed=case.readings.disputed(done),
            names={seat: self._last_reader(seat) for seat in (1, 2, THIRD)}, last=case.last_risk, risk=risk,
            reading=reading, decision=_decision(case.last_risk), limit=share(Fraction(case.committed.limit)),
            decisions=DECISIONS,
        )  # fmt: skip

    def _rows(self, done: int) -> list[PaperRow]:
        case, order = self._desk.case, self._desk.acts.order()
        figures = {each.draw: each for each in case.risks}
        rows = []
        for number in range(done, max(done - _SHOWN, 0), -1):
            paper = order[number - 1][1]
            first, second, third = (case.readings.entries.get((number, seat)) for seat in (1, 2, THIRD))
            place = f"TPS {paper.station:02d}, {paper.place}"
            rows.append(PaperRow(number, place, paper.code, (first, second, third), figures.get(number)))
        return rows

    def _last_reader(self, seat: int) -> str:
        for entry in reversed(self._desk.case.entries):
            if isinstance(entry.event, PaperRead) and entry.event.seat == seat:
                return entry.event.reader
        auditors = self._desk.case.case.auditors
        return auditors[seat - 1] if seat <= len(auditors) else ""

    def _next(self, seat: int) -> int | None:
        """The paper that this seat reads next; None while it must wait."""
        readings = self._desk.case.readings
        if seat == THIRD:
            return readings.disputed(readings.both)
        number = readings.read_by(seat) + 1
        waits = number > readings.papers or number > readings.read_by(3 - seat) + AHEAD
        return None if waits or _decision(self._desk.case.last_risk) is Decision.CONFIRMED else number

    def _seat(self, seat: int) -> str | Response:
        case = self._desk.case
        if seat not in {1, 2, THIRD}:
            abort(404)
        if case.printed is None or case.full_count is not None or case.concluded is not None:
            return redirect(_HERE, code=303)
        number = self._next(seat)
        if number is None:
            return redirect(_HERE, code=303)
        reader = " ".join(request.args.get("nama", "").split())
        if not reader:
            return self._desk.refuse("Nama pembaca belum diisi.", "Isi nama yang duduk di kursi ini.", _HERE)
        return self._desk.page(
            "read_seat", _HERE, seat=seat, reader=reader, draw=number, paper=self._desk.acts.order()[number - 1][1],
            definition=self._desk.acts.material.definition, unreadable=UNREADABLE, missing=MISSING,
        )  # fmt: skip

    def _read(self, seat: int) -> Response:
        form = request.form
        if seat not in {1, 2, THIRD}:
            abort(404)
        reader = " ".join(form.get("nama", "").split())
        back = f"{_HERE}/{seat}?{urlencode({'nama': reader})}"
        try:
            name = forms.text(form, "nama", "Nama pembaca")
            number = forms.whole(form, "ke", "Nomor kertas", most=100_000)
            text = form.get("tulisan", "")
            if not (text in {UNREADABLE, MISSING} or (text.isascii() and text.isdecimal() and len(text) <= 2)):
                raise forms.refused("Tulisan", "belum dipilih", "Pilih apa yang tertulis pada struk.")
            self._desk.acts.read(PaperRead(number, seat, name, text))
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
            return redirect(back, code=303)
        self._desk.worker.tell(Notice(True, f"Kertas ke-{number} dicatat."))
        if seat == THIRD or self._next(seat) is None or self._should_hand_over(seat):
            return redirect(_HERE, code=303)
        return redirect(back, code=303)

    def _should_hand_over(self, seat: int) -> bool:
        """Whether this seat is as far ahead as it may be, or has caught up with the other."""
        readings = self._desk.case.readings
        mine, other = readings.read_by(seat), readings.read_by(3 - seat)
        return mine >= other + AHEAD or (mine == other and mine % AHEAD == 0)


def _decision(last: RiskFigured | None) -> Decision | None:
    return None if last is None else Decision(last.decision)
