"""The night of the count, one screen for what is to be done now."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.errors import EpilwuError
from epilwu.trustee import night, opening, papers
from epilwu.trustee.files import Folder
from epilwu.trustee.night import NightSituation, StationNight, Taken
from epilwu.trustee.plan import Seat
from epilwu.trustee.web.attendance import write_present
from epilwu.trustee.web.board_stick import bring, put_aside
from epilwu.trustee.web.desk import Desk, chosen_seats, is_seat
from epilwu.trustee.web.night_table import Laid, NightTable
from epilwu.trustee.web.sticks import Holds, board_folders, count_boards
from epilwu.web.worker import Notice, Work

HERE = "/malam"
STEPS = ("Papan suara", "Periksa papan", "Siapa hadir", "Cocokkan sidik", "Buka jumlah", "Serahkan")
RECORD_NAME = "berita-acara-kunci.pdf"
_REASON = "Pemegang kunci yang hadir atau bagian yang sah kurang dari yang diperlukan."


class NightPages:
    """The routes under /malam."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._table = NightTable(desk.config)
        self._given_up: tuple[Taken, ...] = ()

    def register(self, app: Flask) -> None:
        """Add the routes."""
        rules: tuple[tuple[str, str, Callable[[], object], str], ...] = (
            (HERE, "night", self._show, "GET"),
            (f"{HERE}/papan", "night-boards", self._bring, "POST"),
            (f"{HERE}/papan-lain", "night-other-boards", self._other_boards, "POST"),
            (f"{HERE}/hadir", "night-attendance", self._attendance, "GET"),
            (f"{HERE}/hadir", "night-present", self._present, "POST"),
            (f"{HERE}/centang", "night-tick", self._tick, "POST"),
            (f"{HERE}/buka", "night-open", self._open, "POST"),
            (f"{HERE}/serahkan", "night-hand-over", self._hand_over, "POST"),
            (f"{HERE}/{RECORD_NAME}", "night-record", self._record, "GET"),
        )
        for rule, endpoint, view, method in rules:
            app.add_url_rule(rule, endpoint, view, methods=[method])  # type: ignore[arg-type]

    def _page(self, template: str, step: int, **context: object) -> str:
        return self._desk.page(
            template, step=step, steps=len(STEPS), step_name=STEPS[step - 1], evening="Malam penghitungan", **context
        )

    def _show(self) -> str | AnyResponse:
        if self._desk.worker.busy:
            return redirect("/tunggu", code=303)
        if not self._table.waiting_boards():
            return self._choose_boards()
        laid = self._table.laid
        if laid is None:
            return self._page("boards_refused", 2, refused=self._given_up) if self._given_up else self._verify()
        now, asked = self._table.situation(laid)
        if not asked:
            return redirect(f"{HERE}/hadir", code=303)
        return self._count(laid, now)

    def _count(self, laid: Laid, now: NightSituation) -> str:
        common: dict[str, object] = {"now": now, "plan": self._table.plan(laid), "refused": laid.refused}
        if (now.finished and request.args.get("lagi") != "ya") or request.args.get("hasil") == "ya":
            return self._finished(common, now)
        if now.paper and not _hopeful(now):
            return self._paper(common, now)
        listening = tuple(seat for seat in now.present if seat not in now.compared)
        if listening:
            program = self._table.verifier()
            return self._page("night_tick", 4, listening=listening, program=program.sha256(), **common)
        owing = self._table.still_to_open(now)
        if owing:
            return self._turn(now, owing, common)
        closed = self._table.closed(now)
        if not closed and any(station.needed for station in now.stations):
            return self._paper(common, now)
        return self._finished(common, now)

    def _paper(self, common: dict[str, object], now: NightSituation) -> str:
        return self._page(
            "paper", 5, bad=_bad(now), record=RECORD_NAME, sentences=night.PAPER_DECIDES,
            short=len(now.present) >= now.threshold, opened=any(s.counts is not None for s in now.stations), **common,
        )  # fmt: skip

    def _finished(self, common: dict[str, object], now: NightSituation) -> str:
        sticks = tuple(stick for stick in self._desk.sticks(self._desk.plan()) if stick.holds is Holds.NOTHING)
        return self._page(
            "night_done", 6, bad=_bad(now), closed=self._table.closed(now), tables=[_table(s) for s in now.stations],
            could_add=self._table.still_to_open(now), sticks=sticks, folder=self._desk.config.shares, **common,
        )  # fmt: skip

    # Boards

    def _choose_boards(self) -> str:
        self._given_up = ()
        plan = self._desk.plan()
        folders = board_folders(self._desk.sticks(plan))
        choices = [(key, path.name, count_boards(path)) for key, path in folders.items()]
        return self._page("boards", 1, choices=choices, watch=not choices)

    def _bring(self) -> AnyResponse:
        folder = board_folders(self._desk.sticks(self._desk.plan())).get(request.form.get("diska", ""))
        if folder is None:
            return self._desk.refuse("Diska itu sudah dicabut.", "Pasang lagi diska panitia.", HERE)
        if self._table.waiting_boards():
            return redirect(HERE, code=303)
        self._table.clear()
        boards = self._desk.config.boards

        def run() -> Notice | None:
            bring(folder, boards)
            return self._take()

        return self._desk.start(Work("Papan suara sedang diperiksa", run, HERE, HERE))

    def _verify(self) -> AnyResponse:
        """Boards lie there and nobody has verified them in this run of the program: it was started again."""
        self._table.verifier()
        return self._desk.start(Work("Papan suara sedang diperiksa", self._take, HERE, "/"))

    def _take(self) -> Notice | None:
        verifier, total, done = self._table.verifier(), self._table.waiting_boards(), 0
        self._desk.worker.say(f"{total} papan suara, setiap surat suara diperiksa.")

        def say(one: Taken) -> None:
            nonlocal done
            done += 1
            what = "tidak sah" if one.board is None else f"{one.board.name}: sah, {one.board.ballots} surat suara"
            self._desk.worker.say(f"{done} dari {total} · {one.path.name if one.board is None else ''} {what}")

        taken = night.take(self._desk.config.boards, verifier, say=say)
        judged = self._table.lay(taken)
        self._given_up = judged if self._table.laid is None else ()
        return None

    def _other_boards(self) -> AnyResponse:
        """Only while none of the boards was in order: what is being opened stays."""
        if self._table.laid is None and not self._desk.worker.busy:
            put_aside(self._desk.config.boards)
            self._given_up = ()
        return redirect(HERE, code=303)

    # Who came, and the fingerprint

    def _laid(self) -> tuple[Laid, NightSituation]:
        laid = self._table.laid
        if laid is None or self._desk.worker.busy:
            abort(redirect(HERE, code=303))
        now, _ = self._table.situation(laid)
        return laid, now

    def _attendance(self) -> str:
        laid, now = self._laid()
        _, asked = self._table.situation(laid)
        return self._page("attendance", 3, now=now, plan=self._table.plan(laid), asked=asked, refused=laid.refused)

    def _present(self) -> AnyResponse:
        _, now = self._laid()
        write_present(Folder(self._desk.config.shares, private=False), chosen_seats(len(now.seats)))
        return redirect(HERE, code=303)

    def _tick(self) -> AnyResponse:
        laid, now = self._laid()
        if request.form.get("sidik") != now.sha256:
            return self._desk.refuse(
                "Papan suaranya bukan lagi yang tadi.", "Bacakan sidik yang sekarang tampil.", HERE
            )
        seats = chosen_seats(len(now.seats)) & {seat.index for seat in now.present}
        for seat in sorted(seats):
            night.tick(self._desk.config.shares, seat, laid.boards)
        if not seats:
            self._desk.worker.tell(Notice(False, "Belum ada yang dicentang.", "Centang setiap orang yang sudah cocok."))
        return redirect(HERE, code=303)

    # Sticks

    def _turn(self, now: NightSituation, owing: tuple[Seat, ...], common: dict[str, object]) -> str:
        wanted = request.args.get("kursi", "")
        seat = next((seat for seat in owing if str(seat.index) == wanted), owing[0])
        sticks = self._desk.sticks(self._desk.plan())
        fitting = tuple(stick for stick in sticks if stick.seat == seat.index)
        named = [stick for stick in fitting if stick.id == request.args.get("diska")]
        others = tuple(other for other in owing if other != seat)
        opened = tuple(s for s in now.present if s not in owing)
        shown = {**common, "seat": seat, "others": others, "opened": opened, "bad": _bad(now), "here": HERE}
        if len(fitting) == 1 or named:
            return self._page("night_code", 5, stick=(named or fitting)[0], **shown)
        unfit = tuple(stick for stick in sticks if stick not in fitting)
        return self._page("night_stick", 5, fitting=fitting, unfit=unfit, watch=not fitting, **shown)

    def _open(self) -> AnyResponse:
        laid, now = self._laid()
        form = request.form
        if not is_seat(form.get("kursi", ""), len(now.seats)):
            abort(400)
        seat = now.seats[int(form["kursi"]) - 1]
        back = f"{HERE}?{urlencode({'kursi': seat.index, 'lagi': 'ya', 'diska': form.get('diska', '')})}"
        if set(now.present) - set(now.compared) or len(now.present) < now.threshold:
            return self._desk.refuse("Sidik papan belum dicocokkan semua yang hadir.", "Cocokkan dahulu.", HERE)
        stick = self._desk.stick(self._desk.plan(), form.get("diska", ""))
        if stick is None or stick.seat != seat.index:
            return self._desk.refuse(f"Itu bukan diska {seat.title}.", f"Pasang diska {seat.title}.", back)
        code, shares = form.get("kode", ""), self._desk.config.shares

        def run() -> Notice:
            opened = opening.open_sums(stick.path, code, laid.boards, shares)
            self._table.learn_plan(laid, stick.path)
            problems = self._table.heard(seat.index, opened)
            if problems:
                return Notice(False, f"{seat.title}: {problems[0].what}", problems[0].todo, problems[0].where)
            return Notice(True, f"{seat.title}: bagiannya sudah masuk.", "Cabut diskanya.")

        return self._desk.start(Work(f"{seat.title} sedang membuka jumlah", run, HERE, back))

    # Handing over

    def _hand_over(self) -> AnyResponse:
        laid, now = self._laid()
        stick = self._desk.stick(self._desk.plan(), request.form.get("diska", ""))
        if stick is None or stick.holds is not Holds.NOTHING:
            return self._desk.refuse("Diska itu tidak dapat dipakai.", "Pasang diska panitia, lalu pilih.", HERE)
        source, target = Folder(self._desk.config.shares, private=False), Folder(stick.path, private=False)
        names = [opening.share_name(b.election.uuid, seat.index) for b in laid.boards for seat in now.seats]
        try:
            count = 0
            for name in names:
                data = source.read(name)
                if data is not None:
                    target.publish(name, data)
                    count += 1
            self._desk.worker.tell(Notice(True, f"{count} berkas bagian sudah di diska.", "Serahkan kepada panitia."))
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
        return redirect(HERE, code=303)

    def _record(self) -> Response:
        laid, now = self._laid()
        plan = self._table.plan(laid)
        if plan is None or now.finished:
            abort(404)
        pdf = papers.paper_decides(plan, now, _REASON)
        Folder(self._desk.config.shares, private=False).write(RECORD_NAME, pdf)
        headers = {"Content-Disposition": f'inline; filename="{RECORD_NAME}"'}
        return Response(pdf, mimetype="application/pdf", headers=headers)


def _hopeful(now: NightSituation) -> bool:
    """Whether those present can still open at least one more station: another's trouble does not keep it closed."""
    here = set(now.present)
    return any(0 < station.needed <= len(here & set(station.missing)) for station in now.stations)


def _bad(now: NightSituation) -> dict[str, list[tuple[str, str]]]:
    """Whose shares are bad, and for each of which station and why."""
    titles = {seat.index: seat.title for seat in now.seats}
    found: dict[str, list[tuple[str, str]]] = {}
    for station in now.stations:
        for fault in station.bad:
            found.setdefault(titles[fault.seat], []).append((station.board.name, fault.what))
    return found


def _table(station: StationNight) -> tuple[str, int, tuple[tuple[str, int], ...] | None]:
    """A station's name, ballots, and its choices with their counts once they are known."""
    question = station.board.election.question
    names = (("Kosong",) if question.blank else ()) + tuple(question.answers)
    counts = station.counts
    return station.board.name, station.board.ballots, None if counts is None else tuple(zip(names, counts, strict=True))
