"""What the audit refuses, in sentences for auditors and witnesses."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class AuditError(EpilwuError):
    """Root of the room's refusals."""

    code = "audit"


class BoxUnreadable(AuditError):
    """The folder with an audit box's pictures cannot be listed."""

    code = "box-unreadable"


class MaterialRefused(AuditError):
    """A file that the audit needs is missing, or is not what it must be."""

    code = "material-refused"


class ArchiveUnreadable(AuditError):
    """A file is missing, cannot be read, or is no archive of an election."""

    code = "archive-unreadable"
