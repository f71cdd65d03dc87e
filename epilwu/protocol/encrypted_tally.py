"""The homomorphic sum of the counted ballots (Belenios specification 3.0, section 4.18).

A product of ciphertexts encrypts the sum of their plaintexts. Either half of a product can be the identity (nobody
voted, or chosen randomness cancels out); here, and only here, that is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.election_json import BeleniosElection, Question
from epilwu.protocol.errors import MalformedElement, NotCanonical, TallyRefused
from epilwu.protocol.group import IDENTITY, add, decode_element, sub
from epilwu.protocol.proofs import Ciphertext

MAX_TALLY_BYTES = 64 * 2**10  # 64 answers of some 150 bytes

_NOTHING = Ciphertext(IDENTITY, IDENTITY)


@dataclass(frozen=True, slots=True)
class EncryptedTally:
    """One ciphertext for each entry of the question's vector (index 0 is "blank" where that is allowed)."""

    ciphertexts: tuple[Ciphertext, ...]

    @staticmethod
    def empty(question: Question) -> EncryptedTally:
        """The sum of no ballots."""
        return EncryptedTally((_NOTHING,) * question.choices)

    @staticmethod
    def parse(data: bytes, question: Question) -> EncryptedTally:
        """Read ``data`` strictly; raise ``TallyRefused`` if it is not the encrypted tally of such a question."""
        try:
            questions = canonical.items(canonical.loads(data, limit=MAX_TALLY_BYTES), low=1, high=1)
            entries = canonical.items(questions[0], low=question.choices, high=question.choices)
            return EncryptedTally(tuple(map(_parse_ciphertext, entries)))
        except (NotCanonical, MalformedElement) as error:
            raise TallyRefused(error.what) from error

    @property
    def data(self) -> bytes:
        """The bytes that are published."""
        ciphertexts: list[canonical.Json] = [ciphertext.to_json() for ciphertext in self.ciphertexts]
        return canonical.dumps([ciphertexts])

    @property
    def digest(self) -> str:
        """T: the SHA-256 of ``data`` in hex."""
        return canonical.sha256_hex(self.data)

    def plus(self, choices: Sequence[Ciphertext]) -> EncryptedTally:
        """With one more ballot counted; ``choices`` are a verified ballot's."""
        pairs = zip(self.ciphertexts, choices, strict=True)
        return EncryptedTally(tuple(Ciphertext(add(a.alpha, b.alpha), add(a.beta, b.beta)) for a, b in pairs))

    def minus(self, choices: Sequence[Ciphertext]) -> EncryptedTally:
        """With one ballot taken back: the earlier one of a credential that votes again in a foreign election."""
        pairs = zip(self.ciphertexts, choices, strict=True)
        return EncryptedTally(tuple(Ciphertext(sub(a.alpha, b.alpha), sub(a.beta, b.beta)) for a, b in pairs))


def sum_ballots(election: BeleniosElection, ballots: Iterable[Sequence[Ciphertext]]) -> EncryptedTally:
    """The sum of the ``choices`` of verified ballots; which ballots count is the caller's business."""
    total = EncryptedTally.empty(election.question)
    for choices in ballots:
        total = total.plus(choices)
    return total


def _parse_ciphertext(value: canonical.Json) -> Ciphertext:
    given = canonical.fields(value, ("alpha", "beta"))
    alpha, beta = (decode_element(given[name], allow_identity=True) for name in ("alpha", "beta"))
    return Ciphertext(alpha, beta)
