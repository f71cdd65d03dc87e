"""The demonstration from end to end: prepare, vote, close, count, audit, write."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.managers import SyncManager
from pathlib import Path
from queue import Empty, Queue
from random import SystemRandom

from epilwu.audit.record import audit_record
from epilwu.audit.report import paper_counts
from epilwu.audit.village import VillageAudit
from epilwu.demo.count_night import Night
from epilwu.demo.errors import DemoBroken, FolderInUse
from epilwu.demo.examine import examine
from epilwu.demo.figures import BOOTHS, QUICK_BALLOTS, STATIONS, Figures
from epilwu.demo.layout import Layout
from epilwu.demo.polling import PollingDay, hold
from epilwu.demo.prepare import Ready, prepare_village
from epilwu.demo.show import Stage
from epilwu.desk.book_file import DeskKey, write_book_file
from epilwu.desk.count import DeskCount
from epilwu.disk import read_bounded, write_public
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.election.outcome import Outcome, outcome
from epilwu.media import published
from epilwu.media.published import VillageResult
from epilwu.trust.certificates import WESTERN_TIME
from epilwu.trust.keyfile import CHEAPEST, DEFAULT

MARK = ".epilwu-peragaan"
BOOTH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Finished:
    """What a demonstration gives."""

    layout: Layout
    definition: Definition
    outcome: Outcome
    audit: VillageAudit


def run_demo(figures: Figures, out: Path, stage: Stage, *, quick: bool = False, papers: int | None = None) -> Finished:
    """Run the whole election of one village into ``out``; the first booth's paper is shown at the port ``papers``.

    Raises ``DemoBroken`` where its figures do not come out.
    """
    layout = Layout(_fresh(out))
    shown = figures.scaled(QUICK_BALLOTS) if quick else figures
    with stage.step("Persiapan: definisi, upacara kunci 3 dari 5, sertifikat, token, paket bilik", 1) as bar:
        ready = prepare_village(shown, layout, cost=CHEAPEST if quick else DEFAULT)
        bar.step()
    definition = definitions.parse(ready.prepared.setup.definition)
    jobs = len(os.sched_getaffinity(0))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
        with stage.step(
            f"Pemungutan suara: {STATIONS} TPS, {STATIONS * BOOTHS} bilik, lalu penutupan", shown.ballots
        ) as bar:
            days = [_day(ready, layout, definition, place) for place in sorted(ready.votes)]
            _vote(pool, spawn.Manager(), [replace(days[0], page=papers), *days[1:]], bar.step)
        _write_desk_books(ready, layout, definition)
        steps = len(definition.stations) * (BOOTHS + 1 + ready.rules.trustees_threshold.value)
        with stage.step("Penghitungan: laporan masuk, papan suara, tiga dari lima pemegang kunci", steps) as bar:
            night = Night(layout, ready, definition, _moment(definition, "19:30"), pool, bar.say)
            factory = night.count()
    with stage.step("Audit dari berkas dan kertas saja", shown.ballots + len(definition.stations)) as bar:
        audit = examine(layout, jobs, bar.step)
    result = _result(layout, ready)
    _compare(shown, result, audit)
    with stage.step("Berita acara panitia dan auditor", 2) as bar:
        night.publish(factory, paper_counts(audit))
        bar.step()
        write_public(layout.audit_record, audit_record(audit))
        bar.step()
    return Finished(layout, definition, result, audit)


def _fresh(out: Path) -> Path:
    """An empty folder; what an earlier demonstration left there is removed, anything else is refused."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARK).is_file())):
        raise FolderInUse(
            "Folder ini sudah berisi berkas lain.", where=str(out), todo="Pilih folder lain dengan --out."
        )
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / MARK).write_text("Folder ini dibuat oleh epilwu demo dan boleh dihapus.\n", "utf-8")
    return out.resolve()


def _moment(definition: Definition, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime.combine(definition.day, datetime.min.time(), WESTERN_TIME).replace(
        hour=int(hour), minute=int(minute)
    )


def _vote(
    pool: ProcessPoolExecutor, manager: SyncManager, days: Sequence[PollingDay], voted: Callable[[int], None]
) -> None:
    """Hold all booths' ``days``, as many at once as there are cores; ``voted`` hears of each vote."""
    with manager:
        news: Queue[int] = manager.Queue()
        pending: set[Future[None]] = {pool.submit(_hold, day, news) for day in days}
        while pending:
            done, pending = wait(pending, timeout=BOOTH_SECONDS)
            voted(_drain(news))
            for future in done:
                future.result()
        voted(_drain(news))


def _hold(day: PollingDay, news: Queue[int]) -> None:
    """One booth's day, in a process of its own."""
    hold(day, lambda: news.put(1))


def _drain(news: Queue[int]) -> int:
    count = 0
    while True:
        try:
            count += news.get_nowait()
        except Empty:
            return count


def _day(ready: Ready, layout: Layout, definition: Definition, place: tuple[int, int]) -> PollingDay:
    station, booth = place
    package = layout.packages / published.package_name(station, booth)
    name = package.stem
    return PollingDay(
        station=station,
        booth=booth,
        package=package,
        root=layout.setup / published.ROOT,
        pins=ready.prepared.booths[place].pins,
        votes=ready.votes[place],
        folder=layout.booth(name) / "media-1",
        second=layout.booth(name) / "media-2",
        medium=layout.medium,
        box=layout.boxes / f"TPS{station:02d}",
        papers=layout.booth(name) / "kertas",
        opening=_moment(definition, "07:00"),
        closing=_moment(definition, "13:15"),
        wrong_slips=int(booth == 1),
        reused=int(booth == 2),
    )


def _write_desk_books(ready: Ready, layout: Layout, definition: Definition) -> None:
    """Each desk marks one voter per token handed out; who is a woman is made up, for nobody published it."""
    for station in definition.stations:
        voters = sum(len(votes) for (number, _), votes in ready.votes.items() if number == station.number)
        count = DeskCount(received=voters)
        for _ in range(voters):
            count = count.hand_out(woman=SystemRandom().random() < 1 / 2)
        key = DeskKey(station.number, layout.desks, ready.desk_codes[station.number])
        write_book_file(count, layout.setup / published.DEFINITION, key, layout.medium)


def _result(layout: Layout, ready: Ready) -> Outcome:
    data = read_bounded(layout.public / published.RESULT, published.LIMIT)
    return outcome(VillageResult.parse(data, rules=ready.rules).station_counts, ready.rules)


def _compare(figures: Figures, result: Outcome, audit: VillageAudit) -> None:
    """The figures that went in must have come out, in the count and in the audit's own."""
    counts = result.counts
    if (counts.candidates, counts.blank) != (figures.votes, figures.invalid) or audit.counts != counts:
        raise DemoBroken("Hasil hitungan tidak sama dengan suara yang diberikan.", where=str(counts))
