"""The register's two seals, both under the register key that only two officers' PINs unseal.

A slip's id is stored only as AES-SIV(id): the same id always gives the same row (so that a slip is found again), and
neither old database pages nor old copies of the register tell an insider which id was added when. The copy on the
second medium is one AES-256-GCM blob. Sources: RFC 5297 (SIV), NIST SP 800-38D (GCM), RFC 5869 (HKDF).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from epilwu.booth.errors import SealRefused

KEY_BYTES = 32
ID_BYTES = 32
SEALED_BYTES = 16 + ID_BYTES
"""Length of a sealed slip id: the synthetic IV, then the ciphertext."""
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class RegisterSeal:
    """Seals slip ids and whole registers under ``key`` (32 secret bytes) for the booth named by ``identity``."""

    key: bytes = field(repr=False)
    identity: bytes

    def seal_id(self, slip_id: bytes) -> bytes:
        """The 48 bytes that stand for ``slip_id`` (32 bytes) in the store."""
        assert len(slip_id) == ID_BYTES
        return AESSIV(self._derive(b"id", 64)).encrypt(slip_id, [self.identity])

    def open_id(self, sealed: bytes) -> bytes:
        """The slip id behind ``sealed``; raise ``SealRefused`` where it was not sealed by this booth."""
        try:
            return AESSIV(self._derive(b"id", 64)).decrypt(sealed, [self.identity])
        except (InvalidTag, ValueError) as error:
            raise SealRefused("Nomor struk di register tidak dapat dibuka dengan kunci bilik ini.") from error

    def seal_register(self, plain: bytes) -> bytes:
        """``plain`` under a fresh nonce: 12 bytes nonce, ciphertext, 16 bytes tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._derive(b"register", 32)).encrypt(nonce, plain, self.identity)

    def open_register(self, blob: bytes) -> bytes:
        """What ``seal_register`` sealed; raise ``SealRefused`` for anything else."""
        try:
            return AESGCM(self._derive(b"register", 32)).decrypt(
                blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], self.identity
            )
        except (InvalidTag, ValueError) as error:
            raise SealRefused("Salinan register struk tidak dapat dibuka dengan kunci bilik ini.") from error

    def _derive(self, purpose: bytes, length: int) -> bytes:
        info = b"epilwu/booth/" + purpose + b"/v1"
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self.key)
