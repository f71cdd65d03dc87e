"""``<uuid>.decryption.json``: the bound proofs of all partial decryptions of an archive, beside it.

``{"version":1,"uuid":...,"encrypted_tally":T,"proofs":[{"owner":o,"payload":<sha256 of the partial decryption>,
"proofs":[[p...]]}...]}``, fields in this order, owners ascending, in the writing of ``epilwu.protocol.canonical``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from epilwu.protocol import canonical
from epilwu.protocol.decryption import (
    MAX_SHARE_BYTES,
    PartialDecryption,
    Share,
    parse_proofs,
    proofs_json,
    refuse_foreign,
    verify_bound,
)
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import DecryptionRefused, MalformedScalar, NotCanonical
from epilwu.protocol.proofs import Proof
from epilwu.protocol.trustees import MAX_TRUSTEES, TrusteeSet, trustee_name

_PLACE = "decryption file"
_FIELDS = ("version", "uuid", "encrypted_tally", "proofs")


@dataclass(frozen=True, slots=True)
class SideEntry:
    """Trustee ``owner``'s bound proofs for the partial decryption whose SHA-256 (hex) is ``payload``."""

    owner: int
    payload: str
    proofs: tuple[Proof, ...]


def decryption_side_file(election: BeleniosElection, tally: EncryptedTally, shares: Iterable[Share]) -> bytes:
    """The side file of verified ``shares``, whatever their order."""
    entries: list[canonical.Json] = [
        {
            "owner": share.owner,
            "payload": canonical.sha256_hex(share.decryption.data),
            "proofs": proofs_json(share.proofs),
        }
        for share in sorted(shares, key=lambda share: share.owner)
    ]
    data = canonical.dumps({"version": 1, "uuid": election.uuid, "encrypted_tally": tally.digest, "proofs": entries})
    parse_side_file(election, tally, data)
    return data


def parse_side_file(election: BeleniosElection, tally: EncryptedTally, data: bytes) -> tuple[SideEntry, ...]:
    """Read a side file strictly, no proof judged.

    Raises ``DecryptionRefused`` for other bytes or a repeated owner, ``DecryptionForeign`` for another election or
    encrypted tally.
    """
    try:
        given = canonical.fields(canonical.loads(data, limit=MAX_TRUSTEES * MAX_SHARE_BYTES), _FIELDS)
        canonical.integer(given["version"], low=1, high=1)
        listed = canonical.items(given["proofs"], high=MAX_TRUSTEES)
        entries = tuple(_parse_entry(value, len(tally.ciphertexts)) for value in listed)
        refuse_foreign(election, tally, canonical.text(given["uuid"]), canonical.text(given["encrypted_tally"]), _PLACE)
    except (NotCanonical, MalformedScalar) as error:
        raise DecryptionRefused(error.what, where=_PLACE) from error
    owners = [entry.owner for entry in entries]
    if owners != sorted(set(owners)):
        raise DecryptionRefused("trustees are not in ascending order, each once", where=_PLACE)
    return entries


def verify_side_file(
    election: BeleniosElection,
    trustees: TrusteeSet,
    tally: EncryptedTally,
    decryptions: Mapping[int, PartialDecryption],
    data: bytes,
) -> None:
    """Check that ``data`` proves exactly the archive's ``decryptions`` (by owner), each bound to its ciphertexts.

    Raises what ``parse_side_file`` does, ``DecryptionRefused`` where owners or payloads differ, and
    ``BoundProofRefused``; each names the trustee.
    """
    entries = {entry.owner: entry for entry in parse_side_file(election, tally, data)}
    for owner in sorted(decryptions.keys() ^ entries.keys()):
        what = "decrypted without bound proofs" if owner in decryptions else "bound proofs of a decryption not made"
        raise DecryptionRefused(what, where=trustee_name(owner))
    for owner, entry in entries.items():
        decryption = decryptions[owner]
        if entry.payload != canonical.sha256_hex(decryption.data):
            raise DecryptionRefused("bound proofs of another partial decryption", where=trustee_name(owner))
        verify_bound(election, trustees, tally, Share(owner, decryption, entry.proofs))


def _parse_entry(value: canonical.Json, size: int) -> SideEntry:
    given = canonical.fields(value, ("owner", "payload", "proofs"))
    owner = canonical.integer(given["owner"], low=1, high=MAX_TRUSTEES)
    return SideEntry(owner, canonical.text(given["payload"]), parse_proofs(given["proofs"], size))
