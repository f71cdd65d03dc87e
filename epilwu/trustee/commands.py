"""``epilwu trustee``: the steps of a key holder at the table. Sentences in Indonesian."""

from __future__ import annotations

from pathlib import Path

import click

from epilwu.trustee import ceremony, opening
from epilwu.trustee.verifier import Verifier

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_stick = click.option("--stick", type=_FOLDER, required=True, help="Folder diska milik Anda sendiri.")
_public = click.option("--public", type=_FOLDER, required=True, help="Folder bersama semua pemegang kunci.")
_passphrase = click.password_option(
    "--passphrase",
    prompt="Kode pembuka",
    confirmation_prompt=False,
    envvar="EPILWU_PASSPHRASE",
    help="Kode pembuka diska; sebaiknya diketik, jangan ditulis di baris perintah.",
)
_verifier = click.option("--verifier", type=_FILE, required=True, help="Berkas epilwu-verify.pyz yang diumumkan.")
_verifier_sha256 = click.option(
    "--verifier-sha256", default=None, help="SHA-256 pemeriksa yang diumumkan; lainnya ditolak."
)


@click.group("trustee")
def group() -> None:
    """Pemegang kunci: upacara kunci dan membuka jumlah suara."""


@group.command("certificate")
@_stick
@_public
@click.option("--index", type=click.IntRange(1, 100), required=True, help="Nomor Anda, mulai dari 1.")
@click.option("--threshold", type=click.IntRange(1, 100), default=3, show_default=True, help="Berapa yang membuka.")
@click.option("--size", type=click.IntRange(1, 100), default=5, show_default=True, help="Berapa pemegang kunci.")
@click.password_option("--passphrase", prompt="Kode pembuka baru", envvar="EPILWU_PASSPHRASE")
def certificate_command(*, stick: Path, public: Path, index: int, threshold: int, size: int, passphrase: str) -> None:
    """Langkah 1: membuat benih dan sertifikat."""
    held = ceremony.Ceremony(stick, public)
    ceremony.certificate(held, passphrase, index=index, threshold=threshold, size=size)
    click.echo(f"Sertifikat pemegang kunci {index} sudah ada di folder bersama. Jangan lupakan kode pembuka Anda.")


@group.command("deal")
@_stick
@_public
@_passphrase
def deal_command(stick: Path, public: Path, passphrase: str) -> None:
    """Langkah 2: memeriksa semua sertifikat dan membagikan rahasia."""
    shown = ceremony.deal(ceremony.Ceremony(stick, public), passphrase)
    click.echo(f"Rahasia sudah dibagikan. Bacakan dan cocokkan dengan pemegang lain:\n  {shown}")


@group.command("accept")
@_stick
@_public
@_passphrase
def accept_command(stick: Path, public: Path, passphrase: str) -> None:
    """Langkah 3: memeriksa dan menerima bagian rahasia dari semua pemegang."""
    index = ceremony.accept(ceremony.Ceremony(stick, public), passphrase)
    click.echo(f"Semua bagian cocok. Kunci pemegang {index} sudah ada di folder bersama.")


@group.command("assemble")
@_public
def assemble_command(public: Path) -> None:
    """Langkah 4, cukup sekali: menyusun trustees.json."""
    data = ceremony.assemble(public)
    click.echo(f"trustees.json tersusun:\n  {ceremony.fingerprint(data)}")


@group.command("confirm")
@_stick
@_public
def confirm_command(stick: Path, public: Path) -> None:
    """Langkah 5: mengesahkan trustees.json di diska masing-masing."""
    shown = ceremony.confirm(ceremony.Ceremony(stick, public))
    click.echo(f"trustees.json memuat kunci Anda dan disimpan. Bacakan dan cocokkan:\n  {shown}")


@group.command("decrypt")
@_stick
@_passphrase
@click.option("--out", type=_FOLDER, required=True, help="Folder untuk berkas bagian.")
@_verifier
@_verifier_sha256
@click.argument("boards", type=_FILE, nargs=-1, required=True)
def decrypt_command(
    *,
    stick: Path,
    passphrase: str,
    out: Path,
    verifier: Path,
    verifier_sha256: str | None,
    boards: tuple[Path, ...],
) -> None:
    """Memeriksa papan suara (.bel) dengan pemeriksa yang diumumkan, dan membuka jumlahnya sebagian."""
    published = Verifier(verifier, verifier_sha256)
    click.echo(f"Pemeriksa {verifier.name}, SHA-256 {published.sha256()}")
    for board in boards:
        path = opening.decrypt(stick, board, out, passphrase, verifier=published)
        click.echo(f"{board.name}: jumlah cocok dengan semua surat suara; bagian Anda di {path}")
