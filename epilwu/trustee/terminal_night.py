"""``epilwu trustee night``: opening the sums, guided on a terminal; what happens is ``epilwu.trustee.night``'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from epilwu.errors import EpilwuError
from epilwu.protocol.trustees import TrusteeSet
from epilwu.trustee import ceremony, night, opening, papers
from epilwu.trustee.board import Board
from epilwu.trustee.files import Folder
from epilwu.trustee.night import NightSituation, StationNight, Taken
from epilwu.trustee.plan import Plan, Seat
from epilwu.trustee.screen import Screen, Stopped
from epilwu.trustee.verifier import Verifier

RECORD = "kertas-menentukan.pdf"


@dataclass(frozen=True, slots=True)
class NightProgram:
    """The guided night over the folders ``boards`` and ``shares``."""

    screen: Screen
    plan: Plan
    trustees: TrusteeSet
    boards: Path
    shares: Path
    verifier: Verifier

    def run(self) -> bool:
        """Lead the night to its end: True when every sum is open, False when paper decides. Raises ``Stopped``."""
        self._show_verifier()
        present = self._attendance()
        if len(present) < self.plan.threshold:
            return self._paper(self._look((), present), "pemegang kunci yang hadir kurang dari ambang")
        boards = self._take()
        self._compare(boards, present)
        closed: set[int] = set()  # present, but the stick or its code is lost
        while not (now := self._look(boards, present - closed)).finished:
            self._show(now)
            seat = self._next(now, closed)
            if seat is None and self._again(now):
                continue
            if seat is None:
                return self._paper(now, "terlalu sedikit diska yang dapat membuka")
            if not self._open(seat, boards):
                closed.add(seat.index)
        self._show(now)
        self.screen.step("SEMUA JUMLAH SUDAH TERBUKA", f"Serahkan folder {self.shares} kepada panitia.")
        return True

    def _look(self, boards: Sequence[Board], present: Collection[int]) -> NightSituation:
        return night.look(self.plan, self.trustees, boards, self.shares, present=present)

    def _show_verifier(self) -> None:
        self.screen.step("1 · PEMERIKSA", "Bandingkan dengan sidik pemeriksa yang diumumkan.")
        self.screen.fingerprint("Sidik epilwu-verify.pyz", ceremony.grouped(self.verifier.sha256()))
        if self.verifier.expected is None and not self.screen.agree("Apakah sama dengan yang diumumkan"):
            raise Stopped

    def _attendance(self) -> set[int]:
        self.screen.step("2 · KEHADIRAN", f"{self.plan.threshold} dari {self.plan.size} pemegang kunci diperlukan.")
        return {seat.index for seat in self.plan.seats if self.screen.agree(f"{seat.index}. {seat.title} hadir")}

    def _take(self) -> tuple[Board, ...]:
        self.screen.step("3 · MEMERIKSA PAPAN SUARA", "Seluruh isi setiap papan diperiksa. Ini dapat memakan waktu.")
        taken = night.take(self.boards, self.verifier, say=self._show_taken)
        for one in taken:
            if one.problem is not None:
                self.screen.say(f"  TETAP TERTUTUP: {one.problem}", "bold red")
        boards = night.verified(taken)
        if not boards:
            raise Stopped
        return boards

    def _show_taken(self, taken: Taken) -> None:
        if taken.board is not None:
            self.screen.say(f"  ✓ {taken.board.name}: {taken.board.ballots} surat suara, semuanya lulus", "green")

    def _compare(self, boards: Sequence[Board], present: Collection[int]) -> None:
        self.screen.step("4 · MENCOCOKKAN PAPAN SUARA", "Bandingkan dengan sidik yang dicatat saksi dan panitia.")
        for board in boards:
            self.screen.say(f"  {board.name}: {ceremony.grouped(board.digest)}")
        now = self._look(boards, present)
        self.screen.fingerprint("Sidik semua papan", now.fingerprint)
        for seat in now.present:
            if seat in now.compared:
                continue
            if not self.screen.agree(f"{seat.index}. {seat.title}: apakah sama"):
                raise Stopped
            night.tick(self.shares, seat.index, boards)

    def _next(self, now: NightSituation, closed: Collection[int]) -> Seat | None:
        """Someone present who can still help a station to be opened: another station's trouble does not stop that."""
        open_to = [
            station for station in now.stations if 0 < station.needed <= len(set(now.present) & set(station.missing))
        ]
        helpful = {seat for station in open_to for seat in station.missing}
        return next((seat for seat in now.present if seat in helpful and seat.index not in closed), None)

    def _again(self, now: NightSituation) -> bool:
        """Offer those whose shares were bad another try, the bad ones kept as evidence."""
        bad = [station for station in now.stations if station.bad and station.counts is None]
        if not bad or not self.screen.agree("Simpan bagian yang salah sebagai bukti, dan coba lagi dengan diska itu"):
            return False
        for station in bad:
            night.set_aside(self.shares, station)
        return True

    def _open(self, seat: Seat, boards: Sequence[Board]) -> bool:
        """One holder's turn; False where this holder cannot open tonight."""
        self.screen.say("")
        self.screen.say(f"GILIRAN {seat.index}. {seat.title.upper()}", "bold")
        try:
            stick = self.screen.stick_of(seat)
            done = opening.open_sums(stick, self.screen.passphrase(seat), boards, self.shares)
        except EpilwuError as error:
            self.screen.trouble(error)
            choices = {"c": "coba lagi", "l": "lanjut tanpa pemegang ini", "b": "berhenti dulu"}
            match self.screen.choose("Pilih", choices):
                case "b":
                    raise Stopped from error
                case "l":
                    return False
                case _:
                    return True
        refused = [one for one in done if one.problem is not None]
        for one in refused:
            self.screen.say(f"  TETAP TERTUTUP: {one.problem}", "bold red")
        if not refused:
            self.screen.say(f"✓ {seat.title} selesai. Cabut diskanya.", "bold green")
        return not refused

    def _show(self, now: NightSituation) -> None:
        self.screen.say("")
        for station in now.stations:
            self._show_station(now, station)

    def _show_station(self, now: NightSituation, station: StationNight) -> None:
        names = ", ".join(seat.title for seat in station.given) or "belum ada"
        self.screen.say(
            f"{station.board.name}: {len(station.given)} dari {now.threshold} bagian masuk ({names}).", "bold"
        )
        for fault in station.bad:
            title = next(seat.title for seat in now.seats if seat.index == fault.seat)
            self.screen.say(
                f"  BAGIAN SALAH dari {title}: {fault.what} Tidak dipakai; pemegang lain menggantikan.", "bold red"
            )
        if station.counts is None:
            waiting = [seat.title for seat in station.missing if seat in now.present]
            self.screen.say(f"  Kurang {station.needed}. Belum: {', '.join(waiting) or 'tidak ada lagi yang hadir'}.")
            return
        labels = (["Kosong"] if station.board.election.question.blank else []) + list(
            station.board.election.question.answers
        )
        for label, count in zip(labels, station.counts, strict=True):
            self.screen.say(f"  {label}: {count}")

    def _paper(self, now: NightSituation, reason: str) -> bool:
        self.screen.step("KERTAS YANG MENENTUKAN")
        for sentence in night.PAPER_DECIDES:
            self.screen.say(f"  – {sentence}", "bold")
        Folder(self.shares, private=False).write(RECORD, papers.paper_decides(self.plan, now, reason))
        self.screen.say(f"\nUntuk dicetak dan ditandatangani: {self.shares / RECORD}")
        return False
