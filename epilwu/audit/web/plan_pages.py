"""The plan of a village or of a whole regency, from its published folders: papers, hours, stations."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request

from epilwu.audit.risk.contest import parse_limit
from epilwu.audit.risk.published_village import find_villages, read_village
from epilwu.audit.risk.village_plan import Pace, Proposal, VillagePlan, plan_villages
from epilwu.audit.risk.wording import PROPOSAL_WORDS, share, tenths
from epilwu.audit.web import forms
from epilwu.audit.web.desk import Desk
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice

_DEFAULTS = {"folder": "", "laju": "30", "laju_penuh": "300", "batas": "5"}


class PlanPages:
    """The route /rencana. It writes nothing anywhere."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: Flask) -> None:
        """Add the route."""
        app.add_url_rule("/rencana", "plan", self._show, methods=["GET"])
        app.add_url_rule("/rencana", "plan-make", self._make, methods=["POST"])

    def _show(self, given: Mapping[str, str] | None = None, plans: tuple[VillagePlan, ...] = ()) -> str:
        values = {name: (given or {}).get(name, default) for name, default in _DEFAULTS.items()}
        return self._desk.page(
            "plan", "/rencana", given=values, plans=plans, words=PROPOSAL_WORDS, tenths=tenths, share=share,
            hours=sum(plan.tenths for plan in plans), papers=sum(plan.to_read for plan in plans),
            sample=Proposal.SAMPLE,
        )  # fmt: skip

    def _make(self) -> str:
        form = request.form
        try:
            folder = forms.folder(form, "folder", "Folder hasil")
            drawn, counted = (forms.whole(form, name, "Laju", most=10_000) for name in ("laju", "laju_penuh"))
            limit = parse_limit(forms.limit(form, "batas"))
            villages = [read_village(each) for each in find_villages(folder)]
            return self._show(form, plan_villages(villages, limit, Pace(drawn, counted)))
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
            return self._show(form)
