"""Writes the medians of a pytest-benchmark run into docs/benchmarks.md, between its two marks.

    bench_report.py RESULTS.json docs/benchmarks.md

A benchmark may say more in ``extra_info``: ``says`` (the row's name), ``limit_ms`` (what was asked for), ``per`` (how
many items one round handles, to give a time for each), and any other key, which is printed as it stands.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

START = "<!-- figures: written by make bench -->"
END = "<!-- end of figures -->"
SPECIAL = ("says", "limit_ms", "per")


def milliseconds(seconds: float) -> str:
    """A time with three significant figures, in the unit that reads best."""
    value = seconds * 1000
    if value >= 10_000:
        return f"{seconds:.1f} s"
    return f"{value:.3g} ms" if value < 1000 else f"{value:.0f} ms"


def row(benchmark: dict[str, Any]) -> str:
    """One line of the table."""
    extra, stats = benchmark["extra_info"], benchmark["stats"]
    per = extra.get("per", 1)
    name = extra.get("says") or benchmark["name"].removeprefix("test_").replace("_", " ")
    median = stats["median"] / per
    limit = extra.get("limit_ms")
    kept = "" if limit is None else f"≤ {limit} ms: {'kept' if median * 1000 <= limit else '**missed**'}"
    more = "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in extra.items() if key not in SPECIAL)
    spread = milliseconds(stats["iqr"] / per)
    return f"| {name} | {milliseconds(median)} | {spread} | {stats['rounds']} | {kept} | {more} |"


def table(results: dict[str, Any]) -> str:
    """The whole block between the marks: what it was measured on, and a line for each benchmark."""
    machine = results["machine_info"]
    cpu = machine.get("cpu", {})
    commit = results.get("commit_info", {}).get("id") or "unknown"
    processor = f"{cpu.get('brand_raw', 'unknown processor')}, {cpu.get('count', '?')} cores"
    head = (
        f"Measured on {results['datetime'][:10]} at commit `{commit[:12]}`: {processor},"
        f" Python {machine['python_version']}. One run; load average of the last 15 minutes {os.getloadavg()[2]:.1f}."
    )
    lines = ["| what | median | interquartile range | rounds | asked for | more |", "|---|---:|---:|---:|---|---|"]
    rows = [row(benchmark) for benchmark in sorted(results["benchmarks"], key=lambda b: str(b["fullname"]))]
    return "\n".join([START, "", head, "", *lines, *rows, "", END])


def main(results: Path, page: Path) -> None:
    """Replace the block between the marks; everything else of the page stays."""
    text = page.read_text("utf-8")
    before, rest = text.split(START, 1)
    _, after = rest.split(END, 1)
    page.write_text(before + table(json.loads(results.read_text("utf-8"))) + after, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
