"""The officers' code at a running booth: checked slowly, against a hash that lives in memory alone."""

from __future__ import annotations

import math
import time
import unicodedata
from collections.abc import Callable

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from epilwu.booth.errors import OfficerRefused

FREE_TRIES = 3
FIRST_WAIT = 30.0
"""Seconds after the third wrong code in a row; doubled with each further one."""


class OfficerCode:
    """The opening code that was typed at the start, kept as an Argon2id hash (RFC 9106).

    ``memory`` in bytes and ``operations`` are what one guess costs; ``ticks`` gives seconds that never jump.
    """

    def __init__(
        self,
        code: str,
        *,
        ticks: Callable[[], float] = time.monotonic,
        operations: int = argon2id.OPSLIMIT_INTERACTIVE,
        memory: int = argon2id.MEMLIMIT_INTERACTIVE,
    ) -> None:
        self._hash = argon2id.str(_typed(code), opslimit=operations, memlimit=memory)
        self._ticks = ticks
        self._wrong = 0
        self._locked_until = 0.0

    def check(self, code: str) -> None:
        """Return if ``code`` is right; raise ``OfficerRefused`` otherwise, and without looking while locked."""
        wait = self._locked_until - self._ticks()
        if wait > 0:
            raise OfficerRefused(f"Terlalu banyak kode salah. Tunggu {math.ceil(wait)} detik.")
        try:
            argon2id.verify(self._hash, _typed(code))
        except InvalidkeyError:
            self._wrong += 1
            if self._wrong >= FREE_TRIES:
                self._locked_until = self._ticks() + FIRST_WAIT * 2 ** (self._wrong - FREE_TRIES)
            raise OfficerRefused("Kode petugas salah.", todo="Ketik ulang dengan teliti.") from None
        self._wrong = 0


def _typed(code: str) -> bytes:
    return unicodedata.normalize("NFKC", code).encode()
