"""A village that can be audited by sample: one candidate far ahead, 24 papers; and hands that go through a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path

from audit_samples import VOTES, Scene, auditors_files, make_scene, public_files

from epilwu.audit.case.acts import Acts, CaseOpening
from epilwu.audit.case.events import BoxOpened, PaperRead, PileCounted, Signed
from epilwu.audit.case.store import CaseStore
from epilwu.audit.scan.events import Source
from epilwu.audit.verify import Workers

WIB = timezone(timedelta(hours=7))
AUDITORS = ("Sari Wulandari", "Joko Prasetyo")
WITNESSES = ("Dewi Anggraini", "Rudi Hartono", "Tono Subagyo")
READERS = {1: "Sari Wulandari", 2: "Joko Prasetyo", 3: "Dewi Anggraini"}
SEED = "31415926535897932384"
LANDSLIDE = {
    (1, 1): (2, 2, 2, 2, 2, 2),
    (1, 2): (2, 2, 3, 2, 2, 2),
    (2, 1): (2, 2, 2, 2, 0, 2),
    (2, 2): (2, 1, 2, 2, 2, 2),
}


@cache
def landslide() -> Scene:
    """21 of 24 for number 2, once per test run."""
    return make_scene(LANDSLIDE)


@cache
def files_of(of: Callable[[], Scene]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    return public_files(of()), auditors_files(of())


def write_evidence(target: Path, of: Callable[[], Scene]) -> tuple[Path, Path]:
    """The published folder and the auditors' of a scene."""
    for name, files in zip(("umum", "auditor"), files_of(of), strict=True):
        (target / name).mkdir(parents=True)
        for file, data in files.items():
            (target / name / file).write_bytes(data)
    return target / "umum", target / "auditor"


def clock() -> Callable[[], datetime]:
    """A minute passes between acts."""
    minutes = count()
    return lambda: datetime(2023, 10, 24, 9, tzinfo=WIB) + timedelta(minutes=next(minutes))


def begin(folder: Path) -> Acts:
    """The case in ``folder``, begun or gone on with."""
    return Acts(CaseStore.start(folder, clock()))


def opened(target: Path, of: Callable[[], Scene] = landslide) -> Acts:
    """A case over a scene, with its root brought by the auditors."""
    public, auditors = write_evidence(target / "bahan", of)
    root = target / "akar-saya.pem"
    root.write_bytes(of().root.pem)
    acts = begin(target / "kasus")
    acts.open_case(
        CaseOpening(
            order="700/12/2023",
            by_order="Bupati",
            auditors=AUDITORS,
            place="Balai Desa Lemahabang",
            public=public,
            auditors_folder=auditors,
            root=root,
        )
    )
    return acts


def verify(acts: Acts) -> None:
    with closing(Workers(1)) as workers:
        acts.verify(workers)


def scan(acts: Acts, of: Callable[[], Scene] = landslide, *, leave_out: int = 0) -> None:
    """Every slip of both boxes, in bundles; the first ``leave_out`` of station 1 are not in the box."""
    for number in (1, 2):
        box = BoxOpened(station=number, by_order="Bupati", seal=f"A-{number:03d}", people=AUDITORS, note="segel utuh")
        with closing(acts.open_box(box)) as session:
            slips = [s for place in VOTES if place[0] == number for s in (*of().slips[place], *of().void[place])]
            for slip in slips[leave_out if number == 1 else 0 :]:
                session.add_text(slip.text, Source.KEYBOARD)
            session.close_bundle(session.summary().papers, "Sari Wulandari")
        acts.finish_box(number, AUDITORS)


def to_reading(acts: Acts, of: Callable[[], Scene] = landslide, *, leave_out: int = 0) -> None:
    """From the opened case to the first paper on the table."""
    verify(acts)
    scan(acts, of, leave_out=leave_out)
    acts.reconcile()
    acts.commit("0.05")
    acts.throw(SEED, WITNESSES)
    acts.print_order()


def truth(acts: Acts, draw: int) -> str:
    """What an honest slip says: what its QR does."""
    return str(acts.order()[draw - 1][1].choice)


def read_one(acts: Acts, draw: int, first: str, second: str | None = None) -> None:
    """Both readers read a paper."""
    acts.read(PaperRead(draw, 1, READERS[1], first))
    acts.read(PaperRead(draw, 2, READERS[2], first if second is None else second))


def read_until_confirmed(acts: Acts) -> int:
    """Read honest papers until the audit may stop; how many that took."""
    for draw in range(1, len(acts.order()) + 1):
        read_one(acts, draw, truth(acts, draw))
        if acts.case.risks[-1].decision != "continue":
            return draw
    raise AssertionError("never stopped")


def pile(station: int, number: int, seat: int, votes: tuple[int, ...], blank: int = 0, turn: int = 1) -> PileCounted:
    return PileCounted(
        station=station, pile=number, turn=turn, seat=seat, counter=READERS[seat], votes=votes, blank=blank, unclear=0
    )


def sign_all(acts: Acts) -> None:
    for name in AUDITORS:
        acts.sign(Signed(name, "Auditor", ""))
    acts.sign(Signed(WITNESSES[1], "Saksi calon nomor 1", "Kotak TPS 02 datang terlambat."))


def lines(path: Path) -> Iterator[bytes]:
    yield from path.read_bytes().split(b"\n")[:-1]
