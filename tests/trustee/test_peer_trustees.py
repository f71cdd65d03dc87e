"""A second opinion: belenios-tool accepts a whole election under a key that was made in a village hall."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hall import Hall, passphrase
from polls import COUNTS, poll

from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.tally import parse_share, serialise_result
from epilwu.trustee import evening, night, opening
from epilwu.trustee.verifier import Verifier


@pytest.mark.peer
def test_a_key_made_here_is_accepted_by_belenios_tool(held: Hall, verifier: Verifier, tmp_path: Path) -> None:
    fetched = Path(__file__).parents[2] / ".peers" / "bin" / "belenios-tool"
    tool = str(fetched) if fetched.exists() else shutil.which("belenios-tool")
    if tool is None:
        pytest.skip("belenios-tool is not on this machine (make peers fetches it)")
    polled, shares = poll(held, tmp_path / "papan"), tmp_path / "bagian"
    shares.mkdir()
    (board,) = night.verified(night.take(polled.folder, verifier))
    # The sticks are shared by other tests: what is opened here is put onto copies.
    for seat in (2, 3, 5):
        stick = tmp_path / f"diska-{seat}"
        shutil.copytree(held.sticks[seat - 1], stick)
        opening.open_sums(stick, passphrase(seat), [board], shares)
    counted = night.look(evening.read_plan(held.public), polled.trustees, [board], shares).stations[0].counts
    assert counted == COUNTS
    with board.path.open("r+b") as target:
        writer = ArchiveWriter.resume(target)
        for seat in (2, 3, 5):
            data = (shares / opening.share_name(board.election.uuid, seat)).read_bytes()
            writer.partial_decryption(seat, parse_share(board.election, board.tally, data).decryption.data)
        writer.result(serialise_result(counted))
    folder = tmp_path / "terbit"
    folder.mkdir()
    shutil.copy(board.path, folder)
    done = subprocess.run(
        [tool, "election", "verify", "--dir", str(folder)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "all checks passed" in (done.stdout + done.stderr).lower()
