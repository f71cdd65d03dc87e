"""A trustee's part in opening a tally: factors, their proofs, and the file that carries them.

Source of the factors and their first proofs: Belenios specification 3.0, section 4.20. Its challenge binds neither
the ciphertext nor the factor, so a trustee together with whoever chose a ballot's randomness could publish false
factors with true proofs. E-Pilwu therefore adds a second, "bound" proof to each factor, whose challenge covers the
election, the encrypted tally, the trustee, the position, the ciphertext and the factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import (
    BoundProofRefused,
    DecryptionForeign,
    DecryptionKeyRefused,
    DecryptionProofRefused,
    DecryptionRefused,
    MalformedElement,
    MalformedScalar,
    NotCanonical,
)
from epilwu.protocol.group import IDENTITY, Element, SecretScalar, decode_element, encode_element
from epilwu.protocol.proofs import Ciphertext, Proof, check_equal_logs, parse_proof, prove_equal_logs
from epilwu.protocol.trustees import MAX_TRUSTEES, TrusteeSet, trustee_name

MAX_DECRYPTION_BYTES = 64 * 2**10  # 64 answers of some 260 bytes
MAX_SHARE_BYTES = 256 * 2**10

_SHARE_FIELDS = ("version", "uuid", "encrypted_tally", "owner", "partial_decryption", "proofs")


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """One trustee's factors F_j = alpha_j^x with Belenios's proofs, in the order of the tally's ciphertexts."""

    factors: tuple[Element, ...]
    proofs: tuple[Proof, ...]

    @staticmethod
    def parse(data: bytes, tally: EncryptedTally, owner: int) -> PartialDecryption:
        """Read ``data`` strictly, no proof judged; raise ``DecryptionRefused`` naming trustee ``owner``.

        A factor is the identity exactly where its alpha is: x is never 0.
        """
        size = len(tally.ciphertexts)
        try:
            value = canonical.loads(data, limit=MAX_DECRYPTION_BYTES)
            given = canonical.fields(value, ("decryption_factors", "decryption_proofs"))
            listed = canonical.items(
                canonical.items(given["decryption_factors"], low=1, high=1)[0], low=size, high=size
            )
            factors = tuple(decode_element(text, allow_identity=True) for text in listed)
            proofs = parse_proofs(given["decryption_proofs"], size)
        except (NotCanonical, MalformedElement, MalformedScalar) as error:
            raise DecryptionRefused(error.what, where=trustee_name(owner)) from error
        for ciphertext, factor in zip(tally.ciphertexts, factors, strict=True):
            if (ciphertext.alpha == IDENTITY) != (factor == IDENTITY):
                raise DecryptionRefused("the identity as a factor of what it is not", where=trustee_name(owner))
        return PartialDecryption(factors, proofs)

    @property
    def data(self) -> bytes:
        """The bytes that are published."""
        factors: list[canonical.Json] = [encode_element(factor) for factor in self.factors]
        return canonical.dumps({"decryption_factors": [factors], "decryption_proofs": proofs_json(self.proofs)})


@dataclass(frozen=True, slots=True)
class Share:
    """All that trustee ``owner`` gives to open one tally: the partial decryption and its bound proofs."""

    owner: int
    decryption: PartialDecryption
    proofs: tuple[Proof, ...]


def partial_decrypt(
    election: BeleniosElection, trustees: TrusteeSet, owner: int, secret: SecretScalar, tally: EncryptedTally
) -> Share:
    """Open ``tally`` as far as trustee ``owner`` can, with both kinds of proof. The secret stays constant-time.

    Raises ``TrusteeUnknown``, ``DecryptionForeign`` if these are not the trustees of ``election``, and
    ``DecryptionKeyRefused`` if ``secret`` is not the trustee's.
    """
    if trustees.public_key != election.public_key:
        raise DecryptionForeign("these trustees do not hold this election's key", where=election.uuid)
    if secret.base() != trustees.key(owner):
        raise DecryptionKeyRefused("the secret is not the one behind the published key", where=trustee_name(owner))
    bases = [ciphertext.alpha for ciphertext in tally.ciphertexts]
    factors = tuple(secret.power(alpha) for alpha in bases)
    prefix = _belenios_prefix(election, trustees.key(owner))
    proofs = tuple(prove_equal_logs(secret, alpha, prefix) for alpha in bases)
    statements = _bound_prefixes(election, trustees, owner, tally, factors)
    bound = tuple(prove_equal_logs(secret, alpha, text) for alpha, text in zip(bases, statements, strict=True))
    return Share(owner, PartialDecryption(factors, proofs), bound)


def verify_decryption(
    election: BeleniosElection, trustees: TrusteeSet, tally: EncryptedTally, owner: int, decryption: PartialDecryption
) -> None:
    """Check Belenios's proofs, which bind less than they seem to; ``DecryptionProofRefused`` names the trustee."""
    key = trustees.key(owner)
    prefixes = [_belenios_prefix(election, key)] * len(tally.ciphertexts)
    fault = _first_fault(key, tally, decryption.factors, decryption.proofs, prefixes)
    if fault is not None:
        raise DecryptionProofRefused(fault, where=trustee_name(owner))


def verify_bound(election: BeleniosElection, trustees: TrusteeSet, tally: EncryptedTally, share: Share) -> None:
    """Check E-Pilwu's proofs of a share; raise ``BoundProofRefused`` naming the trustee."""
    key, factors = trustees.key(share.owner), share.decryption.factors
    prefixes = _bound_prefixes(election, trustees, share.owner, tally, factors)
    fault = _first_fault(key, tally, factors, share.proofs, prefixes)
    if fault is not None:
        raise BoundProofRefused(fault, where=trustee_name(share.owner))


def verify_share(election: BeleniosElection, trustees: TrusteeSet, tally: EncryptedTally, share: Share) -> None:
    """Check both kinds of proof of a share."""
    verify_decryption(election, trustees, tally, share.owner, share.decryption)
    verify_bound(election, trustees, tally, share)


def serialise_share(election: BeleniosElection, tally: EncryptedTally, share: Share) -> bytes:
    """The file that travels from the trustee to the tally."""
    return canonical.dumps(
        {
            "version": 1,
            "uuid": election.uuid,
            "encrypted_tally": tally.digest,
            "owner": share.owner,
            "partial_decryption": share.decryption.data.decode(),
            "proofs": proofs_json(share.proofs),
        }
    )


def parse_share(election: BeleniosElection, tally: EncryptedTally, data: bytes) -> Share:
    """Read a share file, no proof judged.

    Raises ``DecryptionRefused`` for other bytes and ``DecryptionForeign`` for another election or encrypted tally.
    """
    try:
        given = canonical.fields(canonical.loads(data, limit=MAX_SHARE_BYTES), _SHARE_FIELDS)
        canonical.integer(given["version"], low=1, high=1)
        owner = canonical.integer(given["owner"], low=1, high=MAX_TRUSTEES)
        uuid, digest = canonical.text(given["uuid"]), canonical.text(given["encrypted_tally"])
        inner = canonical.text(given["partial_decryption"]).encode()
        proofs = parse_proofs(given["proofs"], len(tally.ciphertexts))
    except (NotCanonical, MalformedScalar) as error:
        raise DecryptionRefused(error.what, where="share file") from error
    refuse_foreign(election, tally, uuid, digest, "share file")
    return Share(owner, PartialDecryption.parse(inner, tally, owner), proofs)


def refuse_foreign(election: BeleniosElection, tally: EncryptedTally, uuid: str, digest: str, where: str) -> None:
    """Raise ``DecryptionForeign`` unless ``uuid`` and ``digest`` are those of the election and its encrypted tally."""
    if uuid != election.uuid:
        raise DecryptionForeign(f"made for the election {uuid!r}", where=where)
    if digest != tally.digest:
        raise DecryptionForeign("made for another encrypted tally", where=where)


def parse_proofs(value: canonical.Json, size: int) -> tuple[Proof, ...]:
    """Read ``[[p...]]``, one list of ``size`` proofs for the one question."""
    return tuple(map(parse_proof, canonical.items(canonical.items(value, low=1, high=1)[0], low=size, high=size)))


def proofs_json(proofs: Sequence[Proof]) -> canonical.Json:
    """What ``parse_proofs`` reads."""
    return [[proof.to_json() for proof in proofs]]


def _first_fault(
    key: Element,
    tally: EncryptedTally,
    factors: Sequence[Element],
    proofs: Sequence[Proof],
    prefixes: Sequence[str],
) -> str | None:
    """What is wrong with the first factor that is not proved, or None."""
    if not len(proofs) == len(factors) == len(tally.ciphertexts) == len(prefixes):
        return "another number of proofs or factors than of ciphertexts"
    rows = zip(tally.ciphertexts, factors, proofs, prefixes, strict=True)
    for position, (ciphertext, factor, proof, prefix) in enumerate(rows):
        if (ciphertext.alpha == IDENTITY) != (factor == IDENTITY):
            return f"factor {position} is the identity where its ciphertext is not, or the reverse"
        if not check_equal_logs(key, ciphertext.alpha, factor, proof, prefix):
            return f"the proof of factor {position} does not hold"
    return None


def _belenios_prefix(election: BeleniosElection, key: Element) -> str:
    return f"decrypt|{election.fingerprint}|{encode_element(key)}"


def _bound_prefixes(
    election: BeleniosElection, trustees: TrusteeSet, owner: int, tally: EncryptedTally, factors: Sequence[Element]
) -> list[str]:
    """One statement per ciphertext; the commitments follow it in the hash. The question's number is always 0."""
    head = f"epilwu-decrypt|{election.fingerprint}|{tally.digest}|{owner}"
    key = encode_element(trustees.key(owner))

    def statement(position: int, ciphertext: Ciphertext, factor: Element) -> str:
        return f"{head}|0,{position}|{key}|{ciphertext}|{encode_element(factor)}"

    rows = enumerate(zip(tally.ciphertexts, factors, strict=False))  # another length is refused by the caller
    return [statement(position, ciphertext, factor) for position, (ciphertext, factor) in rows]
