"""Serving the page to this machine alone, until the process is told to stop."""

from __future__ import annotations

import signal
import socket

import click
from waitress.server import create_server

from epilwu.trustee.web.app import create_app
from epilwu.trustee.web.config import HOST, WebConfig


def serve(config: WebConfig) -> None:
    """Serve ``config`` until Ctrl+C or SIGTERM, saying the address of entry on standard output."""
    app = create_app(config)
    try:
        listener = socket.create_server((HOST, config.port))
    except OSError as error:
        raise click.ClickException(f"Porta {config.port} sedang dipakai. Pilih yang lain dengan --port.") from error
    server = create_server(app, sockets=[listener], threads=4, ident="", clear_untrusted_proxy_headers=True)

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    click.echo("Buka alamat ini di peramban laptop ini, sebaiknya di jendela samaran (Ctrl+C untuk berhenti):")
    click.echo(f"  {config.entry()}")
    server.run()
