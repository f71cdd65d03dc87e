"""What all pages of one running app share: the case's acts, the one worker, how a page is drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template
from werkzeug.wrappers import Response

from epilwu.audit.case.acts import Acts
from epilwu.audit.case.state import Case
from epilwu.audit.web.config import WebConfig
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice, Work, Worker


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the audit: its page, its name, and whether it is done."""

    url: str
    name: str
    done: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The laptop on the auditors' table."""

    config: WebConfig
    acts: Acts
    worker: Worker

    @property
    def case(self) -> Case:
        """The case now."""
        return self.acts.case

    def mark(self) -> str:
        """Changes when work goes on or ends."""
        told = f"{self.worker.busy}|{self.worker.title}|{self.worker.lines}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def page(self, name: str, here: str, **context: object) -> str:
        """The page ``name`` of the step ``here``. ``watch``: it loads itself again when work goes on."""
        watch, keep = bool(context.pop("watch", False)), bool(context.pop("keep_notice", False))
        opened = self.case.opened
        return render_template(
            f"audit/{name}.html",
            case=self.case,
            opened=opened,
            here=here,
            steps=steps(self.case),
            rehearsal=opened is not None and opened.rehearsal,
            notice=None if keep else self.worker.take_notice(),
            mark=self.mark() if watch else None,
            watch=watch,
            **context,
        )

    def start(self, work: Work) -> Response:
        """Begin long work and go where it can be watched."""
        if not self.worker.start(work):
            return self.refuse("Pekerjaan lain masih berjalan.", "Tunggu sampai selesai.", "/tunggu")
        return redirect("/tunggu", code=303)

    def act(self, act: Callable[[], object], good: str, then: str, back: str) -> Response:
        """Do one act and go to ``then`` with good news, or ``back`` with the refusal."""
        try:
            act()
        except EpilwuError as error:
            self.worker.tell(Notice.of(error))
            return redirect(back, code=303)
        if good:
            self.worker.tell(Notice(True, good))
        return redirect(then, code=303)

    def refuse(self, what: str, todo: str, to: str) -> Response:
        """Go to the page ``to``, which says what is wrong."""
        self.worker.tell(Notice(False, what, todo))
        return redirect(to, code=303)


def steps(case: Case) -> tuple[Step, ...]:
    """The audit's way, and how far it is."""
    full = case.full_count is not None
    middle = (
        (Step("/hitung", "Hitung penuh", case.replaced is not None),)
        if full
        else (
            Step("/undi", "Undi", case.printed is not None),
            Step("/baca", "Baca", case.last_risk is not None and case.last_risk.decision == "confirmed"),
        )
    )
    return (
        Step("/kasus", "Kasus", case.opened is not None),
        Step("/periksa", "Periksa", case.verified is not None),
        Step("/pindai", "Pindai", case.opened is not None and case.all_scanned),
        Step("/cocokkan", "Cocokkan", case.reconciled is not None),
        *middle,
        Step("/putusan", "Putusan", case.concluded is not None),
    )
