"""``epilwu audit web``, ``redo`` and ``case``: the app, the audit made again, a case's state in a few lines."""

from __future__ import annotations

import json
import secrets
from contextlib import closing
from pathlib import Path

import click

from epilwu.audit.case.redo import redo
from epilwu.audit.case.state import Case
from epilwu.audit.case.store import read_case
from epilwu.audit.case.summary import summary
from epilwu.audit.case.words import KINDS
from epilwu.audit.verify import Workers, available_cores
from epilwu.audit.words import STATUS, plain
from epilwu.protocol.verify_report import Status

DEFAULT_PORT = 8019
EXIT_NOT_PASSED = 1
_FOLDER = click.Path(file_okay=False, path_type=Path)
_COLOUR = {Status.PASSED: "green", Status.FAILED: "red", Status.NOT_CHECKED: "yellow"}


@click.command("web")
@click.option("--case", "folder", type=_FOLDER, required=True, help="Folder kasus; dibuat bila belum ada.")
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=DEFAULT_PORT, show_default=True, help="Porta halaman."
)
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
def web_command(*, folder: Path, port: int, jobs: int | None) -> None:
    """Halaman pemandu audit di laptop ini, tanpa jaringan; boleh dimatikan kapan saja dan akan melanjutkan."""
    # Imported here: the other commands need no web server.
    from epilwu.audit.web.app import create_app  # noqa: PLC0415
    from epilwu.audit.web.config import WebConfig  # noqa: PLC0415
    from epilwu.web.serving import serve  # noqa: PLC0415

    config = WebConfig(port=port, secret=secrets.token_bytes(32), case=folder.resolve(), jobs=jobs or available_cores())
    serve(create_app(config), config)


@click.command("redo")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER")
@click.option("--head", metavar="SHA256", help="Sidik catatan terakhir, dari berita acara yang ditandatangani.")
@click.option("--no-verify", is_flag=True, help="Jangan periksa bukti kriptografi lagi (lama).")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
@click.option("--json", "as_json", is_flag=True, help="Keluaran untuk program lain.")
@click.pass_context
def redo_command(
    ctx: click.Context, *, folder: Path, head: str | None, no_verify: bool, jobs: int | None, as_json: bool
) -> None:
    """Hitung lagi seluruh audit dari folder ekspornya dan bandingkan setiap angka.

    Status akhir 0 hanya bila semua yang dihitung lagi sama; 1 bila ada yang berbeda atau tidak dapat dihitung lagi.
    Tanpa --head, “sidik catatan terakhir” tetap tidak diperiksa dan status akhirnya 1.
    """
    with closing(Workers(jobs or available_cores())) as workers:
        found = list(redo(folder, None if no_verify else workers, head=head))
    if as_json:
        click.echo(json.dumps([{"name": f.name, "status": f.status, "detail": f.detail} for f in found], indent=1))
    else:
        for finding in found:
            word = click.style(STATUS[finding.status].ljust(15), fg=_COLOUR[finding.status])
            click.echo(f"{word} {finding.label}: {plain(finding.detail)}")
    ctx.exit(0 if all(f.status is Status.PASSED for f in found) else EXIT_NOT_PASSED)


@click.command("case")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="FOLDER")
def case_command(*, folder: Path) -> None:
    """Isi catatan sebuah kasus, baris demi baris, dan sidik terakhirnya. Tidak mengubah apa pun."""
    case: Case = read_case(folder)
    for entry in case.entries:
        click.echo(f"{entry.seq + 1:>5}  {entry.at}  {KINDS[entry.event.kind]}: {plain(summary(entry.event))}")
    click.echo(f"Sidik catatan terakhir: {case.head}")
