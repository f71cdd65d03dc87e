"""Real media that are full, read-only, torn out and put back; and a clock that jumps. As root, with real mounts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from booth_samples import AFTERNOON, MORNING, Polling, stop, temporary, village, vote
from mount_samples import Stick, memory_medium

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close_booth
from epilwu.booth.errors import ClosingRefused, SecondMediumGone
from epilwu.booth.opening import start_booth
from epilwu.booth.second import LOG, SecondMedium
from epilwu.booth.states import Cause, Done, Halted, Idle
from epilwu.protocol.credential import derive
from epilwu.trust.journal import Closed, Opened


@pytest.fixture
def base() -> Iterator[Path]:
    with temporary() as name:
        yield Path(name)


def start(polling: Polling) -> Booth:
    """As on a polling day: two real devices."""
    return start_booth(village().setup, polling.hall(same_device=False))


def agreed(booth: Booth, polling: Polling) -> None:
    booth.ledger.check()
    store, second = booth.ledger.store, SecondMedium(polling.second, village().setup.seal)
    assert [frame.entry for frame in second.frames()] == [row.entry for row in store.journal()]
    assert second.register() == store.register()
    counts = store.counts()
    assert counts.slips_pending == 0 and counts.slips_cast == counts.ballots


def try_to_vote(booth: Booth, index: int, choice: int) -> bool | None:
    """Go as far as the booth lets one; what the screen then says of the vote."""
    token = village().tokens[index]
    acts = (lambda: booth.choose(choice), booth.confirm, booth.print_slip, booth.slip_right)
    booth.scan(token.text)
    if isinstance(booth.state, Halted):
        return False
    for act in acts:
        act()
        if isinstance(booth.state, Halted):
            return booth.state.recorded
    return isinstance(booth.state, Done)


def spent(booth: Booth, index: int) -> bool:
    credential = derive(village().tokens[index], village().setup.election.uuid)
    return booth.ledger.store.spent(credential.public_hex)


def recover(booth: Booth, said: bool | None) -> bool:
    """The medium is well again: go on; the screen must say what became of the vote if it could not before."""
    if said is None:
        booth.resume()
        assert isinstance(booth.state, Halted)
        said = booth.state.recorded
    if isinstance(booth.state, Halted):
        booth.resume()
    else:
        booth.finish()
    assert isinstance(booth.state, Idle), booth.state
    assert said is not None
    return said


def fill(folder: Path, spare: int) -> Path:
    """Leave ``spare`` pages of 4 KiB on the medium."""
    filling = folder / "filling"
    with filling.open("wb") as file:
        about = os.statvfs(folder)
        file.write(b"x" * max(0, about.f_bavail * about.f_frsize - spare * 4096))
    return filling


@pytest.mark.slow
@pytest.mark.parametrize("full", ["first", "second"])
def test_a_really_full_medium_is_said_and_got_over(base: Path, full: str) -> None:
    """For each voter the medium is filled up to a few pages; then the filling is taken off it."""
    polling = Polling(base, village())
    medium = polling.first if full == "first" else polling.second
    outcomes = []
    with memory_medium(polling.first, 2048), memory_medium(polling.second, 2048):
        booth = start(polling)
        for index, spare in enumerate([*range(16), 20, 30, 60]):
            filling = fill(medium, spare)
            said = try_to_vote(booth, index, index % 6)
            filling.unlink()
            state = booth.state
            said = recover(booth, said)
            assert said is spent(booth, index), state
            outcomes.append((said, state.cause if isinstance(state, Halted) else None))
            agreed(booth, polling)
            if not said:
                vote(booth, village().tokens[index], 1)
        assert booth.ledger.store.counts().ballots == len(outcomes)
        stop(booth)
        booth = start(polling)
        agreed(booth, polling)
        stop(booth)
    cause = Cause.DISK if full == "first" else Cause.SECOND_MEDIUM
    assert {found for _, found in outcomes} == {cause, None}
    assert {said for said, _ in outcomes} == {False, True}


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["first", "second"])
@pytest.mark.parametrize("when", ["choosing", "reading"])
def test_a_medium_that_turns_read_only(base: Path, broken: str, when: str) -> None:
    """A real file system that refuses every write from one moment on, of files that are open too."""
    polling = Polling(base, village())
    sticks = [Stick(base / "first.img", polling.first), Stick(base / "second.img", polling.second)]
    stick = sticks[broken == "second"]
    with ExitStack() as pulled:
        for one in sticks:
            pulled.callback(one.pull)
            one.plug()
        booth = start(polling)
        vote(booth, village().tokens[0], 1)
        booth.scan(village().tokens[1].text)
        booth.choose(2)
        if when == "reading":
            booth.confirm()
            booth.print_slip()
        stick.make_read_only()
        (booth.slip_right if when == "reading" else booth.confirm)()
        state = booth.state
        assert isinstance(state, Halted)
        recorded = when == "reading" and broken == "second"
        assert (state.cause, state.recorded) == (
            (Cause.DISK, False) if broken == "first" else (Cause.SECOND_MEDIUM, recorded)
        )
        booth.resume()
        assert isinstance(booth.state, Halted), "still broken"
        stop(booth)
        stick.pull()
        stick.repair()
        stick.plug()
        booth = start(polling)
        assert isinstance(booth.state, Halted) and booth.state.recorded in (recorded, recorded or None)
        assert spent(booth, 1) is recorded
        booth.resume()
        agreed(booth, polling)
        stop(booth)


@pytest.mark.slow
def test_a_second_medium_torn_out_and_put_back_or_exchanged(base: Path) -> None:
    polling = Polling(base, village())
    own, foreign = Stick(base / "own.img", polling.second), Stick(base / "foreign.img", polling.second)
    other = Polling(base / "other", village())
    with memory_medium(polling.first, 4096), ExitStack() as pulled:
        pulled.callback(own.pull)
        foreign.plug()
        other_booth = start_booth(village().setup, other.hall(second=polling.second))
        vote(other_booth, village().tokens[5], 1)
        stop(other_booth)
        foreign.pull()
        own.plug()
        booth = start(polling)
        vote(booth, village().tokens[0], 1)
        own.pull()
        booth.check_devices()
        assert isinstance(booth.state, Halted) and booth.state.cause is Cause.SECOND_MEDIUM
        booth.resume()
        assert isinstance(booth.state, Halted), "an empty folder where the stick was is no stick"
        assert not (polling.second / LOG).exists()
        foreign.plug()
        booth.resume()
        assert isinstance(booth.state, Halted) and booth.state.cause is Cause.MEDIA_DISAGREE
        foreign.pull()
        own.plug()
        stop(booth)
        booth = start(polling)
        booth.resume()
        vote(booth, village().tokens[1], 2)
        agreed(booth, polling)
        # Torn out while the slip is read, so that the vote stands on the first medium alone, then put back.
        booth.scan(village().tokens[2].text)
        booth.choose(3)
        booth.confirm()
        booth.print_slip()
        own.pull()
        booth.slip_right()
        assert isinstance(booth.state, Halted) and booth.state.recorded is True
        own.plug()
        booth.resume()
        assert isinstance(booth.state, Idle)
        agreed(booth, polling)
        assert booth.ledger.store.counts().ballots == 3
        stop(booth)
        own.pull()
        with pytest.raises(SecondMediumGone):
            start(polling)


_JUMPS = (timedelta(hours=-9), timedelta(days=-400), timedelta(hours=17, minutes=10), timedelta(days=2000))


@pytest.mark.parametrize("jump", _JUMPS)
def test_a_clock_that_jumps_moves_no_vote_and_no_screen(base: Path, jump: timedelta) -> None:
    """Back, back for years (an empty clock battery), across midnight, far ahead: in each state of a session."""
    polling = Polling(base, village())
    booth = polling.start()
    way = (lambda: booth.scan(village().tokens[0].text), lambda: booth.choose(4), booth.confirm, booth.print_slip,
           booth.slip_right)  # fmt: skip
    for act in way:
        act()
        polling.moment += jump
        before = booth.shown
        booth.tick()
        booth.check_devices()
        assert booth.shown == before, "only seconds that never jump move a screen"
        polling.moment -= jump
    assert spent(booth, 0)
    booth.finish()
    polling.moment += jump
    vote(booth, village().tokens[1], 1)
    stop(booth)
    booth = polling.start()  # a restart with the wrong clock
    booth.resume()
    vote(booth, village().tokens[2], 1)
    agreed(booth, polling)
    assert booth.ledger.store.counts().ballots == 3
    times = [entry.event.at for entry in booth.ledger.entries() if isinstance(entry.event, Opened)]
    assert times == ["2023-10-22T07:00+07:00"], "a vote has no time, and the opening's stays"
    stick = base / "stick"
    stick.mkdir()
    early = polling.moment < datetime.combine(MORNING.date(), AFTERNOON.timetz()).replace(hour=13, minute=0)
    if early:
        with pytest.raises(ClosingRefused):
            close_booth(booth, polling.hall(), stick)
        polling.moment = AFTERNOON
    close_booth(booth, polling.hall(), stick)
    closed = [entry.event for entry in booth.ledger.entries() if isinstance(entry.event, Closed)]
    assert len(closed) == 1 and len(list(stick.iterdir())) == 1
    stop(booth)


def test_midnight_passes_through_a_session(base: Path) -> None:
    polling = Polling(base, village(), moment=MORNING.replace(hour=23, minute=59))
    booth = polling.start()
    for index in range(3):
        booth.scan(village().tokens[index].text)
        booth.choose(index)
        booth.confirm()
        booth.print_slip()
        polling.moment += timedelta(minutes=1)
        booth.slip_right()
        assert isinstance(booth.state, Done)
        booth.finish()
    agreed(booth, polling)
    stop(booth)
