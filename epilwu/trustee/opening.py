"""Opening a station's sum: one key holder's share, written to the stick first and then handed over.

A holder opens one sum per station, ever: the difference of two sums that differ by a few ballots would tell how those
few voted. For the same reason a sum of very few ballots stays closed.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from epilwu.protocol import tally as protocol_tally
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.pedersen import recover_secret
from epilwu.protocol.verify_ballots import MapChunks
from epilwu.trustee import ceremony
from epilwu.trustee.board import RunningBoard, read_running_board
from epilwu.trustee.errors import AlreadyOpened, BoardRefused, TooFewBallots, in_plain_words
from epilwu.trustee.files import Folder

FEWEST_BALLOTS = 10  # as the Cirebon rule pack says; a sum of fewer is close to the single votes

_TODO = "Serahkan diska ini kepada panitia untuk diperiksa; jangan membuka apa pun."


def decrypt(
    stick: Path,
    board: Path,
    out: Path,
    passphrase: str,
    *,
    fewest_ballots: int = FEWEST_BALLOTS,
    map_chunks: MapChunks = map,
) -> Path:
    """Check the running ``board``, open its sum as far as this stick can, and write the share file into ``out``.

    Called again for the same board it gives the same share file. Raises ``BoardRefused``, ``TooFewBallots``,
    ``AlreadyOpened``, ``StickUnready``, ``StickTrouble``, ``KeyFileRefused`` for a wrong opening code.
    """
    try:
        with board.open("rb") as source:
            checked = read_running_board(source, map_chunks=map_chunks, where=str(board))
    except OSError as error:
        raise BoardRefused(
            f"Papan suara tidak dapat dibaca ({error.strerror}).", where=str(board), todo="Periksa medianya."
        ) from error
    owner, share = decrypt_checked(stick, checked, passphrase, fewest_ballots=fewest_ballots)
    name = share_name(checked.election.uuid, owner)
    Folder(out, private=False).publish(name, share)
    return out / name


def decrypt_running(stick: Path, source: BinaryIO, passphrase: str, *, fewest_ballots: int = FEWEST_BALLOTS) -> bytes:
    """As ``decrypt``, from an open board and giving the share file's bytes."""
    return decrypt_checked(stick, read_running_board(source), passphrase, fewest_ballots=fewest_ballots)[1]


def decrypt_checked(
    stick: Path, board: RunningBoard, passphrase: str, *, fewest_ballots: int = FEWEST_BALLOTS
) -> tuple[int, bytes]:
    """The holder's number and share file for a board that ``read_running_board`` gave."""
    trustees, owner = ceremony.confirmed_trustees(stick)
    uuid = board.election.uuid
    if board.trustees != trustees.data or board.election.public_key != trustees.public_key:
        raise BoardRefused(
            "Papan suara ini memakai kunci pemegang lain, bukan yang Anda sahkan.", where=uuid, todo="Jangan dibuka."
        )
    if board.ballots < fewest_ballots:
        raise TooFewBallots(
            f"Baru {board.ballots} surat suara; paling sedikit {fewest_ballots} agar pilihan orang tidak terbaca.",
            where=uuid,
            todo="Gabungkan TPS ini menurut keputusan panitia.",
        )
    seed = ceremony.unlock(stick, passphrase)
    own = Folder(stick, private=True)
    kept = own.read(share_name(uuid, owner))
    if kept is not None:
        return owner, _same_sum(board, kept)
    with in_plain_words(_TODO):
        secret = recover_secret(seed, ceremony.sealed_secret(stick), trustees.key(owner))
        share = protocol_tally.partial_decrypt(board.election, trustees, owner, secret, board.tally)
        data = protocol_tally.serialise_share(board.election, board.tally, share)
    own.write(share_name(uuid, owner), data)
    return owner, data


def share_name(uuid: str, owner: int) -> str:
    """The name of key holder ``owner``'s share file for the station ``uuid``."""
    return f"{uuid}.bagian-{owner}.json"


def _same_sum(board: RunningBoard, kept: bytes) -> bytes:
    """The share made before, if it is of this very sum."""
    try:
        protocol_tally.parse_share(board.election, board.tally, kept)
    except ProtocolError as error:
        raise AlreadyOpened(
            "Anda sudah pernah membuka jumlah lain untuk TPS ini; selisih keduanya membocorkan pilihan orang.",
            where=board.election.uuid,
            todo="Jangan dibuka. Laporkan kepada panitia dan saksi.",
        ) from error
    return kept
