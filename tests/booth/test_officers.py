"""Officers' PINs at a booth: two open it, one is known at its screen, and wrong tries cost ever more."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from booth_samples import PINS, TWO, temporary, village
from test_power_cut import FINISHED, in_a_child

from epilwu.booth.errors import OfficerRefused
from epilwu.booth.officers import OfficerPins, pins_of, unlock
from epilwu.booth.tries import FILE, FIRST_WAIT, LONGEST_WAIT, Tries, wait_after
from epilwu.trust.errors import PinRefused
from epilwu.trust.pin import new_pin


@dataclass(slots=True)
class Door:
    """A booth's folder and a clock that never jumps."""

    folder: Path
    now: float = 0.0

    def tries(self) -> Tries:
        return Tries(self.folder, ticks=lambda: self.now)

    def pins(self) -> OfficerPins:
        return pins_of(village().setup, self.tries())


@pytest.fixture
def door() -> Iterator[Door]:
    with temporary() as name:
        yield Door(Path(name))


def test_two_officers_unlock_a_booth(door: Door) -> None:
    setup = unlock(village().package, TWO, door.tries(), where="paket")
    assert setup.seal == village().setup.seal


def test_a_wrong_pin_at_the_opening_names_no_one_and_is_counted_for_both(door: Door) -> None:
    tries = door.tries()
    for _ in range(3):
        with pytest.raises(OfficerRefused, match="Salah satu dari kedua PIN"):
            unlock(village().package, {1: PINS[1], 2: PINS[3]}, tries, where="paket")
    with pytest.raises(OfficerRefused, match="Tunggu 30 detik"):
        unlock(village().package, TWO, tries, where="paket")
    door.now = FIRST_WAIT
    unlock(village().package, TWO, tries, where="paket")


@pytest.mark.parametrize("typed", [{}, {1: PINS[1]}, {1: PINS[1], 4: PINS[2]}, dict(PINS)])
def test_the_opening_takes_exactly_two_listed_officers(door: Door, typed: dict[int, str]) -> None:
    with pytest.raises(OfficerRefused):
        unlock(village().package, typed, door.tries(), where="paket")
    assert not (door.folder / FILE).exists()


def test_one_pin_is_known_and_two_where_two_are_needed(door: Door) -> None:
    pins = door.pins()
    pins.check({2: PINS[2]})
    pins.check({2: PINS[2], 3: PINS[3]}, needed=2)
    for typed, needed in (({}, 1), ({2: PINS[2]}, 2), ({2: PINS[2], 1: PINS[1]}, 1), ({4: PINS[2]}, 1)):
        with pytest.raises(OfficerRefused):
            pins.check(typed, needed=needed)
    with pytest.raises(OfficerRefused, match="PIN Anggota KPPS 3 salah"):
        pins.check({2: PINS[2], 3: PINS[1]}, needed=2)


def test_a_slip_of_the_finger_is_no_try(door: Door) -> None:
    pins = door.pins()
    for _ in range(10):
        with pytest.raises(PinRefused):
            pins.check({1: PINS[1][:-1] + str((int(PINS[1][-1]) + 1) % 10)})
    assert not (door.folder / FILE).exists()
    pins.check({1: PINS[1]})


def test_the_wait_grows_and_is_each_officers_own(door: Door) -> None:
    pins = door.pins()
    for _ in range(3):
        with pytest.raises(OfficerRefused, match="salah"):
            pins.check({1: new_pin()})
    with pytest.raises(OfficerRefused, match="Tunggu 30 detik"):
        pins.check({1: PINS[1]})
    pins.check({2: PINS[2]})  # the others still may
    door.now = 31
    with pytest.raises(OfficerRefused, match=r"salah\. Tunggu 60"):
        pins.check({1: new_pin()})
    door.now += 60
    pins.check({1: PINS[1]})
    with pytest.raises(OfficerRefused, match=r"salah\. Ketik"):
        pins.check({1: new_pin()})  # the count began anew


def test_the_wait_survives_a_restart_and_begins_anew(door: Door) -> None:
    pins = door.pins()
    for _ in range(4):
        with pytest.raises(OfficerRefused, match="salah"):
            pins.check({1: new_pin()})
        door.now += 30
    pins = door.pins()
    with pytest.raises(OfficerRefused, match="Tunggu 1 menit"):
        pins.check({1: PINS[1]})
    door.now += 59
    with pytest.raises(OfficerRefused, match="Tunggu 1 detik"):
        pins.check({1: PINS[1]})
    door.now += 1
    pins.check({1: PINS[1]})


def test_a_cut_before_the_check_has_spent_the_try(door: Door) -> None:
    """Whoever pulls the plug between typing and answer has tried all the same."""

    def work() -> None:
        def hook(name: str) -> None:
            if name == "file:read-back":
                os.kill(os.getpid(), signal.SIGKILL)

        pins_of(village().setup, Tries(door.folder, step=hook)).check({1: new_pin()})

    for _ in range(3):
        assert in_a_child(work) == -signal.SIGKILL
    assert door.tries().wait((1,)) == FIRST_WAIT and door.tries().wait((2,)) == 0


def test_a_medium_that_takes_nothing_makes_no_guess_cheaper(door: Door) -> None:
    def work() -> None:
        pins = door.pins()
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        with pytest.raises(OfficerRefused, match="Tunggu 30"):
            pins.check({1: new_pin()})
        with pytest.raises(OfficerRefused, match="Tunggu 30"):
            pins.check({1: PINS[1]})
        door.now += 30
        pins.check({1: PINS[1]})  # and officers are not shut out of a broken booth

    assert in_a_child(work) == FINISHED


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 40, b'{"version":1,"wrong":[0,0]}', b"x" * 4096])
def test_a_damaged_count_waits_and_then_lets_officers_in(door: Door, content: bytes) -> None:
    (door.folder / FILE).write_bytes(content)
    pins = door.pins()
    with pytest.raises(OfficerRefused, match="Tunggu 4 menit"):
        pins.check({1: PINS[1]})
    door.now = 240
    pins.check({1: PINS[1]})
    door.pins().check({1: PINS[1]})


def test_no_wait_is_longer_than_an_hour() -> None:
    waits = [wait_after(wrong) for wrong in range(60)]
    assert waits[:5] == [0, 0, 0, 30, 60] and max(waits) == LONGEST_WAIT == waits[-1] and waits == sorted(waits)
