"""Opening sums: one key holder's share of each, written to the stick first and then handed over.

A holder opens one sum per station, ever: the difference of two sums that differ by a few ballots would tell how those
few voted. As more than half of the holders are needed, two groups that open two different sums would have a member in
common, and that member's stick refuses. For the same reason a sum of very few ballots stays closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.protocol import tally as protocol_tally
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.group import SecretScalar
from epilwu.protocol.pedersen import recover_secret
from epilwu.protocol.trustees import TrusteeSet
from epilwu.trustee import ceremony
from epilwu.trustee import plan as plans
from epilwu.trustee.board import Board, take_board
from epilwu.trustee.errors import AlreadyOpened, BoardRefused, TooFewBallots, TrusteeError, in_plain_words
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan
from epilwu.trustee.verifier import Verifier

FEWEST_BALLOTS = 10  # as the Cirebon rule pack says; a sum of fewer is close to the single votes

_TODO = "Serahkan diska ini kepada panitia untuk diperiksa; jangan membuka apa pun."


@dataclass(frozen=True, slots=True)
class Holder:
    """An unlocked stick: holder ``owner`` of ``trustees``, with the plan that the stick keeps (None without one)."""

    stick: Path
    owner: int
    trustees: TrusteeSet
    plan: Plan | None
    secret: SecretScalar = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of one board: the ``share`` file in the shared folder, or the ``problem`` why it stays closed."""

    board: Board
    share: Path | None
    problem: TrusteeError | None = None


def unlock(stick: Path, passphrase: str) -> Holder:
    """Open ``stick`` with its holder's opening code: once for all of a night's boards.

    Raises ``StickUnready`` before the ceremony's end, ``KeyFileRefused``, ``CeremonyStopped`` where parts of several
    sticks were mixed, ``PlanRefused``.
    """
    trustees, owner = ceremony.confirmed_trustees(stick)
    seed = ceremony.unlock(stick, passphrase)
    with in_plain_words(_TODO):
        secret = recover_secret(seed, ceremony.sealed_secret(stick), trustees.key(owner))
    data = ceremony.stick_plan(stick)
    plan = None if data is None else plans.parse(data, where=str(stick / plans.NAME))
    return Holder(stick, owner, trustees, plan, secret)


def open_sum(holder: Holder, board: Board, out: Path, *, fewest_ballots: int = FEWEST_BALLOTS) -> Path:
    """Open the sum of a verified ``board`` as far as ``holder`` can; the share file in ``out``.

    Called again for the same sum it gives the same share file. The least number of ballots is the larger of
    ``fewest_ballots`` and the plan's. Raises ``BoardRefused`` for a board of other trustees or outside the plan's
    region, ``TooFewBallots``, ``AlreadyOpened``, ``StickTrouble``, ``PublicFileChanged``.
    """
    _refuse_foreign(holder, board)
    least = max(fewest_ballots, 0 if holder.plan is None else holder.plan.least_ballots)
    if board.ballots < least:
        raise TooFewBallots(
            f"Baru {board.ballots} surat suara; paling sedikit {least} agar pilihan orang tidak terbaca.",
            where=board.name,
            todo="Gabungkan TPS ini menurut keputusan panitia.",
        )
    own, name = Folder(holder.stick, private=True), share_name(board.election.uuid, holder.owner)
    data = own.read(name)
    if data is None:
        with in_plain_words(_TODO):
            share = protocol_tally.partial_decrypt(
                board.election, holder.trustees, holder.owner, holder.secret, board.tally
            )
            data = protocol_tally.serialise_share(board.election, board.tally, share)
        own.write(name, data)
    else:
        _refuse_other_sum(board, data)
    Folder(out, private=False).publish(name, data)
    return out / name


def open_sums(
    stick: Path, passphrase: str, boards: Sequence[Board], out: Path, *, fewest_ballots: int = FEWEST_BALLOTS
) -> tuple[Opened, ...]:
    """All ``boards`` of a night with one stick. A board that this holder refuses does not keep the others closed.

    Raises what ``unlock`` raises.
    """
    holder = unlock(stick, passphrase)
    opened: list[Opened] = []
    for board in boards:
        try:
            opened.append(Opened(board, open_sum(holder, board, out, fewest_ballots=fewest_ballots)))
        except TrusteeError as error:
            opened.append(Opened(board, None, error))
    return tuple(opened)


def decrypt(
    stick: Path,
    board: Path,
    out: Path,
    passphrase: str,
    *,
    verifier: Verifier,
    fewest_ballots: int = FEWEST_BALLOTS,
) -> Path:
    """One board and one stick: ``take_board``, ``unlock`` and ``open_sum``, whose refusals it raises."""
    taken = take_board(board, verifier)
    return open_sum(unlock(stick, passphrase), taken, out, fewest_ballots=fewest_ballots)


def share_name(uuid: str, owner: int) -> str:
    """The name of key holder ``owner``'s share file for the station ``uuid``."""
    return f"{uuid}.bagian-{owner}.json"


def _refuse_foreign(holder: Holder, board: Board) -> None:
    """Only boards under these trustees' key, and of the village (or regency) that the ceremony was held for."""
    if board.trustees != holder.trustees.data or board.election.public_key != holder.trustees.public_key:
        raise BoardRefused(
            "Papan suara ini memakai kunci pemegang lain, bukan yang Anda sahkan.",
            where=board.name,
            todo="Jangan dibuka.",
        )
    plan = holder.plan
    if plan is None:
        return
    if board.definition is None:
        raise BoardRefused(
            "definition.json tidak ada di samping papan ini, jadi tidak diketahui milik desa mana.",
            where=board.name,
            todo="Minta panitia menyertakan definition.json.",
        )
    if not plan.region.contains(board.definition.region):
        raise BoardRefused(
            f"Papan ini dari {board.definition.village} ({board.definition.region}), sedangkan kunci ini untuk"
            f" {plan.place}.",
            where=board.name,
            todo="Jangan dibuka.",
        )
    if plan.rehearsal != board.definition.rehearsal:
        raise BoardRefused(
            "Kunci gladi tidak membuka pemilihan, dan kunci pemilihan tidak membuka gladi.",
            where=board.name,
            todo="Pakai diska yang benar.",
        )


def _refuse_other_sum(board: Board, kept: bytes) -> None:
    """The share made before must be of this very sum."""
    try:
        protocol_tally.parse_share(board.election, board.tally, kept)
    except ProtocolError as error:
        raise AlreadyOpened(
            "Anda sudah pernah membuka jumlah lain untuk TPS ini; selisih keduanya membocorkan pilihan orang.",
            where=board.name,
            todo="Jangan dibuka. Laporkan kepada panitia dan saksi.",
        ) from error
