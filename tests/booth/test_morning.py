"""The opening on the kiosk's own screen: two PINs, package, device test, zero report; after a power cut; a takeover."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, PINS, Polling, make_village, temporary, village, vote
from morning import HOST, Morning, morning

from epilwu.booth.checks import DeviceTest, State
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.opening_desk import HELD_SECONDS, Step
from epilwu.booth.rows import Change
from epilwu.booth.states import Halted, Idle
from epilwu.booth.store import Store
from epilwu.trust.journal import Opened, TakenOver
from epilwu.trust.pin import new_pin


@pytest.fixture
def polling() -> Iterator[Polling]:
    with temporary() as name:
        yield Polling(Path(name), village())


@pytest.fixture
def screen(polling: Polling) -> Iterator[Morning]:
    with morning(polling) as found:
        yield found


def test_the_whole_opening_by_touch(screen: Morning, polling: Polling) -> None:
    assert screen.heading() == "Membuka bilik: petugas pertama"
    assert all(title in screen.page() for title in ("Ketua KPPS", "Anggota KPPS 2", "Anggota KPPS 3"))
    screen.pin(1)
    assert screen.heading() == "Membuka bilik: petugas kedua"
    screen.pin(3)
    assert screen.heading() == "Apakah ini paket yang benar?"
    page = screen.page()
    digest = village().setup.definition_hash
    assert all(digest[start : start + 8] in page for start in range(0, 64, 8))
    assert "TPS 01 · Bilik 1" in page and "UJI-A" in page and "Calon Dua" in page
    screen.touch("cocok")
    assert screen.heading() == "Uji alat"
    screen.touch("lulus")
    assert "Belum lulus: Layar dan sentuhan, Printer, Jam dan tanggal." in screen.told()
    screen.pass_test()
    assert b"UJI PRINTER" in polling.tray.papers[-1] and b"CALON" not in polling.tray.papers[-1].upper()
    page = screen.page()
    assert "Ketua dapat melanjutkan tanpa: <strong>Suara, Pemindai</strong>" in page
    screen.touch("lulus")
    assert screen.heading() == "Laporan nol"
    assert b"CETAK NOL" in polling.tray.papers[-1] and b"UJI-A" in polling.tray.papers[-1]
    assert Store.exists(polling.first) and screen.kiosk.booth is None
    screen.touch("tandatangan")
    assert "Selamat datang." in screen.page()
    booth = screen.kiosk.booth
    assert booth is not None and isinstance(booth.state, Idle)
    (entry,) = booth.ledger.entries()
    assert isinstance(entry.event, Opened) and entry.event.device == "UJI-A"
    assert entry.head[:8].encode() in polling.tray.papers[-1]


def test_nothing_secret_stands_on_any_page(screen: Morning) -> None:
    pages = [screen.page()]
    screen.pin(1)
    pages.append(screen.page())
    screen.pin(3)
    pages.append(screen.page())
    screen.touch("cocok")
    pages.append(screen.page())
    assert not any(pin in page for pin in PINS.values() for page in pages)


def test_a_slip_of_the_finger_is_told_at_once_and_the_first_pin_stays(screen: Morning) -> None:
    screen.pin(1, PINS[1][:-1])
    assert screen.told().startswith("PIN terdiri dari 12 angka.")
    screen.pin(1)
    screen.pin(3, PINS[3][:-1] + str((int(PINS[3][-1]) + 1) % 10))
    assert screen.told().startswith("PIN salah ketik.")
    assert screen.kiosk.desk.step is Step.PINS


@pytest.mark.parametrize("second", [(1, PINS[1]), (3, None), (0, PINS[3])])
def test_wrong_pairs_open_nothing(screen: Morning, second: tuple[int, str | None]) -> None:
    officer, pin = second
    screen.pin(1)
    screen.pin(officer, new_pin() if pin is None else pin)
    assert screen.told()
    assert screen.heading() == "Membuka bilik: petugas pertama" and screen.kiosk.desk.setup is None


def test_the_lock_holds_over_a_restart_of_the_kiosk(polling: Polling) -> None:
    with morning(polling) as screen:
        for _ in range(3):
            screen.pin(1)
            screen.pin(3, new_pin())
        assert "Tunggu 30 detik" in screen.told()
    with morning(polling) as screen:
        screen.two()
        assert "Tunggu 30 detik" in screen.told()
        polling.now += 31
        screen.two()
        assert screen.kiosk.desk.step is Step.PACKAGE


def test_the_first_pin_is_not_held_for_long(screen: Morning, polling: Polling) -> None:
    screen.pin(1)
    polling.now += HELD_SECONDS + 1
    assert screen.heading() == "Membuka bilik: petugas pertama"
    screen.pin(3)
    assert screen.kiosk.desk.first == 3


def test_going_back_forgets_the_keys(screen: Morning) -> None:
    screen.two()
    screen.touch("batal")
    assert screen.kiosk.desk.setup is None and screen.heading() == "Membuka bilik: petugas pertama"
    screen.touch("cocok")
    assert screen.told().startswith("Layar sudah berganti.")


@pytest.mark.parametrize("act", ["lulus", "cetak", "tandatangan", "ambil-alih", "laporan", "baik", "tidak-ada", ""])
def test_no_step_can_be_skipped(screen: Morning, act: str) -> None:
    steps = []
    for forward in (screen.two, lambda: None):
        screen.touch(act)
        assert screen.told()
        steps.append(screen.kiosk.desk.step)
        forward()
    assert steps == [Step.PINS, Step.PACKAGE]


def test_a_package_that_cannot_be_read_is_named_and_tried_again(polling: Polling) -> None:
    with morning(polling) as screen:
        path = polling.base / "TPS01-B1.epb"
        path.write_bytes(b"rusak")
        page = screen.page()
        assert "Bilik belum dapat dibuka" in page and str(path) in page and "Tidak ada yang berubah." in page
        path.write_bytes(village().package_bytes)
        screen.touch("ulang")
        assert screen.heading() == "Membuka bilik: petugas pertama"


def test_any_row_stops_the_opening(screen: Morning, polling: Polling) -> None:
    store = Store.create(polling.first, village().setup.identity)
    store.commit(Change(pending=b"x" * 48))
    store.close()
    screen.two()
    screen.touch("cocok")
    screen.pass_test()
    papers = len(polling.tray.papers)
    screen.touch("lulus")
    assert "tidak kosong" in screen.told() and len(polling.tray.papers) == papers
    assert screen.kiosk.desk.step is Step.TEST


def test_without_paper_the_zero_report_waits(screen: Morning, polling: Polling) -> None:
    screen.two()
    screen.touch("cocok")
    screen.pass_test()
    polling.tray.state = PrinterState.PAPER_OUT
    screen.touch("lulus")
    assert "Kertas printer habis" in screen.told()
    assert "Tercetak dan ditandatangani" not in screen.page()
    screen.touch("tandatangan")
    assert screen.told().startswith("Laporan nol belum tercetak.")
    polling.tray.state = PrinterState.READY
    screen.touch("cetak")
    assert "Tercetak dan ditandatangani" in screen.page()
    screen.touch("batal")  # given up: nothing was opened, and it can begin anew
    screen.open()
    assert screen.kiosk.booth is not None


def test_after_a_power_cut_the_same_pins_and_then_what_became_of_the_vote(polling: Polling) -> None:
    with morning(polling) as screen:
        screen.open()
        booth = screen.kiosk.booth
        assert booth is not None
        vote(booth, village().tokens[0], 1)
        booth.scan(village().tokens[1].text)
        booth.choose(2)
        booth.confirm()
    with morning(polling) as screen:
        assert "Membuka bilik" in screen.page()
        screen.two()
        assert "BELUM tercatat" in screen.page()
        booth = screen.kiosk.booth
        assert booth is not None and isinstance(booth.state, Halted)
        turn = re.search(r'name="turn" value="([^"]+)"', screen.page())
        assert turn is not None
        screen.client.post("/", data={"act": "petugas-lanjut", "turn": turn[1]}, headers=HOST)
        assert isinstance(booth.state, Idle)


def test_a_spare_offers_to_take_over(polling: Polling) -> None:
    with morning(polling) as screen:
        screen.open()
        assert screen.kiosk.booth is not None
        vote(screen.kiosk.booth, village().tokens[0], 1)
    spare = Polling(polling.base / "spare", village(), device="UJI-B")
    shutil.rmtree(spare.second)
    shutil.copytree(polling.second, spare.second)
    with morning(spare) as screen:
        screen.two()
        page = screen.page()
        assert screen.heading() == "Ambil alih bilik yang mati?"
        assert "UJI-A" in page and "UJI-B" in page and '<td class="number big">1</td>' in page
        assert not Store.exists(spare.first)
        screen.touch("ambil-alih")
        booth = screen.kiosk.booth
        assert booth is not None and isinstance(booth.state, Halted)
        assert sum(isinstance(entry.event, TakenOver) for entry in booth.ledger.entries()) == 1


def test_a_broken_second_medium_is_replaced_by_an_empty_one(polling: Polling) -> None:
    with morning(polling) as screen:
        screen.open()
        assert screen.kiosk.booth is not None
        vote(screen.kiosk.booth, village().tokens[0], 1)
    shutil.rmtree(polling.second)
    with morning(polling) as screen:
        screen.two()
        assert "media kedua" in screen.told() and screen.kiosk.desk.setup is None
        polling.second.mkdir()
        screen.two()
        assert screen.heading() == "Media kedua kosong" and not list(polling.second.iterdir())
        screen.touch("media-baru")
        booth = screen.kiosk.booth
        assert booth is not None and isinstance(booth.state, Halted)
        assert booth.ledger.agree() == 0 and len(list(polling.second.iterdir())) == 2


def test_a_closed_booth_only_reports_again(polling: Polling) -> None:
    polling.moment = AFTERNOON
    with morning(polling) as screen:
        screen.open()
        screen.enter()
        screen.act("tutup")
        screen.act("tutup-sekarang", copies="1")
        assert "Selesai." in screen.told("/petugas")
    before = (polling.base / "stick" / "TPS01-B1.epr").read_bytes()
    with morning(polling) as screen:
        screen.two()
        assert screen.heading() == "Bilik sudah ditutup"
        papers = len(polling.tray.papers)
        screen.touch("laporan", copies="2")
        assert "Selesai." in screen.told() and len(polling.tray.papers) == papers + 2
        assert polling.tray.papers[-1] == polling.tray.papers[-2]
    assert (polling.base / "stick" / "TPS01-B1.epr").read_bytes() == before


@pytest.mark.slow
def test_a_rehearsal_says_so_on_every_screen_of_the_morning() -> None:
    with temporary() as name:
        polling = Polling(Path(name), make_village(rehearsal=True, tokens=1))
        with morning(polling) as screen:
            pages = [screen.page()]
            screen.two()
            pages.append(screen.page())
            screen.touch("cocok")
            pages.append(screen.page())
            for view in ("touch", "sound", "scan"):
                screen.touch("lihat", value=view)
                pages.append(screen.page())
            screen.touch("uji-alat")
            screen.pass_test()
            screen.touch("lulus")
            pages.append(screen.page())
            screen.touch("tandatangan")
            pages.extend((screen.page(), screen.page("/petugas")))
            screen.enter()
            pages.append(screen.page("/petugas"))
            for act in ("kertas", "keadaan", "tutup"):
                screen.act(act)
                pages.append(screen.page("/petugas"))
        assert all("GLADI – BUKAN PEMILIHAN" in page for page in pages) and len(pages) == 13
        assert all(b"GLADI" in paper for paper in polling.tray.papers)


# The device test itself.


@pytest.fixture
def trial(polling: Polling) -> DeviceTest:
    return DeviceTest(village().setup, polling.hall(), None, power=polling.base / "power")


def states(trial: DeviceTest) -> dict[str, State]:
    return {check.name: check.state for check in trial.rows()}


def test_what_was_not_tried_is_not_passed(trial: DeviceTest) -> None:
    assert set(states(trial).values()) == {State.NOT_CHECKED}
    assert len(trial.stops()) == 5 and trial.open_points() == ("Suara", "Pemindai", "Baterai")
    trial.alone()
    assert states(trial)["first"] is states(trial)["second"] is State.PASSED
    assert states(trial)["battery"] is State.ABSENT and states(trial)["printer"] is State.NOT_CHECKED


def test_a_medium_that_takes_nothing_fails(trial: DeviceTest, polling: Polling) -> None:
    shutil.rmtree(polling.second)
    trial.medium("second", polling.second)
    assert states(trial)["second"] is State.FAILED and "Media kedua" in trial.stops()
    polling.second.mkdir()
    trial.medium("second", polling.second)
    assert states(trial)["second"] is State.PASSED and not list(polling.second.iterdir())


def test_a_printed_slip_is_judged_by_people(trial: DeviceTest, polling: Polling) -> None:
    polling.tray.state = PrinterState.COVER_OPEN
    assert not trial.print_slip()
    assert states(trial)["printer"] is State.FAILED
    polling.tray.state = PrinterState.READY
    assert trial.print_slip()
    assert states(trial)["printer"] is State.NOT_CHECKED
    trial.judge("printer", good=False)
    assert states(trial)["printer"] is State.FAILED
    trial.judge("printer", good=True)
    assert states(trial)["printer"] is State.PASSED
    said = next(check.detail for check in trial.rows() if check.name == "printer")
    assert ("TIRUAN" in said) == polling.tray.stands_in


def test_a_clock_of_another_day_cannot_be_called_right(trial: DeviceTest, polling: Polling) -> None:
    polling.moment += timedelta(days=1)
    trial.judge("clock", good=True)
    assert states(trial)["clock"] is State.FAILED
    polling.moment -= timedelta(days=1)
    trial.judge("clock", good=True)
    assert states(trial)["clock"] is State.PASSED


def test_the_scanner_and_the_marks(trial: DeviceTest) -> None:
    trial.scan()
    assert states(trial)["scanner"] is State.ABSENT
    trial.scanned("")
    assert states(trial)["scanner"] is State.FAILED
    trial.scanned("UJI-ALAT")
    assert states(trial)["scanner"] is State.PASSED and "UJI" not in str(trial.rows())
    for mark in (0, 1, 2, 3, 9, -1):
        trial.touch(mark)
    assert states(trial)["screen"] is State.NOT_CHECKED
    trial.touch(4)
    assert states(trial)["screen"] is State.PASSED
    trial.judge("first", good=True)
    assert states(trial)["first"] is State.NOT_CHECKED  # media are the machine's to judge


@pytest.mark.parametrize(
    ("kind", "capacity", "state"),
    [("Battery", "80", State.PASSED), ("Battery", "12", State.FAILED), ("Battery", "?", State.FAILED),
     ("Mains", "80", State.ABSENT)],
)  # fmt: skip
def test_a_battery_is_read_where_there_is_one(polling: Polling, kind: str, capacity: str, state: State) -> None:
    folder = polling.base / "power" / "BAT0"
    folder.mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n")
    (folder / "capacity").write_text(f"{capacity}\n")
    trial = replace(DeviceTest(village().setup, polling.hall(), None), power=polling.base / "power")
    trial.battery()
    assert states(trial)["battery"] is state
