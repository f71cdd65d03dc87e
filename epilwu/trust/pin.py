"""An officer's PIN: twelve digits, drawn by the machine, eleven of them by chance and the last a check digit.

The check digit (Damm's quasigroup of order 10, "Total anti-symmetrische Quasigruppen", 2004) finds every single wrong
digit and every two neighbours that changed places: the screen can tell an officer at once that the typing was wrong,
without a try being spent and without saying anything of the PIN. Eleven digits by chance are 36.5 bits.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from nacl.pwhash import argon2id

from epilwu.trust.errors import PinRefused
from epilwu.trust.keyfile import Cost

DIGITS = 12
SALT_SIZE = argon2id.SALTBYTES
DIGEST_SIZE = 32
VERIFIER_COST = Cost(operations=2, memory_kib=64 << 10)
"""What one check at a running booth costs. No disk has the hash outside its seal: this slows guesses at the screen."""
_GROUP = 4
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def new_pin() -> str:
    """A fresh PIN of 12 digits."""
    digits = "".join(str(secrets.randbelow(10)) for _ in range(DIGITS - 1))
    return digits + _check_digit(digits)


def shown_pin(pin: str) -> str:
    """The PIN in groups of four, as a sheet shows it."""
    return " ".join(pin[start : start + _GROUP] for start in range(0, len(pin), _GROUP))


def read_pin(typed: str) -> str:
    """The twelve digits of what was typed, blanks between groups allowed; raise ``PinRefused`` for a slip."""
    pin = typed.replace(" ", "")
    if len(pin) != DIGITS or not (pin.isascii() and pin.isdecimal()):
        raise PinRefused(
            f"PIN terdiri dari {DIGITS} angka.", todo="Ketik ulang dengan teliti; ini tidak dihitung salah."
        )
    if _check_digit(pin[:-1]) != pin[-1]:
        raise PinRefused("PIN salah ketik.", todo="Ketik ulang dengan teliti; ini tidak dihitung salah.")
    return pin


@dataclass(frozen=True, slots=True)
class PinVerifier:
    """What checks one officer's PIN (Argon2id, RFC 9106). To be kept sealed: eleven digits do not stand alone."""

    salt: bytes
    digest: bytes = field(repr=False)
    cost: Cost

    @staticmethod
    def of(pin: str, cost: Cost = VERIFIER_COST) -> PinVerifier:
        """The verifier of ``pin``, under a fresh salt."""
        salt = secrets.token_bytes(SALT_SIZE)
        return PinVerifier(salt, _digest(pin, salt, cost), cost)

    def fits(self, pin: str) -> bool:
        """Whether ``pin`` (as ``read_pin`` gives it) is the one."""
        return hmac.compare_digest(_digest(pin, self.salt, self.cost), self.digest)


def _digest(pin: str, salt: bytes, cost: Cost) -> bytes:
    return argon2id.kdf(DIGEST_SIZE, pin.encode(), salt, opslimit=cost.operations, memlimit=cost.memory_kib * 1024)


def _check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)
