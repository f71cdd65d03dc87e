"""The desk's tally marks over a day, and the signed book that they become.

A voter is marked as present and as the holder of a token in one stroke, because that is one act at the desk: the two
figures may then differ only where a hand slipped, and the book shows it. No names, no times, no token texts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.desk.errors import CountImpossible
from epilwu.election import definition as definitions
from epilwu.media import desk_book
from epilwu.media.desk_book import DeskBook


@dataclass(frozen=True, slots=True)
class DeskCount:
    """The day's marks. ``received`` tokens came from the committee; men (L) and women (P) are counted apart."""

    received: int
    men: int = 0
    women: int = 0
    handed: int = 0
    spoiled: int = 0

    @property
    def attendance(self) -> int:
        """How many voters signed."""
        return self.men + self.women

    @property
    def unused(self) -> int:
        """Tokens that are still at the desk."""
        return self.received - self.handed - self.spoiled

    def hand_out(self, *, woman: bool) -> DeskCount:
        """A voter was found on the roll, signed, and took a token. Raises ``CountImpossible`` with no token left."""
        self._take_one()
        return replace(self, men=self.men + (not woman), women=self.women + woman, handed=self.handed + 1)

    def spoil(self) -> DeskCount:
        """A card was torn or soiled before it was used, and is kept aside."""
        self._take_one()
        return replace(self, spoiled=self.spoiled + 1)

    def _take_one(self) -> None:
        if self.unused <= 0:
            raise CountImpossible("Kartu token di meja sudah habis.", todo="Buka amplop cadangan bersama saksi.")


def write_book(  # noqa: PLR0917 - whose count, of which election, signed by whom
    count: DeskCount,
    definition: bytes,
    station: int,
    key: Ed25519PrivateKey,
    certificate: bytes,
    roll: tuple[int, int] | None = None,
) -> bytes:
    """The signed book of ``station``; ``roll`` is (men, women) on the final roll, None where it is not at the desk.

    Raises ``CountImpossible`` for a negative figure, ``DefinitionRefused`` for an unknown station.
    """
    parsed = definitions.parse(definition)
    if min(count.received, count.men, count.women, count.handed, count.spoiled) < 0:
        raise CountImpossible("Angka buku meja tidak boleh negatif.", todo="Periksa angka yang diketik.")
    book = DeskBook(
        region=parsed.region.text,
        rehearsal=parsed.rehearsal,
        definition_hash=definitions.definition_hash(definition),
        uuid=parsed.station(station).uuid,
        station=station,
        roll_men=roll[0] if roll else None,
        roll_women=roll[1] if roll else None,
        attendance_men=count.men,
        attendance_women=count.women,
        tokens_received=count.received,
        tokens_handed=count.handed,
        tokens_spoiled=count.spoiled,
        tokens_unused=max(count.unused, 0),
    )
    return desk_book.write(book, key, certificate)
