"""Officers and their PINs: any two open the booth, each alone is known at its running screen.

At the opening two PINs unseal the package's keys; the verifiers that come out of the seal check single PINs for the
rest of the day, in memory. Every try is counted first (``tries``).
"""

from __future__ import annotations

from collections.abc import Mapping

from epilwu.booth.errors import OfficerRefused
from epilwu.booth.setup import BoothSetup, from_package
from epilwu.booth.tries import Tries
from epilwu.media import booth_package
from epilwu.media.booth_package import BoothPackage
from epilwu.media.officers import Officer
from epilwu.trust.errors import KeyFileRefused
from epilwu.trust.pin import PinVerifier, read_pin

Typed = Mapping[int, str]
"""What was typed, by the number of the officer who typed it."""


def unlock(package: BoothPackage, typed: Typed, tries: Tries, *, where: str) -> BoothSetup:
    """The booth's setup, its keys unsealed by two officers' PINs.

    Raises ``PinRefused`` for a slip of the finger, which is no try; ``OfficerRefused`` for wrong PINs or a lock; and
    ``KeyFileRefused`` for keys that are not this booth's.
    """
    pins = {number: read_pin(pin) for number, pin in typed.items()}
    if len(pins) != 2:
        raise OfficerRefused("Harus dua petugas yang berbeda.", todo="Pilih dua petugas, lalu ketik kedua PIN.")
    known = {officer.number for officer in package.parsed_officers()}
    if not set(pins) <= known:
        raise OfficerRefused("Petugas itu tidak ada dalam paket.", todo="Pilih petugas yang tercantum.")
    tries.begin(tuple(pins))
    try:
        keys = booth_package.open_booth_keys(package, pins, where=where)
    except KeyFileRefused as error:
        wait = tries.wait(pins)
        todo = f"{error.todo} Tunggu {wait} detik." if wait else error.todo
        raise OfficerRefused(error.what, where=error.where, todo=todo) from error
    tries.right(tuple(pins))
    return from_package(package, keys)


class OfficerPins:
    """Checks single PINs and pairs at a running booth."""

    def __init__(self, officers: tuple[Officer, ...], verifiers: Mapping[int, PinVerifier], tries: Tries) -> None:
        self.officers = officers
        self._verifiers = verifiers
        self._tries = tries

    def check(self, typed: Typed, *, needed: int = 1) -> None:
        """Return if so many different officers typed their own PINs (1 or 2).

        Raises ``PinRefused`` for a slip of the finger, ``OfficerRefused`` otherwise, and without looking while locked.
        """
        pins = {number: read_pin(pin) for number, pin in typed.items()}
        if len(pins) != needed or not set(pins) <= set(self._verifiers):
            raise OfficerRefused(
                "Pilih petugas yang tercantum." if needed == 1 else "Harus dua petugas yang berbeda.",
                todo="Ketik PIN di samping sebutannya.",
            )
        self._tries.begin(tuple(pins))
        wrong = [number for number, pin in pins.items() if not self._verifiers[number].fits(pin)]
        self._tries.right(tuple(number for number in pins if number not in wrong))
        if wrong:
            titles = ", ".join(officer.title for officer in self.officers if officer.number in wrong)
            wait = self._tries.wait(wrong)
            todo = f"Tunggu {wait} detik, lalu ketik dengan teliti." if wait else "Ketik ulang dengan teliti."
            raise OfficerRefused(f"PIN {titles} salah.", todo=todo)


def pins_of(setup: BoothSetup, tries: Tries) -> OfficerPins:
    """What checks PINs at the booth of ``setup``."""
    return OfficerPins(setup.package.parsed_officers(), setup.verifiers, tries)
