"""Trustees' keys, and the signed and sealed messages between them (Belenios specification 3.0, section 4.6).

Each trustee has one seed, from which a signing and a decryption key are derived. What a trustee publishes is signed;
what a trustee sends to another is signed, bound to its recipient, and encrypted: ElGamal carries a random element,
whose hash is the key of AES-256 in CCM mode. The specification leaves CCM's parameters open; belenios-tool 3.0 uses a
tag of 8 bytes and, as nonce, the first 13 bytes of its "initialization vector". The tag is short, but every message
also carries its sender's signature inside.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from epilwu.protocol import canonical
from epilwu.protocol.credential import BASE58
from epilwu.protocol.errors import MalformedElement, MalformedScalar, NotCanonical, SealedMessageRefused, SeedRefused
from epilwu.protocol.group import Element, SecretScalar, add, decode_element, encode_element, sub
from epilwu.protocol.signed_message import parse_signed, sign

SEED_LENGTH = 22
MAX_SEALED_BYTES = 128 * 1024  # hex of what CCM can carry under a nonce of 13 bytes (65,535 bytes), and its frame

_SEED = re.compile(f"[{BASE58}]{{{SEED_LENGTH}}}", re.ASCII)
_HEX = re.compile("(?:[0-9a-f]{2})+", re.ASCII)
_TAG_BYTES = 8
_NONCE_BYTES = 13


@dataclass(frozen=True, slots=True)
class TrusteeKeys:
    """What a trustee's seed gives: two secrets and their public halves."""

    signing: SecretScalar = field(repr=False)
    decryption: SecretScalar = field(repr=False)
    verification: Element
    encryption: Element


def new_seed() -> str:
    """A fresh seed: 22 Base58 characters, 128 bits."""
    return "".join(secrets.choice(BASE58) for _ in range(SEED_LENGTH))


def derive_keys(seed: str) -> TrusteeKeys:
    """The keys of ``seed``; raise ``SeedRefused`` (which never repeats it) if it is no seed."""
    if _SEED.fullmatch(seed) is None:
        raise SeedRefused(f"not a trustee's seed ({SEED_LENGTH} Base58 characters)")
    signing, decryption = (_derive(label, seed) for label in ("sk", "dk"))
    return TrusteeKeys(signing, decryption, signing.base(), decryption.base())


def _derive(label: str, seed: str) -> SecretScalar:
    digest = hashlib.sha256(f"{label}|{seed}".encode()).digest()
    return SecretScalar.reduce(digest[::-1] + bytes(32))  # big-endian digits; libsodium reads little-endian


def send(signing: SecretScalar, recipient: Element, message: str) -> str:
    """``message`` signed, bound to ``recipient`` and encrypted to it: a text for any carrier."""
    addressed = canonical.dumps({"recipient": encode_element(recipient), "message": message}).decode()
    return _encrypt(recipient, canonical.dumps(sign(signing, addressed).to_json()))


def receive(keys: TrusteeKeys, sender: Element, sealed: str) -> str:
    """The message in ``sealed``, if it is for ``keys`` and by the holder of the verification key ``sender``.

    Raises ``SealedMessageRefused`` otherwise; the reason does not repeat anything of the content.
    """
    try:
        plaintext = _decrypt(keys.decryption, sealed)
        signed = parse_signed(canonical.loads(plaintext, limit=MAX_SEALED_BYTES))
        if not signed.is_signed_by(sender):
            raise SealedMessageRefused("not signed by its sender")
        value = canonical.loads(signed.message.encode(), limit=MAX_SEALED_BYTES)
        given = canonical.fields(value, ("recipient", "message"))
        recipient, message = canonical.text(given["recipient"]), canonical.text(given["message"])
    except (NotCanonical, MalformedElement, MalformedScalar) as error:
        raise SealedMessageRefused("not a message between trustees") from error
    if recipient != encode_element(keys.encryption):
        raise SealedMessageRefused("meant for another recipient")
    return message


def _encrypt(recipient: Element, plaintext: bytes) -> str:
    randomness, carrier = SecretScalar.random(), SecretScalar.random().base()
    alpha = encode_element(randomness.base())
    beta = encode_element(add(randomness.power(recipient), carrier))
    data = _cipher(carrier).encrypt(_nonce(alpha), plaintext, None).hex()
    return canonical.dumps({"alpha": alpha, "beta": beta, "data": data}).decode()


def _decrypt(decryption: SecretScalar, sealed: str) -> bytes:
    given = canonical.fields(canonical.loads(sealed.encode(), limit=MAX_SEALED_BYTES), ("alpha", "beta", "data"))
    alpha, beta = decode_element(given["alpha"]), decode_element(given["beta"])
    data = canonical.text(given["data"])
    if _HEX.fullmatch(data) is None:
        raise NotCanonical("not lower-case hex digits")
    try:
        carrier = sub(beta, decryption.power(alpha))
        return _cipher(carrier).decrypt(_nonce(encode_element(alpha)), bytes.fromhex(data), None)
    except InvalidTag as error:
        raise SealedMessageRefused("does not open with this key") from error


def _cipher(carrier: Element) -> AESCCM:
    return AESCCM(hashlib.sha256(f"key|{encode_element(carrier)}".encode()).digest(), tag_length=_TAG_BYTES)


def _nonce(alpha: str) -> bytes:
    return hashlib.sha256(f"iv|{alpha}".encode()).digest()[:_NONCE_BYTES]
