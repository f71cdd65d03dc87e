"""A spare goes on where a booth died, from the dead booth's second medium.

Nothing that a voter was told is recorded can be missing there: the screen said so only after that medium had it. What
the first medium alone had (a cast cut off between the two) was told to nobody, and its slip becomes void. A token
is spent exactly if a ballot with its credential is here, so nothing can be cast twice.

The new store is made whole, with the entry that names both machines, by one renaming; after that the spare is the booth
and starts as after any power cut. Before that nothing has changed but an unfinished end of the log, cut off.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.booth.booth import Booth
from epilwu.booth.errors import SecondMediumGone, TakeoverRefused
from epilwu.booth.opening import Hall, begin, check_folders
from epilwu.booth.rows import BallotRow, JournalRow, LastVote, Register, SlipState, Snapshot
from epilwu.booth.second import Frame, Salvage, SecondMedium
from epilwu.booth.setup import BoothSetup
from epilwu.booth.store import Store
from epilwu.protocol.ballot import parse_ballot
from epilwu.protocol.errors import ProtocolError
from epilwu.trust import journal
from epilwu.trust.errors import TrustError
from epilwu.trust.journal import BallotCast, Closed, Entry, Opened, TakenOver, device_of, encode_line

_KEEP = "Jangan ubah apa pun di media itu; panggil pengawas."


@dataclass(frozen=True, slots=True)
class Found:
    """What a second medium holds, checked, for officers to read before they decide.

    ``ballots`` recorded; ``pending``: a slip was on its way when the booth died; ``head`` of the journal; ``closed``.
    """

    old_device: str
    ballots: int
    voided: int
    pending: bool
    head: str
    closed: bool
    snapshot: Snapshot = field(repr=False)
    torn: int = field(repr=False)


def examine(setup: BoothSetup, hall: Hall) -> Found:
    """Check the dead booth's second medium; changes nothing.

    Raises ``TakeoverRefused`` where it cannot be gone on with, ``SecondMediumGone``, ``MediaDisagree``.
    """
    check_folders(hall)
    if Store.exists(hall.folder):
        raise _refused(hall.folder, "Di media pertama perangkat ini sudah ada bilik.", "Pakai perangkat cadangan.")
    medium = SecondMedium(hall.second, setup.seal, step=hall.hook)
    if medium.blank():
        raise SecondMediumGone(
            "Media kedua kosong; tidak ada bilik untuk diambil alih.",
            where=str(hall.second),
            todo="Pasang media kedua dari bilik yang mati.",
        )
    salvage = medium.salvage()
    entries = _entries(setup, salvage, hall.second)
    old = device_of(entries)
    closed = isinstance(entries[-1].event, Closed)
    if old == hall.device and not closed:
        raise _refused(hall.second, f"Bilik ini sudah milik perangkat {old}.", "Jalankan bilik seperti biasa.")
    register = _settled(entries, salvage.register, hall.second)
    snapshot = _snapshot(setup, salvage, entries, register, hall.second)
    states = list(register.values())
    return Found(
        old_device=old,
        ballots=len(snapshot.ballots),
        voided=states.count(SlipState.VOID),
        pending=SlipState.PENDING in states,
        head=entries[-1].head,
        closed=closed,
        snapshot=snapshot,
        torn=salvage.torn,
    )


def take_over(setup: BoothSetup, hall: Hall, found: Found) -> None:
    """Make the booth this machine's. Two officers have decided it; ``examine`` gave ``found`` just now.

    A booth that was closed already is only copied, so that its report can be written.
    """
    if found.torn:
        SecondMedium(hall.second, setup.seal, step=hall.hook).cut(found.torn)
    snapshot = found.snapshot
    if not found.closed:
        entry = journal.encode_entry(
            len(snapshot.journal), found.head, TakenOver(old_device=found.old_device, new_device=hall.device)
        )
        row = JournalRow(len(snapshot.journal), entry, journal.sign_entry(entry, setup.device_key))
        snapshot = Snapshot(
            (*snapshot.journal, row), snapshot.ballots, snapshot.register, snapshot.last_vote, closed=False
        )
    Store.create(hall.folder, setup.identity, snapshot, step=hall.hook).close()


def take_over_and_start(setup: BoothSetup, hall: Hall) -> Booth:
    """``examine``, ``take_over`` and the start that follows, in one go; raises what these raise."""
    take_over(setup, hall, examine(setup, hall))
    booth = begin(setup, hall)
    assert isinstance(booth, Booth)  # its journal is not empty
    return booth


def _entries(setup: BoothSetup, salvage: Salvage, where: Path) -> tuple[Entry, ...]:
    """The journal, every signature and link checked, of this very booth and election, each ballot the one it notes."""
    lines = [encode_line(frame.entry, frame.signature) for frame in salvage.frames]
    try:
        entries = journal.read_journal(lines, setup.certificate.public_key, where=str(where))
    except TrustError as error:
        raise _refused(where, f"Jurnal di media kedua tidak sah. {error.what}", _KEEP) from error
    if not entries:
        raise _refused(where, "Bilik itu belum sempat dibuka.", "Buka bilik di perangkat ini dengan media kosong.")
    opened = entries[0].event
    if not isinstance(opened, Opened) or opened.definition != setup.definition_hash:
        raise _refused(where, "Media kedua dari pemilihan lain.", "Pasang media kedua dari bilik yang mati.")
    for entry, frame in zip(entries, salvage.frames, strict=True):
        noted = entry.event.ballot if isinstance(entry.event, BallotCast) else None
        if noted != (hashlib.sha256(frame.ballot).hexdigest() if frame.ballot else None):
            raise _refused(where, "Surat suara di media kedua tidak sama dengan jurnalnya.", _KEEP)
    return entries


def _settled(entries: tuple[Entry, ...], register: Register, where: Path) -> Register:
    """The register brought up to its journal: the copy is written after the log, so it may lag by one slip.

    A register that is ahead of the journal means that entries are missing: votes may be among them.
    """
    noted = {
        SlipState.CAST: sum(isinstance(entry.event, BallotCast) for entry in entries),
        SlipState.VOID: sum(isinstance(entry.event, journal.SlipVoided) for entry in entries),
    }
    missing = {state: count - list(register.values()).count(state) for state, count in noted.items()}
    pending = [sealed for sealed, state in register.items() if state is SlipState.PENDING]
    late = [state for state, count in missing.items() if count == 1]
    if len(pending) > 1 or any(count not in (0, 1) for count in missing.values()) or len(late) > len(pending):
        raise _refused(where, "Register struk di media kedua tidak cocok dengan jurnalnya.", _KEEP)
    return register if not late else {**register, pending[0]: late[0]}


def _snapshot(
    setup: BoothSetup, salvage: Salvage, entries: tuple[Entry, ...], register: Register, where: Path
) -> Snapshot:
    ballots = tuple(_ballot(setup, frame, where) for frame in salvage.frames if frame.ballot)
    told = isinstance(entries[-1].event, BallotCast) and SlipState.PENDING not in register.values()
    return Snapshot(
        journal=tuple(JournalRow(frame.seq, frame.entry, frame.signature) for frame in salvage.frames),
        ballots=ballots,
        register=register,
        last_vote=LastVote.RECORDED if told else LastVote.NONE,
        closed=isinstance(entries[-1].event, Closed),
    )


def _ballot(setup: BoothSetup, frame: Frame, where: Path) -> BallotRow:
    """A ballot's row. Its proofs were checked before it was cast, and the signed journal names its bytes."""
    try:
        ballot = parse_ballot(setup.election, frame.ballot)
    except ProtocolError as error:
        raise _refused(where, "Surat suara di media kedua tidak terbaca.", _KEEP) from error
    return BallotRow(frame.seq, ballot.tracker, ballot.credential, frame.ballot)


def _refused(where: Path, what: str, todo: str) -> TakeoverRefused:
    return TakeoverRefused(what, where=str(where), todo=todo)
