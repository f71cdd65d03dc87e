"""Checks 6xx: the server's log, its head, its growth, and whether it speaks of the files that lie here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from epilwu.audit.log import LogMaterial, LogReport, check_log
from epilwu.audit.verifying.authority import Brought, find_root
from epilwu.audit.verifying.evidence import Evidence, VillageFiles
from epilwu.audit.verifying.result import ALL, Findings, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.errors import EpilwuError
from epilwu.media import published
from epilwu.protocol.verify_report import Status
from epilwu.trust.act_log import Act
from epilwu.trust.certificates import Role, check_certificate
from epilwu.trust.note import VerifierKey

_CHECKS = ("log-chain", "log-leaves", "log-root", "log-signature", "log-growth")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the auditor kept: a checkpoint from before, a proof of growth since, and the keys of witnesses."""

    checkpoint: bytes | None = None
    growth: bytes | None = None
    witnesses: tuple[VerifierKey, ...] = ()


def check_logs(
    evidence: Evidence, villages: Sequence[VillageFiles], brought: Brought, kept: Kept, findings: Findings
) -> None:
    """601 to 607, each head that lies here; nothing where there is neither a log nor anything kept."""
    logs, leaves, found = (evidence.all(sort) for sort in (Sort.LOG, Sort.LOG_LEAVES, Sort.CHECKPOINT))
    heads = [head for head in found if head.path.name != published.WITNESSED]
    witnessed = [head for head in found if head.path.name == published.WITNESSED]
    acts: tuple[Act, ...] = ()
    if not (logs or leaves or heads):
        why = Words("tidak ada catatan server di antara berkas ini", "there is no log of the server among these files")
        for name in (*_CHECKS, "log-acts"):
            findings.left_open(name, Subject(), why)
        return
    for head in heads or (None,):
        beside = head or (logs or leaves)[0]
        material = LogMaterial(
            entries=_nearest(logs, beside),
            leaves=_nearest(leaves, beside),
            checkpoint=None if head is None else head.data,
            certificate=_certificate(evidence, beside, brought, villages),
            root=find_root(evidence, beside, brought),
            day=villages[0].definition.day if villages else None,
            kept=kept.checkpoint,
            growth=kept.growth,
            witnesses=kept.witnesses,
            witnessed=_nearest(witnessed, beside),
        )
        report = check_log(material)
        acts = report.acts or acts
        _note(report, Subject(file=str(beside.path)), findings)
    _check_acts(evidence, villages, acts, findings)


def _note(report: LogReport, subject: Subject, findings: Findings) -> None:
    """The log's own checks as numbered results; what it had nothing for was not made."""
    for check in report.checks:
        name, words = str(check.name), Words(check.detail, check.detail)
        if check.status is Status.PASSED:
            findings.passed(name, subject, words)
        elif check.status is Status.FAILED:
            findings.failed(name, subject, words, code=check.code, votes=None)
        else:
            findings.left_open(name, subject, words, code=check.code)
    seen = {str(check.name) for check in report.checks}
    for name in _CHECKS:
        if name not in seen:
            why = Words("bahannya tidak ada (--since BERKAS)", "what it needs is not here (--since FILE)")
            findings.left_open(name, subject, why)


def _nearest(files: Iterable[Found], beside: Found) -> bytes | None:
    """The one in the same folder, else the first."""
    listed = sorted(files, key=lambda found: found.path.parent != beside.path.parent)
    return listed[0].data if listed else None


def _certificate(evidence: Evidence, beside: Found, brought: Brought, villages: Sequence[VillageFiles]) -> bytes | None:
    """The tally's certificate, found by what it says."""
    root = find_root(evidence, beside, brought)
    if root is None or not villages:
        return None
    for found in sorted(evidence.all(Sort.CERTIFICATE), key=lambda each: each.path.parent != beside.path.parent):
        try:
            check_certificate(
                found.data, root, at=villages[0].definition.day, holder_role=Role.TALLY, where=found.path.name
            )
        except EpilwuError:
            continue
        return found.data
    return None


def _check_acts(evidence: Evidence, villages: Sequence[VillageFiles], acts: Sequence[Act], findings: Findings) -> None:
    """607: what the log says was taken in and signed is what lies here."""
    if not acts or not villages:
        why = Words("isi catatan tidak ada atau tidak utuh", "the log's entries are not here or not whole")
        findings.left_open("log-acts", Subject(), why)
        return
    said = {(act.kind, str(act.event.get("uuid"))): set[str]() for act in acts}
    for act in acts:
        said[act.kind, str(act.event.get("uuid"))] |= {str(value) for value in act.event.values()}
    for village in villages:
        compared, wrong = 0, []
        for station in village.definition.stations:
            for kind, what, found in _compared(evidence, station.uuid, station.booths):
                compared += 1
                if found.sha256 not in said.get((kind, station.uuid), set()):
                    place = f"TPS {station.number}"
                    wrong.append(Words(f"{place}: {what.id} lain", f"{place}: another {what.en}"))
        subject = Subject(village.region)
        if not compared:
            why = Words("tidak ada laporan atau hasil di sini", "there are no reports or results here")
            findings.left_open("log-acts", subject, why)
            continue
        good = Words(f"{compared} berkas disebut catatan", f"the log speaks of {compared} files")
        findings.judge("log-acts", subject, wrong, good, votes=ALL)


def _compared(evidence: Evidence, uuid: str, booths: int) -> list[tuple[str, Words, Found]]:
    """(kind of entry, what, file) for each file of a station that the log must have noted."""
    wanted = [
        ("report-imported", Words("laporan bilik", "booth's report"), Sort.REPORT, f"{uuid}/{booth}")
        for booth in range(1, booths + 1)
    ]
    wanted += [
        ("desk-book-imported", Words("buku meja", "desk's book"), Sort.DESK_BOOK, uuid),
        ("result-signed", Words("hasil", "result"), Sort.STATION_RESULT, uuid),
    ]
    result = evidence.one(Sort.STATION_RESULT, uuid)
    if result is not None:
        wanted.append(("result-signed", Words("papan", "board"), Sort.ARCHIVE, uuid))
    found = ((kind, what, evidence.one(sort, key)) for kind, what, sort, key in wanted)
    return [(kind, what, file) for kind, what, file in found if file is not None]
