"""What a medium is refused for, in sentences for the officer who holds it."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class MediaError(EpilwuError):
    """Root of the room's refusals."""

    code = "media"


class ContainerRefused(MediaError):
    """Not a container of the one allowed form: truncated, padded, foreign, or too large."""

    code = "container-refused"


class WrongKind(ContainerRefused):
    """A container, but of another kind."""

    code = "container-wrong-kind"


class ContentChanged(ContainerRefused):
    """The files do not have the sizes and hashes that were signed."""

    code = "container-content-changed"


class RootUnknown(MediaError):
    """No regency root was given to compare with."""

    code = "root-unknown"


class OtherElection(MediaError):
    """Of another election, village, station or booth than expected."""

    code = "other-election"


class RehearsalRefused(MediaError):
    """A rehearsal's file where a real one is due, or the reverse."""

    code = "rehearsal-refused"


class PackageRefused(MediaError):
    """A booth package's parts contradict each other."""

    code = "package-refused"


class ReportRefused(MediaError):
    """A station report's parts contradict each other."""

    code = "report-refused"


class BallotsRefused(ReportRefused):
    """A station report's ballots are not those of its journal, or not of its election, or of one token twice."""

    code = "report-ballots-refused"


class RegistersRefused(ReportRefused):
    """A station report's slip registers are not those that were closed."""

    code = "report-registers-refused"


class FiguresRefused(ReportRefused):
    """A station report's figures do not follow from its content."""

    code = "report-figures-refused"


class BookRefused(MediaError):
    """A desk's book contradicts itself."""

    code = "book-refused"


class PublishedRefused(MediaError):
    """A published file contradicts itself or its neighbours."""

    code = "published-refused"


class SoundRefused(MediaError):
    """A recording that a booth cannot play, or of a name that its guide does not know."""

    code = "sound-refused"
