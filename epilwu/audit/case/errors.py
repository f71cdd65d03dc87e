"""What the case refuses, in sentences for auditors and witnesses."""

from __future__ import annotations

from epilwu.audit.errors import AuditError


class CaseRefused(AuditError):
    """An act that may not follow what was done before, or a field that nobody can have meant."""

    code = "case-refused"


class CaseBroken(AuditError):
    """The case's record is not one chain of known entries: somebody or something changed it."""

    code = "case-broken"


class CaseBusy(AuditError):
    """Another program has this case open for writing."""

    code = "case-busy"
