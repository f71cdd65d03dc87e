"""The morning's pages: one address, one page per step of the opening; then the booth's own pages take its place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from epilwu.booth import closing, languages, opening, voice
from epilwu.booth.checks import MARKS, DeviceTest, State
from epilwu.booth.devices.wedge import WedgeScanner
from epilwu.booth.errors import NotNow
from epilwu.booth.local import only_here
from epilwu.booth.opening_desk import OpeningDesk, Step
from epilwu.booth.setup import BoothSetup
from epilwu.booth.voice.pages import VoicePages
from epilwu.errors import EpilwuError
from epilwu.receipt.layout import Place
from epilwu.web import shared

_LOG = logging.getLogger(__name__)


def create_opening_app(desk: OpeningDesk, port: int, wedge: WedgeScanner | None, medium: Path | None) -> Flask:
    """The kiosk until the booth takes voters. ``medium``: where a closed booth's report is written once more."""
    app = Flask(__name__, static_folder="static", static_url_path="/kios")
    only_here(app, port)
    shared.mount(app, sounds=True)
    _Morning(desk, wedge, medium).register(app)
    return app


class _Morning:
    """The routes. ``_view`` is a test's own page, where one is shown."""

    def __init__(self, desk: OpeningDesk, wedge: WedgeScanner | None, medium: Path | None) -> None:
        self._desk = desk
        self._wedge = wedge
        self._medium = medium
        self._notice = ""
        self._view = ""
        self._report = ""

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", view_func=self._page, methods=["GET"], endpoint="page")
        app.add_url_rule("/", view_func=self._touch, methods=["POST"], endpoint="touch")
        app.add_url_rule("/suara/<language>/<clip>", view_func=self._recording, methods=["GET"], endpoint="recording")
        for path in ("/petugas", "/keadaan"):  # what the booth's own pages ask for after a restart
            app.add_url_rule(path, view_func=_to_start, methods=["GET"], endpoint=path.strip("/"))
        app.register_error_handler(Exception, _trouble)

    def _page(self) -> Response:
        with self._desk.lock:
            notice, self._notice = self._notice, ""
            try:
                package = self._desk.package()
                template, context = self._content()
                definition = package.parsed_definition()
                place = Place(
                    definition.title, definition.village, package.station, package.booth, definition.rehearsal
                )
                context |= {"definition": definition, "place": place, "rehearsal": definition.rehearsal}
            except EpilwuError as error:
                template, context = "trouble", {"trouble": error, "place": None}
            page = render_template(f"petugas/{template}.html", home="/", notice=notice, **{"pass": ""}, **context)
            return make_response(page)

    def _content(self) -> tuple[str, dict[str, object]]:
        pages: dict[Step, Callable[[], tuple[str, dict[str, object]]]] = {
            Step.PACKAGE: self._package,
            Step.TAKEOVER: lambda: ("takeover", {"found": self._desk.found, "device": self._desk.hall.device}),
            Step.NEW_SECOND: lambda: ("second", {"device": self._desk.hall.device}),
            Step.TEST: self._test,
            Step.ZERO: self._zero,
            Step.CLOSED: lambda: ("closed", {"report": self._report, "medium": self._medium}),
        }
        return pages.get(self._desk.step, self._pins)()

    def _pins(self) -> tuple[str, dict[str, object]]:
        first = self._desk.first
        return "pin", {
            "heading": "Membuka bilik: petugas pertama" if first is None else "Membuka bilik: petugas kedua",
            "lead": "Dua petugas membuka bilik bersama, masing-masing dengan PIN-nya sendiri, di depan saksi.",
            "question": "Siapa yang mengetik?",
            "officers": self._desk.package().parsed_officers(),
            "taken": first,
            "send": "pin",
            "sending": "Lanjut" if first is None else "Buka",
            "back": None if first is None else "batal",
        }

    def _package(self) -> tuple[str, dict[str, object]]:
        setup = _set(self._desk.setup)
        tokens = len(setup.booth_credentials)
        return "package", {"digest": setup.definition_hash, "tokens": tokens, "device": self._desk.hall.device}

    def _zero(self) -> tuple[str, dict[str, object]]:
        opening = self._desk.opening
        assert opening is not None
        return "zero", {"counts": opening.counts, "head": opening.head, "printed": self._desk.printed}

    def _test(self) -> tuple[str, dict[str, object]]:
        test = self._desk.test
        assert test is not None
        match self._view:
            case "touch" if len(test.touched) < MARKS:
                return "touch", {"marks": MARKS, "touched": test.touched}
            case "sound":
                clips = VoicePages(test.setup, test.hall.settings).to_listen()
                return "sound", {"clips": clips, "voice": voice.voice_fingerprint(test.setup)}
            case "scan":
                return "scan", {}
        printer = next(check for check in test.rows() if check.name == "printer")
        return "test", {
            "checks": test.rows(),
            "stops": test.stops(),
            "open_points": test.open_points(),
            "asks_paper": printer.state is State.NOT_CHECKED and bool(printer.detail),
            "typed": self._wedge is not None,
            "sound": test.hall.settings.spoken,
            "now": test.now,
        }

    def _recording(self, language: str, clip: str) -> Response:
        recording = None
        if self._desk.setup is not None:
            recording = voice.load(self._desk.setup).get(language, clip)
        if recording is None:
            abort(404)
        return Response(recording.data, mimetype=recording.media_type)

    def _touch(self) -> AnyResponse:
        with self._desk.lock:
            try:
                self._perform(request.form.get("act", ""), request.form.get("value", ""))
            except EpilwuError as error:
                self._notice = f"{error.what} {error.todo}".strip()
        return redirect("/", code=303)

    def _perform(self, act: str, value: str) -> None:
        desk = self._desk
        acts: dict[str, Callable[[], None]] = {
            "ulang": desk.forget,
            "batal": self._forget,
            "pin": self._pin,
            "cocok": desk.accept_package,
            "ambil-alih": desk.take_over,
            "media-baru": desk.accept_second,
            "lulus": desk.accept_test,
            "cetak": desk.print_zero,
            "tandatangan": desk.confirm_zero,
            "laporan": self._report_again,
        }
        if act in acts:
            acts[act]()
        elif desk.test is not None and desk.step is Step.TEST:
            self._try(desk.test, act, value)
        else:
            raise NotNow("Layar sudah berganti.", todo="Ikuti petunjuk di layar.")

    def _pin(self) -> None:
        officer = request.form.get("officer", "")
        self._desk.type_pin(int(officer) if officer in set("1234567") else 0, request.form.get("pin", ""))

    def _forget(self) -> None:
        self._view = self._report = ""
        self._desk.forget()

    def _try(self, test: DeviceTest, act: str, value: str) -> None:
        match act:
            case "lihat" if value in ("touch", "sound", "scan"):
                self._view = value
                test.touched.clear() if value == "touch" else None
                return
            case "sentuh" if value.isascii() and value.isdecimal() and len(value) == 1:
                test.touch(int(value))
                return
            case "tidak-bisa":
                test.judge("screen", good=False)
            case "baik" | "buruk":
                test.judge(value, good=act == "baik")
            case "cetak-uji":
                test.print_slip()
            case "pindai":
                self._scan(test)
            case "uji" if value in ("first", "second"):
                test.medium(value, self._desk.hall.folder if value == "first" else self._desk.hall.second)
            case "uji" if value == "battery":
                test.battery()
        self._view = ""

    def _scan(self, test: DeviceTest) -> None:
        if self._wedge is None:
            test.scan()
        else:
            test.scanned(request.form.get("code", ""))

    def _report_again(self) -> None:
        """A closed booth's report, printed and written once more."""
        copies = request.form.get("copies", "")
        if self._desk.step is not Step.CLOSED or self._medium is None or copies not in map(str, range(1, 21)):
            raise NotNow("Laporan tidak dapat dibuat di sini.", todo="Pakai perintah epilwu booth close.")
        setup = _set(self._desk.setup)
        ledger = opening.open_ledger(setup, self._desk.hall)
        try:
            path = closing.close(setup, ledger, self._desk.hall, self._medium, copies=int(copies))
        finally:
            ledger.store.close()
        self._report = str(path)


def _set(setup: BoothSetup | None) -> BoothSetup:
    assert setup is not None
    return setup


def _to_start() -> AnyResponse:
    return redirect("/", code=303)


def _trouble(error: Exception) -> tuple[str, int]:
    """Any error: a page that leads back, without a word of what was inside."""
    code = error.code if isinstance(error, HTTPException) and error.code is not None else 500
    if code >= 500:
        _LOG.error("kiosk: %s", type(error).__name__)  # the kind alone: a PIN may stand in the rest
    return render_template("booth/error.html", rehearsal=False, w=languages.indonesian(), lang="id"), code
