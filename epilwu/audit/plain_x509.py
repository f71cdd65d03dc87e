"""The little of the package ``cryptography`` that reading certificates and signatures needs, in plain Python.

For one purpose: the verifier as one file, on a computer that has Python and nothing else; there it stands where
``cryptography`` would (``epilwu.audit.verifier_file``). It reads X.509 version 3 certificates with Ed25519 keys in
strict DER (X.690 section 10; RFC 5280 section 4.1, RFC 8410) and verifies signatures; it makes none. Whether a
certificate is of the one form that E-Pilwu issues is for ``epilwu.trust.certificates`` to say, the same as elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from epilwu.audit import plain_der
from epilwu.protocol import plain_curve

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END CERTIFICATE-----\n")
_VERSION, _EXTENSIONS, _URI = 0xA0, 0xA3, 0x86


class InvalidSignature(Exception):
    """A signature does not fit."""


class UnsupportedAlgorithm(Exception):
    """Not Ed25519."""


class InvalidVersion(Exception):
    """Not version 3."""


class DuplicateExtension(Exception):
    """An extension stands there twice."""


class UnsupportedGeneralNameType(Exception):
    """A name that is no URI."""


class Encoding(Enum):
    """How a certificate is written."""

    PEM = "PEM"
    DER = "DER"


class SHA256:
    """Names the hash of a fingerprint."""


class ObjectIdentifier(str):
    """An OID in dotted form."""

    __slots__ = ()


class ExtensionOID:
    """Extensions that certificates of ours have."""

    BASIC_CONSTRAINTS: Final = ObjectIdentifier("2.5.29.19")
    KEY_USAGE: Final = ObjectIdentifier("2.5.29.15")
    SUBJECT_KEY_IDENTIFIER: Final = ObjectIdentifier("2.5.29.14")
    AUTHORITY_KEY_IDENTIFIER: Final = ObjectIdentifier("2.5.29.35")
    SUBJECT_ALTERNATIVE_NAME: Final = ObjectIdentifier("2.5.29.17")


class NameOID:
    """Parts of a name."""

    COMMON_NAME: Final = ObjectIdentifier("2.5.4.3")


class SignatureAlgorithmOID:
    """Ways to sign."""

    ED25519: Final = ObjectIdentifier("1.3.101.112")


class Ed25519PrivateKey:
    """Named in types only: nothing is signed here."""


@dataclass(frozen=True)
class Ed25519PublicKey:
    """A public key, 32 bytes."""

    raw: bytes

    @staticmethod
    def from_public_bytes(data: bytes) -> Ed25519PublicKey:
        """The key of these 32 bytes."""
        if len(data) != 32:
            raise ValueError("not 32 bytes")
        return Ed25519PublicKey(data)

    def public_bytes_raw(self) -> bytes:
        """Its bytes."""
        return self.raw

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if ``signature`` is this key's over ``data``; raise ``InvalidSignature`` otherwise."""
        if not plain_curve.verify_signature(self.raw, data, signature):
            raise InvalidSignature


class ExtensionType:
    """Root of the extensions' values."""


@dataclass(frozen=True)
class BasicConstraints(ExtensionType):
    """Whether the key may sign certificates, and how many levels deep."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True)
class KeyUsage(ExtensionType):
    """What the key may do."""

    digital_signature: bool
    content_commitment: bool
    key_encipherment: bool
    data_encipherment: bool
    key_agreement: bool
    key_cert_sign: bool
    crl_sign: bool
    encipher_only: bool = False
    decipher_only: bool = False


@dataclass(frozen=True)
class Opaque(ExtensionType):
    """An extension whose content nobody asks for: key identifiers."""

    content: bytes


class SubjectKeyIdentifier(Opaque):
    """Names the subject's key."""


class AuthorityKeyIdentifier(Opaque):
    """Names the signer's key."""


@dataclass(frozen=True)
class UniformResourceIdentifier:
    """A URI."""

    value: str


@dataclass(frozen=True)
class SubjectAlternativeName(ExtensionType):
    """URIs of the holder."""

    names: tuple[UniformResourceIdentifier, ...]

    def __iter__(self) -> Iterator[UniformResourceIdentifier]:
        """Every name."""
        return iter(self.names)

    def get_values_for_type(self, _kind: type[UniformResourceIdentifier]) -> list[str]:
        """Every URI's text."""
        return [name.value for name in self.names]


@dataclass(frozen=True)
class NameAttribute:
    """One part of a name."""

    oid: ObjectIdentifier
    value: str


@dataclass(frozen=True)
class Name:
    """A name by its parts; ``der`` is how it was written."""

    attributes: tuple[NameAttribute, ...]
    der: bytes

    def __iter__(self) -> Iterator[NameAttribute]:
        """Every part."""
        return iter(self.attributes)

    def get_attributes_for_oid(self, oid: ObjectIdentifier) -> list[NameAttribute]:
        """Parts of one kind."""
        return [attribute for attribute in self.attributes if attribute.oid == oid]


@dataclass(frozen=True)
class Extension:
    """An extension."""

    oid: ObjectIdentifier
    critical: bool
    value: ExtensionType


Wanted = TypeVar("Wanted", bound=ExtensionType)


class Extensions(tuple[Extension, ...]):
    """All extensions of a certificate."""

    __slots__ = ()

    def get_extension_for_class(self, kind: type[Wanted]) -> Extension:
        """The one of that kind; raise ``ValueError`` where there is none."""
        for extension in self:
            if isinstance(extension.value, kind):
                return extension
        raise ValueError("no such extension")


class Version(Enum):
    """Version of a certificate."""

    v3 = 2


@dataclass(frozen=True)
class Certificate:
    """A certificate, read; nothing is verified yet."""

    der: bytes
    tbs: bytes
    version: Version
    signature_algorithm_oid: ObjectIdentifier
    issuer: Name
    subject: Name
    not_valid_before_utc: datetime
    not_valid_after_utc: datetime
    key: bytes
    extensions: Extensions
    signature: bytes

    def public_bytes(self, encoding: Encoding) -> bytes:
        """The certificate as ``cryptography`` writes it."""
        if encoding is Encoding.DER:
            return self.der
        text = base64.b64encode(self.der)
        lines = b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))
        return b"-----BEGIN CERTIFICATE-----\n" + lines + b"-----END CERTIFICATE-----\n"

    def public_key(self) -> Ed25519PublicKey:
        """The holder's key."""
        return Ed25519PublicKey(self.key)

    def fingerprint(self, _hash: SHA256) -> bytes:
        """SHA-256 of the DER."""
        return hashlib.sha256(self.der).digest()

    def verify_directly_issued_by(self, issuer: Certificate) -> None:
        """Names fit and the issuer's key signed; raise ``ValueError`` or ``InvalidSignature`` otherwise."""
        if self.issuer.der != issuer.subject.der:
            raise ValueError("another issuer")
        issuer.public_key().verify(self.signature, self.tbs)


def load_pem_x509_certificate(pem: bytes) -> Certificate:
    """Read one certificate; raise ``ValueError`` or one of the refusals above."""
    match = _PEM.fullmatch(pem)
    if match is None:
        raise ValueError("not one PEM block")
    try:
        der = base64.b64decode(match[1].replace(b"\n", b""), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    whole = plain_der.Reader(der)
    content = plain_der.Reader(whole.take(plain_der.SEQUENCE))
    whole.end()
    start = content.at
    fields = plain_der.Reader(content.take(plain_der.SEQUENCE))
    tbs = content.data[start : content.at]
    algorithm, signature = _algorithm(content), plain_der.bit_string(content.take(plain_der.BITS))
    content.end()
    if plain_der.Reader(fields.take(_VERSION)).take_only(plain_der.INTEGER) != b"\x02":
        raise InvalidVersion("not version 3")
    plain_der.positive(fields.take(plain_der.INTEGER))
    if _algorithm(fields) != algorithm:
        raise ValueError("two algorithms")
    issuer, validity, subject = _name(fields), plain_der.Reader(fields.take(plain_der.SEQUENCE)), _name(fields)
    times = [plain_der.moment(validity), plain_der.moment(validity)]
    validity.end()
    key = _key(plain_der.Reader(fields.take(plain_der.SEQUENCE)))
    extensions = _extensions(plain_der.Reader(plain_der.Reader(fields.take(_EXTENSIONS)).take_only(plain_der.SEQUENCE)))
    fields.end()
    return Certificate(der, tbs, Version.v3, algorithm, issuer, subject, times[0], times[1], key, extensions, signature)


def _algorithm(reader: plain_der.Reader) -> ObjectIdentifier:
    """Ed25519 has no parameters (RFC 8410 section 3)."""
    found = ObjectIdentifier(
        plain_der.identifier(plain_der.Reader(reader.take(plain_der.SEQUENCE)).take_only(plain_der.OID))
    )
    if found != SignatureAlgorithmOID.ED25519:
        raise UnsupportedAlgorithm(found)
    return found


def _name(reader: plain_der.Reader) -> Name:
    content = reader.take(plain_der.SEQUENCE)
    sets, attributes = plain_der.Reader(content), []
    while sets.peek() is not None:
        pair = plain_der.Reader(plain_der.Reader(sets.take(plain_der.SET)).take_only(plain_der.SEQUENCE))
        attributes.append(
            NameAttribute(
                ObjectIdentifier(plain_der.identifier(pair.take(plain_der.OID))),
                pair.take_only(plain_der.UTF8).decode("utf-8"),
            )
        )
    return Name(tuple(attributes), content)


def _key(reader: plain_der.Reader) -> bytes:
    _algorithm(reader)
    key = plain_der.bit_string(reader.take_only(plain_der.BITS))
    if len(key) != 32:
        raise ValueError("not a key of 32 bytes")
    return key


def _extensions(reader: plain_der.Reader) -> Extensions:
    found: list[Extension] = []
    while reader.peek() is not None:
        one = plain_der.Reader(reader.take(plain_der.SEQUENCE))
        oid, critical = ObjectIdentifier(plain_der.identifier(one.take(plain_der.OID))), False
        if one.peek() == plain_der.BOOLEAN:
            critical = plain_der.true(one.take(plain_der.BOOLEAN))
        content = one.take_only(plain_der.OCTETS)
        if any(extension.oid == oid for extension in found):
            raise DuplicateExtension(oid)
        found.append(Extension(oid, critical, _value(oid, content)))
    return Extensions(found)


def _value(oid: ObjectIdentifier, content: bytes) -> ExtensionType:
    if oid == ExtensionOID.BASIC_CONSTRAINTS:
        fields = plain_der.Reader(plain_der.Reader(content).take_only(plain_der.SEQUENCE))
        ca = plain_der.true(fields.take(plain_der.BOOLEAN)) if fields.peek() == plain_der.BOOLEAN else False
        length = plain_der.positive(fields.take(plain_der.INTEGER)) if fields.peek() == plain_der.INTEGER else None
        fields.end()
        return BasicConstraints(ca, length)
    if oid == ExtensionOID.KEY_USAGE:
        return _usage(plain_der.Reader(content).take_only(plain_der.BITS))
    if oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME:
        names = plain_der.Reader(plain_der.Reader(content).take_only(plain_der.SEQUENCE))
        uris: list[UniformResourceIdentifier] = []
        while names.peek() is not None:
            if names.peek() != _URI:
                raise UnsupportedGeneralNameType("not a URI")
            uris.append(UniformResourceIdentifier(names.take(_URI).decode("ascii")))
        return SubjectAlternativeName(tuple(uris))
    if oid == ExtensionOID.SUBJECT_KEY_IDENTIFIER:
        return SubjectKeyIdentifier(plain_der.Reader(content).take_only(plain_der.OCTETS))
    return AuthorityKeyIdentifier(content) if oid == ExtensionOID.AUTHORITY_KEY_IDENTIFIER else Opaque(content)


def _usage(content: bytes) -> KeyUsage:
    """Named bits from the highest; DER leaves trailing zeros out (X.690 section 11.2.2)."""
    if len(content) not in (2, 3) or content[0] > 7:
        raise ValueError("not a strict row of bits")
    bits = "".join(f"{octet:08b}" for octet in content[1:])
    used = bits[: len(bits) - content[0]]
    if not used.endswith("1") or "1" in bits[len(used) :]:
        raise ValueError("not a strict row of bits")
    return KeyUsage(*(bit == "1" for bit in used.ljust(9, "0")[:9]))
