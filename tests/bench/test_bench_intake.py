"""Taking in a station's report of 430 ballots by one worker in one process, beside the bare proofs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tally_samples import NIGHT, cast, election, make_village, report, spec

from epilwu.protocol.ballot import verify_ballot
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.intake import Intake
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.spec import BoothPlan, StationPlan
from epilwu.tally.villages import import_setup

BALLOTS = 430
ROUNDS = 5


@pytest.fixture(autouse=True)
def _only_when_measuring(benchmark: BenchmarkFixture) -> None:
    if not benchmark.enabled:
        pytest.skip("half a minute long: make bench")


def test_take_in_a_report(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    village = make_village(replace(spec(), stations=(StationPlan(1, (BoothPlan(BALLOTS),)),)))
    ballots = cast(village, (1, 1), [1 + n % 3 for n in range(BALLOTS)])
    data, bare_election = report(village, (1, 1), ballots), election(village, 1)
    write_setup(village, tmp_path / "setup")
    setup = read_setup(tmp_path / "setup")
    bare: list[float] = []
    whole: list[float] = []

    def prepare() -> tuple[tuple[Intake], dict[str, object]]:
        """A database of its own, and the bare proofs right before: whatever slows one round slows both."""
        engine = open_database(f"sqlite:///{tmp_path / f'{len(bare)}.db'}")
        migrate(engine)
        factory = sessions(engine)
        with factory.begin() as session:
            import_setup(session, setup, at=NIGHT, actor="uji")
        intake = Intake(factory, "uji")
        intake.receive(data, "station_report", name="besar.epr", at=NIGHT)
        bare.append(cpu(lambda: [verify_ballot(bare_election, ballot) for ballot in ballots]))
        return (intake,), {}

    def check(intake: Intake) -> None:
        whole.append(cpu(intake.check_next))

    benchmark.pedantic(check, setup=prepare, rounds=ROUNDS)
    share = statistics.median(alone / both for alone, both in zip(bare, whole, strict=True))
    benchmark.extra_info.update(
        says=f"take in a ballot of a report of {BALLOTS}: three candidates and blank, one process",
        per=BALLOTS,
        ballots_a_second_of_CPU=round(BALLOTS / statistics.median(whole)),
        of_the_bare_proofs=f"{share:.0%} (asked for: 90%)",
    )


def cpu(work: Callable[[], object]) -> float:
    """Seconds of this process's CPU: what others do on the machine counts less."""
    start = time.process_time()
    work()
    return time.process_time() - start
