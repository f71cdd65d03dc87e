"""A regency's root, holders under it, and a journal of every kind of entry."""

from __future__ import annotations

from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.trust import journal
from epilwu.trust.certificates import WESTERN_TIME, Holder, Role, create_root, issue

NOT_BEFORE = datetime(2023, 7, 1, tzinfo=WESTERN_TIME)
NOT_AFTER = datetime(2024, 7, 1, tzinfo=WESTERN_TIME)
DAY = date(2023, 10, 22)
VILLAGE = "32.09.07.2007"
BOOTH = Holder(Role.BOOTH, VILLAGE, 1, 2)
ROOT_KEY, ROOT = create_root("Panitia Kabupaten Cirebon", NOT_BEFORE, NOT_AFTER)
BOOTH_KEY = Ed25519PrivateKey.generate()
BOOTH_PEM = issue(ROOT_KEY, ROOT, BOOTH_KEY.public_key(), BOOTH, NOT_BEFORE, NOT_AFTER)

OPENED = journal.Opened(
    definition="ab" * 32,
    uuid="1" * 14,
    station=1,
    booth=2,
    certificate="cd" * 32,
    device="UJI-01",
    at="2023-10-22T06:45+07:00",
)
CLOSED = journal.Closed(cast_root="01" * 32, void_root="02" * 32, at="2023-10-22T13:15+07:00")
EVENTS: tuple[journal.Event, ...] = (
    OPENED,
    journal.BallotCast("11" * 32),
    journal.SlipVoided(journal.VoidReason.VOTER),
    journal.TokenRefused(journal.RefusalReason.USED),
    journal.DeviceFault(journal.Device.PRINTER, "paper-out"),
    journal.Restart(),
    journal.Paused(journal.PauseReason.OFFICER),
    journal.Resumed(),
    journal.TakenOver(old_device="UJI-01", new_device="UJI-02"),
    journal.BallotCast("22" * 32),
    CLOSED,
)


def write_journal(events: tuple[journal.Event, ...], key: Ed25519PrivateKey = BOOTH_KEY) -> tuple[bytes, ...]:
    """The signed and chained lines of ``events``."""
    prev, lines = journal.FIRST_PREV, []
    for seq, event in enumerate(events):
        entry = journal.encode_entry(seq, prev, event)
        prev = journal.entry_hash(entry)
        lines.append(journal.encode_line(entry, journal.sign_entry(entry, key)))
    return tuple(lines)
