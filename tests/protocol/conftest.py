"""The outside program that some tests ask for a second opinion."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from belenios_samples import Run
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def belenios_tool() -> Run:
    """A function that runs belenios-tool 3.0 or newer (from ``make peers``, else the machine's own) with arguments."""
    fetched = Path(__file__).parents[2] / ".peers" / "bin" / "belenios-tool"
    program = str(fetched) if fetched.exists() else shutil.which("belenios-tool")
    if program is None:
        pytest.skip("belenios-tool is not on this machine (make peers fetches it)")

    def run(*arguments: str | Path, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        command = [program, *map(str, arguments)]
        given = (stdin or b"").decode()
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False)

    version = re.match(r"(\d+)\.", run("--version").stdout)
    if version is None or int(version.group(1)) < 3:
        pytest.skip("belenios-tool is older than 3.0: it does not know Ed25519")
    return run
