"""In which order the papers are drawn, so that anyone can redo it with nothing but SHA-256.

``ticket(id)`` is the lower-case hex SHA-256 of the ASCII text ``seed,village code,slip id``, the slip id in lower-case
hex; papers are drawn in increasing order of tickets, each paper once. The seed is 20 rolls of ten-sided dice, thrown
in public after the slip register's root was printed and signed: nobody who could still change a paper knew the order.
The order depends on no library's generator of numbers and on no order in which the ids were listed.

The idea is that of ticket numbers in R. L. Rivest's "Consistent Sampling with Replacement" (2018), here without
replacement.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from epilwu.audit.risk.contest import MAX_PAPERS
from epilwu.audit.risk.errors import IdsRefused, SeedRefused
from epilwu.election.region import RegionCode
from epilwu.trust.canonical import HEX_256

SEED_DIGITS: Final = 20
IDS_LIMIT: Final = MAX_PAPERS * 65
"""Bytes: a line of 64 digits and a line feed for each paper."""
_SEED = re.compile(rf"[0-9]{{{SEED_DIGITS}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draw:
    """The ``number``-th paper to fetch (from 1): its slip id and its ticket, both 64 digits of lower-case hex."""

    number: int
    slip: str
    ticket: str


def parse_seed(text: str) -> str:
    """Exactly 20 decimal digits, as thrown; raise ``SeedRefused`` for anything else."""
    if _SEED.fullmatch(text) is None:
        raise SeedRefused(
            f"Benih harus tepat {SEED_DIGITS} angka 0–9, bukan “{text[:40]}” ({len(text)} tanda).",
            todo="Tulis hasil dadu berurutan tanpa spasi.",
        )
    return text


def parse_village(text: str) -> RegionCode:
    """The code of a village that elects its head; raise ``RegionRefused`` or ``SeedRefused`` otherwise."""
    code = RegionCode.parse(text, where="kode desa")
    if not code.is_desa:
        raise SeedRefused(f"{text} bukan kode desa.", todo="Tulis kode desa lengkap, misalnya 32.09.07.2007.")
    return code


def parse_ids(data: bytes, *, where: str = "daftar struk") -> tuple[str, ...]:
    """Slip ids from ASCII text, one of 64 lower-case hex digits per line, lines ended by a single line feed.

    The last line feed may be missing. Raises ``IdsRefused`` for anything else: blank lines, spaces, capitals, other
    line ends, an id twice, none at all, more than ``IDS_LIMIT`` bytes.
    """
    if len(data) > IDS_LIMIT:
        raise IdsRefused(f"Daftar terlalu panjang (paling banyak {MAX_PAPERS} struk).", where=where)
    lines = data.removesuffix(b"\n").split(b"\n")
    ids = []
    for number, line in enumerate(lines, 1):
        text = line.decode("latin-1")
        if HEX_256.fullmatch(text) is None:
            raise IdsRefused(
                "Ini bukan tanda struk: harus 64 angka heksadesimal huruf kecil, satu per baris, tanpa spasi.",
                where=f"{where} baris {number}",
                todo="Pakai daftar dari register struk apa adanya.",
            )
        ids.append(text)
    _check_unique(ids, where)
    return tuple(ids)


def ticket(seed: str, village: RegionCode, slip: str) -> str:
    """Hex SHA-256 of ``seed,village code,slip id``."""
    return hashlib.sha256(f"{seed},{village.text},{slip}".encode("ascii")).hexdigest()


def draw_order(seed: str, village: RegionCode, ids: Iterable[str]) -> tuple[Draw, ...]:
    """Every paper once, in the order in which it is to be drawn. ``seed`` and ``ids`` are checked as when parsed.

    Raises ``SeedRefused`` or ``IdsRefused``; an id that stands twice is never drawn twice, it is refused.
    """
    parse_seed(seed)
    slips = list(ids)
    if not slips or any(HEX_256.fullmatch(slip) is None for slip in slips):
        raise IdsRefused("Daftar struk kosong atau memuat tanda yang rusak.", where="daftar struk")
    _check_unique(slips, "daftar struk")
    ordered = sorted((ticket(seed, village, slip), slip) for slip in slips)
    return tuple(Draw(number, slip, drawn) for number, (drawn, slip) in enumerate(ordered, 1))


def _check_unique(ids: list[str], where: str) -> None:
    if len(set(ids)) == len(ids):
        return
    seen: set[str] = set()
    for number, slip in enumerate(ids, 1):
        if slip in seen:
            raise IdsRefused(
                f"Struk {slip[:12]}… tertulis dua kali.",
                where=f"{where} baris {number}",
                todo="Setiap struk hanya boleh ada satu kali dalam daftar.",
            )
        seen.add(slip)
