"""``epilwu audit verify`` as a user and as a program meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, cast

import pytest
from boards import COUNTS, FOREIGN, Parts, compact, foreign_board, group, honest, honest_village, member, village
from click.testing import CliRunner, Result

from epilwu.audit import spread, verify_command
from epilwu.audit.verify import Found, Given, Workers, available_cores, verify_file
from epilwu.cli import EXIT_FAULT, EXIT_REFUSED, main
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_ballots import VerificationInterrupted
from epilwu.protocol.verify_report import Name, Status

ARCHIVE_KEYS = ["file", "uuid", "profile", "ballots", "result", "checks", "ok"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", "verify", "--jobs", "1", *map(str, arguments)])


def as_json(*arguments: str | Path) -> tuple[int, list[dict[str, object]]]:
    done = run("--json", *arguments)
    value = json.loads(done.stdout)
    assert list(value) == ["archives", "checks", "villages", "not_used", "ok", "version"]
    assert value["ok"] is (done.exit_code == 0)
    return done.exit_code, value["archives"]


def publish(folder: Path, parts: Parts, name: str | None = None) -> Path:
    """The files of a station as they are published."""
    uuid = json.loads(parts.election)["uuid"]
    file = folder / (name or f"{uuid}.bel")
    file.write_bytes(parts.bel())
    if parts.side_file is not None:
        (folder / f"{uuid}.decryption.json").write_bytes(parts.side_file)
    if parts.definition is not None:
        (folder / "definition.json").write_bytes(parts.definition)
    return file


# For people.


def test_foreign_archives_end_with_status_0_and_say_what_is_not_bound() -> None:
    done = run(*FOREIGN)
    assert done.exit_code == 0
    assert done.stdout.count("lulus (passed)") == 20
    assert "GAGAL" not in done.stdout and "tidak diperiksa" not in done.stdout
    assert "decryption is not bound" in done.stdout and "tidak terikat" in done.stdout
    assert "Hasil: 4, 0, 1, 0, 5, 2" in done.stdout
    assert done.stderr == ""  # no progress bar where nobody looks


def test_a_published_folder_passes_by_the_stricter_rules(tmp_path: Path) -> None:
    done = run(publish(tmp_path, honest()))
    assert done.exit_code == 0, done.stdout
    assert "profil epilwu" in done.stdout
    assert all(f"({name})" in done.stdout for name in Name)
    assert "Catatan" not in done.stdout


def test_english_on_request(tmp_path: Path) -> None:
    done = run("--lang", "en", publish(tmp_path, honest()))
    assert "profile epilwu" in done.stdout
    assert "Everything was checked and passed. Result: 0, 1, 2" in done.stdout
    assert "lulus" not in done.stdout


def test_a_fault_is_named_with_its_reason_and_place(tmp_path: Path) -> None:
    file = publish(tmp_path, replace(honest(), result=b'{"result":[[0,2,1]]}'))
    done = run(file)
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if "GAGAL (failed)" in line]
    assert "(result)" in line and "[peristiwa 10, result-mismatch]" in line
    assert "TIDAK LULUS: 1 gagal, 0 tidak diperiksa." in done.stdout


def test_what_could_not_be_checked_is_said_to_be_so(tmp_path: Path) -> None:
    file = publish(tmp_path, honest())
    file.write_bytes(file.read_bytes()[:-1024])
    done = run(file)
    assert done.exit_code == 1
    assert "tidak diperiksa (not checked)" in done.stdout


def test_text_from_an_archive_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = compact(json.loads(foreign_board()[1].election) | {"name": "\u001b[2J\u202eA\nlulus"})
    file = publish(tmp_path, replace(foreign_board()[1], election=evil))
    shown = run(file).stdout
    assert "A" in shown
    assert not {"\u001b", "\u202e"} & set(shown)
    assert "\nlulus" not in shown


# For programs.


def test_json_has_exactly_the_promised_shape(tmp_path: Path) -> None:
    code, (archive,) = as_json(publish(tmp_path, honest()))
    assert code == 0
    assert list(archive) == ARCHIVE_KEYS
    assert archive["result"] == list(COUNTS)
    assert (archive["uuid"], archive["profile"], archive["ballots"]) == (honest_village().election.uuid, "epilwu", 3)
    assert archive["ok"] is True
    checks = archive["checks"]
    assert isinstance(checks, list)
    assert [check["name"] for check in checks] == [str(name) for name in Name]
    for check in checks:
        assert list(check)[:3] == ["name", "status", "detail"]
        assert check["status"] == "passed"


def test_json_of_a_failure_quotes_no_result(tmp_path: Path) -> None:
    code, (archive,) = as_json(publish(tmp_path, replace(honest(), result=b'{"result":[[0,2,1]]}')))
    assert code == 1
    assert archive["result"] is None and archive["ok"] is False
    checks = archive["checks"]
    assert isinstance(checks, list)
    (failed,) = [check for check in checks if check["status"] == "failed"]
    assert (failed["name"], failed["code"], failed["position"]) == ("result", "result-mismatch", 10)


def test_several_files_are_all_reported_and_the_worst_decides(tmp_path: Path) -> None:
    good = publish(tmp_path, honest())
    bad = tmp_path / "cut.bel"
    bad.write_bytes(good.read_bytes()[:-512])
    code, archives = as_json(good, bad)
    assert (code, [archive["ok"] for archive in archives]) == (1, [True, False])
    code, archives = as_json(tmp_path / "missing.bel", good, bad)
    assert (code, [archive["ok"] for archive in archives]) == (2, [False, True, False])
    assert list(archives[0]) == ARCHIVE_KEYS


# Files that are no archive.


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04" * 999, bytes(4096), member("MANIFEST", b"{}")])
def test_a_file_that_is_no_archive_ends_with_status_2(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.bel"
    file.write_bytes(content)
    done = run(file)
    assert done.exit_code == 2
    assert "bukan arsip" in done.stdout and str(file) in done.stdout


def test_a_missing_file_a_folder_and_a_pipe_end_with_status_2(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bel")
    for file in (tmp_path / "missing.bel", tmp_path, tmp_path / "pipe.bel"):
        done = run(file)
        assert done.exit_code == 2
        assert str(file) in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_ends_with_status_2(tmp_path: Path) -> None:
    file = publish(tmp_path, honest())
    file.chmod(0)
    assert run(file).exit_code == 2


def test_no_file_at_all_is_wrong_use() -> None:
    assert run().exit_code == 2


# What stands beside the archive.


def test_deleting_the_side_file_does_not_relax_the_rules(tmp_path: Path) -> None:
    file = publish(tmp_path, honest())
    for other in tmp_path.glob("*.json"):
        other.unlink()
    code, (archive,) = as_json(file)
    assert (code, archive["profile"]) == (1, "epilwu")


def test_a_renamed_archive_is_still_compared_with_its_side_file(tmp_path: Path) -> None:
    code, (archive,) = as_json(publish(tmp_path, honest(), name="TPS 01.bel"))
    assert (code, archive["profile"]) == (0, "epilwu")


def test_each_of_three_files_or_flags_asks_for_the_stricter_rules(tmp_path: Path) -> None:
    file = publish(tmp_path, foreign_board()[1])
    assert as_json(file)[1][0]["profile"] == "belenios"
    assert as_json("--epilwu", file)[1][0]["profile"] == "epilwu"
    side = file.with_suffix(".decryption.json")
    side.write_bytes(b"{}")
    assert as_json(file)[1][0]["profile"] == "epilwu"
    side.unlink()
    (tmp_path / "definition.json").write_bytes(b"{}")
    code, (archive,) = as_json(file)
    assert (code, archive["profile"]) == (1, "epilwu")


def test_a_side_file_that_cannot_be_read_is_not_a_missing_one(tmp_path: Path) -> None:
    file = publish(tmp_path, foreign_board()[1])
    side = file.with_suffix(".decryption.json")
    side.mkdir()
    assert run(file).exit_code == 2
    side.rmdir()
    side.symlink_to("nowhere")
    assert run(file).exit_code == 2
    side.unlink()
    with side.open("wb") as target:
        target.truncate(33 * 2**20)
    assert run(file).exit_code == 2


def test_a_running_board(tmp_path: Path) -> None:
    file = publish(tmp_path, honest())
    bel = file.read_bytes()
    start = bel.index(b'"type":"EndBallots"') // 512 * 512 - 512
    file.write_bytes(bel[:start])
    assert run(file).exit_code == 1
    done = run("--running", file)
    assert done.exit_code == 0
    assert "belum selesai" in done.stdout


# Processes.


def square(number: int) -> int:
    return number * number


def die(number: int) -> int:
    if number == 5:
        os._exit(9)
    return number


@pytest.mark.slow
def test_results_come_in_order_and_little_is_taken_ahead() -> None:
    taken = 0

    def numbers() -> Iterator[int]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number

    ahead = []
    with closing(Workers(2)) as workers:
        for index, value in enumerate(workers.map(square, numbers())):
            assert value == index * index
            ahead.append(taken - index)
    assert len(ahead) == 50
    assert max(ahead) <= 9


@pytest.mark.slow
def test_a_killed_worker_is_a_failure_and_the_next_archive_gets_a_new_one() -> None:
    with closing(Workers(2)) as workers:
        with pytest.raises(VerificationInterrupted):
            list(workers.map(die, range(20)))
        assert list(workers.map(square, range(6))) == [0, 1, 4, 9, 16, 25]


@pytest.mark.slow
def test_a_killed_worker_never_ends_with_status_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way: the ballots go to a real pool whose workers die."""

    class Doomed(Workers):
        def map(self, function: Callable[[Given], Found], chunks: Iterable[Given]) -> Iterator[Found]:
            yield from super().map(die_with, chain(chunks, cast("list[Given]", [None] * 9)))

    monkeypatch.setattr(spread, "Workers", Doomed)
    command = ["audit", "verify", "--jobs", "2", "--json", str(publish(tmp_path, honest()))]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)["archives"][0]["checks"]}
    assert (checks["ballots"]["status"], checks["ballots"]["code"]) == ("not checked", "worker-lost")


def die_with(_: object) -> Any:  # noqa: ANN401
    os._exit(9)


@pytest.mark.slow
def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    place = village(people=group(2, 3), blank=False, candidates=2, voters=200)
    parts = place.count([place.ballot(voter, 1 + voter % 2) for voter in range(200)])
    ballots = list(parts.ballots)
    ballots[150] = ballots[150][:-1] + b" }"
    for board in (parts, replace(parts, ballots=tuple(ballots))):
        file = publish(tmp_path, board)
        with closing(Workers(1)) as one, closing(Workers(2)) as two:
            alone = verify_file(file, one, strict=False, running=False)
            assert verify_file(file, two, strict=False, running=False) == alone
    assert alone.report is not None
    assert (alone.report.check("ballots").status, alone.report.check("ballots").position) == (Status.FAILED, 151)


def test_the_program_itself(tmp_path: Path) -> None:
    """Installed, in a process of its own, with its own default of jobs."""
    file = publish(tmp_path, honest())
    command = [sys.executable, "-m", "epilwu.cli", "audit", "verify", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Semua diperiksa dan lulus" in done.stdout
    assert available_cores() >= 1


# What the program says when something else goes wrong.


def failing(error: Exception, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:

        def raising(*_: object, **__: object) -> None:
            raise error

        patch.setattr(verify_command, "verify_file", raising)
        return CliRunner().invoke(main, [*arguments, "audit", "verify", "x.bel"])


def test_a_refusal_is_a_sentence_and_status_1() -> None:
    done = failing(EpilwuError("Media penuh.", where="x.bel", todo="Ganti media."))
    assert done.exit_code == EXIT_REFUSED
    assert done.stderr == "x.bel: Media penuh. Ganti media.\n"


def test_a_fault_of_the_program_hides_its_insides() -> None:
    done = failing(RuntimeError("secret insides"))
    assert done.exit_code == EXIT_FAULT
    assert "secret" not in done.output
    assert "--debug" in done.stderr


def test_debug_shows_the_insides() -> None:
    for error in (RuntimeError("insides"), EpilwuError("insides")):
        assert failing(error, "--debug").exception is error


def test_rooms_are_imported_when_they_are_asked_for() -> None:
    """An auditor's program starts without the server's libraries."""
    code = "import sys, epilwu.cli, epilwu.audit.verify_command; print(*({'flask', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
