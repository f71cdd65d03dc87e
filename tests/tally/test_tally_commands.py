"""The commands that officials type, from empty database to published folder; refusals end with status 1."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tally_samples import CODE, book, rule_pack, share, trustees

from epilwu.cli import main
from epilwu.media import booth_package
from epilwu.media.published import report_name
from epilwu.tally.prepare import Prepared
from epilwu.tally.private_folders import write_keys
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.trust.keyfile import CHEAPEST

PLAN = """
title = "Pemilihan Kuwu 2023"
date = "2023-10-22"
region = "32.09.07.2007"
close_not_before = "13:00"
blank = true
rehearsal = false
officers = ["Ketua KPPS", "Anggota KPPS 2"]
candidates = [{ name = "Ayu", photo = "" }, { name = "Bima", photo = "" }]
stations = [{ number = 1, booths = [{ tokens = 3, spares = 1 }] }]
"""
RECORDING = resources.files("epilwu.booth.voice").joinpath("id", "number-1.opus").read_bytes()


@pytest.fixture
def night(tmp_path: Path, prepared: Prepared, reports: dict[tuple[int, int], bytes]) -> Path:
    """The folders that stand on the table: setup, keys, medium."""
    write_setup(prepared, tmp_path / "setup")
    write_keys(prepared.keys, CODE, tmp_path / "keys", "kata sandi", cost=CHEAPEST)
    (tmp_path / "medium").mkdir()
    for place, data in reports.items():
        (tmp_path / "medium" / report_name(*place)).write_bytes(data)
    for station in (1, 2):
        (tmp_path / "medium" / f"TPS{station:02d}.epd").write_bytes(book(prepared, station))
    return tmp_path


def run(folder: Path, *words: object, status: int = 0) -> Result:
    arguments = ["tally", *map(str, words)]
    environment = {"EPILWU_DB": f"sqlite:///{folder / 'tally.db'}"}
    typed = "kata sandi\n" * 3  # as often as a command asks: a code, a new one, the new one again
    result = CliRunner().invoke(main, arguments, env=environment, input=typed, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def test_a_whole_night(night: Path, prepared: Prepared) -> None:
    assert "migrate" in run(night, "import", status=1).output
    run(night, "migrate")
    medium = sorted((night / "medium").iterdir())
    taken = run(night, "import", "--jobs", 1, "--setup", night / "setup", *medium)
    assert taken.output.count("diterima") == 6
    assert run(night, "import", "--jobs", 1, *medium).output.count("tidak ada yang berubah") == 6
    run(night, "board", "--village", CODE, "--out", night / "papan")
    for number, station in enumerate(prepared.setup.stations, 1):
        board = (night / "papan" / f"{station.uuid}.bel").read_bytes()
        files = []
        for owner in (1, 2, 5):
            files.append(night / f"{number}-{owner}.json")
            files[-1].write_bytes(share(prepared, board, number, owner))
        assert "(3 dari 3)" in run(night, "share", *files).output
    keys = ("--village", CODE, "--keys", night / "keys")
    assert "TPS 01, TPS 02" in run(night, "result", *keys).output
    run(night, "publish", *keys, "--out", night / "umum", "--auditors", night / "auditor")
    assert (night / "umum" / "berita-acara.pdf").exists()
    assert (night / "auditor" / "TPS02-B2.epr").exists()


def test_refusals_name_the_file_and_the_rest_goes_on(night: Path) -> None:
    run(night, "migrate")
    spoiled = night / "medium" / "TPS01-B1.epr"
    spoiled.write_bytes(spoiled.read_bytes()[:-512])
    files = sorted((night / "medium").glob("*.epr"))
    result = run(night, "import", "--jobs", 1, "--setup", night / "setup", *files, night / "tidak-ada.epr", status=1)
    assert "DITOLAK TPS01-B1.epr" in result.output
    assert "tidak-ada.epr" in result.output
    assert result.output.count("diterima") == 3
    assert "2 dari 5 berkas ditolak" in result.output
    assert "menunggu laporan" in run(night, "board", "--village", CODE, "--out", night / "papan").output
    assert "DITOLAK" in run(night, "share", spoiled, status=1).output
    run(night, "board", "--village", "32.09.07.2008", "--out", night / "x", status=1)


@pytest.mark.slow
def test_preparing_with_real_passphrases(tmp_path: Path) -> None:
    (tmp_path / "desa.toml").write_text(PLAN)
    (tmp_path / "rules.toml").write_bytes(rule_pack())
    (tmp_path / "trustees.json").write_bytes(trustees().data)
    regency = tmp_path / "kabupaten"
    run(tmp_path, "prepare", "authority", "--name", "Kabupaten Uji", "--date", "2023-10-22", "--out", regency)
    run(tmp_path, "prepare", "authority", "--name", "Lagi", "--date", "2023-10-22", "--out", regency, status=2)
    plan = ("--plan", tmp_path / "desa.toml")
    run(tmp_path, "prepare", "define", *plan, "--rules", tmp_path / "rules.toml", "--out", tmp_path / "definisi")
    village = ("--definition", tmp_path / "definisi", "--trustees", tmp_path / "trustees.json", "--authority", regency)
    recorded = tmp_path / "rekaman"
    recorded.mkdir()
    for number in (1, 2):
        (recorded / f"id.candidate-{number}.opus").write_bytes(RECORDING)
    run(tmp_path, "prepare", "village", *plan, *village, "--voice", recorded, "--out", tmp_path / "desa")
    assert read_setup(tmp_path / "desa" / "setup").definition.village == "Lemahabang"
    made = {path.parent.name for path in (tmp_path / "desa").rglob("*") if path.is_file()}
    assert made == {"setup", "packages", "envelopes", "cards", "desks", "keys", "voice"}
    for path in (tmp_path / "desa" / "packages").iterdir():
        package = booth_package.read(path.read_bytes(), (regency / "root.pem").read_bytes(), date(2023, 10, 22))
        assert package.voices["id.candidate-1.opus"] == RECORDING
