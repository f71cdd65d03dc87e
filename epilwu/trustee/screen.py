"""Words and questions on a terminal, big and plain: what both guided programs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from epilwu.errors import EpilwuError
from epilwu.trustee.plan import Seat


class Stopped(Exception):
    """People chose to stop; everything done so far stays, and the same command goes on from there."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal. ``sticks`` are the folders of the holders' sticks by seat, where they are known beforehand."""

    console: Console
    sticks: Sequence[Path] = field(default=())

    def step(self, title: str, words: str = "") -> None:
        """A new step: its title in a frame, and what to do."""
        self.console.print()
        self.console.print(Panel(Text(title, style="bold"), expand=False, padding=(1, 4)))
        if words:
            self.say(words)

    def say(self, words: str, style: str = "") -> None:
        """A sentence. Taken as text: nothing in it steers the terminal."""
        self.console.print(Text(_plain(words), style=style))

    def trouble(self, error: EpilwuError) -> None:
        """A refusal: to what, what, and what to do."""
        self.say("")
        self.say(f"BERHENTI DULU. {error.what}", "bold red")
        if error.todo:
            self.say(error.todo, "bold")
        if error.where:
            self.say(f"({error.where})")

    def fingerprint(self, what: str, digits: str) -> None:
        """Digits to be read aloud, two groups at a time on lines of their own."""
        self.say(f"{what} – bacakan keras-keras:")
        groups = digits.split()
        lines = ["   ".join(groups[start : start + 4]) for start in range(0, len(groups), 4)]
        self.console.print(Panel(Text("\n\n".join(lines), style="bold"), expand=False, padding=(1, 6)))

    def roll(self, acted: Sequence[Seat], waiting: Sequence[Seat]) -> None:
        """Who has acted and who has not."""
        for seat in sorted((*acted, *waiting), key=lambda one: one.index):
            done = seat in acted
            self.say(f"  {'✓ sudah' if done else '… belum'}  {seat.index}. {seat.title}", "" if done else "bold")

    def agree(self, question: str) -> bool:
        """A question to be answered with y (ya) or t (tidak); nothing is preselected."""
        answer = click.prompt(f"{question} [y/t]", type=click.Choice(["y", "t"]), show_choices=False)
        return bool(answer == "y")

    def choose(self, question: str, choices: dict[str, str]) -> str:
        """One of ``choices`` (a letter and what it means)."""
        for letter, meaning in choices.items():
            self.say(f"  {letter} = {meaning}")
        answer = click.prompt(question, type=click.Choice(list(choices)), show_choices=False)
        return str(answer)

    def stick_of(self, seat: Seat) -> Path:
        """Ask for the stick of ``seat`` and give its folder."""
        if seat.index <= len(self.sticks):
            folder = self.sticks[seat.index - 1]
            click.prompt(
                f"Masukkan diska {seat.title} ({folder}), lalu tekan Enter",
                default="",
                show_default=False,
                prompt_suffix=" ",
            )
            return folder
        return Path(click.prompt(f"Masukkan diska {seat.title}, lalu ketik foldernya", type=click.Path(path_type=Path)))

    def passphrase(self, seat: Seat, *, new: bool = False) -> str:
        """The opening code, typed unseen; twice where it is new."""
        if new:
            self.say("Pilih kode pembuka: beberapa kata, paling sedikit 12 huruf. Hanya Anda yang boleh tahu.")
            typed = click.prompt(
                f"Kode pembuka baru {seat.title}",
                hide_input=True,
                confirmation_prompt="Ketik sekali lagi",
            )
        else:
            typed = click.prompt(f"Kode pembuka {seat.title}", hide_input=True)
        return str(typed)


def _plain(text: str) -> str:
    """Text from files, without what would steer a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)
