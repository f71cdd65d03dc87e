"""``epilwu booth``: open or go on, serve the kiosk, close, and a look at the state. Sentences in Indonesian."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import click
from waitress.server import create_server

from epilwu.booth import closing, language_commands, printer_options, takeover
from epilwu.booth.booth import Booth
from epilwu.booth.devices import standins
from epilwu.booth.devices.printer import Completion, EscPosPrinter, PrinterSettings
from epilwu.booth.devices.wedge import scanner_named
from epilwu.booth.harden import keep_memory_off_disk
from epilwu.booth.kiosk import Kiosk
from epilwu.booth.local import HOST
from epilwu.booth.machine import UNNAMED, machine_number, name_machine
from epilwu.booth.officers import unlock
from epilwu.booth.opening import Hall, begin, open_ledger, read_package, start_booth
from epilwu.booth.opening_desk import Sources
from epilwu.booth.setup import BoothSetup, Settings
from epilwu.booth.standin.run import standin_command
from epilwu.booth.tries import Tries
from epilwu.media.booth_package import BoothPackage
from epilwu.receipt.escpos import PaperEnd, PaperWidth
from epilwu.terminal import ask_secret
from epilwu.trust.certificates import WESTERN_TIME

DEFAULT_PORT = 8017
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What every command is told: package and root; both media; the machine; the printer and its paper."""

    package_file: Path
    root_file: Path
    folder: Path
    second: Path
    printer_port: str
    paper: str
    tear_off: bool
    completion: str
    printer_speed: str
    printer_clears: bool
    paper_left: int
    tracker: bool
    voice: bool
    same_device: bool
    new_second: bool
    machine_file: Path | None
    languages: tuple[str, ...]
    unchecked_languages: bool


_OPTIONS = (
    click.option("--package", "package_file", type=_FILE, required=True, help="Berkas paket bilik."),
    click.option("--root", "root_file", type=_FILE, required=True, help="Sertifikat akar kabupaten (root.pem)."),
    click.option("--folder", type=_FOLDER, required=True, help="Folder di media pertama."),
    click.option("--second", type=_FOLDER, required=True, help="Folder di media kedua."),
    click.option("--printer", "printer_port", required=True, help="Perangkat serial printer, mis. /dev/printer."),
    click.option("--paper", type=click.Choice(["58", "80"]), default="58", show_default=True, help="Lebar kertas, mm."),
    click.option("--tear-off", is_flag=True, help="Kertas disobek; printer tidak punya pemotong."),
    click.option(
        "--completion",
        type=click.Choice([kind.value for kind in Completion]),
        default=Completion.STATUS.value,
        show_default=True,
        help="Cara printer memberi tahu bahwa kertas sudah tercetak.",
    ),
    *printer_options.OPTIONS,
    click.option("--tracker/--no-tracker", default=False, help="Cetak bukti memilih untuk dibawa pulang."),
    click.option(
        "--voice/--no-voice",
        default=True,
        show_default=True,
        help="Panduan suara; matikan bila suaranya dapat terdengar orang lain (tanpa penyuara telinga).",
    ),
    click.option("--same-device", is_flag=True, help="Kedua media boleh di satu perangkat (hanya untuk gladi)."),
    click.option(
        "--device-id",
        "machine_file",
        type=_FILE,
        help="Berkas nomor perangkat, dibuat sekali dengan “epilwu booth device”.",
    ),
    click.option("--new-second", is_flag=True, help="Media kedua yang rusak diganti dengan yang kosong."),
    *language_commands.OPTIONS,
)


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` the shared options, gathered as its first argument."""
    names = [option.name for option in fields(_Given)]

    @functools.wraps(command)
    def run(**options: object) -> None:
        shared = {name: options.pop(name) for name in names}
        command(_Given(**shared), **options)  # type: ignore[arg-type]

    gathered: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


@click.group("booth")
def group() -> None:
    """Bilik suara: membuka, melayani pemilih, menutup."""


group.add_command(language_commands.languages_command)


@group.command("device")
@click.argument("path", type=_FILE)
def device_command(path: Path) -> None:
    """Memberi perangkat ini nomornya, sekali saja, saat pemasangan."""
    click.echo(f"Nomor perangkat: {name_machine(path)}")


@group.command("open")
@_told
def open_command(given: _Given) -> None:
    """Membuka bilik: memeriksa paket, mencetak laporan nol. Sesudah itu jalankan serve."""
    setup, hall = _prepare(given)
    with _printer_closed(hall):
        ledger = start_booth(setup, hall, only_opening=True).ledger
        head = ledger.head
        ledger.store.close()
    click.echo(f"{_where(setup)} terbuka. Kepala jurnal: {head}")


@group.command("serve")
@_told
@click.option(
    "--scanner",
    "scanner_name",
    required=True,
    help="Perangkat serial pemindai, mis. /dev/pemindai; “wedge” atau “wedge:/dev/input/…” bila ia mengetik.",
)
@click.option("--port", type=click.IntRange(1024, 65535), default=DEFAULT_PORT, show_default=True, help="Porta layar.")
@click.option(
    "--medium", type=_FOLDER, help="Folder media untuk laporan bilik; tanpa ini bilik ditutup dengan perintah."
)
def serve_command(given: _Given, scanner_name: str, port: int, medium: Path | None) -> None:
    """Menjalankan layar bilik: dua PIN, uji alat dan laporan nol, lalu melayani pemilih, sampai ditutup."""
    if not keep_memory_off_disk():
        click.echo("Peringatan: memori tidak dapat dikunci; matikan swap pada perangkat ini.", err=True)
    hall = _hall(given)
    scanner = scanner_named(scanner_name)
    if told := standins.warning((("printer", hall.printer.stands_in), ("pemindai", scanner.stands_in))):
        click.secho(told, err=True, bold=True, reverse=True)
    kiosk = Kiosk(hall, scanner, Sources(given.package_file, given.root_file), port=port, medium=medium)
    click.echo(f"Layar bilik di http://{HOST}:{port}/ (Ctrl+C untuk berhenti).")
    try:
        _serve(kiosk, port)
    finally:
        kiosk.stop()
        scanner.close()
        hall.printer.close()


@group.command("takeover")
@_told
def takeover_command(given: _Given) -> None:
    """Mengambil alih bilik yang mati: --folder kosong di perangkat ini, --second media kedua bilik itu."""
    setup, hall = _prepare(given)
    with _printer_closed(hall):
        found = takeover.examine(setup, hall)
        click.echo(f"{_where(setup)}: {found.ballots} suara tercatat, dari perangkat {found.old_device}.")
        click.confirm("Cocok dengan banyaknya pemilih yang sudah keluar, dan ambil alih?", abort=True)
        takeover.take_over(setup, hall, found)
        if found.closed:
            click.echo("Bilik itu sudah ditutup. Buat laporannya dengan perintah close.")
            return
        begun = begin(setup, hall)
        assert isinstance(begun, Booth)
        begun.ledger.store.close()
    click.echo(f"Perangkat {hall.device} melanjutkan bilik ini.")
    click.echo(f"Perangkat {found.old_device} tidak boleh dinyalakan lagi: matikan dan segel bersama medianya.")


@group.command("close")
@_told
@click.option("--medium", type=_FOLDER, required=True, help="Folder media untuk laporan bilik.")
@click.option("--copies", type=click.IntRange(1, 20), default=1, show_default=True, help="Banyaknya cetak penutupan.")
@click.option("--early", is_flag=True, help="Menutup sebelum jamnya, dengan keputusan dua petugas.")
def close_command(given: _Given, medium: Path, copies: int, early: bool) -> None:
    """Menutup bilik untuk selamanya, mencetak laporan, menulis laporan bilik ke media. Boleh diulang bila gagal."""
    setup, hall = _prepare(given)
    with _printer_closed(hall):
        ledger = open_ledger(setup, hall)
        try:
            path = closing.close(setup, ledger, hall, medium, copies=copies, early=early)
            counts = ledger.store.counts()
        finally:
            ledger.store.close()
    click.echo(f"{_where(setup)} ditutup: {counts.ballots} suara, {counts.slips_void} struk batal.")
    click.echo(f"Selesai. Laporan sudah ditulis dan lolos pemeriksaan: {path}")


@group.command("status")
@_told
def status_command(given: _Given) -> None:
    """Menunjukkan isi bilik yang sedang tidak dijalankan, dan memeriksa kedua medianya."""
    setup, hall = _prepare(given)
    with _printer_closed(hall):
        ledger = open_ledger(setup, hall)
        counts, closed = ledger.store.counts(), ledger.store.closed
        head, last_vote = ledger.head, ledger.store.last_vote
        ledger.store.close()
        printer = hall.printer.status()
    state = "sudah ditutup" if closed else "terbuka" if counts.journal else "belum dibuka"
    click.echo(f"{_where(setup)}: {state}")
    rows = (
        ("Surat suara", counts.ballots),
        ("Struk tercatat", counts.slips_cast),
        ("Struk batal", counts.slips_void),
        ("Struk tertunda", counts.slips_pending),
        ("Entri jurnal", counts.journal),
        ("Kepala jurnal", head),
        ("Suara terakhir", last_vote.value),
        ("Printer", printer.value),
        ("Kedua media", "sama"),
    )
    for name, value in rows:
        click.echo(f"  {name:<16}{value}")


def _prepare(given: _Given) -> tuple[BoothSetup, Hall]:
    """The hall, and the setup that two officers' PINs unlock at the prompt."""
    package = read_package(given.package_file, given.root_file, at=_now())
    hall = _hall(given)
    return unlock(package, _ask_two(package), Tries(given.folder), where=str(given.package_file)), hall


def _hall(given: _Given) -> Hall:
    end = PaperEnd.TEAR_OFF if given.tear_off else PaperEnd.CUT
    device = UNNAMED if given.machine_file is None else machine_number(given.machine_file)
    printer = EscPosPrinter(
        PrinterSettings(
            port=given.printer_port,
            baudrate=int(given.printer_speed),
            paper_end=end,
            completion=Completion(given.completion),
            answers_clear=given.printer_clears,
        )
    )
    settings = Settings(
        paper=PaperWidth.MM58 if given.paper == "58" else PaperWidth.MM80,
        paper_end=end,
        paper_reserve=printer_options.reserve_dots(given.paper_left),
        tracker_slips=given.tracker,
        spoken=given.voice,
        languages=given.languages,
        unchecked_languages=given.unchecked_languages,
    )
    return Hall(
        folder=given.folder, second=given.second, printer=printer, clock=_now, settings=settings,
        same_device=given.same_device, new_second=given.new_second, device=device,
    )  # fmt: skip


def _ask_two(package: BoothPackage) -> dict[int, str]:
    """Two officers, each chosen by number, and their PINs, typed unseen."""
    officers = {officer.number: officer for officer in package.parsed_officers()}
    for officer in officers.values():
        click.echo(f"  {officer.number}. {officer.title}", err=True)
    typed = {}
    for which in ("pertama", "kedua"):
        number = click.prompt(f"Nomor petugas {which}", type=click.IntRange(1, len(officers)))
        typed[number] = ask_secret(f"PIN {officers[number].title}")
    return typed


def _now() -> datetime:
    return datetime.now(WESTERN_TIME)


def _where(setup: BoothSetup) -> str:
    return f"TPS {setup.package.station:02d} · Bilik {setup.package.booth}"


@contextmanager
def _printer_closed(hall: Hall) -> Iterator[None]:
    try:
        yield
    finally:
        hall.printer.close()


def _serve(kiosk: Kiosk, port: int) -> None:
    """Serve until the process is told to stop (Ctrl+C, or SIGTERM from the service manager)."""
    server = create_server(kiosk, host=HOST, port=port, threads=4, ident="", clear_untrusted_proxy_headers=True)

    def stop(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    kiosk.keep_alive()
    server.run()


group.add_command(standin_command)
