"""Serving a page to this machine alone, until the process is told to stop."""

from __future__ import annotations

import signal
import socket

import click
from flask import Flask
from waitress.server import create_server

from epilwu.web.laptop import HOST, OwnLaptop


def serve(app: Flask, laptop: OwnLaptop) -> None:
    """Serve ``app`` until Ctrl+C or SIGTERM, saying the address of entry on standard output."""
    try:
        listener = socket.create_server((HOST, laptop.port))
    except OSError as error:
        raise click.ClickException(f"Porta {laptop.port} sedang dipakai. Pilih yang lain dengan --port.") from error
    server = create_server(app, sockets=[listener], threads=4, ident="", clear_untrusted_proxy_headers=True)

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    click.echo("Buka alamat ini di peramban laptop ini, sebaiknya di jendela samaran (Ctrl+C untuk berhenti):")
    click.echo(f"  {laptop.entry()}")
    server.run()
