"""One village under verification: its files, its root, who signed what, and what was found so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from epilwu.audit.verifying.evidence import Evidence, VillageFiles
from epilwu.audit.verifying.result import ALL, Findings, Subject
from epilwu.audit.verifying.sorting import Found, Sort
from epilwu.audit.verifying.table import Words
from epilwu.errors import EpilwuError
from epilwu.media.published import signature_name
from epilwu.trust.certificates import Holder, Role, VerifiedCertificate
from epilwu.trust.envelope import verify_detached

GOOD_SIGNATURE = Words("tanda tangan cocok", "the signature holds")
NO_ROOT = Words(
    "tidak ada sertifikat akar, jadi tanda tangan tidak dapat diperiksa",
    "there is no root certificate, so no signature can be checked",
)
CONFLICT = Words("ada dua berkas berbeda yang mengaku sebagai ini", "two different files claim to be this")
ABSENT = Words("tidak ada di antara berkas ini", "not among these files")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed something here: certificate, what, and how many votes hang on it (``ALL`` of ``subject``)."""

    certificate: VerifiedCertificate
    what: str
    subject: Subject


@dataclass(slots=True)
class Case:
    """``root`` is the regency's certificate (PEM), brought or found; None where there is none that can be used."""

    evidence: Evidence
    village: VillageFiles
    root: bytes | None
    findings: Findings = field(default_factory=Findings)
    signers: list[Signer] = field(default_factory=list)

    @property
    def subject(self) -> Subject:
        """The village as a whole."""
        return Subject(self.village.region)

    def station(self, number: int, booth: int = 0) -> Subject:
        """A station, or a booth of it."""
        return Subject(self.village.region, number, booth)

    def take(self, sort: Sort, key: str, names: tuple[str, ...], subject: Subject) -> Found | None:
        """The file of that sort about ``key``; where there is none, the checks ``names`` are left open."""
        found = self.evidence.one(sort, key)
        if found is None:
            why = CONFLICT if self.evidence.in_conflict(sort, key) else ABSENT
            for name in names:
                self.findings.left_open(name, subject, why)
        return found

    def check_signature(  # noqa: PLR0917 - a sentence: this file, for this, by whom, about what
        self, name: str, found: Found, context: str, holder: Holder | Role, subject: Subject, votes: int | None = ALL
    ) -> VerifiedCertificate | None:
        """State whether the tally or committee signed ``found``; gives the signer where it did."""
        if self.root is None:
            self.findings.left_open(name, subject, NO_ROOT)
            return None
        first: EpilwuError | None = None
        for signature in signatures_for(self.evidence, found, context):
            try:
                signer = verify_detached(
                    context,
                    found.data,
                    signature.data,
                    self.root,
                    at=self.village.definition.day,
                    holder=holder if isinstance(holder, Holder) else None,
                    holder_role=holder if isinstance(holder, Role) else None,
                    where=signature.path.name,
                )
            except EpilwuError as error:
                first = first or error
                continue
            self.findings.passed(name, subject, GOOD_SIGNATURE)
            self.signers.append(Signer(signer, found.path.name, subject))
            return signer
        if first is not None:
            self.findings.refused(name, subject, first, votes=votes)
        else:
            words = Words("tidak ada tanda tangan", "there is no signature")
            self.findings.failed(name, subject, words, code="signature-missing", votes=votes)
        return None


def signatures_for(evidence: Evidence, found: Found, context: str) -> Iterator[Found]:
    """Signatures of that context: the one named after the file first, then those of its folder, then all others.

    A signature that names another context never fits; which one fits is for the mathematics to say, not for names.
    """
    beside = found.path.with_name(signature_name(found.path.name))
    first = evidence.by_path.get(beside)
    if first is not None and first.sort is Sort.SIGNATURE and first.key == context:
        yield first
    fitting = [each for each in evidence.all(Sort.SIGNATURE) if each.key == context and each is not first]
    yield from sorted(fitting, key=lambda each: each.path.parent != beside.parent)
