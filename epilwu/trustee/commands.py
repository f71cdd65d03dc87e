"""``epilwu trustee``: the steps of a key holder at the table. Sentences in Indonesian."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.terminal import asks_secret
from epilwu.trust.certificates import WESTERN_TIME
from epilwu.trust.keyfile import DEFAULT
from epilwu.trustee import ceremony, destruction, evening, opening, papers, trial
from epilwu.trustee.errors import PlanRefused
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import draw_plan, place_of
from epilwu.trustee.screen import Screen, Stopped
from epilwu.trustee.terminal_evening import EveningProgram
from epilwu.trustee.terminal_night import NightProgram
from epilwu.trustee.verifier import Verifier
from epilwu.trustee.web.commands import web_command

DESTRUCTION_RECORD = "pemusnahan-kunci.pdf"

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_stick = click.option("--stick", type=_FOLDER, required=True, help="Folder diska milik Anda sendiri.")
_public = click.option("--public", type=_FOLDER, required=True, help="Folder bersama semua pemegang kunci.")
_passphrase = asks_secret("passphrase", "Kode pembuka")
_verifier = click.option("--verifier", type=_FILE, required=True, help="Berkas epilwu-verify.pyz yang diumumkan.")
_verifier_sha256 = click.option(
    "--verifier-sha256", default=None, help="SHA-256 pemeriksa yang diumumkan; lainnya ditolak."
)
_sticks = click.option(
    "--stick",
    "sticks",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Folder diska menurut urutan kursi, bila sudah diketahui; boleh diulang.",
)


@click.group("trustee", invoke_without_command=True)
@click.pass_context
def group(ctx: click.Context) -> None:
    """Pemegang kunci: upacara kunci dan membuka jumlah suara. Tanpa perintah: halaman pemandu (web)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(web_command)


group.add_command(web_command)


@group.command("certificate")
@_stick
@_public
@click.option("--index", type=click.IntRange(1, 100), required=True, help="Nomor Anda, mulai dari 1.")
@click.option("--threshold", type=click.IntRange(1, 100), default=None, help="Berapa yang membuka (tanpa rencana: 3).")
@click.option("--size", type=click.IntRange(1, 100), default=None, help="Berapa pemegang kunci (tanpa rencana: 5).")
@asks_secret("passphrase", "Kode pembuka baru", twice=True)
def certificate_command(
    *, stick: Path, public: Path, index: int, threshold: int | None, size: int | None, passphrase: str
) -> None:
    """Langkah 1: membuat benih dan sertifikat. Bila folder bersama memuat rencana, angkanya dari rencana."""
    held = ceremony.Ceremony(stick, public)
    plan = evening.read_plan(public)
    threshold = threshold or (3 if plan is None else plan.threshold)
    size = size or (5 if plan is None else plan.size)
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


@group.command("trial")
@_stick
@_public
@_passphrase
def trial_command(stick: Path, public: Path, passphrase: str) -> None:
    """Langkah 6: membuktikan bahwa diska dan kode ini dapat membuka; yang terakhir menggabungkan semuanya."""
    trustees, owner = ceremony.confirmed_trustees(stick)
    _, share = trial.open_trial(stick, passphrase)
    shared = Folder(public, private=False)
    shared.publish(trial.share_name(owner), share)
    given = {n: data for n in trustees.owners if (data := shared.read(trial.share_name(n))) is not None}
    missing = [str(n) for n in trustees.owners if n not in given]
    if missing:
        click.echo(f"Diska ini dapat membuka. Belum uji coba: pemegang kunci {', '.join(missing)}.")
        return
    result = trial.conclude(trustees, given)
    shared.publish(trial.RESULT, trial.serialise_result(result))
    click.echo(f"Semua dapat membuka: {len(result.groups)} kelompok membuka uji coba menjadi angka yang sama.")


@group.command("decrypt")
@_stick
@click.option("--out", type=_FOLDER, required=True, help="Folder untuk berkas bagian.")
@_verifier
@_verifier_sha256
@click.argument("boards", type=_FILE, nargs=-1, required=True)
@_passphrase
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


@group.command("evening")
@_public
@_sticks
@click.option("--village", default=None, help="Kode desa, mis. 32.09.07.2007 (sekali, saat memulai).")
@click.option("--date", default=None, help="Hari pemungutan suara, mis. 2027-10-17.")
@click.option("--title", default="Pemilihan Kuwu", show_default=True, help="Judul pemilihan.")
@click.option("--rehearsal", is_flag=True, help="Gladi, bukan pemilihan.")
@click.option("--rules", type=_FILE, default=None, help="Berkas aturan lain (TOML).")
@click.option("--seat", "titles", multiple=True, help="Nama kursi berurutan, bila lain dari aturan.")
def evening_command(
    *,
    public: Path,
    sticks: tuple[Path, ...],
    village: str | None,
    date: str | None,
    title: str,
    rehearsal: bool,
    rules: Path | None,
    titles: tuple[str, ...],
) -> None:
    """Malam upacara kunci, dipandu dari awal sampai sertifikat dicetak."""
    if evening.read_plan(public) is None and evening.look(public).plan is None:
        pack = RulePack.parse_toml(load_rule_pack() if rules is None else rules.read_bytes())
        code = RegionCode.parse(village or click.prompt("Kode desa"))
        plan = draw_plan(
            pack,
            region=code,
            place=place_of(code),
            title=title,
            date=date or click.prompt("Hari pemungutan suara (tttt-bb-hh)"),
            rehearsal=rehearsal,
            titles=titles,
        )
        evening.begin(public, plan)
    with _stoppable():
        EveningProgram(Screen(Console(), sticks), public, DEFAULT).run()


@group.command("night")
@_public
@_sticks
@click.option("--boards", type=_FOLDER, required=True, help="Folder papan suara (.bel) dan definition.json.")
@click.option("--shares", type=_FOLDER, required=True, help="Folder untuk bagian yang dibuka.")
@_verifier
@_verifier_sha256
@click.pass_context
def night_command(
    ctx: click.Context,
    *,
    public: Path,
    sticks: tuple[Path, ...],
    boards: Path,
    shares: Path,
    verifier: Path,
    verifier_sha256: str | None,
) -> None:
    """Malam penghitungan, dipandu: memeriksa papan, membuka jumlah, atau beralih ke kertas (status 1)."""
    plan = evening.read_plan(public)
    if plan is None:
        raise PlanRefused("Di sini belum ada rencana.", where=str(public), todo="Pakai folder bersama dari upacara.")
    published = Verifier(verifier, verifier_sha256)
    with _stoppable():
        program = NightProgram(Screen(Console(), sticks), plan, evening.confirmed(public), boards, shares, published)
        if not program.run():
            ctx.exit(1)


@group.command("destroy")
@_public
@_sticks
def destroy_command(public: Path, sticks: tuple[Path, ...]) -> None:
    """Sesudah masa sengketa: menghapus kunci di diska yang ada, dan mencetak berita acaranya."""
    plan = evening.read_plan(public)
    if plan is None:
        raise PlanRefused("Di sini belum ada rencana.", where=str(public), todo="Pakai folder bersama dari upacara.")
    screen = Screen(Console(), sticks)
    today = datetime.datetime.now(WESTERN_TIME).date()
    for seat in plan.seats:
        if not screen.agree(f"{seat.index}. {seat.title}: musnahkan kunci sekarang"):
            continue
        done = destruction.destroy(public, plan, screen.stick_of(seat), seat=seat.index, today=today)
        screen.say(f"✓ Kunci {seat.title} sudah dihapus ({done.date}). Rusakkan diskanya di depan saksi.")
    record = papers.destruction_record(plan, destruction.read_destroyed(public, plan))
    Folder(public, private=False).write(DESTRUCTION_RECORD, record)
    click.echo(f"Untuk dicetak dan ditandatangani: {public / DESTRUCTION_RECORD}")


@contextmanager
def _stoppable() -> Iterator[None]:
    """Stopping is no fault: the files keep everything."""
    try:
        yield
    except (Stopped, click.Abort, KeyboardInterrupt):
        click.echo(
            "\nBerhenti dulu. Semua yang sudah selesai tersimpan; jalankan perintah yang sama untuk melanjutkan."
        )
        raise SystemExit(1) from None
