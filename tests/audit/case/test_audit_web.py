"""The app's borders: who may ask, what is refused, what readers must not see."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from audit_samples import define, make_scene
from case_samples import LANDSLIDE, READERS, landslide, truth, write_evidence
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from epilwu.audit.case.acts import Acts
from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import PaperRead
from epilwu.audit.web.app import EXTENSION, create_app
from epilwu.audit.web.config import WebConfig
from epilwu.audit.web.desk import Desk
from epilwu.web.laptop import FORM_FIELD

PAGES = ("/kasus", "/periksa", "/pindai", "/pindai/1", "/cocokkan", "/undi", "/baca", "/baca/1?nama=Sari", "/hitung",
         "/putusan", "/catatan", "/rencana", "/koreksi/0")  # fmt: skip
POSTS = ("/kasus", "/periksa", "/pindai/1/buka", "/pindai/1/kertas", "/pindai/1/selesai", "/cocokkan", "/undi/tutup",
         "/undi/dadu", "/undi/cetak", "/baca/1", "/hitung/putuskan", "/hitung/1/1/1", "/hitung/tutup", "/putusan",
         "/putusan/tanda-tangan", "/putusan/ekspor", "/koreksi/0", "/rencana")  # fmt: skip


@dataclass
class Laptop:
    """The app and a browser that came in by its address."""

    app: Flask
    config: WebConfig
    client: FlaskClient

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.extensions[EXTENSION]
        return desk

    @property
    def acts(self) -> Acts:
        return self.desk.acts

    @property
    def base(self) -> str:
        return f"http://{self.config.host}"

    def get(self, url: str) -> TestResponse:
        return self.client.get(url, base_url=self.base, follow_redirects=True)

    def post(self, url: str, **data: str) -> TestResponse:
        form = {FORM_FIELD: self.config.token("form"), **data}
        return self.client.post(url, base_url=self.base, data=form, follow_redirects=True)

    def rest(self) -> None:
        while self.desk.worker.busy:
            time.sleep(0.02)


def laptop(case: Path) -> Laptop:
    config = WebConfig(port=8019, secret=b"s" * 32, case=case, jobs=1)
    app = create_app(config)
    made = Laptop(app, config, app.test_client())
    made.get(config.entry())
    return made


@pytest.fixture
def reading(reading_case: Path) -> Iterator[Laptop]:
    """A case whose order was just printed."""
    made = laptop(reading_case)
    yield made
    made.acts.close()


def test_every_page_opens_and_carries_the_headers(reading: Laptop) -> None:
    for url in PAGES:
        answer = reading.get(url)
        assert answer.status_code == 200, url
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?![^>]* src=)|style=|\son[a-z]+=", answer.text), url


def test_strangers_are_shown_nothing(reading: Laptop) -> None:
    stranger = reading.app.test_client()
    for url in (*PAGES, "/undi/urutan.pdf", "/putusan/berita-acara-kasus.pdf", "/keadaan"):
        assert stranger.get(url, base_url=reading.base).status_code == 401, url
        assert reading.client.get(url, base_url="http://rebound.example:8019").status_code == 403, url
    assert stranger.get("/masuk/" + "0" * 64, base_url=reading.base).status_code == 401


def test_no_form_of_others_is_taken(reading: Laptop) -> None:
    good = {FORM_FIELD: reading.config.token("form")}
    before = len(reading.acts.case.entries)
    for url in POSTS:
        for data, headers in (
            ({}, {}),
            ({FORM_FIELD: "0" * 64}, {}),
            (good, {"Origin": "http://evil.example"}),
            (good, {"Sec-Fetch-Site": "cross-site"}),
        ):
            answer = reading.client.post(url, base_url=reading.base, data=data, headers=headers)
            assert answer.status_code == 403, url
    assert len(reading.acts.case.entries) == before


def test_no_path_leads_elsewhere(reading: Laptop) -> None:
    for url in (
        "/../etc/passwd", "/tampilan/..%2f..%2fapp.py", "/putusan/..%2f..%2fcase.log", "/putusan/case.log",
        "/pindai/99", "/pindai/-1", "/baca/4?nama=x", "/hitung/1/99999/1", "/hitung/9/1/1", "/koreksi/999",
        "/koreksi/3", "/case.log",
    ):  # fmt: skip
        assert reading.get(url).status_code == 404, url


def test_a_body_without_end_is_refused(reading: Laptop) -> None:
    assert reading.post("/rencana", folder="x" * 100_000).status_code == 413


def test_a_reader_sees_nothing_of_the_other_nor_of_the_qr(reading: Laptop) -> None:
    draw = next(n for n in range(1, 9) if truth(reading.acts, n) == "2")
    for number in range(1, draw + 1):
        reading.post("/baca/1", nama=READERS[1], ke=str(number), tulisan="3" if number == draw else "2")
    for number in range(1, draw):
        reading.post("/baca/2", nama=READERS[2], ke=str(number), tulisan="2")
    page = reading.get(f"/baca/2?nama={READERS[2]}").text
    assert READERS[1] not in page and "checked" not in page and "QR" not in page
    same = re.sub(r'name="formulir" value="[0-9a-f]+"', "", page)
    assert reading.get("/baca").text.count("nomor 3") == 0
    log = reading.get("/catatan").text
    assert ": nomor 3" not in log and "tidak ditunjukkan" in log
    seq = next(e.seq for e in reading.acts.case.entries if isinstance(e.event, PaperRead) and e.event.draw == draw)
    assert reading.get(f"/koreksi/{seq}").status_code == 404
    assert 'value="3"' in same and 'value="2"' in same  # every choice is offered alike
    reading.post("/baca/2", nama=READERS[2], ke=str(draw), tulisan="2")
    table = reading.get("/baca").text
    assert "menunggu orang ketiga" in table and "nomor 3" not in table
    assert "nomor 3" not in reading.get("/baca/3?nama=Dewi").text
    reading.post("/baca/3", nama="Dewi", ke=str(draw), tulisan="2")
    assert "nomor 3" in reading.get("/baca").text


def test_wrong_fields_change_nothing_and_say_what_is_wrong(reading: Laptop) -> None:
    before = len(reading.acts.case.entries)
    for url, data, words in (
        ("/baca/1", {"nama": "Sari", "ke": "1"}, "belum dipilih"),
        ("/baca/1", {"nama": "", "ke": "1", "tulisan": "2"}, "belum diisi"),
        ("/baca/1", {"nama": "Sari", "ke": "1", "tulisan": "4"}, "tidak ada"),
        ("/baca/1", {"nama": "Sari", "ke": "0x1", "tulisan": "2"}, "bilangan bulat"),
        ("/undi/dadu", {"benih": "1" * 20, "saksi": "A\nB"}, "satu kali"),
        ("/putusan/ekspor", {"folder": "ekspor"}, "dimulai dengan /"),
        ("/hitung/putuskan", {"sebab": "x", "oleh": "A"}, "2 orang"),
        ("/pindai/1/kertas", {"kode": "EPW1:X", "yakin": "ya"}, "ditutup"),
        ("/putusan", {"sebab": ""}, "belum sampai"),
    ):
        assert words in reading.post(url, **data).text, url
    assert len(reading.acts.case.entries) == before


def test_the_app_refuses_a_case_that_was_changed(reading_case: Path) -> None:
    path = reading_case / "bahan" / "umum" / "definition.json"
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    with pytest.raises(CaseRefused, match="berubah"):
        laptop(reading_case)
    path.write_bytes(whole)
    laptop(reading_case).acts.close()


@pytest.mark.slow
def test_markup_in_names_stays_text(tmp_path: Path) -> None:
    evil = '<img src=x onerror="alert(1)">'
    made = laptop(tmp_path / "kasus")
    public, auditors = write_evidence(tmp_path / "bahan", landslide)
    made.post("/kasus", perintah=evil, atas_perintah=evil, tempat=evil, auditor=f"{evil}\n{{{{7*7}}}}",
              umum=str(public), map_auditor=str(auditors), akar="")  # fmt: skip
    made.post("/pindai/1/buka", atas_perintah=evil, segel=evil, hadir=f"{evil}\nJoko", catatan=evil)
    for url in ("/kasus", "/pindai/1", "/catatan", "/koreksi/0", "/koreksi/1", "/putusan"):
        text = made.get(url).text
        assert "<img" not in text and "49" not in re.findall(r"auditor.*", text), url
        assert "&lt;img" in text or url in {"/pindai/1", "/putusan"}, url
    made.acts.close()


@pytest.mark.slow
def test_a_candidate_with_markup_in_the_name_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("<b>Ayu</b>", "Bima & Co", '"><script>alert(1)</script>')
    monkeypatch.setattr("audit_samples.define", lambda **more: define(names, **more))
    hostile = make_scene(LANDSLIDE)
    made = laptop(tmp_path / "kasus")
    public, auditors = write_evidence(tmp_path / "bahan", lambda: hostile)
    made.post("/kasus", perintah="1", atas_perintah="B", tempat="x", auditor="Sari\nJoko", umum=str(public),
              map_auditor=str(auditors), akar="")  # fmt: skip
    made.post("/periksa")
    made.rest()
    made.post("/pindai/1/buka", atas_perintah="B", segel="1", hadir="Sari\nJoko", catatan="")
    made.post("/pindai/1/kertas", kode=hostile.slips[1, 1][0].text)
    made.post("/pindai/1/bundel", lembar="1", penghitung="Sari")
    assert "selesai dipindai" in made.post("/pindai/1/selesai", oleh="Sari\nJoko").text
    for url in ("/pindai/1", "/cocokkan"):
        text = made.get(url).text
        assert "<script>alert" not in text and "<b>Ayu" not in text
        assert "&lt;b&gt;Ayu" in text or url != "/cocokkan"
    assert made.get("/putusan/berita-acara-kasus.pdf").data.startswith(b"%PDF")
    made.acts.close()
