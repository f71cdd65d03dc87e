"""What the tally refuses. Sentences are Indonesian: officials read them; nothing is changed by a refusal."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class TallyError(EpilwuError):
    """Root of the tally's refusals."""

    code = "tally"


class SpecRefused(TallyError):
    """The village's plan cannot be an election."""

    code = "spec-refused"


class SetupRefused(TallyError):
    """The public setup folder is incomplete or does not fit together."""

    code = "setup-refused"


class ReportRefused(TallyError):
    """A station report was not taken in."""

    code = "report-refused"


class UnknownElection(ReportRefused):
    """The report belongs to a definition, station or booth that this server was never given."""

    code = "report-unknown-election"


class BallotInReportRefused(ReportRefused):
    """One ballot of the report does not hold; ``where`` names the file, ``what`` the ballot's place and the reason."""

    code = "report-ballot-refused"


class CredentialRefused(ReportRefused):
    """A ballot was cast with a credential that is not this booth's, or that was used already."""

    code = "report-credential-refused"


class ReportConflict(ReportRefused):
    """This booth's report is in already, with other content: an alarm."""

    code = "report-conflict"


class DeskBookRefused(TallyError):
    """A desk's book was not taken in."""

    code = "desk-book-refused"


class DeskBookConflict(DeskBookRefused):
    """This station's desk book is in already, with other content: an alarm."""

    code = "desk-book-conflict"


class CheckFailed(ReportRefused):
    """A file could not be checked to its end, several times over: people must look."""

    code = "check-failed"


class StillChecking(TallyError):
    """A file is being checked by another worker."""

    code = "still-checking"


class ClaimLost(TallyError):
    """Another worker took this file over, because this one had not been heard of for too long."""

    code = "claim-lost"


class DecisionRefused(TallyError):
    """A decision about a held file is not possible, or not by these people."""

    code = "decision-refused"


class BoardRefused(TallyError):
    """The station's board cannot be written now (reports missing, or the stored evidence does not agree)."""

    code = "board-refused"


class ShareRefused(TallyError):
    """A trustee's share file was not accepted; ``what`` names the trustee."""

    code = "share-refused"


class ShareConflict(ShareRefused):
    """This trustee's share is in already, with other content: an alarm."""

    code = "share-conflict"


class ResultRefused(TallyError):
    """The station's result cannot be finished now."""

    code = "result-refused"


class LogBroken(TallyError):
    """The audit log's chain does not hold."""

    code = "log-broken"


class CosignatureRefused(TallyError):
    """A witness's signature is not under one of our checkpoints, or does not hold."""

    code = "cosignature-refused"


class PublishRefused(TallyError):
    """A publish folder cannot be written, or what stands in it cannot be read."""

    code = "publish-refused"


class DatabaseRefused(TallyError):
    """The database cannot be opened, or its tables are not the ones this program knows."""

    code = "database-refused"


class UnknownVillage(TallyError):
    """No village of that code was set up here."""

    code = "village-unknown"


class SpeechRefused(TallyError):
    """Recordings for the spoken guide could not be made, or those given are none that a booth plays."""

    code = "speech-refused"
