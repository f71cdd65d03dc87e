"""Whether a device is a stand-in: a real printer or scanner never hangs on a pseudo-terminal, a stand-in always does.

So a stand-in cannot hide, and nobody has to be told to say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

MARK: Final = "TIRUAN"
_PSEUDO_TERMINALS: Final = "/dev/pts/"


def stands_in(port: str) -> bool:
    """Whether the device file ``port`` is, or names, a pseudo-terminal."""
    return os.path.realpath(port).startswith(_PSEUDO_TERMINALS)


def warning(devices: Iterable[tuple[str, bool]]) -> str:
    """What the console says of the stand-ins among ``devices`` (name, whether it is one); "" where there is none."""
    names = [name for name, is_one in devices if is_one]
    return f"{' dan '.join(names).upper()} {MARK} – BUKAN UNTUK PEMILIHAN" if names else ""
