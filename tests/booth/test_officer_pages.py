"""The officers' page of a running booth: behind a PIN, tabular, and never about the voter whose session is open."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, PINS, Polling, make_village, stop, temporary, village, vote
from flask.testing import FlaskClient
from kiosk_samples import officer_pins

from epilwu.booth.app import KioskConfig, create_app
from epilwu.booth.booth import Booth
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.officer_pages import IDLE_SECONDS, ClosingPlace
from epilwu.booth.states import Cause, Closed, Halted, Idle, PrintTrouble, Reading
from epilwu.media import station_report
from epilwu.trust.pin import new_pin

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
def desk(polling: Polling, booth: Booth) -> Desk:
    return Desk(polling, booth)


class Desk:
    """An officer's hands."""

    def __init__(self, polling: Polling, booth: Booth, *, closing: bool = True) -> None:
        self.medium = polling.base / "stick"
        self.medium.mkdir(exist_ok=True)
        place = ClosingPlace(polling.hall(), self.medium) if closing else None
        config = KioskConfig(port=PORT, officer=officer_pins(polling), closing=place, ticks=lambda: polling.now)
        self.client: FlaskClient = create_app(booth, config).test_client()

    def page(self) -> str:
        answer = self.client.get("/petugas", headers=HOST)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def told(self) -> str:
        found = re.search(r'role="(?:alert|status)">(.*?)</p>', self.page(), re.DOTALL)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""

    def enter(self, officer: int = 2, pin: str | None = None) -> None:
        data = {"act": "masuk", "officer": str(officer), "pin": PINS[officer] if pin is None else pin}
        assert self.client.post("/petugas", data=data, headers=HOST).status_code == 303

    def act(self, act: str, **more: str) -> None:
        found = re.search(r'name="pass" value="([^"]+)"', self.page())
        data = {"act": act, "pass": found[1] if found else "", **more}
        self.client.post("/petugas", data=data, headers=HOST)

    def cell(self, row: str) -> str:
        found = re.search(rf'<th scope="row">{row}</th><td[^>]*>(.*?)</td>', self.page(), re.DOTALL)
        assert found is not None, row
        return re.sub(r"<[^>]+>", "", found[1]).strip()


def test_nothing_is_shown_or_done_without_a_pin(desk: Desk, booth: Booth) -> None:
    assert "Keadaan bilik" not in desk.page()
    desk.act("jeda")
    assert isinstance(booth.state, Idle) and desk.told().startswith("Layar petugas sudah terkunci.")
    desk.enter(2, new_pin())
    assert desk.told() == "PIN Anggota KPPS 2 salah. Ketik ulang dengan teliti."
    desk.enter(1, PINS[2])
    assert "Keadaan bilik" not in desk.page()
    desk.enter()
    assert "Keadaan bilik" in desk.page()
    assert not any(pin in desk.page() for pin in PINS.values())


def test_the_page_locks_itself_and_when_voters_are_shown_theirs(desk: Desk, polling: Polling, booth: Booth) -> None:
    desk.enter()
    polling.now += IDLE_SECONDS - 1
    desk.act("keadaan")
    assert "Keadaan bilik" in desk.page()
    polling.now += IDLE_SECONDS + 1
    assert "Keadaan bilik" not in desk.page()
    desk.enter()
    desk.client.get("/", headers=HOST)
    assert "Keadaan bilik" not in desk.page()
    desk.enter()
    desk.act("selesai")
    assert "Keadaan bilik" not in desk.page() and isinstance(booth.state, Idle)


def test_a_form_of_an_earlier_pass_does_nothing(desk: Desk, booth: Booth) -> None:
    desk.enter()
    found = re.search(r'name="pass" value="([^"]+)"', desk.page())
    assert found is not None
    desk.act("selesai")
    desk.enter()
    for old in (found[1], "", "ø"):
        desk.client.post("/petugas", data={"act": "jeda", "pass": old}, headers=HOST)
        assert isinstance(booth.state, Idle)
    answer = desk.client.post(
        "/petugas", data={"act": "jeda", "pass": found[1]}, headers={**HOST, "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def test_the_table_says_what_stands_in_the_booth(desk: Desk, booth: Booth, polling: Polling) -> None:
    tokens = village().tokens
    vote(booth, tokens[0], 1)
    booth.scan(tokens[0].text)
    booth.finish()
    booth.scan(village().others[0].text)
    booth.finish()
    booth.scan(tokens[1].text)
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    booth.slip_wrong()
    booth.end_session()
    polling.tray.state = PrinterState.PAPER_OUT
    booth.check_devices()
    polling.tray.state = PrinterState.PAPER_LOW
    booth.check_devices()
    desk.enter()
    assert desk.cell("Surat suara") == "1"
    assert desk.cell("Struk tercatat · batal · tertunda") == "1 · 1 · 0"
    assert desk.cell("Struk dinyatakan salah") == "1"
    assert desk.cell("Kartu ditolak") == "sudah dipakai: 1 · bilik lain: 1"
    assert desk.cell("Gangguan") == "Printer: kertas habis (1×)"
    assert desk.cell("Printer") == "siap, kertas hampir habis"
    assert desk.cell("Media kedua") == "terpasang, sama dengan media pertama"
    assert desk.cell("Nomor perangkat") == "UJI-A"
    assert desk.cell("Kepala jurnal").replace(" ", "") == booth.ledger.head
    assert "Struk tidak dapat dicetak ulang" in desk.page()
    shutil.move(polling.second, polling.base / "saku")
    assert desk.cell("Media kedua") == "Media kedua terlepas."


def test_an_open_session_shows_nothing_of_its_voter(desk: Desk, booth: Booth) -> None:
    pages = []
    for choice in (1, 3, 0):
        booth.scan(village().tokens[0].text)
        booth.choose(choice)
        booth.confirm()
        booth.print_slip()
        assert isinstance(booth.state, Reading)
        desk.enter()
        page = desk.page()
        assert "ada pemilih" in page and not any(c.name in page for c in village().setup.definition.candidates)
        assert "Jeda" not in page and "Tutup bilik" not in page and "Ganti kertas" not in page
        pages.append(re.sub(r"<table>.*?</table>|value=\"[^\"]{22}\"", "", page, flags=re.DOTALL))
        desk.act("akhiri")
        assert isinstance(booth.state, Idle)
    assert len(set(pages)) == 1
    assert booth.ledger.store.counts().slips_void == 3 and booth.ledger.store.counts().ballots == 0


def test_pause_and_resume(desk: Desk, booth: Booth) -> None:
    desk.enter()
    desk.act("jeda")
    assert isinstance(booth.state, Halted) and booth.state.cause is Cause.OFFICER
    desk.act("jeda")
    assert desk.told().startswith("Tindakan ini tidak berlaku")
    desk.act("lanjut")
    assert isinstance(booth.state, Idle)
    desk.act("tidak-ada")
    assert desk.told().startswith("Tombol tidak dikenal.")


def test_resuming_without_the_second_medium_says_why(desk: Desk, booth: Booth, polling: Polling) -> None:
    desk.enter()
    desk.act("jeda")
    polling.second.rename(polling.base / "saku")
    desk.act("lanjut")
    assert isinstance(booth.state, Halted) and "media kedua" in desk.told()


def test_paper_is_changed_step_by_step(desk: Desk, booth: Booth, polling: Polling) -> None:
    desk.enter()
    desk.act("kertas")
    assert isinstance(booth.state, Halted) and "Ganti kertas" in desk.page()
    assert "lanjutkan bilik" not in desk.page().split('class="foot"')[1]
    polling.tray.state = PrinterState.COVER_OPEN
    desk.act("kertas-uji")
    assert desk.told().startswith("Tutup printer terbuka.")
    polling.tray.state = PrinterState.READY
    desk.act("kertas-uji")
    paper = polling.tray.papers[-1]
    assert b"UJI PRINTER" in paper and b"KOTAK AUDIT\n" not in paper
    desk.act("lanjut")
    assert isinstance(booth.state, Idle)


def test_paper_can_be_changed_while_a_voter_waits_for_it(desk: Desk, booth: Booth, polling: Polling) -> None:
    booth.scan(village().tokens[0].text)
    desk.enter()
    desk.act("kertas")
    assert desk.told().startswith("Masih ada pemilih")
    booth.choose(1)
    booth.confirm()
    polling.tray.state = PrinterState.PAPER_OUT
    booth.print_slip()
    desk.act("kertas")
    assert isinstance(booth.state, PrintTrouble) and "Ganti kertas" in desk.page()
    polling.tray.state = PrinterState.READY
    booth.check_devices()
    booth.confirm()
    booth.print_slip()
    desk.act("kertas-uji")  # nothing is printed between a voter's slip and the voter
    assert desk.told().startswith("Masih ada pemilih") and isinstance(booth.state, Reading)


def test_closing_after_the_hour(desk: Desk, booth: Booth, polling: Polling) -> None:
    vote(booth, village().tokens[0], 1)
    polling.moment = AFTERNOON
    desk.enter()
    desk.act("tutup")
    assert 'name="officer"' not in desk.page() and "tidak dapat dibuka lagi" in desk.page()
    for copies in ("0", "21", "", "x"):
        desk.act("tutup-sekarang", copies=copies)
        assert not isinstance(booth.state, Closed) and desk.told()
    desk.act("tutup-sekarang", copies="3")
    assert isinstance(booth.state, Closed) and desk.told().startswith("Selesai.")
    assert len(set(polling.tray.papers[-3:])) == 1 and b"CETAK PENUTUPAN" in polling.tray.papers[-1]
    (path,) = desk.medium.iterdir()
    report = station_report.read(path.read_bytes(), village().root_pem, village().setup.definition.day)
    assert report.report.ballots == 1
    assert "Bilik sudah ditutup." in desk.client.get("/", headers=HOST).get_data(as_text=True)


def test_closing_before_the_hour_takes_two_officers(desk: Desk, booth: Booth) -> None:
    desk.enter(2)
    desk.act("tutup")
    assert "petugas kedua harus ikut memutuskan" in desk.page()
    tries: tuple[dict[str, str], ...] = (
        {},
        {"officer": "2", "pin": PINS[2]},
        {"officer": "3", "pin": PINS[2]},
        {"officer": "3", "pin": "1"},
    )
    for more in tries:
        desk.act("tutup-sekarang", copies="1", **more)
        assert isinstance(booth.state, Idle) and desk.told()
    desk.act("tutup-sekarang", copies="1", officer="3", pin=PINS[3])
    assert isinstance(booth.state, Closed)


def test_what_fails_at_closing_is_not_called_done_and_can_be_repeated(
    desk: Desk, booth: Booth, polling: Polling
) -> None:
    polling.moment = AFTERNOON
    desk.enter()
    desk.act("tutup")
    polling.tray.state = PrinterState.PAPER_OUT
    desk.act("tutup-sekarang", copies="1")
    assert "Kertas printer habis" in desk.told() and "Selesai" not in desk.page() and not list(desk.medium.iterdir())
    polling.tray.state = PrinterState.READY
    shutil.rmtree(desk.medium)
    desk.act("tutup-sekarang", copies="1")
    assert "media" in desk.told() and "Selesai" not in desk.page()
    desk.medium.mkdir()
    desk.act("tutup-sekarang", copies="1")
    assert desk.told().startswith("Selesai.") and list(desk.medium.iterdir())
    assert isinstance(booth.state, Closed)


def test_a_voter_in_the_booth_is_waited_for(desk: Desk, booth: Booth, polling: Polling) -> None:
    polling.moment = AFTERNOON
    booth.scan(village().tokens[0].text)
    desk.enter()
    desk.act("tutup-sekarang", copies="1")
    assert desk.told().startswith("Masih ada pemilih") and not isinstance(booth.state, Closed)


def test_without_a_medium_closing_is_by_command(polling: Polling, booth: Booth) -> None:
    desk = Desk(polling, booth, closing=False)
    polling.moment = AFTERNOON
    desk.enter()
    desk.act("tutup")
    assert "epilwu booth close" in desk.page()
    desk.act("tutup-sekarang", copies="1")
    assert isinstance(booth.state, Idle) and desk.told()


def test_a_broken_first_medium_still_shows_the_page(desk: Desk, booth: Booth) -> None:
    desk.enter()
    booth.ledger.store.close()
    assert "Media pertama tidak dapat dibaca" in desk.page()


def test_a_rehearsals_report_says_what_it_is_and_the_count_refuses_it() -> None:
    from epilwu.media.errors import RehearsalRefused

    with temporary() as name:
        polling = Polling(Path(name), make_village(rehearsal=True, tokens=1), moment=AFTERNOON)
        booth = polling.start()
        desk = Desk(polling, booth)
        desk.enter(1)
        desk.act("tutup-sekarang", copies="1")
        stop(booth)
        (path,) = desk.medium.iterdir()
        day = polling.village.setup.definition.day
        with pytest.raises(RehearsalRefused):
            station_report.read(path.read_bytes(), polling.village.root_pem, day)
        station_report.read(path.read_bytes(), polling.village.root_pem, day, rehearsal=True)
