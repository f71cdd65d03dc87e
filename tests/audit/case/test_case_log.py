"""The case's record: one chain of known entries, and nothing else is read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from case_samples import AUDITORS, READERS, WIB, begin, clock, lines, truth
from hypothesis import given, settings
from hypothesis import strategies as st

from epilwu.audit.case.errors import CaseBroken, CaseBusy, CaseRefused
from epilwu.audit.case.events import (
    BoxOpened,
    CaseOpened,
    Corrected,
    DiceThrown,
    Event,
    Input,
    PaperRead,
    PileCounted,
    RiskFigured,
    encode,
    parse,
)
from epilwu.audit.case.log import FIRST_PREV, encode_entry, head_of, read_line, read_log
from epilwu.audit.case.state import fold
from epilwu.audit.case.store import LOG, CaseStore, read_case
from epilwu.audit.case.summary import summary
from epilwu.trust.canonical import dumps
from epilwu.trust.errors import MalformedFile

DIGEST = "a" * 64
OPENED = CaseOpened(
    order="1", by_order="Bupati", auditors=AUDITORS, place="Balai Desa", definition=DIGEST, region="32.09.07.2007",
    village="Lemahabang", rehearsal=False, candidates=3, blank=True, stations=(1, 2), root=DIGEST, root_brought=True,
    inputs=(Input("umum/result.json", DIGEST, 12),),
)  # fmt: skip
BOX = BoxOpened(station=1, by_order="Bupati", seal="", people=AUDITORS, note="")
PILE = PileCounted(station=1, pile=1, turn=1, seat=1, counter="A", votes=(1, 2, 3), blank=0, unclear=1)
READ = PaperRead(1, 1, "Sari", "2")
EVENTS: tuple[Event, ...] = (
    OPENED, BOX, PILE, READ, DiceThrown("0" * 20, AUDITORS), RiskFigured(1, 2, -1, "0.5", "1", "continue"),
    Corrected(3, PaperRead(1, 1, "Sari", "3"), "salah ketik", AUDITORS),
)  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_event_is_read_as_it_was_written(event: Event) -> None:
    at = clock()()
    line = encode_entry(0, at, event, FIRST_PREV)
    entry = read_line(line[:-1], 0, FIRST_PREV, where="log")
    assert (entry.event, entry.at, entry.head) == (event, "2023-10-24T09:00+07:00", head_of(line))
    assert summary(event)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("kind", "box_closed"), ("station", 0), ("station", True), ("station", "1"), ("people", ["Sari"]),
        ("people", ["Sari", "Sari"]), ("people", ["Sari", "a\nb"]), ("by_order", ""), ("seal", "x" * 81),
        ("note", None), ("extra", 1),
    ],
)  # fmt: skip
def test_a_field_out_of_bounds_is_refused(change: str, value: object) -> None:
    values = json.loads(dumps(encode(BOX)))
    values[change] = value
    with pytest.raises((CaseBroken, MalformedFile)):
        parse(values, "x")


@pytest.mark.parametrize("text", ["", "-1", "007", "100", "ada", "2 ", "²"])
def test_what_nobody_can_have_read_is_refused(text: str) -> None:
    with pytest.raises(MalformedFile):
        parse({"kind": "paper_read", "draw": 1, "seat": 1, "reader": "Sari", "text": text}, "x")


@pytest.mark.parametrize("p", ["1.5", "-0.1", "0.50", "1e-3", "nan", ".5", "0.", "00"])
def test_a_risk_has_one_way_of_being_written(p: str) -> None:
    risk = encode(RiskFigured(1, 2, 0, "0.5", "1", "continue"))
    assert isinstance(risk, dict)
    with pytest.raises(MalformedFile):
        parse({**risk, "betting": p}, "x")


@settings(max_examples=40)
@given(st.data())
def test_any_changed_byte_breaks_the_chain(data: st.DataObject) -> None:
    at, prev, log = clock(), FIRST_PREV, b""
    for seq, event in enumerate((OPENED, BOX)):
        line = encode_entry(seq, at(), event, prev)
        log, prev = log + line, head_of(line)
    log += encode_entry(2, at(), PaperRead(1, 1, "x", "0"), prev)
    last = log.rindex(b"\n", 0, -1)  # a change in the last line leaves a chain: only its head tells
    position = data.draw(st.integers(0, last))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != log[position]))
    spoilt = log[:position] + bytes([other]) + log[position + 1 :]
    with pytest.raises(CaseBroken):
        list(read_log(spoilt))


def test_the_broken_line_is_named(reading_case: Path) -> None:
    kept = list(lines(reading_case / LOG))
    kept[2] = kept[2].replace(b'"seal":"A-001"', b'"seal":"A-009"')
    (reading_case / LOG).write_bytes(b"\n".join([*kept, b""]))
    with pytest.raises(CaseBroken, match="baris 4"):
        read_case(reading_case)


def test_a_torn_line_is_laid_aside_and_the_case_goes_on(reading_case: Path) -> None:
    log = reading_case / LOG
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"at":"2023-10-24T09:10+07:00","event":{"draw"')
    with pytest.raises(CaseBroken, match="terpotong"):
        list(read_log(log.read_bytes()))
    acts = begin(reading_case)
    assert log.read_bytes() == whole
    assert (reading_case / "case.log.torn").read_bytes().startswith(b'{"at"')
    acts.read(PaperRead(1, 1, READERS[1], truth(acts, 1)))
    acts.close()
    assert len(read_case(reading_case).entries) == whole.count(b"\n") + 1


def test_one_program_writes_at_a_time(reading_case: Path) -> None:
    acts = begin(reading_case)
    with pytest.raises(CaseBusy):
        CaseStore.start(reading_case)
    acts.close()
    CaseStore.start(reading_case).close()


def test_resuming_needs_a_case(tmp_path: Path) -> None:
    with pytest.raises(CaseRefused, match="tidak ada kasus"):
        CaseStore.resume(tmp_path)


def test_a_refused_act_leaves_the_record_as_it_was(reading_case: Path) -> None:
    acts = begin(reading_case)
    before = (reading_case / LOG).read_bytes()
    with pytest.raises(CaseRefused):
        acts.read(PaperRead(2, 1, READERS[1], "2"))
    with pytest.raises(CaseRefused):
        acts.throw("1" * 20, AUDITORS)
    assert (reading_case / LOG).read_bytes() == before
    acts.close()


@pytest.mark.slow
def test_what_was_written_survives_kill_9(reading_case: Path) -> None:
    """A program that writes readings as fast as it can is killed; every reading that it told of is there."""
    program = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("read_papers.py")), str(reading_case)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert program.stdout is not None
    told = [program.stdout.readline() for _ in range(3)]
    time.sleep(0.02)
    program.send_signal(signal.SIGKILL)
    told += program.stdout.read().splitlines(keepends=True)
    program.wait()
    program.stdout.close()
    acts = begin(reading_case)
    acts.resume()
    said = [tuple(map(int, line.split())) for line in told if line.endswith("\n")]
    assert said
    assert all((draw, seat) in acts.case.readings.entries for draw, seat in said)
    assert len(acts.case.risks) == acts.case.readings.both
    acts.close()


def test_the_fold_names_the_entry_that_may_not_follow() -> None:
    at, entries, prev = clock(), [], FIRST_PREV
    for seq, event in enumerate((OPENED, BOX, DiceThrown("0" * 20, AUDITORS))):
        line = encode_entry(seq, at(), event, prev)
        entries.append(read_line(line[:-1], seq, prev, where="x"))
        prev = entries[-1].head
    with pytest.raises(CaseBroken, match="nomor 3"):
        fold(entries)
    assert entries[0].at.endswith(clock()().astimezone(WIB).strftime("%z")[:3] + ":00")
