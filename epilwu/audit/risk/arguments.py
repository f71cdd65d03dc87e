"""Numbers from the command line, read strictly: only the one way of writing them, and within bounds."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

import click

from epilwu.audit.risk.contest import MAX_PAPERS, parse_limit
from epilwu.audit.risk.errors import RiskRefused

_WHOLE = re.compile(r"0|[1-9][0-9]{0,6}", re.ASCII)
_OVERSTATEMENT = re.compile(r"0|-?[12]", re.ASCII)


class WholeNumber(click.ParamType[int]):
    """A whole number in plain digits, at most seven; raises ``RiskRefused`` naming the option."""

    name = "bilangan"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """``value`` as a number."""
        if isinstance(value, int):  # a default
            return value
        if _WHOLE.fullmatch(str(value)) is None:
            where = "" if param is None else str(param.opts[0])
            raise RiskRefused(f"“{str(value)[:20]}” bukan bilangan bulat.", where=where, todo="Tulis angka saja.")
        return int(str(value))


class RiskLimit(click.ParamType[Fraction]):
    """A risk limit as ``parse_limit`` reads it."""

    name = "batas"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """``value`` as an exact fraction."""
        return value if isinstance(value, Fraction) else parse_limit(str(value))


WHOLE: Final = WholeNumber()
LIMIT: Final = RiskLimit()


def parse_overstatements(text: str) -> tuple[int, ...]:
    """Readings in the order drawn, written ``0,0,1,-1,2``; raise ``RiskRefused`` for anything else."""
    parts = text.split(",", MAX_PAPERS)
    if len(parts) > MAX_PAPERS:
        raise RiskRefused(f"Bacaan terlalu banyak (paling banyak {MAX_PAPERS}).", where="--overstatements")
    for number, part in enumerate(parts, 1):
        if _OVERSTATEMENT.fullmatch(part) is None:
            raise RiskRefused(
                f"Bacaan ke-{number}, “{part[:20]}”, bukan −2, −1, 0, 1 atau 2.",
                where="--overstatements",
                todo="Tulis seperti 0,0,1,-1 tanpa spasi, menurut urutan penarikan.",
            )
    return tuple(map(int, parts))
