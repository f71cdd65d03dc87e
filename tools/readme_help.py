"""Writes the program's own help into README.md, wherever a block begins with ``$ epilwu … --help``."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from epilwu.cli import main

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(```console\n\$ epilwu(?P<rest>[^\n]* --help)\n)(?P<text>.*?)(```)", re.DOTALL)


def current(match: re.Match[str]) -> str:
    """The block with what the program prints now."""
    result = CliRunner().invoke(main, match["rest"].split(), prog_name="epilwu", terminal_width=80)
    if result.exit_code:
        raise SystemExit(f"epilwu{match['rest']} does not work: {result.output}")
    return f"{match.group(1)}{result.output}{match.group(4)}"


if __name__ == "__main__":
    README.write_text(BLOCK.sub(current, README.read_text("utf-8")), "utf-8")
