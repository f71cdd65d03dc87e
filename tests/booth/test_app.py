"""The kiosk's pages over HTTP: one address, no vote in it, nothing kept, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import Polling, stop, temporary, village
from flask.testing import FlaskClient
from kiosk_samples import officer_pins
from werkzeug.test import TestResponse

from epilwu.booth.app import KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.states import Choosing, Confirming, Done, Halted, Idle, Reading

PORT = 8017
HOST = {"Host": f"127.0.0.1:{PORT}"}


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def booth(polling: Polling) -> Iterator[Booth]:
    booth = polling.start()
    yield booth
    stop(booth)


@pytest.fixture
def client(polling: Polling, booth: Booth) -> FlaskClient:
    return create_app(booth, KioskConfig(port=PORT, officer=officer_pins(polling))).test_client()


def _page(client: FlaskClient) -> str:
    answer = client.get("/", headers=HOST)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _touch(client: FlaskClient, act: str, turn: str | None = None, **more: str) -> TestResponse:
    if turn is None:
        found = re.search(r'name="turn" value="([^"]+)"', _page(client))
        assert found is not None
        turn = found[1]
    return client.post("/", data={"act": act, "turn": turn, **more}, headers=HOST)


def test_a_voter_goes_through_every_page(client: FlaskClient, booth: Booth) -> None:
    assert "Pindai kartu token Anda." in _page(client)
    booth.scan(village().tokens[0].text)
    page = _page(client)
    assert "Pilih satu calon kuwu." in page and "Pilihan Kosong" in page
    assert [int(n) for n in re.findall(r'value="pilih-([1-9])"', page)] == [1, 2, 3, 4, 5]
    assert "checked" not in page and "selected" not in page and "autofocus" not in page
    _touch(client, "pilih-3")
    page = _page(client)
    assert "Apakah Anda yakin dengan pilihan Anda?" in page and "Calon Tiga Bernama Panjang Sekali" in page
    assert "Calon Dua" not in page
    _touch(client, "ulangi")
    _touch(client, "pilih-0")
    assert "Anda tidak memilih calon mana pun." in _page(client)
    _touch(client, "cetak")
    assert "Struk sedang dicetak." in _page(client)
    booth.print_slip()
    assert "Apakah nomor dan namanya benar?" in _page(client)
    _touch(client, "benar")
    assert isinstance(booth.state, Done)
    assert "Suara Anda sudah tercatat." in _page(client)
    booth.finish()
    assert "Selamat datang." in _page(client)


def test_every_answer_to_a_touch_leads_to_the_one_address(client: FlaskClient, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    for act in ("pilih-3", "pilih-99", "tidak-ada", "ulangi", "pilih-4"):
        answer = _touch(client, act)
        assert answer.status_code == 303 and answer.headers["Location"] == "/"
    assert booth.state == Confirming(4)


@pytest.mark.parametrize("act", ["pilih-", "pilih-6", "pilih--1", "pilih-٣", "pilih-1e0", "pilih-003", "", "pilih"])
def test_only_printed_buttons_do_anything(client: FlaskClient, booth: Booth, act: str) -> None:
    booth.scan(village().tokens[0].text)
    _touch(client, act)
    assert isinstance(booth.state, Choosing)


@pytest.mark.parametrize("turn", ["", "x", "ø"])
def test_a_form_of_another_screen_or_page_does_nothing(client: FlaskClient, booth: Booth, turn: str) -> None:
    booth.scan(village().tokens[0].text)
    old = booth.shown.turn
    _touch(client, "pilih-3", turn)
    assert isinstance(booth.state, Choosing)
    _touch(client, "pilih-3", old)
    _touch(client, "cetak", old)  # a double tap
    assert booth.state == Confirming(3)


def test_other_hosts_and_other_origins_are_shut_out(client: FlaskClient, booth: Booth) -> None:
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:80", f"evil.example:{PORT}"):
        assert client.get("/", headers={"Host": host}).status_code == 403
    booth.scan(village().tokens[0].text)
    answer = client.post(
        "/", data={"act": "pilih-3", "turn": booth.shown.turn}, headers={**HOST, "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403 and isinstance(booth.state, Choosing)


def test_nothing_is_cached_framed_or_loaded_from_elsewhere(client: FlaskClient, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    for path in ("/", "/keadaan", "/kios/kiosk.js", "/tidak-ada"):
        headers = client.get(path, headers=HOST).headers
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers
    page = _page(client)
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    assert "<script>" not in page and " style=" not in page and not re.search(r"\son[a-z]+=", page)


def test_the_screens_name_does_not_give_away_its_turn_or_the_choice(client: FlaskClient, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    answer = client.get("/keadaan", headers=HOST).get_data(as_text=True)
    assert re.fullmatch(r'\{"layar":"[0-9a-f]{16}"\}\s*', answer)
    assert booth.shown.turn not in answer


def test_the_same_pictures_are_asked_for_whatever_was_chosen(polling: Polling) -> None:
    from dataclasses import replace

    photo = b"\x89PNG\r\n\x1a\n"
    setup = replace(village().setup, photos={number: photo + bytes([number]) for number in range(1, 6)})
    booth = polling.start()
    booth.setup = setup
    client = create_app(booth, KioskConfig(port=PORT, officer=officer_pins(polling))).test_client()
    booth.scan(village().tokens[0].text)
    asked = set()
    for choice in (1, 3, 5, 0):
        booth.choose(choice)
        asked.add(tuple(re.findall(r'src="(/foto/\d)"', _page(client))))
        booth.redo()
    assert asked == {tuple(f"/foto/{number}" for number in range(1, 6))}
    answer = client.get("/foto/3", headers=HOST)
    assert answer.data == photo + b"\x03" and answer.mimetype == "image/png"
    assert client.get("/foto/9", headers=HOST).status_code == 404
    stop(booth)


def test_officers_are_called_and_find_their_page(client: FlaskClient, booth: Booth) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    booth.confirm()
    booth.print_slip()
    _touch(client, "panggil")
    page = _page(client)
    assert "Petugas sedang dipanggil." in page and "Suara Anda belum terkirim" in page and 'href="/petugas"' in page
    _touch(client, "kembali")
    assert "Apakah nomor dan namanya benar?" in _page(client)


def test_only_a_restart_is_read_without_a_pin(client: FlaskClient, booth: Booth) -> None:
    booth.pause()
    assert "Bilik sedang dijeda." in _page(client)
    _touch(client, "petugas-lanjut", booth.shown.turn)
    assert isinstance(booth.state, Halted)


def test_after_a_restart_the_screen_is_read_without_a_code(polling: Polling) -> None:
    booth = polling.start()
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    booth.confirm()
    stop(booth)
    again = polling.start()
    client = create_app(again, KioskConfig(port=PORT, officer=officer_pins(polling))).test_client()
    page = _page(client)
    assert "Bilik menyala kembali." in page and "BELUM tercatat" in page
    _touch(client, "petugas-lanjut")
    assert isinstance(again.state, Idle)
    stop(again)


def test_troubles_are_told_without_a_stack(client: FlaskClient, booth: Booth, polling: Polling) -> None:
    polling.tray.state = PrinterState.COVER_OPEN
    booth.scan(village().tokens[0].text)
    assert "Tutup printer terbuka." in _page(client)
    for path, status in (("/tidak-ada", 404), ("/foto/1", 404)):
        answer = client.get(path, headers=HOST)
        assert answer.status_code == status and "Tidak ada yang berubah." in answer.get_data(as_text=True)
    answer = client.post("/", data={"act": "x" * 9000}, headers=HOST)
    assert answer.status_code in (413, 303)
    assert client.put("/", headers=HOST).status_code == 405


def test_a_slip_that_failed_can_be_printed_again_from_the_screen(
    client: FlaskClient, booth: Booth, polling: Polling
) -> None:
    booth.scan(village().tokens[0].text)
    booth.choose(3)
    booth.confirm()
    polling.tray.state = PrinterState.PAPER_OUT
    booth.print_slip()
    page = _page(client)
    assert "Kertas printer habis." in page and 'value="cetak"' not in page
    polling.tray.state = PrinterState.READY
    booth.check_devices()
    _touch(client, "cetak")
    booth.print_slip()
    assert isinstance(booth.state, Reading)
