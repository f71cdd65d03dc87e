"""Texts that trustees sign for one another (Belenios specification 3.0, 4.6). No secret but the signing key."""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.group import Element, SecretScalar
from epilwu.protocol.proofs import Proof, check_log, parse_proof, prove_log


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A text and the proof that whoever knows a signing key has seen it."""

    message: str
    signature: Proof

    def to_json(self) -> canonical.Json:
        """The object that Belenios writes."""
        return {"message": self.message, "signature": self.signature.to_json()}

    def is_signed_by(self, verification: Element) -> bool:
        """Whether the signature is of this message and by the holder of ``verification``."""
        return is_signature(self.signature, self.message, verification)


def sign(signing: SecretScalar, message: str) -> SignedMessage:
    """Sign ``message``: a Schnorr proof whose hash is of ``sigmsg|message|A``."""
    return SignedMessage(message, prove_log(signing, f"sigmsg|{message}"))


def is_signature(signature: Proof, message: str, verification: Element) -> bool:
    """Whether ``signature`` is of ``message`` and by the holder of ``verification``."""
    return check_log(verification, signature, f"sigmsg|{message}")


def parse_signed(value: canonical.Json) -> SignedMessage:
    """Read ``SignedMessage.to_json`` without judging the signature; raise ``NotCanonical`` or ``MalformedScalar``."""
    given = canonical.fields(value, ("message", "signature"))
    return SignedMessage(canonical.text(given["message"]), parse_proof(given["signature"]))
