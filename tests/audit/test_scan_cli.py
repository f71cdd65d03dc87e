"""``epilwu audit scan`` as auditors run it: from the first paper to the export, with every refusal on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_samples import Folders, scene
from click.testing import CliRunner, Result
from paper_drawing import draw, fill_boxes
from PIL import Image

from epilwu.audit.material import load_material
from epilwu.audit.scan.state import replay
from epilwu.audit.scan.summary import LIST, SUMMARY
from epilwu.audit.scan.typed import code_of
from epilwu.cli import main

SLIPS = [*scene().slips[1, 1], *scene().slips[1, 2]]
VOID = scene().void[1, 1][0]


def run(*arguments: object, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["audit", "scan", *map(str, arguments)], input=typed)


def good(*arguments: object, typed: str = "") -> str:
    result = run(*arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def box(folders: Folders, tmp_path: Path) -> Path:
    """A session begun on station 1's box, with bundles of 5."""
    folder = tmp_path / "scan"
    start(folder, folders)
    return folder


def start(folder: Path, folders: Folders) -> str:
    material = ["--public", folders.public, "--auditors", folders.auditors, "--station", 1]
    opening = ["--box", "Segel 0017", "--order", "12/Pen/2023", "--person", "Ani", "--person", "Budi"]
    return good("start", folder, *material, *opening, "--bundle-size", 5)


def status(folder: Path) -> dict[str, object]:
    found = json.loads(good("status", folder, "--json"))
    assert isinstance(found, dict)
    return found


def test_a_whole_box_from_pictures(box: Path, tmp_path: Path) -> None:
    fill_boxes(tmp_path / "papers")
    (tmp_path / "papers" / "TPS01" / "zz-torn.png").write_bytes(b"torn")
    added = good("add", box, tmp_path / "papers" / "TPS01", "--jobs", 1)
    assert "14 kertas masuk, 0 gambar sudah masuk sebelumnya." in added
    assert "zz-torn.png: tidak ada kode QR yang terbaca" in added
    assert "pencocokan, bukan audit" in added
    again = good("add", box, tmp_path / "papers" / "TPS01", "--jobs", 1)
    assert "0 kertas masuk, 14 gambar sudah masuk sebelumnya." in again
    assert status(box)["classes"] == {"counted": 12, "duplicate": 0, "foreign": 0, "unreadable": 1, "void": 1}
    assert "SELISIH −1" in good("bundle", box, "--number", 1, "--papers", 4, "--person", "Ani")
    for number, papers in ((1, 5), (2, 5)):
        assert "cocok" in good("bundle", box, "--number", number, "--papers", papers, "--person", "Ani")
    assert "Bundel 3: 4 terpindai, 4 dihitung tangan oleh Budi: cocok" in good(
        "bundle", box, "--papers", 4, "--person", "Budi"
    )
    assert "Menunggu diketik dua orang: kertas 14" in good("status", box)
    good("type", box, "--reader", "Ani", typed="2\n-\n")
    assert "Ketikan pembaca berbeda" in good("type", box, "--reader", "Budi", typed="3\n-\n")
    shown = good("status", box)
    assert "Ani: pilihan 2, kode tidak terbaca" in shown
    assert "Pemindaian BELUM lengkap." in shown
    assert "Dua pembaca sama." in good("type", box, "--reader", "Citra", typed="2\n-\n")
    assert "Pemindaian lengkap." in good("status", box)


def test_what_is_exported_can_be_played_again(box: Path, folders: Folders, tmp_path: Path) -> None:
    good("add", box, "--keyboard", typed="\n".join(slip.text for slip in SLIPS[:3]) + "\n")
    good("undo", box, 2, "--person", "Ani", "--person", "Budi", "--reason", "kertas contoh")
    good("export", box, tmp_path / "out")
    entries = (tmp_path / "out" / "pemindaian.jsonl").read_bytes().splitlines()
    register = load_material(folders.public, folders.auditors).stations[0].register
    state = replay(entries, register)
    summary = json.loads((tmp_path / "out" / SUMMARY).read_bytes())
    assert (state.head, state.size) == (summary["head"], summary["entries"])
    assert summary["classes"]["counted"] == 2
    assert summary["corrections"] == [
        {"at": summary["corrections"][0]["at"], "paper": 2, "people": ["Ani", "Budi"], "reason": "kertas contoh"}
    ]
    listed = json.loads((tmp_path / "out" / LIST).read_bytes())["papers"]
    assert [(paper["code"], paper["set_aside"]) for paper in listed] == [
        (code_of(slip.id), number == 1) for number, slip in enumerate(SLIPS[:3])
    ]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_a_page_of_many_slips(box: Path, tmp_path: Path) -> None:
    page = Image.new("L", (1_800, 1_800), 255)
    (tmp_path / "drawn").mkdir()
    for number, slip in enumerate(SLIPS[:4]):
        with Image.open(draw(slip, tmp_path / "drawn")) as drawn:
            turned = drawn.convert("L").rotate(90 * number, expand=True)
        page.paste(turned, (900 * (number % 2), 900 * (number // 2)))
    page.save(tmp_path / "page.pdf", resolution=203)
    shown = good("add", box, tmp_path / "page.pdf", "--laid-out", "--jobs", 1)
    assert "4 kertas masuk" in shown
    assert status(box)["classes"] == {"counted": 4, "duplicate": 0, "foreign": 0, "unreadable": 0, "void": 0}


def test_at_the_table_with_a_scanner_that_types(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("epilwu.audit.scan.table.new_sign", lambda: "zz")
    cut = SLIPS[3].text[:80]
    web = "https://x.example"
    lines = [SLIPS[0].text, SLIPS[1].text, SLIPS[1].text, cut, SLIPS[3].text, web, web, "zz t", VOID.text,
             "zz b 5 Ani", "b 99 Cheat", SLIPS[0].text, "zz y", "zz s", "zz q", SLIPS[5].text]  # fmt: skip
    shown = good("add", box, "--keyboard", typed="\n".join(lines) + "\n")
    summary = status(box)
    assert summary["classes"] == {"counted": 3, "duplicate": 1, "foreign": 1, "unreadable": 1, "void": 1}
    assert "Bundel 1 sudah 5 lembar. Hitung dengan tangan, lalu: b JUMLAH NAMA" in shown
    assert "Kode ini sudah terbaca; belum dicatat lagi." in shown
    assert "sudah ada di bundel 1, kertas 1" in shown
    assert "SELISIH −1" in shown, "six papers were scanned into the bundle that Ani counted as five"
    assert "\a\a\a" in shown
    assert SLIPS[5].text not in shown


def test_a_bundle_is_scanned_anew(box: Path) -> None:
    good("add", box, "--keyboard", typed=f"{SLIPS[0].text}\n{SLIPS[1].text}\n")
    assert "SELISIH +1" in good("bundle", box, "--papers", 3, "--person", "Ani")
    reopen = ["--number", 1, "--reopen", "--reason", "selisih satu", "--person", "Ani"]
    assert run("bundle", box, *reopen).exit_code == 1
    assert "0 terpindai" in good("bundle", box, *reopen, "--person", "Budi")
    good("add", box, "--keyboard", typed="".join(f"{slip.text}\n" for slip in SLIPS[:3]))
    assert "Bundel 1: 3 terpindai, 3 dihitung tangan oleh Ani: cocok" in good(
        "bundle", box, "--papers", 3, "--person", "Ani"
    )
    assert status(box)["classes"] == {"counted": 3, "duplicate": 0, "foreign": 0, "unreadable": 0, "void": 0}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["add", "{box}"], 2, "Pilih satu"),
        (["add", "{box}", "nowhere.png"], 1, "Berkas ini tidak ada"),
        (["add", "{tmp}/other", "--keyboard"], 1, "Belum ada sesi pemindaian"),
        (["undo", "{box}", "9", "--person", "Ani", "--person", "Budi", "--reason", "x"], 1, "Kertas ini tidak ada"),
        (["undo", "{box}", "1", "--person", "Ani", "--person", " ANI", "--reason", "x"], 1, "dua orang yang berbeda"),
        (["undo", "{box}", "1", "--person", "Ani", "--person", "Budi", "--reason", " "], 1, "Alasan"),
        (["bundle", "{box}", "--person", "Ani"], 2, "Beri --papers"),
        (["bundle", "{box}", "--papers", "3", "--person", "Ani"], 1, "masih kosong"),
        (["bundle", "{box}", "--papers", "3", "--number", "2", "--person", "Ani"], 1, "Bundel ini tidak ada"),
        (["type", "{box}", "--reader", "Ani", "--paper", "1"], 1, "tidak ada"),
        (["add", "{box}", "--serial", "/dev/nowhere"], 0, "Pemindai tidak terhubung"),
    ],
)
def test_refusals_name_what_is_wrong(box: Path, tmp_path: Path, arguments: list[str], code: int, sentence: str) -> None:
    result = run(*(each.format(box=box, tmp=tmp_path) for each in arguments), typed="")
    assert result.exit_code == code, result.output
    assert sentence in result.output
    assert status(box)["entries"] == 1


def test_a_second_session_never_takes_the_place_of_the_first(box: Path, folders: Folders) -> None:
    good("add", box, "--keyboard", typed=SLIPS[0].text + "\n")
    material = ["--public", folders.public, "--auditors", folders.auditors, "--station", 1]
    result = run("start", box, *material, "--box", "x", "--order", "x", "--person", "Ani")
    assert result.exit_code == 1
    assert "sudah ada sesi" in result.output
    assert status(box)["papers"] == 1


def test_an_unknown_station_begins_nothing(folders: Folders, tmp_path: Path) -> None:
    material = ["--public", folders.public, "--auditors", folders.auditors, "--station", 9]
    result = run("start", tmp_path / "scan", *material, "--box", "x", "--order", "x", "--person", "Ani")
    assert result.exit_code == 1
    assert "TPS 9 tidak ada" in result.output
    assert not (tmp_path / "scan").exists()
