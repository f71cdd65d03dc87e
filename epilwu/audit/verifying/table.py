"""The numbered checks: what each asks, what it needs, and what it means when it fails.

Numbers and names are stable: reports, records and programs quote them, and a number is never given to another check.
Hundreds: 1 authority and commitments, 2 a station's board, 3 booths and desks, 4 what was announced, 5 the regency,
6 the server's log. The words stand in ``checks.toml``; ``docs/checks.md`` is written from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from epilwu.protocol.verify_report import Name


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Indonesian and in English."""

    id: str
    en: str

    def of(self, lang: str) -> str:
        """In the language ``id`` or ``en``."""
        return self.en if lang == "en" else self.id


@dataclass(frozen=True, slots=True)
class CheckKind:
    """One numbered check: its title, the evidence that it needs, and in a sentence what its failure means."""

    number: int
    name: str
    title: Words
    needs: Words
    means: Words


def kind(name: str) -> CheckKind:
    """The check of that name; raise ``KeyError`` where there is none."""
    return KINDS[name]


def archive_kind(name: Name) -> CheckKind:
    """The check that a board's verification calls ``name``."""
    return KINDS[_OF_BOARD[name]]


GROUPS: Mapping[int, Words] = {
    1: Words("Wewenang dan ikatan sebelum hari pemungutan", "Authority, and what was committed to before the day"),
    2: Words("Papan suara tiap TPS", "Each station's board"),
    3: Words("Bilik dan meja TPS", "Booths and desks"),
    4: Words("Yang diumumkan", "What was announced"),
    5: Words("Kabupaten", "The regency"),
    6: Words("Catatan server", "The server's log"),
}
"""Titles of the hundreds."""


def _read() -> dict[str, CheckKind]:
    rows = tomllib.loads((resources.files(__package__) / "checks.toml").read_text("utf-8"))["check"]
    return {row["name"]: _kind(row) for row in rows}


def _kind(row: Mapping[str, Any]) -> CheckKind:
    title, needs, means = (Words(**row[name]) for name in ("title", "needs", "means"))
    return CheckKind(row["number"], row["name"], title, needs, means)


KINDS: Mapping[str, CheckKind] = _read()
"""Every check by its name, in the order of numbers."""
_OF_BOARD: Mapping[Name, str] = {name: {Name.DEFINITION: "board-definition"}.get(name, str(name)) for name in Name}
"""The board's verification has names of its own, the same but for one that the folder's definition has, too."""


def document() -> str:
    """``docs/checks.md``."""
    lines = [
        "# The numbered checks",
        "",
        "What `epilwu audit verify` and `epilwu-verify.pyz` check, by number. Written by `tools/checks_doc.py` from",
        "`epilwu/audit/verifying/checks.toml`; a test compares the two. A number is never given to another check. For",
        "each check a test in `tests/audit/verifying/` spoils one thing and makes exactly that check fail.",
        "",
        "Each check is *passed*, *failed* or *not checked* (what it needs was not there, or an earlier check failed).",
        "Exit status: 0 everything asked for was checked and passed; 1 something failed or was not checked; 2 a file",
        "that was named cannot be read or is nothing that can be verified.",
    ]
    for hundred, title in GROUPS.items():
        lines += ["", f"## {hundred}00: {title.en}", "", "| number | name | checked | needs | when it fails |"]
        lines += ["|---|---|---|---|---|"]
        for each in KINDS.values():
            if each.number // 100 == hundred:
                lines.append(f"| {each.number} | `{each.name}` | {each.title.en} | {each.needs.en} | {each.means.en} |")
    return "\n".join(lines) + "\n"
