"""The evening's steps: who is next, resumed after any cut, every swap and cheat named, restarted cleanly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hall import VILLAGE, Hall, copied, open_hall, passphrase, plan, planned, snapshot

from epilwu.protocol import canonical, pedersen
from epilwu.protocol.sealing import derive_keys, send
from epilwu.trust.errors import KeyFileRefused, MalformedFile
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trustee import ceremony, evening, trial
from epilwu.trustee import plan as plans
from epilwu.trustee.ceremony import acceptance_name, certificate_name, dealing_name
from epilwu.trustee.errors import (
    CeremonyFinished,
    CeremonyStopped,
    OthersAwaited,
    PlanRefused,
    PublicFileChanged,
    SeatTaken,
    StickInUse,
    StickSwapped,
    TickStale,
)
from epilwu.trustee.evening import ON_STICK, Stage


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    hall = planned(tmp_path_factory.mktemp("sertifikat"))
    hall.hold(Stage.CERTIFICATES)
    return hall


@pytest.fixture(scope="module")
def dealt(certified: Hall, tmp_path_factory: pytest.TempPathFactory) -> Hall:
    hall = copied(certified, tmp_path_factory.mktemp("dibagikan"))
    hall.hold(Stage.ACCEPT)
    return hall


def test_whole_evening(held: Hall) -> None:
    now = held.look()
    assert (now.stage, now.waiting, len(now.acted)) == (Stage.DONE, (), 5)
    assert now.fingerprint == ceremony.fingerprint((held.public / "trustees.json").read_bytes())
    result = trial.parse_result((held.public / trial.RESULT).read_bytes())
    assert len(result.groups) == 10
    assert len(result.shares) == 5
    for stick in held.sticks:
        assert (stick / plans.NAME).read_bytes() == (held.public / plans.NAME).read_bytes()
    assert not [path for path in held.public.iterdir() if path.name.startswith((".", "benih"))]


def test_each_step_says_whose_turn_it_is(tmp_path: Path) -> None:
    hall = open_hall(tmp_path)
    assert hall.look().stage is Stage.BEGIN
    now = evening.begin(hall.public, plan())
    assert (now.stage, len(now.waiting)) == (Stage.PLAN, 5)
    assert now.sha256 is not None
    assert now.fingerprint == ceremony.grouped(now.sha256)
    now = evening.tick(hall.public, 4, now.sha256)
    assert [seat.index for seat in now.acted] == [4]
    assert [seat.index for seat in now.waiting] == [1, 2, 3, 5]
    with pytest.raises(OthersAwaited):
        hall.act(1)
    hall.tick_all()
    now = hall.act(2)
    assert (now.stage, [seat.index for seat in now.acted]) == (Stage.CERTIFY, [2])
    assert now.next_seat is not None
    assert now.next_seat.title == "Ketua panitia pemilihan"


def test_ticks_are_of_what_lies_there_now(tmp_path: Path) -> None:
    hall = planned(tmp_path)
    now = hall.look()
    with pytest.raises(TickStale):
        evening.tick(hall.public, 1, "0" * 64)
    assert now.sha256 is not None
    evening.tick(hall.public, 1, now.sha256)
    evening.tick(hall.public, 1, now.sha256)
    with pytest.raises(PlanRefused):
        evening.tick(hall.public, 6, now.sha256)
    (hall.public / plans.NAME).write_bytes(plans.serialise(plan()))
    assert len(hall.look().waiting) == 5
    (hall.public / "centang.json").write_bytes(b"{}")
    with pytest.raises(MalformedFile):
        hall.look()


def test_the_whole_evening_again_changes_nothing(held: Hall, tmp_path: Path) -> None:
    hall = copied(held, tmp_path)
    before = snapshot(hall)
    assert hall.hold().stage is Stage.DONE
    for _ in range(2):
        with pytest.raises(OthersAwaited):
            hall.act(1)
    assert snapshot(hall) == before


class PowerCut(BaseException):
    """Not an error: nothing catches it."""


@pytest.mark.slow
@pytest.mark.parametrize("late", [False, True], ids=["before-rename", "after-rename"])
def test_power_may_go_at_every_file_of_the_evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    """The power goes once at each rename that the evening makes; the same step is simply done again."""
    hall = planned(tmp_path)
    real, cuts = Path.replace, 0
    countdown = 1

    def replace(self: Path, target: Path) -> Path:
        nonlocal countdown
        countdown -= 1
        if countdown == 0 and not late:
            raise PowerCut
        moved = real(self, target)
        if countdown == 0:
            raise PowerCut
        return moved

    monkeypatch.setattr(Path, "replace", replace)
    while True:
        try:
            now = hall.look()
            if now.stage is Stage.DONE:
                break
            if now.stage in ON_STICK:
                assert now.next_seat is not None
                hall.act(now.next_seat.index)
            else:
                hall.tick_all()
        except PowerCut:
            cuts += 1
            countdown = 2 if cuts % 2 else 3  # the next cut falls into the next file or the one after
    assert cuts > 30
    for stick in hall.sticks:
        assert not [path for path in stick.iterdir() if path.name.startswith(".")]


def test_a_swapped_stick_is_named(certified: Hall, tmp_path: Path) -> None:
    hall = copied(certified, tmp_path)
    hall.tick_all()
    before = snapshot(hall)
    with pytest.raises(StickSwapped, match=r"milik Ketua BPD, bukan Ketua panitia pemilihan"):
        hall.act(1, stick=2)
    empty = tmp_path / "kosong"
    empty.mkdir()
    with pytest.raises(SeatTaken, match="Ketua BPD"):
        evening.act(hall.public, empty, passphrase(2), seat=2, cost=CHEAPEST)
    assert snapshot(hall) == before


def test_a_seat_taken_twice_is_named_and_the_stick_stays_empty(tmp_path: Path) -> None:
    hall = planned(tmp_path)
    hall.tick_all()
    hall.act(3)
    with pytest.raises(SeatTaken, match="Camat atau wakilnya"):
        evening.act(hall.public, hall.sticks[3], passphrase(4), seat=3, cost=CHEAPEST)
    assert not list(hall.sticks[3].iterdir())
    with pytest.raises(StickSwapped):
        hall.act(4, stick=3)
    with pytest.raises(PlanRefused):
        hall.act(6, stick=4)


def test_a_stick_of_another_village_is_refused(held: Hall, tmp_path: Path) -> None:
    other = copied(held, tmp_path / "lain")
    hall = planned(tmp_path / "sini")
    hall.tick_all()
    before = snapshot(other)
    with pytest.raises(StickInUse, match="Desa Lemahabang"):
        evening.act(hall.public, other.sticks[0], passphrase(1), seat=1, cost=CHEAPEST)
    assert snapshot(other) == before


def test_keys_are_bound_to_their_plan(held: Hall, tmp_path: Path) -> None:
    """Whoever exchanges or removes the plan on a stick has a seed that does not open."""
    hall = copied(held, tmp_path)
    stick = hall.sticks[0]
    ceremony.unlock(stick, passphrase(1))
    (stick / plans.NAME).write_bytes(plans.serialise(plan("32.09.07.2001")))
    with pytest.raises(KeyFileRefused):
        ceremony.unlock(stick, passphrase(1))
    (stick / plans.NAME).unlink()
    with pytest.raises(KeyFileRefused):
        ceremony.unlock(stick, passphrase(1))


def test_an_exchanged_plan_is_noticed_by_every_stick(certified: Hall, tmp_path: Path) -> None:
    hall = copied(certified, tmp_path)
    hall.tick_all()
    (hall.public / plans.NAME).write_bytes(plans.serialise(plan()))
    hall.tick_all()
    assert hall.look().stage is Stage.DEAL
    with pytest.raises(StickInUse):
        hall.act(1)


def test_wrong_passphrase_changes_nothing(certified: Hall, tmp_path: Path) -> None:
    hall = copied(certified, tmp_path)
    hall.tick_all()
    before = snapshot(hall)
    with pytest.raises(KeyFileRefused):
        evening.act(hall.public, hall.sticks[0], "salah sama sekali", seat=1, cost=CHEAPEST)
    assert snapshot(hall) == before


def cheat_with_share(hall: Hall, dealer: int, receiver: int) -> None:
    """Dealer sends receiver a share that does not fit the announced coefficients."""
    certificates = pedersen.read_certificates([(hall.public / certificate_name(n)).read_bytes() for n in range(1, 6)])
    keys = derive_keys(ceremony.unlock(hall.sticks[dealer - 1], passphrase(dealer)))
    path = hall.public / dealing_name(dealer)
    value = json.loads(path.read_bytes())
    value["secrets"][receiver - 1] = send(keys.signing, certificates[receiver - 1].encryption, '{"secret":"1"}')
    path.write_bytes(canonical.dumps(value))


@pytest.mark.slow
def test_a_false_share_names_the_dealer_and_the_ceremony_restarts_cleanly(dealt: Hall, tmp_path: Path) -> None:
    hall = copied(dealt, tmp_path)
    cheat_with_share(hall, dealer=2, receiver=4)
    with pytest.raises(CeremonyStopped, match="tidak cocok") as refusal:
        hall.act(4)
    assert refusal.value.where == "pemegang kunci 2 (Ketua BPD)"
    hall.act(5)
    seeds = {stick: (stick / ceremony.SEED).read_bytes() for stick in hall.sticks}
    now = evening.restart(hall.public, str(refusal.value))
    assert now.plan is not None
    assert (now.stage, now.plan.number) == (Stage.PLAN, 2)
    assert "Ketua BPD" in (hall.public / "batal-1" / evening.REASON).read_text()
    assert (hall.public / "batal-1" / dealing_name(2)).exists()
    assert {path.name for path in hall.public.iterdir()} == {plans.NAME, "batal-1"}
    done = hall.hold()
    assert done.plan is not None
    assert done.plan.number == 2
    for stick, seed in seeds.items():
        assert (stick / ceremony.SEED).read_bytes() != seed
        kept = b"".join(path.read_bytes() for path in stick.iterdir())
        assert seed not in kept


@pytest.mark.parametrize(
    ("stage", "name"),
    [(Stage.CERTIFY, certificate_name), (Stage.DEAL, dealing_name), (Stage.ACCEPT, acceptance_name)],
)
def test_a_changed_message_names_its_seat(held: Hall, tmp_path: Path, stage: Stage, name: object) -> None:
    """What lies in the folder is damaged before anyone acts on it: the seat is named, and the stage does not end."""
    assert callable(name)
    hall = copied(held, tmp_path)
    for later in ON_STICK[ON_STICK.index(stage) + 1 :]:
        for seat in range(1, 6):
            (hall.public / evening.shared_name(later, seat)).unlink()
    for file in (ceremony.TRUSTEES, trial.RESULT):
        (hall.public / file).unlink()
    path = hall.public / name(3)
    path.write_bytes(
        path.read_bytes().replace(b'response\\":\\"1', b'response\\":\\"2').replace(b'"response":"', b'"response":"1')
    )
    now = hall.look()
    assert now.stage is stage
    assert [fault.seat for fault in now.faults] == [3]
    assert [seat.index for seat in now.waiting] == [3]
    with pytest.raises((PublicFileChanged, CeremonyStopped, SeatTaken)):
        hall.act(3)


def test_a_false_trial_share_names_its_seat(held: Hall, tmp_path: Path) -> None:
    hall = copied(held, tmp_path)
    (hall.public / trial.RESULT).unlink()
    (hall.public / trial.share_name(2)).unlink()
    shutil.copy(hall.public / trial.share_name(1), hall.public / trial.share_name(5))
    now = hall.look()
    assert (now.stage, [fault.seat for fault in now.faults]) == (Stage.TRIAL, [5])
    assert [seat.index for seat in now.waiting] == [2, 5]


def test_files_that_vanish_are_missed(held: Hall, tmp_path: Path) -> None:
    hall = copied(held, tmp_path)
    (hall.public / certificate_name(2)).unlink()
    assert hall.look().stage is Stage.CERTIFY
    (hall.public / plans.NAME).write_bytes(b"{}")
    with pytest.raises(PlanRefused):
        hall.look()


def test_a_finished_ceremony_is_not_restarted(held: Hall, tmp_path: Path) -> None:
    hall = copied(held, tmp_path)
    with pytest.raises(CeremonyFinished):
        evening.restart(hall.public, "coba-coba")
    with pytest.raises(PlanRefused):
        evening.restart(open_hall(tmp_path / "kosong").public, "coba-coba")


def test_sticks_of_a_finished_ceremony_are_never_wiped(held: Hall, tmp_path: Path) -> None:
    """A forged next plan of the same series on another laptop does not make a stick forget its key."""
    hall = copied(held, tmp_path)
    now = hall.look()
    assert now.plan is not None
    forged = open_hall(tmp_path / "palsu")
    evening.begin(forged.public, now.plan.following())
    forged.tick_all()
    before = snapshot(hall)
    with pytest.raises(StickInUse):
        evening.act(forged.public, hall.sticks[0], passphrase(1), seat=1, cost=CHEAPEST)
    assert snapshot(hall) == before


@pytest.mark.parametrize("late", [False, True])
def test_power_may_go_during_a_restart(
    dealt: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    hall = copied(dealt, tmp_path)
    real, cuts = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal cuts
        cuts += 1
        if late:
            real(self, target)
        if cuts % 3 == 0:
            raise PowerCut
        return target if late else real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        for _ in range(60):
            try:
                now = hall.look()
                if now.plan is not None and now.plan.number == 2:
                    break
                evening.restart(hall.public, "listrik padam")
            except PowerCut:
                continue
    now = hall.look()
    assert now.plan is not None
    assert (now.stage, now.plan.number) == (Stage.PLAN, 2)
    assert {path.name for path in hall.public.iterdir()} == {plans.NAME, "batal-1"}


def test_a_plan_of_the_same_place_cannot_be_laid_over_another(tmp_path: Path) -> None:
    hall = planned(tmp_path)
    with pytest.raises(PublicFileChanged):
        evening.begin(hall.public, plan(VILLAGE))
