"""The night on the local page: boards verified, compared, opened by those who came; or paper."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hall import Hall, passphrase, planned
from laptop import HOST, Laptop, bring_ceremony, config
from polls import COUNTS, Poll, poll, spoil

from epilwu.trustee import night, opening
from epilwu.trustee.verifier import Verifier
from epilwu.trustee.web.attendance import NAME as PRESENT


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory, held: Hall) -> Poll:
    """Two stations' boards on the committee's stick. Read only."""
    return poll(held, tmp_path_factory.mktemp("panitia") / "diska-panitia", stations=2)


@pytest.fixture
def laptop(tmp_path: Path, held: Hall, polled: Poll, verifier: Verifier) -> Laptop:
    told = config(tmp_path, verifier)
    bring_ceremony(held, told)
    shutil.copytree(polled.folder, stick(told.sticks))
    return Laptop(told)


def stick(sticks: Path | None) -> Path:
    assert sticks is not None
    return sticks / "diska-panitia"


def lay(laptop: Laptop, name: str = "diska-panitia") -> None:
    """The boards are on the table, verified."""
    laptop.get("/malam")
    laptop.choose(name)


def attend(laptop: Laptop, *seats: int) -> None:
    laptop.send("/malam/hadir", kursi=[str(seat) for seat in seats])


def compared(laptop: Laptop, *seats: int) -> None:
    lay(laptop)
    attend(laptop, *seats)
    laptop.tick("/malam/centang")


def shares(laptop: Laptop) -> list[str]:
    return sorted(path.name for path in laptop.config.shares.glob("*.bagian-*.json"))


@pytest.mark.slow
def test_three_of_five_open_all_stations(laptop: Laptop, polled: Poll) -> None:
    compared(laptop, 1, 2, 4)
    assert "0 dari 3" in laptop.page
    laptop.turn(1)
    assert "1 dari 3" in laptop.page and "Saksi calon, undian pertama" in laptop.page
    laptop.turn(2)
    laptop.turn(4)
    assert laptop.heading == "Jumlah suara semua TPS sudah terbuka"
    for name, votes in zip(("Kosong", "1. Calon 1", "2. Calon 2", "3. Calon 3"), COUNTS, strict=True):
        assert laptop.page.count(f'{name}</th><td class="number">{votes}</td>') == 2
    assert len(shares(laptop)) == 6
    laptop.choose("diska-panitia")
    assert "6 berkas bagian" in laptop.told
    assert len(list(stick(laptop.config.sticks).glob("*.bagian-*.json"))) == 6
    for seat in (1, 2, 4):
        assert passphrase(seat).encode() not in b"".join(
            path.read_bytes() for path in laptop.config.work.rglob("*") if path.is_file()
        )


def test_a_program_started_again_goes_on(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3)
    laptop.turn(1)
    shutil.rmtree(stick(laptop.config.sticks))  # the boards were copied: that stick is no longer needed
    again = laptop.restarted()
    again.get("/malam")
    assert again.heading == "Ketua BPD: ketik kode pembuka Anda"
    assert "1 dari 3" in again.page


def test_a_wrong_code_and_a_stick_of_another(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3)
    laptop.turn(1, "bukan kode yang benar")
    assert "Kode pembuka salah" in laptop.told
    form = {name: [value] for name, value in laptop.form("/malam/buka").fields}
    laptop.post("/malam/buka", {**form, "kursi": ["2"], "kode": [passphrase(1)]})
    assert "bukan diska Ketua BPD" in laptop.told
    assert not shares(laptop)


def test_a_bad_share_is_named_and_others_are_combined(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3, 4)
    laptop.turn(1)
    for taken in night.verified(night.take(laptop.config.boards, laptop.config.verifier or pytest.fail())):
        spoil(taken, laptop.config.shares / opening.share_name(taken.election.uuid, 1))
    laptop.turn(2)
    laptop.turn(3)
    assert "Bagian dari Ketua panitia pemilihan tidak sah" in laptop.page
    assert "bagiannya tidak sah" in laptop.page
    assert laptop.heading == "Saksi calon, undian pertama: ketik kode pembuka Anda"
    laptop.turn(4)
    assert laptop.heading == "Jumlah suara semua TPS sudah terbuka"
    assert "Bagian dari Ketua panitia pemilihan tidak sah" in laptop.page


def test_too_few_good_shares_leave_it_to_paper(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3)
    laptop.turn(1)
    for path in laptop.config.shares.glob("*.bagian-1.json"):
        path.write_bytes(b"{}")
    laptop.turn(2)
    assert laptop.heading == "Kertas yang menentukan"
    assert night.RECORD in laptop.page
    assert "Bagian dari Ketua panitia pemilihan tidak sah" in laptop.page


def test_one_stations_trouble_keeps_no_other_closed(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3)
    laptop.turn(1)
    next(laptop.config.shares.glob("*.bagian-1.json")).write_bytes(b"{}")
    laptop.turn(2)
    laptop.turn(3)
    assert laptop.heading == "Kertas yang menentukan"
    assert len(re.findall(r"Lemahabang TPS 0[12]</strong>\.", laptop.page)) == 1
    laptop.get("/malam?hasil=ya")
    assert laptop.heading == "Sebagian TPS tetap tertutup"
    assert laptop.page.count("1. Calon 1") == 1


def test_fewer_than_the_threshold_leave_it_to_paper(laptop: Laptop) -> None:
    lay(laptop)
    attend(laptop, 1, 5)
    assert laptop.heading == "Kertas yang menentukan"
    for sentence in night.PAPER_DECIDES:
        assert sentence in laptop.page
    answer = laptop.client.get("/malam/berita-acara-kunci.pdf", base_url=f"http://{HOST}")
    assert answer.data.startswith(b"%PDF")
    laptop.get("/malam/hadir")  # somebody comes after all
    attend(laptop, 1, 4, 5)
    assert laptop.heading.startswith("Apakah sidik papan suara ini sama")


def test_nothing_is_opened_before_all_have_compared(laptop: Laptop) -> None:
    lay(laptop)
    attend(laptop, 1, 2, 3)
    page = laptop.form("/malam/centang")
    data = {name: [value] for name, value in page.fields}
    laptop.post("/malam/buka", {**data, "kursi": ["1"], "diska": ["x"], "kode": [passphrase(1)]})
    assert "belum dicocokkan" in laptop.told
    laptop.post("/malam/centang", {**data, "sidik": ["0" * 64], "kursi": ["1", "2", "3"]})
    assert "bukan lagi yang tadi" in laptop.told
    laptop.send("/malam/centang")
    assert "Belum ada yang dicentang" in laptop.told
    laptop.send("/malam/centang", kursi=["1", "2"])
    assert laptop.heading.startswith("Apakah sidik")
    laptop.post("/malam/centang", {**data, "kursi": ["5", "99", "-1"]})  # who did not come compares nothing
    assert laptop.heading.startswith("Apakah sidik")
    assert not shares(laptop)


def test_a_false_board_stays_closed_and_the_other_is_opened(laptop: Laptop) -> None:
    first = sorted(stick(laptop.config.sticks).glob("*.bel"))[0]
    first.write_bytes(first.read_bytes()[:-1])
    lay(laptop)
    assert "1 papan suara tetap tertutup" in laptop.page and first.name in laptop.page
    attend(laptop, 1, 2, 3)
    laptop.tick("/malam/centang")
    for seat in (1, 2, 3):
        laptop.turn(seat)
    assert len(shares(laptop)) == 3
    assert first.name in laptop.page


@pytest.mark.slow
def test_a_board_of_another_ceremony_is_refused(laptop: Laptop, tmp_path: Path) -> None:
    other = planned(tmp_path / "lain")
    other.hold()
    foreign = stick(laptop.config.sticks).with_name("asing")
    poll(other, foreign)
    lay(laptop, "asing")
    assert laptop.heading == "Tidak ada papan suara yang boleh dibuka"
    assert "kunci pemegang lain" in laptop.page
    laptop.send("/malam/papan-lain")
    laptop.choose("diska-panitia")
    assert laptop.heading.startswith("Siapa yang hadir")
    assert list(laptop.config.work.glob("papan-ditolak-1/*.bel"))


def test_a_sum_of_few_ballots_stays_closed_in_words(laptop: Laptop, held: Hall) -> None:
    shutil.rmtree(stick(laptop.config.sticks))
    poll(held, stick(laptop.config.sticks), votes=(1, 2, 3))
    compared(laptop, 1, 2, 3)
    for seat in (1, 2, 3):
        laptop.turn(seat)
        assert "paling sedikit 10" in laptop.told
    assert laptop.heading == "Sebagian TPS tetap tertutup"
    assert "paling sedikit 10" in laptop.told
    assert not shares(laptop)


def test_another_laptop_learns_the_plan_from_a_stick(
    tmp_path: Path, held: Hall, polled: Poll, verifier: Verifier
) -> None:
    told = config(tmp_path, verifier)
    hall = bring_ceremony(held, told)
    shutil.rmtree(hall.public)
    shutil.copytree(polled.folder, stick(told.sticks))
    laptop = Laptop(told)
    lay(laptop)
    assert "Pemegang kunci 2" in laptop.page
    attend(laptop, 1, 2, 3)
    laptop.tick("/malam/centang")
    laptop.turn(1)
    assert laptop.heading == "Ketua BPD: ketik kode pembuka Anda"
    laptop.turn(2)
    laptop.turn(3)
    assert laptop.heading == "Jumlah suara semua TPS sudah terbuka"


def test_without_the_published_verifier_nothing_is_opened(tmp_path: Path, held: Hall, polled: Poll) -> None:
    told = config(tmp_path)
    bring_ceremony(held, told)
    shutil.copytree(polled.folder, stick(told.sticks))
    laptop = Laptop(told)
    lay(laptop)
    assert "--verifier" in laptop.page
    assert not shares(laptop)


def test_another_verifier_than_the_published_is_refused(
    tmp_path: Path, held: Hall, polled: Poll, verifier: Verifier
) -> None:
    told = config(tmp_path, Verifier(verifier.path, "0" * 64))
    bring_ceremony(held, told)
    shutil.copytree(polled.folder, stick(told.sticks))
    laptop = Laptop(told)
    lay(laptop)
    assert "bukan berkas yang diumumkan" in laptop.page
    laptop.get("/malam/hadir")
    assert not shares(laptop)


@pytest.mark.parametrize("trick", ["link", "name", "folder"])
def test_a_crooked_board_file_is_not_copied(laptop: Laptop, trick: str) -> None:
    folder = stick(laptop.config.sticks)
    if trick == "link":
        (folder / "a.bel").symlink_to("/etc/hostname")
    elif trick == "name":
        shutil.copy(next(folder.glob("*.bel")), folder / "<b>.bel")
    else:
        (folder / "a.bel").mkdir()
    lay(laptop)
    assert "tidak dikenal" in laptop.told
    assert not laptop.config.boards.exists()


def test_the_committees_stick_pulled_out(laptop: Laptop) -> None:
    laptop.get("/malam")
    shutil.rmtree(stick(laptop.config.sticks))
    laptop.choose("diska-panitia")
    assert "sudah dicabut" in laptop.told


@pytest.mark.parametrize("trick", ["../papan", "/etc", ""])
def test_a_path_is_no_board_stick(laptop: Laptop, trick: str) -> None:
    laptop.get("/malam")
    data = {name: [value] for name, value in laptop.form("/malam/papan").fields}
    laptop.post("/malam/papan", {**data, "diska": [trick]})
    assert "sudah dicabut" in laptop.told
    assert not laptop.config.boards.exists()


def test_shares_are_not_copied_to_a_holders_stick(laptop: Laptop) -> None:
    compared(laptop, 1, 2, 3)
    for seat in (1, 2, 3):
        laptop.turn(seat)
    data = {name: [value] for name, value in laptop.form("/malam/serahkan").fields}
    holder = laptop.stick_id("diska-1")
    laptop.post("/malam/serahkan", {**data, "diska": [holder]})
    assert "tidak dapat dipakai" in laptop.told


def test_a_broken_list_of_who_came_is_a_sentence(laptop: Laptop) -> None:
    lay(laptop)
    (laptop.config.shares / PRESENT).write_bytes(b'{"present":[1,')
    laptop.get("/malam")
    assert laptop.status == 409
