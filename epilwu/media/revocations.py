"""``revocations.json``: the regency's list of certificates that no longer count, signed by its root or its own key.

Entries name a certificate by its fingerprint (SHA-256 of its DER), the day since which nothing that it signed counts,
and why. A signature bears no date that could be proven, so a certificate revoked on or before the election day is
worth nothing for that election; one revoked afterwards stays good for it, and the audit says so.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election.definition import DATE
from epilwu.election.region import REGION, RegionCode
from epilwu.media.errors import PublishedRefused
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.certificates import Role, read_root
from epilwu.trust.envelope import DetachedSignature, sign_detached, verify, verify_detached

CONTEXT = "epilwu/revocations/v1"
NAME = "revocations.json"
LIMIT = 4 << 20
MAX_REVOKED = 20_000
_TODO = "Minta daftar sertifikat yang dicabut yang baru dari panitia kabupaten."


class Reason(StrEnum):
    """Why a certificate was revoked."""

    LOST = "lost"
    STOLEN = "stolen"
    COMPROMISED = "compromised"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revoked:
    """One certificate: its fingerprint (hex), the first day on which it counts for nothing, the reason."""

    fingerprint: str
    date: str
    reason: Reason

    @property
    def day(self) -> datetime.date:
        """``date`` as a date."""
        return datetime.date.fromisoformat(self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocations:
    """The list as of ``issued``; ``region`` is the regency's code. In order of fingerprints, each once."""

    region: str
    issued: str
    revoked: tuple[Revoked, ...]

    def find(self, fingerprint: str) -> Revoked | None:
        """The entry of a certificate; None where it was not revoked."""
        return next((each for each in self.revoked if each.fingerprint == fingerprint), None)

    def serialise(self) -> bytes:
        """The file's bytes; raise ``MalformedFile`` or ``PublishedRefused`` for values that a reader would refuse."""
        listed: list[Json] = [
            {"date": each.date, "fingerprint": each.fingerprint, "reason": str(each.reason)} for each in self.revoked
        ]
        data = dumps({"issued": self.issued, "region": self.region, "revoked": listed, "version": 1})
        Revocations.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, where: str = NAME) -> Revocations:
        """Read what ``serialise`` writes; raise ``MalformedFile`` or ``PublishedRefused`` otherwise."""
        record = Record.parse(data, ("issued", "region", "revoked", "version"), limit=LIMIT, where=where)
        found = Revocations(
            region=record.matching("region", REGION),
            issued=_date(record, "issued"),
            revoked=record.items("revoked", 0, MAX_REVOKED, _entry),
        )
        order = [each.fingerprint for each in found.revoked]
        if order != sorted(set(order)):
            raise PublishedRefused("Daftar sertifikat tidak urut atau berulang.", where=where, todo=_TODO)
        return found


def sign(revocations: Revocations, key: Ed25519PrivateKey, certificate: bytes) -> tuple[bytes, bytes]:
    """The list's bytes and its ``.sig`` by the regency's root or its holder of the role ``regency``."""
    data = revocations.serialise()
    return data, sign_detached(CONTEXT, data, key, certificate)


def read(data: bytes, signature: bytes, root_pem: bytes, *, where: str = NAME) -> Revocations:
    """Verify and read a list; the signer must be the root itself, or a ``regency`` holder whose region is the list's.

    Validity is judged at the day of issue. Raises ``SignatureRefused``, ``CertificateRefused`` and its kinds,
    ``MalformedFile``, ``PublishedRefused``.
    """
    detached = DetachedSignature.parse(signature, where=where)
    if detached.certificate == root_pem:
        verify(CONTEXT, data, detached.signature, read_root(root_pem, where=where).public_key, where=where)
        return Revocations.parse(data, where=where)
    found = Revocations.parse(data, where=where)
    at = datetime.date.fromisoformat(found.issued)
    signer = verify_detached(CONTEXT, data, signature, root_pem, at=at, holder_role=Role.REGENCY, where=where)
    if not RegionCode(signer.holder.region).contains(RegionCode(found.region)):
        raise PublishedRefused("Daftar ini ditandatangani kabupaten lain.", where=where, todo=_TODO)
    return found


def _entry(value: Json, where: str) -> Revoked:
    record = Record.of(value, ("date", "fingerprint", "reason"), where)
    reason = Reason(record.one_of("reason", [*Reason]))
    return Revoked(record.matching("fingerprint", HEX_256), _date(record, "date"), reason)


def _date(record: Record, name: str) -> str:
    text = record.matching(name, DATE)
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise record.refuse(name, "tidak ada di kalender") from None
    return text
