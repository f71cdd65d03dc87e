"""The closing report's signed QR: the figures that panitia and witnesses sign, checkable from a picture of the paper.

Fixed layout, 226 bytes, printed as ``EPC1:`` + base45 (344 characters, QR version 11 at level M: 61 modules, at 5 dots
each 345 of a 58 mm printer's 384 dots with its quiet zone). All numbers are unsigned and big-endian:

=========  ==================================================================
bytes      meaning
=========  ==================================================================
0          version, 0x01
1-14       election uuid, ASCII
15-16      station
17         booth
18-49      definition hash
50-61      ballots, tokens spent, slips cast, slips void, restarts, takeovers (2 each)
62-93      journal head
94-125     RFC 6962 root of the cast slips' ids
126-157    RFC 6962 root of the void slips' ids
158-161    quarter of an hour of closing, counted from 1970-01-01T00:00Z
162-225    Ed25519 by the booth's device key over the context and bytes 0-161
=========  ==================================================================

It carries no count by candidate: a booth cannot know one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.receipt import codes
from epilwu.receipt.errors import MalformedCode, PayloadOutOfRange

PREFIX: Final = "EPC1:"
REPORT_CONTEXT: Final = b"epilwu/closing-report/v1"
VERSION: Final = 1
REPORT_BYTES: Final = 226
_LAYOUT = struct.Struct(">B14sHB32s6H32s32s32sI")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """The closing report's figures. Counts: 0..65535. Hashes: 32 bytes. ``closed_at``: aware, on a quarter hour.

    Values outside raise ``PayloadOutOfRange``.
    """

    uuid: str
    station: int
    booth: int
    definition_hash: bytes
    ballots: int
    tokens_spent: int
    slips_cast: int
    slips_void: int
    restarts: int
    takeovers: int
    journal_head: bytes
    cast_root: bytes
    void_root: bytes
    closed_at: datetime

    def __post_init__(self) -> None:
        """Refuse values that the layout cannot carry."""
        codes.uuid_bytes(self.uuid)
        codes.check_range("TPS", self.station, 1, 65535)
        codes.check_range("bilik", self.booth, 1, 255)
        for name in ("ballots", "tokens_spent", "slips_cast", "slips_void", "restarts", "takeovers"):
            codes.check_range(name, getattr(self, name), 0, 65535)
        for name in ("definition_hash", "journal_head", "cast_root", "void_root"):
            if len(getattr(self, name)) != 32:
                raise PayloadOutOfRange("bukan 32 byte", where=name)
        if self.closed_at.tzinfo is None or (self.closed_at - _EPOCH) % _QUARTER:
            raise PayloadOutOfRange("jam tutup bukan seperempat jam penuh", where="closed_at")
        codes.check_range("closed_at", (self.closed_at - _EPOCH) // _QUARTER, 0, 2**32 - 1)

    def body(self) -> bytes:
        """The 162 bytes that are signed."""
        return _LAYOUT.pack(
            VERSION,
            codes.uuid_bytes(self.uuid),
            self.station,
            self.booth,
            self.definition_hash,
            self.ballots,
            self.tokens_spent,
            self.slips_cast,
            self.slips_void,
            self.restarts,
            self.takeovers,
            self.journal_head,
            self.cast_root,
            self.void_root,
            (self.closed_at - _EPOCH) // _QUARTER,
        )


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report code that was read. Not verified until ``verify_report`` returns."""

    figures: ReportFigures
    data: bytes


def sign_report(figures: ReportFigures, key: Ed25519PrivateKey) -> str:
    """The QR's text: 344 characters, ``EPC1:`` + base45."""
    return codes.encode(PREFIX, codes.sign(REPORT_CONTEXT, figures.body(), key))


def parse_report(text: str) -> SignedReport:
    """Read what ``sign_report`` writes (times come back in UTC); raise ``MalformedCode`` for every other text."""
    data = codes.decode(text, PREFIX, REPORT_BYTES)
    version, uuid, *values, quarter = _LAYOUT.unpack(data[: _LAYOUT.size])
    if version != VERSION:
        raise MalformedCode(f"Laporan versi {version} tidak dikenal.")
    names = tuple(ReportFigures.__dataclass_fields__)[1:-1]
    try:
        closed_at = _EPOCH + quarter * _QUARTER
        figures = ReportFigures(
            uuid=codes.read_uuid(uuid), closed_at=closed_at, **dict(zip(names, values, strict=True))
        )
    except (PayloadOutOfRange, OverflowError):
        raise MalformedCode("Laporan memuat angka yang tidak mungkin.") from None
    return SignedReport(figures, data)


def verify_report(signed: SignedReport, public_key: Ed25519PublicKey) -> ReportFigures:
    """The figures, once their signature is by the booth's ``public_key``; raise ``ForgedCode`` otherwise."""
    codes.verify(REPORT_CONTEXT, signed.data, public_key)
    return parse_report(codes.encode(PREFIX, signed.data)).figures
