"""Secrets are typed, never given as options."""

from __future__ import annotations

import click
from click.testing import CliRunner

from epilwu.cli import ROOMS, main
from epilwu.terminal import asks_secret

SECRET_WORDS = ("pass", "code", "pin", "secret", "sandi", "kode")


@click.command()
@click.option("--name")
@asks_secret("passphrase", "Kode", twice=True)
def told(name: str, passphrase: str) -> None:
    """Say the lengths of what was given."""
    click.echo(f"{name} {len(passphrase)}")


def test_secret_is_asked_for_and_not_shown() -> None:
    done = CliRunner().invoke(told, ["--name", "x"], input="rahasia\nrahasia\n")
    assert done.output.endswith("x 7\n")
    assert "rahasia" not in done.output


def test_new_secret_that_differs_is_asked_again() -> None:
    done = CliRunner().invoke(told, ["--name", "x"], input="rahasia\nrahsia\nlain\nlain\n")
    assert done.output.endswith("x 4\n")


def test_no_command_takes_a_secret_as_an_option() -> None:
    """The value of an option stands in the process list."""
    found = [
        f"{path} {parameter.name}"
        for path, command in _commands(main, "epilwu")
        for parameter in command.params
        if parameter.name and any(word in parameter.name for word in SECRET_WORDS) and not _is_file(parameter)
    ]
    assert found == []
    assert {path.split()[1] for path, _ in _commands(main, "epilwu") if " " in path} == set(ROOMS)


def _is_file(parameter: click.Parameter) -> bool:
    return isinstance(parameter.type, click.Path)


def _commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            found += _commands(child, f"{path} {name}")
    return found
