"""The evening of the key ceremony as a model of steps, the same for the terminal and the web page.

One offline laptop with a shared folder; the holders' sticks come to it one by one. Four calls are all there is::

    begin(public, plan)                                   once: lay the plan on the table
    look(public) -> Situation                             what is next, who still has to act, what to read aloud
    tick(public, seat, situation.sha256)                  holder ``seat`` heard the same fingerprint
    act(public, stick, passphrase, seat=seat)             what holder ``seat`` has to do next, with the own stick
    restart(public, reason)                               a new ceremony under the next number

Nothing is remembered between calls but what lies in the shared folder and on the sticks: after a power cut the
same call goes on where it was. Every refusal names the seat (``pemegang kunci 2 (Ketua BPD)``) and what is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.trust.keyfile import DEFAULT, Cost
from epilwu.trustee import ceremony, evidence, trial
from epilwu.trustee import plan as plans
from epilwu.trustee.ceremony import Ceremony
from epilwu.trustee.errors import (
    CeremonyFinished,
    OthersAwaited,
    PlanRefused,
    PublicFileChanged,
    SeatTaken,
    StickInUse,
    StickSwapped,
    TickStale,
    TrusteeError,
    in_plain_words,
    name_seats,
    seat_of,
    words_of,
)
from epilwu.trustee.evidence import Fault
from epilwu.trustee.files import Folder
from epilwu.trustee.plan import Plan, Seat
from epilwu.trustee.ticks import Tick, add_ticks, read_ticks, ticked_by

RESTARTING = "ulangi.json"  # the next plan, while a restart is under way
REASON = "sebab.txt"
PAPER = "sertifikat-kunci.pdf"  # written by whoever prints it; see ``epilwu.trustee.papers``


class Stage(StrEnum):
    """The steps of the evening, in order. The values are stable."""

    BEGIN = "begin"  # no plan on the table yet
    PLAN = "plan"  # all compare and tick the plan's fingerprint
    CERTIFY = "certify"  # each stick makes its seed and certificate
    CERTIFICATES = "certificates"  # all compare and tick the certificates' fingerprint
    DEAL = "deal"  # each stick deals shares to all others
    ACCEPT = "accept"  # each stick checks what it was dealt
    TRUSTEES = "trustees"  # all compare and tick the fingerprint of trustees.json
    TRIAL = "trial"  # each stick confirms trustees.json and opens the test sum
    DONE = "done"  # the trial opened in every group: print and sign the certificate


TICKED = (Stage.PLAN, Stage.CERTIFICATES, Stage.TRUSTEES)
ON_STICK = (Stage.CERTIFY, Stage.DEAL, Stage.ACCEPT, Stage.TRIAL)
_SHARED_NAME = {
    Stage.CERTIFY: ceremony.certificate_name,
    Stage.DEAL: ceremony.dealing_name,
    Stage.ACCEPT: ceremony.acceptance_name,
    Stage.TRIAL: trial.share_name,
}


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the ceremony stands.

    ``waiting`` are the seats that still have to act (or tick) in ``stage``, ``acted`` those that have. ``sha256`` and
    ``fingerprint`` (32 hex digits in groups of four, to be read aloud) are set in the stages of ``TICKED`` and when
    all is done (those of ``trustees.json`` then). ``faults`` are what is wrong with what others published, by seat:
    with any fault the ceremony cannot go on in this stage and is to be restarted.
    """

    stage: Stage
    plan: Plan | None
    waiting: tuple[Seat, ...] = ()
    acted: tuple[Seat, ...] = ()
    sha256: str | None = None
    fingerprint: str | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def next_seat(self) -> Seat | None:
        """Whose turn it is."""
        return self.waiting[0] if self.waiting else None


def begin(public: Path, plan: Plan) -> Situation:
    """Lay ``plan`` on the table. Raises ``PublicFileChanged`` if another plan lies there."""
    with in_seats(plan):
        Folder(public, private=False).publish(plans.NAME, plans.serialise(plan))
    return look(public)


def read_plan(public: Path) -> Plan | None:
    """The plan on the table, None before ``begin``. Raises ``PlanRefused`` for a file that is none."""
    data = Folder(public, private=False).read(plans.NAME)
    return None if data is None else plans.parse(data, where=str(public / plans.NAME))


def look(public: Path) -> Situation:
    """Where the ceremony stands, from the files alone; work that needs no holder (assembling, combining the trial,
    finishing a restart that the power cut off) is done on the way.

    Raises ``PlanRefused``, ``StickTrouble``, ``MalformedFile`` for files that nobody of the ceremony wrote.
    """
    _finish_restart(public)
    plan = read_plan(public)
    if plan is None:
        return Situation(Stage.BEGIN, None)
    with in_seats(plan):
        return _Table(public, plan).situation()


def tick(public: Path, seat: int, sha256: str) -> Situation:
    """Record that holder ``seat`` has found the present fingerprint the same as the others'; ``sha256`` is the one that
    ``look`` gave when it was shown.

    Raises ``TickStale`` if the folder holds something else by now or nothing is to be ticked, ``PlanRefused`` for a
    seat that is not in the plan.
    """
    now = look(public)
    if now.plan is None or now.stage not in TICKED or now.sha256 != sha256:
        raise TickStale(
            "Yang dicentang bukan yang sekarang ada di folder bersama.",
            where=str(public),
            todo="Bacakan sidik yang sekarang tampil, lalu centang lagi.",
        )
    now.plan.seat(seat)
    if seat in {waiting.index for waiting in now.waiting}:
        add_ticks(Folder(public, private=False), [Tick(now.stage.value, seat, sha256)])
    return look(public)


def act(public: Path, stick: Path, passphrase: str, *, seat: int, cost: Cost = DEFAULT) -> Situation:
    """Do what holder ``seat`` has to do in this stage (one of ``ON_STICK``) with ``stick``, and look again.

    A stick of an earlier, restarted ceremony of the same series is wiped first. Calling it again for a seat that has
    acted changes nothing.

    Raises ``OthersAwaited`` if it is not a stage for sticks, ``StickSwapped`` naming whose stick it is, ``SeatTaken``
    if another stick sits there, ``StickInUse`` for a stick of another ceremony, ``PassphraseWeak``,
    ``KeyFileRefused`` for a wrong opening code, ``CeremonyStopped`` naming who published something false (a wrong
    share shows here and nowhere else), ``PublicFileChanged``, ``StickTrouble``.
    """
    now = look(public)
    if now.plan is None or now.stage not in ON_STICK:
        raise OthersAwaited("Sekarang bukan giliran diska.", where=str(public), todo="Ikuti langkah yang tampil.")
    plan = now.plan
    with in_seats(plan):
        _refuse_other_stick(public, plan, stick, plan.seat(seat), now.stage)
        held = Ceremony(stick, public)
        match now.stage:
            case Stage.CERTIFY:
                ceremony.certificate(held, passphrase, index=seat, threshold=plan.threshold, size=plan.size, cost=cost)
            case Stage.DEAL:
                ceremony.deal(held, passphrase)
            case Stage.ACCEPT:
                ceremony.accept(held, passphrase)
            case _:
                ceremony.confirm(held)
                owner, share = trial.open_trial(stick, passphrase)
                held.shared.publish(trial.share_name(owner), share)
    return look(public)


def restart(public: Path, reason: str) -> Situation:
    """Give this ceremony up and begin the next: same plan under the next number, the old files put into a folder
    ``batal-<number>`` with ``reason``. Sticks are wiped when they come again (``act``).

    Raises ``CeremonyFinished`` once the trial has opened: those keys may guard votes. Raises ``PlanRefused`` before
    ``begin``.
    """
    now = look(public)
    if now.plan is None:
        raise PlanRefused("Belum ada upacara yang dapat diulang.", where=str(public), todo="Mulai dari rencana.")
    if now.stage is Stage.DONE:
        raise CeremonyFinished(
            "Upacara ini sudah selesai dan kuncinya mungkin sudah dipakai.",
            where=str(public),
            todo="Untuk upacara lain, pakai folder bersama dan diska yang baru.",
        )
    shared = Folder(public, private=False)
    shared.write(REASON, reason.encode())
    shared.write(RESTARTING, plans.serialise(now.plan.following()))
    return look(public)


def shared_name(stage: Stage, seat: int) -> str:
    """What holder ``seat`` leaves in the shared folder in a stage of ``ON_STICK``."""
    return _SHARED_NAME[stage](seat)


def confirmed(public: Path) -> TrusteeSet:
    """The trustees on the table; raise ``OthersAwaited`` before they are assembled."""
    data = Folder(public, private=False).read(ceremony.TRUSTEES)
    if data is None:
        raise OthersAwaited("Kunci bersama belum tersusun.", where=str(public), todo="Selesaikan upacara kunci.")
    with in_plain_words():
        return parse_trustees(data)


@contextmanager
def in_seats(plan: Plan) -> Iterator[None]:
    """Refusals inside name seats by their titles: ``pemegang kunci 2 (Ketua BPD)``."""
    try:
        yield
    except TrusteeError as error:
        raise name_seats(error, {seat.index: seat.title for seat in plan.seats}) from error


@dataclass(frozen=True, slots=True)
class _Table:
    """The shared folder under one plan."""

    public: Path
    plan: Plan

    @property
    def shared(self) -> Folder:
        return Folder(self.public, private=False)

    def situation(self) -> Situation:
        """The first stage that is not complete."""
        plan_bytes = plans.serialise(self.plan)
        for stage in Stage:
            match stage:
                case Stage.BEGIN:
                    continue
                case Stage.PLAN:
                    found = self._ticking(stage, plan_bytes)
                case Stage.CERTIFICATES:
                    found = self._ticking(stage, self._joined_certificates())
                case Stage.TRUSTEES:
                    found = self._ticking(stage, self.shared.read(ceremony.TRUSTEES) or ceremony.assemble(self.public))
                case Stage.DONE:
                    found = self._done()
                case _:
                    found = self._sticks(stage)
            if found is not None:
                return found
        raise AssertionError("the last stage always answers")

    def _ticking(self, stage: Stage, data: bytes) -> Situation | None:
        sha256 = hashlib.sha256(data).hexdigest()
        ticked = ticked_by(read_ticks(self.shared), stage.value, sha256)
        if len(ticked) >= self.plan.size:
            return None
        return self._at(stage, ticked, sha256=sha256, fingerprint=ceremony.fingerprint(data))

    def _sticks(self, stage: Stage) -> Situation | None:
        name = _SHARED_NAME[stage]
        present = {n: data for n in range(1, self.plan.size + 1) if (data := self.shared.read(name(n))) is not None}
        # What has been judged once is not judged at each look: every stick judges it all again in its next step.
        faults = () if self._gone_beyond(stage) else self._judged(stage, present)
        if len(present) == self.plan.size and not faults:
            return None
        wrong = {fault.seat for fault in faults}
        return self._at(stage, frozenset(present) - wrong, faults=faults)

    def _gone_beyond(self, stage: Stage) -> bool:
        """Whether any holder has acted in a later stage for sticks."""
        later = ON_STICK[ON_STICK.index(stage) + 1 :]
        names = set(self.shared.names())
        return any(_SHARED_NAME[after](n) in names for after in later for n in range(1, self.plan.size + 1))

    def _judged(self, stage: Stage, present: dict[int, bytes]) -> tuple[Fault, ...]:
        try:
            return self._faults(stage, present)
        except ProtocolError as error:  # a file of an earlier stage has changed since
            return (Fault(seat_of(error), words_of(error)),)

    def _faults(self, stage: Stage, present: dict[int, bytes]) -> tuple[Fault, ...]:
        match stage:
            case Stage.CERTIFY:
                return evidence.certificate_faults(self.plan, present)
            case Stage.DEAL:
                return evidence.dealing_faults(self._certificates(), present)
            case Stage.ACCEPT:
                dealings = [self._file(ceremony.dealing_name(n)) for n in range(1, self.plan.size + 1)]
                return evidence.acceptance_faults(self._certificates(), dealings, present)
            case _:
                return evidence.trial_faults(confirmed(self.public), present)

    def _done(self) -> Situation:
        trustees = confirmed(self.public)
        shares = {n: self._file(trial.share_name(n)) for n in range(1, self.plan.size + 1)}
        if self.shared.read(trial.RESULT) is None:
            self.shared.publish(trial.RESULT, trial.serialise_result(trial.conclude(trustees, shares)))
        sha256 = hashlib.sha256(trustees.data).hexdigest()
        return Situation(
            Stage.DONE,
            self.plan,
            acted=self.plan.seats,
            sha256=sha256,
            fingerprint=ceremony.fingerprint(trustees.data),
        )

    def _at(
        self,
        stage: Stage,
        acted: frozenset[int],
        *,
        sha256: str | None = None,
        fingerprint: str | None = None,
        faults: tuple[Fault, ...] = (),
    ) -> Situation:
        return Situation(
            stage,
            self.plan,
            waiting=tuple(seat for seat in self.plan.seats if seat.index not in acted),
            acted=tuple(seat for seat in self.plan.seats if seat.index in acted),
            sha256=sha256,
            fingerprint=fingerprint,
            faults=faults,
        )

    def _certificates(self) -> list[bytes]:
        return [self._file(ceremony.certificate_name(n)) for n in range(1, self.plan.size + 1)]

    def _joined_certificates(self) -> bytes:
        return b"".join(data + b"\n" for data in self._certificates())

    def _file(self, name: str) -> bytes:
        data = self.shared.read(name)
        if data is None:
            raise PublicFileChanged("Berkas ini hilang.", where=str(self.public / name), todo="Cari tahu sebabnya.")
        return data


def _refuse_other_stick(public: Path, plan: Plan, stick: Path, seat: Seat, stage: Stage) -> None:
    """Whatever lies on the stick must be of this ceremony and this seat; what an abandoned one left is wiped."""
    kept = ceremony.stick_plan(stick)
    if kept is not None and kept != plans.serialise(plan):
        other = plans.parse(kept, where=str(stick / plans.NAME))
        finished = trial.has_opened(stick)  # its keys may guard votes, whatever plan is laid before it now
        if finished or other.series != plan.series or other.number >= plan.number:
            raise StickInUse(
                f"Diska ini milik upacara lain: {other.title}, {other.place}, upacara ke-{other.number}.",
                where=str(stick),
                todo="Pakai diska kosong.",
            )
        own = Folder(stick, private=True)
        own.wipe(name for name in own.names() if name != plans.NAME)
        own.wipe([plans.NAME])
        kept = None
    index = ceremony.stick_index(stick)
    if index is not None and index != seat.index:
        raise StickSwapped(
            f"Diska ini milik {plan.seat(index).title}, bukan {seat.title}.",
            where=str(stick),
            todo=f"Cabut, lalu masukkan diska {seat.title}.",
        )
    shared = Folder(public, private=False).read(ceremony.certificate_name(seat.index))
    if shared is not None and (index is None or not ceremony.is_own_certificate(stick, shared)):
        raise SeatTaken(
            f"Kursi {seat.title} sudah dipakai oleh diska lain.",
            where=str(stick),
            todo="Masukkan diska yang dipakai sejak awal, atau ulangi upacara.",
        )
    if stage is not Stage.CERTIFY and index is None:
        raise StickSwapped(
            f"Ini bukan diska {seat.title}: isinya belum ada.", where=str(stick), todo=f"Masukkan diska {seat.title}."
        )


def _finish_restart(public: Path) -> None:
    """Put the given-up ceremony's files away, then the next plan on the table; as often as the power goes."""
    shared = Folder(public, private=False)
    data = shared.read(RESTARTING)
    if data is None:
        return
    plan = plans.parse(data, where=str(public / RESTARTING))
    if shared.read(plans.NAME) != data:
        shared.put_away(f"batal-{plan.number - 1}", [n for n in shared.names() if n not in {RESTARTING, plans.NAME}])
        shared.put_away(f"batal-{plan.number - 1}", [plans.NAME])
        shared.write(plans.NAME, data)
    shared.put_away(f"batal-{plan.number - 1}", [RESTARTING])
