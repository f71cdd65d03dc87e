"""``epilwu audit reconcile`` as an auditor runs it: words, exit status, files written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_samples import COUNTS, FROM, TO, Folders, scene, signed
from click.testing import CliRunner, Result

from epilwu.cli import main
from epilwu.media.paper_counts import PaperCounts
from epilwu.media.published import Context
from epilwu.trust.certificates import create_root, read_root


def run(folders: Folders, *more: str | Path) -> Result:
    arguments = ["--public", folders.public, "--auditors", folders.auditors, "--jobs", "1", *more]
    return CliRunner().invoke(main, ["audit", "reconcile", *map(str, arguments)])


def test_everything_checked_and_passed(evidence: Folders, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(scene().root.pem)
    out = tmp_path / "new" / "out"
    result = run(evidence, "--papers", evidence.papers, "--root", tmp_path / "root.pem", "--out", out)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    fingerprint = read_root(scene().root.pem).fingerprint
    assert any(fingerprint in line.replace(" ", "") for line in lines)
    assert [line.split("  ")[0] for line in lines if line.endswith("?")] == [*["lulus"] * 4, "tidak diperiksa"]
    assert "          6         6         0  2. Bima Sakti" in lines
    assert "  Kertas: 12 dihitung, 0 ganda, 1 batal, 0 asing, 0 tidak terbaca" in lines
    assert "  Struk yang tercatat tetapi tidak ada di kotak: bilik 1: 0, bilik 2: 0" in lines
    assert "         12        12         0  daftar hadir − token diserahkan: cocok" in lines
    assert lines[-1] == "Semua 4 pertanyaan diperiksa dan lulus."
    assert "BELUM DICOCOKKAN" not in result.stdout
    assert sorted(path.name for path in out.iterdir()) == ["audit.json", "berita-acara-audit.pdf", "paper.json"]
    counted = PaperCounts.parse((out / "paper.json").read_bytes())
    assert {line.number: line.slips for line in counted.stations} == COUNTS
    assert {(line.odd, line.missing) for line in counted.stations} == {(0, 0)}
    assert json.loads((out / "audit.json").read_bytes())["ok"] is True
    assert (out / "berita-acara-audit.pdf").read_bytes().startswith(b"%PDF")
    assert str(out / "audit.json") in result.stderr


def test_a_root_from_the_published_folder_is_said_to_be_unconfirmed(folders: Folders) -> None:
    assert "dari folder publik itu sendiri, BELUM DICOCOKKAN" in run(folders).stdout


def test_without_a_root_of_the_auditors_own_nothing_passes(evidence: Folders) -> None:
    result = run(evidence, "--papers", evidence.papers)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith("BELUM LULUS: akar kabupaten belum dicocokkan.")


def test_for_programs(evidence: Folders, tmp_path: Path) -> None:
    result = run(evidence, "--papers", evidence.papers, "--json", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stdout_bytes.rstrip(b"\n") == (tmp_path / "out" / "audit.json").read_bytes()
    assert json.loads(result.stdout)["root_brought"] is False


def test_without_papers_nothing_is_passed_off_as_checked(folders: Folders, tmp_path: Path) -> None:
    result = run(folders, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert not (tmp_path / "out" / "paper.json").exists()
    assert "tidak diperiksa  Apakah struk kertas, hitungan dan pembukuan cocok?" in result.stdout
    assert "TIDAK LULUS: 0 pertanyaan gagal, 1 tidak diperiksa." in result.stdout.splitlines()
    assert json.loads(run(folders, "--json").stdout)["findings"][3]["status"] == "not checked"


def test_one_opened_box_and_its_odd_papers_are_handed_to_the_tally(evidence: Folders, tmp_path: Path) -> None:
    (evidence.papers / "TPS01").rename(evidence.papers / "closed")
    (evidence.papers / "TPS02" / "torn.png").write_bytes(b"torn")
    assert run(evidence, "--papers", evidence.papers, "--out", tmp_path / "out").exit_code == 1
    (line,) = PaperCounts.parse((tmp_path / "out" / "paper.json").read_bytes()).stations
    assert (line.number, line.slips, line.odd, line.missing) == (2, COUNTS[2], 1, 0)


def test_a_difference_ends_with_1_and_its_sign(evidence: Folders) -> None:
    box = evidence.papers / "TPS01"
    sorted(box.iterdir())[0].rename(evidence.papers / "TPS02" / "moved.png")
    result = run(evidence, "--papers", evidence.papers)
    assert result.exit_code == 1
    assert "GAGAL            Apakah struk kertas, hitungan dan pembukuan cocok?" in result.stdout
    assert "    asing: moved.png (struk pemilihan atau TPS lain)" in result.stdout
    assert "TIDAK LULUS: 1 pertanyaan gagal, 0 tidak diperiksa." in result.stdout


@pytest.mark.parametrize("name", ["TPS01-B2.epr", "TPS02-B1.epr"])
def test_a_missing_report_is_named(folders: Folders, name: str) -> None:
    (folders.auditors / name).unlink()
    result = run(folders)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{folders.auditors / name}: Berkas ini tidak ada atau tidak dapat dibaca." in result.stderr


@pytest.mark.parametrize("name", ["definition.json", "result.json", "books.json.sig", "root.pem", "rules.toml"])
def test_a_missing_published_file_is_named(folders: Folders, name: str) -> None:
    (folders.public / name).unlink()
    result = run(folders)
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(folders.public / name) in result.stderr


def test_folders_and_roots_that_are_not_there(folders: Folders, tmp_path: Path) -> None:
    for option in ("--public", "--auditors", "--root", "--papers"):
        result = run(folders, option, tmp_path / "nowhere")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "nowhere" in result.stderr


def test_another_regency_s_root(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_bytes(create_root("Kabupaten Uji", FROM, TO)[1])
    result = run(folders, "--root", tmp_path / "other.pem")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "definition.json.sig" in result.stderr


def test_a_board_that_is_no_archive_ends_with_2_after_telling_the_rest(evidence: Folders) -> None:
    (evidence.public / f"{scene().uuid(2)}.bel").write_bytes(b"no archive")
    result = run(evidence, "--papers", evidence.papers)
    assert result.exit_code == 2
    assert "GAGAL            Apakah hasil tiap TPS" in result.stdout
    assert "          3         ?         ?  2. Bima Sakti" in result.stdout


def test_a_file_that_no_one_signed_is_a_failure_and_not_a_missing_file(folders: Folders) -> None:
    data = (folders.public / "result.json").read_bytes()
    folders.write(signed(scene(), "result.json", data, Context.BOOKS))
    result = run(folders)
    assert result.exit_code == 1
    assert "GAGAL            Apakah hasil dan pembukuan yang diumumkan" in result.stdout


def test_where_nothing_can_be_written(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = run(folders, "--out", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert f"{tmp_path / 'file' / 'out' / 'audit.json'}: Berkas tidak dapat ditulis" in result.stderr
    (tmp_path / "out" / "audit.json").mkdir(parents=True)
    result = run(folders, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["audit.json"]


def test_folders_must_be_named() -> None:
    assert CliRunner().invoke(main, ["audit", "reconcile"]).exit_code == 2
