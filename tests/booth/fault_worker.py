"""Runs booths on a disk that is cut off at any call (faulty_disk.c, preloaded), and tells what each restart found.

    LD_PRELOAD=… python fault_worker.py SCENARIO MODE STRIDE FOLDER PRINTER PAPERS

One process that forks a child for each call at which the power goes: the child is killed, this process starts the booth
again, checks all that must hold and prints one line of JSON for each cut. Anything that does not hold ends it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from booth_samples import AFTERNOON, Polling, stop, village, vote
from PIL import Image

from epilwu.booth.booth import Booth
from epilwu.booth.closing import close, close_booth
from epilwu.booth.devices.printer import EscPosPrinter, PrinterSettings
from epilwu.booth.opening import open_ledger, start_booth
from epilwu.booth.rows import SlipState
from epilwu.booth.second import SecondMedium
from epilwu.booth.states import Cause, Done, Halted, Idle
from epilwu.media import station_report
from epilwu.receipt.slip import parse_slip, slip_id

COUNT, KILL, TEAR, LOSE, FAIL = range(5)
MODES = {"kill": (KILL, 0), "tear": (TEAR, 0), "lose": (LOSE, 0), "lose-some": (LOSE, 1), "fail": (FAIL, 0)}
FAILED = 99


class Disk:
    """The preloaded library's two switches."""

    def __init__(self, attic: Path) -> None:
        self._library = ctypes.CDLL(None)
        self._attic = attic
        attic.mkdir(exist_ok=True)

    def arm(self, folder: Path, mode: int, at: int = 0, *, number: int = errno.ENOSPC, subset: int = 0) -> None:
        self._library.faulty_arm(str(folder).encode(), str(self._attic).encode(), mode, at, number, subset)

    def disarm(self) -> int:
        return int(self._library.faulty_disarm())


def _printer(port: Path) -> EscPosPrinter:
    """Patient: on a busy machine the stand-in, another process, may be slow to answer."""
    return EscPosPrinter(PrinterSettings(str(port), reply_timeout=8.0, write_timeout=8.0))


@dataclass(frozen=True, slots=True)
class Room:
    """Where it happens, and the printer's line."""

    base: Path
    printer: Path
    papers: Path
    disk: Disk

    def polling(self, name: str, like: Path | None = None) -> Polling:
        if like is not None:
            shutil.copytree(like, self.base / name)
        return Polling(self.base / name, village())

    def start(self, polling: Polling) -> tuple[Booth, EscPosPrinter]:
        printer = _printer(self.printer)
        return start_booth(village().setup, polling.hall(printer=printer)), printer


Tell = Callable[[str], None]


def session(room: Room, polling: Polling, arm: Callable[[], None], tell: Tell) -> None:
    """A voter who calls the first slip wrong and changes the choice."""
    booth, printer = room.start(polling)
    booth.resume()
    arm()
    booth.scan(village().tokens[1].text)
    booth.choose(2)
    booth.confirm()
    booth.print_slip()
    booth.slip_wrong()
    booth.again()
    booth.choose(3)
    cast(booth, tell)
    room.disk.disarm()
    printer.close()
    stop(booth)


def cast(booth: Booth, tell: Tell) -> None:
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    if isinstance(booth.state, Done):
        tell("done")
        booth.finish()


def restart(room: Room, polling: Polling, arm: Callable[[], None], tell: Tell) -> None:
    """A booth that was cut off while a slip was pending starts again."""
    booth, printer = room.start(polling)
    booth.resume()
    booth.scan(village().tokens[1].text)
    booth.choose(2)
    booth.confirm()
    printer.close()
    stop(booth)
    arm()
    booth, printer = room.start(polling)
    booth.resume()
    room.disk.disarm()
    printer.close()
    stop(booth)


def opening(room: Room, polling: Polling, arm: Callable[[], None], tell: Tell) -> None:
    arm()
    booth, printer = room.start(polling)
    room.disk.disarm()
    printer.close()
    stop(booth)


def closing(room: Room, polling: Polling, arm: Callable[[], None], tell: Tell) -> None:
    polling.moment = AFTERNOON
    booth, printer = room.start(polling)
    booth.resume()
    stick = polling.base / "stick"
    stick.mkdir(exist_ok=True)
    arm()
    close_booth(booth, polling.hall(printer=printer), stick)
    room.disk.disarm()
    printer.close()
    stop(booth)


def agreed(booth: Booth, polling: Polling) -> None:
    """Journal, ballots, register and both media tell one story."""
    booth.ledger.check()
    store, second = booth.ledger.store, SecondMedium(polling.second, village().setup.seal)
    assert [frame.entry for frame in second.frames()] == [row.entry for row in store.journal()]
    assert [frame.ballot for frame in second.frames() if frame.ballot] == [row.data for row in store.ballots()]
    assert second.register() == store.register()
    counts = store.counts()
    assert counts.slips_pending == 0 and counts.slips_cast == counts.ballots


def slips_known(room: Room, booth: Booth, old: set[Path]) -> int:
    """Every slip that can be read stands in the register; how many there are that stand for a vote."""
    time.sleep(0.05)  # what the printer still had
    cast = {identity.hex() for identity in booth.ledger.slip_ids(SlipState.CAST)}
    void = {identity.hex() for identity in booth.ledger.slip_ids(SlipState.VOID)}
    counted = 0
    for paper in set(room.papers.glob("*.png")) - old:
        with Image.open(paper) as picture:
            for code in zxingcpp.read_barcodes(picture.convert("L")):
                if code.text.startswith("EPW1:"):
                    identity = slip_id(parse_slip(code.text).payload.nonce).hex()
                    assert identity in cast | void, "a slip that the register does not know"
                    counted += identity in cast
    return counted


def look(room: Room, polling: Polling, told: str, old: set[Path]) -> dict[str, object]:
    """Start again; the screen, the books and the paper must tell the same."""
    booth, printer = room.start(polling)
    state = booth.state
    assert isinstance(state, Halted) and state.cause is Cause.RESTART, state
    recorded = booth.ledger.store.counts().ballots == 2
    assert state.recorded is recorded or (state.recorded is None and not recorded) or told == "done", state
    assert recorded or told != "done", "the screen had said that the vote was recorded"
    agreed(booth, polling)
    slips = slips_known(room, booth, old)
    assert slips == (1 if recorded else 0), "exactly the slip of a recorded vote is a cast one"
    said = state.recorded
    booth.resume()
    booth.scan(village().tokens[1].text)
    assert isinstance(booth.state, Idle | Halted) is False
    if not recorded:
        assert booth.state.__class__.__name__ == "Choosing", "the token is good while the vote is not recorded"
        booth.choose(4)
        cast(booth, lambda _: None)
    else:
        assert booth.state.__class__.__name__ == "Refused", "the token is spent once the vote is recorded"
    assert booth.ledger.store.counts().ballots == 2
    agreed(booth, polling)
    printer.close()
    stop(booth)
    return {"recorded": recorded, "said": said}


def look_opened(room: Room, polling: Polling, told: str, old: set[Path]) -> dict[str, object]:
    booth, printer = room.start(polling)
    assert isinstance(booth.state, Idle) or (isinstance(booth.state, Halted) and booth.state.recorded is None)
    agreed(booth, polling)
    assert booth.ledger.store.counts().ballots == 0
    printer.close()
    stop(booth)
    return {"recorded": False, "said": None}


def look_closed(room: Room, polling: Polling, told: str, old: set[Path]) -> dict[str, object]:
    polling.moment = AFTERNOON
    setup = village().setup
    printer = _printer(room.printer)
    hall = polling.hall(printer=printer)
    ledger = open_ledger(setup, hall)
    path = close(setup, ledger, hall, polling.base / "stick")
    report = station_report.read(path.read_bytes(), setup.package.root_pem, setup.definition.day)
    assert report.report.ballots == 1
    ledger.store.close()
    printer.close()
    return {"recorded": False, "said": None}


SCENARIOS = {
    "session": (session, look, True),
    "restart": (restart, look, True),
    "opening": (opening, look_opened, False),
    "closing": (closing, look_closed, True),
}


def in_a_child(work: Callable[[Tell], None]) -> tuple[int, str]:
    """Run ``work`` in a process of its own; its end (0, FAILED, or minus a signal) and what it told until then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            os.close(reading)
            work(lambda words: _send(writing, words))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    told = b""
    while piece := os.read(reading, 100):
        told += piece
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told.decode()


def _send(end: int, words: str) -> None:
    os.write(end, words.encode())


def cuts(room: Room, scenario: str, mode: str, stride: int) -> None:
    """Every ``stride``-th call is the last one once."""
    run, then, from_opened = SCENARIOS[scenario]
    opened = room.polling("opened")
    if from_opened:
        booth, printer = room.start(opened)
        vote(booth, village().tokens[0], 1)
        printer.close()
        stop(booth)
    how, subset = MODES[mode]
    counting = room.polling("count", opened.base)
    run(room, counting, lambda: room.disk.arm(counting.base, COUNT), lambda _: None)
    total = room.disk.disarm()
    print(json.dumps({"calls": total}), flush=True)
    for at in range(0, total, stride):
        polling = room.polling(f"cut-{at}", opened.base)
        old = set(room.papers.glob("*.png"))

        def work(tell: Tell, polling: Polling = polling, at: int = at) -> None:
            run(room, polling, lambda: room.disk.arm(polling.base, how, at, subset=subset and at + 1), tell)

        code, told = in_a_child(work)
        if code == 0:  # no write to tear at this call; or fewer questions to the printer than when they were counted
            assert how == TEAR or at > 0.8 * total
            continue
        assert code == -signal.SIGKILL, code
        print(json.dumps({"at": at, **then(room, polling, told, old)}), flush=True)
        shutil.rmtree(polling.base)


def failures(room: Room, medium: str, number: int, stride: int) -> None:
    """From each ``stride``-th call on the medium takes nothing any more, as a full, broken or read-only one."""
    opened = room.polling("opened")
    booth, printer = room.start(opened)
    vote(booth, village().tokens[0], 1)
    printer.close()
    stop(booth)
    at, total = 0, 1
    while at < total:
        polling = room.polling(f"fail-{at}", opened.base)
        booth, printer = room.start(polling)
        booth.resume()
        old = set(room.papers.glob("*.png"))
        room.disk.arm(polling.base / medium, FAIL, at, number=number)
        said = _try_to_vote(booth)
        seen = room.disk.disarm()
        total = max(total, seen + 1)
        cause = booth.state.cause.value if isinstance(booth.state, Halted) else "none"
        doubt = said is None
        if doubt:  # nobody could tell: the medium cannot even be read. It is told as soon as it can be.
            booth.resume()
            assert isinstance(booth.state, Halted), (at, booth.state)
            said = booth.state.recorded
        spent = booth.ledger.store.counts().ballots == 2
        assert said is spent, (at, booth.state)
        if isinstance(booth.state, Halted):
            booth.resume()
        else:
            booth.finish()
        assert isinstance(booth.state, Idle), (at, booth.state)
        agreed(booth, polling)
        assert slips_known(room, booth, old) == spent
        if not spent:
            vote(booth, village().tokens[1], 3)
        assert booth.ledger.store.counts().ballots == 2
        agreed(booth, polling)
        printer.close()
        stop(booth)
        print(json.dumps({"at": at, "said": said, "cause": cause, "doubt": doubt}), flush=True)
        shutil.rmtree(polling.base)
        if cause == "none":
            break
        at += stride


def _try_to_vote(booth: Booth) -> bool | None:
    """Vote as far as the booth lets one; whether the screen says that the vote is recorded."""
    acts: list[Callable[[], None]] = [
        lambda: booth.scan(village().tokens[1].text), lambda: booth.choose(2), booth.confirm, booth.print_slip,
        booth.slip_right,
    ]  # fmt: skip
    for act in acts:
        act()
        if isinstance(booth.state, Halted):
            return booth.state.recorded if act is not acts[0] else False
    return isinstance(booth.state, Done)


def main(scenario: str, mode: str, stride: str, folder: str, printer: str, papers: str) -> None:
    base = Path(folder)
    room = Room(base, Path(printer), Path(papers), Disk(base.parent / "attic"))
    if mode.startswith("fail-"):
        failures(room, scenario, getattr(errno, mode.removeprefix("fail-")), int(stride))
    else:
        cuts(room, scenario, mode, int(stride))


if __name__ == "__main__":
    main(*sys.argv[1:])
