"""``epilwu booth languages``: which languages the voter's screens have, and what in them nobody has checked yet."""

from __future__ import annotations

import click

from epilwu.booth import languages

OPTIONS = (
    click.option(
        "--language",
        "languages",
        multiple=True,
        type=click.Choice(languages.CODES),
        default=(languages.CODES[0],),
        show_default=True,
        help="Bahasa layar pemilih, boleh diulang; yang pertama dipakai layar awal.",
    ),
    click.option(
        "--unchecked-languages",
        is_flag=True,
        help="Panitia menerima bahasa yang belum diperiksa penuturnya (pada gladi selalu boleh).",
    ),
)


@click.command("languages")
@click.option("--unchecked", "listed", is_flag=True, help="Tunjukkan juga setiap kalimat yang belum diperiksa.")
def languages_command(listed: bool) -> None:
    """Bahasa layar pemilih, dan berapa kalimat di dalamnya yang belum diperiksa penuturnya."""
    for code in languages.CODES:
        language = languages.load(code)
        unchecked = len(language.unchecked)
        told = "lengkap" if not unchecked else f"rancangan: {unchecked} belum diperiksa; mati kecuali diminta"
        click.echo(f"{code:<13}{language.name:<18}{len(language.entries):>4} kalimat, {told}")
        for entry in sorted(language.unchecked) if listed else ():
            click.echo(f"  {entry} = {language.entries[entry]}")
