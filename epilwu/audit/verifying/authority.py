"""Checks 1xx: the root, the definition, the rules, what the committee committed itself to, revoked certificates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from epilwu.audit.verifying.case import ABSENT, NO_ROOT, Case, signatures_for
from epilwu.audit.verifying.evidence import Evidence
from epilwu.audit.verifying.result import ALL, Findings, Subject, said
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.election.region import RegionCode
from epilwu.election.rules import RulePack
from epilwu.errors import EpilwuError
from epilwu.media import revocations, setup_index
from epilwu.media.published import DEFINITION, ROOT, RULES, Context
from epilwu.media.revocations import Revocations
from epilwu.media.setup_index import SetupIndex
from epilwu.trust.certificates import Role, read_root


@dataclass(frozen=True, slots=True)
class Brought:
    """What the auditor has from elsewhere: the regency's root (PEM), or its fingerprint (hex) alone."""

    root: bytes | None = None
    fingerprint: str | None = None


def check_files(evidence: Evidence, findings: Findings) -> None:
    """101: nothing broken, nothing unreadable, no two different files that claim to be the same."""
    bad = 0
    for found in evidence.all(Sort.BROKEN):
        bad += 1
        words = Words(f"berkas rusak ({found.problem})", f"a damaged file ({found.problem})")
        findings.failed("files", Subject(file=str(found.path)), words, code="file-broken", votes=None)
    for path, reason in evidence.unread:
        bad += 1
        words = Words(f"tidak dapat dibaca ({reason})", f"cannot be read ({reason})")
        findings.failed("files", Subject(file=str(path)), words, code="file-unreadable", votes=None)
    for group in evidence.conflicts:
        bad += 1
        names = ", ".join(str(found.path) for found in group)
        words = Words(f"berkas berbeda untuk hal yang sama: {names}", f"different files for the same thing: {names}")
        findings.failed("files", Subject(file=str(group[0].path)), words, code="files-conflict", votes=None)
    if not bad:
        count = sum(map(len, evidence.sorted.values()))
        findings.passed("files", Subject(), Words(f"{count} berkas", f"{count} files"))


def find_root(evidence: Evidence, beside: Found, brought: Brought) -> bytes | None:
    """The root to judge by: the auditor's, else the one in the same folder, else the only one anywhere."""
    if brought.root is not None:
        return brought.root
    roots = {found.data: found.path for found in evidence.all(Sort.CERTIFICATE) if _is_root(found)}
    here = [pem for pem, path in roots.items() if path.parent == beside.path.parent]
    listed = here or list(roots)
    return listed[0] if len(listed) == 1 else None


def _is_root(found: Found) -> bool:
    try:
        read_root(found.data)
    except EpilwuError:
        return False
    return True


def check_root(case: Case, brought: Brought) -> None:
    """102: in form, valid on the day, and the auditor's own."""
    if case.root is None:
        case.findings.left_open("root", case.subject, NO_ROOT)
        return
    try:
        root = read_root(case.root, at=case.village.definition.day, where=ROOT)
    except EpilwuError as error:
        case.findings.refused("root", case.subject, error, votes=ALL)
        return
    folder = case.village.file.path.parent
    here = [found for found in case.evidence.all(Sort.CERTIFICATE) if found.path.parent == folder and _is_root(found)]
    named = case.evidence.by_path.get(folder / ROOT)  # a damaged one is no root any more, but it was published as one
    others = [found for found in (*here, *([named] if named else [])) if found.data != case.root]
    wrong = brought.fingerprint is not None and brought.fingerprint != root.fingerprint
    if others or wrong:
        words = Words("akar di folder ini bukan yang dibawa auditor", "the folder's root is not the auditor's")
        case.findings.failed("root", case.subject, words, code="root-foreign", votes=ALL)
    elif brought.root is None and brought.fingerprint is None:
        words = Words(
            f"akar diambil dari folder itu sendiri; cocokkan sidiknya dengan yang diumumkan: {root.fingerprint}",
            f"taken from the folder itself; compare its fingerprint with the published one: {root.fingerprint}",
        )
        case.findings.left_open("root", case.subject, words)
    else:
        case.findings.passed("root", case.subject, Words(f"sidik {root.fingerprint}", f"hash {root.fingerprint}"))


def check_definition(case: Case) -> None:
    """103 to 105: whole, signed by the committee of this region, with its rules."""
    village, findings = case.village, case.findings
    stations = len(village.definition.stations)
    words = Words(
        f"{village.definition.village}, {stations} TPS, sidik {village.digest}",
        f"{village.definition.village}, {stations} stations, hash {village.digest}",
    )
    findings.passed("definition", case.subject, words)
    _by_committee(case, "definition-signature", village.file, Context.DEFINITION)
    rules = case.evidence.by_hash(village.definition.rule_pack_sha256)
    if rules is None:
        _rules_missing(case)
        return
    try:
        RulePack.parse_toml(rules.data)
    except EpilwuError as error:
        findings.refused("rules", case.subject, error, votes=0)
        return
    findings.passed("rules", case.subject, Words(f"sidik {rules.sha256}", f"hash {rules.sha256}"))


def _rules_missing(case: Case) -> None:
    """Another file under the rules' name beside the definition is a replacement, none at all is a gap."""
    beside = case.village.file.path.with_name(RULES)
    if any(found.path == beside for found in case.evidence.all(Sort.OTHER)):
        words = Words("rules.toml bukan yang disebut definisi", "rules.toml is not what the definition names")
        case.findings.failed("rules", case.subject, words, code="rules-foreign", votes=0)
    else:
        case.findings.left_open("rules", case.subject, ABSENT)


def _by_committee(case: Case, name: str, found: Found, context: str) -> None:
    """A committee's signature counts in its own region only."""
    before = len(case.findings.results)
    signer = case.check_signature(name, found, context, Role.COMMITTEE, case.subject)
    if signer is not None and not RegionCode(signer.holder.region).contains(case.village.definition.region):
        del case.findings.results[before:]
        words = Words("ditandatangani panitia wilayah lain", "signed by another region's committee")
        case.findings.failed(name, case.subject, words, code="committee-foreign", votes=ALL)


def check_setup(case: Case) -> SetupIndex | None:
    """106 and 107: the commitment, and the files of the village against it; gives it where it was signed."""
    names = ("setup-signature", "setup-files")
    found = case.take(Sort.SETUP, case.village.digest, names, case.subject)
    if found is None:
        return None
    before = len(case.findings.results)
    _by_committee(case, names[0], found, setup_index.CONTEXT)
    if not any(r.kind.name == names[0] and r.code == "" for r in case.findings.results[before:]) or case.root is None:
        words = Words("ikatan ini tidak terbukti ditandatangani", "the commitment is not known to be signed")
        case.findings.left_open(names[1], case.subject, words)
        return None
    index = SetupIndex.parse(found.data, where=found.path.name)
    wrong = [Words(f"{name} berbeda", f"{name} differs") for name in _replaced(case, index)]
    digest = hashlib.sha256(found.data).hexdigest()
    good = Words(
        f"{len(index.files)} berkas; sidik ikatan {digest}", f"{len(index.files)} files; the commitment's hash {digest}"
    )
    case.findings.judge(names[1], case.subject, wrong, good, votes=ALL)
    return index


def _replaced(case: Case, index: SetupIndex) -> list[str]:
    """Names of the village's files that are here and not those committed to."""
    assert case.root is not None  # the caller saw to it
    held = {DEFINITION: case.village.digest, ROOT: hashlib.sha256(case.root).hexdigest()}
    held[RULES] = case.village.definition.rule_pack_sha256
    folder = case.village.file.path.parent
    for trustees in case.evidence.all(Sort.TRUSTEES):
        if trustees.path.parent == folder:
            held[setup_index.TRUSTEES] = trustees.sha256
    return [name for name, sha256 in held.items() if index.files.get(name) != sha256]


def check_revocations(case: Case) -> Revocations | None:
    """108: the regency's list, where there is one; gives it where it holds."""
    region = case.village.definition.region
    lists = [f for f in case.evidence.all(Sort.REVOCATIONS) if _covers(f.key, region)]
    if not lists or case.root is None:
        why = ABSENT if not lists else NO_ROOT
        case.findings.left_open("revocations-signature", case.subject, why)
        return None
    found, refusal = lists[0], None
    for signature in signatures_for(case.evidence, found, revocations.CONTEXT):
        try:
            listed = revocations.read(found.data, signature.data, case.root, where=found.path.name)
        except EpilwuError as error:
            refusal = refusal or error
            continue
        words = Words(
            f"{len(listed.revoked)} sertifikat dicabut, per {listed.issued}",
            f"{len(listed.revoked)} certificates revoked, as of {listed.issued}",
        )
        case.findings.passed("revocations-signature", case.subject, words)
        return listed
    words = Words("tidak ada tanda tangan", "there is no signature") if refusal is None else said(refusal)
    code = "signature-missing" if refusal is None else refusal.code
    case.findings.failed("revocations-signature", case.subject, words, code=code, votes=ALL)
    return None


def _covers(region: str, village: RegionCode) -> bool:
    return RegionCode(region).contains(village)


def check_revoked(case: Case, listed: Revocations | None) -> None:
    """109: once all signatures were seen. A certificate revoked after the day stays good for it."""
    if listed is None:
        why = Words("tidak ada daftar pencabutan yang terbukti", "there is no proven list of revocations")
        case.findings.left_open("revoked", case.subject, why)
        return
    day, bad = case.village.definition.day, 0
    for signer in case.signers:
        entry = listed.find(signer.certificate.fingerprint)
        if entry is not None and entry.day <= day:
            bad += 1
            words = Words(
                f"{signer.what}: {signer.certificate.holder.uri} dicabut {entry.date} ({entry.reason})",
                f"{signer.what}: {signer.certificate.holder.uri} revoked {entry.date} ({entry.reason})",
            )
            case.findings.failed("revoked", signer.subject, words, code="certificate-revoked", votes=ALL)
    if not bad:
        signers = len({signer.certificate.fingerprint for signer in case.signers})
        words = Words(f"{signers} penanda tangan, tidak ada yang dicabut", f"{signers} signers, none revoked")
        case.findings.passed("revoked", case.subject, words)
