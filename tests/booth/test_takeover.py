"""A booth dies and a spare goes on from its second medium: nothing that was cast is lost, nothing is cast twice."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, Polling, make_village, stop, temporary, village, vote
from test_power_cut import in_a_child, killing

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close, close_booth
from epilwu.booth.errors import (
    BoothError,
    MediaDisagree,
    MediumRefused,
    OtherMachine,
    SecondMediumGone,
    TakeoverRefused,
)
from epilwu.booth.opening import open_ledger, start_booth
from epilwu.booth.second import LOG, REGISTER, SecondMedium
from epilwu.booth.states import Choosing, Halted, Refused
from epilwu.booth.store import Store
from epilwu.booth.takeover import examine, take_over, take_over_and_start
from epilwu.media import station_report
from epilwu.media.station_report import StationReport
from epilwu.receipt.report_code import parse_report, sign_report
from epilwu.trust.journal import TakenOver

TOKENS = village().tokens


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def died(base: Path, *, votes: int = 2) -> Polling:
    """A booth that was opened, took some votes and a wrong slip, and died."""
    polling = Polling(base, village(), device="UJI-A")
    booth = polling.start()
    for token in TOKENS[:votes]:
        vote(booth, token, 1)
    booth.scan(TOKENS[9].text)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    booth.slip_wrong()
    booth.end_session()
    stop(booth)
    return polling


def spare(dead: Polling, base: Path, device: str = "UJI-B") -> Polling:
    """Another machine with an empty first medium, and the dead one's second medium plugged in."""
    machine = Polling(base, village(), device=device)
    shutil.rmtree(machine.second)
    shutil.copytree(dead.second, machine.second)
    return machine


def check_agreement(booth: Booth, polling: Polling) -> None:
    booth.ledger.check()
    second = SecondMedium(polling.second, village().setup.seal)
    assert [frame.entry for frame in second.frames()] == [row.entry for row in booth.ledger.store.journal()]
    assert second.register() == booth.ledger.store.register()


def report_of(polling: Polling, booth: Booth) -> StationReport:
    polling.moment = AFTERNOON
    medium = polling.base / "stick"
    medium.mkdir(exist_ok=True)
    path = close_booth(booth, polling.hall(), medium)
    stop(booth)
    return station_report.read(path.read_bytes(), village().root_pem, village().setup.definition.day)


def test_a_spare_goes_on_and_the_books_show_it(folder: Path) -> None:
    machine = spare(died(folder / "a"), folder / "b")
    booth = take_over_and_start(village().setup, machine.hall())
    assert isinstance(booth.state, Halted)
    assert [entry.event for entry in booth.ledger.entries() if isinstance(entry.event, TakenOver)] == [
        TakenOver(old_device="UJI-A", new_device="UJI-B")
    ]
    booth.resume()
    booth.scan(TOKENS[0].text)
    assert isinstance(booth.state, Refused)  # spent before the takeover
    booth.finish()
    vote(booth, TOKENS[2], 3)
    check_agreement(booth, machine)
    figures = report_of(machine, booth).report
    assert (figures.ballots, figures.tokens_spent, figures.slips_cast, figures.slips_void) == (3, 3, 3, 1)
    assert figures.takeovers == 1
    printed = machine.tray.papers[-1]
    assert b"Pengambilalihan" in printed
    assert parse_report(sign_report(figures.on_paper(), village().setup.device_key)).figures.takeovers == 1


def test_what_was_found_is_told_before_anything_is_decided(folder: Path) -> None:
    machine = spare(died(folder / "a"), folder / "b")
    found = examine(village().setup, machine.hall())
    assert (found.old_device, found.ballots, found.voided, found.pending, found.closed) == ("UJI-A", 2, 1, False, False)
    assert not Store.exists(machine.first)


def test_a_slip_on_its_way_becomes_void_and_its_voter_starts_again(folder: Path) -> None:
    dead = died(folder / "a")
    booth = dead.start()
    booth.resume()
    booth.scan(TOKENS[2].text)
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    stop(booth)
    machine = spare(dead, folder / "b")
    assert examine(village().setup, machine.hall()).pending
    again = take_over_and_start(village().setup, machine.hall())
    assert isinstance(again.state, Halted) and again.state.recorded is False
    again.resume()
    vote(again, TOKENS[2], 4)
    assert report_of(machine, again).report.slips_void == 2


def test_a_second_takeover_names_the_second_machine(folder: Path) -> None:
    first = spare(died(folder / "a"), folder / "b")
    stop(take_over_and_start(village().setup, first.hall()))
    second = spare(first, folder / "c", device="UJI-C")
    booth = take_over_and_start(village().setup, second.hall())
    booth.resume()
    assert report_of(second, booth).report.takeovers == 2


def test_a_closed_booth_is_only_copied_for_its_report(folder: Path) -> None:
    dead = died(folder / "a")
    dead.moment = AFTERNOON
    booth = dead.start()
    booth.resume()
    report = report_of(dead, booth)
    machine = spare(dead, folder / "b")
    machine.moment = AFTERNOON
    take_over(village().setup, machine.hall(), examine(village().setup, machine.hall()))
    (machine.base / "stick").mkdir()
    ledger = open_ledger(village().setup, machine.hall())
    path = close(village().setup, ledger, machine.hall(), machine.base / "stick")
    ledger.store.close()
    assert path.read_bytes() == (dead.base / "stick" / path.name).read_bytes()
    assert report.report.takeovers == 0


def test_the_old_machine_does_not_go_on_silently(folder: Path) -> None:
    dead = died(folder / "a")
    machine = spare(dead, folder / "b")
    stop(take_over_and_start(village().setup, machine.hall()))
    shutil.rmtree(dead.second)
    with pytest.raises(SecondMediumGone):
        dead.start()
    shutil.copytree(machine.second, dead.second)  # the medium comes back, with the takeover on it
    with pytest.raises(MediaDisagree):
        dead.start()


def test_a_first_medium_in_another_machine_is_refused(folder: Path) -> None:
    dead = died(folder / "a")
    moved = Polling(dead.base, village(), device="UJI-B")
    with pytest.raises(OtherMachine, match="UJI-A"):
        moved.start()
    ledger = open_ledger(village().setup, moved.hall())
    with pytest.raises(OtherMachine, match="ambil alih"):
        close(village().setup, ledger, moved.hall(), folder, early=True)
    ledger.store.close()


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def _older_log(machine: Polling) -> None:
    """A log without its last whole frame but with the register of later: votes may be missing."""
    frames = SecondMedium(machine.second, village().setup.seal).frames()
    size = len(frames[-1].entry) + len(frames[-1].ballot) + 12 + 64 + 32
    path = machine.second / LOG
    path.write_bytes(path.read_bytes()[:-size])


def _emptied(machine: Polling) -> None:
    for path in machine.second.iterdir():
        path.unlink()


def _booth_here(machine: Polling) -> None:
    shutil.rmtree(machine.second)
    machine.second.mkdir()
    stop(machine.start())


DAMAGES: dict[str, tuple[Callable[[Polling], object], type[BoothError]]] = {
    "nothing there": (lambda m: shutil.rmtree(m.second), SecondMediumGone),
    "blank": (_emptied, SecondMediumGone),
    "another booth's": (lambda m: _flip(m.second / LOG, 12), MediaDisagree),
    "damaged in the middle": (lambda m: _flip(m.second / LOG, 2_000), TakeoverRefused),
    "damaged at its beginning": (lambda m: _flip(m.second / LOG, 60), TakeoverRefused),
    "register damaged": (lambda m: _flip(m.second / REGISTER, 40), MediaDisagree),
    "register gone": (lambda m: (m.second / REGISTER).unlink(), SecondMediumGone),
    "an entry missing": (_older_log, TakeoverRefused),
    "a booth here already": (_booth_here, TakeoverRefused),
    "no folder": (lambda m: m.first.rmdir(), MediumRefused),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_cannot_be_gone_on_with_is_refused_and_left_alone(folder: Path, damage: str) -> None:
    machine = spare(died(folder / "a"), folder / "b")
    harm, refusal = DAMAGES[damage]
    harm(machine)
    before = {path: path.read_bytes() for path in machine.base.rglob("*") if path.is_file()}
    with pytest.raises(refusal) as caught:
        take_over_and_start(village().setup, machine.hall())
    assert caught.value.todo
    assert {path: path.read_bytes() for path in machine.base.rglob("*") if path.is_file()} == before


def test_the_same_machine_and_another_election_are_refused(folder: Path) -> None:
    dead = died(folder / "a")
    with pytest.raises(TakeoverRefused, match="sudah milik"):
        take_over_and_start(village().setup, spare(dead, folder / "b", device="UJI-A").hall())
    with pytest.raises(BoothError):
        take_over_and_start(make_village(tokens=1).setup, spare(dead, folder / "c").hall())


@pytest.mark.parametrize("cut", [1, 40, 200, 400])
def test_an_unfinished_end_is_cut_off(folder: Path, cut: int) -> None:
    """What the log had not taken whole was told to nobody."""
    dead = died(folder / "a")
    booth = dead.start()
    size = (dead.second / LOG).stat().st_size
    booth.resume()
    booth.pause()
    stop(booth)
    log = dead.second / LOG
    log.write_bytes(log.read_bytes()[: size + cut])
    machine = spare(dead, folder / "b")
    again = take_over_and_start(village().setup, machine.hall())
    check_agreement(again, machine)
    stop(again)


def _voting(polling: Polling, hook: Callable[[str], None]) -> None:
    booth = polling.start()
    booth.resume()
    booth.scan(TOKENS[5].text)
    booth.choose(2)
    booth.confirm()
    polling.hook = hook
    booth.print_slip()
    booth.slip_right()


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_takeover_after_a_death_at_every_step_of_a_cast(folder: Path, stride: int) -> None:
    dead = died(folder / "a", votes=1)
    names: list[str] = []
    counting = Polling(folder / "count", village(), device="UJI-A")
    shutil.copytree(dead.base, counting.base, dirs_exist_ok=True)
    _voting(counting, names.append)
    assert names[-1] == "screen"
    told: list[bool] = []
    for after in range(0, len(names), stride):
        dying = Polling(folder / f"a-{after}", village(), device="UJI-A")
        shutil.copytree(dead.base, dying.base, dirs_exist_ok=True)
        assert in_a_child(lambda p=dying, n=after: _voting(p, killing(n))) == -signal.SIGKILL  # type: ignore[misc]
        machine = spare(dying, folder / f"b-{after}")
        booth = take_over_and_start(village().setup, machine.hall())
        assert isinstance(booth.state, Halted)
        recorded = booth.ledger.store.counts().ballots == 2
        assert booth.state.recorded is recorded
        assert recorded or after < len(names) - 1  # before the screen says "recorded", it is
        check_agreement(booth, machine)
        booth.resume()
        booth.scan(TOKENS[5].text)
        assert isinstance(booth.state, Refused if recorded else Choosing)
        stop(booth)
        told.append(recorded)
    assert told == sorted(told) and set(told) == {False, True}


@pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_every_step_of_a_takeover(folder: Path, stride: int) -> None:
    dead = died(folder / "a", votes=1)
    dying = dead.start()
    dying.resume()
    dying.scan(TOKENS[5].text)
    dying.choose(2)
    dying.confirm()
    stop(dying)
    with (dead.second / LOG).open("ab") as log:
        log.write(b"\0\0\0\1" * 9)  # an unfinished frame
    names: list[str] = []
    counting = spare(dead, folder / "count")
    counting.hook = names.append
    stop(take_over_and_start(village().setup, counting.hall()))
    assert len(names) > 12 and {"second:cut", "store:draft", "store:rename", "store:made"} <= set(names)
    for after in range(0, len(names), stride):
        machine = spare(dead, folder / f"b-{after}")

        def work(machine: Polling = machine, after: int = after) -> None:
            machine.hook = killing(after)
            take_over_and_start(village().setup, machine.hall())

        assert in_a_child(work) == -signal.SIGKILL
        made = Store.exists(machine.first)
        booth = machine.start() if made else take_over_and_start(village().setup, machine.hall())
        assert isinstance(booth.state, Halted) and booth.state.recorded is False, names[after]
        events = [entry.event for entry in booth.ledger.entries()]
        assert sum(isinstance(event, TakenOver) for event in events) == 1
        assert booth.ledger.store.counts().slips_void == 2
        check_agreement(booth, machine)
        booth.resume()
        vote(booth, TOKENS[5], 1)
        assert booth.ledger.store.counts().ballots == 2
        stop(booth)


def test_a_full_medium_leaves_no_half_store(folder: Path) -> None:
    machine = spare(died(folder / "a"), folder / "b")

    def work() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        with pytest.raises(BoothError):
            take_over_and_start(village().setup, machine.hall())
        assert not Store.exists(machine.first)
        os._exit(0)

    assert in_a_child(work) == 0
    stop(take_over_and_start(village().setup, machine.hall()))


def test_restarting_the_spare_is_an_ordinary_restart(folder: Path) -> None:
    machine = spare(died(folder / "a"), folder / "b")
    stop(take_over_and_start(village().setup, machine.hall()))
    booth = start_booth(village().setup, machine.hall())
    assert isinstance(booth.state, Halted)
    assert sum(isinstance(entry.event, TakenOver) for entry in booth.ledger.entries()) == 1
    stop(booth)
