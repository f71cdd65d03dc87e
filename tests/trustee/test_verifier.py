"""The verifier as one file: the same bytes each time, the same verdict as the audit's, and believed only to the end."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hall import Hall
from polls import Poll, poll

from epilwu.audit.verifier_file import build, modules
from epilwu.trustee.board import take_board
from epilwu.trustee.errors import BoardRefused, VerifierFailed
from epilwu.trustee.verifier import Verdict, Verifier


@pytest.fixture(scope="module")
def polled(held: Hall, tmp_path_factory: pytest.TempPathFactory) -> Poll:
    return poll(held, tmp_path_factory.mktemp("papan"))


@pytest.fixture
def board(polled: Poll) -> Path:
    return polled.folder / f"{polled.stations[0].election.uuid}.bel"


def test_the_same_source_gives_the_same_file(verifier: Verifier) -> None:
    assert build() == verifier.path.read_bytes()
    with zipfile.ZipFile(verifier.path) as packed:
        names = packed.namelist()
        assert names == sorted(names)
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(info.compress_type == zipfile.ZIP_STORED for info in packed.infolist())
    assert {"rfc8785/LICENSE", "epilwu/audit/verifying/checks.toml", "plain/nacl/bindings.py"} <= set(names)


def test_only_what_the_verifier_needs_is_in_it() -> None:
    """No other room, and no library but the two for which the file has plain Python to put in their place."""
    rooms = {name.split(".")[1] for name in modules() if name.startswith("epilwu.")}
    assert rooms <= {"audit", "election", "errors", "media", "protocol", "receipt", "trust"}
    found = set()
    for name in modules():
        spec = sys.modules.get(name) or __import__(name, fromlist=["x"])
        assert spec.__file__ is not None
        for line in Path(spec.__file__).read_text("utf-8").splitlines():
            if line.startswith(("import ", "from ")):
                found.add(line.split()[1].split(".")[0])
    assert found - set(sys.stdlib_module_names) - {"", "epilwu", "rfc8785", "base45"} == {"nacl", "cryptography"}


def test_it_says_what_the_audit_says(verifier: Verifier, board: Path) -> None:
    command = [sys.executable, "-I", "-B", str(verifier.path), "--running", str(board)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert done.returncode == 0, done.stderr
    assert "Everything was checked and passed" in done.stdout
    done = subprocess.run([*command, "--json", "/dev/null"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert [archive["ok"] for archive in answer["archives"]] == [True, False]
    assert answer["archives"][0]["sha256"] == hashlib.sha256(board.read_bytes()).hexdigest()


def test_a_board_is_verified_in_another_process(verifier: Verifier, board: Path) -> None:
    taken = take_board(board, verifier)
    assert taken.verdict.checks[:2] == ("archive", "election")
    assert "definition" in taken.verdict.checks
    assert taken.verdict.ballots == taken.ballots == 10


def test_another_file_than_the_published_one_is_not_run(verifier: Verifier, board: Path, tmp_path: Path) -> None:
    changed = tmp_path / "epilwu-verify.pyz"
    changed.write_bytes(verifier.path.read_bytes() + b"\0")
    with pytest.raises(VerifierFailed, match="bukan berkas yang diumumkan"):
        take_board(board, Verifier(changed, verifier.sha256()))
    with pytest.raises(VerifierFailed, match="tidak dapat dibaca"):
        take_board(board, Verifier(tmp_path / "tidak-ada.pyz"))


def stub(folder: Path, body: str, timeout: float = 30) -> Verifier:
    """A verifier's file that does ``body``: what a broken or lying one might do."""
    path = folder / "palsu.pyz"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("__main__.py", f"import sys, os, time, json\n{body}\n")
    return Verifier(path, timeout=timeout)


@pytest.fixture(scope="module")
def answer(verifier: Verifier, polled: Poll) -> str:
    """An honest verifier's answer about the board."""
    path = polled.folder / f"{polled.stations[0].election.uuid}.bel"
    command = [sys.executable, "-I", "-B", str(verifier.path), "--epilwu", "--running", "--json", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


LIES = {
    "crashes": "raise RuntimeError",
    "dies": "os.kill(os.getpid(), 9)",
    "says nothing": "",
    "never ends": "time.sleep(60)",
    "talks without end": "sys.stdout.write('x' * 3_000_000)",
    "prints and crashes": "print(ANSWER); raise RuntimeError",
    "prints and says no": "print(ANSWER); sys.exit(1)",
    "prints something behind": "print(ANSWER); print('ok')",
    "prints spaces": "print(json.dumps(json.loads(ANSWER), indent=1))",
    "another version": "print(ANSWER.replace('\"version\":1', '\"version\":2'))",
    "not ok": "print(ANSWER.replace('\"ok\":true', '\"ok\":false'))",
    "about another file": 'print(ANSWER.replace(\'"sha256":"\', \'"sha256":"\' + \'0\' * 64 + \'","x":"\'))',
    "another profile": 'print(ANSWER.replace(\'"profile":"epilwu"\', \'"profile":"belenios"\'))',
    "leaves the ballots out": 'print(ANSWER.replace(\'"name":"ballots"\', \'"name":"balots"\'))',
    "leaves a field out": "print(ANSWER.replace('\"code\":null,', '', 1))",
    "two archives": "a = json.loads(ANSWER); a['archives'] *= 2; print(json.dumps(a, separators=(',', ':')))",
    "a status of its own": 'print(ANSWER.replace(\'"status":"passed"\', \'"status":"fine"\', 1))',
}


@pytest.mark.parametrize("name", LIES)
def test_a_verifier_that_does_not_affirm_everything_is_refused(
    board: Path, answer: str, tmp_path: Path, name: str
) -> None:
    timeout = 0.5 if name == "never ends" else 30
    lying = stub(tmp_path, f"ANSWER = {answer!r}\n{LIES[name]}", timeout)
    with pytest.raises(VerifierFailed):
        take_board(board, lying)


def test_the_stub_itself_is_believed_when_it_answers_honestly(board: Path, answer: str, tmp_path: Path) -> None:
    """Else the test above would show nothing."""
    assert isinstance(take_board(board, stub(tmp_path, f"print({answer!r})")).verdict, Verdict)


@pytest.mark.parametrize("status", ["failed", "not checked"])
def test_a_check_that_did_not_pass_refuses_the_board(board: Path, answer: str, tmp_path: Path, status: str) -> None:
    said = answer.replace(
        '"name":"ballots","position":null,"status":"passed"', f'"name":"ballots","position":7,"status":"{status}"'
    )
    assert said != answer
    with pytest.raises(BoardRefused, match=r"peristiwa 7 \(ballots"):
        take_board(board, stub(tmp_path, f"print({said!r})"))


def test_nothing_of_the_environment_reaches_it(
    board: Path, answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the opening code nor a changed search path."""
    monkeypatch.setenv("EPILWU_PASSPHRASE", "rahasia sekali")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    body = f"assert not [n for n in os.environ if n.startswith(('EPILWU', 'PYTHON'))], os.environ\nprint({answer!r})"
    assert take_board(board, stub(tmp_path, body))
    assert os.environ["EPILWU_PASSPHRASE"]
