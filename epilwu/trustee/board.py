"""What a key holder checks before opening a sum: that it is the sum of all valid ballots of one station's board.

Whoever could have any ciphertext opened could have a single ballot opened. So everything before the sum is verified
here again, from the board's bytes, on the holder's own machine and by E-Pilwu's rules: the chain, the trustees, every
ballot's proofs and signature, that each credential is on the list and voted once, and the sum itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from epilwu.protocol.archive import ArchiveReader
from epilwu.protocol.ballot import BeleniosElection
from epilwu.protocol.chain import EventType, NotAnArchive
from epilwu.protocol.encrypted_tally import EncryptedTally
from epilwu.protocol.station import definition_hash_of
from epilwu.protocol.verify import verify_archive
from epilwu.protocol.verify_ballots import MapChunks
from epilwu.protocol.verify_report import Name, Profile, Report, Status
from epilwu.trustee.errors import BoardRefused

MAX_BOARD_BYTES = 128 * 2**20  # some 20,000 ballots of ten candidates; a station has 500

_TODO = "Jangan dibuka. Minta panitia menyusun dan memeriksa ulang papan suara TPS ini."

# All that can be known before the sum is opened. What other trustees have published by then is judged later.
_NEEDED = (
    Name.ARCHIVE,
    Name.ELECTION,
    Name.TRUSTEES,
    Name.CREDENTIALS,
    Name.BALLOTS,
    Name.REPEATS,
    Name.ENCRYPTED_TALLY,
)


@dataclass(frozen=True, slots=True)
class RunningBoard:
    """A verified board up to its encrypted tally: ``ballots`` valid ballots, all in ``tally``."""

    election: BeleniosElection
    trustees: bytes
    tally: EncryptedTally
    ballots: int


def read_running_board(source: BinaryIO, *, map_chunks: MapChunks = map, where: str = "") -> RunningBoard:
    """Verify the board in ``source`` and give its sum; partial decryptions and result may follow it already.

    ``map_chunks`` may be the ``map`` of a pool of processes. Raises ``BoardRefused`` naming the file ``where``, what
    is wrong and at which event, and for more than ``MAX_BOARD_BYTES``.
    """
    data = source.read(MAX_BOARD_BYTES + 1)  # read once: a medium may answer otherwise the second time
    if len(data) > MAX_BOARD_BYTES:
        raise BoardRefused(f"Papan suara melebihi {MAX_BOARD_BYTES >> 20} MiB.", where=where, todo=_TODO)
    board = io.BytesIO(data)
    try:
        report = verify_archive(board, profile=Profile.EPILWU, running=True, map_chunks=map_chunks)
    except NotAnArchive as error:
        raise BoardRefused("Berkas ini bukan papan suara.", where=where, todo=_TODO) from error
    _refuse_faults(report, where)
    setup, tally = None, None
    for event in ArchiveReader(board).events():
        if event.type is EventType.SETUP:
            setup = event.data
        elif event.type is EventType.ENCRYPTED_TALLY:
            tally = event.data[0]
            break
    if setup is None or tally is None:
        raise BoardRefused("Papan suara belum ditutup dan dijumlahkan.", where=where, todo="Tunggu panitia.")
    election = BeleniosElection.parse(setup[0])
    if definition_hash_of(election) is None:
        raise BoardRefused("Papan suara ini bukan buatan E-Pilwu.", where=where, todo="Jangan dibuka.")
    return RunningBoard(election, setup[1], EncryptedTally.parse(tally, election.question), report.counted)


def _refuse_faults(report: Report, where: str) -> None:
    made = {check.name: check for check in report.checks}
    if Name.ENCRYPTED_TALLY not in made:
        raise BoardRefused("Papan suara belum ditutup dan dijumlahkan.", where=where, todo="Tunggu panitia.")
    for name in _NEEDED:
        check = made[name]
        if check.status is not Status.PASSED:
            place = "" if check.position is None else f" pada peristiwa {check.position}"
            raise BoardRefused(f"Papan suara tidak sah{place} ({check.name}: {check.detail}).", where=where, todo=_TODO)
