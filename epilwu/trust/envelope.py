"""Signatures over bytes, each bound to its purpose.

What is signed is ``context + NUL + payload`` with Ed25519 (RFC 8032); contexts are names such as
``epilwu/journal-entry/v1`` that hold no NUL, so a signature made for one purpose never fits another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.trust import certificates
from epilwu.trust.canonical import Record, dumps
from epilwu.trust.certificates import Holder, Role, VerifiedCertificate, check_certificate
from epilwu.trust.errors import SignatureRefused

SIGNATURE_SIZE = 64
LIMIT = 16 << 10
_CONTEXT = re.compile(r"epilwu(?:/[a-z0-9-]+)+/v[1-9][0-9]*", re.ASCII)
_TODO = "Jangan pakai berkas ini; salin ulang dari asalnya."


def sign(context: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The 64-byte signature of ``payload`` for the purpose ``context``."""
    return key.sign(_message(context, payload))


def verify(context: str, payload: bytes, signature: bytes, public_key: Ed25519PublicKey, *, where: str = "") -> None:
    """Return if the signature holds; raise ``SignatureRefused`` otherwise."""
    try:
        public_key.verify(signature, _message(context, payload))
    except InvalidSignature as error:
        raise SignatureRefused("Tanda tangan tidak cocok dengan isinya.", where=where, todo=_TODO) from error


def _message(context: str, payload: bytes) -> bytes:
    if _CONTEXT.fullmatch(context) is None:
        raise ValueError(f"not a signing context: {context!r}")
    return context.encode() + b"\0" + payload


@dataclass(frozen=True, slots=True)
class DetachedSignature:
    """A ``.sig`` file: purpose, the signer's certificate (PEM) and the signature over another file's bytes."""

    context: str
    certificate: bytes
    signature: bytes

    def serialise(self) -> bytes:
        """The file's bytes."""
        return dumps(
            {
                "certificate": self.certificate.decode("ascii"),
                "context": self.context,
                "signature": self.signature.hex(),
                "version": 1,
            }
        )

    @staticmethod
    def parse(data: bytes, *, where: str = "") -> DetachedSignature:
        """Read what ``serialise`` writes; raise ``MalformedFile`` otherwise. Nothing is verified yet."""
        record = Record.parse(data, ("certificate", "context", "signature", "version"), limit=LIMIT, where=where)
        signature = record.octets("signature", SIGNATURE_SIZE)
        certificate = record.text("certificate", certificates.LIMIT)
        if len(signature) != SIGNATURE_SIZE:
            raise record.refuse("signature", f"harus {SIGNATURE_SIZE} bita")
        if not certificate.isascii():
            raise record.refuse("certificate", "tidak berbentuk semestinya")
        return DetachedSignature(record.matching("context", _CONTEXT), certificate.encode("ascii"), signature)


def sign_detached(context: str, payload: bytes, key: Ed25519PrivateKey, certificate: bytes) -> bytes:
    """The bytes of the ``.sig`` file beside ``payload``."""
    return DetachedSignature(context, certificate, sign(context, payload, key)).serialise()


def verify_detached(
    context: str,
    payload: bytes,
    signature_file: bytes,
    root_pem: bytes,
    *,
    at: datetime | date,
    holder_role: Role | None = None,
    holder: Holder | None = None,
    where: str = "",
) -> VerifiedCertificate:
    """Check a ``.sig`` file: its purpose, its certificate under the root at ``at``, and the signature.

    Raises ``MalformedFile``, ``SignatureRefused`` or a ``CertificateRefused``.
    """
    detached = DetachedSignature.parse(signature_file, where=where)
    if detached.context != context:
        raise SignatureRefused("Tanda tangan ini dibuat untuk berkas jenis lain.", where=where, todo=_TODO)
    certificate = check_certificate(
        detached.certificate, root_pem, at=at, holder_role=holder_role, holder=holder, where=where
    )
    verify(context, payload, detached.signature, certificate.public_key, where=where)
    return certificate
