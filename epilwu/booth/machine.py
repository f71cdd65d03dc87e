"""The machine's number: made once at installation, kept outside both media, written into the journal.

It tells two machines of one booth apart, so that a takeover can name both; it is random and says nothing of anything.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from epilwu.booth.errors import OtherMachine
from epilwu.disk import FileTrouble, read_bounded, write_public
from epilwu.trust.journal import DEVICE_ID

UNNAMED = "TANPA-NOMOR"
"""For demonstrations and tests, where no machine was installed."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LIMIT = 64


def new_number() -> str:
    """A fresh number such as ``BLK-7KQM-2XBW``: eight of 31 signs, 39 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(2))
    return "-".join(("BLK", *groups))


def name_machine(path: Path) -> str:
    """Write a fresh number into ``path`` and return it; raise ``OtherMachine`` where one stands there already."""
    if path.exists():
        raise OtherMachine(
            f"Perangkat ini sudah bernomor {machine_number(path)}.", where=str(path), todo="Nomor tidak diganti."
        )
    number = new_number()
    write_public(path, f"{number}\n".encode())
    return number


def machine_number(path: Path) -> str:
    """The number in ``path``; raise ``OtherMachine`` where there is none."""
    try:
        number = read_bounded(path, _LIMIT).decode("ascii").removesuffix("\n")
    except (FileTrouble, ValueError) as error:
        raise _unnamed(path) from error
    if DEVICE_ID.fullmatch(number) is None:
        raise _unnamed(path)
    return number


def _unnamed(path: Path) -> OtherMachine:
    return OtherMachine(
        "Perangkat ini belum diberi nomor.", where=str(path), todo="Jalankan sekali: epilwu booth device " + str(path)
    )
