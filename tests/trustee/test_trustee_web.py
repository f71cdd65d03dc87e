"""The local page: the ceremony screen by screen, and everything that a page must not do or be talked into."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hall import Hall, passphrase
from laptop import HOST, Laptop, bring_ceremony, config, forms, hall_of

from epilwu.trustee import ceremony, evening
from epilwu.trustee.evening import Stage
from epilwu.trustee.web.sticks import plugged
from epilwu.web.laptop import FORM_FIELD
from epilwu.web.security import HEADERS

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    told = config(tmp_path)
    hall_of(told)
    return Laptop(told)


@pytest.fixture
def finished(tmp_path: Path, held: Hall) -> Laptop:
    told = config(tmp_path)
    bring_ceremony(held, told)
    return Laptop(told)


def stage(laptop: Laptop) -> Stage:
    return evening.look(laptop.config.public).stage


def certify(laptop: Laptop) -> None:
    """To the turn of the first holder."""
    laptop.begin()
    laptop.tick()


@pytest.mark.slow
def test_the_whole_ceremony_leaves_no_secret_on_the_laptop(laptop: Laptop, caplog: pytest.LogCaptureFixture) -> None:
    pages: list[str] = []
    get, post = laptop.get, laptop.post

    def keep(answer: object) -> object:
        pages.append(laptop.page)
        return answer

    laptop.get = lambda url: keep(get(url))  # type: ignore[method-assign, assignment, return-value]
    laptop.post = lambda url, data: keep(post(url, data))  # type: ignore[method-assign, assignment, return-value]
    laptop.hold()
    assert laptop.heading == "Kunci bersama jadi dan teruji"
    assert "10 kelompok" in laptop.page
    stored = b"".join(path.read_bytes() for path in laptop.config.work.rglob("*") if path.is_file())
    assert len(pages) > 40
    for seat in range(1, 6):
        assert passphrase(seat).encode() not in stored
        assert passphrase(seat) not in "".join(pages) + caplog.text
    assert not [path for path in laptop.config.work.rglob("benih.json")]
    assert not [page for page in pages if INLINE.search(page)]


def test_a_program_started_again_shows_the_same_screen(laptop: Laptop) -> None:
    certify(laptop)
    laptop.turn(1)
    laptop.turn(2)
    again = laptop.restarted()
    again.get("/upacara")
    assert again.heading == laptop.heading == "Camat atau wakilnya: yang mana diska Anda?"
    assert again.page.count("giliran sekarang") == 1


def test_the_old_session_ends_with_the_program(laptop: Laptop) -> None:
    other = config(laptop.config.work.parent)
    fresh = Laptop(other)
    fresh.client.set_cookie(other.cookie, "0" * 64, domain="127.0.0.1")
    fresh.get("/")
    assert fresh.status == 401
    assert "terminal" in fresh.page


def test_a_finished_ceremony_prints_its_certificate(finished: Laptop) -> None:
    finished.get("/upacara")
    answer = finished.client.get("/upacara/sertifikat-kunci.pdf", base_url=f"http://{HOST}")
    assert answer.mimetype == "application/pdf"
    assert (finished.config.public / evening.PAPER).read_bytes() == answer.data
    finished.get("/upacara/ulang")
    assert finished.heading == "Kunci bersama jadi dan teruji"  # there is nothing to begin anew


def test_no_certificate_before_the_end(laptop: Laptop) -> None:
    laptop.begin()
    laptop.get("/upacara/sertifikat-kunci.pdf")
    assert laptop.status == 404


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("wilayah", "3209072007", "bukan kode wilayah"),
        ("wilayah", "32.09.07.2999", "bukan kode desa"),
        ("wilayah", "31.71.01.2001", "bukan kode desa"),
        ("tanggal", "besok", "Tanggal"),
    ],
)
def test_a_plan_that_is_none_is_refused_in_words(laptop: Laptop, field: str, value: str, told: str) -> None:
    given = {"judul": "Pemilihan Kuwu 2023", "wilayah": "32.09.07.2007", "tanggal": "2023-10-22"}
    laptop.get("/upacara")
    laptop.send("/upacara", **{**given, field: value})
    assert told in laptop.told
    assert laptop.heading == "Kunci ini untuk pemilihan apa?"
    assert stage(laptop) is Stage.BEGIN


def test_two_seats_of_one_name_are_refused(laptop: Laptop) -> None:
    laptop.get("/upacara")
    laptop.send("/upacara", judul="Pemilihan", wilayah="32.09.07.2007", tanggal="2023-10-22")
    laptop.send("/upacara/mulai", kursi=["Camat", "Camat", "a", "b", "c"])
    assert "Dua kursi bernama sama" in laptop.told
    assert stage(laptop) is Stage.BEGIN


def test_ticks_are_kept_one_by_one(laptop: Laptop) -> None:
    laptop.begin()
    laptop.send("/upacara/centang", kursi=["2", "4"])
    assert laptop.page.count("sudah cocok") >= 2
    laptop.send("/upacara/centang")
    assert "Belum ada yang dicentang" in laptop.told
    now = evening.look(laptop.config.public)
    assert [seat.index for seat in now.acted] == [2, 4]


def test_a_tick_for_another_fingerprint_is_refused(laptop: Laptop) -> None:
    laptop.begin()
    form = laptop.form("/upacara/centang")
    data = {name: [value] for name, value in form.fields}
    laptop.post("/upacara/centang", {**data, "sidik": ["0" * 64], "kursi": ["1", "2"]})
    assert "bukan yang sekarang" in laptop.told
    assert not evening.look(laptop.config.public).acted


@pytest.mark.parametrize(
    ("code", "again", "told"),
    [("pendek", "pendek", "terlalu pendek"), ("kata sandi nomor 1", "kata sandi nomor 2", "tidak sama")],
)
def test_a_new_code_is_refused_and_nothing_is_written(laptop: Laptop, code: str, again: str, told: str) -> None:
    certify(laptop)
    laptop.choose("diska-1")
    laptop.send("/upacara/diska", kode=code, kode_lagi=again)
    assert told in laptop.told
    assert laptop.heading == "Ketua panitia pemilihan: buat kode pembuka Anda"
    assert not evening.look(laptop.config.public).acted


def test_a_wrong_code_and_a_swapped_stick(laptop: Laptop) -> None:
    certify(laptop)
    for seat in range(1, 6):
        laptop.turn(seat)
    laptop.tick()
    laptop.turn(1, "bukan kode yang benar")
    assert "Kode pembuka salah" in laptop.told
    assert "benih.json" in laptop.told
    assert str(laptop.config.work.parent) not in laptop.page  # no path of the laptop's
    form = {name: [value] for name, value in laptop.form("/upacara/diska").fields}
    third = plugged(laptop.config.sticks, laptop.desk_plan())[2]
    laptop.post("/upacara/diska", {**form, "diska": [third.id], "kode": [passphrase(3)]})
    assert "milik Camat atau wakilnya" in laptop.told
    assert not evening.look(laptop.config.public).acted
    laptop.turn(1)
    assert [seat.index for seat in evening.look(laptop.config.public).acted] == [1]


def test_a_stick_pulled_out_is_asked_for(laptop: Laptop) -> None:
    certify(laptop)
    laptop.choose("diska-1")
    assert laptop.config.sticks is not None
    (laptop.config.sticks / "diska-1").rename(laptop.config.work.parent / "di saku")
    laptop.send("/upacara/diska", kode=passphrase(1), kode_lagi=passphrase(1))
    assert "sudah dicabut" in laptop.told


def test_a_form_of_a_step_that_is_over_changes_nothing(laptop: Laptop) -> None:
    certify(laptop)
    laptop.choose("diska-1")
    old = {name: [value] for name, value in laptop.form("/upacara/diska").fields}
    for seat in range(1, 6):
        laptop.turn(seat)
    laptop.post("/upacara/diska", {**old, "kode": [passphrase(1)]})
    assert "sudah lewat" in laptop.told
    assert stage(laptop) is Stage.CERTIFICATES


def test_a_cheat_is_named_and_the_ceremony_held_anew(laptop: Laptop) -> None:
    certify(laptop)
    for seat in range(1, 6):
        laptop.turn(seat)
    second = laptop.config.public / ceremony.certificate_name(2)
    second.write_bytes(second.read_bytes().replace(b'\\"index\\":2', b'\\"index\\":3'))
    laptop.get("/upacara")
    assert laptop.heading == "Upacara ini tidak dapat diteruskan"
    assert "Ketua BPD (kursi 2)" in laptop.told
    laptop.get("/upacara/ulang")
    laptop.send("/upacara/ulang", sebab="Sertifikat kursi 2 diubah orang.")
    assert stage(laptop) is Stage.PLAN
    reason = laptop.config.public / "batal-1" / evening.REASON
    assert reason.read_text() == "Sertifikat kursi 2 diubah orang."
    laptop.tick()
    assert "isinya akan dihapus" in laptop.page
    laptop.turn(1)
    assert [seat.index for seat in evening.look(laptop.config.public).acted] == [1]


def test_a_restart_wants_a_reason(laptop: Laptop) -> None:
    laptop.begin()
    laptop.get("/upacara/ulang")
    laptop.send("/upacara/ulang", sebab="  ")
    assert "Sebabnya belum ditulis" in laptop.told
    plan = evening.look(laptop.config.public).plan
    assert plan is not None and plan.number == 1


def test_a_broken_plan_is_a_sentence(laptop: Laptop) -> None:
    laptop.begin()
    (laptop.config.public / "rencana.json").write_bytes(b"{}")
    laptop.get("/upacara")
    assert laptop.status == 409
    assert "tidak terbaca" in laptop.told


# Who may ask


def routes(laptop: Laptop, method: str) -> list[str]:
    found = [rule.rule for rule in laptop.app.url_map.iter_rules() if method in (rule.methods or ())]
    return [rule for rule in found if "<" not in rule]


def test_no_form_is_taken_without_its_token(laptop: Laptop) -> None:
    certify(laptop)
    before = evening.look(laptop.config.public)
    posts = routes(laptop, "POST")
    assert len(posts) == 10
    for url in posts:
        for token in ({}, {FORM_FIELD: "0" * 64}, {FORM_FIELD: "é"}):
            answer = laptop.client.post(url, data={**token, "sebab": "x", "kursi": "1"}, base_url=f"http://{HOST}")
            assert answer.status_code == 403, url
    assert evening.look(laptop.config.public) == before


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:80"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site", "Origin": "null"}],
)  # fmt: skip
def test_no_form_is_taken_from_another_page(laptop: Laptop, headers: dict[str, str]) -> None:
    laptop.begin()
    data = {name: value for name, value in laptop.form("/upacara/centang").fields}
    for own, status in ((headers, 403), ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303)):
        answer = laptop.client.post(
            "/upacara/centang", data={**data, "kursi": "1"}, headers=own, base_url=f"http://{HOST}"
        )
        assert answer.status_code == status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8018", "127.0.0.1", "127.0.0.1:8019", "localhost:8018"])
def test_another_host_is_refused(laptop: Laptop, host: str) -> None:
    """A name that an outsider points at 127.0.0.1 gets nothing, the style sheet neither."""
    token = laptop.config.token("entry")
    for url in (*routes(laptop, "GET"), f"/masuk/{token}", "/tampilan/trustee.css", "/bersama/static/base.css"):
        answer = laptop.client.get(url, base_url=f"http://{host}")
        assert answer.status_code == 403, url
        assert "Set-Cookie" not in answer.headers


def test_nobody_without_the_session_sees_anything(laptop: Laptop) -> None:
    stranger = laptop.app.test_client()
    for url in routes(laptop, "GET"):
        assert stranger.get(url, base_url=f"http://{HOST}").status_code == 401, url
    for url in routes(laptop, "POST"):
        data = {FORM_FIELD: laptop.config.token("form")}
        assert stranger.post(url, data=data, base_url=f"http://{HOST}").status_code == 401, url
    assert stranger.get("/masuk/" + "0" * 64, base_url=f"http://{HOST}").status_code == 401
    cookie = laptop.app.test_client().get(laptop.config.entry(), base_url=f"http://{HOST}").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


@pytest.mark.parametrize("url", ["/", "/upacara", "/malam", "/keadaan", "/tidak-ada", "/tampilan/trustee.css"])
def test_every_answer_carries_the_headers(laptop: Laptop, url: str) -> None:
    answer = laptop.client.get(url, base_url=f"http://{HOST}")
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_no_code_is_taken_from_an_address(laptop: Laptop) -> None:
    certify(laptop)
    laptop.get(f"/upacara?kursi=1&kode={passphrase(1)}&diska=1")
    assert passphrase(1) not in laptop.page
    assert laptop.client.get("/upacara/diska", base_url=f"http://{HOST}").status_code == 405


def test_a_huge_form_is_refused(laptop: Laptop) -> None:
    laptop.begin()
    data = {name: value for name, value in laptop.form("/upacara/centang").fields}
    answer = laptop.client.post("/upacara/centang", data={**data, "x": "a" * 20_000}, base_url=f"http://{HOST}")
    assert answer.status_code == 413


# Paths


@pytest.mark.parametrize("trick", ["../laptop", "/etc", "diska-1", "%2e%2e", "", "0" * 16, "\x00"])
def test_a_path_is_no_stick(laptop: Laptop, trick: str) -> None:
    certify(laptop)
    laptop.choose("diska-1")
    form = {name: [value] for name, value in laptop.form("/upacara/diska").fields}
    laptop.post("/upacara/diska", {**form, "diska": [trick], "kode": [passphrase(1)], "kode_lagi": [passphrase(1)]})
    assert "sudah dicabut" in laptop.told
    assert not evening.look(laptop.config.public).acted


@pytest.mark.parametrize(
    "url", ["/tampilan/../app.py", "/tampilan/..%2fapp.py", "/masuk/..%2f..%2fetc", "/bersama/fonts/..%2fx.woff2"]
)
def test_no_file_is_read_by_a_crooked_address(laptop: Laptop, url: str) -> None:
    assert laptop.client.get(url, base_url=f"http://{HOST}").status_code in {401, 404}


def test_links_and_hidden_folders_are_no_sticks(laptop: Laptop) -> None:
    assert laptop.config.sticks is not None
    (laptop.config.sticks / "tautan").symlink_to(laptop.config.work)
    (laptop.config.sticks / ".tersembunyi").mkdir()
    assert [stick.path.name for stick in plugged(laptop.config.sticks, None)] == [f"diska-{n}" for n in range(1, 6)]


def test_mounted_media_are_found(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/desa/DISKA\\040SATU vfat rw 0 0\nproc /proc proc rw 0 0\n"
    )
    assert [str(stick.path) for stick in plugged(None, None, mounts=mounts)] == ["/media/desa/DISKA SATU"]
    assert plugged(None, None, mounts=tmp_path / "tidak ada") == ()


def test_names_are_written_as_text(laptop: Laptop) -> None:
    laptop.get("/upacara")
    laptop.send("/upacara", judul="<b>Pemilihan</b>", wilayah="32.09.07.2007", tanggal="2023-10-22")
    laptop.send("/upacara/mulai")
    assert "&lt;b&gt;Pemilihan" in laptop.page
    assert "<b>" not in laptop.page


def test_every_field_has_a_label(laptop: Laptop) -> None:
    laptop.get("/upacara")
    for name, _ in forms(laptop.page)[0].offered:
        assert name == "langkah" or f'for="{name}"' in laptop.page or name == "gladi"
