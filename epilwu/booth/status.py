"""What the officers' page says of a running booth: counts from the stored rows, faults from the journal, devices now.

Nothing here is about one voter: no choice, no token, no time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from epilwu.booth.booth import Booth
from epilwu.booth.devices.standins import MARK
from epilwu.booth.errors import BoothError
from epilwu.booth.rows import Counts
from epilwu.booth.states import Cause, Closed, Halted, State, VoterPresent
from epilwu.trust import journal
from epilwu.trust.errors import TrustError
from epilwu.trust.journal import Entry

PRINTER_WAIT = 1.0
_PRINTER = {
    "ready": "siap",
    "paper-low": "siap, kertas hampir habis",
    "paper-out": "kertas habis",
    "cover-open": "tutup terbuka",
    "offline": "tidak siap",
    "error": "bermasalah",
    "silent": "tidak menjawab",
    "no-slip": "struk tidak keluar",
}
_DEVICES = {
    journal.Device.PRINTER: "Printer",
    journal.Device.SCANNER: "Pemindai",
    journal.Device.SECOND_MEDIUM: "Media kedua",
    journal.Device.DISK: "Media pertama",
}
_REFUSALS = {
    journal.RefusalReason.MALFORMED: "tidak terbaca",
    journal.RefusalReason.USED: "sudah dipakai",
    journal.RefusalReason.OTHER_BOOTH: "bilik lain",
    journal.RefusalReason.OTHER_ELECTION: "TPS atau pemilihan lain",
}
_CAUSES = {
    Cause.PRINTER: "berhenti: printer",
    Cause.SECOND_MEDIUM: "berhenti: media kedua",
    Cause.DISK: "berhenti: media pertama",
    Cause.MEDIA_DISAGREE: "berhenti: kedua media berbeda",
    Cause.RESTART: "baru menyala, belum dilanjutkan",
    Cause.WRONG_SLIPS: "berhenti: tiga struk dinyatakan salah",
    Cause.OFFICER: "dijeda petugas",
}


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the booth. ``refused`` and ``faults``: what, and how often, most frequent first."""

    state: str
    counts: Counts
    refused: tuple[tuple[str, int], ...]
    faults: tuple[tuple[str, int], ...]
    wrong_slips: int
    restarts: int
    takeovers: int
    printer: str
    scanner: bool
    second: str
    head: str
    device: str


def look(booth: Booth) -> Status:
    """The booth now; raises ``StoreRefused`` and what reading the journal raises where the first medium is gone."""
    with booth.lock:
        entries = booth.ledger.entries()
        counts = booth.ledger.store.counts()
    events = [entry.event for entry in entries]
    return Status(
        state=state_in_words(booth.state),
        counts=counts,
        refused=_count(_REFUSALS[event.reason] for event in events if isinstance(event, journal.TokenRefused)),
        faults=_faults(entries),
        wrong_slips=events.count(journal.SlipVoided(journal.VoidReason.VOTER)),
        restarts=events.count(journal.Restart()),
        takeovers=sum(isinstance(event, journal.TakenOver) for event in events),
        printer=printer_in_words(booth),
        scanner=booth.shown.view.scanner,
        second=_second(booth),
        head=entries[-1].head,
        device=journal.device_of(entries),
    )


def state_in_words(state: State) -> str:
    """What the booth is doing."""
    if isinstance(state, Halted):
        return _CAUSES[state.cause]
    if isinstance(state, VoterPresent):
        return "ada pemilih"
    return "sudah ditutup" if isinstance(state, Closed) else "siap menerima pemilih"


def printer_in_words(booth: Booth) -> str:
    """The printer's answer just now; a printer at work is not disturbed."""
    if not booth.lock.acquire(timeout=PRINTER_WAIT):
        return "sedang mencetak"
    try:
        words = _PRINTER[booth.printer.status().value]
        return f"{words} – PRINTER {MARK}" if booth.printer.stands_in else words
    finally:
        booth.lock.release()


def _second(booth: Booth) -> str:
    try:
        with booth.lock:
            booth.ledger.second.check()
    except BoothError as error:
        return error.what
    return "terpasang, sama dengan media pertama"


def _faults(entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    return _count(
        f"{_DEVICES[entry.event.device]}: {_PRINTER.get(entry.event.state, 'terlepas')}"
        for entry in entries
        if isinstance(entry.event, journal.DeviceFault)
    )


def _count(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common())


def look_or_none(booth: Booth) -> Status | None:
    """As ``look``; None where the first medium cannot be read."""
    try:
        return look(booth)
    except (BoothError, TrustError):
        return None
