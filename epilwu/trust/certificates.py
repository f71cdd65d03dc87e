"""Who a key belongs to: X.509 certificates with Ed25519 keys, one root per regency, one level deep.

Root: self-signed, CA with path length 0, may sign certificates and revocation lists. Holder: no CA, may sign and
nothing else, no subject name, and one critical subject alternative name, a URI such as
``urn:epilwu:booth:32.09.07.2007:1:2``, that says the role and place (RFC 5280 sections 4.1.2.6, 4.2.1; Ed25519 as in
RFC 8410). ``check_certificate`` accepts that one form alone, so that no certificate means two things.

A moment is an aware ``datetime``; a ``date`` stands for its noon in western Indonesia (UTC+7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID
from nacl.bindings import crypto_core_ed25519_is_valid_point

from epilwu.trust.canonical import is_plain_line
from epilwu.trust.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateUnreadable,
    CertificateWrongHolder,
)

LIMIT = 8 << 10
"""Largest certificate in PEM, bytes; ours take about 700."""
WESTERN_TIME = timezone(timedelta(hours=7))
_NUMBER = r"([1-9][0-9]{0,2})"
_REGION = r"([1-9][0-9](?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?)"
_URI = re.compile(rf"urn:epilwu:([a-z]+):{_REGION}(?::{_NUMBER}(?::{_NUMBER})?)?", re.ASCII)
_TODO_FOREIGN = "Pastikan berkas berasal dari panitia kabupaten yang sama, lalu salin ulang."
_TODO_UNREADABLE = "Minta sertifikat baru dari panitia kabupaten."


class Role(StrEnum):
    """What a key is for."""

    REGENCY = "regency"
    COMMITTEE = "committee"
    BOOTH = "booth"
    DESK = "desk"
    TALLY = "tally"


_PLACES = {Role.REGENCY: 0, Role.COMMITTEE: 0, Role.TALLY: 0, Role.DESK: 1, Role.BOOTH: 2}
"""How many numbers (station, booth) a role's holder has."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Role and place of a key: region code, and station (1 to 999) and booth (1 to 255) where the role has them."""

    role: Role
    region: str
    station: int | None = None
    booth: int | None = None

    @property
    def uri(self) -> str:
        """The holder as a URN; raise ``CertificateWrongHolder`` where the numbers do not fit the role."""
        parts = [str(part) for part in (self.station, self.booth) if part is not None]
        text = ":".join(("urn:epilwu", self.role, self.region, *parts))
        if Holder.parse(text) != self:
            raise CertificateWrongHolder(f"Pemegang “{text}” tidak lengkap atau keliru.", todo=_TODO_UNREADABLE)
        return text

    @staticmethod
    def parse(uri: str) -> Holder | None:
        """Read what ``uri`` writes; None for anything else."""
        match = _URI.fullmatch(uri)
        if match is None or match[1] not in {*Role}:
            return None
        role = Role(match[1])
        station, booth = (int(text) if text else None for text in (match[3], match[4]))
        if sum(number is not None for number in (station, booth)) != _PLACES[role] or (booth or 0) > 255:
            return None
        return Holder(role, match[2], station, booth)


@dataclass(frozen=True, slots=True)
class VerifiedCertificate:
    """A certificate that was checked: whose it is, its key, SHA-256 of its DER in hex, and its validity (UTC)."""

    holder: Holder
    public_key: Ed25519PublicKey
    fingerprint: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class VerifiedRoot:
    """A regency's root that was checked by itself; whether it is *the* root is for the reader of its fingerprint."""

    name: str
    public_key: Ed25519PublicKey
    fingerprint: str
    certificate: x509.Certificate


def create_root(name: str, not_before: datetime, not_after: datetime) -> tuple[Ed25519PrivateKey, bytes]:
    """A new root key and its self-signed certificate (PEM). ``name`` is shown to people: at most 64 characters."""
    if not is_plain_line(name, 64):
        raise CertificateUnreadable("Nama sertifikat akar harus 1 sampai 64 huruf biasa.")
    key = Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        _builder(subject, subject, key.public_key(), not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder.sign(key, None).public_bytes(Encoding.PEM)


def issue(  # noqa: PLR0917 - the order is that of a certificate's sentence
    root_key: Ed25519PrivateKey,
    root_pem: bytes,
    public_key: Ed25519PublicKey,
    holder: Holder,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """A certificate (PEM) for ``holder``, signed by the root.

    Raises ``CertificateForeign`` where key and root differ, ``CertificateExpired`` where the validity would leave the
    root's, ``CertificateUnreadable`` for a weak key.
    """
    root = read_root(root_pem)
    if root.public_key != root_key.public_key():
        raise CertificateForeign("Kunci akar dan sertifikat akar bukan pasangan.", todo=_TODO_FOREIGN)
    _at_least(root.certificate, not_before, "sertifikat akar")
    _at_least(root.certificate, not_after, "sertifikat akar")
    _strong(public_key, "sertifikat baru")
    name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(holder.uri)])
    builder = (
        _builder(x509.Name([]), root.certificate.subject, public_key, not_before, not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(name, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key), critical=False)
    )
    return builder.sign(root_key, None).public_bytes(Encoding.PEM)


def read_root(pem: bytes, *, at: datetime | date | None = None, where: str = "sertifikat akar") -> VerifiedRoot:
    """Check a root certificate by itself, and its validity at ``at`` where that is given.

    Raises ``CertificateUnreadable``, ``CertificateForeign`` (not signed by itself) or ``CertificateExpired``.
    """
    certificate = _load(pem, where)
    if (
        not _has_exactly(certificate, _ROOT_FORM)
        or _extension(certificate, x509.BasicConstraints) != x509.BasicConstraints(ca=True, path_length=0)
        or _extension(certificate, x509.KeyUsage) != _usage(ca=True)
    ):
        raise CertificateUnreadable("Ini bukan sertifikat akar E-Pilwu.", where=where, todo=_TODO_UNREADABLE)
    _signed_by(certificate, certificate, where)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or len(list(certificate.subject)) != 1:
        raise CertificateUnreadable("Nama sertifikat akar tidak dikenal.", where=where, todo=_TODO_UNREADABLE)
    if at is not None:
        _at_least(certificate, _moment(at), where)
    return VerifiedRoot(str(names[0].value), _key(certificate, where), _fingerprint(certificate), certificate)


def check_certificate(
    pem: bytes,
    root_pem: bytes,
    *,
    at: datetime | date,
    holder_role: Role | None = None,
    holder: Holder | None = None,
    where: str = "sertifikat",
) -> VerifiedCertificate:
    """Check a holder's certificate under the root, both valid at ``at``, of the role or the very holder demanded.

    Raises ``CertificateUnreadable``, ``CertificateForeign``, ``CertificateExpired`` or ``CertificateWrongHolder``.
    """
    root = read_root(root_pem, at=at)
    certificate = _load(pem, where)
    if (
        not _has_exactly(certificate, _HOLDER_FORM)
        or _extension(certificate, x509.BasicConstraints) != x509.BasicConstraints(ca=False, path_length=None)
        or _extension(certificate, x509.KeyUsage) != _usage(ca=False)
        or len(list(certificate.subject)) != 0
    ):
        raise CertificateUnreadable("Ini bukan sertifikat pemegang E-Pilwu.", where=where, todo=_TODO_UNREADABLE)
    _signed_by(certificate, root.certificate, where)
    _at_least(certificate, _moment(at), where)
    found = _holder(certificate, where)
    if (holder_role is not None and found.role != holder_role) or (holder is not None and found != holder):
        wanted = holder.uri if holder is not None else str(holder_role)
        raise CertificateWrongHolder(
            f"Sertifikat ini milik {found.uri}, bukan {wanted}.", where=where, todo="Pakai berkas milik perangkat itu."
        )
    return VerifiedCertificate(
        found,
        _key(certificate, where),
        _fingerprint(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def key_in(pem: bytes, *, where: str = "sertifikat") -> Ed25519PublicKey:
    """The key that a certificate names, whoever vouches for it; raise ``CertificateUnreadable``."""
    return _key(_load(pem, where), where)


_ROOT_FORM = {
    ExtensionOID.BASIC_CONSTRAINTS: True,
    ExtensionOID.KEY_USAGE: True,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
}
_HOLDER_FORM = {
    ExtensionOID.BASIC_CONSTRAINTS: True,
    ExtensionOID.KEY_USAGE: True,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: True,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: False,
}


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PublicKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(not_before))
        .not_valid_after(_moment(not_after))
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _moment(at: datetime | date) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time(12), WESTERN_TIME)
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at


_READING_FAILS = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def _load(pem: bytes, where: str) -> x509.Certificate:
    """One certificate whose PEM is exactly what we would write: nothing before, between or after."""
    try:
        if len(pem) > LIMIT:
            raise ValueError("too long")
        certificate = x509.load_pem_x509_certificate(pem)
        written = certificate.public_bytes(Encoding.PEM)
        ours = certificate.signature_algorithm_oid == SignatureAlgorithmOID.ED25519
        # Reading the parts now keeps every later access from failing on a lazily parsed field.
        _ = (certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc)
    except _READING_FAILS as error:
        raise CertificateUnreadable("Sertifikat tidak terbaca.", where=where, todo=_TODO_UNREADABLE) from error
    # The reader lets the signature's BIT STRING claim unused bits; only one writing of a signature is ours.
    ours = ours and certificate.public_bytes(Encoding.DER).endswith(b"\x03\x41\x00" + certificate.signature)
    if written != pem or not ours or certificate.version != x509.Version.v3:
        raise CertificateUnreadable("Bentuk sertifikat tidak baku.", where=where, todo=_TODO_UNREADABLE)
    _key(certificate, where)
    return certificate


def _key(certificate: x509.Certificate, where: str) -> Ed25519PublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateUnreadable("Kunci sertifikat tidak terbaca.", where=where, todo=_TODO_UNREADABLE) from error
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateUnreadable("Kunci sertifikat bukan Ed25519.", where=where, todo=_TODO_UNREADABLE)
    _strong(key, where)
    return key


def _strong(key: Ed25519PublicKey, where: str) -> None:
    """Refuse points of small order: under such a key one signature fits many messages."""
    if not crypto_core_ed25519_is_valid_point(key.public_bytes_raw()):
        raise CertificateUnreadable("Kunci sertifikat lemah.", where=where, todo=_TODO_UNREADABLE)


def _has_exactly(certificate: x509.Certificate, form: dict[x509.ObjectIdentifier, bool]) -> bool:
    return {extension.oid: extension.critical for extension in certificate.extensions} == form


def _extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType:
    return certificate.extensions.get_extension_for_class(kind).value


def _signed_by(certificate: x509.Certificate, root: x509.Certificate, where: str) -> None:
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise CertificateForeign(
            "Sertifikat tidak ditandatangani oleh akar kabupaten ini.", where=where, todo=_TODO_FOREIGN
        ) from error


def _at_least(certificate: x509.Certificate, moment: datetime, where: str) -> None:
    if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        first, last = (
            t.astimezone(WESTERN_TIME).strftime("%Y-%m-%d %H:%M")
            for t in (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        )
        raise CertificateExpired(
            f"Sertifikat hanya berlaku {first} sampai {last} WIB.", where=where, todo=_TODO_UNREADABLE
        )


def _holder(certificate: x509.Certificate, where: str) -> Holder:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    holder = Holder.parse(uris[0]) if len(list(names)) == len(uris) == 1 else None
    if holder is None:
        raise CertificateUnreadable("Pemegang sertifikat tidak dikenal.", where=where, todo=_TODO_UNREADABLE)
    return holder


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()
