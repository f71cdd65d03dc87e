from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from trust_samples import BOOTH, BOOTH_KEY, BOOTH_PEM, DAY, ROOT

from epilwu.errors import EpilwuError
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import Role
from epilwu.trust.envelope import DetachedSignature, sign, sign_detached, verify, verify_detached
from epilwu.trust.errors import CertificateWrongHolder, MalformedFile, SignatureRefused

CONTEXT = "epilwu/test/v1"
PAYLOAD = b"isi berkas"
SIGNED = sign_detached(CONTEXT, PAYLOAD, BOOTH_KEY, BOOTH_PEM)
PUBLIC = BOOTH_KEY.public_key()


@given(st.binary(max_size=200))
def test_signatures_hold_for_their_payload_key_and_purpose_only(payload: bytes) -> None:
    signature = sign(CONTEXT, payload, BOOTH_KEY)
    assert len(signature) == 64
    verify(CONTEXT, payload, signature, PUBLIC)
    PUBLIC.verify(signature, b"epilwu/test/v1\0" + payload)
    others = [
        ("epilwu/test/v2", payload, signature, PUBLIC),
        (CONTEXT, payload + b"\0", signature, PUBLIC),
        (CONTEXT, payload, signature[:-1], PUBLIC),
        (CONTEXT, payload, bytes(64), PUBLIC),
        (CONTEXT, payload, signature, Ed25519PrivateKey.generate().public_key()),
    ]
    for other in others:
        with pytest.raises(SignatureRefused):
            verify(*other)


@pytest.mark.parametrize(
    "context", ["", "epilwu", "epilwu/test", "epilwu/te\0st/v1", "other/test/v1", "epilwu/test/v1\0"]
)
def test_purposes_are_names(context: str) -> None:
    with pytest.raises(ValueError, match="context"):
        sign(context, b"", BOOTH_KEY)


def test_a_detached_signature() -> None:
    found = verify_detached(CONTEXT, PAYLOAD, SIGNED, ROOT, at=DAY, holder=BOOTH)
    assert found.holder == BOOTH
    assert DetachedSignature.parse(SIGNED).serialise() == SIGNED


def test_another_purpose_payload_or_holder_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="jenis lain"):
        verify_detached("epilwu/other/v1", PAYLOAD, SIGNED, ROOT, at=DAY)
    with pytest.raises(SignatureRefused, match="tidak cocok"):
        verify_detached(CONTEXT, PAYLOAD + b"!", SIGNED, ROOT, at=DAY)
    with pytest.raises(CertificateWrongHolder):
        verify_detached(CONTEXT, PAYLOAD, SIGNED, ROOT, at=DAY, holder_role=Role.TALLY)


def test_another_persons_certificate_does_not_help() -> None:
    forged = sign_detached(CONTEXT, PAYLOAD, Ed25519PrivateKey.generate(), BOOTH_PEM)
    with pytest.raises(SignatureRefused):
        verify_detached(CONTEXT, PAYLOAD, forged, ROOT, at=DAY)


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "00"},
        {"signature": "AB" * 64},
        {"signature": "00" * 65},
        {"certificate": "é"},
        {"certificate": 1},
        {"certificate": "a" * 9000},
        {"context": "x"},
        {"version": 2},
        {"extra": 1},
    ],
)
def test_other_files_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedFile):
        DetachedSignature.parse(dumps({**json.loads(SIGNED), **change}))


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(SIGNED)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EpilwuError):
        verify_detached(CONTEXT, PAYLOAD, bytes(changed), ROOT, at=DAY, holder=BOOTH)
