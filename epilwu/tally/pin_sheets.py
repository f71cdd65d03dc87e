"""The sheet with one officer's PIN: a paper of its own for each, to be folded into an envelope of its own.

Two PINs on one sheet would make one person of two officers. The sheet names a title and a station, no person.
"""

from __future__ import annotations

from epilwu.document.page import Sheet, render
from epilwu.document.parts import facts, items, space, text, title
from epilwu.election.definition import Definition
from epilwu.indonesian import long_date
from epilwu.media.officers import Officer
from epilwu.trust.pin import DIGITS, shown_pin

_RULES = (
    "PIN ini milik Anda sendiri. Jangan sebutkan, fotokan, atau berikan kepada siapa pun, juga kepada petugas lain.",
    "Dengan dua PIN dari dua petugas bilik dibuka. Satu PIN saja tidak membuka apa pun.",
    "Siang hari satu PIN cukup untuk layar petugas: jeda, ganti kertas, mengakhiri sesi yang ditinggalkan.",
    "Ketik angkanya pada layar bilik, di depan saksi, tanpa terlihat orang lain.",
    "Simpan lembar ini jauh dari bilik sampai hasil ditetapkan, lalu musnahkan.",
)


def pin_sheet(definition: Definition, station: int, officer: Officer, pin: str) -> bytes:
    """A PDF of one page. It is as secret as the PIN: print it, hand it over closed, delete it."""
    foot = f"{definition.title} · Desa {definition.village} · TPS {station:02d}"
    about = (
        ("Petugas", f"{officer.number}. {officer.title}"),
        ("TPS", f"{station:02d}, semua bilik"),
        ("Desa", f"{definition.village}, {definition.district}, {definition.regency}"),
        ("Tanggal", long_date(definition.day)),
    )
    return render(
        Sheet("PIN petugas", foot, definition.rehearsal),
        [
            title("PIN PETUGAS", definition.title),
            facts(about),
            space(),
            text(f"PIN Anda, {DIGITS} angka:"),
            title(shown_pin(pin)),
            space(),
            items(_RULES),
        ],
    )
