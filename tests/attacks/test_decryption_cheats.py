"""The two cheats of a key holder as whole archives, judged by the auditor's command: a false result by true proofs, and
a decryption that only blocks the count. Belenios's own rules accept the first; ours name who did it."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import forge_counts
import pytest
from boards import COUNTS, Parts, foreign_village, village
from click.testing import CliRunner
from corpus import ATTACKS, Submission, submission

from epilwu.cli import main
from epilwu.protocol.verify import peek_uuid


def laid(folder: Path, given: Parts | Submission) -> Path:
    """The archive with the files beside it, as published."""
    files = submission(given)
    uuid = peek_uuid(io.BytesIO(files.bel))
    board = folder / f"{uuid}.bel"
    board.write_bytes(files.bel)
    if files.side_file is not None:
        (folder / f"{uuid}.decryption.json").write_bytes(files.side_file)
    if files.definition is not None:
        (folder / "definition.json").write_bytes(files.definition)
    return board


def verify(board: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(main, ["audit", "verify", "--json", str(board)])
    return done.exit_code, json.loads(done.stdout)["archives"][0]


def check(archive: dict[str, Any], name: str) -> dict[str, Any]:
    found = [check for check in archive["checks"] if check["name"] == name]
    assert len(found) == 1
    return dict(found[0])


def test_two_votes_shifted_pass_belenios_rules_and_fail_ours(tmp_path: Path) -> None:
    foreign = replace(forge_counts.chosen_shift(foreign_village()), side_file=None)
    code, archive = verify(laid(tmp_path, foreign))
    assert (code, archive["ok"], archive["profile"]) == (0, True, "belenios")
    assert archive["result"] == list(forge_counts.SHIFTED) != list(COUNTS)
    ours = tmp_path / "epilwu"
    ours.mkdir()
    code, archive = verify(laid(ours, forge_counts.chosen_shift(village())))
    assert (code, archive["ok"], archive["result"]) == (1, False, None)
    bound = check(archive, "bound-decryptions")
    assert (bound["status"], bound["code"]) == ("failed", "decryption-bound-proof")
    assert "trustee 1" in bound["detail"]
    assert check(archive, "partial-decryptions")["status"] == "passed"


def test_who_only_wants_to_block_is_named(tmp_path: Path) -> None:
    """A factor that nobody can use, with a proof that Belenios accepts, by one trustee alone."""
    blocked = next(case for case in ATTACKS if case.title == "a tally made undecryptable by one trustee")
    code, archive = verify(laid(tmp_path, blocked.build()))
    assert (code, archive["result"]) == (1, None)
    bound = check(archive, "bound-decryptions")
    assert bound["status"] == "failed"
    assert "trustee 2" in bound["detail"]


@pytest.mark.peer
def test_belenios_tool_accepts_the_false_result(tmp_path: Path) -> None:
    """The protocol's own verifier cannot see it: why the second proofs exist."""
    fetched = Path(__file__).parents[2] / ".peers" / "bin" / "belenios-tool"
    tool = str(fetched) if fetched.exists() else shutil.which("belenios-tool")
    if tool is None:
        pytest.skip("belenios-tool is not on this machine (make peers fetches it)")
    shifted = replace(forge_counts.chosen_shift(foreign_village()), side_file=None)
    laid(tmp_path, shifted)
    done = subprocess.run(
        [tool, "election", "verify", "--dir", str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert re.search("all checks passed", done.stdout + done.stderr, re.IGNORECASE)
