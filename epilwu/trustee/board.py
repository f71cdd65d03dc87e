"""What a key holder checks before opening a sum: that it is the sum of all valid ballots of one station's board.

Whoever could have any ciphertext opened could have a single ballot opened. So everything before the sum is checked
here again, from the board's bytes, on the holder's own machine: the chain, the trustees, every ballot's proofs and
signature, that each credential is on the list and voted once, and the sum itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from epilwu.protocol.archive import ArchiveReader, Event
from epilwu.protocol.ballot import BeleniosElection, verify_ballot
from epilwu.protocol.chain import EventType
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.encrypted_tally import EncryptedTally, sum_ballots
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.station import definition_hash_of
from epilwu.trustee.errors import BoardRefused

CHUNK = 32  # ballots handed to a worker at a time: some 0.2 s of work

_TODO = "Jangan dibuka. Minta panitia menyusun dan memeriksa ulang papan suara TPS ini."

Job = tuple[bytes, tuple[bytes, ...]]
Sum = tuple[EncryptedTally, tuple[str, ...]]
MapChunks = Callable[[Callable[[Job], Sum], Iterable[Job]], Iterable[Sum]]


@dataclass(frozen=True, slots=True)
class RunningBoard:
    """A checked board up to its encrypted tally: ``ballots`` valid ballots, all in ``tally``."""

    election: BeleniosElection
    trustees: bytes
    tally: EncryptedTally
    ballots: int


def read_running_board(source: BinaryIO, *, map_chunks: MapChunks = map, where: str = "") -> RunningBoard:
    """Check the board in ``source`` and give its sum; later events (partial decryptions, result) may follow.

    ``map_chunks`` may be the ``map`` of a pool of processes. Raises ``BoardRefused`` naming the file ``where``, what is
    wrong and at which event.
    """
    reader = ArchiveReader(source)
    try:
        return _read(reader, map_chunks)
    except BoardRefused as error:
        raise BoardRefused(f"{error.what} (peristiwa {reader.height})", where=where, todo=_TODO) from error
    except ProtocolError as error:
        place = f"{error.where}: " if error.where else ""
        raise BoardRefused(
            f"Papan suara tidak sah pada peristiwa {reader.height} ({error.code}: {place}{error.what}).",
            where=where,
            todo=_TODO,
        ) from error


def _read(reader: ArchiveReader, map_chunks: MapChunks) -> RunningBoard:
    events = reader.events()
    setup = next(events, None)
    if setup is None:
        raise BoardRefused("Papan suara masih kosong")
    election = BeleniosElection.parse(setup.data[0])
    if definition_hash_of(election) is None:
        raise BoardRefused("Papan suara ini bukan buatan E-Pilwu")
    credentials = parse_credentials(setup.data[2], bare=True)
    ballots = _Ballots(election.data, events)
    tally = sum_ballots(election, ())
    voted: set[str] = set()
    count = 0
    for part, used in map_chunks(sum_chunk, ballots.jobs()):
        tally = tally.plus(part.ciphertexts)
        voted.update(used)
        count += len(used)
    if not voted.issubset(credentials):
        raise BoardRefused("Ada surat suara dengan kredensial di luar daftar")
    if len(voted) != count:
        raise BoardRefused("Ada kredensial yang memberikan suara dua kali")
    published = _published_tally(ballots.after, events)
    if published.data[0] != tally.data:
        raise BoardRefused("Jumlah terenkripsi bukan jumlah semua surat suara di papan")
    if (published.count("num_tallied"), published.count("total_weight")) != (count, count):
        raise BoardRefused("Banyaknya surat suara yang dijumlahkan tidak sesuai dengan papan")
    for _ in events:  # the chain must hold to its end
        pass
    return RunningBoard(election, setup.data[1], tally, count)


class _Ballots:
    """The ballots at the front of ``events``, in chunks; ``after`` is the first event that is none."""

    def __init__(self, election: bytes, events: Iterator[Event]) -> None:
        self._election = election
        self._events = events
        self.after: Event | None = None

    def jobs(self) -> Iterator[Job]:
        ballots = self._ballots()
        while chunk := tuple(islice(ballots, CHUNK)):
            yield self._election, chunk

    def _ballots(self) -> Iterator[bytes]:
        for event in self._events:
            if event.type is not EventType.BALLOT:
                self.after = event
                return
            yield event.data[0]


def sum_chunk(job: Job) -> Sum:
    """Verify some ballots; their sum and their credentials. Runs in workers."""
    data, ballots = job
    election = BeleniosElection.parse(data)
    checked = [verify_ballot(election, ballot) for ballot in ballots]
    total = sum_ballots(election, (ballot.choices for ballot in checked))
    return total, tuple(ballot.credential for ballot in checked)


def _published_tally(end: Event | None, events: Iterator[Event]) -> Event:
    """The event EncryptedTally, which the grammar puts right after EndBallots."""
    tally = next(events, None) if end is not None else None
    if tally is None or tally.type is not EventType.ENCRYPTED_TALLY:
        raise BoardRefused("Papan suara belum ditutup dan dijumlahkan")
    return tally
