"""What the risk-limiting audit refuses."""

from __future__ import annotations

from epilwu.audit.errors import AuditError


class RiskRefused(AuditError):
    """A number that no contest, sample or reading can have."""

    code = "risk-refused"


class SeedRefused(AuditError):
    """A seed that is not 20 digits."""

    code = "risk-seed-refused"


class IdsRefused(AuditError):
    """A list of slip ids that is malformed, empty or holds an id twice."""

    code = "risk-ids-refused"
