"""Both media as one: a change is committed to the store, then copied, and only then does a caller go on.

Knows the journal's head and signs its entries; knows nothing of voters or screens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from epilwu.booth.errors import StoreRefused
from epilwu.booth.rows import BallotRow, Change, JournalRow, LastVote, SlipState
from epilwu.booth.second import Holding, SecondMedium
from epilwu.booth.setup import BoothSetup
from epilwu.booth.store import Store
from epilwu.protocol.ballot import Ballot
from epilwu.trust import merkle
from epilwu.trust.journal import (
    FIRST_PREV,
    BallotCast,
    Closed,
    Entry,
    Event,
    SlipVoided,
    VoidReason,
    encode_entry,
    encode_line,
    entry_hash,
    read_journal,
    sign_entry,
)


class Ledger:
    """The booth's two media. A method that raises ``SecondMediumGone`` has committed to the first all the same;
    one that raises ``StoreNotWritable`` has changed nothing."""

    def __init__(self, setup: BoothSetup, store: Store, second: SecondMedium) -> None:
        self._setup = setup
        self.store = store
        self.second = second

    @property
    def head(self) -> str:
        """SHA-256 (hex) of the newest journal entry; 64 zeros before the first."""
        last = self.store.last_entry()
        return FIRST_PREV if last is None else entry_hash(last.entry)

    def draft(self, events: Iterable[Event]) -> tuple[JournalRow, ...]:
        """The signed rows that would follow the journal's head; nothing is stored."""
        last = self.store.last_entry()
        seq, prev = (0, FIRST_PREV) if last is None else (last.seq + 1, entry_hash(last.entry))
        rows = []
        for event in events:
            entry = encode_entry(seq, prev, event)
            rows.append(JournalRow(seq, entry, sign_entry(entry, self._setup.device_key)))
            seq, prev = seq + 1, entry_hash(entry)
        return tuple(rows)

    def note(self, *events: Event) -> None:
        """Append journal entries."""
        self.keep(Change(journal=self.draft(events)))

    def keep_pending(self, sealed: bytes) -> None:
        """Remember a slip before it is printed."""
        self.keep(Change(pending=sealed, last_vote=LastVote.NONE))

    def cast(self, ballot: Ballot, data: bytes, sealed: bytes) -> None:
        """Record a verified ballot whose slip is ``sealed``: ballot, journal entry and register in one transaction."""
        rows = self.draft([BallotCast(hashlib.sha256(data).hexdigest())])
        row = BallotRow(rows[0].seq, ballot.tracker, ballot.credential, data)
        settled = ((sealed, SlipState.CAST),)
        self.keep(Change(journal=rows, ballot=row, settled=settled, last_vote=LastVote.RECORDED))

    def void_pending(self, reason: VoidReason, *also: Event, last_vote: LastVote | None = None) -> int:
        """Make every pending slip void (there is at most one); return how many there were.

        ``also`` are further entries of the same transaction; they are written where no slip is pending too.
        """
        pending = [sealed for sealed, state in self.store.register().items() if state is SlipState.PENDING]
        rows = self.draft([*(SlipVoided(reason) for _ in pending), *also])
        settled = tuple((sealed, SlipState.VOID) for sealed in pending)
        if rows or last_vote is not None:
            self.keep(Change(journal=rows, settled=settled, last_vote=last_vote))
        return len(pending)

    def outcome(self) -> LastVote:
        """What became of the vote of the person who may still be in the booth, as the first medium has it now."""
        pending = SlipState.PENDING in self.store.register().values()
        return LastVote.NOT_RECORDED if pending else self.store.last_vote

    def acknowledge(self) -> None:
        """Remember that the last vote's outcome was shown. The second medium has no such mark."""
        if self.store.last_vote is not LastVote.NONE:
            self.store.commit(Change(last_vote=LastVote.NONE))

    def close(self, at: str) -> None:
        """Append the closing entry with the registers' roots; ``at`` is a quarter hour."""
        roots = {state: merkle.root(self.slip_ids(state)).hex() for state in (SlipState.CAST, SlipState.VOID)}
        closed = Closed(cast_root=roots[SlipState.CAST], void_root=roots[SlipState.VOID], at=at)
        self.keep(Change(journal=self.draft([closed]), closed=True))

    def keep(self, change: Change) -> None:
        """Commit ``change``, then follow with the second medium."""
        self.store.commit(change)
        self.second.record(change.journal, change.ballot, self.store.register())

    def agree(self) -> int:
        """Compare both media and complete a shorter copy; see ``SecondMedium.agree``."""
        ballots = {row.seq: row for row in self.store.ballots()}
        return self.second.agree(Holding(self.store.journal(), ballots, self.store.register()))

    def entries(self) -> tuple[Entry, ...]:
        """The journal, every signature and link checked."""
        return read_journal(self.lines(), self._setup.certificate.public_key, where=str(self.store.path))

    def lines(self) -> tuple[bytes, ...]:
        """The journal's lines as they go into the station report."""
        return tuple(encode_line(row.entry, row.signature) for row in self.store.journal())

    def slip_ids(self, state: SlipState) -> list[bytes]:
        """The ids of all slips in ``state``, sorted."""
        seal = self._setup.seal
        return sorted(seal.open_id(sealed) for sealed, found in self.store.register().items() if found is state)

    def check(self) -> tuple[Entry, ...]:
        """Check what a damaged or exchanged file would break; return the journal.

        Raises ``StoreRefused`` where ballots, journal and register do not agree, and what ``entries`` raises.
        """
        entries = self.entries()
        ballots = {row.seq: hashlib.sha256(row.data).hexdigest() for row in self.store.ballots()}
        noted = {entry.seq: entry.event.ballot for entry in entries if isinstance(entry.event, BallotCast)}
        voided = sum(isinstance(entry.event, SlipVoided) for entry in entries)
        counts = self.store.counts()
        if ballots != noted or counts.slips_cast != len(ballots) or counts.slips_void != voided:
            raise StoreRefused(
                "Surat suara, jurnal dan register struk tidak cocok.",
                where=str(self.store.path),
                todo="Bilik berhenti. Jangan ubah apa pun; panggil pengawas.",
            )
        return entries
