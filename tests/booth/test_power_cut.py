"""A real SIGKILL at every step of a session, an opening and a closing; the disk then tells one story."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, Polling, stop, temporary, village, vote

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.opening import start_booth
from epilwu.booth.second import SecondMedium
from epilwu.booth.states import Cause, Choosing, Done, Halted, Idle, Refused
from epilwu.media import station_report

Session = Callable[[Polling, Callable[[str], None]], None]
FINISHED, FAILED = 0, 99
_STRIDE = pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.slow)])


def in_a_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a process of its own; 0, FAILED for an exception, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            work()
            code = FINISHED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killing(after: int) -> Callable[[str], None]:
    """A hook that kills this process at the step number ``after``, from 0."""
    left = [after]

    def hook(_name: str) -> None:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    return hook


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where this test's booths stand."""
    with temporary() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def opened() -> Iterator[Path]:
    """A booth at which one voter has voted."""
    with temporary() as name:
        polling = Polling(Path(name), village())
        booth = polling.start()
        vote(booth, village().tokens[0], 1)
        stop(booth)
        yield polling.base


def _copy(opened: Path, base: Path) -> Polling:
    shutil.copytree(opened, base, dirs_exist_ok=True)
    return Polling(base, village())


def _session(polling: Polling, hook: Callable[[str], None]) -> None:
    """Restart, read the screen, then one voter; every step from the scan on may be the last."""
    booth = polling.start()
    booth.resume()
    polling.hook = hook
    token = village().tokens[1]
    booth.scan(token.text)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    booth.slip_wrong()
    booth.again()
    booth.choose(3)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()


def _cast(polling: Polling, hook: Callable[[str], None]) -> None:
    """As ``_session``, but only the steps of casting may be the last."""
    booth = polling.start()
    booth.resume()
    booth.scan(village().tokens[1].text)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    polling.hook = hook
    booth.slip_right()


def _steps(work: Callable[[Callable[[str], None]], None]) -> int:
    """How many steps ``work`` has, counted in this process."""
    count = [0]

    def hook(_name: str) -> None:
        count[0] += 1

    work(hook)
    return count[0]


def _check_agreement(booth: Booth, polling: Polling) -> None:
    booth.ledger.check()
    second = SecondMedium(polling.second, village().setup.seal)
    store = booth.ledger.store
    assert [frame.entry for frame in second.frames()] == [row.entry for row in store.journal()]
    assert [frame.ballot for frame in second.frames() if frame.ballot] == [row.data for row in store.ballots()]
    assert second.register() == store.register()
    assert store.counts().slips_pending == 0


def _kill_and_look(
    polling: Polling, session: Callable[[Polling, Callable[[str], None]], None], after: int
) -> bool | None:
    """Kill ``session`` at step ``after``, start again, check all that must hold; what the screen said."""
    assert in_a_child(lambda: session(polling, killing(after))) == -signal.SIGKILL
    booth = polling.start()
    state = booth.state
    assert isinstance(state, Halted) and state.cause is Cause.RESTART
    recorded = booth.ledger.store.counts().ballots == 2
    assert state.recorded is recorded or (state.recorded is None and not recorded)
    _check_agreement(booth, polling)
    stop(booth)  # a second cut before anybody has read the screen: it says the same again
    booth = polling.start()
    assert isinstance(booth.state, Halted) and booth.state.recorded is state.recorded
    booth.resume()
    booth.scan(village().tokens[1].text)
    if recorded:
        assert isinstance(booth.state, Refused)  # the card is spent exactly if the vote is recorded
    else:
        assert isinstance(booth.state, Choosing)
        booth.end_session()
        vote(booth, village().tokens[1], 4)
    assert booth.ledger.store.counts().ballots == 2
    _check_agreement(booth, polling)
    stop(booth)
    shutil.rmtree(polling.base)
    return state.recorded


@pytest.mark.slow
def test_a_kill_at_every_step_of_a_cast(opened: Path, folder: Path) -> None:
    counting = _copy(opened, folder / "count")
    steps = _steps(lambda hook: _cast(counting, hook))
    assert steps > 12, "the hooks must cover every write"
    told = [_kill_and_look(_copy(opened, folder / f"cut-{after}"), _cast, after) for after in range(steps)]
    assert set(told) == {False, True}
    assert told == sorted(told), "once recorded, never unrecorded"


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_every_step_of_a_session(opened: Path, folder: Path, stride: int) -> None:
    counting = _copy(opened, folder / "count")
    steps = _steps(lambda hook: _session(counting, hook))
    assert steps > 60, "the hooks must cover every write"
    told = [
        _kill_and_look(_copy(opened, folder / f"cut-{after}"), _session, after) for after in range(0, steps, stride)
    ]
    assert [bool(one) for one in told] == sorted(bool(one) for one in told)


@_STRIDE
def test_a_kill_at_every_step_of_a_restart_after_a_cut(opened: Path, folder: Path, stride: int) -> None:
    def cut_while_pending(base: Path) -> Polling:
        polling = _copy(opened, base)

        def until_printed() -> None:
            booth = polling.start()
            booth.resume()
            booth.scan(village().tokens[1].text)
            booth.choose(2)
            booth.confirm()
            os.kill(os.getpid(), signal.SIGKILL)

        assert in_a_child(until_printed) == -signal.SIGKILL
        return polling

    def restart(polling: Polling, hook: Callable[[str], None]) -> None:
        polling.hook = hook
        stop(polling.start())

    counting = cut_while_pending(folder / "count")
    steps = _steps(lambda hook: restart(counting, hook))
    assert steps > 8
    for after in range(0, steps, stride):
        polling = cut_while_pending(folder / f"cut-{after}")
        assert in_a_child(lambda p=polling, n=after: restart(p, killing(n))) == -signal.SIGKILL  # type: ignore[misc]
        booth = polling.start()
        assert isinstance(booth.state, Halted) and booth.state.recorded is False
        _check_agreement(booth, polling)
        assert booth.ledger.store.counts().slips_void == 1
        stop(booth)


@_STRIDE
def test_a_kill_at_every_step_of_an_opening(folder: Path, stride: int) -> None:
    def opening(polling: Polling, hook: Callable[[str], None]) -> None:
        polling.hook = hook
        stop(polling.start())

    steps = _steps(lambda hook: opening(Polling(folder / "count", village()), hook))
    assert steps > 10
    for after in range(0, steps, stride):
        polling = Polling(folder / f"cut-{after}", village())
        assert in_a_child(lambda p=polling, n=after: opening(p, killing(n))) == -signal.SIGKILL  # type: ignore[misc]
        booth = polling.start()
        assert isinstance(booth.state, Idle) or (isinstance(booth.state, Halted) and booth.state.recorded is None)
        _check_agreement(booth, polling)
        stop(booth)


@_STRIDE
def test_a_kill_at_every_step_of_a_closing(opened: Path, folder: Path, stride: int) -> None:
    def closing(polling: Polling, hook: Callable[[str], None]) -> None:
        polling.moment = AFTERNOON
        booth = polling.start()
        booth.resume()
        polling.hook = hook
        medium = polling.base / "stick"
        medium.mkdir(exist_ok=True)
        close_booth(booth, polling.hall(), medium)
        stop(booth)

    steps = _steps(lambda hook: closing(_copy(opened, folder / "count"), hook))
    assert steps > 10
    setup = village().setup
    for after in range(0, steps, stride):
        polling = _copy(opened, folder / f"cut-{after}")
        assert in_a_child(lambda p=polling, n=after: closing(p, killing(n))) == -signal.SIGKILL  # type: ignore[misc]
        path = _close_again(polling)
        report = station_report.read(path.read_bytes(), setup.package.root_pem, setup.definition.day)
        assert report.report.ballots == 1


def _close_again(polling: Polling) -> Path:
    from epilwu.booth.closing import close
    from epilwu.booth.opening import open_ledger

    polling.moment = AFTERNOON
    ledger = open_ledger(village().setup, polling.hall())
    try:
        return close(village().setup, ledger, polling.hall(), polling.base / "stick")
    finally:
        ledger.store.close()


@pytest.mark.parametrize("spare", [0, 2_000, 6_000, 12_000, 20_000])
def test_a_full_disk_in_a_cast_is_said_and_survived(opened: Path, folder: Path, spare: int) -> None:
    """The limit on file sizes stands for a full medium: writes beyond it fail as ENOSPC does."""
    polling = _copy(opened, folder / "full")

    def work() -> None:
        booth = polling.start()
        booth.resume()
        booth.scan(village().tokens[1].text)
        booth.choose(2)
        booth.confirm()
        booth.print_slip()
        largest = max(path.stat().st_size for path in polling.base.rglob("*") if path.is_file())
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 20_000 + spare, hard))
        booth.slip_right()
        state = booth.state
        spent = booth.ledger.store.counts().ballots == 2
        if isinstance(state, Done):
            assert spent
        else:
            assert isinstance(state, Halted) and state.recorded is spent
            assert state.cause in (Cause.DISK, Cause.SECOND_MEDIUM)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        if isinstance(booth.state, Halted):
            booth.resume()
            assert isinstance(booth.state, Idle), booth.state
        else:
            booth.finish()
        _check_agreement(booth, polling)
        if not spent:
            vote(booth, village().tokens[1], 2)
        assert booth.ledger.store.counts().ballots == 2

    assert in_a_child(work) == FINISHED
    assert start_booth(village().setup, polling.hall()).ledger.store.counts().ballots == 2
