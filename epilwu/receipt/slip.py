"""The audit slip's signed payload: what the QR says about the choice that the voter has read.

Fixed layout, 97 bytes, printed as ``EPW1:`` + base45 (151 characters, QR version 6 at level M):

=======  =====================================================================================
bytes    meaning
=======  =====================================================================================
0        version, 0x01
1-14     election uuid, ASCII
15       booth, 1..255
16       choice: 0 blank, else the ballot number (1..10)
17-32    nonce, random
33-96    Ed25519 by the booth's device key over ``epilwu/audit-slip/v1``, a zero byte, bytes 0-32
=======  =====================================================================================

There is no voter, time, date, sequence number or tracker in it: beside an attendance list any of these could tell
who voted what. The nonce is random, so neither it nor what is derived from it has an order.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.receipt import codes
from epilwu.receipt.errors import MalformedCode, PayloadOutOfRange

PREFIX: Final = "EPW1:"
SLIP_CONTEXT: Final = b"epilwu/audit-slip/v1"
SLIP_ID_CONTEXT: Final = b"epilwu/slip-id/v1"
VERSION: Final = 1
SLIP_BYTES: Final = 97
NONCE_BYTES: Final = 16
MAX_BALLOT_NUMBER: Final = 10  # the protocol's questions have 1 to 10 candidates
SHORT_CODE_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class SlipPayload:
    """What one slip says. ``choice`` and ``nonce`` stay out of ``repr``, so that no log line carries a vote.

    uuid: 14 Base58 characters. booth: 1..255. choice: 0 for blank, else the ballot number, up to 10.
    nonce: 16 random bytes. Values outside raise ``PayloadOutOfRange``.
    """

    uuid: str
    booth: int
    choice: int = field(repr=False)
    nonce: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse values that the layout cannot carry."""
        codes.uuid_bytes(self.uuid)
        codes.check_range("bilik", self.booth, 1, 255)
        if not 0 <= self.choice <= MAX_BALLOT_NUMBER:
            raise PayloadOutOfRange("pilihan di luar 0..10")
        if len(self.nonce) != NONCE_BYTES:
            raise PayloadOutOfRange("nonce bukan 16 byte")

    def body(self) -> bytes:
        """The 33 bytes that are signed."""
        return bytes([VERSION]) + codes.uuid_bytes(self.uuid) + bytes([self.booth, self.choice]) + self.nonce


@dataclass(frozen=True, slots=True)
class SignedSlip:
    """A slip that was read: its payload and the 97 bytes it stands in. Not verified until ``verify_slip`` returns."""

    payload: SlipPayload
    data: bytes = field(repr=False)


def new_nonce() -> bytes:
    """16 bytes from the system's random generator, for one slip."""
    return secrets.token_bytes(NONCE_BYTES)


def sign_slip(payload: SlipPayload, key: Ed25519PrivateKey) -> str:
    """The QR's text: 151 characters, ``EPW1:`` + base45."""
    return codes.encode(PREFIX, codes.sign(SLIP_CONTEXT, payload.body(), key))


def parse_slip(text: str) -> SignedSlip:
    """Read what ``sign_slip`` writes; raise ``MalformedCode`` for every other text. Does not check the signature."""
    data = codes.decode(text, PREFIX, SLIP_BYTES)
    if data[0] != VERSION:
        raise MalformedCode(f"Struk versi {data[0]} tidak dikenal.")
    uuid = codes.read_uuid(data[1:15])
    booth, choice = data[15], data[16]
    if booth == 0 or choice > MAX_BALLOT_NUMBER:
        raise MalformedCode("Struk memuat bilik atau pilihan yang tidak mungkin.")
    return SignedSlip(SlipPayload(uuid, booth, choice, data[17:33]), data)


def verify_slip(signed: SignedSlip, public_key: Ed25519PublicKey) -> SlipPayload:
    """The payload, once its signature is by the booth's ``public_key``; raise ``ForgedCode`` otherwise.

    The payload returned is read again from the signed bytes, so that no other can be passed off with them.
    """
    codes.verify(SLIP_CONTEXT, signed.data, public_key)
    return parse_slip(codes.encode(PREFIX, signed.data)).payload


def slip_id(nonce: bytes) -> bytes:
    """SHA-256 of ``epilwu/slip-id/v1``, a zero byte and the nonce: 32 bytes, the slip's name in the register."""
    if len(nonce) != NONCE_BYTES:
        raise PayloadOutOfRange("nonce bukan 16 byte")
    return hashlib.sha256(SLIP_ID_CONTEXT + b"\0" + nonce).digest()


def short_code(nonce: bytes) -> str:
    """The first 8 Base58 characters of the slip id, printed for the eye beneath the candidate."""
    return base58.b58encode(slip_id(nonce)).decode("ascii")[:SHORT_CODE_LENGTH]
