#!/usr/bin/env python3
"""Read slips damaged on purpose and write the counts into docs/scan-damage.md. Usage: scan_damage.py [FILE]

The pictures follow from their numbers alone, so the table changes only with the reader. Takes some minutes.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "audit")]

from damaged_box import SLIPS, judged  # noqa: E402
from paper_damage import ALONE, PAIRS, STRENGTHS  # noqa: E402

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def cell(work: tuple[str, int]) -> str:
    """How many of one kind and strength were counted and unreadable; wrong ones stand out."""
    found = Counter(judged(*work, number) for number in range(SLIPS))
    wrong = found.pop(None, 0)
    counts = {str(kind): number for kind, number in found.items()}
    text = f"{counts.get('counted', 0)} / {counts.get('unreadable', 0)}"
    return f"**{wrong} WRONG**, {text}" if wrong else text


def main() -> None:
    """Write the table between its marks."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "scan-damage.md"
    kinds = [*ALONE, *PAIRS]
    with ProcessPoolExecutor() as workers:
        cells = list(workers.map(cell, [(kind, strength) for kind in kinds for strength in STRENGTHS]))
    lines = ["| damage | " + " | ".join(map(str, STRENGTHS)) + " |", "|---" * (len(STRENGTHS) + 1) + "|"]
    for number, kind in enumerate(kinds):
        row = cells[number * len(STRENGTHS) : (number + 1) * len(STRENGTHS)]
        lines.append(f"| {kind} | " + " | ".join(row) + " |")
    text = target.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    target.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
