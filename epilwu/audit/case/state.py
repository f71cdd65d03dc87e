"""What may follow what: the case as its record tells it, folded entry by entry. Pure.

The same fold stands behind the pages, behind resuming after a power cut and behind ``epilwu audit redo``; a record
whose entries do not follow is refused with the number of the first that does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from epilwu.audit.case.errors import CaseBroken, CaseRefused
from epilwu.audit.case.events import (
    BoxOpened,
    BoxScanned,
    CaseOpened,
    Committed,
    Concluded,
    Corrected,
    DiceThrown,
    Event,
    FullCountChosen,
    FullCountClosed,
    OrderPrinted,
    PaperRead,
    PileCounted,
    Reconciled,
    RiskFigured,
    Signed,
    Verified,
)
from epilwu.audit.case.log import FIRST_PREV, Entry
from epilwu.audit.case.piles import Piles
from epilwu.audit.case.reading import THIRD, Readings, same_people
from epilwu.audit.risk.decision import Decision

_FROM_HERE = "Lanjutkan dari layar ini."


@dataclass(slots=True)
class Case:
    """The case now. Changed by ``take`` alone."""

    entries: list[Entry] = field(default_factory=list)
    opened: CaseOpened | None = None
    boxes: dict[int, BoxOpened] = field(default_factory=dict)
    verified: Verified | None = None
    scanned: dict[int, BoxScanned] = field(default_factory=dict)
    reconciled: Reconciled | None = None
    committed: Committed | None = None
    dice: DiceThrown | None = None
    printed: OrderPrinted | None = None
    readings: Readings = field(default_factory=Readings)
    risks: list[RiskFigured] = field(default_factory=list)
    full_count: FullCountChosen | None = None
    piles: Piles = field(default_factory=Piles)
    replaced: FullCountClosed | None = None
    concluded: Concluded | None = None
    signed: list[Signed] = field(default_factory=list)
    corrections: list[Corrected] = field(default_factory=list)
    standing: dict[int, Event] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The last line's SHA-256."""
        return self.entries[-1].head if self.entries else FIRST_PREV

    @property
    def case(self) -> CaseOpened:
        """How it was opened; raise ``CaseRefused`` where it was not."""
        if self.opened is None:
            raise CaseRefused("Kasus ini belum dibuka.", todo="Mulai dengan perintah audit dan nama auditor.")
        return self.opened

    @property
    def all_scanned(self) -> bool:
        """Whether every station's box was scanned."""
        return set(self.case.stations) == set(self.scanned)

    @property
    def last_risk(self) -> RiskFigured | None:
        """The newest figures of the risk."""
        return self.risks[-1] if self.risks else None

    @property
    def miscounted(self) -> tuple[int, ...]:
        """Stations of which more or fewer papers were counted by eye than scanned.

        Papers whose code could not be read may be among those counted; void slips are taken out before.
        """
        wrong = []
        for station, scanned in sorted(self.scanned.items()):
            counts, unclear = self.piles.totals(self.case.candidates, station)
            if not scanned.counted <= counts.ballots + unclear <= scanned.counted + scanned.unreadable:
                wrong.append(station)
        return tuple(wrong)

    def check(self, event: Event) -> None:
        """Raise ``CaseRefused`` for an act that may not follow what was done."""
        if self.opened is None and not isinstance(event, CaseOpened):
            raise CaseRefused("Kasus ini belum dibuka.", todo="Mulai dengan perintah audit dan nama auditor.")
        if self.concluded is not None and not isinstance(event, Signed):
            raise CaseRefused("Putusan sudah dicatat; kasus ini hanya dapat ditandatangani.", todo=_FROM_HERE)
        _CHECKS[type(event)](self, event)

    def take(self, entry: Entry) -> None:
        """Take a checked entry in; raise ``CaseBroken`` naming it where it may not follow."""
        try:
            self.check(entry.event)
        except CaseRefused as error:
            where = f"catatan nomor {entry.seq + 1}"
            raise CaseBroken(f"Catatan ini tidak dapat mengikuti yang sebelumnya: {error.what}", where=where) from error
        self.entries.append(entry)
        self.standing[entry.seq] = entry.event
        _TAKERS[type(entry.event)](self, entry.event)


def fold(entries: Iterable[Entry]) -> Case:
    """The case that these entries tell; raise ``CaseBroken``."""
    case = Case()
    for entry in entries:
        case.take(entry)
    return case


def _need(condition: object, what: str, todo: str = _FROM_HERE) -> None:
    if not condition:
        raise CaseRefused(what, todo=todo)


def _check_opened(case: Case, event: CaseOpened) -> None:
    _need(case.opened is None, "Kasus ini sudah dibuka.")
    _need(not same_people(event.auditors), "Satu auditor disebut dua kali.", "Tulis dua orang yang berbeda.")
    _need(sorted(set(event.stations)) == list(event.stations), "Daftar TPS tidak berurutan.")


def _check_box(case: Case, event: BoxOpened) -> None:
    _need(event.station in case.case.stations, f"TPS {event.station} tidak ada di desa ini.")
    _need(event.station not in case.boxes, f"Kotak TPS {event.station} sudah dibuka.")
    _need(case.committed is None, "Daftar penarikan sudah ditutup; kotak lain tidak dapat dibuka lagi.")


def _check_verified(case: Case, event: Verified) -> None:
    _need(case.committed is None, "Daftar penarikan sudah ditutup; pemeriksaan tidak dapat diganti lagi.")
    _need(tuple(row.station for row in event.stations) == case.case.stations, "Pemeriksaan memuat TPS lain.")


def _check_scanned(case: Case, event: BoxScanned) -> None:
    _need(event.station in case.boxes, f"Kotak TPS {event.station} belum dicatat dibuka.", "Catat pembukaannya dahulu.")
    _need(case.committed is None, "Daftar penarikan sudah ditutup; hasil pindai tidak dapat diganti lagi.")


def _check_reconciled(case: Case, _: Reconciled) -> None:
    _need(case.verified is not None, "Hitungan belum diperiksa.", "Jalankan pemeriksaan dahulu.")
    _need(case.scanned, "Belum ada kotak yang dipindai.", "Pindai isi kotak dahulu.")
    _need(case.committed is None, "Daftar penarikan sudah ditutup.")


def _check_committed(case: Case, _: Committed) -> None:
    _need(case.committed is None, "Daftar penarikan sudah ditutup.")
    _need(case.all_scanned, "Belum semua kotak dipindai.", "Buka dan pindai kotak semua TPS.")
    _need(case.reconciled is not None, "Pencocokan belum dibuat sejak pindai terakhir.", "Buat pencocokannya dahulu.")


def _check_dice(case: Case, event: DiceThrown) -> None:
    _need(case.dice is None, "Dadu sudah dilempar; benih hanya dicatat satu kali.")
    _need(case.committed is not None, "Daftar penarikan belum ditutup.", "Tutup dan tanda tangani daftarnya dahulu.")
    cannot = case.committed is not None and case.committed.proposal == Decision.CANNOT
    _need(not cannot, "Pemenang tidak dapat dikonfirmasi dari kertas yang ada; undian tidak berguna.")
    _need(case.full_count is None, "Sudah diputuskan hitung penuh.")
    _need(not same_people(event.witnesses), "Satu saksi disebut dua kali.", "Tulis dua orang yang berbeda.")


def _check_printed(case: Case, event: OrderPrinted) -> None:
    _need(case.printed is None, "Urutan sudah dicetak.")
    _need(case.dice is not None, "Dadu belum dilempar.")
    _need(case.committed is not None and event.papers == case.committed.listed, "Urutan tidak memuat seluruh daftar.")


def _check_reading(case: Case, event: PaperRead) -> None:
    _need(case.printed is not None, "Urutan belum dicetak seluruhnya.", "Cetak urutannya sebelum mengambil kertas.")
    _need(case.full_count is None, "Sudah diputuskan hitung penuh.")
    choice = event.choice
    _need(choice is None or choice <= case.case.candidates, "Calon dengan nomor itu tidak ada.")
    _need(choice != 0 or case.case.blank, "Di desa ini tidak ada pilihan kosong.")
    case.readings.check(event)


def _check_risk(case: Case, event: RiskFigured) -> None:
    _need(event.draw == len(case.risks) + 1, "Risiko dihitung kertas demi kertas.")
    _need(case.readings.final(event.draw) is not None, f"Kertas ke-{event.draw} belum selesai dibaca.")


def _check_full_count(case: Case, event: FullCountChosen) -> None:
    _need(case.full_count is None, "Hitung penuh sudah diputuskan.")
    _need(case.reconciled is not None and case.all_scanned, "Kotak belum semua dipindai dan dicocokkan.")
    _need(not same_people(event.people), "Satu orang disebut dua kali.", "Tulis dua orang yang berbeda.")


def _check_pile(case: Case, event: PileCounted) -> None:
    _need(case.full_count is not None, "Hitung penuh belum diputuskan.")
    _need(case.replaced is None, "Hitung penuh sudah ditutup.")
    _need(event.station in case.case.stations, f"TPS {event.station} tidak ada di desa ini.")
    case.piles.check(event, case.case.candidates, blank=case.case.blank)


def _check_replaced(case: Case, event: FullCountClosed) -> None:
    _need(case.full_count is not None and case.replaced is None, "Hitung penuh belum diputuskan atau sudah ditutup.")
    _need(not case.piles.open, "Masih ada tumpukan yang berbeda atau baru dihitung satu orang.", "Selesaikan dahulu.")
    missing = [n for n in case.case.stations if case.scanned[n].counted and not any(k[0] == n for k in case.piles.keys)]
    _need(not missing, f"Belum ada tumpukan dari TPS {', '.join(map(str, missing))}.", "Hitung struk semua TPS.")
    counts, unclear = case.piles.totals(case.case.candidates)
    same = (event.votes, event.blank, event.unclear) == (counts.candidates, counts.blank, unclear)
    _need(same, "Jumlahnya bukan jumlah tumpukan.")
    told = ", ".join(f"TPS {station}" for station in case.miscounted)
    _need(event.note or not told, f"Banyaknya struk yang dihitung lain dari yang dipindai: {told}.", "Tulis sebabnya.")


def _check_concluded(case: Case, event: Concluded) -> None:
    if event.verdict == "replaced":
        _need(case.replaced is not None, "Hitung penuh belum ditutup.")
    elif event.verdict == "confirmed":
        risk = case.last_risk
        _need(case.full_count is None, "Sudah diputuskan hitung penuh.")
        _need(risk is not None and risk.decision == Decision.CONFIRMED, "Risiko belum di bawah batasnya.")
        pending = case.readings.both != len(case.risks)
        _need(not pending, "Ada kertas yang sudah dibaca tetapi belum dihitung risikonya.")
    elif event.verdict == "cannot_be_confirmed":
        cannot = case.committed is not None and case.committed.proposal == Decision.CANNOT
        _need(cannot and case.full_count is None, "Kertas yang ada masih dapat diaudit.")


def _check_signed(case: Case, event: Signed) -> None:
    _need(case.concluded is not None, "Putusan belum dicatat.", "Catat putusannya dahulu.")
    again = any(same_people((event.name, other.name)) for other in case.signed)
    _need(not again, f"{event.name} sudah tercatat.")


def _check_corrected(case: Case, event: Corrected) -> None:
    old = case.standing.get(event.corrects)
    new = event.event
    _need(not same_people(event.people), "Koreksi memerlukan dua orang yang berbeda.")
    _need(old is not None and type(old) is type(new) and old != new, "Tidak ada yang dikoreksi.")
    _need(_FREED.get(type(new), _never)(old, new), "Bagian ini tidak dapat dikoreksi.")
    if isinstance(new, PaperRead):
        _need(case.full_count is None, "Sudah diputuskan hitung penuh.")
        choice = new.choice
        allowed = choice is None or (choice <= case.case.candidates and (choice > 0 or case.case.blank))
        _need(allowed, "Calon dengan nomor itu tidak ada.")
        seats = case.readings.entries
        _need((new.draw, new.seat) in seats, "Bacaan itu sudah tidak berlaku.")
    if isinstance(new, PileCounted):
        _need(case.replaced is None, "Hitung penuh sudah ditutup.")
        key = (new.station, new.pile)
        _need(new.turn == case.piles.turn(key), "Tumpukan itu sudah dihitung lagi.")
        _need(1 <= new.total <= 50 and len(new.votes) == case.case.candidates, "Isian tumpukan tidak mungkin.")


def _never(_old: Any, _new: Any) -> bool:  # noqa: ANN401 - of any kind
    return False


_FREED: Mapping[type[Any], Callable[[Any, Any], bool]] = {
    CaseOpened: lambda old, new: (
        replace(old, order=new.order, by_order=new.by_order, auditors=new.auditors, place=new.place) == new
    ),
    BoxOpened: lambda old, new: old.station == new.station,
    DiceThrown: lambda old, new: old.seed == new.seed,
    PaperRead: lambda old, new: (old.draw, old.seat, old.reader) == (new.draw, new.seat, new.reader),
    PileCounted: lambda old, new: replace(old, votes=new.votes, blank=new.blank, unclear=new.unclear) == new,
}
"""Which fields of which kinds a correction may change; a seed, a figure or a verdict never."""

_CHECKS: Mapping[type[Any], Callable[[Case, Any], None]] = {
    CaseOpened: _check_opened, BoxOpened: _check_box, Verified: _check_verified, BoxScanned: _check_scanned,
    Reconciled: _check_reconciled, Committed: _check_committed, DiceThrown: _check_dice,
    OrderPrinted: _check_printed, PaperRead: _check_reading, RiskFigured: _check_risk,
    FullCountChosen: _check_full_count, PileCounted: _check_pile, FullCountClosed: _check_replaced,
    Concluded: _check_concluded, Signed: _check_signed, Corrected: _check_corrected,
}  # fmt: skip


def _take_scanned(case: Case, event: BoxScanned) -> None:
    case.scanned[event.station] = event
    case.reconciled = None


def _take_verified(case: Case, event: Verified) -> None:
    case.verified, case.reconciled = event, None


def _take_printed(case: Case, event: OrderPrinted) -> None:
    case.printed, case.readings.papers = event, event.papers


def _take_corrected(case: Case, event: Corrected) -> None:
    case.corrections.append(event)
    case.standing[event.corrects] = new = event.event
    if isinstance(new, PaperRead):
        case.readings.put(new)
        first, second = (case.readings.entries[new.draw, seat].text if (new.draw, seat) in case.readings.entries
                         else None for seat in (1, 2))  # fmt: skip
        if first == second:  # both agree now: nobody needs the third any more
            case.readings.entries.pop((new.draw, THIRD), None)
        del case.risks[new.draw - 1 :]
    else:
        _TAKERS[type(new)](case, new)


def _set(name: str) -> Callable[[Case, Any], None]:
    return lambda case, event: setattr(case, name, event)


_TAKERS: Mapping[type[Any], Callable[[Case, Any], None]] = {
    CaseOpened: _set("opened"), Verified: _take_verified, BoxScanned: _take_scanned,
    BoxOpened: lambda case, event: case.boxes.update({event.station: event}),
    Reconciled: _set("reconciled"), Committed: _set("committed"), DiceThrown: _set("dice"),
    OrderPrinted: _take_printed, PaperRead: lambda case, event: case.readings.put(event),
    RiskFigured: lambda case, event: case.risks.append(event), FullCountChosen: _set("full_count"),
    PileCounted: lambda case, event: case.piles.put(event), FullCountClosed: _set("replaced"),
    Concluded: _set("concluded"), Signed: lambda case, event: case.signed.append(event), Corrected: _take_corrected,
}  # fmt: skip
