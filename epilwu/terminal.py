"""Asking for secrets at a terminal.

A secret is never an option: an option's value stands in the process list and in the shell's history. It is typed at a
prompt that shows nothing, or piped in on standard input, a line each.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import click

_R = TypeVar("_R")


def ask_secret(prompt: str) -> str:
    """A secret typed at ``prompt``, which shows nothing of it."""
    return str(click.prompt(prompt, hide_input=True))


def asks_secret(name: str, prompt: str, *, twice: bool = False) -> Callable[[Callable[..., _R]], Callable[..., _R]]:
    """Give a command the argument ``name``, asked for with ``prompt`` before it runs; ``twice`` for a new secret."""

    def decorate(command: Callable[..., _R]) -> Callable[..., _R]:
        @functools.wraps(command)
        def asking(*args: object, **kwargs: object) -> _R:
            kwargs[name] = click.prompt(prompt, hide_input=True, confirmation_prompt=twice and "Ketik sekali lagi")
            return command(*args, **kwargs)

        return asking

    return decorate
