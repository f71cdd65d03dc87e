"""The laptop's camera as a scanner: its page sends frames, the server looks at each and answers what it saw.

The browser decodes nothing: what counts as a slip is decided here, by the same eyes as for photos. A frame is looked at
and forgotten. The slip that lies before the camera is entered once, however many frames show it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, make_response, request
from PIL import Image

from epilwu.audit.scan.codes import in_view
from epilwu.audit.scan.errors import JustSeen, ReadAgain
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.signals import AGAIN, SEEN, SIGNALS, sound
from epilwu.audit.scan.state import Paper
from epilwu.errors import EpilwuError

FRAME: Final = "bingkai"
SURE: Final = "yakin"
FRAME_LIMIT: Final = 4 << 20
"""A frame of 1,920 × 1,080 dots as JPEG is a tenth of it."""
_MAX_PIXELS = 9_000_000
Answer = dict[str, str | int | bool]


@dataclass(slots=True)
class _Table:
    """What lies before one station's camera: the text entered last, and the one that was refused last."""

    entered: str = ""
    refused: str = ""


class Camera:
    """The answers to frames; ``session`` gives a station's open session or raises why it cannot be written."""

    def __init__(self, session: Callable[[int], ScanSession]) -> None:
        self._session = session
        self._tables: dict[int, _Table] = {}

    def look(self, station: int, frame: bytes) -> Answer:
        """What one frame shows, entered if it is a paper not entered yet. Raises ``ScanRefused`` and its kin."""
        table = self._tables.setdefault(station, _Table())
        texts = _texts(frame)
        if len(texts) > 1:
            return _again("several", "Ada lebih dari satu kode di depan kamera. Letakkan satu struk saja.")
        if not texts:
            return {"state": "none"}
        try:
            return self._enter(station, table, texts[0], sure=False)
        except (ReadAgain, JustSeen) as error:
            if texts[0] == table.entered:
                return {"state": "same"}
            table.refused = texts[0]
            place = f" ({error.where})" if error.where else ""
            return _again("doubt", f"{error.what}{place} {error.todo}", SEEN if isinstance(error, JustSeen) else AGAIN)

    def insist(self, station: int) -> Answer:
        """Somebody says that the paper refused last, or the next one with the last one's code, is a paper indeed."""
        table = self._tables.setdefault(station, _Table())
        text = table.refused or table.entered
        if not text:
            return {"state": "none"}
        return self._enter(station, table, text, sure=True)

    def unreadable(self, station: int) -> Answer:
        """Nothing can be read from the paper before the camera: two people will type it in."""
        session = self._session(station)
        return _told(session, session.add_unreadable())

    def _enter(self, station: int, table: _Table, text: str, *, sure: bool) -> Answer:
        session = self._session(station)
        paper = session.add_text(text, Source.CAMERA, sure=sure)
        table.entered, table.refused = text, ""
        return _told(session, paper)


def camera_pages(session: Callable[[int], ScanSession], page: Callable[..., str]) -> Blueprint:
    """The camera's page and what its script asks, under ``/pindai/<station>/kamera``, and the sounds of scanning.

    ``page(name, here, **context)`` draws a page of the app as its other pages are drawn.
    """
    camera, pages = Camera(session), Blueprint("camera", __name__)

    @pages.url_value_preprocessor
    def allow_a_frame(_endpoint: str | None, _values: dict[str, int] | None) -> None:
        """Before anything reads the form: a frame is longer than what people type."""
        request.max_content_length = FRAME_LIMIT

    @pages.get("/pindai/<int:station>/kamera")
    def page_of(station: int) -> str:
        summary = session(station).summary()
        return page("camera", "/pindai", station=station, summary=summary, signals=SIGNALS)

    @pages.post("/pindai/<int:station>/kamera")
    def frame_of(station: int) -> Response:
        return make_response(_answer(lambda: _asked(camera, station)))

    @pages.get("/bunyi/<name>.wav")
    def sound_of(name: str) -> Response:
        if name not in SIGNALS:
            abort(404)
        response = make_response(sound(name))
        response.mimetype = "audio/wav"
        return response

    return pages


def _asked(camera: Camera, station: int) -> Answer:
    match request.form.get(SURE, ""):
        case "ya":
            return camera.insist(station)
        case "tidak-terbaca":
            return camera.unreadable(station)
    frame = request.files.get(FRAME)
    return {"state": "none"} if frame is None else camera.look(station, frame.read(FRAME_LIMIT))


def _answer(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except EpilwuError as error:
        return _again("trouble", str(error))


def _texts(frame: bytes) -> tuple[str, ...]:
    try:
        with Image.open(io.BytesIO(frame), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MAX_PIXELS:
                return ()
            return in_view(image.convert("L"))
    except Exception:  # decoders of damaged pictures raise nearly anything; the next frame comes in a moment
        return ()


def _told(session: ScanSession, paper: Paper) -> Answer:
    signal, bundle = SIGNALS[paper.slip.slip_class], session.bundle(paper.seen.bundle)
    size = session.bundle_size
    return {
        "state": "paper",
        "class": str(paper.slip.slip_class),
        "css": signal.css,
        "mark": signal.mark,
        "word": signal.word,
        "text": f"Kertas {paper.number}: {paper.slip.reason}",
        "bundle": f"Bundel {bundle.number}: {bundle.scanned} lembar",
        "full": bundle.scanned > 0 and bundle.scanned % size == 0,
    }


def _again(state: str, text: str, kind: str = AGAIN) -> Answer:
    signal = SIGNALS[kind]
    return {"state": state, "class": kind, "css": signal.css, "mark": signal.mark, "word": signal.word, "text": text}
