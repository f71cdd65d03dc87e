"""Both evenings in a real Chromium, by keyboard alone, with five sticks; every screen judged by axe at 7:1."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from hall import Hall, plan
from hall_browser import Hands, Program, faults_of, free_port, launch
from laptop import bring_ceremony, config, hall_of
from playwright.sync_api import Browser, sync_playwright
from polls import COUNTS, poll
from waitress.server import create_server

from epilwu.trustee import evening
from epilwu.trustee.evening import Stage
from epilwu.trustee.verifier import Verifier
from epilwu.trustee.web.app import EXTENSION, create_app
from epilwu.web.worker import Work

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("EPILWU_PICTURES")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def program(tmp_path: Path, verifier: Verifier) -> Iterator[Program]:
    hall_of(config(tmp_path))
    program = Program(tmp_path, verifier)
    yield program
    program.kill()


@pytest.fixture
def hands(browser: Browser, program: Program) -> Iterator[Hands]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="id-ID")
    hands = Hands(context.new_page(), Path(PICTURES) if PICTURES else None)
    hands.page.set_default_timeout(15_000)
    hands.page.goto(program.start())
    yield hands
    context.close()


def test_the_ceremony(hands: Hands, program: Program) -> None:
    page = hands.page
    hands.look("muka")
    page.get_by_role("link", name="Upacara kunci").focus()
    hands.enter()
    hands.look("rencana")
    hands.focused()
    page.keyboard.type("Pemilihan Kuwu 2027")
    page.keyboard.press("Tab")
    page.keyboard.type("32.09.07.2007")
    page.get_by_label("Hari pemungutan suara").fill("2027-10-17")
    hands.enter()
    hands.look("kursi")
    hands.focused()
    hands.enter()
    hands.look("cocokkan-rencana")
    hands.tick_all()
    for seat in (1, 2):
        hands.give_code(seat, name="buat", twice=True)
    hands.look("buat-ketiga")
    program.kill()
    page.goto(program.start())
    page.goto(page.url + "upacara")
    assert hands.heading.startswith("Camat atau wakilnya")
    for seat in (3, 4, 5):
        hands.give_code(seat, name="buat", twice=True)
    hands.look("cocokkan-kunci")
    hands.tick_all()
    for name in ("bagikan", "terima"):
        for seat in range(1, 6):
            hands.give_code(seat, name=name)
    hands.tick_all()
    for seat in range(1, 6):
        hands.give_code(seat, name="uji")
    assert hands.heading == "Kunci bersama jadi dan teruji"
    hands.look("upacara-selesai")
    answer = page.request.get(f"http://127.0.0.1:{program.port}/upacara/sertifikat-kunci.pdf")
    assert answer.body().startswith(b"%PDF")
    assert evening.look(config(program.folder).public).stage is Stage.DONE
    hands.require_axe()


def test_the_night(hands: Hands, program: Program, held: Hall) -> None:
    hall, page = brought(program, held), hands.page
    page.get_by_role("link", name="Malam penghitungan").focus()
    hands.enter()
    hands.look("papan")
    hands.choose_stick("diska-panitia")
    hands.look("hadir")
    hands.tick_all()
    assert "2 surat suara" not in page.content()
    hands.look("cocokkan-papan")
    hands.tick_all()
    hands.look("buka-kode")
    hands.type("bukan kode yang benar")
    hands.look("kode-salah")
    assert "Kode pembuka salah" in page.get_by_role("alert").inner_text()
    for seat in (1, 2):
        hands.give_code(seat, name="buka")
    program.kill()
    spoil_all(hall, program)
    page.goto(program.start())
    page.goto(page.url + "malam")
    hands.settle()
    hands.look("bagian-buruk")
    assert "Bagian dari Ketua panitia pemilihan" in page.content()
    for seat in (3, 4):
        hands.give_code(seat, name="buka")
    assert hands.heading == "Jumlah suara semua TPS sudah terbuka"
    hands.look("malam-selesai")
    cells = page.locator("tbody td").all_inner_texts()
    assert tuple(map(int, cells)) == COUNTS * 2
    hands.choose_stick("diska-panitia")
    given = {path.name for path in (program.folder / "diska" / "diska-panitia").glob("*.bagian-*.json")}
    assert len(given) == 8  # the bad ones too: all that were made are published
    hands.require_axe()


def test_too_few_holders_and_a_foreign_board(hands: Hands, program: Program, held: Hall) -> None:
    brought(program, held)
    page, stick = hands.page, program.folder / "diska" / "diska-panitia"
    foreign = stick / "asing"
    foreign.mkdir()
    (foreign / "lain.bel").write_bytes(b"bukan papan")
    page.goto(page.url + "malam")
    hands.choose_stick("asing")
    hands.look("papan-ditolak")
    page.get_by_role("button", name="Pakai diska lain").focus()
    hands.enter()
    hands.choose_stick("diska-panitia")
    for number in (0, 3):
        page.locator("input[type=checkbox]").nth(number).focus()
        page.keyboard.press("Space")
    hands.enter()
    assert hands.heading == "Kertas yang menentukan"
    hands.look("kertas")
    answer = page.request.get(f"http://127.0.0.1:{program.port}/malam/berita-acara-kunci.pdf")
    assert answer.body().startswith(b"%PDF")
    hands.require_axe()
    page.evaluate("() => { document.querySelector('h1').style.color = '#777'; }")
    assert any("color-contrast" in fault for fault in faults_of(page))  # it does look


def test_without_script(browser: Browser, program: Program) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(program.start())
        page.get_by_role("link", name="Upacara kunci").click()
        page.get_by_label("Nama pemilihan").fill("Pemilihan Kuwu 2027")
        page.get_by_label("Kode desa").fill("32.09.07.2007")
        page.get_by_label("Hari pemungutan suara").fill("2027-10-17")
        page.get_by_role("button").click()
        page.get_by_role("button").click()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button").click()
        stick = program.folder / "diska" / "diska-1"
        aside = stick.rename(program.folder / "dicabut")
        for other in (program.folder / "diska").iterdir():
            shutil.rmtree(other)
        page.reload()
        assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
        aside.rename(stick)
        page.get_by_role("radio").wait_for(timeout=10_000)  # the page has loaded itself again
    finally:
        context.close()


def test_screens_that_are_seldom_seen(browser: Browser, tmp_path: Path) -> None:
    """Waiting, a missing stick, a cheat, the question whether to begin anew, broken files, and no session."""
    port = free_port()
    told = config(tmp_path, port=port)
    hall = hall_of(told)
    app = create_app(told)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    hands = Hands(context.new_page(), Path(PICTURES) if PICTURES else None)
    here = f"http://127.0.0.1:{port}"
    with served(app, port):
        hands.page.goto(here)
        hands.look("tanpa-sesi")
        hands.page.goto(told.entry())
        evening.begin(hall.public, plan())
        hall.tick_all()
        for stick in hall.sticks:
            stick.rename(tmp_path / stick.name)
        hands.page.goto(f"{here}/upacara")
        hands.look("menunggu-diska")
        (tmp_path / "diska-1").rename(hall.sticks[0])
        hands.page.get_by_role("radio").wait_for()  # the script has seen the stick
        for stick in hall.sticks[1:]:
            (tmp_path / stick.name).rename(stick)
        for seat in range(1, 6):
            hall.act(seat)
        second = hall.public / "sertifikat-2.json"
        second.write_bytes(second.read_bytes().replace(b'\\"index\\":2', b'\\"index\\":3'))
        hands.page.goto(f"{here}/upacara")
        hands.look("kecurangan")
        hands.page.goto(f"{here}/upacara/ulang")
        hands.look("ulang")
        (hall.public / "rencana.json").write_bytes(b"{}")
        hands.page.goto(f"{here}/upacara")
        hands.look("berkas-rusak")
        ended = threading.Event()
        worker = app.extensions[EXTENSION].worker
        worker.start(Work("Papan suara sedang diperiksa", lambda: ended.wait(30) and None, "/", "/"))
        worker.say("1 dari 2 · Lemahabang TPS 01: sah, 412 surat suara")
        hands.page.goto(f"{here}/tunggu")
        hands.look("tunggu")
        ended.set()
        hands.page.wait_for_url(f"{here}/")  # by itself
    context.close()
    hands.require_axe()


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield
    server.close()
    thread.join(5)


def brought(program: Program, held: Hall) -> Hall:
    """The held ceremony on this laptop and these sticks, and the panitia's stick with two stations' boards."""
    hall = bring_ceremony(held, config(program.folder))
    poll(hall, program.folder / "diska" / "diska-panitia", stations=2)
    return hall


def spoil_all(hall: Hall, program: Program) -> None:
    """The first holder's shares go bad on the laptop."""
    for path in config(program.folder).shares.glob("*.bagian-1.json"):
        data = path.read_bytes()
        place = data.rindex(b'"response":"') + 12
        path.write_bytes(data[:place] + (b"1" if data[place : place + 1] != b"1" else b"2") + data[place + 1 :])
