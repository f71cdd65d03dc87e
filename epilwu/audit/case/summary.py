"""Any entry of the record in a line, for people. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from epilwu.audit.case import events as ev
from epilwu.audit.case.reading import THIRD
from epilwu.audit.case.words import DECISIONS, PROPOSALS, reading, risk
from epilwu.audit.risk.decision import Decision
from epilwu.audit.words import grouped


def summary(event: ev.Event) -> str:
    """What an entry says, without its kind and its time."""
    return _LINES[type(event)](event)


def _names(names: tuple[str, ...]) -> str:
    return "; ".join(names)


def _box(event: ev.BoxOpened) -> str:
    parts = [f"TPS {event.station:02d}", event.by_order, f"segel {event.seal or '–'}", _names(event.people)]
    return ", ".join([*parts, event.note] if event.note else parts)


def _verified(event: ev.Verified) -> str:
    failed = sum(answer.status == "failed" for answer in event.answers)
    skipped = sum(answer.status == "not checked" for answer in event.answers)
    return f"{len(event.answers)} jawaban: {failed} gagal, {skipped} tidak diperiksa"


def _scanned(event: ev.BoxScanned) -> str:
    odd = event.duplicate + event.foreign + event.unreadable
    return f"TPS {event.station:02d}: {event.counted} dihitung, {event.void} batal, {odd} ganda, asing atau tak terbaca"


def _read(event: ev.PaperRead) -> str:
    seat = "penengah" if event.seat == THIRD else f"pembaca {event.seat}"
    return f"kertas ke-{event.draw}, {seat} {event.reader}: {reading(event.text)}"


def _pile(event: ev.PileCounted) -> str:
    place = f"TPS {event.station:02d} tumpukan {event.pile}, kali {event.turn}, {event.counter}"
    return f"{place}: {_votes(event)}"


def _votes(event: ev.PileCounted | ev.FullCountClosed) -> str:
    return f"{' / '.join(map(str, event.votes))}, kosong {event.blank}, tidak jelas {event.unclear}"


_LINES: Mapping[type[Any], Callable[[Any], str]] = {
    ev.CaseOpened: lambda e: f"perintah {e.order}, {e.by_order}; auditor {_names(e.auditors)}; {e.place}",
    ev.BoxOpened: _box,
    ev.Verified: _verified,
    ev.BoxScanned: _scanned,
    ev.Reconciled: lambda e: f"{e.differences} selisih, {e.open_questions} belum terjawab",
    ev.Committed: lambda e: f"{e.listed} kertas dalam daftar, selisih {e.margin}; usul: {PROPOSALS[e.proposal]}",
    ev.DiceThrown: lambda e: f"benih {grouped(e.seed, 5)}; saksi {_names(e.witnesses)}",
    ev.OrderPrinted: lambda e: f"{e.papers} kertas",
    ev.PaperRead: _read,
    ev.RiskFigured: lambda e: f"kertas ke-{e.draw}: {risk(e.betting)}, {DECISIONS[Decision(e.decision)]}",
    ev.FullCountChosen: lambda e: f"{e.reason} ({_names(e.people)})",
    ev.PileCounted: _pile,
    ev.FullCountClosed: _votes,
    ev.Concluded: lambda e: e.words,
    ev.Signed: lambda e: f"{e.name}, {e.role}{': ' + e.objection if e.objection else ''}",
    ev.Corrected: lambda e: (
        f"catatan nomor {e.corrects + 1} menjadi: {summary(e.event)}; sebab: {e.reason}; oleh {_names(e.people)}"
    ),
}
