"""Checking what comes after the last ballot: the sum, the trustees' decryptions, the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from epilwu.protocol.archive import Event
from epilwu.protocol.combination import MAX_COUNT, combine, parse_result, serialise_result
from epilwu.protocol.decryption import PartialDecryption, verify_decryption
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import DecryptionRefused, ProtocolError, ResultOutOfRange, TrusteesMissing
from epilwu.protocol.side_file import verify_side_file
from epilwu.protocol.trustees import TrusteeSet, trustee_name
from epilwu.protocol.verify_ballots import BallotBox
from epilwu.protocol.verify_report import Findings, Name


@dataclass(slots=True)
class Counting:
    """What is known of the count so far. ``heights`` gives the event of each owner's partial decryption."""

    election: BeleniosElection
    trustees: TrusteeSet | None
    findings: Findings
    tally: EncryptedTally | None = None
    tally_height: int = 0
    bound: int = 0  # no count can be larger
    decryptions: dict[int, PartialDecryption] = field(default_factory=dict)
    heights: dict[int, int] = field(default_factory=dict)
    counts: tuple[int, ...] | None = None

    def take_tally(self, event: Event, box: BallotBox, source: BinaryIO) -> None:
        """Check the encrypted tally against the sum of the ballots in ``box``."""
        self.tally_height = event.height
        self.bound = min(event.count("num_tallied"), MAX_COUNT)
        try:
            self.tally = EncryptedTally.parse(event.data[0], self.election.question)
        except ProtocolError as error:
            self.findings.refused(Name.ENCRYPTED_TALLY, error, event.height)
            return
        if not self.findings.has_passed(Name.BALLOTS):
            self.findings.blocked(Name.ENCRYPTED_TALLY, "not every ballot was checked and found valid")
            return
        for name in ("num_tallied", "total_weight"):
            if event.count(name) != box.counted:
                detail = f"{name} is {event.count(name)}, but {box.counted} ballots count"
                self.findings.failed(Name.ENCRYPTED_TALLY, "tally-count", detail, event.height)
        self._compare(event, box, source)

    def _compare(self, event: Event, box: BallotBox, source: BinaryIO) -> None:
        try:
            total = box.counted_total(source)
        except ProtocolError as error:
            self.findings.refused(Name.ENCRYPTED_TALLY, error, event.height)
            return
        if total.data != event.data[0]:
            detail = "it is not the sum of the ballots that count"
            self.findings.failed(Name.ENCRYPTED_TALLY, "tally-sum", detail, event.height)
        self.findings.passed(Name.ENCRYPTED_TALLY, f"the sum of the {box.counted} ballots that count")

    def take_decryption(self, event: Event) -> None:
        """Check one trustee's factors by Belenios's rule."""
        if self.trustees is None or self.tally is None:
            return
        owner = event.count("owner")
        try:
            self.trustees.key(owner)
            if owner in self.decryptions:
                raise DecryptionRefused("has decrypted twice", where=trustee_name(owner))
            decryption = PartialDecryption.parse(event.data[0], self.tally, owner)
            self.decryptions[owner], self.heights[owner] = decryption, event.height
            verify_decryption(self.election, self.trustees, self.tally, owner, decryption)
        except ProtocolError as error:
            self.findings.refused(Name.DECRYPTIONS, error, event.height)

    def finish_decryptions(self, position: int, *, final: bool, note: str) -> None:
        """After the last partial decryption (``final``) or the last so far: are they enough, do they fit together?

        ``position`` is the height behind them; ``note`` goes into the detail. Then ``counts`` are known.
        """
        if self.trustees is None or self.tally is None:
            return
        owners = ", ".join(map(str, sorted(self.decryptions)))
        try:
            if not self.findings.has_failed(Name.DECRYPTIONS):
                self.counts = combine(self.election, self.trustees, self.tally, self.decryptions, ballots=self.bound)
        except ResultOutOfRange as error:
            if final:
                self.findings.refused(Name.RESULT, error, position)
        except TrusteesMissing as error:
            if final:
                self.findings.refused(Name.DECRYPTIONS, error, position)
        except ProtocolError as error:
            self.findings.refused(Name.DECRYPTIONS, error, self._height_of(error, position - 1))
        self.findings.passed(Name.DECRYPTIONS, f"proofs of trustees {owners} hold and fit together{note}")

    def check_bound(self, side_file: bytes | None) -> None:
        """Check E-Pilwu's proofs, which tie each factor to its ciphertext."""
        if self.trustees is None or self.tally is None:
            return
        if side_file is None:
            detail = "the file of bound proofs (<uuid>.decryption.json) is missing"
            self.findings.failed(Name.BOUND, "bound-proofs-missing", detail, self.tally_height)
            return
        try:
            verify_side_file(self.election, self.trustees, self.tally, self.decryptions, side_file)
        except ProtocolError as error:
            self.findings.refused(Name.BOUND, error, self._height_of(error, self.tally_height))
        detail = f"every factor of trustees {', '.join(map(str, sorted(self.decryptions)))} is bound to its ciphertext"
        self.findings.passed(Name.BOUND, detail)

    def take_result(self, event: Event) -> tuple[int, ...] | None:
        """Compare the published result with the decryption; return it where they agree."""
        try:
            published = parse_result(event.data[0], self.election.question)
        except ProtocolError as error:
            self.findings.refused(Name.RESULT, error, event.height)
            return None
        if self.counts is None:
            self.findings.blocked(Name.RESULT, "the tally could not be decrypted from what was published")
            return None
        if published != self.counts or event.data[0] != serialise_result(self.counts):
            detail = f"{list(published)} was published, but the tally decrypts to {list(self.counts)}"
            self.findings.failed(Name.RESULT, "result-mismatch", detail, event.height)
            return None
        self.findings.passed(Name.RESULT, f"{list(published)} is what the encrypted tally decrypts to")
        return published

    def _height_of(self, error: ProtocolError, otherwise: int) -> int:
        """The event of the trustee whom a refusal names."""
        for owner, height in self.heights.items():
            if error.where == trustee_name(owner):
                return height
        return otherwise
