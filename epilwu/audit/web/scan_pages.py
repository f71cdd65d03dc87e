"""Opening boxes and scanning them: a scanner that types, folders of pictures, bundles counted by hand.

The scanning itself, with every rule about it, is ``epilwu.audit.scan``; here are only its pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

from epilwu.audit.case.events import BoxOpened
from epilwu.audit.scan.errors import JustSeen, ReadAgain
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.pictures import pictures_in, scan_folder
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.typed import Reading
from epilwu.audit.slips import SlipClass
from epilwu.audit.verify import Workers
from epilwu.audit.web import forms
from epilwu.audit.web.camera import camera_pages
from epilwu.audit.web.desk import Desk
from epilwu.audit.words import PAPERS
from epilwu.errors import EpilwuError
from epilwu.web.worker import Notice, Work

_LAST = 12


class ScanPages:
    """The routes under /pindai."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sessions: dict[int, ScanSession] = {}
        self._lock = threading.Lock()

    def register(self, app: Flask) -> None:
        """Add the routes."""
        app.register_blueprint(camera_pages(self._for_camera, self._desk.page))
        app.add_url_rule("/pindai", "scan", self._list, methods=["GET"])
        app.add_url_rule("/pindai/<int:station>", "scan-box", self._box, methods=["GET"])
        posts: tuple[tuple[str, Callable[[int], Response]], ...] = (
            ("buka", self._open), ("kertas", self._paper), ("tak-terbaca", self._unreadable),
            ("gambar", self._pictures),
            ("bundel", self._bundle), ("hitung", self._count), ("ketik", self._type), ("koreksi", self._correct),
            ("selesai", self._finish),
        )  # fmt: skip
        for name, view in posts:
            app.add_url_rule(f"/pindai/<int:station>/{name}", f"scan-{name}", view, methods=["POST"])

    def _list(self) -> str | Response:
        if self._desk.case.opened is None:
            return redirect("/kasus", code=303)
        begun = {number: self._session(number).summary() for number in self._desk.case.boxes}
        return self._desk.page("scan", "/pindai", begun=begun, papers=PAPERS, kinds=list(SlipClass))

    def _box(self, station: int) -> str | Response:
        if self._desk.worker.busy:
            return redirect("/tunggu", code=303)
        if self._desk.case.opened is None or station not in self._desk.case.case.stations:
            abort(404)
        if station not in self._desk.case.boxes:
            return self._desk.page("scan_open", "/pindai", station=station)
        session = self._session(station)
        session.refresh()
        summary, papers = session.summary(), session.papers()
        waiting = [p for kind in Reading if kind is not Reading.AGREED for p in summary.readings[kind]]
        return self._desk.page(
            "scan_box", "/pindai", station=station, summary=summary, last=papers[-1] if papers else None,
            latest=papers[::-1][:_LAST], papers=PAPERS, kinds=list(SlipClass), waiting=sorted(waiting),
            again=request.args.get("lagi", ""), definition=self._desk.acts.material.definition,
            closed=self._desk.case.committed is not None, finished=self._desk.case.scanned.get(station),
        )  # fmt: skip

    def _open(self, station: int) -> Response:
        def act() -> None:
            form = request.form
            box = BoxOpened(
                station=station,
                by_order=forms.text(form, "atas_perintah", "Atas perintah siapa"),
                seal=forms.text(form, "segel", "Nomor segel", empty=True),
                people=forms.people(form, "hadir", "Yang hadir"),
                note=forms.note(form, "catatan", "Catatan", empty=True),
            )
            with closing(self._desk.acts.open_box(box)):
                pass

        return self._do(station, act, "Pembukaan kotak dicatat.")

    def _paper(self, station: int) -> Response:
        text = request.form.get("kode", "").strip()
        sure = request.form.get("yakin") == "ya"
        if not text:
            return redirect(_url(station), code=303)
        try:
            self._writable(station).add_text(text, Source.KEYBOARD, sure=sure)
        except (ReadAgain, JustSeen) as error:
            self._desk.worker.tell(Notice.of(error))
            return redirect(f"{_url(station)}?lagi=1#pindai", code=303)
        except EpilwuError as error:
            self._desk.worker.tell(Notice.of(error))
        return redirect(_url(station), code=303)

    def _unreadable(self, station: int) -> Response:
        return self._do(station, lambda: self._writable(station).add_unreadable(), "Kertas dicatat tidak terbaca.")

    def _pictures(self, station: int) -> Response:
        desk = self._desk
        try:
            folder = forms.folder(request.form, "folder", "Folder gambar")
            many, session = len(pictures_in(folder)), self._writable(station)
        except EpilwuError as error:
            return desk.refuse(error.what, error.todo, _url(station))

        def run() -> Notice:
            before = session.summary().papers
            with closing(Workers(desk.config.jobs)) as workers:
                read = []
                for number, picture in enumerate(scan_folder(folder, workers), 1):
                    read.append(picture)
                    if number % 25 == 0:
                        desk.worker.say(f"{number} dari kira-kira {many} gambar sudah dibaca")
            session.add_pictures(read, Source.PICTURE, fill_bundles=True)
            added = session.summary().papers - before
            return Notice(True, f"{added} kertas masuk.", "Gambar yang sudah ada tidak dihitung dua kali.")

        return desk.start(Work(f"Gambar TPS {station:02d} sedang dibaca", run, _url(station), _url(station)))

    def _bundle(self, station: int) -> Response:
        def act() -> None:
            papers = forms.whole(request.form, "lembar", "Hitungan tangan")
            person = forms.text(request.form, "penghitung", "Nama penghitung")
            self._writable(station).close_bundle(papers, person)

        return self._do(station, act, "Bundel ditutup.")

    def _count(self, station: int) -> Response:
        def act() -> None:
            number = forms.whole(request.form, "nomor", "Nomor bundel")
            papers = forms.whole(request.form, "lembar", "Hitungan tangan")
            person = forms.text(request.form, "penghitung", "Nama penghitung")
            self._writable(station).count_bundle(number, papers, person)

        return self._do(station, act, "Hitungan tangan dicatat.")

    def _type(self, station: int) -> Response:
        def act() -> None:
            form = request.form
            chosen = form.get("pilihan", "")
            choice = None if chosen == "tidak" else forms.whole(form, "pilihan", "Pilihan", most=99)
            number, reader = forms.whole(form, "nomor", "Nomor kertas"), forms.text(form, "pembaca", "Nama pembaca")
            code = form.get("kode_pendek", "").strip() or None
            self._writable(station).type_in(number, reader, choice, code)

        return self._do(station, act, "Ketikan dicatat.")

    def _correct(self, station: int) -> Response:
        def act() -> None:
            form = request.form
            number, people = forms.whole(form, "nomor", "Nomor kertas"), forms.people(form, "oleh", "Koreksi")
            self._writable(station).correct(number, people, forms.text(form, "alasan", "Alasan", longest=300))

        return self._do(station, act, "Kertas dikesampingkan; catatannya tetap ada.")

    def _finish(self, station: int) -> Response:
        def act() -> None:
            self._desk.acts.finish_box(station, forms.people(request.form, "oleh", "Yang menyatakan selesai"))

        return self._do(station, act, f"Kotak TPS {station:02d} selesai dipindai.", "/pindai")

    def _do(self, station: int, act: Callable[[], object], good: str, then: str = "") -> Response:
        return self._desk.act(act, good, then or _url(station), _url(station))

    def _session(self, station: int) -> ScanSession:
        with self._lock:
            if station not in self._sessions:
                self._sessions[station] = self._desk.acts.scanning(station)
            return self._sessions[station]

    def _for_camera(self, station: int) -> ScanSession:
        if self._desk.case.opened is None or station not in self._desk.case.boxes:
            abort(404)
        return self._writable(station)

    def _writable(self, station: int) -> ScanSession:
        if self._desk.case.committed is not None:
            raise forms.refused("Pindaian", "tidak dapat ditambah: daftar penarikan sudah ditutup", "")
        return self._session(station)


def _url(station: int) -> str:
    return f"/pindai/{station}"
