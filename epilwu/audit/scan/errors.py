"""What scanning refuses, in sentences for the people at the table. Every refusal leaves the session as it was."""

from __future__ import annotations

from epilwu.audit.errors import AuditError


class ScanRefused(AuditError):
    """Root of the refusals of a scanning session."""

    code = "scan-refused"


class SessionExists(ScanRefused):
    """A session was begun in this folder before."""

    code = "scan-exists"


class NoSession(ScanRefused):
    """No session was begun in this folder."""

    code = "scan-none"


class SessionDamaged(ScanRefused):
    """The session's entries are not those that it wrote, or not about this station's register."""

    code = "scan-damaged"


class SessionBusy(ScanRefused):
    """Another program writes into the session, or the disk cannot be written."""

    code = "scan-busy"


class ReadAgain(ScanRefused):
    """A line that is no slip of this station came from a scanner: it may be a slip badly read. Nothing was recorded."""

    code = "scan-again"


class JustSeen(ScanRefused):
    """The same code came once more: most likely the same paper was read twice. Nothing was recorded."""

    code = "scan-just-seen"


class EntryRefused(ScanRefused):
    """What a person typed cannot stand: a name, a number, a code, a reason."""

    code = "scan-entry"


class DeviceLost(ScanRefused):
    """The scanner is not there, or went away."""

    code = "scan-device"
