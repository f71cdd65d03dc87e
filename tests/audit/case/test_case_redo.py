"""The audit made again from its export: what was tampered with is found, and named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from case_samples import begin, lines
from click.testing import CliRunner
from finished_case import Finished

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.export import export
from epilwu.audit.case.log import FIRST_PREV, head_of
from epilwu.audit.case.redo import redo
from epilwu.audit.case.store import LOG
from epilwu.audit.finding import Finding
from epilwu.audit.verify import Workers
from epilwu.cli import main
from epilwu.protocol.verify_report import Status
from epilwu.trust.canonical import dumps

PASSED, FAILED, NOT_CHECKED = Status.PASSED, Status.FAILED, Status.NOT_CHECKED


def again(folder: Path, head: str | None = None) -> dict[str, Finding]:
    return {finding.name: finding for finding in redo(folder, None, head=head)}


def forge(folder: Path, kind: str, number: int, change: Callable[[dict[str, object]], None]) -> None:
    """Change the ``number``-th entry of ``kind`` and make the chain whole again, as whoever holds the laptop could."""
    forged, prev, seen = b"", FIRST_PREV, 0
    for line in lines(folder / LOG):
        entry = json.loads(line)
        if entry["event"]["kind"] == kind:
            seen += 1
            if seen == number:
                change(entry["event"])
        entry["prev"] = prev
        written = dumps(entry) + b"\n"
        forged, prev = forged + written, head_of(written)
    assert seen >= number
    (folder / LOG).write_bytes(forged)


def test_an_honest_case_comes_out_the_same(finished: Finished) -> None:
    with closing(Workers(1)) as workers:
        found = {f.name: f.status for f in redo(finished.exported, workers, head=finished.head)}
    assert found == dict.fromkeys(
        ["chain", "head", "inputs", "scans", "verification", "reconciliation", "commitment", "order", "risk", "verdict",
         "record"], PASSED,
    )  # fmt: skip


@pytest.mark.slow
def test_the_command_says_so(finished: Finished) -> None:
    done = CliRunner().invoke(main, ["audit", "redo", str(finished.exported), "--head", finished.head, "--jobs", "1"])
    assert (done.exit_code, done.output.count("lulus")) == (0, 11)
    without = CliRunner().invoke(main, ["audit", "redo", str(finished.exported), "--no-verify", "--json"])
    assert without.exit_code == 1
    statuses = {row["name"]: row["status"] for row in json.loads(without.output)}
    assert statuses["head"] == statuses["verification"] == "not checked"
    told = CliRunner().invoke(main, ["audit", "case", str(finished.case)])
    assert finished.head in told.output and "dadu dilempar" in told.output


@pytest.mark.parametrize("number", [0, 5, 20])
def test_an_edited_entry_breaks_the_chain_where_it_stands(exported: Path, number: int) -> None:
    kept = list(lines(exported / LOG))
    kept[number] = kept[number].replace(b"2023-10-24T", b"2023-10-25T")
    (exported / LOG).write_bytes(b"\n".join([*kept, b""]))
    found = again(exported)
    assert found["chain"].status is FAILED
    assert f"baris {number + 2}" in found["chain"].detail  # the next line's link no longer fits
    assert set(found) == {"chain"}


def test_a_cut_or_replaced_record_shows_against_a_kept_head(exported: Path, finished: Finished) -> None:
    kept = list(lines(exported / LOG))
    (exported / LOG).write_bytes(b"\n".join([*kept[:-1], b""]))
    assert again(exported, finished.head)["head"].status is FAILED
    assert again(exported)["head"].status is NOT_CHECKED
    forge(exported, "case_opened", 1, lambda event: event.update(by_order="Orang lain"))
    assert again(exported, finished.head)["head"].status is FAILED


def _read(event: dict[str, object]) -> None:
    event["text"] = "missing"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "change", "question", "named"),
    [
        ("box_scanned", {"counted": 13}, "scans", "counted"),
        ("box_scanned", {"void": 0}, "scans", "void"),
        ("reconciled", {"differences": 1}, "reconciliation", "angkanya"),
        ("reconciled", {"figures": "0" * 64}, "reconciliation", "angkanya"),
        ("committed", {"margin": 19}, "commitment", "margin dicatat 19, seharusnya 20"),
        ("committed", {"list_root": "0" * 64}, "commitment", "list_root"),
        ("committed", {"winner": 1}, "commitment", "winner"),
        ("committed", {"papers": 25}, "commitment", "papers"),
        ("dice_thrown", {"seed": "0" * 20}, "order", "sha256"),
        ("order_printed", {"sha256": "0" * 64}, "order", "sha256"),
        ("risk_figured", {"betting": "0.01"}, "risk", "betting dicatat 0.01"),
        ("risk_figured", {"code": 3}, "risk", "code"),
        ("risk_figured", {"kaplan_markov": "0.01"}, "risk", "kaplan_markov"),
        ("concluded", {"words": "Semua baik."}, "verdict", "words"),
    ],
)
def test_a_forged_figure_in_a_whole_chain_is_named(
    exported: Path, kind: str, change: dict[str, object], question: str, named: str
) -> None:
    forge(exported, kind, 1, lambda event: event.update(change))
    found = again(exported)
    assert found["chain"].status is PASSED
    assert found[question].status is FAILED
    assert named in found[question].detail


@pytest.mark.slow
def test_a_changed_reading_changes_the_risk(exported: Path) -> None:
    for number in (1, 2):
        forge(exported, "paper_read", number, _read)
    found = again(exported)
    assert found["risk"].status is FAILED
    assert re.search("overstatement dicatat 0, seharusnya [12]", found["risk"].detail)


@pytest.mark.slow
def test_forged_proofs_answers_are_verified_again(exported: Path) -> None:
    forge(exported, "verified", 1, lambda e: e.update(stations=[{"station": 1, "votes": [0, 12, 0, 0]},
                                                               {"station": 2, "votes": [1, 1, 10, 0]}]))  # fmt: skip
    with closing(Workers(1)) as workers:
        found = {finding.name: finding for finding in redo(exported, workers)}
    assert found["verification"].status is FAILED
    assert "TPS 1" in found["verification"].detail


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "question"),
    [
        ("bahan/umum/result.json", "inputs"),
        ("bahan/auditor/TPS01.epd", "inputs"),
        ("pindai/TPS01/pemindaian.jsonl", "scans"),
        ("pencocokan.json", "reconciliation"),
        ("daftar-cocokkan.json", "reconciliation"),
        ("cetak/urutan.txt", "order"),
        ("berita-acara-kasus.pdf", "record"),
    ],
)
def test_a_changed_file_is_named(exported: Path, file: str, question: str) -> None:
    path = exported / file
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    found = again(exported)
    assert found[question].status is FAILED, found
    assert path.name in found[question].detail or path.parent.name in found[question].detail


@pytest.mark.slow
def test_what_is_not_there_is_not_called_the_same(exported: Path) -> None:
    (exported / "bahan" / "umum" / "books.json").unlink()
    found = again(exported)
    assert found["inputs"].status is NOT_CHECKED
    assert found["order"].status is not PASSED
    assert again(exported.parent)["chain"].status is FAILED


@pytest.mark.slow
def test_an_export_takes_the_place_of_nothing(finished: Finished, exported: Path) -> None:
    case = Path(shutil.copytree(finished.case, exported.parent / "kasus"))
    with closing(begin(case)) as acts, pytest.raises(CaseRefused, match="tidak kosong"):
        export(acts, exported)
