"""What all pages of one running program share: configuration, the one worker, the sticks, how a page is drawn."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from epilwu.errors import EpilwuError
from epilwu.trustee import evening
from epilwu.trustee.plan import Plan
from epilwu.trustee.web.config import WebConfig
from epilwu.trustee.web.sticks import Stick, plugged
from epilwu.web.worker import Notice, Work, Worker


@dataclass(frozen=True, slots=True)
class Desk:
    """The laptop on the table."""

    config: WebConfig
    worker: Worker

    def plan(self) -> Plan | None:
        """The plan on the table."""
        return evening.read_plan(self.config.public)

    def sticks(self, plan: Plan | None) -> tuple[Stick, ...]:
        """The sticks that are plugged in now, seen from ``plan``."""
        return plugged(self.config.sticks, plan)

    def stick(self, plan: Plan | None, wanted: str) -> Stick | None:
        """The stick of that id, if it is plugged in."""
        return next((stick for stick in self.sticks(plan) if stick.id == wanted), None)

    def mark(self) -> str:
        """Changes when work goes on or a stick comes or goes."""
        worker = self.worker
        try:
            sticks = [(stick.id, stick.words) for stick in self.sticks(self.plan())]
        except EpilwuError:
            sticks = []
        told = f"{worker.busy}|{worker.title}|{len(worker.lines)}|{sticks}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def page(self, name: str, **context: object) -> str:
        """The page ``name``. ``watch``: it loads itself again when work or sticks change (never while people type);
        ``keep_notice``: the notice is left for the page after."""
        plan = context.pop("plan", None) or self._plan_or_none()
        watch, keep_notice = bool(context.pop("watch", False)), bool(context.pop("keep_notice", False))
        return render_template(
            f"trustee/{name}.html",
            plan=plan,
            rehearsal=isinstance(plan, Plan) and plan.rehearsal,
            notice=None if keep_notice else self.worker.take_notice(),
            mark=self.mark() if watch else None,
            watch=watch,
            **context,
        )

    def start(self, work: Work) -> Response:
        """Begin ``work`` and go where it can be watched."""
        self.worker.start(work)
        return redirect("/tunggu", code=303)

    def refuse(self, what: str, todo: str, to: str) -> Response:
        """Go to the page ``to``, which says what is wrong with what was filled in."""
        self.worker.tell(Notice(False, what, todo))
        return redirect(to, code=303)

    def _plan_or_none(self) -> Plan | None:
        try:
            return self.plan()
        except EpilwuError:
            return None


def chosen_seats(plan_size: int) -> frozenset[int]:
    """The seats that were ticked in the form (fields named ``kursi``); numbers outside the plan are left out."""
    texts = request.form.getlist("kursi")
    return frozenset(int(text) for text in texts if is_seat(text, plan_size))


def is_seat(text: str, size: int) -> bool:
    """Whether ``text`` is one of the numbers 1 to ``size``."""
    return text.isascii() and text.isdecimal() and len(text) <= 2 and 1 <= int(text) <= size
