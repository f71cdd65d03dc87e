"""A station's board: closed when all its booths have reported, opened with the trustees' shares, finished and signed.

Nothing is stored twice: the archive is composed anew from the accepted reports, the time of closing, the shares in the
order of acceptance and the counts, and comes out byte for byte the same every time, each longer one beginning with the
shorter. So an interrupted night goes on where it stopped, and a restored database writes the same boards.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from epilwu.election.outcome import Counts
from epilwu.errors import EpilwuError
from epilwu.media import station_report
from epilwu.media.published import Context, StationResult
from epilwu.protocol import canonical as belenios
from epilwu.protocol.archive import ArchiveWriter
from epilwu.protocol.ballot import parse_ballot, tracker
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.tally import (
    EncryptedTally,
    Share,
    combine_shares,
    decryption_side_file,
    parse_share,
    serialise_result,
    sum_ballots,
    verify_share,
)
from epilwu.tally import log, models
from epilwu.tally.errors import BoardRefused, ResultRefused, ShareConflict, ShareRefused
from epilwu.tally.intake import accept_file, keep_aside, naming
from epilwu.tally.models import Ballot, Board, Count, ReceivedFile, Result, Station
from epilwu.tally.prepare import KeyPair
from epilwu.tally.villages import definition_of, election_of, find_village, rules_of, trustees_of
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.envelope import sign_detached

SHARE_LIMIT = 256 << 10
_TODO_ALARM = "Jangan lanjutkan TPS ini; catat sebagai kejadian khusus dan hubungi panitia kabupaten."


@dataclass(frozen=True, slots=True)
class ShareReceipt:
    """What became of a share file: ``new`` is False where it was in already; ``have`` of ``need`` shares are in."""

    new: bool
    village: str
    station: int
    owner: int
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Counting:
    """The count of villages, one transaction per act. ``actor`` stands in the log."""

    sessions: sessionmaker[Session]
    actor: str

    def close_stations(self, village: str, *, at: datetime) -> tuple[int, ...]:
        """Close every station whose booths have all reported, with none of it held; numbers of those closed now.

        Raises ``BoardRefused`` naming the station where stored evidence does not agree or the ballots are too few to
        be decrypted; stations before it stay closed.
        """
        with self.sessions() as session:
            stations = find_village(session, village).stations
            ready = [s.number for s in stations if s.board is None and _complete(s) and not has_held(session, s)]
        for number in ready:
            with self.sessions.begin() as session:
                close_station(session, _station(session, village, number), at=at, actor=self.actor)
        return tuple(ready)

    def archive(self, village: str, station: int) -> bytes:
        """The station's board as far as it is, ``<uuid>.bel``; raises ``BoardRefused`` before it is closed."""
        with self.sessions() as session:
            return archive_of(_station(session, village, station))

    def receive_share(self, data: bytes, *, name: str, at: datetime) -> ShareReceipt:
        """Verify and accept a trustee's share file; the same one again changes nothing.

        Raises ``ShareRefused`` naming file and trustee; the file is then kept aside.
        """
        try:
            with self.sessions.begin() as session:
                return accept_share(session, data, name=name, at=at, actor=self.actor)
        except EpilwuError as error:
            refusal = naming(error, name)
            with self.sessions.begin() as session:
                keep_aside(session, data, refusal, kind="share", name=name, at=at, actor=self.actor)
            raise refusal from error

    def finish_stations(self, village: str, signer: KeyPair, *, at: datetime) -> tuple[int, ...]:
        """Decrypt and sign every closed station that has enough shares; numbers of those finished now.

        Raises ``ResultRefused`` where shares do not fit together, naming the trustee.
        """
        with self.sessions() as session:
            found = find_village(session, village)
            need = trustees_of(found).items[0].threshold
            boards = [(s.number, s.board) for s in found.stations if s.board is not None and s.board.result is None]
            ready = [number for number, board in boards if len(board.shares) >= need]
        for number in ready:
            with self.sessions.begin() as session:
                finish_station(session, _station(session, village, number), signer, at=at, actor=self.actor)
        return tuple(ready)


def close_station(session: Session, station: Station, *, at: datetime, actor: str) -> Board:
    """Sum the station's ballots and allow no more, within the caller's transaction.

    Raises ``BoardRefused`` where booths have not reported, another report of one is held, ballots are too few, or
    reports and ballots differ.
    """
    where = f"TPS {station.number}"
    missing = [booth.number for booth in station.booths if booth.report is None]
    if missing:
        names = ", ".join(f"bilik {number}" for number in missing)
        raise BoardRefused(f"Laporan {names} belum masuk.", where=where, todo="Masukkan laporan bilik itu dahulu.")
    if has_held(session, station):
        raise BoardRefused(
            "Ada laporan lain yang ditahan untuk TPS ini.", where=where, todo="Putuskan dahulu oleh dua orang."
        )
    ballots = _ballots(session, station)
    least = rules_of(station.village).least_ballots_to_decrypt.value
    if len(ballots) < least:
        raise BoardRefused(
            f"Hanya {len(ballots)} surat suara; di bawah {least} hasilnya dapat membuka pilihan orang.",
            where=where,
            todo="Tanyakan kepada panitia kabupaten apa yang berlaku untuk TPS ini.",
        )
    election = election_of(station)
    total = sum_ballots(election, (parse_ballot(election, ballot).choices for ballot in ballots))
    board = Board(timestamp=int(at.timestamp()), ballots=len(ballots), encrypted_tally=total.data)
    station.board = board
    session.flush()
    log.append(session, log.BoardWritten(station.uuid, len(ballots), total.digest), at=at, actor=actor)
    return board


def archive_of(station: Station) -> bytes:
    """The station's archive, composed from the stored evidence. Raises ``BoardRefused``."""
    board = station.board
    if board is None:
        raise BoardRefused("Papan suara belum ditutup.", where=f"TPS {station.number}", todo="Tutup papan dahulu.")
    election = election_of(station)
    shares = _shares(election, board)
    counts = None if board.result is None else _vector(election, board.result.counts)
    return _compose(station, board, shares, counts)


def accept_share(session: Session, data: bytes, *, name: str, at: datetime, actor: str) -> ShareReceipt:
    """Verify a share file and store it, within the caller's transaction. Raises ``ShareRefused``, ``ShareConflict``."""
    uuid, owner = _peek(data, name)
    station = session.scalars(select(Station).filter_by(uuid=uuid)).first()
    board = None if station is None else station.board
    if station is None or board is None:
        raise ShareRefused(
            f"Bagian pemegang kunci ke-{owner} ini untuk papan suara yang tidak dikenal atau belum ditutup.", where=name
        )
    trustees = trustees_of(station.village)
    need = trustees.items[0].threshold
    known = {share.owner: share.data for share in board.shares}
    if owner in known:
        if known[owner] != data:
            raise ShareConflict(
                f"Pemegang kunci ke-{owner} sudah menyerahkan bagian lain untuk TPS {station.number}.",
                where=name,
                todo=_TODO_ALARM,
            )
        return ShareReceipt(False, station.village.code, station.number, owner, len(known), need)
    if board.result is not None:
        raise ShareRefused(f"Hasil TPS {station.number} sudah ditutup; bagian ini tidak diperlukan lagi.", where=name)
    election = election_of(station)
    tally = EncryptedTally.parse(board.encrypted_tally, election.question)
    try:
        verify_share(election, trustees, tally, parse_share(election, tally, data))
    except ProtocolError as error:
        raise ShareRefused(
            f"Bagian pemegang kunci ke-{owner} untuk TPS {station.number} tidak sah ({error.code}: {error}).",
            where=name,
            todo="Minta pemegang kunci itu membuat bagian baru; bila tetap ditolak, pakai pemegang kunci lain.",
        ) from error
    accept_file(session, data, "share", name, at)
    board.shares.append(models.Share(owner=owner, sequence=len(known) + 1, data=data))
    session.flush()
    log.append(session, log.ShareAccepted(uuid, owner, _sha256(data)), at=at, actor=actor)
    return ShareReceipt(True, station.village.code, station.number, owner, len(known) + 1, need)


def finish_station(session: Session, station: Station, signer: KeyPair, *, at: datetime, actor: str) -> Result:
    """Combine the shares, sign the result and close the board for good, within the caller's transaction.

    ``signer`` is the tally's key. Raises ``ResultRefused`` where the board is not closed, shares are missing or do not
    fit together (naming the trustees), ``CertificateRefused`` for another's key.
    """
    where, board = f"TPS {station.number}", station.board
    if board is None:
        raise ResultRefused("Papan suara belum ditutup.", where=where, todo="Tutup papan dahulu.")
    if board.result is not None:
        return board.result
    definition = definition_of(station.village)
    holder = Holder(Role.TALLY, definition.region.text)
    check_certificate(signer.certificate, station.village.root, at=definition.day, holder=holder)
    election = election_of(station)
    shares = _shares(election, board)
    vector = _decrypt(station, board, shares)
    side_file = decryption_side_file(election, EncryptedTally.parse(board.encrypted_tally, election.question), shares)
    archive_sha256 = _sha256(_compose(station, board, shares, vector))
    counts = counts_of(election, vector)
    document = StationResult(
        definition_hash=station.village.definition_hash,
        region=station.village.code,
        rehearsal=definition.rehearsal,
        uuid=station.uuid,
        station=station.number,
        counts=counts,
        archive_sha256=archive_sha256,
        decryption_sha256=_sha256(side_file),
        encrypted_tally=_sha256(board.encrypted_tally),
    ).serialise()
    signature = sign_detached(Context.STATION_RESULT, document, signer.key, signer.certificate)
    first = 0 if election.question.blank else 1
    rows = [Count(choice=choice, votes=votes) for choice, votes in enumerate(vector, first)]
    board.result = Result(side_file=side_file, document=document, signature=signature, counts=rows)
    session.flush()
    log.append(session, log.ResultSigned(station.uuid, archive_sha256, _sha256(document)), at=at, actor=actor)
    return board.result


def _decrypt(station: Station, board: Board, shares: Sequence[Share]) -> tuple[int, ...]:
    """The counts, each proof checked again; they must add up to the number of ballots."""
    where = f"TPS {station.number}"
    election, trustees = election_of(station), trustees_of(station.village)
    tally = EncryptedTally.parse(board.encrypted_tally, election.question)
    try:
        vector = combine_shares(election, trustees, tally, shares, ballots=board.ballots)
    except ProtocolError as error:
        raise ResultRefused(f"Hasil belum dapat dibuka ({error.code}: {error}).", where=where) from error
    if sum(vector) != board.ballots:
        raise ResultRefused("Jumlah hasil tidak sama dengan jumlah surat suara.", where=where, todo=_TODO_ALARM)
    return vector


def counts_of(election: BeleniosElection, vector: Sequence[int]) -> Counts:
    """A decrypted vector as counts: its first entry is blank where the question allows that."""
    if election.question.blank:
        return Counts(tuple(vector[1:]), vector[0])
    return Counts(tuple(vector))


def _compose(station: Station, board: Board, shares: Sequence[Share], vector: Sequence[int] | None) -> bytes:
    target = io.BytesIO()
    writer = ArchiveWriter.create(target, board.timestamp)
    writer.setup(station.election, station.village.trustees, station.credentials)
    for ballot in _stored_ballots(station):
        writer.ballot(ballot)
    writer.end_ballots()
    writer.encrypted_tally(board.encrypted_tally, board.ballots)
    for share in shares:
        writer.partial_decryption(share.owner, share.decryption.data)
    if vector is not None:
        writer.result(serialise_result(vector))
    return target.getvalue()


def _ballots(session: Session, station: Station) -> list[bytes]:
    """The accepted ballots; raises ``BoardRefused`` where the reports and the table of identifiers differ."""
    ballots = _stored_ballots(station)
    booths = [booth.id for booth in station.booths]
    accepted = session.scalars(select(Ballot.tracker).where(Ballot.booth_id.in_(booths)))
    if sorted(accepted) != [tracker(ballot) for ballot in ballots]:
        raise BoardRefused(
            "Surat suara dalam laporan tidak sama dengan yang tercatat diterima.",
            where=f"TPS {station.number}",
            todo=_TODO_ALARM,
        )
    return ballots


def _stored_ballots(station: Station) -> list[bytes]:
    """The ballots of the accepted reports, sorted by tracker; the reports' signatures and hashes are checked again."""
    day = definition_of(station.village).day
    ballots: list[bytes] = []
    for booth in station.booths:
        assert booth.report is not None  # close_station refuses a station without all reports
        data = booth.report.file.data
        where = f"TPS {station.number} bilik {booth.number}"
        if _sha256(data) != booth.report.sha256:
            raise BoardRefused("Laporan yang tersimpan berubah.", where=where, todo=_TODO_ALARM)
        ballots += station_report.read(data, station.village.root, day, where=where).ballots
    return sorted(ballots, key=tracker)


def _shares(election: BeleniosElection, board: Board) -> list[Share]:
    tally = EncryptedTally.parse(board.encrypted_tally, election.question)
    return [parse_share(election, tally, share.data) for share in board.shares]


def _vector(election: BeleniosElection, counts: Sequence[Count]) -> list[int]:
    assert len(counts) == election.question.choices  # finish_station writes one row per choice
    return [count.votes for count in counts]


def _peek(data: bytes, name: str) -> tuple[str, int]:
    """Station and trustee that a share file names, before anything about it is believed."""
    try:
        fields = belenios.loads(data, limit=SHARE_LIMIT)
    except ProtocolError as error:
        raise ShareRefused("Ini bukan berkas bagian pemegang kunci.", where=name) from error
    uuid, owner = (fields.get("uuid"), fields.get("owner")) if isinstance(fields, dict) else (None, None)
    if not isinstance(uuid, str) or isinstance(owner, bool) or not isinstance(owner, int):
        raise ShareRefused("Ini bukan berkas bagian pemegang kunci.", where=name)
    return uuid, owner


def has_held(session: Session, station: Station) -> bool:
    """Whether a report of the station waits for two people: once it is closed, none could take another's place."""
    query = select(ReceivedFile.sha256).filter_by(station_id=station.id, kind="station_report", state="held")
    return session.scalars(query.limit(1)).first() is not None


def _complete(station: Station) -> bool:
    return all(booth.report is not None for booth in station.booths)


def _station(session: Session, village: str, number: int) -> Station:
    for station in find_village(session, village).stations:
        if station.number == number:
            return station
    raise BoardRefused(f"TPS {number} tidak ada di desa ini.", where=village)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
