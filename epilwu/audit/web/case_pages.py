"""Opening the case, verifying the count, comparing paper with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from epilwu.audit.case import figures
from epilwu.audit.case.acts import CaseOpening
from epilwu.audit.case.checks import CheckRow, rows
from epilwu.audit.reconcile import ChoiceRow
from epilwu.audit.slips import SlipClass
from epilwu.audit.verify import Workers
from epilwu.audit.verifying.table import GROUPS
from epilwu.audit.web import forms
from epilwu.audit.web.desk import Desk
from epilwu.audit.words import BOOKS_STATUS, PAPERS, STATUS, choice_name
from epilwu.election.definition import Definition
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status
from epilwu.web.worker import Notice, Work

_FIELDS = ("perintah", "atas_perintah", "tempat", "auditor", "umum", "map_auditor", "akar")


@dataclass(frozen=True, slots=True)
class Row:
    """A choice with its slips, votes (None: not proven), papers typed by two people, and the slips' difference."""

    name: str
    slips: int
    votes: int | None
    typed: int

    @property
    def difference(self) -> int | None:
        """Slips less votes."""
        return None if self.votes is None else self.slips - self.votes


class CasePages:
    """The routes /kasus, /periksa and /cocokkan."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.add_url_rule("/kasus", "case", self._case, methods=["GET"])
        app.add_url_rule("/kasus", "case-open", self._open, methods=["POST"])
        app.add_url_rule("/periksa", "verify", self._verify, methods=["GET"])
        app.add_url_rule("/periksa", "verify-start", self._start, methods=["POST"])
        app.add_url_rule("/cocokkan", "reconcile", self._reconcile, methods=["GET"])
        app.add_url_rule("/cocokkan", "reconcile-do", self._compare, methods=["POST"])

    def _case(self, given: Mapping[str, str] | None = None) -> str:
        if self._desk.case.opened is None:
            values = {name: (given or {}).get(name, "") for name in _FIELDS}
            return self._desk.page("case_open", "/kasus", given=values)
        return self._desk.page("case", "/kasus", definition=self._desk.acts.material.definition)

    def _open(self) -> str | Response:
        form = request.form
        try:
            opening = CaseOpening(
                order=forms.text(form, "perintah", "Nomor perintah"),
                by_order=forms.text(form, "atas_perintah", "Atas perintah siapa"),
                auditors=forms.people(form, "auditor", "Nama auditor"),
                place=forms.text(form, "tempat", "Tempat"),
                public=forms.folder(form, "umum", "Folder terbitan"),
                auditors_folder=forms.folder(form, "map_auditor", "Folder untuk auditor"),
                root=forms.file(form, "akar", "Sertifikat akar"),
            )
            self._desk.acts.open_case(opening)
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
            return self._case(form)
        self._desk.worker.tell(Notice(True, "Kasus dibuka.", "Bahannya sudah disalin ke folder kasus."))
        return redirect("/kasus", code=303)

    def _verify(self) -> str | Response:
        if self._desk.case.opened is None:
            return redirect("/kasus", code=303)
        if self._desk.worker.busy:
            return redirect("/tunggu", code=303)
        verified = self._desk.case.verified
        listed = rows(verified.answers) if verified else []
        groups = [(GROUPS[n].id, [row for row in listed if row.number // 100 == n]) for n in GROUPS]
        return self._desk.page("verify", "/periksa", groups=groups, counts=_counts(listed), words=_status_words())

    def _start(self) -> Response:
        desk = self._desk
        begun: list[str] = []

        def told(path: Path, _offset: int) -> None:
            if path.name not in begun:
                begun.append(path.name)
                desk.worker.say(f"Papan suara {len(begun)} dari {len(desk.case.case.stations)} sedang diperiksa")

        def run() -> Notice:
            with closing(Workers(desk.config.jobs)) as workers:
                found = _counts(rows(desk.acts.verify(workers, told).answers))
            if found["failed"]:
                return Notice(False, f"Pemeriksaan selesai: {found['failed']} GAGAL.", "Baca artinya di bawah ini.")
            skipped = f"{found['not checked']} tidak dapat dibuat." if found["not checked"] else ""
            return Notice(True, f"Pemeriksaan selesai: {found['passed']} lulus, tidak ada yang gagal.", skipped)

        return desk.start(Work("Hitungan sedang diperiksa", run, "/periksa", "/periksa"))

    def _reconcile(self) -> str | Response:
        if self._desk.case.opened is None:
            return redirect("/kasus", code=303)
        acts, case = self._desk.acts, self._desk.case
        definition, village = acts.material.definition, None
        boxes: figures.Boxes = {}
        if case.verified is not None and case.scanned:
            evidence = acts.scanned()
            boxes = figures.reconcile_boxes(evidence, case.verified)
            village = figures.together(boxes, evidence).choices
        return self._desk.page(
            "reconcile", "/cocokkan", boxes=boxes, village=village and _rows(village, definition), papers=PAPERS,
            rows={n: _rows(box.choices, definition) for n, box in boxes.items()}, kinds=list(SlipClass),
            books_words=BOOKS_STATUS,
        )  # fmt: skip

    def _compare(self) -> Response:
        return self._desk.act(self._desk.acts.reconcile, "Pencocokan dicatat.", "/cocokkan", "/cocokkan")


def _counts(listed: list[CheckRow]) -> dict[str, int]:
    return {str(status): sum(row.status == status for row in listed) for status in Status}


def _status_words() -> dict[str, str]:
    return {str(status): word for status, word in STATUS.items()}


def _rows(choices: tuple[ChoiceRow, ...], definition: Definition) -> list[Row]:
    ordered = sorted(choices, key=lambda row: (row.choice == 0, row.choice))
    return [Row(choice_name(definition, row.choice), row.slips, row.votes, row.typed) for row in ordered]
