"""Figures, dates and numbers in words as Indonesian papers and screens write them. Pure; integers only, no floats.

Figures group by full stop and part by comma (2.190; 0,93 %). Words follow the ordinary counting of official records
("tiga ratus enam puluh tujuh"), so that a figure on a record cannot be altered without its words.
"""

from __future__ import annotations

from datetime import date

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
_SCALES = ((1_000_000_000, "miliar"), (1_000_000, "juta"))
WORDS_LIMIT = 10**12  # exclusive; no village, regency or nation counts further


def figure(number: int) -> str:
    """Write an integer with full stops between thousands: 2190 -> ``2.190``; the minus is a true minus sign."""
    grouped = f"{abs(number):,}".replace(",", ".")
    return f"−{grouped}" if number < 0 else grouped


def signed_figure(number: int) -> str:
    """Write a difference with its sign: ``+3``, ``−3``, and ``0`` without one."""
    return f"+{figure(number)}" if number > 0 else figure(number)


def percent(part: int, whole: int, *, decimals: int = 2) -> str:
    """Write ``part`` of ``whole`` as ``0,93 %``, rounded half up; a dash where ``whole`` is not positive.

    Decisions are never taken from this text: they compare integers (see ``epilwu.election.outcome``).
    """
    if whole <= 0:
        return "–"
    if part < 0:
        raise ValueError("a share cannot be negative")
    scale: int = 10**decimals
    rounded = (part * 100 * scale * 2 + whole) // (2 * whole)
    whole_part, fraction = divmod(rounded, scale)
    return f"{figure(whole_part)},{fraction:0{decimals}d} %" if decimals else f"{figure(whole_part)} %"


def long_date(day: date | str) -> str:
    """Write a date (or its ISO text) as ``Minggu, 22 Oktober 2023``."""
    value = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{_DAYS[value.weekday()]}, {value.day} {_MONTHS[value.month - 1]} {value.year}"


def in_words(number: int) -> str:
    """Write a count in words: 2190 -> ``dua ribu seratus sembilan puluh``. 0 <= number < 10**12, else ValueError."""
    if not 0 <= number < WORDS_LIMIT:
        raise ValueError(f"no words for {number}")
    if number == 0:
        return _UNITS[0]
    words: list[str] = []
    rest = number
    for size, name in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            words += [*_below_thousand(count), name]
    thousands, rest = divmod(rest, 1000)
    if thousands == 1:
        words.append("seribu")
    elif thousands:
        words += [*_below_thousand(thousands), "ribu"]
    return " ".join([*words, *_below_thousand(rest)])


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [] if not hundreds else ["seratus"] if hundreds == 1 else [_UNITS[hundreds], "ratus"]
    if rest == 0:
        return words
    if rest < len(_UNITS):
        return [*words, _UNITS[rest]]
    tens, unit = divmod(rest, 10)
    if tens == 1:
        return [*words, _UNITS[unit], "belas"]
    return [*words, _UNITS[tens], "puluh", *([_UNITS[unit]] if unit else [])]
