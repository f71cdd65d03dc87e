"""The slip's payload: one canonical text for each, and nothing else is read or believed."""

from __future__ import annotations

import hashlib

import base45
import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from epilwu.receipt.errors import ForgedCode, MalformedCode, PayloadOutOfRange
from epilwu.receipt.slip import (
    SignedSlip,
    SlipPayload,
    new_nonce,
    parse_slip,
    short_code,
    sign_slip,
    slip_id,
    verify_slip,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
UUID = "Lemah2DXs7mqP4"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493

payloads = st.builds(
    SlipPayload,
    uuid=st.text(ALPHABET, min_size=14, max_size=14),
    booth=st.integers(1, 255),
    choice=st.integers(0, 10),
    nonce=st.binary(min_size=16, max_size=16),
)
TEXT = sign_slip(SlipPayload(UUID, 2, 3, bytes(range(16))), KEY)


def encoded(data: bytes) -> str:
    return "EPW1:" + base45.b45encode(data).decode()


@given(payloads)
def test_what_is_signed_is_read_back(payload: SlipPayload) -> None:
    text = sign_slip(payload, KEY)
    assert len(text) == 151
    signed = parse_slip(text)
    assert signed.payload == payload
    assert verify_slip(signed, KEY.public_key()) == payload


def test_the_layout_is_the_published_one() -> None:
    data = base45.b45decode(TEXT[5:])
    assert data[:33] == b"\x01" + UUID.encode() + b"\x02\x03" + bytes(range(16))
    KEY.public_key().verify(data[33:], b"epilwu/audit-slip/v1\0" + data[:33])
    assert len(data) == 97


@given(payloads, st.integers(0, 96), st.integers(1, 255))
def test_no_changed_byte_is_believed(payload: SlipPayload, at: int, change: int) -> None:
    data = bytearray(parse_slip(sign_slip(payload, KEY)).data)
    data[at] ^= change
    with pytest.raises((MalformedCode, ForgedCode)):
        verify_slip(parse_slip(encoded(bytes(data))), KEY.public_key())


@given(st.integers(0, 150), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:az\n\x00é"))
def test_no_changed_character_is_believed(at: int, character: str) -> None:
    changed = TEXT[:at] + character + TEXT[at + 1 :]
    if changed != TEXT:
        with pytest.raises((MalformedCode, ForgedCode)):
            verify_slip(parse_slip(changed), KEY.public_key())


@given(st.text(max_size=160))
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        parse_slip(text)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.lower(),
        TEXT + "\n",
        TEXT + " ",
        " " + TEXT,
        TEXT[:-1],
        TEXT[5:],
        "EPW2:" + TEXT[5:],
        "EPC1:" + TEXT[5:],
        TEXT[:5] + ":::" + TEXT[8:],  # 91,124: past the two bytes that three characters hold
        TEXT[:-2] + "::",  # 2,024: past the one byte that two characters hold
        TEXT[:-1] + "\n",
        TEXT.replace(TEXT[9], chr(ord(TEXT[9]) + 0xFEE0), 1),  # a full-width twin
        encoded(bytes(96)),
        encoded(bytes(98)),
        encoded(b"\x02" + parse_slip(TEXT).data[1:]),
        encoded(b"\x01" + b"0" * 14 + parse_slip(TEXT).data[15:]),
        encoded(parse_slip(TEXT).data[:15] + b"\x00" + parse_slip(TEXT).data[16:]),
        encoded(parse_slip(TEXT).data[:16] + b"\x0b" + parse_slip(TEXT).data[17:]),
        "",
    ],
)
def test_near_misses_are_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        parse_slip(text)


def test_another_booths_key_is_not_believed() -> None:
    with pytest.raises(ForgedCode):
        verify_slip(parse_slip(TEXT), OTHER_KEY.public_key())


def test_a_signature_has_one_form() -> None:
    data = parse_slip(TEXT).data
    doubled = int.from_bytes(data[65:], "little") + GROUP_ORDER
    with pytest.raises(ForgedCode):
        verify_slip(parse_slip(encoded(data[:65] + doubled.to_bytes(32, "little"))), KEY.public_key())


def test_a_payload_beside_other_bytes_is_not_passed_off() -> None:
    lie = SignedSlip(SlipPayload(UUID, 2, 5, bytes(16)), parse_slip(TEXT).data)
    assert verify_slip(lie, KEY.public_key()).choice == 3


@pytest.mark.parametrize(
    ("uuid", "booth", "choice", "nonce"),
    [
        ("short", 1, 1, bytes(16)),
        ("0" * 14, 1, 1, bytes(16)),
        (UUID + "\n", 1, 1, bytes(16)),
        (UUID, 0, 1, bytes(16)),
        (UUID, 256, 1, bytes(16)),
        (UUID, 1, -1, bytes(16)),
        (UUID, 1, 11, bytes(16)),
        (UUID, 1, 1, bytes(15)),
    ],
)
def test_what_does_not_fit_is_not_signed(uuid: str, booth: int, choice: int, nonce: bytes) -> None:
    with pytest.raises(PayloadOutOfRange):
        SlipPayload(uuid, booth, choice, nonce)


def test_names_of_a_slip_come_from_its_nonce_alone() -> None:
    nonce = bytes(range(16))
    digest = hashlib.sha256(b"epilwu/slip-id/v1\0" + nonce).digest()
    assert slip_id(nonce) == digest
    assert short_code(nonce) == base58.b58encode(digest).decode()[:8]
    with pytest.raises(PayloadOutOfRange):
        slip_id(b"")


def test_neither_choice_nor_nonce_stands_in_a_log_line() -> None:
    shown = repr(parse_slip(TEXT))
    assert "choice" not in shown and "nonce" not in shown and "data" not in shown


def test_nonces_differ() -> None:
    assert len({new_nonce() for _ in range(100)}) == 100
