"""One paper of each kind, of an invented village, for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.receipt.blocks import Layout
from epilwu.receipt.layout import (
    OpeningFigures,
    Place,
    audit_slip,
    closing_report,
    opening_report,
    token_card,
    tracker_slip,
)
from epilwu.receipt.report_code import ReportFigures, sign_report
from epilwu.receipt.slip import SlipPayload, sign_slip

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
UUID = "Lemah2DXs7mqP4"
PLACE = Place("Pemilihan Kuwu 2027", "Lemahabang", 2, 1)
REHEARSAL = Place("Pemilihan Kuwu 2027", "Lemahabang", 2, 1, rehearsal=True)
NONCE = bytes(range(16))
TRACKER = "Ab3+xY/z0123456789abcdefghijklmnopqrstuvwxy"
REPORT = sign_report(
    ReportFigures(
        UUID,
        2,
        1,
        b"\xab" * 32,
        219,
        218,
        217,
        3,
        1,
        0,
        bytes(32),
        bytes(32),
        bytes(32),
        datetime(2027, 5, 2, 7, tzinfo=UTC),
    ),
    KEY,
)


def slip_text(choice: int, booth: int = 1) -> str:
    return sign_slip(SlipPayload(UUID, booth, choice, NONCE), KEY)


def five(place: Place) -> list[Layout]:
    return [
        token_card(place, "5kPFq-9XJtR-2mVbn"),
        audit_slip(place, slip_text(3), "Nama Calon Tiga"),
        tracker_slip(place, TRACKER),
        opening_report(
            place,
            uuid=UUID,
            definition_hash="ab" * 32,
            figures=OpeningFigures(0, 0, 0, 0),
            candidates=[(1, "Nama Calon Satu"), (2, "Nama Calon Dua")],
            journal_head="0" * 64,
            device_fingerprint="cd" * 32,
            device="UJI-01",
            signers=["Ketua KPPS", "Saksi calon 1"],
        ),
        closing_report(place, REPORT, closed_at="02-05-2027 14.00 WIB", signers=["Ketua KPPS"]),
    ]
