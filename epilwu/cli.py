"""The program ``epilwu``: assembles the rooms' commands and turns refusals into sentences and exit codes.

Exit codes: 0 done; 1 refused (an ``EpilwuError``, or a check that did not pass); 2 wrong use of the command line, or a
file that is not what the command works on; 3 a fault of the program itself. It holds no logic of its own.
"""

from __future__ import annotations

import errno
from importlib import import_module
from importlib.util import find_spec

import click

from epilwu.errors import EpilwuError

ROOMS = ("tally", "trustee", "desk", "booth", "audit", "demo")
EXIT_REFUSED = 1
EXIT_FAULT = 3


class Rooms(click.Group):
    """The rooms' groups, each imported only when it is asked for: a booth needs nothing of the tally's."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The rooms that are installed."""
        return [room for room in ROOMS if find_spec(f"epilwu.{room}.commands") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command group of one room."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"epilwu.{cmd_name}.commands").group
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; say refusals in words, and hide the program's insides unless ``--debug`` asks for them."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except EpilwuError as error:
            if ctx.params["debug"]:
                raise
            click.echo(str(error), err=True)
            ctx.exit(EXIT_REFUSED)
        except Exception as error:
            if ctx.params["debug"] or (isinstance(error, OSError) and error.errno == errno.EPIPE):
                raise
            click.echo(
                "Terjadi kesalahan di dalam program. Ulangi dengan epilwu --debug … dan sampaikan keluarannya"
                " kepada pengembang.",
                err=True,
            )
            ctx.exit(EXIT_FAULT)


@click.group("epilwu", cls=Rooms)
@click.option("--debug", is_flag=True, help="Tampilkan rincian kesalahan untuk pengembang.")
@click.version_option(package_name="epilwu")
def main(debug: bool) -> None:
    """Pemilihan kuwu yang dapat diperiksa siapa saja."""


if __name__ == "__main__":
    main()
