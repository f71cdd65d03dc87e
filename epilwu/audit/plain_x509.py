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
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar, cast

from epilwu.protocol import plain_curve

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END CERTIFICATE-----\n")
_INTEGER, _BITS, _OCTETS, _OID, _SEQUENCE, _SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
_BOOLEAN, _UTC_TIME, _GENERAL_TIME, _UTF8, _URI = 0x01, 0x17, 0x18, 0x0C, 0x86
_VERSION, _EXTENSIONS = 0xA0, 0xA3


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
    whole = _Reader(der)
    content = _Reader(whole.take(_SEQUENCE))
    whole.end()
    start = content.at
    fields = _Reader(content.take(_SEQUENCE))
    tbs = content.data[start : content.at]
    algorithm, signature = _algorithm(content), _bits(content.take(_BITS))
    content.end()
    if _Reader(fields.take(_VERSION)).take_only(_INTEGER) != b"\x02":
        raise InvalidVersion("not version 3")
    _positive(fields.take(_INTEGER))
    if _algorithm(fields) != algorithm:
        raise ValueError("two algorithms")
    issuer, validity, subject = _name(fields), _Reader(fields.take(_SEQUENCE)), _name(fields)
    times = [_time(validity), _time(validity)]
    validity.end()
    key = _key(_Reader(fields.take(_SEQUENCE)))
    extensions = _extensions(_Reader(_Reader(fields.take(_EXTENSIONS)).take_only(_SEQUENCE)))
    fields.end()
    return Certificate(der, tbs, Version.v3, algorithm, issuer, subject, times[0], times[1], key, extensions, signature)


class _Reader:
    """Takes DER elements one after another; everything but the one strict writing is a ``ValueError``."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, tag: int) -> bytes:
        """The content of the next element, which must have ``tag``."""
        if self.peek() != tag:
            raise ValueError("another element was expected")
        length, start = self._length()
        if start + length > len(self.data):
            raise ValueError("cut off")
        self.at = start + length
        return self.data[start : self.at]

    def take_only(self, tag: int) -> bytes:
        """``take``, and nothing behind it."""
        content = self.take(tag)
        self.end()
        return content

    def peek(self) -> int | None:
        """The next element's tag; None at the end."""
        return self.data[self.at] if self.at < len(self.data) else None

    def end(self) -> None:
        """Nothing may be left."""
        if self.at != len(self.data):
            raise ValueError("bytes are left over")

    def _length(self) -> tuple[int, int]:
        if self.at + 1 >= len(self.data):
            raise ValueError("cut off")
        first = self.data[self.at + 1]
        if first < 0x80:
            return first, self.at + 2
        size = first & 0x7F
        digits = self.data[self.at + 2 : self.at + 2 + size]
        if not 1 <= size <= 3 or len(digits) != size or digits[0] == 0:
            raise ValueError("a length that is not strict")
        length = int.from_bytes(digits, "big")
        if length < 0x80:
            raise ValueError("a length that is not strict")
        return length, self.at + 2 + size


def _oid(content: bytes) -> ObjectIdentifier:
    if not content or content[-1] & 0x80:
        raise ValueError("not an identifier")
    numbers: list[int] = []
    value, fresh = 0, True
    for octet in content:
        if fresh and octet == 0x80:
            raise ValueError("an identifier that is not strict")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ObjectIdentifier(".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:]))))


def _algorithm(reader: _Reader) -> ObjectIdentifier:
    """Ed25519 has no parameters (RFC 8410 section 3)."""
    found = _oid(_Reader(reader.take(_SEQUENCE)).take_only(_OID))
    if found != SignatureAlgorithmOID.ED25519:
        raise UnsupportedAlgorithm(found)
    return found


def _bits(content: bytes) -> bytes:
    if not content or content[0] != 0:
        raise ValueError("unused bits")
    return content[1:]


def _positive(content: bytes) -> int:
    if not content or content[0] & 0x80 or (len(content) > 1 and content[0] == 0 and not content[1] & 0x80):
        raise ValueError("not a strict positive number")
    return int.from_bytes(content, "big")


def _name(reader: _Reader) -> Name:
    content = reader.take(_SEQUENCE)
    sets, attributes = _Reader(content), []
    while sets.peek() is not None:
        pair = _Reader(_Reader(sets.take(_SET)).take_only(_SEQUENCE))
        attributes.append(NameAttribute(_oid(pair.take(_OID)), pair.take_only(_UTF8).decode("utf-8")))
    return Name(tuple(attributes), content)


def _time(reader: _Reader) -> datetime:
    general = reader.peek() == _GENERAL_TIME
    text = reader.take(_GENERAL_TIME if general else _UTC_TIME).decode("ascii")
    if re.fullmatch(r"[0-9]{14}Z" if general else r"[0-9]{12}Z", text, re.ASCII) is None:
        raise ValueError("not a time")
    if not general:
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _key(reader: _Reader) -> bytes:
    _algorithm(reader)
    key = _bits(reader.take_only(_BITS))
    if len(key) != 32:
        raise ValueError("not a key of 32 bytes")
    return key


def _extensions(reader: _Reader) -> Extensions:
    found: list[Extension] = []
    while reader.peek() is not None:
        one = _Reader(reader.take(_SEQUENCE))
        oid, critical = _oid(one.take(_OID)), False
        if one.peek() == _BOOLEAN:
            critical = _true(one.take(_BOOLEAN))
        content = one.take_only(_OCTETS)
        if any(extension.oid == oid for extension in found):
            raise DuplicateExtension(oid)
        found.append(Extension(oid, critical, _value(oid, content)))
    return Extensions(found)


def _true(content: bytes) -> bool:
    if content != b"\xff":
        raise ValueError("false is not written, true is 0xff")
    return True


def _value(oid: ObjectIdentifier, content: bytes) -> ExtensionType:
    if oid == ExtensionOID.BASIC_CONSTRAINTS:
        fields = _Reader(_Reader(content).take_only(_SEQUENCE))
        ca = _true(fields.take(_BOOLEAN)) if fields.peek() == _BOOLEAN else False
        length = _positive(fields.take(_INTEGER)) if fields.peek() == _INTEGER else None
        fields.end()
        return BasicConstraints(ca, length)
    if oid == ExtensionOID.KEY_USAGE:
        return _usage(_Reader(content).take_only(_BITS))
    if oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME:
        names = _Reader(_Reader(content).take_only(_SEQUENCE))
        uris: list[UniformResourceIdentifier] = []
        while names.peek() is not None:
            if names.peek() != _URI:
                raise UnsupportedGeneralNameType("not a URI")
            uris.append(UniformResourceIdentifier(names.take(_URI).decode("ascii")))
        return SubjectAlternativeName(tuple(uris))
    if oid == ExtensionOID.SUBJECT_KEY_IDENTIFIER:
        return SubjectKeyIdentifier(_Reader(content).take_only(_OCTETS))
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


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever makes certificates
    """What makes certificates is named by ``epilwu.trust.certificates``, too, and is not here."""
    if name in ("CertificateBuilder", "random_serial_number"):
        return cast(Any, None)
    raise AttributeError(name)
