"""``epilwu tally receive``, ``worker``, ``status``, ``held``, ``decide``: files come in, are checked, are judged."""

from __future__ import annotations

import getpass
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from epilwu.disk import read_bounded
from epilwu.errors import EpilwuError
from epilwu.media.container import MAX_BYTES
from epilwu.tally.database import open_database, require_head, sessions
from epilwu.tally.decisions import Decisions, open_questions, place_of
from epilwu.tally.intake import Checked, Intake, Receipt
from epilwu.tally.models import VERDICTS
from epilwu.tally.processes import hands
from epilwu.tally.status import BoothState, BoothStatus, queue, village_status
from epilwu.tally.worker import Worker, worker_name

_FILE = click.Path(path_type=Path, dir_okay=False)
_database = click.option(
    "--db", default="sqlite:///tally.db", show_default=True, envvar="EPILWU_DB", help="Alamat basis data (SQLAlchemy)."
)
_KINDS = {".epr": "station_report", ".epd": "desk_book"}
_VERDICTS = {"check-again": "periksa ulang", "refuse": "tolak", "replace": "pakai ini sebagai pengganti"}


@click.command("receive")
@_database
@click.argument("files", type=_FILE, nargs=-1, required=True)
def receive_command(db: str, files: tuple[Path, ...]) -> None:
    """Simpan laporan bilik (.epr) dan buku meja (.epd) untuk diperiksa oleh “worker”."""
    wrong = [path.name for path in files if path.suffix not in _KINDS]
    if wrong:
        raise click.UsageError(f"Hanya .epr dan .epd: {', '.join(wrong)}")
    intake = Intake(_open(db), getpass.getuser())
    for path in files:
        stored = intake.receive(read_bounded(path, MAX_BYTES), _KINDS[path.suffix], name=path.name, at=_now())
        state = "disimpan, menunggu diperiksa" if stored.new else f"sudah ada ({_STATES[stored.state]})"
        click.echo(f"{path.name}: {state}. Sidik {stored.sha256[:16]}")


_STATES = {
    "received": "menunggu diperiksa",
    "checking": "sedang diperiksa",
    "accepted": "diterima",
    "refused": "ditolak",
    "held": "ditahan, menunggu keputusan dua orang",
}


@click.command("worker")
@_database
@click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default=True)
@click.option("--dask", metavar="ALAMAT", help="Periksa di kluster Dask yang sudah ada, mis. tcp://10.0.0.5:8786.")
@click.option("--once", is_flag=True, help="Berhenti bila tidak ada lagi yang menunggu.")
@click.option("--lease", type=click.IntRange(1, 3600), default=60, show_default=True, help="Detik boleh diam.")
def worker_command(db: str, jobs: int, dask: str | None, once: bool, lease: int) -> None:
    """Periksa berkas yang menunggu. Boleh dijalankan beberapa; boleh dimatikan kapan saja."""
    factory, name = _open(db), worker_name()
    actor, silence = getpass.getuser(), timedelta(seconds=lease)
    worker = Worker(
        make_hands=lambda: hands(jobs, dask),
        make_intake=lambda executor: Intake(factory, actor, executor, worker=name, lease=silence),
        say=lambda checked: click.echo(said(checked)),
        trouble=lambda error: click.echo(f"Terganggu, diulang: {_trouble(error)}", err=True),
        progress=lambda _done, _total: None,
    )
    ended = worker.run(_until_told(), once=once)
    click.echo(f"{ended} berkas selesai diperiksa.")


def _trouble(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        return f"basis data tidak dapat dipakai ({error.orig})"
    return error.what if isinstance(error, EpilwuError) else f"proses pemeriksa hilang ({type(error).__name__})"


def _until_told() -> Event:
    """An event that SIGTERM or SIGINT sets: the file in hand is finished, no other is begun."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


@click.command("status")
@_database
@click.option("--village", required=True, metavar="KODE", help="Kode desa, misalnya 32.09.07.2007.")
def status_command(db: str, village: str) -> None:
    """Tampilkan sejauh mana laporan tiap bilik."""
    with _open(db)() as session:
        stations, waiting = village_status(session, village), queue(session)
    table = Table("TPS", "Bilik", "Buku meja", "Papan suara")
    for station in stations:
        booths = "\n".join(f"bilik {booth.number}: {_booth(booth)}" for booth in station.booths)
        board = "dibuka" if station.finished else "ditutup" if station.closed else "belum"
        table.add_row(f"{station.number:02d}", booths, "ada" if station.desk_book else "belum", board)
    Console().print(table)
    click.echo(
        f"Seluruh server: {waiting.waiting} menunggu, {waiting.checking} sedang diperiksa, "
        f"{waiting.held} ditahan, {waiting.refused} ditolak."
    )


def _booth(booth: BoothStatus) -> str:
    total = "?" if booth.total is None else booth.total
    words = {
        BoothState.WAITING: "menunggu laporan",
        BoothState.CHECKING: f"sedang diperiksa, {booth.checked} dari {total}",
        BoothState.ACCEPTED: f"diterima, {total} surat suara",
        BoothState.ALARM: f"ADA {booth.held} LAPORAN LAIN YANG DITAHAN",
    }
    return words[booth.state]


@click.command("held")
@_database
def held_command(db: str) -> None:
    """Tampilkan berkas yang ditahan, alasannya, dan usul keputusannya."""
    with _open(db)() as session:
        found = open_questions(session)
        for row, decision in found:
            click.echo(f"{row.sha256}  {row.name} {place_of(session, row)}\n    {row.reason}")
            if decision is not None:
                usul = f"{_VERDICTS[decision.verdict]} – {decision.reason}"
                click.echo(f"    Usul {decision.proposed_by}: {usul}. Perlu orang kedua.")
    if not found:
        click.echo("Tidak ada berkas yang ditahan.")


@click.command("decide")
@_database
@click.argument("sha256")
@click.option("--verdict", type=click.Choice(VERDICTS), required=True, help="Periksa ulang, tolak, atau ganti.")
@click.option("--by", required=True, metavar="NAMA", help="Siapa yang memutuskan (nama lengkap).")
@click.option("--reason", help="Alasan; hanya untuk usul orang pertama.")
@click.option("--confirm", is_flag=True, help="Setujui usul orang lain.")
def decide_command(*, db: str, sha256: str, verdict: str, by: str, reason: str | None, confirm: bool) -> None:
    """Usulkan keputusan tentang berkas yang ditahan, atau setujui usul orang lain."""
    decisions = Decisions(_open(db), getpass.getuser())
    if confirm:
        decisions.confirm(sha256, verdict, by=by, at=_now())
        click.echo(f"{_VERDICTS[verdict]}: dilaksanakan.")
        return
    if reason is None:
        raise click.UsageError("Usul perlu --reason.")
    decisions.propose(sha256, verdict, reason=reason, by=by, at=_now())
    click.echo(f"Usul dicatat: {_VERDICTS[verdict]}. Perlu persetujuan orang kedua (--confirm).")


COMMANDS = (receive_command, worker_command, status_command, held_command, decide_command)


def said(checked: Checked) -> str:
    """What became of a checked file, in a line."""
    if checked.receipt is not None:
        return accepted(checked.name, checked.receipt)
    return f"{'DITAHAN' if checked.held else 'DITOLAK'} {checked.refusal}"


def accepted(name: str, receipt: Receipt) -> str:
    """An accepted file, in a line."""
    place = f"TPS {receipt.station:02d}" + (f" bilik {receipt.booth}" if receipt.booth else " (buku meja)")
    count = f", {receipt.ballots} surat suara" if receipt.booth else ""
    return f"{name}: {place}{count} – {'diterima' if receipt.new else 'sudah ada, tidak ada yang berubah'}"


def _open(db: str) -> sessionmaker[Session]:
    engine = open_database(db)
    require_head(engine)
    return sessions(engine)


def _now() -> datetime:
    return datetime.now(UTC)
