"""The evening of the ceremony, one screen for what is to be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.election.region import RegionCode
from epilwu.election.rules import Scope
from epilwu.errors import EpilwuError
from epilwu.trustee import evening, papers, trial
from epilwu.trustee.ceremony import FEWEST_CHARACTERS
from epilwu.trustee.evening import ON_STICK, PAPER, TICKED, Situation, Stage
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan, Seat, draw_plan, place_of
from epilwu.trustee.web.desk import Desk, chosen_seats, is_seat
from epilwu.trustee.web.sticks import Holds, Stick
from epilwu.web.worker import Notice, Work

HERE = "/upacara"
STEPS = (Stage.BEGIN, Stage.PLAN, Stage.CERTIFY, Stage.CERTIFICATES, Stage.DEAL, Stage.ACCEPT, Stage.TRUSTEES,
         Stage.TRIAL)  # fmt: skip
NAMES: Mapping[Stage, str] = {
    Stage.BEGIN: "Rencana",
    Stage.PLAN: "Cocokkan rencana",
    Stage.CERTIFY: "Buat kunci",
    Stage.CERTIFICATES: "Cocokkan kunci",
    Stage.DEAL: "Bagikan rahasia",
    Stage.ACCEPT: "Terima rahasia",
    Stage.TRUSTEES: "Cocokkan kunci bersama",
    Stage.TRIAL: "Uji coba",
    Stage.DONE: "Selesai",
}
_WORKING = {
    Stage.CERTIFY: "Kunci {} sedang dibuat",
    Stage.DEAL: "Rahasia {} sedang dibagikan",
    Stage.ACCEPT: "Rahasia untuk {} sedang diperiksa",
    Stage.TRIAL: "{} sedang mencoba membuka",
}
_FORM = ("wilayah", "tempat", "judul", "tanggal", "gladi")


@dataclass(frozen=True, slots=True)
class CeremonyPages:
    """The routes under /upacara."""

    desk: Desk

    def register(self, app: Flask) -> None:
        """Add the routes."""
        rules: tuple[tuple[str, str, Callable[[], object], str], ...] = (
            (HERE, "ceremony", self._show, "GET"),
            (f"{HERE}/mulai", "ceremony-begin", self._begin, "POST"),
            (f"{HERE}/centang", "ceremony-tick", self._tick, "POST"),
            (f"{HERE}/diska", "ceremony-act", self._act, "POST"),
            (f"{HERE}/ulang", "ceremony-again", self._ask_again, "GET"),
            (f"{HERE}/ulang", "ceremony-restart", self._restart, "POST"),
            (f"{HERE}/{PAPER}", "ceremony-paper", self._paper, "GET"),
        )
        for rule, endpoint, view, method in rules:
            app.add_url_rule(rule, endpoint, view, methods=[method])  # type: ignore[arg-type]

    def _show(self) -> str | AnyResponse:
        if self.desk.worker.busy:
            return redirect("/tunggu", code=303)
        now = evening.look(self.desk.config.public)
        if now.plan is None:
            return self._plan_form()
        if now.faults:
            return self._page("faults", now)
        if now.stage in TICKED:
            return self._page("tick", now)
        if now.stage in ON_STICK:
            return self._turn(now, now.plan)
        result = trial.parse_result(Folder(self.desk.config.public, private=False).read(trial.RESULT) or b"")
        return self._page("ceremony_done", now, groups=len(result.groups))

    def _page(self, template: str, now: Situation, **context: object) -> str:
        step = STEPS.index(now.stage) + 1 if now.stage in STEPS else None
        return self.desk.page(
            template, now=now, stage=now.stage.value, step=step, steps=len(STEPS), step_name=NAMES[now.stage],
            evening="Upacara kunci", **context,
        )  # fmt: skip

    # The plan

    def _plan_form(self) -> str:
        given = {name: request.args.get(name, "").strip() for name in _FORM}
        empty = Situation(Stage.BEGIN, None)
        rules = self.desk.config.rules
        village = rules.trustees_scope is Scope.VILLAGE
        if request.args.get("langkah") == "kursi":
            try:
                given["tempat"] = given["tempat"] or place_of(RegionCode.parse(given["wilayah"]))
                self._drawn(given, ())
            except EpilwuError as error:
                self.desk.worker.tell(Notice.of(error))
            else:
                return self._page("seats", empty, given=given, rules=rules, threshold=rules.trustees_threshold.value)
        return self._page("plan", empty, given=given, village=village)

    def _begin(self) -> AnyResponse:
        given = {name: request.form.get(name, "").strip() for name in _FORM}
        titles = [title.strip() for title in request.form.getlist("kursi")]
        try:
            evening.begin(self.desk.config.public, self._drawn(given, titles))
        except EpilwuError as error:
            self.desk.worker.tell(Notice.of(error))
            return redirect(f"{HERE}?{urlencode({**given, 'langkah': 'kursi'})}", code=303)
        return redirect(HERE, code=303)

    def _drawn(self, given: Mapping[str, str], titles: tuple[str, ...] | list[str]) -> Plan:
        return draw_plan(
            self.desk.config.rules,
            region=RegionCode.parse(given["wilayah"]),
            place=given["tempat"],
            title=given["judul"],
            date=given["tanggal"],
            rehearsal=given["gladi"] == "ya",
            titles=titles,
        )

    # Ticks

    def _tick(self) -> AnyResponse:
        now = evening.look(self.desk.config.public)
        seats = chosen_seats(now.plan.size if now.plan else 0)
        sha256 = request.form.get("sidik", "")
        try:
            for seat in sorted(seats & {waiting.index for waiting in now.waiting}):
                # Each tick is of what was on the screen; the last of them may open the next stage.
                evening.tick(self.desk.config.public, seat, sha256)
        except EpilwuError as error:
            self.desk.worker.tell(Notice.of(error))
        else:
            if not seats:
                self.desk.worker.tell(
                    Notice(False, "Belum ada yang dicentang.", "Centang setiap orang yang sudah cocok.")
                )
        return redirect(HERE, code=303)

    # Sticks

    def _turn(self, now: Situation, plan: Plan) -> str:
        wanted = request.args.get("kursi", "")
        waiting = {seat.index: seat for seat in now.waiting}
        seat = waiting.get(int(wanted)) if is_seat(wanted, plan.size) else None
        seat = seat or now.waiting[0]
        sticks = self.desk.sticks(plan)
        fitting = tuple(stick for stick in sticks if _fits(stick, now.stage, seat))
        chosen = next((stick for stick in fitting if stick.id == request.args.get("diska", "")), None)
        if chosen is None and len(fitting) == 1 and (now.stage is not Stage.CERTIFY or fitting[0].seat == seat.index):
            chosen = fitting[0]
        others = tuple(other for other in now.waiting if other != seat)
        if chosen is None:
            unfit = tuple(stick for stick in sticks if stick not in fitting)
            return self._page(
                "stick", now, seat=seat, fitting=fitting, unfit=unfit, others=others, here=HERE, watch=not fitting
            )
        new = now.stage is Stage.CERTIFY and chosen.holds is not Holds.KEY
        return self._page("code", now, seat=seat, stick=chosen, others=others, new=new, fewest=FEWEST_CHARACTERS,
                          here=HERE)  # fmt: skip

    def _act(self) -> AnyResponse:
        now = evening.look(self.desk.config.public)
        form = request.form
        if now.plan is None or form.get("langkah") != now.stage.value or now.stage not in ON_STICK:
            return self.desk.refuse("Langkah ini sudah lewat.", "Lanjutkan dari layar ini.", HERE)
        plan, stage = now.plan, now.stage
        if not is_seat(form.get("kursi", ""), plan.size):
            abort(400)
        seat = plan.seat(int(form["kursi"]))
        back = f"{HERE}?{urlencode({'kursi': seat.index, 'diska': form.get('diska', '')})}"
        stick = self.desk.stick(plan, form.get("diska", ""))
        if stick is None:
            return self.desk.refuse("Diska itu sudah dicabut.", f"Pasang lagi diska {seat.title}.", back)
        code = form.get("kode", "")
        if "kode_lagi" in form and code != form["kode_lagi"]:
            return self.desk.refuse("Kedua ketikan tidak sama.", "Ketik kode pembuka yang sama dua kali.", back)
        config = self.desk.config

        def run() -> Notice:
            after = evening.act(config.public, stick.path, code, seat=seat.index, cost=config.cost)
            return _done(seat, after)

        return self.desk.start(Work(_WORKING[stage].format(seat.title), run, HERE, back))

    # Anew, and paper

    def _ask_again(self) -> str | AnyResponse:
        now = evening.look(self.desk.config.public)
        if now.plan is None or now.stage is Stage.DONE:
            return redirect(HERE, code=303)
        return self._page("again", now)

    def _restart(self) -> AnyResponse:
        reason = " ".join(request.form.get("sebab", "").split())[:500]
        if not reason:
            return self.desk.refuse("Sebabnya belum ditulis.", "Tulis sebabnya dalam satu kalimat.", f"{HERE}/ulang")
        try:
            evening.restart(self.desk.config.public, reason)
            self.desk.worker.tell(Notice(True, "Upacara dimulai lagi dari awal.", "Catat sebabnya dalam berita acara."))
        except EpilwuError as error:
            self.desk.worker.tell(Notice.of(error))
        return redirect(HERE, code=303)

    def _paper(self) -> Response:
        """The certificate as PDF; it also lies in the shared folder, for whoever prints elsewhere."""
        public = self.desk.config.public
        now = evening.look(public)
        if now.plan is None or now.stage is not Stage.DONE:
            abort(404)
        shared = Folder(public, private=False)
        result = trial.parse_result(shared.read(trial.RESULT) or b"")
        pdf = papers.key_certificate(now.plan, evening.confirmed(public), result)
        shared.write(PAPER, pdf)
        return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{PAPER}"'})


def _fits(stick: Stick, stage: Stage, seat: Seat) -> bool:
    if stick.holds is Holds.KEY:
        return stick.seat == seat.index
    return stage is Stage.CERTIFY and stick.holds in {Holds.NOTHING, Holds.OLD_KEY} and not stick.boards


def _done(seat: Seat, after: Situation) -> Notice:
    follows = after.next_seat
    if follows is None or after.stage is Stage.DONE:
        return Notice(True, f"{seat.title}: selesai.", "Cabut diskanya.")
    if after.stage in TICKED:
        return Notice(True, f"{seat.title}: selesai. Semua sudah mendapat giliran.", "Cabut diskanya.")
    return Notice(True, f"{seat.title}: selesai.", f"Cabut diskanya. Berikutnya {follows.title}.")
