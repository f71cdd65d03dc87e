"""What trust refuses, in sentences for the people who hold the medium."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class TrustError(EpilwuError):
    """Root of the room's refusals."""

    code = "trust"


class MalformedFile(TrustError):
    """Bytes are not the canonical JSON of a file of the expected form."""

    code = "file-malformed"


class SignatureRefused(TrustError):
    """A signature does not fit the bytes, the key or the purpose."""

    code = "signature-refused"


class CertificateRefused(TrustError):
    """Root of the refusals of certificates."""

    code = "certificate-refused"


class CertificateUnreadable(CertificateRefused):
    """Not a certificate, or not of the one form that E-Pilwu issues."""

    code = "certificate-unreadable"


class CertificateForeign(CertificateRefused):
    """Not signed by the expected root."""

    code = "certificate-foreign"


class CertificateExpired(CertificateRefused):
    """Outside its validity at the moment that counts."""

    code = "certificate-expired"


class CertificateWrongHolder(CertificateRefused):
    """Good, but of another role, village, station or booth."""

    code = "certificate-wrong-holder"


class KeyFileRefused(TrustError):
    """A sealed key file cannot be opened: wrong passphrase, changed bytes, or another file's label."""

    code = "key-file-refused"


class PinRefused(TrustError):
    """What was typed cannot be a PIN: not twelve digits, or its check digit does not fit."""

    code = "pin-refused"


class JournalRefused(TrustError):
    """A journal's line, chain, signature or grammar is wrong."""

    code = "journal-refused"


class ProofRefused(TrustError):
    """A Merkle proof does not lead to the root."""

    code = "merkle-proof-refused"


class NoteRefused(TrustError):
    """Bytes are no signed note, or a name or key is none that a note may carry."""

    code = "note-refused"


class CheckpointRefused(TrustError):
    """A signed note's text is no checkpoint."""

    code = "checkpoint-refused"


class ProofFileRefused(TrustError):
    """Bytes are no proof of inclusion or of growth in the form that log clients pass on."""

    code = "proof-file-refused"


class LogEntryRefused(TrustError):
    """A log's entry is not of the one form, or does not follow from the entry before it."""

    code = "log-entry-refused"
