from __future__ import annotations

import base64
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from trust_samples import BOOTH, BOOTH_KEY, BOOTH_PEM, DAY, NOT_AFTER, NOT_BEFORE, ROOT, ROOT_KEY, VILLAGE

from epilwu.trust.certificates import (
    WESTERN_TIME,
    Holder,
    Role,
    check_certificate,
    create_root,
    issue,
    read_root,
)
from epilwu.trust.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateRefused,
    CertificateUnreadable,
    CertificateWrongHolder,
)

HOLDERS = (
    Holder(Role.REGENCY, "32.09"),
    Holder(Role.COMMITTEE, VILLAGE),
    Holder(Role.TALLY, "32.09"),
    Holder(Role.DESK, VILLAGE, 3),
    BOOTH,
    Holder(Role.BOOTH, VILLAGE, 999, 255),
)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: str(holder.role))
def test_issued_certificates_are_accepted(holder: Holder) -> None:
    key = Ed25519PrivateKey.generate()
    pem = issue(ROOT_KEY, ROOT, key.public_key(), holder, NOT_BEFORE, NOT_AFTER)
    found = check_certificate(pem, ROOT, at=DAY, holder=holder, holder_role=holder.role)
    assert found.holder == holder and found.public_key == key.public_key()
    assert found.fingerprint == x509.load_pem_x509_certificate(pem).fingerprint(SHA256()).hex()
    assert (found.not_before, found.not_after) == (NOT_BEFORE, NOT_AFTER)
    assert Holder.parse(holder.uri) == holder


def test_the_urn() -> None:
    assert BOOTH.uri == "urn:epilwu:booth:32.09.07.2007:1:2"
    assert read_root(ROOT).name == "Panitia Kabupaten Cirebon"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "urn:epilwu:booth:32.09.07.2007:1",
        "urn:epilwu:booth:32.09.07.2007:1:2:3",
        "urn:epilwu:booth:32.09.07.2007:01:2",
        "urn:epilwu:booth:32.09.07.2007:1:256",
        "urn:epilwu:booth:32.09.07.2007:1:0",
        "urn:epilwu:desk:32.09.07.2007",
        "urn:epilwu:desk:32.09.07.2007:1:1",
        "urn:epilwu:committee:32.09.07.2007:1",
        "urn:epilwu:voter:32.09.07.2007",
        "URN:epilwu:tally:32.09",
        "urn:epilwu:tally:32.9",
        "urn:epilwu:tally:32.09\n",
    ],
)
def test_other_urns_mean_nobody(uri: str) -> None:
    assert Holder.parse(uri) is None


@pytest.mark.parametrize(
    "holder", [Holder(Role.BOOTH, VILLAGE, 1), Holder(Role.TALLY, "32.09", 1), Holder(Role.DESK, VILLAGE, None, 1)]
)
def test_incomplete_holders_get_no_certificate(holder: Holder) -> None:
    with pytest.raises(CertificateWrongHolder):
        issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), holder, NOT_BEFORE, NOT_AFTER)


@pytest.mark.parametrize(
    "wanted",
    [
        {"holder_role": Role.DESK},
        {"holder": Holder(Role.BOOTH, VILLAGE, 1, 1)},
        {"holder": Holder(Role.BOOTH, VILLAGE, 2, 2)},
        {"holder": Holder(Role.BOOTH, "32.09.07.2008", 1, 2)},
        {"holder": BOOTH, "holder_role": Role.TALLY},
    ],
)
def test_another_holder_is_refused(wanted: dict[str, object]) -> None:
    with pytest.raises(CertificateWrongHolder, match="bukan"):
        check_certificate(BOOTH_PEM, ROOT, at=DAY, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "good"),
    [
        (NOT_BEFORE, True),
        (NOT_AFTER, True),
        (NOT_BEFORE - timedelta(seconds=1), False),
        (NOT_AFTER + timedelta(seconds=1), False),
        (NOT_BEFORE.astimezone(UTC), True),
        (date(2023, 7, 1), True),
        (date(2023, 6, 30), False),
        (date(2024, 6, 30), True),
        (date(2024, 7, 1), False),
    ],
)
def test_validity_is_judged_at_the_given_moment(at: date, good: bool) -> None:
    if good:
        check_certificate(BOOTH_PEM, ROOT, at=at)
    else:
        with pytest.raises(CertificateExpired):
            check_certificate(BOOTH_PEM, ROOT, at=at)


def test_an_expired_holder_under_a_good_root() -> None:
    pem = issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE, NOT_BEFORE + timedelta(days=1))
    with pytest.raises(CertificateExpired) as refusal:
        check_certificate(pem, ROOT, at=DAY, where="TPS01-B2.epr")
    assert refusal.value.where == "TPS01-B2.epr"


def test_a_moment_needs_its_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        check_certificate(BOOTH_PEM, ROOT, at=datetime(2023, 10, 22))


def test_nothing_is_issued_beyond_the_root() -> None:
    with pytest.raises(CertificateExpired):
        issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE, NOT_AFTER + timedelta(days=1))
    with pytest.raises(CertificateExpired):
        issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE - timedelta(days=1), NOT_AFTER)
    with pytest.raises(CertificateForeign):
        issue(BOOTH_KEY, ROOT, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE, NOT_AFTER)


def test_a_foreign_root_of_the_same_name_is_foreign() -> None:
    other_key, other = create_root("Panitia Kabupaten Cirebon", NOT_BEFORE, NOT_AFTER)
    with pytest.raises(CertificateForeign):
        check_certificate(BOOTH_PEM, other, at=DAY)
    foreign = issue(other_key, other, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE, NOT_AFTER)
    with pytest.raises(CertificateForeign):
        check_certificate(foreign, ROOT, at=DAY)


def test_a_root_is_no_holder_and_a_holder_no_root() -> None:
    with pytest.raises(CertificateUnreadable):
        check_certificate(ROOT, ROOT, at=DAY)
    with pytest.raises(CertificateUnreadable):
        check_certificate(BOOTH_PEM, BOOTH_PEM, at=DAY)


@pytest.mark.parametrize("name", ["", "a" * 65, "a\nb"])
def test_root_names_are_printable(name: str) -> None:
    with pytest.raises(CertificateUnreadable):
        create_root(name, NOT_BEFORE, NOT_AFTER)


SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]


@pytest.mark.parametrize("raw", SMALL_ORDER)
def test_keys_under_which_one_signature_fits_many_messages_are_refused(raw: bytes) -> None:
    weak = Ed25519PublicKey.from_public_bytes(raw)
    with pytest.raises(CertificateUnreadable, match="lemah"):
        issue(ROOT_KEY, ROOT, weak, BOOTH, NOT_BEFORE, NOT_AFTER)
    with pytest.raises(CertificateUnreadable, match="lemah"):
        check_certificate(_craft(public_key=weak), ROOT, at=DAY)


URI = x509.UniformResourceIdentifier(BOOTH.uri)
USAGE = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
CERT_SIGN = x509.KeyUsage(True, False, False, False, False, True, False, False, False)


def _craft(
    *,
    public_key: Ed25519PublicKey | ec.EllipticCurvePublicKey | None = None,
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    constraints: tuple[x509.ExtensionType, bool] = (x509.BasicConstraints(False, None), True),
    usage: tuple[x509.ExtensionType, bool] = (USAGE, True),
    names: tuple[x509.ExtensionType, bool] = (x509.SubjectAlternativeName([URI]), True),
    extra: tuple[x509.ExtensionType, ...] = (),
    key_id: bool = True,
    serial: int = 7,
    key: Ed25519PrivateKey = ROOT_KEY,
) -> bytes:
    """A certificate signed by the root that may differ from the one allowed form in one respect."""
    root = x509.load_pem_x509_certificate(ROOT)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or x509.Name([]))
        .issuer_name(issuer or root.subject)
        .public_key(public_key or BOOTH_KEY.public_key())
        .serial_number(serial)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
    )
    for extension, critical in (constraints, usage, names):
        builder = builder.add_extension(extension, critical)
    for extension in extra:
        builder = builder.add_extension(extension, False)
    if key_id:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT_KEY.public_key())
        builder = builder.add_extension(identifier, False)
    return builder.sign(key, None).public_bytes(Encoding.PEM)


def test_the_crafted_form_without_a_change_is_accepted() -> None:
    check_certificate(_craft(), ROOT, at=DAY, holder=BOOTH)


COMMON_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bilik")])
CRAFTED: dict[str, Callable[[], bytes]] = {
    "a CA": lambda: _craft(constraints=(x509.BasicConstraints(True, 0), True)),
    "constraints not critical": lambda: _craft(constraints=(x509.BasicConstraints(False, None), False)),
    "may sign certificates": lambda: _craft(usage=(CERT_SIGN, True)),
    "usage not critical": lambda: _craft(usage=(USAGE, False)),
    "name not critical": lambda: _craft(names=(x509.SubjectAlternativeName([URI]), False)),
    "two names": lambda: _craft(names=(x509.SubjectAlternativeName([URI, URI]), True)),
    "a DNS name too": lambda: _craft(names=(x509.SubjectAlternativeName([URI, x509.DNSName("a.id")]), True)),
    "a DNS name": lambda: _craft(names=(x509.SubjectAlternativeName([x509.DNSName("urn.epilwu")]), True)),
    "an unknown URN": lambda: _craft(
        names=(x509.SubjectAlternativeName([x509.UniformResourceIdentifier("urn:epilwu:voter:32")]), True)
    ),
    "a subject name": lambda: _craft(subject=COMMON_NAME),
    "one more extension": lambda: _craft(extra=(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]),)),
    "no issuer key id": lambda: _craft(key_id=False),
    "another kind of key": lambda: _craft(public_key=ec.generate_private_key(ec.SECP256R1()).public_key()),
}


@pytest.mark.parametrize("fault", CRAFTED)
def test_other_forms_are_refused_though_the_root_signed_them(fault: str) -> None:
    with pytest.raises(CertificateUnreadable):
        check_certificate(CRAFTED[fault](), ROOT, at=DAY)


def test_another_issuer_name_is_foreign() -> None:
    with pytest.raises(CertificateForeign):
        check_certificate(_craft(issuer=COMMON_NAME), ROOT, at=DAY)


def test_a_holder_cannot_certify_others() -> None:
    with pytest.raises(CertificateForeign):
        check_certificate(_craft(key=BOOTH_KEY), ROOT, at=DAY)


def _root(
    usage: x509.KeyUsage,
    length: int | None,
    *,
    signer: Ed25519PrivateKey | None = None,
    critical: bool = True,
    name: x509.Name = COMMON_NAME,
) -> bytes:
    key = ed25519.Ed25519PrivateKey.generate()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.BasicConstraints(True, length), critical)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(signer or key, None)
        .public_bytes(Encoding.PEM)
    )


TWO_NAMES = x509.Name([*COMMON_NAME, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "kabupaten")])
ROOT_USAGE = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


def test_other_roots_are_refused() -> None:
    assert read_root(_root(ROOT_USAGE, 0), at=DAY).name == "bilik"
    others = (
        _root(ROOT_USAGE, None),
        _root(ROOT_USAGE, 1),
        _root(CERT_SIGN, 0),
        _root(ROOT_USAGE, 0, critical=False),
        _root(ROOT_USAGE, 0, name=x509.Name([])),
        _root(ROOT_USAGE, 0, name=TWO_NAMES),
    )
    for pem in others:
        with pytest.raises(CertificateUnreadable):
            read_root(pem)
    with pytest.raises(CertificateForeign):
        read_root(_root(ROOT_USAGE, 0, signer=BOOTH_KEY))
    with pytest.raises(CertificateExpired):
        read_root(ROOT, at=date(2030, 1, 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: b"",
        lambda pem: pem[:-1],
        lambda pem: pem + b"\n",
        lambda pem: b"# bilik\n" + pem,
        lambda pem: pem + pem,
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: pem.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
        lambda pem: pem[: len(pem) // 2],
        lambda pem: pem + b" " * (9 << 10),
        lambda pem: b"\xff" * 100,
    ],
)
def test_one_certificate_has_one_text(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CertificateUnreadable):
        check_certificate(change(BOOTH_PEM), ROOT, at=DAY)
    with pytest.raises(CertificateUnreadable):
        check_certificate(BOOTH_PEM, change(ROOT), at=DAY)


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(BOOTH_PEM)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CertificateRefused):
        check_certificate(bytes(changed), ROOT, at=DAY)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_no_flipped_bit_of_the_der_is_accepted() -> None:
    """All of them, the few bytes outside the signed part too."""
    serial = 1
    while (certificate := x509.load_pem_x509_certificate(_craft(serial=serial))).signature[-1] & 1:
        serial += 1  # a last bit of 0 could be claimed to be unused
    der = certificate.public_bytes(Encoding.DER)
    check_certificate(_pem(der), ROOT, at=DAY)
    for position in range(len(der)):
        for bit in range(8):
            changed = bytearray(der)
            changed[position] ^= 1 << bit
            with pytest.raises(CertificateRefused):
                check_certificate(_pem(bytes(changed)), ROOT, at=DAY)


def _pem(der: bytes) -> bytes:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def test_the_pem_helper_is_faithful() -> None:
    assert _pem(x509.load_pem_x509_certificate(BOOTH_PEM).public_bytes(Encoding.DER)) == BOOTH_PEM


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT)
    (tmp_path / "device.pem").write_bytes(BOOTH_PEM)
    noon = str(int(datetime(2023, 10, 22, 12, tzinfo=WESTERN_TIME).timestamp()))
    command = ["openssl", "verify", "-x509_strict", "-attime", noon, "-CAfile", "root.pem", "device.pem"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
