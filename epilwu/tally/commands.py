"""``epilwu tally``: prepare a village, take reports in, close boards, accept shares, sign, publish, serve."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

import click
import waitress
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from sqlalchemy.orm import Session, sessionmaker

from epilwu.disk import read_bounded, write_public
from epilwu.election import definition as definitions
from epilwu.election.rules import load_rule_pack
from epilwu.errors import EpilwuError
from epilwu.media.booth_package import MAX_PHOTO
from epilwu.media.container import MAX_BYTES
from epilwu.media.paper_counts import PaperCounts
from epilwu.media.published import DEFINITION, RULES, archive_name
from epilwu.media.voice_clips import fingerprint
from epilwu.protocol.trustees import MAX_TRUSTEES_BYTES
from epilwu.tally import prepare as preparing
from epilwu.tally import speech
from epilwu.tally.board import SHARE_LIMIT, Counting, has_held
from epilwu.tally.database import migrate, open_database, require_head, sessions
from epilwu.tally.intake import Intake, Receipt
from epilwu.tally.intake_commands import COMMANDS, accepted
from epilwu.tally.log_commands import log_group
from epilwu.tally.prepare import Validity
from epilwu.tally.private_folders import (
    read_authority,
    read_key,
    write_authority,
    write_cards,
    write_desks,
    write_envelopes,
    write_keys,
    write_packages,
)
from epilwu.tally.processes import hands
from epilwu.tally.publish import publish, publish_for_auditors
from epilwu.tally.rights import grant_server
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.spec import LIMIT as SPEC_LIMIT
from epilwu.tally.spec import VillageSpec, read_spec
from epilwu.tally.villages import find_village, import_setup
from epilwu.tally.voices import read_recordings, speak_candidates
from epilwu.tally.web import WebConfig, create_app
from epilwu.terminal import asks_secret
from epilwu.trust.certificates import LIMIT as CERTIFICATE_LIMIT
from epilwu.trust.certificates import Holder, Role, read_root

DEFAULT_DATABASE = "sqlite:///tally.db"
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_database = click.option(
    "--db", default=DEFAULT_DATABASE, show_default=True, envvar="EPILWU_DB", help="Alamat basis data (SQLAlchemy)."
)
_village = click.option("--village", required=True, metavar="KODE", help="Kode desa, misalnya 32.09.07.2007.")
_keys = click.option("--keys", type=_FOLDER, required=True, help="Map kunci panitia (keys).")
_passphrase = asks_secret("passphrase", "Kode pembuka kunci")
_new_passphrase = asks_secret("passphrase", "Kode pembuka baru", twice=True)


@click.group("tally")
def group() -> None:
    """Siapkan desa, terima laporan, hitung, terbitkan."""


group.add_command(log_group)
for _command in COMMANDS:
    group.add_command(_command)


@group.group("prepare")
def prepare_group() -> None:
    """Sebelum hari pemungutan: akar kabupaten, definisi, lalu paket bilik dan kartu token."""


@prepare_group.command("authority")
@click.option("--name", required=True, help="Nama kabupaten pada sertifikat akar.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Tanggal pemungutan suara.")
@click.option("--out", type=_FOLDER, required=True, help="Map kabupaten, simpan di tempat terkunci.")
@_new_passphrase
def authority_command(name: str, date: datetime, out: Path, passphrase: str) -> None:
    """Buat kunci dan sertifikat akar kabupaten (sekali saja)."""
    if (out / "root.key").exists():
        raise click.UsageError(f"Sudah ada kunci akar di {out}.")
    authority = preparing.create_authority(name, Validity.around(date.date(), before=366, after=3653))
    write_authority(authority, out, passphrase)
    click.echo(f"Sidik akar (umumkan!): {read_root(authority.certificate).fingerprint}")


@prepare_group.command("define")
@click.option("--plan", type=_FILE, required=True, help="Rencana pemilihan (TOML); foto di map yang sama.")
@click.option("--rules", type=_FILE, help="Berkas aturan; bila tidak ada, aturan bawaan Kabupaten Cirebon 2023.")
@click.option("--out", type=_FOLDER, required=True)
def define_command(plan: Path, rules: Path | None, out: Path) -> None:
    """Susun definisi pemilihan. Sesudah ini para pemegang kunci membuat trustees.json."""
    rule_pack = load_rule_pack() if rules is None else read_bounded(rules, SPEC_LIMIT)
    definition = preparing.define(_plan(plan), rule_pack)
    if (out / DEFINITION).exists():
        raise click.UsageError(f"Sudah ada definisi di {out}.")
    write_public(out / DEFINITION, definition)
    write_public(out / RULES, rule_pack)
    click.echo(f"Sidik definisi: {definitions.definition_hash(definition)}")


@prepare_group.command("village")
@click.option("--plan", type=_FILE, required=True, help="Rencana yang sama dengan saat menyusun definisi.")
@click.option("--definition", "defined", type=_FOLDER, required=True, help="Map hasil “define”.")
@click.option("--trustees", type=_FILE, required=True, help="trustees.json dari para pemegang kunci.")
@click.option("--authority", "regency", type=_FOLDER, required=True, help="Map kabupaten (root.key).")
@click.option("--voice", type=_FOLDER, help="Map rekaman suara sendiri (id.candidate-1.opus …).")
@click.option("--out", type=_FOLDER, required=True)
@asks_secret("authority_passphrase", "Kode pembuka akar kabupaten")
@_new_passphrase
def village_command(
    *,
    plan: Path,
    defined: Path,
    trustees: Path,
    regency: Path,
    voice: Path | None,
    authority_passphrase: str,
    out: Path,
    passphrase: str,
) -> None:
    """Buat sertifikat, token, paket bilik, amplop, kartu, dan map persiapan (setup)."""
    definition = read_bounded(defined / DEFINITION, SPEC_LIMIT)
    spec = _plan(plan)
    recorded = _voices(spec, voice)
    prepared = preparing.prepare(
        spec,
        definition,
        read_bounded(trustees, MAX_TRUSTEES_BYTES),
        read_bounded(defined / RULES, SPEC_LIMIT),
        read_authority(regency, authority_passphrase),
        voices=recorded,
    )
    write_setup(prepared, out / "setup")
    write_packages(prepared, out / "packages")
    for name, recording in recorded.items():
        write_public(out / "voice" / name, recording)
    write_envelopes(prepared, out / "envelopes")
    write_desks(prepared, out / "desks", out / "envelopes")
    write_cards(prepared, out / "cards")
    write_keys(prepared.keys, definitions.parse(definition).region.text, out / "keys", passphrase)
    click.echo(f"Selesai: {len(prepared.booths)} bilik. Cetak lalu hapus isi {out / 'envelopes'} dan {out / 'cards'}.")


@group.command("migrate")
@_database
@click.option("--grant", metavar="PERAN", help="PostgreSQL: beri peran server haknya, tanpa hak mengubah catatan.")
def migrate_command(db: str, grant: str | None) -> None:
    """Siapkan atau perbarui tabel basis data."""
    engine = open_database(db)
    migrate(engine)
    if grant is not None:
        grant_server(engine, grant)
    click.echo("Tabel basis data siap.")


@group.command("import")
@_database
@click.option("--setup", type=_FOLDER, help="Map persiapan desa, dimasukkan lebih dahulu.")
@click.option("--root", type=_FILE, help="Sertifikat akar kabupaten yang sudah dicocokkan.")
@click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default=True)
@click.argument("files", type=_FILE, nargs=-1)
@click.pass_context
def import_command(
    context: click.Context, *, db: str, setup: Path | None, root: Path | None, jobs: int, files: tuple[Path, ...]
) -> None:
    """Masukkan laporan bilik (.epr) dan buku meja (.epd). Tiap berkas diterima utuh atau ditolak utuh."""
    factory = _open(db)
    if setup is not None:
        read = read_setup(setup, None if root is None else read_bounded(root, CERTIFICATE_LIMIT))
        with factory.begin() as session:
            village = import_setup(session, read, at=_now(), actor=_actor())
            click.echo(f"{village.code}: persiapan masuk. Sidik akar: {read_root(village.root).fingerprint}")
    refused = 0
    with hands(jobs if files else 1) as found:
        intake = Intake(factory, _actor(), found.executor)
        for path in files:
            try:
                click.echo(accepted(path.name, _take_in(intake, path)))
            except EpilwuError as error:
                refused += 1
                click.echo(f"DITOLAK {error}", err=True)
    if refused:
        click.echo(f"{refused} dari {len(files)} berkas ditolak.", err=True)
        context.exit(1)


@group.command("board")
@_database
@_village
@click.option("--out", type=_FOLDER, required=True, help="Map untuk papan suara (diserahkan ke pemegang kunci).")
def board_command(db: str, village: str, out: Path) -> None:
    """Tutup TPS yang laporannya lengkap dan tulis papan suaranya."""
    factory = _open(db)
    counting = Counting(factory, _actor())
    closed = counting.close_stations(village, at=_now())
    with factory() as session:
        found = find_village(session, village).stations
        stations = [(s.number, s.uuid, s.board is not None, has_held(session, s)) for s in found]
    for number, uuid, has_board, held in stations:
        if has_board:
            write_public(out / archive_name(uuid), counting.archive(village, number))
        waiting = "menunggu keputusan dua orang (epilwu tally held)" if held else "menunggu laporan"
        state = "ditutup sekarang" if number in closed else "sudah ditutup" if has_board else waiting
        click.echo(f"TPS {number:02d}: {state}")


@group.command("share")
@_database
@click.argument("files", type=_FILE, nargs=-1, required=True)
@click.pass_context
def share_command(context: click.Context, db: str, files: tuple[Path, ...]) -> None:
    """Masukkan bagian para pemegang kunci."""
    counting = Counting(_open(db), _actor())
    refused = 0
    for path in files:
        try:
            receipt = counting.receive_share(read_bounded(path, SHARE_LIMIT), name=path.name, at=_now())
        except EpilwuError as error:
            refused += 1
            click.echo(f"DITOLAK {error}", err=True)
            continue
        word = "diterima" if receipt.new else "sudah ada"
        have = f"{receipt.have} dari {receipt.need}"
        click.echo(f"TPS {receipt.station:02d}: bagian pemegang kunci ke-{receipt.owner} {word} ({have})")
    if refused:
        context.exit(1)


@group.command("result")
@_database
@_village
@_keys
@_passphrase
def result_command(db: str, village: str, keys: Path, passphrase: str) -> None:
    """Buka dan tandatangani hasil TPS yang bagian kuncinya cukup."""
    counting = Counting(_open(db), _actor())
    signer = read_key(keys, Holder(Role.TALLY, village), passphrase)
    finished = counting.finish_stations(village, signer, at=_now())
    click.echo("Selesai: " + (", ".join(f"TPS {number:02d}" for number in finished) or "tidak ada TPS baru"))


@group.command("publish")
@_database
@_village
@_keys
@_passphrase
@click.option("--out", type=_FOLDER, required=True, help="Map umum: papan suara, hasil, berita acara.")
@click.option("--auditors", type=_FOLDER, help="Map auditor: laporan bilik dan catatan server. Bukan untuk umum.")
@click.option("--paper", type=_FILE, help="Hitungan struk dari auditor (paper.json).")
def publish_command(
    *, db: str, village: str, keys: Path, passphrase: str, out: Path, auditors: Path | None, paper: Path | None
) -> None:
    """Tulis map umum desa (dan map auditor) dari basis data."""
    factory = _open(db)
    signer = read_key(keys, Holder(Role.TALLY, village), passphrase)
    counted = None if paper is None else PaperCounts.parse(read_bounded(paper, SPEC_LIMIT), where=str(paper))
    written = publish(factory, village, out, signer, at=_now(), actor=_actor(), paper=counted)
    click.echo(f"{len(written)} berkas di {out}")
    if auditors is not None:
        click.echo(
            f"{len(publish_for_auditors(factory, village, auditors, at=_now(), actor=_actor()))} berkas di {auditors}"
        )


@group.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.argument("folders", type=_FOLDER, nargs=-1, required=True)
def serve_command(host: str, port: int, folders: tuple[Path, ...]) -> None:
    """Tampilkan halaman hasil dari map umum desa (atau map yang berisi beberapa map desa)."""
    click.echo(f"http://{host}:{port}/")
    waitress.serve(create_app(WebConfig(folders)), host=host, port=port, ident="epilwu")


def _plan(path: Path) -> VillageSpec:
    return read_spec(
        read_bounded(path, SPEC_LIMIT), lambda name: read_bounded(path.parent / name, MAX_PHOTO), where=str(path)
    )


def _voices(spec: VillageSpec, folder: Path | None) -> dict[str, bytes]:
    """The recordings that are given, and those that this machine can make; says which candidates stay a number."""
    given = {} if folder is None else read_recordings(folder, len(spec.candidates))
    if missing := speech.missing():
        click.echo(f"Tanpa {' dan '.join(missing)}, nama calon yang tidak direkam tidak disuarakan.", err=True)
        return given
    recorded = speak_candidates([candidate.name for candidate in spec.candidates], given)
    click.echo(f"Rekaman suara: {len(recorded)}, sidik {fingerprint(recorded)}. Dengarkan semuanya.")
    return recorded


def _open(db: str) -> sessionmaker[Session]:
    engine = open_database(db)
    require_head(engine)
    return sessions(engine)


def _take_in(intake: Intake, path: Path) -> Receipt:
    data = read_bounded(path, MAX_BYTES)
    if path.suffix == ".epd":
        return intake.receive_desk_book(data, name=path.name, at=_now())
    console = Console(stderr=True)
    columns = (TextColumn(path.name), BarColumn(), MofNCompleteColumn(), TextColumn("surat suara diperiksa"))
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(path.name, total=None)
        return intake.receive_report(
            data,
            name=path.name,
            at=_now(),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _actor() -> str:
    return getpass.getuser()
