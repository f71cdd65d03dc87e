"""``epilwu trustee evening``: the key ceremony, guided step by step on a terminal.

It only asks and shows; what happens is ``epilwu.trustee.evening``'s. Stopped at any point, it goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from epilwu.errors import EpilwuError
from epilwu.trust.keyfile import Cost
from epilwu.trustee import evening, papers, trial
from epilwu.trustee.evening import TICKED, Situation, Stage
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan, Seat
from epilwu.trustee.screen import Screen, Stopped

_TITLES = {
    Stage.PLAN: ("1 dari 8 · RENCANA", "Semua pemegang kunci mendengar dan mencocokkan rencana upacara ini."),
    Stage.CERTIFY: ("2 dari 8 · MEMBUAT KUNCI", "Setiap pemegang memasukkan diska kosongnya sendiri, bergiliran."),
    Stage.CERTIFICATES: ("3 dari 8 · MENCOCOKKAN SERTIFIKAT", "Semua sertifikat sudah ada di folder bersama."),
    Stage.DEAL: ("4 dari 8 · MEMBAGIKAN RAHASIA", "Setiap pemegang memasukkan diskanya lagi, bergiliran."),
    Stage.ACCEPT: ("5 dari 8 · MENERIMA BAGIAN", "Diska memeriksa setiap bagian yang dikirim kepadanya."),
    Stage.TRUSTEES: ("6 dari 8 · MENCOCOKKAN KUNCI BERSAMA", "Kunci bersama sudah tersusun."),
    Stage.TRIAL: ("7 dari 8 · UJI COBA", "Setiap pemegang membuktikan sekarang bahwa diska dan kodenya dapat membuka."),
    Stage.DONE: ("8 dari 8 · SELESAI", "Uji coba berhasil pada setiap kelompok. Cetak dan tandatangani sertifikat."),
}
_SUBJECT = {
    Stage.PLAN: "Sidik rencana",
    Stage.CERTIFICATES: "Sidik semua sertifikat",
    Stage.TRUSTEES: "Sidik kunci bersama",
}


@dataclass(frozen=True, slots=True)
class EveningProgram:
    """The guided ceremony over the shared folder ``public``; ``cost`` is that of new opening codes."""

    screen: Screen
    public: Path
    cost: Cost

    def run(self) -> Path:
        """Lead the ceremony to its end; gives the certificate's PDF. Raises ``Stopped``, and what ``look`` raises."""
        shown: Stage | None = None
        while True:
            now = evening.look(self.public)
            if now.stage is Stage.DONE:
                return self._finish(now)
            if now.stage is not shown:
                self._show(now)
                shown = now.stage
            if now.faults:
                self._faulty(now)
                shown = None
            elif now.stage in TICKED:
                shown = shown if self._tick(now) else None
            else:
                shown = shown if self._act(now) else None

    def _show(self, now: Situation) -> None:
        title, words = _TITLES[now.stage]
        self.screen.step(title, words)
        if now.stage is Stage.PLAN and now.plan is not None:
            self._show_plan(now.plan)
        self.screen.roll(now.acted, now.waiting)

    def _show_plan(self, plan: Plan) -> None:
        mark = "GLADI – BUKAN PEMILIHAN. " if plan.rehearsal else ""
        self.screen.say(f"{mark}{plan.title}, {plan.place} ({plan.region}), {plan.date}. Upacara ke-{plan.number}.")
        self.screen.say(f"{plan.threshold} dari {plan.size} pemegang kunci membuka suara:")
        for seat in plan.seats:
            self.screen.say(f"  {seat.index}. {seat.title} – kubu {seat.camp}")

    def _tick(self, now: Situation) -> bool:
        """Let every waiting holder compare; False where one heard something else."""
        assert now.sha256 is not None
        assert now.fingerprint is not None
        self.screen.fingerprint(_SUBJECT[now.stage], now.fingerprint)
        for seat in now.waiting:
            if not self.screen.agree(f"{seat.index}. {seat.title}: apakah sama"):
                self._give_up(f"{seat.title} mendengar sidik yang lain pada langkah {now.stage}.")
                return False
            evening.tick(self.public, seat.index, now.sha256)
        return True

    def _act(self, now: Situation) -> bool:
        """One holder's turn; False where the stage is to be shown again."""
        seat = now.next_seat
        assert seat is not None
        self.screen.say("")
        self.screen.say(f"GILIRAN {seat.index}. {seat.title.upper()}", "bold")
        try:
            stick = self.screen.stick_of(seat)
            passphrase = self.screen.passphrase(seat, new=now.stage is Stage.CERTIFY)
            evening.act(self.public, stick, passphrase, seat=seat.index, cost=self.cost)
        except EpilwuError as error:
            self.screen.trouble(error)
            return self._after_trouble(seat, str(error))
        self.screen.say(f"✓ {seat.title} selesai. Cabut diskanya.", "bold green")
        return True

    def _after_trouble(self, seat: Seat, reason: str) -> bool:
        choices = {"c": f"coba lagi dengan {seat.title}", "u": "ulangi seluruh upacara", "b": "berhenti dulu"}
        match self.screen.choose("Pilih", choices):
            case "c":
                return True
            case "u":
                self._restart(reason)
                return False
            case _:
                raise Stopped

    def _faulty(self, now: Situation) -> None:
        for fault in now.faults:
            titles = {seat.index: seat.title for seat in now.waiting}
            who = titles.get(fault.seat, "Beberapa pemegang kunci bersama")
            self.screen.say(f"  BERHENTI DULU. {who}: {fault.what}", "bold red")
        self._give_up("; ".join(fault.what for fault in now.faults))

    def _give_up(self, reason: str) -> None:
        choices = {"u": "ulangi seluruh upacara", "b": "berhenti dulu dan cari sebabnya"}
        if self.screen.choose("Pilih", choices) != "u":
            raise Stopped
        self._restart(reason)

    def _restart(self, reason: str) -> None:
        now = evening.restart(self.public, reason)
        assert now.plan is not None
        self.screen.say(f"Upacara ke-{now.plan.number} dimulai. Diska lama dikosongkan saat dimasukkan lagi.", "bold")

    def _finish(self, now: Situation) -> Path:
        assert now.plan is not None
        assert now.fingerprint is not None
        title, words = _TITLES[Stage.DONE]
        self.screen.step(title, words)
        shared = Folder(self.public, private=False)
        trustees = evening.confirmed(self.public)
        result = trial.parse_result(shared.read(trial.RESULT) or b"")
        shared.write(evening.PAPER, papers.key_certificate(now.plan, trustees, result))
        self.screen.say(papers.key_certificate_text(now.plan, trustees))
        self.screen.say(
            f"\n{len(result.groups)} kelompok membuka uji coba. Untuk dicetak: {self.public / evening.PAPER}"
        )
        return self.public / evening.PAPER
