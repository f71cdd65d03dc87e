"""``epilwu tally log``: look at the server's log, hand out proofs, take in witnesses' signatures."""

from __future__ import annotations

import json
from pathlib import Path

import click
from sqlalchemy.orm import Session, sessionmaker

from epilwu.disk import read_bounded, write_public
from epilwu.media import published
from epilwu.tally.database import open_database, require_head, sessions
from epilwu.tally.errors import LogBroken
from epilwu.tally.log import KINDS, read_log, stored_entries
from epilwu.tally.log_head import LogView, accept_cosignatures, view
from epilwu.trust import act_log, checkpoint, log_proof, note
from epilwu.trust.certificates import key_in
from epilwu.trust.note import VerifierKey

_FILE = click.Path(path_type=Path, dir_okay=False)
_database = click.option(
    "--db", default="sqlite:///tally.db", show_default=True, envvar="EPILWU_DB", help="Alamat basis data (SQLAlchemy)."
)
_village = click.option("--village", required=True, metavar="KODE", help="Kode desa yang menerbitkan checkpoint.")
_out = click.option("--out", type=_FILE, required=True, help="Berkas yang ditulis.")


@click.group("log")
def log_group() -> None:
    """Catatan server: lihat, ekspor, buktikan, terima tanda tangan saksi."""


@log_group.command("show")
@_database
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(sorted(KINDS)), help="Hanya jenis ini; boleh berulang."
)
@click.option("--actor", help="Hanya oleh orang ini.")
@click.option("--containing", help="Hanya yang memuat kata ini.")
@click.option("--last", type=click.IntRange(1), help="Hanya sekian yang terakhir.")
def show_command(db: str, kinds: tuple[str, ...], actor: str | None, containing: str | None, last: int | None) -> None:
    """Tampilkan catatan sesudah rantainya diperiksa."""
    with _open(db)() as session:
        acts = read_log(session)
    chosen = [
        act
        for act in acts
        if (not kinds or act.kind in kinds)
        and actor in (None, act.actor)
        and (containing is None or containing in json.dumps(dict(act.event), ensure_ascii=False))
    ]
    for act in chosen[-last:] if last else chosen:
        told = ", ".join(f"{name}={value}" for name, value in sorted(act.event.items()))
        click.echo(f"{act.seq:>6} {act.at} {act.actor} {act.kind}: {told}")
    click.echo(f"{len(chosen)} dari {len(acts)} catatan; rantainya utuh.", err=True)


@log_group.command("export")
@_database
@_out
def export_command(db: str, out: Path) -> None:
    """Tulis seluruh catatan, satu baris satu catatan (untuk auditor)."""
    with _open(db)() as session:
        read_log(session)
        write_public(out, act_log.export(stored_entries(session)))


@log_group.command("prove")
@_database
@_village
@_out
@click.argument("seq", type=click.IntRange(0))
def prove_command(db: str, village: str, out: Path, seq: int) -> None:
    """Tulis bukti bahwa satu catatan ada di bawah checkpoint terbaru (C2SP tlog-proof)."""
    found = _view(db, village)
    try:
        proof = log_proof.prove_inclusion(found.hashes, seq, found.note)
    except IndexError:
        raise click.UsageError(f"Checkpoint terbaru mencakup catatan 0 sampai {len(found.hashes) - 1}.") from None
    write_public(out, proof.serialise())


@log_group.command("growth")
@_database
@_village
@_out
@click.option("--since", type=_FILE, help="Checkpoint dari dulu; tanpa ini, bukti sejak catatan kosong.")
def growth_command(db: str, village: str, out: Path, since: Path | None) -> None:
    """Tulis bukti pertumbuhan untuk auditor, atau untuk dikirim ke saksi (C2SP tlog-witness)."""
    found = _view(db, village)
    size = 0 if since is None else checkpoint.read(read_bounded(since, note.LIMIT), where=str(since))[0].size
    if size > len(found.hashes):
        raise click.UsageError(f"Checkpoint itu berukuran {size}; catatan di sini hanya {len(found.hashes)}.")
    write_public(out, log_proof.prove_growth(found.hashes, size, found.note).serialise())


@log_group.command("key")
@_database
@_village
def key_command(db: str, village: str) -> None:
    """Tampilkan kunci pemeriksa catatan, untuk diumumkan dan diberikan kepada saksi."""
    found = _view(db, village)
    origin = checkpoint.Checkpoint.parse(found.note.text).origin
    click.echo(VerifierKey.of(origin, key_in(found.certificate)).text)


@log_group.command("cosign")
@_database
@click.option("--witness", "witnesses", metavar="KUNCI", multiple=True, required=True, help="Kunci saksi yang dikenal.")
@click.argument("files", type=_FILE, nargs=-1, required=True)
def cosign_command(db: str, witnesses: tuple[str, ...], files: tuple[Path, ...]) -> None:
    """Terima checkpoint yang sudah ditandatangani saksi; tampil pada penerbitan berikutnya."""
    keys = [VerifierKey.parse(text, where="--witness") for text in witnesses]
    factory = _open(db)
    for path in files:
        with factory.begin() as session:
            new = accept_cosignatures(session, read_bounded(path, note.LIMIT), keys, where=str(path))
        names = ", ".join(key.name for key in new) or "tidak ada tanda tangan baru dari saksi yang dikenal"
        click.echo(f"{path.name}: {names}")


def _view(db: str, village: str) -> LogView:
    with _open(db)() as session:
        found = view(session, village)
    if found is None:
        raise LogBroken(
            "Belum ada checkpoint untuk desa ini.",
            where=village,
            todo=f"Terbitkan dahulu (epilwu tally publish); berkasnya bernama {published.CHECKPOINT}.",
        )
    return found


def _open(db: str) -> sessionmaker[Session]:
    engine = open_database(db)
    require_head(engine)
    return sessions(engine)
