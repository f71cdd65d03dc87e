"""The night of the count as a model, the same for the terminal and the web page.

Boards come on a stick into the folder ``boards`` (``definition.json`` beside them), shares go into the shared folder
``shares``. Four calls do it::

    take(boards, verifier) -> tuple[Taken, ...]            have all boards verified by the published verifier, once
    tick(shares, seat, boards)                             holder ``seat`` heard the same fingerprint of the boards
    opening.open_sums(stick, passphrase, boards, shares)   a holder opens all sums with the own stick
    look(plan, trustees, boards, shares, present)          who gave what, who is missing, what came out, or paper

``set_aside(shares, station)`` keeps bad shares as evidence and lets their holders try again.

As in ``evening``, everything is in the files: the same call after a power cut goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from epilwu.errors import EpilwuError
from epilwu.protocol import tally as protocol_tally
from epilwu.protocol.errors import DecryptionRefused, ProtocolError
from epilwu.protocol.trustees import TrusteeSet, trustee_name
from epilwu.trustee import ceremony, opening
from epilwu.trustee.board import SUFFIX, Board, take_board
from epilwu.trustee.errors import BoardRefused, words_of
from epilwu.trustee.evidence import Fault
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan, Seat
from epilwu.trustee.ticks import Tick, add_ticks, read_ticks, ticked_by
from epilwu.trustee.verifier import Verifier

ASIDE = "bagian-salah"
RECORD = "Berita Acara Kunci Tidak Dapat Dibuka"
PAPER_DECIDES = (
    "Pemegang kunci yang hadir tidak cukup: suara elektronik tidak dapat dibuka.",
    "KERTAS YANG MENENTUKAN. Buka kotak audit di depan saksi dan hitung struknya dengan tangan, di setiap TPS.",
    f"Tandatangani “{RECORD}”, lalu “Berita Acara Penghitungan Struk Kotak Audit” untuk setiap TPS.",
    "Simpan semua diska dalam amplop tersegel; papan suara tetap disimpan dan dapat dibuka kemudian di depan saksi.",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """One file of the folder: the verified ``board``, or the ``problem`` why it stays closed."""

    path: Path
    board: Board | None
    problem: EpilwuError | None = None


@dataclass(frozen=True, slots=True)
class StationNight:
    """One station's sum. ``given`` are the seats whose shares hold, ``bad`` the shares that do not (by seat, with the
    reason: they are left out, and others are combined), ``missing`` the seats without a share. ``needed`` is how many
    good shares are still to come; at 0 ``counts`` are the result: index 0 is "blank" where the election allows it."""

    board: Board
    given: tuple[Seat, ...]
    missing: tuple[Seat, ...]
    bad: tuple[Fault, ...]
    needed: int
    counts: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class NightSituation:
    """The night at a glance. ``threshold`` of ``seats`` open; ``present`` and ``absent`` are seats by who came.

    ``paper`` is empty while the electronic count is possible; otherwise the sentences to show and follow. ``sha256``
    and ``fingerprint`` are of all boards together, to be compared aloud; ``compared`` are the seats that ticked it.
    """

    seats: tuple[Seat, ...]
    threshold: int
    present: tuple[Seat, ...]
    absent: tuple[Seat, ...]
    stations: tuple[StationNight, ...]
    paper: tuple[str, ...]
    sha256: str
    fingerprint: str
    compared: tuple[Seat, ...]

    @property
    def finished(self) -> bool:
        """Whether every station's sum has been opened."""
        return bool(self.stations) and all(station.counts is not None for station in self.stations)


def take(boards: Path, verifier: Verifier, *, say: Callable[[Taken], None] | None = None) -> tuple[Taken, ...]:
    """Verify every ``*.bel`` in the folder, in the order of names; ``say`` hears each at once.

    Two boards of one station are both refused: only one sum may ever be opened. Raises ``BoardRefused`` where there is
    none, ``VerifierFailed`` at once if the verifier's file is not the published one or gave no answer.
    """
    taken: list[Taken] = []
    for path in sorted(boards.glob(f"*{SUFFIX}")):
        try:
            one = Taken(path, take_board(path, verifier))
        except BoardRefused as error:
            one = Taken(path, None, error)
        taken.append(one)
        if say is not None:
            say(one)
    if not taken:
        raise BoardRefused("Tidak ada papan suara (.bel) di sini.", where=str(boards), todo="Periksa medianya.")
    return tuple(_refuse_twin(one, taken) for one in taken)


def verified(taken: Sequence[Taken]) -> tuple[Board, ...]:
    """The boards that were found in order."""
    return tuple(one.board for one in taken if one.board is not None)


def digest_of(boards: Sequence[Board]) -> str:
    """SHA-256 (hex) that stands for all ``boards``, whatever their order: of their digests, sorted, a line each."""
    return hashlib.sha256("".join(sorted(f"{board.digest}\n" for board in boards)).encode()).hexdigest()


def tick(shares: Path, seat: int, boards: Sequence[Board]) -> None:
    """Record that holder ``seat`` found the fingerprint of ``boards`` the same as the others'."""
    add_ticks(Folder(shares, private=False), [Tick("board", seat, digest_of(boards))])


def look(
    plan: Plan | None,
    trustees: TrusteeSet,
    boards: Sequence[Board],
    shares: Path,
    *,
    present: Collection[int] | None = None,
) -> NightSituation:
    """Where the night stands: the shares in the folder ``shares`` judged and, where enough hold, combined.

    ``present`` are the seats whose holders came (all where None). A bad share is named and left out; any other
    ``threshold`` good ones are combined by themselves. Raises ``StickTrouble``, ``MalformedFile`` for broken ticks.
    """
    seats = seats_of(plan, trustees)
    here = {seat.index for seat in seats} if present is None else set(present)
    threshold = trustees.items[0].threshold
    sha256 = digest_of(boards)
    ticked = ticked_by(read_ticks(Folder(shares, private=False)), "board", sha256)
    stations = tuple(count_up(seats, trustees, board, shares) for board in boards)
    possible = [station.needed <= len([seat for seat in station.missing if seat.index in here]) for station in stations]
    enough = all(possible) if stations else len(here) >= threshold
    return NightSituation(
        seats=seats,
        threshold=threshold,
        present=tuple(seat for seat in seats if seat.index in here),
        absent=tuple(seat for seat in seats if seat.index not in here),
        stations=stations,
        paper=() if enough else PAPER_DECIDES,
        sha256=sha256,
        fingerprint=ceremony.grouped(sha256),
        compared=tuple(seat for seat in seats if seat.index in ticked),
    )


def count_up(seats: Sequence[Seat], trustees: TrusteeSet, board: Board, shares: Path) -> StationNight:
    """One station: its shares judged one by one, and combined once enough of them hold."""
    folder = Folder(shares, private=False)
    good: dict[int, protocol_tally.Share] = {}
    bad: list[Fault] = []
    for seat in seats:
        data = folder.read(opening.share_name(board.election.uuid, seat.index))
        if data is None:
            continue
        try:
            good[seat.index] = _judged(trustees, board, seat.index, data)
        except ProtocolError as error:
            bad.append(Fault(seat.index, words_of(error)))
    needed = max(0, trustees.items[0].threshold - len(good))
    counts = None
    if needed == 0:
        counts = protocol_tally.combine_shares(
            board.election, trustees, board.tally, good.values(), ballots=board.ballots
        )
    wrong = {fault.seat for fault in bad}
    return StationNight(
        board,
        given=tuple(seat for seat in seats if seat.index in good),
        missing=tuple(seat for seat in seats if seat.index not in good and seat.index not in wrong),
        bad=tuple(bad),
        needed=needed,
        counts=counts,
    )


def set_aside(shares: Path, station: StationNight) -> None:
    """Put the station's bad shares into the folder ``bagian-salah``, as evidence, so that their holders may try again.

    A stick gives the same share again: this helps where the file was damaged on its way, not where it was made so.
    """
    uuid = station.board.election.uuid
    names = [opening.share_name(uuid, fault.seat) for fault in station.bad]
    if names:
        Folder(shares, private=False).put_away(ASIDE, names)


def seats_of(plan: Plan | None, trustees: TrusteeSet) -> tuple[Seat, ...]:
    """The plan's seats; numbers without titles where a ceremony was held without a plan."""
    if plan is not None and plan.size == len(trustees.owners):
        return plan.seats
    return tuple(Seat(owner, f"Pemegang kunci {owner}", "") for owner in trustees.owners)


def _judged(trustees: TrusteeSet, board: Board, owner: int, data: bytes) -> protocol_tally.Share:
    share = protocol_tally.parse_share(board.election, board.tally, data)
    if share.owner != owner:
        raise DecryptionRefused("the share is another trustee's", where=trustee_name(owner))
    protocol_tally.verify_share(board.election, trustees, board.tally, share)
    return share


def _refuse_twin(one: Taken, taken: Sequence[Taken]) -> Taken:
    """Two boards of one station in the same folder: neither is opened before it is known which is right."""
    if one.board is None:
        return one
    uuid = one.board.election.uuid
    twins = [other.path.name for other in taken if other.board is not None and other.board.election.uuid == uuid]
    if len(twins) == 1:
        return one
    problem = BoardRefused(
        f"Ada dua papan untuk TPS yang sama: {', '.join(twins)}.",
        where=one.path.name,
        todo="Jangan dibuka. Tanyakan panitia mana yang benar, dan singkirkan yang lain di depan saksi.",
    )
    return Taken(one.path, None, problem)
