"""The result pages: a list of villages and a page for each, from the public folders alone. No database, no state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, render_template, send_file
from werkzeug.exceptions import HTTPException

from epilwu.errors import EpilwuError
from epilwu.indonesian import figure
from epilwu.media import paper_counts, published, setup_index
from epilwu.tally.official_record import RECORD
from epilwu.tally.public_state import PROGRESS
from epilwu.tally.village_page import VillagePage, read_village, village_code
from epilwu.web.charts import Bar
from epilwu.web.shared import mount

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_LABELS = {
    published.RESULT: "hasil desa",
    published.BOOKS: "pembukuan",
    published.DEFINITION: "calon, TPS, tanggal dan aturan yang dipakai",
    published.RULES: "aturan kabupaten",
    published.ROOT: "sertifikat akar kabupaten",
    setup_index.TRUSTEES: "kunci para pemegang kunci",
    setup_index.NAME: "ikatan panitia sebelum hari pemungutan: sidik daftar token, kunci dan perangkat",
    PROGRESS: "keadaan tiap TPS",
    paper_counts.NAME: "hitungan struk oleh auditor",
    RECORD: "berita acara",
}
_TYPES = {
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".pem": "text/plain",
    ".toml": "text/plain",
    ".sig": "application/json",
}


@dataclass(frozen=True, slots=True)
class WebConfig:
    """``folders``: each a village's public folder, or a folder that holds such folders."""

    folders: tuple[Path, ...]


def create_app(config: WebConfig) -> Flask:
    """The application. Every request reads the folders anew: what is published is what is shown."""
    app = Flask(__name__, static_folder=None, template_folder="templates")
    mount(app)
    app.jinja_env.globals.update(LABELS=_LABELS)
    app.jinja_env.filters.update(size=_size)
    pages = _Pages(config)
    app.add_url_rule("/", "villages", pages.villages)
    app.add_url_rule("/gaya/tally.css", "style", pages.style)
    app.add_url_rule("/desa/<code>/", "village", pages.village)
    app.add_url_rule("/desa/<code>/berkas/<name>", "file", pages.file)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(EpilwuError, _show_refusal)
    return app


@dataclass(frozen=True, slots=True)
class _Pages:
    config: WebConfig

    def villages(self) -> str:
        pages = [(code, *_read_or_say(folder)) for code, folder in sorted(self._folders().items())]
        return render_template("tally/villages.html", villages=pages)

    def village(self, code: str) -> str:
        page = read_village(self._folder(code))
        return render_template("tally/village.html", page=page, bars=_bars(page), rehearsal=page.definition.rehearsal)

    def file(self, code: str, name: str) -> Response:
        path = self._folder(code) / name
        if _FILE.fullmatch(name) is None or not path.is_file():
            abort(404)
        mimetype = _TYPES.get(path.suffix, "application/octet-stream")
        return send_file(path.resolve(), mimetype=mimetype, as_attachment=path.suffix == ".bel", etag=True)

    def style(self) -> Response:
        return send_file(Path(__file__).parent / "static" / "tally.css", mimetype="text/css")

    def _folder(self, code: str) -> Path:
        folder = self._folders().get(code)
        if folder is None:
            abort(404)
        return folder

    def _folders(self) -> dict[str, Path]:
        """Village folders by region code, found by their definitions."""
        found: dict[str, Path] = {}
        for root in self.config.folders:
            for folder in _candidates(root):
                found.setdefault(village_code(folder), folder)
        return found


def _read_or_say(folder: Path) -> tuple[VillagePage | None, str]:
    """A village's page, or in words why it cannot be shown: one broken folder must not hide the others."""
    try:
        return read_village(folder), ""
    except EpilwuError as error:
        return None, error.what


def _candidates(root: Path) -> Iterator[Path]:
    for folder in (root, *(sorted(root.iterdir()) if root.is_dir() else ())):
        if (folder / published.DEFINITION).is_file():
            yield folder


def _bars(page: VillagePage) -> list[Bar]:
    """Candidates in the order of ballot numbers; blank votes are no valid votes and stand apart."""
    if page.outcome is None:
        return []
    names = [candidate.name for candidate in page.definition.candidates]
    votes = page.outcome.counts.candidates
    return [Bar(str(i), name, count) for i, (name, count) in enumerate(zip(names, votes, strict=True), 1)]


def _show_http_error(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    return render_template("tally/error.html", what=_WORDS.get(code, "Halaman tidak dapat ditampilkan.")), code


def _show_refusal(error: EpilwuError) -> tuple[str, int]:
    """What the folder is refused for; paths of the server stay out of it."""
    return render_template("tally/error.html", what=error.what), 503


def _size(number: int) -> str:
    """A file's size for people: whole kilobytes of 1024 bytes."""
    return f"{figure(number // 1024)} KB" if number >= 1024 else "<1 KB"


_WORDS = {404: "Halaman atau berkas ini tidak ada.", 405: "Cara meminta halaman ini tidak dikenal."}
