"""The closing report's code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from epilwu.receipt.errors import ForgedCode, MalformedCode, PayloadOutOfRange
from epilwu.receipt.report_code import ReportFigures, parse_report, sign_report, verify_report

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FIGURES = ReportFigures(
    uuid="Lemah2DXs7mqP4",
    station=2,
    booth=1,
    definition_hash=b"\x01" * 32,
    ballots=219,
    tokens_spent=219,
    slips_cast=218,
    slips_void=3,
    restarts=1,
    takeovers=0,
    journal_head=b"\x02" * 32,
    cast_root=b"\x03" * 32,
    void_root=b"\x04" * 32,
    closed_at=datetime(2023, 10, 22, 14, 15, tzinfo=timezone(timedelta(hours=7))),
)
TEXT = sign_report(FIGURES, KEY)
counts = st.integers(0, 65535)
hashes = st.binary(min_size=32, max_size=32)


@given(counts, counts, counts, counts, counts, counts, hashes, hashes, hashes)
def test_what_is_signed_is_read_back(
    ballots: int,
    tokens: int,
    cast: int,
    void: int,
    restarts: int,
    takeovers: int,
    head: bytes,
    cast_root: bytes,
    void_root: bytes,
) -> None:
    figures = replace(
        FIGURES,
        ballots=ballots,
        tokens_spent=tokens,
        slips_cast=cast,
        slips_void=void,
        restarts=restarts,
        takeovers=takeovers,
        journal_head=head,
        cast_root=cast_root,
        void_root=void_root,
    )
    text = sign_report(figures, KEY)
    assert len(text) == 344
    assert verify_report(parse_report(text), KEY.public_key()) == figures


@given(st.integers(0, 225), st.integers(1, 255))
def test_no_changed_byte_is_believed(at: int, change: int) -> None:
    data = bytearray(parse_report(TEXT).data)
    data[at] ^= change
    with pytest.raises((MalformedCode, ForgedCode)):
        verify_report(parse_report("EPC1:" + base45.b45encode(bytes(data)).decode()), KEY.public_key())


@pytest.mark.parametrize("text", [TEXT[:-1], TEXT + "0", TEXT.lower(), "EPW1:" + TEXT[5:], TEXT[:5] + ":::" + TEXT[8:]])
def test_near_misses_are_refused(text: str) -> None:
    with pytest.raises(MalformedCode):
        parse_report(text)


def test_equal_copies_have_equal_codes() -> None:
    assert sign_report(FIGURES, KEY) == TEXT


@pytest.mark.parametrize(
    "change",
    [
        {"ballots": 65536},
        {"restarts": -1},
        {"station": 0},
        {"booth": 256},
        {"journal_head": bytes(31)},
        {"closed_at": datetime(2023, 10, 22, 14, 16, tzinfo=UTC)},
        {"closed_at": datetime(2023, 10, 22, 14, 15)},
        {"closed_at": datetime(1969, 12, 31, 23, 45, tzinfo=UTC)},
        {"uuid": "?"},
    ],
)
def test_what_does_not_fit_is_not_signed(change: dict[str, object]) -> None:
    with pytest.raises(PayloadOutOfRange):
        replace(FIGURES, **change)  # type: ignore[arg-type]
