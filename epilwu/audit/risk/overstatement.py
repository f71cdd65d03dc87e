"""How many votes one paper overstated the margin by: what its QR says against what two people read on it.

The source is SHANGRLA (P. B. Stark, "Sets of Half-Average Nulls Generate Risk-Limiting Audits", Financial Cryptography
2020 workshops) with the largest overstatement over all pairs as in Stark's "Super-Simple Simultaneous Single-Ballot
Risk-Limiting Audits" (EVT/WOTE 2010): one number per paper then covers the winner against every other candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from epilwu.audit.risk.errors import RiskRefused

LEAST: Final = -2
MOST: Final = 2


def overstatement(code: int, text: int | None, *, winner: int, candidates: int) -> int:
    """Votes (-2 to 2) by which a paper's QR (``code``) overstated the winner's margin against its ``text``.

    Both are 0 for blank or a ballot number 1 to ``candidates``. ``text`` None: the paper is missing or nobody can read
    it, which counts as badly for the winner as it can. Over several losers the largest overstatement is taken: never
    below the true one of any pair. Raises ``RiskRefused`` for a number that is not on the ballot.
    """
    if candidates < 2 or not 1 <= winner <= candidates:
        raise RiskRefused("Pemenang atau jumlah calon tidak mungkin.", todo="Periksa hasil yang diaudit.")
    for choice in (code, *(() if text is None else (text,))):
        if not 0 <= choice <= candidates:
            raise RiskRefused(f"Pilihan {choice} tidak ada pada surat suara.", todo="Baca ulang struk itu.")
    losers = [number for number in range(1, candidates + 1) if number != winner]
    return max(_margin(code, winner, loser) - _read(text, winner, loser) for loser in losers)


def check_overstatements(overstatements: Sequence[int], papers: int) -> None:
    """Raise ``RiskRefused`` for a value outside -2 to 2, or for more readings than there are papers."""
    if len(overstatements) > papers:
        raise RiskRefused(
            f"Ada {len(overstatements)} bacaan, padahal hanya ada {papers} kertas.",
            todo="Satu kertas dibaca satu kali; periksa apakah ada yang tercatat dua kali.",
        )
    for number, value in enumerate(overstatements, 1):
        if not LEAST <= value <= MOST:
            raise RiskRefused(f"Bacaan ke-{number} adalah {value}.", todo="Satu kertas mengubah selisih −2 sampai 2.")


def _margin(choice: int, winner: int, loser: int) -> int:
    return (choice == winner) - (choice == loser)


def _read(text: int | None, winner: int, loser: int) -> int:
    return -1 if text is None else _margin(text, winner, loser)
