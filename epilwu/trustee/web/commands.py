"""``epilwu trustee web``: the page for both evenings, for this laptop's browser alone."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from epilwu.trustee.verifier import Verifier

DEFAULT_PORT = 8018
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("web")
@click.option(
    "--folder",
    type=_FOLDER,
    default=Path("epilwu-pemegang-kunci"),
    show_default=True,
    help="Folder kerja di laptop ini; tidak pernah berisi rahasia.",
)
@click.option("--sticks", type=_FOLDER, default=None, help="Folder yang berisi folder-folder diska; tanpa ini dicari.")
@click.option("--verifier", type=_FILE, default=None, help="Berkas epilwu-verify.pyz yang diumumkan, untuk malamnya.")
@click.option("--verifier-sha256", default=None, help="SHA-256 pemeriksa yang diumumkan; lainnya ditolak.")
@click.option("--rules", type=_FILE, default=None, help="Berkas aturan kabupaten (TOML); tanpa ini yang disertakan.")
@click.option(
    "--port", type=click.IntRange(1024, 65535), default=DEFAULT_PORT, show_default=True, help="Porta halaman."
)
def web_command(
    *,
    folder: Path,
    sticks: Path | None,
    verifier: Path | None,
    verifier_sha256: str | None,
    rules: Path | None,
    port: int,
) -> None:
    """Halaman pemandu di laptop ini: upacara kunci dan malam penghitungan."""
    # Imported here: the other commands need no web server.
    from epilwu.election.rules import RulePack, load_rule_pack  # noqa: PLC0415
    from epilwu.trustee.web.app import create_app  # noqa: PLC0415
    from epilwu.trustee.web.config import WebConfig  # noqa: PLC0415
    from epilwu.web.serving import serve  # noqa: PLC0415

    config = WebConfig(
        port=port,
        secret=secrets.token_bytes(32),
        work=folder.resolve(),
        sticks=None if sticks is None else sticks.resolve(),
        verifier=None if verifier is None else Verifier(verifier, verifier_sha256),
        rules=RulePack.parse_toml(load_rule_pack() if rules is None else rules.read_bytes()),
    )
    serve(create_app(config), config)
