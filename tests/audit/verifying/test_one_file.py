"""epilwu-verify.pyz where nothing is installed: Python alone, isolated, without site-packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from boards import FOREIGN
from spoils import SPOILS
from stick import Stick, honest, names, witness

from epilwu.audit.verifier_file import build
from epilwu.protocol.verify_report import Status

BARE = str(Path(sys.executable).resolve())
SMALL = next(path for path in FOREIGN if path.parent.name == "threshold3of5-cand3")


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "epilwu-verify.pyz"
    path.write_bytes(build())
    return path


def run(verifier: Path, *arguments: object, bare: bool = True) -> subprocess.CompletedProcess[str]:
    command = [BARE, "-I", "-S", "-B"] if bare else [sys.executable, "-I", "-B"]
    command += [str(verifier), "--jobs", "1", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd="/")


def test_there_is_really_nothing_installed() -> None:
    command = [BARE, "-I", "-S", "-c", "import nacl"]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 1


def test_the_shared_vector_is_verified_slowly_and_says_so(verifier: Path) -> None:
    done = run(verifier, SMALL)
    assert done.returncode == 0, done.stderr
    assert "Everything was checked and passed. Result: (1, 5, 3)" in done.stdout
    assert "LAMBAT" in done.stderr and "SLOW" in done.stderr


@pytest.mark.slow
def test_a_changed_vector_fails(verifier: Path, tmp_path: Path) -> None:
    changed = tmp_path / "x.bel"
    data = SMALL.read_bytes()
    changed.write_bytes(data.replace(b'"result":[[1,5,3]]', b'"result":[[5,1,3]]'))
    done = run(verifier, "--json", changed)
    assert done.returncode == 1
    (archive,) = json.loads(done.stdout)["archives"]
    assert archive["result"] is None and archive["ok"] is False


def evidence(stick: Stick, tmp_path: Path) -> list[object]:
    folder, kept, root = tmp_path / "media", tmp_path / "kept.txt", tmp_path / "root.pem"
    stick.write(folder)
    (folder / "kept.txt").rename(kept)
    root.write_bytes(stick.of.root.pem)
    return ["--root", root, "--since", kept, "--witness", witness()[0].text, folder]


@pytest.mark.slow
@pytest.mark.parametrize("bare", [True, False])
def test_a_whole_medium_passes_every_check(verifier: Path, tmp_path: Path, bare: bool) -> None:
    page = tmp_path / "laporan.html"
    done = run(verifier, "--lang", "id", "--html", page, *evidence(honest(), tmp_path), bare=bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Semua diperiksa dan lulus: 60 pemeriksaan." in done.stdout
    assert "lulus" in page.read_text("utf-8")
    assert ("LAMBAT" in done.stderr) == bare


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report-certificate", "revoked", "ballots", "log-signature"])
def test_plain_python_finds_what_the_libraries_find(verifier: Path, tmp_path: Path, name: str) -> None:
    stick = SPOILS[name](honest())
    found = stick.verify(tmp_path / "own")
    done = run(verifier, "--json", *evidence(stick, tmp_path))
    assert done.returncode == 1, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert {check["name"] for check in checks if check["status"] == "failed"} >= {name} == names(found, Status.FAILED)


@pytest.mark.slow
def test_several_processes_do_without_libraries_too(verifier: Path, tmp_path: Path) -> None:
    from boards import group, village

    place = village(people=group(2, 3), blank=False, candidates=2, voters=140)
    parts = place.count([place.ballot(voter, 1 + voter % 2) for voter in range(140)])
    board = tmp_path / "x.bel"
    board.write_bytes(parts.bel())
    done = run(verifier, "--jobs", "2", board)
    assert "ballots: 140 ballots" in done.stdout, done.stderr


@pytest.mark.slow
def test_wrong_use_and_nothing_to_verify(verifier: Path, tmp_path: Path) -> None:
    assert run(verifier).returncode == 2
    assert run(verifier, tmp_path / "missing").returncode == 2
    (tmp_path / "empty").mkdir()
    assert run(verifier, tmp_path / "empty").returncode == 2
