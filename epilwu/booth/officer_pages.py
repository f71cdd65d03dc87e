"""The officers' pages of a running booth: a PIN, then one page that shows and does what officers may.

The page belongs to whoever typed the PIN, for a minute and a half without a touch, and to nobody as soon as the
voters' screen is shown again. It shows nothing of the voter whose session may be open.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from epilwu.booth import closing, status
from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterFault
from epilwu.booth.errors import NotNow, OfficerRefused, PrinterNotReady
from epilwu.booth.officers import OfficerPins
from epilwu.booth.opening import Hall
from epilwu.booth.states import Cause, Closed, Halted, Idle, PrintTrouble, Refused, VoterPresent
from epilwu.errors import EpilwuError
from epilwu.receipt.escpos import render
from epilwu.receipt.layout import trial_paper

HOME = "/petugas"
IDLE_SECONDS = 90.0
MOST_COPIES = 20


@dataclass(frozen=True, slots=True)
class ClosingPlace:
    """What closing on the screen needs: the hall, and where the medium for the station report is mounted."""

    hall: Hall
    medium: Path


class OfficerPages:
    """One booth's officers' pages. ``place`` None: closing only by command."""

    def __init__(
        self,
        booth: Booth,
        pins: OfficerPins,
        place: ClosingPlace | None,
        *,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._booth = booth
        self._pins = pins
        self._place = place
        self._ticks = ticks
        self._lock = threading.RLock()
        self._until = 0.0
        self._who: int | None = None
        self._pass = ""
        self._page = "status"
        self._notice = ""
        self._done = ""

    def register(self, app: Flask) -> None:
        """Serve ``/petugas``; the voters' page locks it."""
        app.before_request(self._leave)
        app.add_url_rule(HOME, view_func=self._show, methods=["GET"], endpoint="officers")
        app.add_url_rule(HOME, view_func=self._act, methods=["POST"], endpoint="officers_act")

    def _leave(self) -> None:
        if request.path == "/":
            with self._lock:
                self._who = None

    def _open(self) -> bool:
        return self._who is not None and self._ticks() < self._until

    def _show(self) -> Response:
        with self._lock:
            notice, self._notice = self._notice, ""
            page, context = self._content()
            setup = self._booth.setup
            return make_response(
                render_template(
                    f"petugas/{page}.html", home=HOME, notice=notice, place=setup.place, idle=int(IDLE_SECONDS),
                    rehearsal=setup.definition.rehearsal, **{"pass": self._pass}, **context,
                )
            )  # fmt: skip

    def _content(self) -> tuple[str, dict[str, object]]:
        if not self._open():
            return "pin", {
                "heading": "Petugas", "lead": "Satu PIN cukup untuk melihat keadaan bilik dan menjeda.",
                "question": "Siapa Anda?", "officers": self._pins.officers, "taken": None, "send": "masuk",
                "leave": True,
            }  # fmt: skip
        if self._page == "paper":
            return "paper", {"tested": self._done == "paper", "printer": status.printer_in_words(self._booth)}
        if self._page == "close":
            return "close", self._closing()
        return "status", {
            "status": status.look_or_none(self._booth),
            "acts": _acts(self._booth),
            "who": self._title(),
            "digest": self._booth.setup.definition_hash,
            "now": self._booth.clock(),
            "earliest": self._booth.setup.definition.close_not_before,
        }

    def _closing(self) -> dict[str, object]:
        definition, now = self._booth.setup.definition, self._booth.clock()
        return {
            "ready": self._place is not None,
            "medium": "" if self._place is None else str(self._place.medium),
            "early": not closing.is_time(definition, now),
            "earliest": definition.close_not_before,
            "now": now,
            "closed": isinstance(self._booth.state, Closed),
            "done": self._done,
            "others": [officer for officer in self._pins.officers if officer.number != self._who],
            "most": MOST_COPIES,
        }

    def _title(self) -> str:
        return next(officer.title for officer in self._pins.officers if officer.number == self._who)

    def _act(self) -> AnyResponse:
        act = request.form.get("act", "")
        with self._lock:
            try:
                if act == "masuk":
                    self._enter()
                elif not self._open() or not secrets.compare_digest(
                    request.form.get("pass", "").encode(), self._pass.encode()
                ):
                    raise NotNow("Layar petugas sudah terkunci.", todo="Ketik PIN lagi.")
                else:
                    self._until = self._ticks() + IDLE_SECONDS
                    if act == "selesai":
                        self._who = None
                        self._booth.dismiss()
                        return redirect("/", code=303)
                    self._perform(act)
            except EpilwuError as error:
                self._notice = f"{error.what} {error.todo}".strip()
            self._until = max(self._until, self._ticks() + IDLE_SECONDS)  # a closing may take its time
        return redirect(HOME, code=303)

    def _enter(self) -> None:
        self._who = None
        number = _number(request.form.get("officer", ""))
        self._pins.check({number: request.form.get("pin", "")})
        self._who, self._until, self._pass = number, self._ticks() + IDLE_SECONDS, secrets.token_urlsafe(16)
        self._page, self._done = "status", ""

    def _perform(self, act: str) -> None:
        booth = self._booth
        acts: dict[str, Callable[[], None]] = {
            "jeda": booth.pause,
            "lanjut": self._resume,
            "akhiri": booth.end_session,
            "keadaan": lambda: self._turn_to("status"),
            "kertas": self._begin_paper,
            "kertas-uji": self._test_paper,
            "tutup": lambda: self._turn_to("close"),
            "tutup-sekarang": self._close,
        }
        if act not in acts:
            raise NotNow("Tombol tidak dikenal.")
        acts[act]()

    def _turn_to(self, page: str) -> None:
        self._page, self._done = page, ""

    def _resume(self) -> None:
        self._booth.resume()
        self._turn_to("status")
        if isinstance(self._booth.state, Halted):
            detail = self._booth.state.detail
            raise NotNow("Bilik belum dapat dilanjutkan.", todo=detail or "Perbaiki sebabnya lebih dahulu.")

    def _begin_paper(self) -> None:
        state = self._booth.state
        if isinstance(state, Idle | Refused):
            self._booth.pause()
        elif isinstance(state, VoterPresent) and not isinstance(state, PrintTrouble):
            raise NotNow("Masih ada pemilih di bilik.", todo="Tunggu sampai selesai, atau akhiri sesinya.")
        self._turn_to("paper")

    def _test_paper(self) -> None:
        booth = self._booth
        paper = trial_paper(booth.setup.place, "Sesudah ganti kertas")
        self._done = ""
        try:
            with booth.lock:
                if isinstance(booth.state, VoterPresent):
                    raise NotNow("Masih ada pemilih di bilik.", todo="Tunggu sampai selesai.")
                booth.printer.prepare()
                booth.printer.print(render(paper, booth.settings.paper, booth.settings.paper_end))
        except PrinterFault as fault:
            raise PrinterNotReady(fault.what, where=fault.where, todo=fault.todo) from fault
        self._done = "paper"

    def _close(self) -> None:
        """Close for good, or report once more; before the hour a second officer's PIN is needed too."""
        if self._place is None:
            raise NotNow("Penutupan lewat layar tidak disiapkan.", todo="Pakai perintah epilwu booth close.")
        copies = _number(request.form.get("copies", ""))
        if not 1 <= copies <= MOST_COPIES:
            raise NotNow(f"Banyaknya cetakan 1 sampai {MOST_COPIES}.")
        closed = isinstance(self._booth.state, Closed)
        early = not closed and not closing.is_time(self._booth.setup.definition, self._booth.clock())
        if early:
            second = _number(request.form.get("officer", ""))
            if second == self._who:
                raise OfficerRefused("Harus dua petugas yang berbeda.", todo="Petugas kedua mengetik PIN-nya sendiri.")
            self._pins.check({second: request.form.get("pin", "")})
        self._done = ""
        self._done = str(
            closing.close_booth(self._booth, self._place.hall, self._place.medium, copies=copies, early=early)
        )


def _acts(booth: Booth) -> tuple[tuple[str, str, str], ...]:
    """What may be done now: act, words, kind of button."""
    state = booth.state
    acts: list[tuple[str, str, str]] = []
    if isinstance(state, VoterPresent):
        acts.append(("akhiri", "Akhiri sesi tanpa suara", "stop"))
    if isinstance(state, Idle | Refused):
        acts.append(("jeda", "Jeda bilik", ""))
    if isinstance(state, Halted) and state.cause is not Cause.MEDIA_DISAGREE:
        acts.append(("lanjut", "Lanjutkan bilik", "go"))
    if not isinstance(state, Closed | VoterPresent) or isinstance(state, PrintTrouble):
        acts.append(("kertas", "Ganti kertas", ""))
    if isinstance(state, Closed):
        acts.append(("tutup", "Laporan lagi", ""))
    elif not isinstance(state, VoterPresent):
        acts.append(("tutup", "Tutup bilik…", ""))
    return tuple(acts)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
