"""What the demonstration shows on the terminal: its steps, their progress, and the table at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from epilwu.audit.village import VillageAudit
from epilwu.election.outcome import Outcome
from epilwu.indonesian import figure, percent, signed_figure


class Bar:
    """One step's progress: ``step(n)`` moves it, ``say`` names what is being done."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def step(self, count: int = 1) -> None:
        """``count`` more are done."""
        self._progress.advance(self._task, count)

    def say(self, what: str) -> None:
        """Name what was just done, and count it."""
        self._progress.update(self._task, doing=what)
        self.step()


class Stage:
    """The terminal. Steps are numbered as the day goes; each ends with what it took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[Bar]:
        """A numbered step of ``total`` parts with its bar; a line with its seconds where it has ended well."""
        self._number += 1
        began = time.monotonic()
        bar = (TextColumn("  "), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
        columns = (*bar, TextColumn("{task.fields[doing]}"))
        self._console.print(f"[bold]{self._number}. {title}[/bold]")
        with Progress(*columns, console=self._console, transient=True) as progress:
            yield Bar(progress, progress.add_task("", total=total, doing=""))
        self._console.print(f"   selesai dalam {time.monotonic() - began:.1f} detik".replace(".", ","))

    def note(self, text: str) -> None:
        """A line of its own."""
        self._console.print(text, highlight=False)

    def result(self, names: tuple[str, ...], outcome: Outcome, audit: VillageAudit) -> None:
        """The village's table: count beside paper, the margin, the audit's four answers."""
        counts = outcome.counts
        slips = _slips_by_choice(audit)
        table = Table(title="Hasil", show_footer=True)
        for header, footer in (
            ("No", ""),
            ("Calon", "Suara sah"),
            ("Suara", figure(counts.valid)),
            ("Bagian", "100 %"),
        ):
            table.add_column(header, footer, justify="left" if header == "Calon" else "right")
        table.add_column("Struk di kotak", figure(sum(slips.values()) - slips.get(0, 0)), justify="right")
        table.add_column("Selisih", "", justify="right")
        for number, (name, votes) in enumerate(zip(names, counts.candidates, strict=True), 1):
            mark = " ◀" if number == outcome.winner else ""
            paper = slips.get(number, 0)
            row = (str(number), name + mark, figure(votes), percent(votes, counts.valid), figure(paper))
            table.add_row(*row, signed_figure(paper - votes))
        table.add_section()
        blank = slips.get(0, 0)
        table.add_row("", "Kosong", figure(counts.blank), "", figure(blank), signed_figure(blank - counts.blank))
        self._console.print(table)
        margin = percent(outcome.margin, counts.valid)
        disputed = "di bawah ambang sengketa" if outcome.disputed else "di atas ambang sengketa"
        self.note(f"Selisih suara: {figure(outcome.margin)} ({margin} suara sah, {disputed})")
        for finding in audit.findings:
            self.note(f"  {_MARKS[str(finding.status)]} {finding.label}: {finding.detail}")

    def paths(self, lines: list[tuple[str, Path]]) -> None:
        """What to look at."""
        self.note("\nUntuk dilihat:")
        for label, path in lines:
            self._console.print(f"  {label:<34} {path}", highlight=False, soft_wrap=True)


_MARKS = {"passed": "✓ lulus", "failed": "✗ GAGAL", "not checked": "? tidak diperiksa"}


def _slips_by_choice(audit: VillageAudit) -> dict[int, int]:
    slips: dict[int, int] = {}
    for station in audit.stations:
        for row in station.reconciliation.choices if station.reconciliation else ():
            slips[row.choice] = slips.get(row.choice, 0) + row.slips
    return slips
