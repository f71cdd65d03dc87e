"""What is to be checked is a state in the database: workers take, keep, lose and end it; two people decide the rest."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from tally_samples import CODE, NIGHT, book, cast, make_village, report, spec, trustees
from test_tally_intake import bad_proof

from epilwu.cli import main
from epilwu.tally import log, pending
from epilwu.tally.board import Counting, close_station
from epilwu.tally.database import migrate, open_database, sessions
from epilwu.tally.decisions import Decisions, open_questions, place_of
from epilwu.tally.errors import BoardRefused, ClaimLost, DecisionRefused, ReportConflict, StillChecking
from epilwu.tally.intake import Checked, Intake
from epilwu.tally.models import Ballot, Decision, ReceivedFile, Report
from epilwu.tally.prepare import Prepared
from epilwu.tally.processes import Hands
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.spec import BoothPlan, StationPlan
from epilwu.tally.status import BoothState, queue, village_status
from epilwu.tally.villages import find_village, import_setup
from epilwu.tally.worker import Worker, worker_name

Reports = dict[tuple[int, int], bytes]
LATER = NIGHT + timedelta(minutes=5)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def states(factory: sessionmaker[Session]) -> dict[str, str]:
    with factory() as session:
        return {name: state for name, state in session.execute(select(ReceivedFile.name, ReceivedFile.state))}


def kinds(factory: sessionmaker[Session]) -> list[str]:
    with factory() as session:
        return [act.kind for act in log.read_log(session)]


def store(intake: Intake, reports: Reports) -> None:
    for (station, booth), data in reports.items():
        intake.receive(data, "station_report", name=f"{station}-{booth}", at=NIGHT)


def test_files_are_stored_before_anyone_looks(intake: Intake, reports: Reports) -> None:
    first = intake.receive(reports[1, 1], "station_report", name="a", at=NIGHT)
    junk = intake.receive(b"junk", "station_report", name="b", at=NIGHT)
    assert (first.state, first.new, junk.state, junk.new) == ("received", True, "received", True)
    assert not intake.receive(reports[1, 1], "station_report", name="again", at=NIGHT).new
    assert states(intake.sessions) == {"a": "received", "b": "received"}
    assert kinds(intake.sessions)[1:] == ["file-received", "file-received"]


@pytest.mark.parametrize("name", ["\udcff\x1b[31m.epr", "a\nb\0c", "<b>Robert'); DROP TABLE log_entry;--", "../" * 200])
def test_no_name_does_harm(intake: Intake, name: str) -> None:
    intake.receive(b"junk", "station_report", name=name, at=NIGHT)
    checked = intake.check_next()
    assert checked is not None
    with intake.sessions() as session:
        act = log.read_log(session)[-1]
    assert act.event["name"] == checked.name
    assert checked.name.isprintable()
    assert 0 < len(checked.name) <= 255


def test_a_worker_checks_whatever_waits_in_the_order_it_came(intake: Intake, reports: Reports) -> None:
    for minute, (place, data) in enumerate(sorted(reports.items(), reverse=True)):
        intake.receive(data, "station_report", name=str(place), at=NIGHT + timedelta(minutes=minute))
    intake.receive(b"junk", "station_report", name="junk", at=LATER)
    intake.receive(b"junk too", "desk_book", name="book", at=LATER)
    said: list[str] = []

    def say(checked: Checked) -> None:
        said.append(checked.name)

    worker = Worker(lambda: nullcontext(Hands(None)), lambda _: intake, say, pytest.fail, lambda *_: None)
    assert worker.run(Event(), once=True) == 6
    assert said[:4] == [str(place) for place in sorted(reports, reverse=True)]
    assert sorted(states(intake.sessions).values()) == ["accepted"] * 4 + ["refused"] * 2
    assert worker.run(Event(), once=True) == 0


def test_nobody_gets_what_another_has(intake: Intake, reports: Reports) -> None:
    """The other's file is left alone while it is heard of; asked for by name, it is being checked."""
    stored = intake.receive(reports[1, 1], "station_report", name="a", at=NIGHT)
    other = replace(intake, worker="lain", clock=at(NIGHT))
    with intake.sessions.begin() as session:
        row = pending.next_waiting(session, NIGHT)
        assert row is not None
        pending.take(row, "lain", NIGHT, other.lease)
    mine = replace(intake, worker="saya", clock=at(NIGHT + timedelta(seconds=59)))
    assert mine.check_next() is None
    with pytest.raises(StillChecking):
        mine.receive_report(reports[1, 1], name="a", at=NIGHT + timedelta(seconds=59))
    late = replace(mine, clock=at(NIGHT + timedelta(seconds=61)))
    checked = late.check_next(sha256=stored.sha256)
    assert checked is not None
    assert checked.receipt is not None
    with pytest.raises(ClaimLost), intake.sessions.begin() as session:  # the other comes back and must not accept
        pending.keep(session, stored.sha256, "lain")
    assert kinds(intake.sessions).count("report-imported") == 1


def test_a_worker_that_is_overtaken_accepts_nothing(intake: Intake, reports: Reports) -> None:
    """Its clock stood still while it checked: the file is another's by now."""
    intake.receive(reports[1, 1], "station_report", name="a", at=NIGHT)
    slow = replace(intake, worker="lambat", clock=at(NIGHT))
    fast = replace(intake, worker="cepat", clock=at(LATER))

    def overtaken(done: int, total: int) -> None:
        if done == 0:
            assert fast.check_next() is not None

    with pytest.raises(ClaimLost):
        slow.check_next(progress=overtaken)
    assert kinds(intake.sessions).count("report-imported") == 1
    assert states(intake.sessions) == {"a": "accepted"}


def test_a_file_that_no_worker_survives_is_held(intake: Intake, reports: Reports) -> None:
    stored = intake.receive(reports[1, 1], "station_report", name="a", at=NIGHT)
    for attempt in range(pending.MAX_ATTEMPTS):
        with intake.sessions.begin() as session:
            row = pending.next_waiting(session, NIGHT + timedelta(minutes=2 * attempt))
            assert row is not None
            pending.take(row, f"mati-{attempt}", NIGHT + timedelta(minutes=2 * attempt), intake.lease)
    checked = replace(intake, clock=at(NIGHT + timedelta(hours=1))).check_next()
    assert checked is not None
    assert checked.held
    assert kinds(intake.sessions)[-1] == "file-held"
    decisions = Decisions(intake.sessions, "uji")
    decisions.propose(stored.sha256, "check-again", reason="Program diperbarui", by="Ani", at=NIGHT)
    decisions.confirm(stored.sha256, "check-again", by="Budi", at=NIGHT)
    again = intake.check_next()
    assert again is not None
    assert again.receipt is not None


class Broken(Executor):
    """An executor whose processes are gone."""

    def submit(self, *_: object, **__: object) -> Future[object]:  # type: ignore[override]
        raise BrokenExecutor("gone")


def test_lost_processes_are_replaced_and_the_file_is_taken_up_again(intake: Intake, reports: Reports) -> None:
    store(intake, reports)
    executors: list[Executor | None] = [Broken(), Broken(), None]
    troubles: list[BaseException] = []
    ended: list[Checked] = []
    worker = Worker(
        lambda: nullcontext(Hands(executors.pop(0))),
        lambda executor: replace(intake, executor=executor),
        ended.append,
        troubles.append,
        lambda *_: None,
        idle=0,
    )
    assert worker.run(Event(), once=True) == 4
    assert [type(trouble) for trouble in troubles] == [BrokenExecutor, BrokenExecutor]
    assert set(states(intake.sessions).values()) == {"accepted"}
    assert kinds(intake.sessions).count("report-imported") == 4


def test_a_stop_is_heeded(intake: Intake, reports: Reports) -> None:
    store(intake, reports)
    stop = Event()
    worker = Worker(
        lambda: nullcontext(Hands(None)), lambda _: intake, lambda _: stop.set(), pytest.fail, lambda *_: None
    )
    assert worker.run(stop) == 1
    assert sorted(states(intake.sessions).values()) == ["accepted", "received", "received", "received"]


def test_progress_is_seen_while_it_is_made(intake: Intake, reports: Reports) -> None:
    seen: list[tuple[BoothState, int, int | None]] = []

    def look(_done: int, _total: int) -> None:
        with intake.sessions() as session:
            booth = village_status(session, CODE)[0].booths[0]
            seen.append((booth.state, booth.checked, booth.total))

    with intake.sessions() as session:
        assert village_status(session, CODE)[0].booths[0].state is BoothState.WAITING
    intake.receive(reports[1, 1], "station_report", name="a", at=NIGHT)
    with intake.sessions() as session:
        assert queue(session).waiting == 1
    intake.check_next(progress=look)
    assert seen == [(BoothState.CHECKING, 0, 3), (BoothState.CHECKING, 3, 3)]
    with intake.sessions() as session:
        booth = village_status(session, CODE)[0].booths[0]
        assert (booth.state, booth.checked, booth.total) == (BoothState.ACCEPTED, 3, 3)


@pytest.fixture
def conflict(intake: Intake, reports: Reports, prepared: Prepared) -> str:
    """A booth has two reports with other content: the second is held. Gives its SHA-256."""
    intake.receive_report(reports[1, 1], name="pertama", at=NIGHT)
    other = report(prepared, (1, 1), cast(prepared, (1, 1), (3, 3)))
    with pytest.raises(ReportConflict):
        intake.receive_report(other, name="kedua", at=NIGHT)
    with intake.sessions() as session:
        ((row, decision),) = open_questions(session)
        assert (row.data, decision, place_of(session, row)) == (other, None, "TPS 01 bilik 1")
        assert village_status(session, CODE)[0].booths[0].state is BoothState.ALARM
        return row.sha256


def test_one_person_decides_nothing(intake: Intake, conflict: str) -> None:
    decisions = Decisions(intake.sessions, "uji")
    with pytest.raises(DecisionRefused, match="usul"):
        decisions.confirm(conflict, "refuse", by="Budi", at=NIGHT)
    decisions.propose(conflict, "refuse", reason="Salinan rusak", by="Ani Lestari", at=NIGHT)
    for same in ("Ani Lestari", "ani  lestari"):
        with pytest.raises(DecisionRefused, match="dua orang"):
            decisions.confirm(conflict, "refuse", by=same, at=NIGHT)
    with pytest.raises(DecisionRefused, match="usul"):  # nobody confirms another thing than was proposed
        decisions.confirm(conflict, "replace", by="Budi", at=NIGHT)
    assert states(intake.sessions)["kedua"] == "held"
    with pytest.raises(IntegrityError), intake.sessions.begin() as session:
        session.execute(text("UPDATE decision SET confirmed_by = proposed_by, confirmed_at = proposed_at"))


def test_two_people_refuse_and_both_files_stay(intake: Intake, conflict: str) -> None:
    decisions = Decisions(intake.sessions, "uji")
    decisions.propose(conflict, "refuse", reason="Bukan dari media TPS", by="Ani", at=NIGHT)
    assert decisions.confirm(conflict, "refuse", by="Budi", at=NIGHT).done
    assert states(intake.sessions) == {"pertama": "accepted", "kedua": "refused"}
    assert kinds(intake.sessions)[-3:] == ["file-held", "decision-proposed", "decision-confirmed"]
    with pytest.raises(DecisionRefused, match="tidak sedang ditahan"):
        decisions.propose(conflict, "refuse", reason="x", by="Ani", at=NIGHT)


def test_two_people_let_the_second_take_the_firsts_place(intake: Intake, conflict: str) -> None:
    decisions = Decisions(intake.sessions, "uji")
    decisions.propose(conflict, "check-again", reason="Salah usul", by="Ani", at=NIGHT)
    decisions.propose(conflict, "replace", reason="Laporan pertama dari gladi", by="Ani", at=NIGHT)
    decisions.confirm(conflict, "replace", by="Budi", at=NIGHT)
    with intake.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        act = log.event_of(log.read_log(session)[-1])
    assert isinstance(act, log.DecisionConfirmed)
    assert (act.replaced is not None, act.proposed_by, act.by) == (True, "Ani", "Budi")
    checked = intake.check_next()
    assert checked is not None
    assert checked.receipt is not None
    assert (checked.receipt.ballots, checked.receipt.sha256) == (2, conflict)
    assert states(intake.sessions) == {"pertama": "refused", "kedua": "accepted"}
    with intake.sessions() as session:
        replaced = session.scalars(select(ReceivedFile).filter_by(name="pertama")).one()
        assert (replaced.code, replaced.reason) == ("report-replaced", "Laporan pertama dari gladi")
        assert session.scalar(select(func.count()).select_from(Decision)) == 2


def test_a_station_is_not_closed_before_it_is_decided(
    intake: Intake, counting: Counting, conflict: str, reports: Reports
) -> None:
    intake.receive_report(reports[1, 2], name="lain", at=NIGHT)
    assert counting.close_stations(CODE, at=NIGHT) == ()
    with intake.sessions() as session, pytest.raises(BoardRefused, match="ditahan"):
        close_station(session, find_village(session, CODE).stations[0], at=NIGHT, actor="uji")
    decisions = Decisions(intake.sessions, "uji")
    decisions.propose(conflict, "refuse", reason="Salinan lama", by="Ani", at=NIGHT)
    decisions.confirm(conflict, "refuse", by="Budi", at=NIGHT)
    assert counting.close_stations(CODE, at=NIGHT) == (1,)


def test_nothing_is_replaced_once_the_station_is_closed(
    intake: Intake, counting: Counting, prepared: Prepared, reports: Reports
) -> None:
    for place in ((1, 1), (1, 2)):
        intake.receive_report(reports[place], name=str(place), at=NIGHT)
    assert counting.close_stations(CODE, at=NIGHT) == (1,)
    late = intake.receive(
        report(prepared, (1, 1), cast(prepared, (1, 1), (3, 3))), "station_report", name="x", at=NIGHT
    )
    checked = intake.check_next()
    assert checked is not None
    assert checked.held
    decisions = Decisions(intake.sessions, "uji")
    with pytest.raises(DecisionRefused, match="ditutup"):
        decisions.propose(late.sha256, "replace", reason="x", by="Ani", at=NIGHT)


def test_a_desk_book_is_replaced_too(intake: Intake, prepared: Prepared) -> None:
    intake.receive_desk_book(book(prepared, 1), name="pertama", at=NIGHT)
    second = intake.receive(book(prepared, 1, handed=7), "desk_book", name="kedua", at=NIGHT)
    checked = intake.check_next()
    assert checked is not None
    assert checked.held
    decisions = Decisions(intake.sessions, "uji")
    decisions.propose(second.sha256, "replace", reason="Salah hitung", by="Ani", at=NIGHT)
    decisions.confirm(second.sha256, "replace", by="Budi", at=NIGHT)
    again = intake.check_next()
    assert again is not None
    assert again.receipt is not None
    assert states(intake.sessions) == {"pertama": "refused", "kedua": "accepted"}


@pytest.mark.parametrize(
    ("verdict", "reason", "by"),
    [("accept", "x", "Ani"), ("refuse", "", "Ani"), ("refuse", "x", ""), ("refuse", "dua\nbaris", "Ani")],
)
def test_half_a_decision_is_refused(intake: Intake, conflict: str, verdict: str, reason: str, by: str) -> None:
    with pytest.raises(DecisionRefused):
        Decisions(intake.sessions, "uji").propose(conflict, verdict, reason=reason, by=by, at=NIGHT)


def test_a_second_report_that_does_not_hold_is_no_conflict(
    intake: Intake, reports: Reports, prepared: Prepared
) -> None:
    """Only what would count by itself is worth two people's time."""
    intake.receive_report(reports[1, 1], name="a", at=NIGHT)
    spoiled = report(prepared, (1, 1), [bad_proof(cast(prepared, (1, 1), (1,))[0])])
    intake.receive(spoiled, "station_report", name="b", at=NIGHT)
    checked = intake.check_next()
    assert checked is not None
    assert not checked.held
    assert states(intake.sessions) == {"a": "accepted", "b": "refused"}


def run(tmp_path: Path, *arguments: object, status: int = 0) -> str:
    command = [str(argument) for argument in ("tally", *arguments, "--db", f"sqlite:///{tmp_path / 'tally.db'}")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def test_the_commands_take_in_check_show_and_decide(
    intake: Intake, reports: Reports, prepared: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "TPS01-B1.epr").write_bytes(reports[1, 1])
    (tmp_path / "lain.epr").write_bytes(report(prepared, (1, 1), cast(prepared, (1, 1), (3,))))
    (tmp_path / "TPS01.epd").write_bytes(book(prepared, 1))
    (tmp_path / "x.pdf").write_bytes(b"")
    files = [tmp_path / name for name in ("TPS01-B1.epr", "TPS01.epd")]
    assert "menunggu diperiksa" in run(tmp_path, "receive", *files)
    assert "sudah ada (menunggu diperiksa)" in run(tmp_path, "receive", *files)
    run(tmp_path, "receive", tmp_path / "x.pdf", status=2)
    said = run(tmp_path, "worker", "--once", "--jobs", "1")
    assert "TPS 01 bilik 1, 3 surat suara – diterima" in said
    run(tmp_path, "receive", tmp_path / "lain.epr")
    assert "DITAHAN" in run(tmp_path, "worker", "--once", "--jobs", "1")
    shown = run(tmp_path, "status", "--village", CODE)
    assert "1 LAPORAN LAIN YANG DITAHAN" in shown
    assert "bilik 2: menunggu laporan" in shown
    sha256 = run(tmp_path, "held").split()[0]
    decide = ("decide", sha256, "--verdict", "refuse", "--by")
    run(tmp_path, *decide, "Ani", status=2)
    run(tmp_path, *decide, "Ani", "--reason", "Salinan lama")
    assert "Usul Ani: tolak" in run(tmp_path, "held")
    run(tmp_path, *decide, "Ani", "--confirm", status=1)
    assert "dilaksanakan" in run(tmp_path, *decide, "Budi", "--confirm")
    assert "Tidak ada berkas" in run(tmp_path, "held")


def test_workers_have_names_of_their_own() -> None:
    assert worker_name() != worker_name()


BALLOTS = 200


@pytest.fixture(scope="module")
def long_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A village's setup folder and a report that takes some seconds to check."""
    folder = tmp_path_factory.mktemp("besar")
    plan = replace(spec(title="Pemilihan besar"), stations=(StationPlan(1, (BoothPlan(BALLOTS),)),))
    assert trustees().data
    village = make_village(plan)
    write_setup(village, folder / "setup")
    data = report(village, (1, 1), cast(village, (1, 1), [1 + n % 3 for n in range(BALLOTS)]))
    return folder / "setup", data


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_killed_in_the_middle_loses_and_repeats_nothing(
    long_report: tuple[Path, bytes], tmp_path: Path, jobs: int
) -> None:
    setup, data = long_report
    url = f"sqlite:///{tmp_path / 'tally.db'}"
    engine = open_database(url)
    migrate(engine)
    factory = sessions(engine)
    with factory.begin() as session:
        import_setup(session, read_setup(setup), at=NIGHT, actor="uji")
    stored = Intake(factory, "uji").receive(data, "station_report", name="besar.epr", at=NIGHT)
    command = [sys.executable, "-m", "epilwu.cli", "tally", "worker", "--db", url, "--jobs", str(jobs), "--lease", "2"]
    for _ in range(2):
        _kill_when_half_done(command, engine, stored.sha256)
        assert kinds(factory) == ["setup-imported", "file-received"]
        with factory() as session:
            row = session.get_one(ReceivedFile, stored.sha256)
            assert (row.state, row.data == data) == ("checking", True)
    done = subprocess.run([*command, "--once"], capture_output=True, text=True, timeout=120, check=True)
    if "0 berkas" in done.stdout:  # the dead worker's time was not up yet
        time.sleep(2.1)
        done = subprocess.run([*command, "--once"], capture_output=True, text=True, timeout=120, check=True)
    assert f"{BALLOTS} surat suara – diterima" in done.stdout
    assert kinds(factory) == ["setup-imported", "file-received", "report-imported"]
    with factory() as session:
        assert session.get_one(ReceivedFile, stored.sha256).attempts == 3
        assert session.scalar(select(func.count()).select_from(Ballot)) == BALLOTS
        assert session.scalar(select(func.count()).select_from(Report)) == 1


def _kill_when_half_done(command: list[str], engine: Engine, sha256: str) -> None:
    """Start a worker, wait until it has checked a part, and kill it; its processes go with it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 60
        query = select(ReceivedFile.checked, ReceivedFile.worker).where(ReceivedFile.sha256 == sha256)
        while True:
            with engine.connect() as connection:
                checked, worker = connection.execute(query).one()
            if 0 < checked < BALLOTS and worker is not None and f":{process.pid}:" in worker:
                break
            assert time.monotonic() < ends
            time.sleep(0.02)
        children = _children(process.pid)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    ends = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < ends
        time.sleep(0.05)


def _children(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


@pytest.mark.slow
def test_no_bytes_stop_a_worker(intake: Intake, reports: Reports) -> None:
    """Reports cut, flipped, stuffed and spliced: every one comes to an end, none is accepted, the worker goes on."""
    chosen = random.Random(20231022)
    whole = reports[1, 1]
    for number in range(150):
        data, place = bytearray(whole), chosen.randrange(len(whole))
        damage = chosen.randrange(4)
        if damage == 0:
            data[place] ^= 1 << chosen.randrange(8)
        elif damage == 1:
            del data[place:]
        elif damage == 2:
            data[place:place] = chosen.randbytes(chosen.choice((1, 512, 700)))
        else:
            data[place : place + 512] = reports[2, 2][place : place + 512]
        if bytes(data) not in reports.values():
            intake.receive(bytes(data), chosen.choice(("station_report", "desk_book")), name=str(number), at=NIGHT)
    while intake.check_next() is not None:
        pass
    assert set(states(intake.sessions).values()) == {"refused"}
    assert kinds(intake.sessions).count("file-refused") > 100
    assert intake.receive_report(whole, name="utuh", at=NIGHT).new


@pytest.mark.slow
@pytest.mark.skipif(find_spec("distributed") is None, reason="Dask (epilwu[dask]) is not installed")
def test_a_worker_hands_its_ballots_to_an_existing_cluster(long_report: tuple[Path, bytes], tmp_path: Path) -> None:
    """Configuration alone: the same command with an address, the same result."""
    from distributed import LocalCluster

    setup, data = long_report
    url = f"sqlite:///{tmp_path / 'tally.db'}"
    engine = open_database(url)
    migrate(engine)
    factory = sessions(engine)
    with factory.begin() as session:
        import_setup(session, read_setup(setup), at=NIGHT, actor="uji")
    Intake(factory, "uji").receive(data, "station_report", name="besar.epr", at=NIGHT)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        command = ["tally", "worker", "--db", url, "--once", "--dask", cluster.scheduler_address]
        result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert f"{BALLOTS} surat suara – diterima" in result.output


def test_a_cluster_that_does_not_answer_is_named(database: object, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tally.db'}"
    result = CliRunner().invoke(main, ["tally", "worker", "--db", url, "--once", "--dask", "tidak-ada://x"])
    assert result.exit_code == 1
    assert "luster" in result.output
