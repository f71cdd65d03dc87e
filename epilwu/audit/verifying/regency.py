"""Checks 5xx: the regency's page against the villages whose folders lie beside it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.audit.verifying.announcements import stated_otherwise, written
from epilwu.audit.verifying.authority import Brought, find_root
from epilwu.audit.verifying.case import ABSENT, GOOD_SIGNATURE, NO_ROOT, signatures_for
from epilwu.audit.verifying.evidence import Evidence
from epilwu.audit.verifying.result import Findings, Subject, said
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.election.outcome import Counts
from epilwu.errors import EpilwuError
from epilwu.media import regency
from epilwu.media.published import VillageResult
from epilwu.media.regency import RegencyResult, VillageLine
from epilwu.trust.certificates import Role
from epilwu.trust.envelope import verify_detached


@dataclass(frozen=True, slots=True)
class VillageSeen:
    """A village as verified: its region, definition's hash, announced result with its file's hash, proven counts."""

    region: str
    digest: str
    result: VillageResult | None
    result_sha256: str | None
    proven: Counts | None


def check_regencies(evidence: Evidence, villages: Sequence[VillageSeen], brought: Brought, findings: Findings) -> None:
    """501 to 504 for every regency's page that lies here."""
    for found in evidence.all(Sort.REGENCY):
        subject = Subject(found.key)
        try:
            page = RegencyResult.parse(found.data, where=found.path.name)
        except EpilwuError as error:
            findings.refused("regency-sums", subject, error, votes=0)
            for name in ("regency-signature", "regency-villages", "regency-complete"):
                why = Words("lembar kabupaten tidak terbaca", "the regency's page cannot be read")
                findings.left_open(name, subject, why)
            continue
        words = Words(f"{len(page.villages)} desa, {page.ballots} suara", f"{len(page.villages)} villages")
        findings.passed("regency-sums", subject, words)
        _check_signature(evidence, found, page, brought, findings)
        _check_lines(page, villages, findings)
        _check_complete(page, villages, findings)


def _check_signature(
    evidence: Evidence, found: Found, page: RegencyResult, brought: Brought, findings: Findings
) -> None:
    """501: by the regency's tally, or the regency itself."""
    subject, name = Subject(page.region), "regency-signature"
    root = find_root(evidence, found, brought)
    if root is None:
        findings.left_open(name, subject, NO_ROOT)
        return
    at = datetime.date.fromisoformat(page.date)
    refusal: Words | None = None
    for signature in signatures_for(evidence, found, regency.CONTEXT):
        try:
            signer = verify_detached(regency.CONTEXT, found.data, signature.data, root, at=at, where=found.path.name)
        except EpilwuError as error:
            refusal = refusal or said(error)
            continue
        if signer.holder.role in (Role.TALLY, Role.REGENCY) and signer.holder.region == page.region:
            findings.passed(name, subject, GOOD_SIGNATURE)
            return
        refusal = Words(f"oleh {signer.holder.uri}", f"by {signer.holder.uri}")
    words = refusal or Words("tidak ada tanda tangan", "there is no signature")
    findings.failed(name, subject, words, code="regency-signature-wrong", votes=0)


def _check_lines(page: RegencyResult, villages: Sequence[VillageSeen], findings: Findings) -> None:
    """503, a result for each line."""
    by_digest = {village.digest: village for village in villages}
    for line in page.villages:
        subject, village = Subject(line.code), by_digest.get(line.definition_hash)
        if village is None or village.result is None:
            same_place = any(each.region == line.code for each in villages)
            if same_place and village is None:
                words = Words("definisi lain dari folder desa", "another definition than the village's folder")
                findings.failed("regency-villages", subject, words, code="regency-line", votes=0)
            else:
                findings.left_open("regency-villages", subject, ABSENT)
            continue
        expected = VillageLine.of(village.result, village.result_sha256 or "")
        wrong = []
        if line.counts != village.result.ranking.counts:
            wrong.append(stated_otherwise(line.counts, village.result.ranking.counts))
        elif line != expected:
            wrong.append(Words("hasil, pemilih atau kode lain", "another result, roll or code"))
        findings.judge("regency-villages", subject, wrong, written(line.counts), votes=0)


def _check_complete(page: RegencyResult, villages: Sequence[VillageSeen], findings: Findings) -> None:
    """504: every village that published has its line; one that has not yet is no fault."""
    subject, name = Subject(page.region), "regency-complete"
    listed = {line.code for line in page.villages}
    left_out = sorted(v.region for v in villages if v.result is not None and v.region not in listed)
    wrong = [Words(f"tidak tercantum: {code}", f"left out: {code}") for code in left_out]
    if not wrong and len(listed) < page.expected:
        words = Words(
            f"{len(listed)} dari {page.expected} desa sudah ada hasilnya",
            f"{len(listed)} of {page.expected} villages have a result",
        )
        findings.left_open(name, subject, words)
        return
    findings.judge(name, subject, wrong, Words(f"{len(listed)} desa", f"{len(listed)} villages"), votes=0)
