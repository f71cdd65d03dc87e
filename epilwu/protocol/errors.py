"""What the protocol refuses. Messages are English: they are read by experts and quoted in reports."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class ProtocolError(EpilwuError):
    """Root of the protocol's refusals."""

    code = "protocol"


class MalformedElement(ProtocolError):
    """A string or byte string is not the canonical encoding of an allowed element of the prime-order subgroup."""

    code = "element-malformed"


class MalformedScalar(ProtocolError):
    """A string is not a canonical decimal below the group order."""

    code = "scalar-malformed"


class NotCanonical(ProtocolError):
    """Bytes are not the one serialisation of what they parse to."""

    code = "not-canonical"
