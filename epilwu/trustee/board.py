"""A station's board as a key holder takes it: verified whole by the published verifier, then only its sum is read.

Whoever could have any ciphertext opened could have a single ballot opened. So everything before the sum is verified
here again, on the holders' own machine and by E-Pilwu's rules: the chain, the trustees, every ballot's proofs and
signature, that each credential is on the list and voted once, and the sum itself.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.errors import EpilwuError
from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.ballot import BeleniosElection
from epilwu.protocol.chain import EventType
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.station import definition_hash_of
from epilwu.trustee.errors import BoardRefused
from epilwu.trustee.verifier import Verdict, Verifier

MAX_BOARD_BYTES = 128 * 2**20  # some 20,000 ballots of ten candidates; a station has 500
SUFFIX = ".bel"
_MAX_BESIDE = 32 * 2**20
_TODO = "Jangan dibuka. Minta panitia menyusun dan memeriksa ulang papan suara TPS ini."


@dataclass(frozen=True, slots=True)
class Board:
    """A verified board up to its encrypted tally: ``ballots`` valid ballots, all in ``tally``.

    ``digest`` is the SHA-256 (hex) of the event that closes the sum: through the hash chain it stands for every byte
    before it, and stays the same when decryptions follow. It is compared aloud. ``trustees`` are the bytes of
    ``trustees.json``; ``definition`` is None where no ``definition.json`` lay beside the board.
    """

    path: Path
    election: BeleniosElection
    trustees: bytes = field(repr=False)
    tally: EncryptedTally = field(repr=False)
    ballots: int
    digest: str
    definition: Definition | None
    verdict: Verdict

    @property
    def name(self) -> str:
        """What people call it: ``Lemahabang TPS 01``."""
        return self.election.name

    @property
    def station(self) -> int | None:
        """The station's number, where there is a definition."""
        stations = () if self.definition is None else self.definition.stations
        return next((station.number for station in stations if station.uuid == self.election.uuid), None)


def take_board(path: Path, verifier: Verifier) -> Board:
    """Read the board at ``path`` once, with what lies beside it, and have all of it verified.

    Raises ``BoardRefused`` naming the file, what is wrong and at which event, and for more than ``MAX_BOARD_BYTES``;
    ``VerifierFailed`` where the verifier did not answer to the end.
    """
    data = _read(path, MAX_BOARD_BYTES)
    if data is None:
        raise BoardRefused("Papan suara tidak ada.", where=str(path), todo="Periksa medianya.")
    beside = {}
    for name in (definitions.DEFAULT_NAME, f"{_uuid(data, path)}.decryption.json"):
        found = _read(path.parent / name, _MAX_BESIDE)
        if found is not None:
            beside[name] = found
    try:
        verdict = verifier.verify(data, beside)
    except BoardRefused as error:
        raise BoardRefused(error.what, where=str(path), todo=error.todo) from error
    return _sum_of(path, data, beside.get(definitions.DEFAULT_NAME), verdict)


def _sum_of(path: Path, data: bytes, definition: bytes | None, verdict: Verdict) -> Board:
    """The sum in a board that was verified, read from the very bytes that were."""
    setup, tally, digest = None, None, ""
    for event in ArchiveReader(io.BytesIO(data)).events():
        if event.type is EventType.SETUP:
            setup = event.data
        elif event.type is EventType.ENCRYPTED_TALLY:
            tally, digest = event.data[0], event.hash
            break
    if setup is None or tally is None:
        raise BoardRefused("Papan suara belum ditutup dan dijumlahkan.", where=str(path), todo="Tunggu panitia.")
    election = BeleniosElection.parse(setup[0])
    if definition_hash_of(election) is None:
        raise BoardRefused("Papan suara ini bukan buatan E-Pilwu.", where=str(path), todo="Jangan dibuka.")
    parsed = None
    if definition is not None:
        if hashlib.sha256(definition).hexdigest() != definition_hash_of(election):
            raise BoardRefused("definition.json bukan milik papan ini.", where=str(path), todo=_TODO)
        parsed = definitions.parse(definition)
    return Board(
        path,
        election,
        setup[1],
        EncryptedTally.parse(tally, election.question),
        verdict.ballots,
        digest,
        parsed,
        verdict,
    )


def _uuid(data: bytes, path: Path) -> str:
    """The election's uuid, unverified, to find the file beside the board; the file's own name where there is none."""
    try:
        setup = next(ArchiveReader(io.BytesIO(data)).events(), None)
        return path.stem if setup is None else BeleniosElection.parse(setup.data[0]).uuid
    except (ProtocolError, EpilwuError):
        return path.stem  # the verifier will say what is wrong


def _read(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BoardRefused(
            f"Berkas tidak dapat dibaca ({error.strerror}).", where=str(path), todo="Periksa medianya."
        ) from error
    if len(data) > limit:
        raise BoardRefused(f"Berkas melebihi {limit >> 20} MiB.", where=str(path), todo=_TODO)
    return data
