"""Writes the table of forged elections into docs/threat-model.md, from the tests that forge them."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / folder) for folder in ("cheats", "audit", "attacks", "")]

from cheat_list import PAGE, page_with_table  # noqa: E402 - found only now

PAGE.write_text(page_with_table(), "utf-8")
