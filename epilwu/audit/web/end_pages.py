"""The verdict, signatures and objections, the record, corrections, the export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, Response, abort, redirect, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response as AnyResponse

from epilwu.audit.case.events import (
    BoxOpened,
    CaseOpened,
    Corrected,
    DiceThrown,
    Event,
    PaperRead,
    PileCounted,
    Signed,
)
from epilwu.audit.case.export import export
from epilwu.audit.case.log import Entry
from epilwu.audit.case.record import NAME, case_record, moment
from epilwu.audit.case.state import Case
from epilwu.audit.case.summary import summary
from epilwu.audit.case.words import KINDS, VERDICTS, verdict
from epilwu.audit.web import forms
from epilwu.audit.web.desk import Desk
from epilwu.audit.web.draw_pages import pdf
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice, Work

_HERE = "/putusan"
_PAGE = 200
_Form = ImmutableMultiDict[str, str]


class EndPages:
    """The routes /putusan, /catatan, /koreksi and /ekspor."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.add_url_rule(_HERE, "end", self._show, methods=["GET"])
        app.add_url_rule(_HERE, "end-conclude", self._conclude, methods=["POST"])
        app.add_url_rule(f"{_HERE}/tanda-tangan", "end-sign", self._sign, methods=["POST"])
        app.add_url_rule(f"{_HERE}/ekspor", "end-export", self._export, methods=["POST"])
        app.add_url_rule(f"{_HERE}/{NAME}", "end-pdf", self._pdf, methods=["GET"])
        app.add_url_rule("/catatan", "log", self._log, methods=["GET"])
        app.add_url_rule("/koreksi/<int:seq>", "correct", self._ask, methods=["GET"])
        app.add_url_rule("/koreksi/<int:seq>", "correct-do", self._correct, methods=["POST"])

    def _show(self) -> str | AnyResponse:
        case = self._desk.case
        if case.opened is None:
            return redirect("/kasus", code=303)
        found = None
        if case.concluded is None:
            try:
                found = verdict(case)
            except EpilwuError:
                found = None
        return self._desk.page("end", _HERE, found=found, verdicts=VERDICTS, record=NAME)

    def _conclude(self) -> AnyResponse:
        def act() -> None:
            self._desk.acts.conclude(forms.note(request.form, "sebab", "Sebab", empty=True))

        return self._desk.act(act, "Putusan dicatat.", _HERE, _HERE)

    def _sign(self) -> AnyResponse:
        def act() -> None:
            form = request.form
            name, role = forms.text(form, "nama", "Nama"), forms.text(form, "sebagai", "Sebagai")
            self._desk.acts.sign(Signed(name, role, forms.note(form, "keberatan", "Keberatan", empty=True)))

        return self._desk.act(act, "Penanda tangan dicatat.", _HERE, _HERE)

    def _export(self) -> AnyResponse:
        try:
            target = forms.folder(request.form, "folder", "Folder ekspor")
        except EpilwuError as error:
            return self._desk.refuse(error.what, error.todo, _HERE)

        def run() -> Notice:
            left = export(self._desk.acts, target)
            large = f" Terlalu besar, tidak ikut: {', '.join(left)}." if left else ""
            return Notice(True, f"Kasus diekspor ke {target}.", f"Periksa dengan: epilwu audit redo {target}.{large}")

        return self._desk.start(Work("Kasus sedang diekspor", run, _HERE, _HERE))

    def _pdf(self) -> Response:
        return pdf(case_record(self._desk.acts), NAME)

    def _log(self) -> str | AnyResponse:
        case = self._desk.case
        if case.opened is None:
            return redirect("/kasus", code=303)
        last = request.args.get("sampai", "")
        upto = min(int(last), len(case.entries)) if last.isdecimal() and len(last) < 9 else len(case.entries)
        entries = case.entries[max(upto - _PAGE, 0) : upto][::-1]
        rows = [self._row(entry) for entry in entries]
        return self._desk.page("log", "/catatan", rows=rows, older=max(upto - _PAGE, 0))

    def _row(self, entry: Entry) -> tuple[int, str, str, str, bool]:
        """Number, time, kind, content, and whether it may be corrected; what would unblind a reader is left out."""
        event = entry.event
        hidden = is_blind(self._desk.case, event)
        words = "tidak ditunjukkan sebelum orang kedua selesai" if hidden else summary(event)
        return entry.seq, moment(entry.at), KINDS[event.kind], words, type(event) in _FORMS and not hidden

    def _standing(self, seq: int) -> Event:
        event = self._desk.case.standing.get(seq)
        if event is None or type(event) not in _FORMS or is_blind(self._desk.case, event):
            abort(404)
        return event

    def _ask(self, seq: int) -> str:
        event = self._standing(seq)
        definition = self._desk.acts.material.definition
        return self._desk.page(
            "correct", "/catatan", seq=seq, event=event, kind=KINDS[event.kind], words=summary(event),
            definition=definition,
        )  # fmt: skip

    def _correct(self, seq: int) -> AnyResponse:
        event = self._standing(seq)

        def act() -> None:
            new = _FORMS[type(event)](event, request.form)
            people = forms.people(request.form, "oleh", "Koreksi")
            self._desk.acts.correct(seq, new, forms.note(request.form, "alasan", "Alasan"), people)

        return self._desk.act(act, "Koreksi dicatat sebagai baris baru.", "/catatan", f"/koreksi/{seq}")


def is_blind(case: Case, event: Event) -> bool:
    """Whether showing ``event`` would tell somebody who has still to read or count what another entered."""
    if isinstance(event, Corrected):
        return is_blind(case, event.event)
    if isinstance(event, PaperRead):
        return case.readings.final(event.draw) is None
    if isinstance(event, PileCounted):
        return case.piles.pair((event.station, event.pile), event.turn) is None
    return False


def _case(old: CaseOpened, form: _Form) -> Event:
    return replace(
        old,
        order=forms.text(form, "perintah", "Nomor perintah"),
        by_order=forms.text(form, "atas_perintah", "Atas perintah siapa"),
        auditors=forms.people(form, "auditor", "Nama auditor"),
        place=forms.text(form, "tempat", "Tempat"),
    )


def _box(old: BoxOpened, form: _Form) -> Event:
    return replace(
        old,
        by_order=forms.text(form, "atas_perintah", "Atas perintah siapa"),
        seal=forms.text(form, "segel", "Nomor segel", empty=True),
        people=forms.people(form, "hadir", "Yang hadir"),
        note=forms.note(form, "catatan", "Catatan", empty=True),
    )


def _pile(old: PileCounted, form: _Form) -> Event:
    return replace(
        old,
        votes=tuple(forms.whole(form, f"nomor{n}", f"Nomor {n}", most=50) for n in range(1, len(old.votes) + 1)),
        blank=forms.whole(form, "kosong", "Kosong", most=50),
        unclear=forms.whole(form, "tidak_jelas", "Tidak jelas", most=50),
    )


_FORMS: Mapping[type[Any], Callable[[Any, _Form], Event]] = {
    CaseOpened: _case,
    BoxOpened: _box,
    DiceThrown: lambda old, form: replace(old, witnesses=forms.people(form, "saksi", "Saksi")),
    PaperRead: lambda old, form: replace(old, text=form.get("tulisan", "")),
    PileCounted: _pile,
}
