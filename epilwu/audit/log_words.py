"""The answers about a log: stable names, and the questions that people read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from epilwu.protocol.verify_report import Status


class LogName(StrEnum):
    """The checks of a log, in the order of a report. The values are stable: programs and records quote them."""

    CHAIN = "log-chain"
    LEAVES = "log-leaves"
    ROOT = "log-root"
    SIGNATURE = "log-signature"
    GROWTH = "log-growth"
    WITNESSES = "log-witnesses"


QUESTIONS = {
    LogName.CHAIN: "tiap catatan menyambung dengan yang sebelumnya",
    LogName.LEAVES: "isi catatan sama dengan sidik yang diterbitkan",
    LogName.ROOT: "catatan utuh sampai checkpoint, tanpa ekor terpotong",
    LogName.SIGNATURE: "checkpoint ditandatangani server",
    LogName.GROWTH: "catatan hanya bertambah sejak checkpoint yang disimpan",
    LogName.WITNESSES: "tanda tangan saksi catatan",
}


@dataclass(frozen=True, slots=True)
class LogCheck:
    """One check. ``detail`` says in Indonesian what was seen; ``code`` is the fault's stable slug, empty if passed."""

    name: LogName
    status: Status
    detail: str
    code: str = ""


def passed(name: LogName, detail: str) -> LogCheck:
    """It was looked at and is so."""
    return LogCheck(name, Status.PASSED, detail)


def failed(name: LogName, code: str, detail: str) -> LogCheck:
    """It was looked at and is not so."""
    return LogCheck(name, Status.FAILED, detail, code)


def not_checked(name: LogName, detail: str) -> LogCheck:
    """It could not be looked at, or not wholly."""
    return LogCheck(name, Status.NOT_CHECKED, detail)
