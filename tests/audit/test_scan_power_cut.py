"""Kill the scanning program with SIGKILL before and after every write, at every act: what was shown is there."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import scene
from scan_samples import PEOPLE, go_on, register_of, session_in

from epilwu.audit.scan.errors import NoSession
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.pictures import ScannedPicture
from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.state import replay
from epilwu.audit.scan.store import ScanStore

SLIPS = scene().slips[1, 1]
PICTURES = [ScannedPicture(f"{n}.png", (slip.text,), f"{n:064x}") for n, slip in enumerate(SLIPS[2:5])]
ACTS: tuple[Callable[[ScanSession], object], ...] = (
    lambda s: s.add_text(SLIPS[0].text, Source.SERIAL),
    lambda s: s.add_text(SLIPS[1].text, Source.SERIAL),
    lambda s: s.add_text(SLIPS[0].text, Source.SERIAL, sure=True),
    lambda s: s.add_unreadable(),
    lambda s: s.close_bundle(4, "Ani"),
    lambda s: s.add_pictures(PICTURES, Source.PICTURE, fill_bundles=True),
    lambda s: s.type_in(4, "Ani", 1, None),
    lambda s: s.type_in(4, "Budi", 1, None),
    lambda s: s.correct(3, PEOPLE, "terpindai dua kali"),
    lambda s: s.count_bundle(1, 3, "Budi"),
    lambda s: s.reopen_bundle(2, PEOPLE, "diulang"),
)


def sizes(folder: Path) -> list[int]:
    """How many entries there are after each act, and before the first."""
    with closing(session_in(folder, bundle_size=2)) as session:
        found = [1]
        for act in ACTS:
            act(session)
            found.append(len(session.entries()))
    return found


def die_at(step: int) -> None:
    """From now on this process kills itself at the ``step``-th place where power could fail around a write."""
    left = [step]
    real_append, real_writing = ScanStore.append, ScanStore.writing

    def passed() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def append(store: ScanStore, seq: int, data: bytes) -> None:
        passed()
        real_append(store, seq, data)
        passed()

    class Writing:
        def __init__(self, store: ScanStore) -> None:
            self._real = real_writing(store)

        def __enter__(self) -> None:
            passed()
            self._real.__enter__()

        def __exit__(self, *problem: object) -> None:
            passed()
            self._real.__exit__(*problem)  # type: ignore[arg-type]  # commits
            passed()

    def writing(store: ScanStore) -> Writing:
        return Writing(store)

    ScanStore.append = append  # type: ignore[method-assign]
    ScanStore.writing = writing  # type: ignore[method-assign,assignment]


def in_child(work: Callable[[int], None]) -> tuple[bytes, int]:
    """Run ``work`` in a child; what it said before it ended, and the signal that ended it (0: none)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(writing)
            os._exit(0)
        except BaseException:
            os._exit(99)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        told = said.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return told, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def scan_on(folder: Path, first: int, writing: int, step: int = 0) -> None:
    with closing(go_on(folder)) as session:
        if step:
            die_at(step)
        for act in ACTS[first:]:
            act(session)
            os.write(writing, b".")  # what people were shown


def test_a_cut_in_the_middle_of_a_box(tmp_path: Path) -> None:
    session_in(tmp_path, bundle_size=2).close()
    told, killed = in_child(lambda writing: scan_on(tmp_path, 0, writing, 18))
    assert killed == signal.SIGKILL
    with closing(go_on(tmp_path)) as session:
        assert len(told) <= session.summary().papers <= len(told) + 1
        assert session.add_text(SLIPS[4].text, Source.SERIAL).slip.slip_class == "counted"


@pytest.mark.slow
def test_every_step_may_be_the_last(tmp_path: Path) -> None:
    known = sizes(tmp_path / "known")
    step, killed = 1, signal.SIGKILL.value
    while killed:
        folder = tmp_path / f"cut-{step}"
        session_in(folder, bundle_size=2).close()
        told, killed = in_child(lambda writing, at=(folder, step): scan_on(at[0], 0, writing, at[1]))  # type: ignore[misc]
        with closing(go_on(folder)) as session:
            entries = session.entries()
        assert len(entries) in known, "an act is there as a whole or not at all"
        done = known.index(len(entries))
        assert len(told) <= done <= len(told) + 1, "all that was shown is there, and at most the act that was cut"
        in_child(lambda writing, at=(folder, done): scan_on(at[0], at[1], writing))  # type: ignore[misc]
        with closing(go_on(folder)) as session:
            assert len(session.entries()) == known[-1]
            assert [paper.slip.slip_class for paper in session.papers()] == [
                *("counted", "counted", "duplicate", "unreadable", "counted", "counted", "counted")
            ]
            assert replay(session.entries(), register_of()).head == session.summary().head
        step += 1
    assert step > 4 * len(ACTS), "every act was cut in several places"


def test_a_cut_while_a_session_is_begun_leaves_a_whole_one_or_none(tmp_path: Path) -> None:
    places = [(os, "link"), (os, "fsync"), (ScanStore, "open")]
    for number, (owner, name) in enumerate(places):
        folder = tmp_path / str(number)

        def begin(_writing: int, owner: object = owner, name: str = name, folder: Path = folder) -> None:
            setattr(owner, name, lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL))
            session_in(folder)

        assert in_child(begin)[1] == signal.SIGKILL
        try:
            go_on(folder).close()
        except NoSession:
            session_in(folder).close()
        go_on(folder).close()


@pytest.mark.slow
def test_cuts_at_any_moment(tmp_path: Path) -> None:
    """The child writes as fast as it can; the cut comes at a moment that nobody chose."""
    rng = random.Random(7)
    folder = tmp_path / "scan"
    session_in(folder).close()
    shown = 0
    for _ in range(40):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            with closing(go_on(folder)) as session:
                while True:
                    session.add_unreadable()
                    os.write(writing, b".")
        os.close(writing)
        time.sleep(rng.uniform(0.02, 0.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as said:
            shown += len(said.read())
        with closing(go_on(folder)) as session:
            papers = session.summary().papers
            assert shown <= papers <= shown + 1
            shown = papers
    assert shown > 50
