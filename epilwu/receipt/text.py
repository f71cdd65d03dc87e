"""Text as every receipt printer can print it: the 95 printable ASCII characters.

Code pages differ between printers and their settings; ASCII does not. Typographic signs become their plain form
(a dash "-", a middle dot "-", quotes straight), letters lose their accents (NFKD), spaces of any kind become a space.
What then is still not ASCII is refused rather than replaced: a "?" in a candidate's name could be anyone, and a
control character could be a printer command. Definitions are checked with ``printable`` before a booth opens.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Final

from epilwu.receipt.errors import Unprintable

_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−·•", "-"),
        **dict.fromkeys("‘’‚′ʻʼ`´", "'"),
        **dict.fromkeys("“”„″«»", '"'),
        "…": "...",
        "×": "x",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ł": "l",
        "Ł": "L",
        "\t": " ",
    }
)


def printable(text: str) -> str:
    """``text`` in printable ASCII; raise ``Unprintable`` where it has no faithful form."""
    if text.isascii() and text.isprintable():
        return text
    plain = "".join(
        mark for mark in unicodedata.normalize("NFKD", text.translate(_PLAIN)) if not unicodedata.combining(mark)
    )
    if not (plain.isascii() and plain.isprintable()):
        raise Unprintable(
            "Teks memuat huruf atau tanda yang tidak dapat dicetak.",
            where=ascii(text),
            todo="Tulis dengan huruf Latin biasa.",
        )
    return plain


def wrap(text: str, columns: int) -> list[str]:
    """``text`` in lines of at most ``columns`` characters, broken between words, or inside one too long for a line."""
    return textwrap.wrap(text, columns, break_long_words=True, break_on_hyphens=False) or [""]
