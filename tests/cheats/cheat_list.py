"""All cheats together, and the table of them in the threat model."""

from __future__ import annotations

from pathlib import Path

import forge_authority
import forge_day
import forge_tally
from cheats import CHEATS, Cheat

from epilwu.audit.verifying.table import KINDS

LISTS = (forge_tally, forge_day, forge_authority)  # importing them fills CHEATS
PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"
START = "<!-- cheats: written by tools/cheats_doc.py -->"
END = "<!-- end of cheats -->"
_IN_ENGLISH = {
    "struk ganda": "duplicate",
    "struk asing": "foreign",
    "struk tidak terbaca": "unreadable",
    "struk hilang dari bilik": "missing",
    "calon": "paper ≠ count",
    "token": "books differ",
    "struk tercatat": "books differ",
}


def table() -> str:
    """A row for each cheat: who, what everyone sees, what auditors see in addition, what the boxes show."""
    noticed = [case for case in CHEATS if case.noticed]
    unseen = [case for case in CHEATS if not case.noticed]
    lines = [START, "", "| cheat | who could | everyone, from the public folder | auditors, in addition | the boxes |"]
    lines += ["|---|---|---|---|---|", *map(_row, noticed), ""]
    lines += ["**What neither files nor boxes show**, and what stands against it:", ""]
    lines += [f"- *{case.title[0].upper()}{case.title[1:]}* ({case.who}). Against it: {case.else_}." for case in unseen]
    return "\n".join([*lines, "", END])


def page_with_table() -> str:
    """The threat model with the table as it must be."""
    before, rest = PAGE.read_text("utf-8").split(START, 1)
    return before + table() + rest.split(END, 1)[1]


def _row(case: Cheat) -> str:
    public = _both(_checks(case.public), _checks(case.open_to_all, "open"))
    auditors = _both(_checks(case.auditors), _checks(case.open_ - case.open_to_all, "open"))
    cells = (case.title, case.who, public, auditors, _paper(case))
    return f"| {' | '.join(cell or '–' for cell in cells)} |"


def _both(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _checks(names: frozenset[str], word: str = "") -> str:
    numbered = sorted((KINDS[name].number, name) for name in names)
    return ", ".join(f"{f'{word} ' if word else ''}{number} {name}" for number, name in numbered)


def _paper(case: Cheat) -> str:
    seen = {english for line in case.paper for word, english in _IN_ENGLISH.items() if f": {word}" in line}
    return ", ".join(sorted(seen))
