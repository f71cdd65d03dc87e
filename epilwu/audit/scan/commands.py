"""``epilwu audit scan``: a box's papers into a session that a power cut does not harm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click

from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.scan import box, table
from epilwu.audit.scan.events import PaperSetAside, Source
from epilwu.audit.scan.pictures import ScannedPicture, one_each, pictures_in
from epilwu.audit.scan.session import BUNDLE_SIZE, Opening, ScanSession
from epilwu.audit.scan.signals import SIGNALS
from epilwu.audit.scan.sources import PictureFiles, SerialLine
from epilwu.audit.scan.state import Paper
from epilwu.audit.scan.summary import LIST, SUMMARY, Summary, list_json, summary_json
from epilwu.audit.scan.typed import Reading
from epilwu.audit.slips import SlipClass
from epilwu.audit.verify import Workers, available_cores
from epilwu.audit.words import TEXT_ANSWER, plain
from epilwu.disk import write_private

_F = TypeVar("_F", bound=Callable[..., object])
_Folder = click.Path(path_type=Path)
ENTRIES = "pemindaian.jsonl"


@click.group("scan")
def scan_group() -> None:
    """Memindai isi satu kotak audit, tahan mati listrik. Memindai QR adalah pencocokan, bukan audit."""


def _folder(command: _F) -> _F:
    return click.argument("folder", type=_Folder)(command)


@scan_group.command("start")
@_folder
@click.option("--public", type=_Folder, required=True, help="Folder yang diterbitkan untuk umum.")
@click.option("--auditors", type=_Folder, required=True, help="Folder untuk auditor.")
@click.option("--root", type=_Folder, help="Sertifikat akar yang Anda terima dari kabupaten.")
@click.option("--station", type=click.IntRange(1, 999), required=True, help="Nomor TPS.")
@click.option("--box", "label", required=True, help="Kotak yang dibuka, misalnya nomor segelnya.")
@click.option("--order", required=True, help="Nomor perintah pembukaan kotak.")
@click.option("--person", "people", multiple=True, required=True, help="Nama petugas pemindai; boleh berulang.")
@click.option("--bundle-size", type=click.IntRange(1, 1000), default=BUNDLE_SIZE, show_default=True)
def start_command(
    *,
    folder: Path,
    public: Path,
    auditors: Path,
    root: Path | None,
    station: int,
    label: str,
    order: str,
    people: tuple[str, ...],
    bundle_size: int,
) -> None:
    """Mulai sesi pemindaian kotak satu TPS di FOLDER."""
    places = box.Places(public, auditors, root, station)
    definition, register = box.load_register(places)
    opening = Opening(definition=definition, box=label, order=order, people=people, bundle_size=bundle_size)
    with closing(ScanSession.create(folder, register, opening)):
        box.remember(folder, places)
    click.echo(f"Sesi pemindaian TPS {station:02d} dimulai di {folder}. {TEXT_ANSWER}")


@scan_group.command("add")
@_folder
@click.argument("paths", type=_Folder, nargs=-1)
@click.option("--laid-out", is_flag=True, help="Satu halaman atau foto memuat banyak struk.")
@click.option("--serial", "port", help="Pemindai pada jalur serial, misalnya /dev/ttyACM0.")
@click.option("--keyboard", is_flag=True, help="Pemindai yang mengetik seperti papan ketik.")
@click.option("--one-bundle", is_flag=True, help="Jangan tutup bundel sendiri bila sudah penuh.")
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Jumlah proses (bawaan: semua inti).")
def add_command(
    *,
    folder: Path,
    paths: tuple[Path, ...],
    laid_out: bool,
    port: str | None,
    keyboard: bool,
    one_bundle: bool,
    jobs: int | None,
) -> None:
    """Masukkan kertas: foto, folder foto, PDF atau TIFF (PATHS), atau pemindai (--serial, --keyboard).

    Gambar yang sudah masuk tidak dihitung dua kali, jadi perintah yang terputus boleh diulang.
    """
    if sum((bool(paths), port is not None, keyboard)) != 1:
        raise click.UsageError("Pilih satu: PATHS, --serial atau --keyboard.")
    with box.opened(folder) as session:
        if paths:
            with closing(Workers(jobs or available_cores())) as workers:
                source = PictureFiles(_files(paths), workers, laid_out=laid_out)
                _add_pictures(session, source, fill_bundles=not one_bundle)
        else:
            _sit_at_table(session, port)
        _show(session.summary())


@scan_group.command("bundle")
@_folder
@click.option("--number", type=click.IntRange(1), help="Nomor bundel (bawaan: yang sedang dipindai, lalu ditutup).")
@click.option("--papers", type=click.IntRange(0), help="Jumlah kertas menurut hitungan tangan.")
@click.option("--person", "people", multiple=True, required=True, help="Nama; dua orang untuk --reopen.")
@click.option("--reopen", is_flag=True, help="Pindai ulang bundel ini: kertasnya dikesampingkan, catatannya tetap.")
@click.option("--reason", default="", help="Alasan memindai ulang.")
def bundle_command(
    *, folder: Path, number: int | None, papers: int | None, people: tuple[str, ...], reopen: bool, reason: str
) -> None:
    """Tutup bundel dengan hitungan tangannya, hitung lagi, atau pindai ulang (--reopen)."""
    if reopen == (papers is not None) or (reopen and number is None):
        raise click.UsageError("Beri --papers, atau --reopen dengan --number dan --reason.")
    with box.opened(folder) as session:
        person = ", ".join(people)
        if reopen:
            found = session.reopen_bundle(number or 0, people, reason)
        elif number is None:
            found = session.close_bundle(papers, person)
        else:
            found = session.count_bundle(number, papers or 0, person)
        click.echo(table.bundle_line(found))


@scan_group.command("undo")
@_folder
@click.argument("paper", type=click.IntRange(1))
@click.option("--person", "people", multiple=True, required=True, help="Nama; harus dua orang.")
@click.option("--reason", required=True, help="Alasan koreksi.")
def undo_command(*, folder: Path, paper: int, people: tuple[str, ...], reason: str) -> None:
    """Kesampingkan kertas nomor PAPER: koreksi oleh dua orang, tercatat, tidak dihapus."""
    with box.opened(folder) as session:
        session.correct(paper, people, reason)
        click.echo(f"Kertas {paper} dikesampingkan; catatannya tetap ada.")


@scan_group.command("type")
@_folder
@click.option("--reader", required=True, help="Nama Anda.")
@click.option("--paper", type=click.IntRange(1), help="Satu kertas saja (bawaan: semua yang belum Anda baca).")
def type_command(*, folder: Path, reader: str, paper: int | None) -> None:
    """Ketik isi struk yang tidak terbaca program. Dua orang mengetik tanpa melihat ketikan satu sama lain.

    Isinya hanya ditanyakan, bukan pilihan perintah: riwayat perintah akan menunjukkannya kepada pembaca kedua.
    """
    with box.opened(folder) as session:
        numbers = [paper] if paper is not None else [each.number for each in session.papers_to_type(reader)]
        for number in numbers:
            seen = session.paper(number)
            click.echo(f"Kertas {number}, bundel {seen.seen.bundle} {plain(seen.seen.picture)}".rstrip())
            chosen = click.prompt("Nomor calon (0 kosong, - tidak terbaca)")
            typed = click.prompt("Kode (- tidak terbaca)")
            found = session.type_in(number, reader, _choice(chosen), None if typed == "-" else typed)
            click.clear()  # the next reader must not see it
            click.echo(_READINGS[found.reading])
        if not numbers:
            click.echo("Tidak ada kertas yang menunggu Anda.")


@scan_group.command("status")
@_folder
@click.option("--json", "as_json", is_flag=True, help="Keluaran untuk program lain.")
def status_command(*, folder: Path, as_json: bool) -> None:
    """Keadaan sesi: kertas per golongan, bundel, kertas yang menunggu diketik, koreksi."""
    with box.opened(folder) as session:
        if as_json:
            click.echo(summary_json(session.summary()))
            return
        _show(session.summary())
        for paper in session.papers():
            if paper.set_aside is None and paper.reading is Reading.DIFFERENT:
                _show_entries(paper)


@scan_group.command("export")
@_folder
@click.argument("target", type=_Folder)
def export_command(*, folder: Path, target: Path) -> None:
    """Tulis catatan lengkap, ringkasan dan daftar kertas ke TARGET. Hanya untuk auditor: memuat tanda struk."""
    with box.opened(folder) as session:
        files = {
            ENTRIES: b"".join(entry + b"\n" for entry in session.entries()),
            SUMMARY: summary_json(session.summary()),
            LIST: list_json(session.state),
        }
    for name, data in files.items():
        write_private(target / name, data)
        click.echo(f"Ditulis: {target / name}", err=True)


_READINGS = {
    Reading.NONE: "Belum diketik.",
    Reading.ONE: "Tercatat. Kertas ini menunggu pembaca kedua.",
    Reading.DIFFERENT: "Tercatat. Ketikan pembaca berbeda: orang lain lagi harus membaca kertas ini.",
    Reading.AGREED: "Tercatat. Dua pembaca sama.",
}


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """Files, and the files in folders. Raises ``BoxUnreadable``."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += pictures_in(path)
        elif path.is_file():
            found.append(path)
        else:
            raise BoxUnreadable("Berkas ini tidak ada.", where=str(path), todo="Periksa namanya.")
    return found


def _add_pictures(session: ScanSession, source: PictureFiles, *, fill_bundles: bool) -> None:
    """Enter what the pictures show, a few at a time, so that a cut costs little; say what is not plainly counted."""
    before, waiting, skipped = session.summary().papers, list[ScannedPicture](), 0
    for picture in _paced(source.reads()):
        if picture is not None:
            waiting.append(picture)
            continue
        added: list[Paper] = []
        for _, group in one_each(waiting):
            added += session.add_pictures(group, source.kind, fill_bundles=fill_bundles)
        skipped += len(waiting) - len(added)
        waiting = []
        for paper in added:
            if paper.slip.slip_class is not SlipClass.COUNTED:
                signal = SIGNALS[paper.slip.slip_class]
                word = click.style(f" {signal.mark:<2} {signal.word:<14}", fg=signal.colour, bold=True)
                click.echo(f"{word} kertas {paper.number}: {plain(paper.seen.picture)}: {paper.slip.reason}")
    click.echo(f"{session.summary().papers - before} kertas masuk, {skipped} gambar sudah masuk sebelumnya.")


def _paced(pictures: Iterator[ScannedPicture], every: int = 50) -> Iterator[ScannedPicture | None]:
    """The same, with None after every few and at the end: time to write."""
    count = 0
    for count, picture in enumerate(pictures, 1):
        yield picture
        if count % every == 0:
            yield None
    yield None


def _sit_at_table(session: ScanSession, port: str | None) -> None:
    source = Source.KEYBOARD if port is None else Source.SERIAL
    at = table.Table(session, source, click.echo)
    if port is not None:
        click.echo(table.HELP)
        at.run(table.serial_and_words(SerialLine(port), sys.stdin))
        return
    sign = table.new_sign()
    click.echo(f"Awali tiap perintah dengan {sign} dan spasi, misalnya: {sign} t\n{table.HELP}")
    at.run(table.typed(sys.stdin, sign))


def _choice(text: str) -> int | None:
    if text == "-":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 2):
        raise click.BadParameter("Ketik nomor calon, 0 untuk kosong, atau - bila tidak terbaca.")
    return int(text)


def _show(summary: Summary) -> None:
    counts = ", ".join(f"{number} {SIGNALS[kind].word.lower()}" for kind, number in summary.classes.items())
    click.echo(f"TPS {summary.opened.station:02d}, {summary.opened.box}: {summary.papers} kertas: {counts}")
    for bundle in summary.bundles:
        click.echo(f"  {table.bundle_line(bundle)}")
    waiting = [number for kind in Reading if kind is not Reading.AGREED for number in summary.readings[kind]]
    if waiting:
        click.echo(f"  Menunggu diketik dua orang: kertas {', '.join(map(str, sorted(waiting)))}")
    for event in summary.corrections:
        what = f"kertas {event.paper}" if isinstance(event, PaperSetAside) else f"bundel {event.bundle}"
        click.echo(f"  Koreksi {what}: {plain(event.reason)} ({' dan '.join(map(plain, event.people))}, {event.at})")
    click.echo("Pemindaian lengkap." if summary.complete else "Pemindaian BELUM lengkap.")
    click.echo(TEXT_ANSWER)


def _show_entries(paper: Paper) -> None:
    click.echo(f"Kertas {paper.number}: ketikan berbeda")
    for entry in paper.entries:
        choice = "tidak terbaca" if entry.choice is None else str(entry.choice)
        click.echo(f"  {plain(entry.reader)}: pilihan {choice}, kode {entry.code or 'tidak terbaca'}")
