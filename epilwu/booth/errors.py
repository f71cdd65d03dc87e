"""What the booth refuses. Sentences are Indonesian: voters and officers read them. A refusal changes nothing."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class BoothError(EpilwuError):
    """Root of the booth's refusals."""

    code = "booth"


class BoothBusy(BoothError):
    """Another process holds this booth's store."""

    code = "booth-busy"


class StoreRefused(BoothError):
    """The store is no booth store, is damaged, or belongs to another booth."""

    code = "store-refused"


class StoreNotWritable(BoothError):
    """The first medium took no more bytes (full, read-only, gone); nothing of the transaction was kept."""

    code = "store-not-writable"


class SecondMediumGone(BoothError):
    """The second medium is not there, or does not take or return what was written."""

    code = "second-medium-gone"


class MediaDisagree(BoothError):
    """The two media tell different stories; the message shows both heads. Only people can say which is right."""

    code = "media-disagree"


class SealRefused(BoothError):
    """Sealed bytes do not open under this booth's register key."""

    code = "seal-refused"


class NotNow(BoothError):
    """The act does not fit the state that the booth is in (a second tap, a late page)."""

    code = "not-now"


class BoothNotEmpty(BoothError):
    """Rows stand in the store or on the second medium before the opening: the booth must not open."""

    code = "booth-not-empty"


class BoothClosed(BoothError):
    """A closed booth never opens again."""

    code = "booth-closed"


class OtherMachine(BoothError):
    """The booth belongs to another machine, or there is no machine number: only taking over makes it this one's."""

    code = "other-machine"


class TakeoverRefused(BoothError):
    """The booth cannot be taken over with what this machine has before it."""

    code = "takeover-refused"


class OpeningRefused(BoothError):
    """The booth cannot be opened with this package or this code."""

    code = "opening-refused"


class ClosingRefused(BoothError):
    """The booth cannot be closed now."""

    code = "closing-refused"


class OfficerRefused(BoothError):
    """The officers' code is wrong."""

    code = "officer-refused"


class PrinterNotReady(BoothError):
    """The report could not be printed."""

    code = "printer-not-ready"


class MediumRefused(BoothError):
    """A file or folder on a medium could not be read or written, or did not read back as written."""

    code = "medium-refused"


class LanguageRefused(BoothError):
    """A language's catalogue is unknown, incomplete, or may not be switched on."""

    code = "language-refused"
