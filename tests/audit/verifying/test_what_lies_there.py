"""Files found by content: any names, any folders, copies, contradictions, strangers."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import CODE
from boards import FOREIGN
from stick import Stick, honest, names

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.verify import Workers
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.given import exit_code, sort_paths
from epilwu.audit.verifying.result import Change
from epilwu.audit.verifying.run import Asked, Verification, verify_paths, verify_reports
from epilwu.audit.verifying.sorting import Sort, sort_file
from epilwu.protocol.verify_report import Status

FAILED, OPEN, PASSED = Status.FAILED, Status.NOT_CHECKED, Status.PASSED


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    honest().write(tmp_path / "media")
    (tmp_path / "media" / "kept.txt").unlink()
    return tmp_path / "media"


def verify(*paths: Path, stick: Stick | None = None, brought: bool = True) -> Verification:
    root = (stick or honest()).of.root.pem if brought else None
    with closing(Workers(1)) as workers:
        return verify_paths(paths, Asked(Brought(root)), workers)


def test_names_and_folders_do_not_matter(medium: Path, tmp_path: Path) -> None:
    heap = tmp_path / "heap"
    heap.mkdir()
    for number, path in enumerate(sorted(path for path in medium.rglob("*") if path.is_file())):
        if path.suffix != ".pem" or path.name == "root.pem":
            shutil.copy(path, heap / f"foto{number}.jpg")
    verification = verify(heap)
    assert names(verification, FAILED) == set()
    assert names(verification, OPEN) <= {"log-growth", "log-signature"}
    assert verification.villages[0].proven is not None


@pytest.mark.slow
def test_copies_are_one_and_strangers_are_named(medium: Path) -> None:
    shutil.copytree(medium / CODE, medium / "cadangan")
    (medium / "catatan.txt").write_text("beli kertas")
    (medium / ".sampah").write_bytes(b"{")
    verification = verify(medium)
    assert names(verification, FAILED) == set()
    assert [path.name for path in verification.not_used] == ["catatan.txt"]


def test_two_results_for_one_village_are_a_contradiction(medium: Path) -> None:
    other = json.loads((medium / CODE / "result.json").read_bytes()) | {"margin": 7}
    (medium / "result-2.json").write_text(json.dumps(other))
    verification = verify(medium)
    assert names(verification, FAILED) == {"files"}
    assert "village-result-sums" in names(verification, OPEN)
    (result,) = [result for result in verification.results if result.status is FAILED]
    assert result.code == "files-conflict" and result.change is Change.UNKNOWN


def test_a_folders_own_root_is_never_passed(medium: Path) -> None:
    verification = verify(medium, brought=False)
    (root,) = [result for result in verification.results if result.kind.name == "root"]
    assert root.status is OPEN
    assert not verification.ok and names(verification, FAILED) == set()


@pytest.mark.slow
def test_without_a_root_no_signature_is_passed(medium: Path) -> None:
    for path in medium.rglob("*.pem"):
        path.unlink()
    verification = verify(medium, brought=False)
    assert names(verification, FAILED) == set()
    signed = {name for name in names(verification, PASSED) if name.endswith("-signature")}
    assert signed == set()
    assert {"definition-signature", "village-result-signature", "report-signature"} <= names(verification, OPEN)


def test_a_public_folder_alone_is_judged_as_far_as_it_goes(medium: Path) -> None:
    verification = verify(medium / CODE)
    assert names(verification, FAILED) == set()
    assert names(verification, OPEN) == {
        "report-signature", "report-certificate", "report-journal", "report-ballots", "report-registers",
        "report-figures", "report-election", "reports-complete", "board-reports", "desk-book", "rolls",
        "books-sources", "log-chain", "log-leaves", "log-root", "log-signature", "log-growth", "log-acts",
    }  # fmt: skip
    assert exit_code([], [verification]) == 1


def test_a_report_by_itself(medium: Path, tmp_path: Path) -> None:
    report = medium / "auditor" / "TPS01-B1.epr"
    root = honest().of.root.pem
    alone = verify_reports([report], Asked(Brought(root)))
    assert names(alone, FAILED) == set() and names(alone, OPEN) == {"report-election"}
    assert {"report-journal", "report-registers", "report-figures", "root"} <= names(alone, PASSED)
    for name in ("definition.json", "definition.json.sig", "setup.json", "setup.json.sig", "rules.toml"):
        shutil.copy(medium / CODE / name, report.parent)
    beside = verify_reports([report], Asked(Brought(root)))
    assert names(beside, FAILED) == set()
    assert names(beside, OPEN) == {"revocations-signature", "revoked"}
    assert "report-election" in names(beside, PASSED)
    data = bytearray(report.read_bytes())
    data[len(data) // 2] ^= 1
    report.write_bytes(data)
    assert names(verify_reports([report], Asked(Brought(root))), FAILED) == {"report-signature"}


@pytest.mark.slow
def test_foreign_boards_in_a_folder_are_held_to_their_own_rules(tmp_path: Path) -> None:
    for path in FOREIGN:
        shutil.copy(path, tmp_path)
    with closing(Workers(1)) as workers:
        verification = verify_paths([tmp_path], Asked(), workers)
    assert names(verification, FAILED) == set()
    assert [outcome.ok for outcome in verification.archives] == [True, True]


def test_what_is_asked_for(medium: Path, tmp_path: Path) -> None:
    board, report = FOREIGN[0], medium / "auditor" / "TPS01-B1.epr"
    assert sort_paths([board, report]).together == ()
    assert sort_paths([board, report]).reports == (report,)
    assert sort_paths([board, medium]).together == (board, medium)
    with pytest.raises(MaterialRefused):
        verify(tmp_path / "missing")


@pytest.mark.parametrize(
    ("content", "sort"),
    [
        (b"", Sort.OTHER),
        (b"{}", Sort.BROKEN),
        (b'{"a":1}', Sort.OTHER),
        (b"[1]", Sort.OTHER),
        (b'{"files":[],"version":1}', Sort.SETUP),
        (b"MANIFEST" + bytes(504), Sort.BROKEN),
        (b"BELENIOS" + bytes(504), Sort.BROKEN),
        (b"\x00" * 5000, Sort.OTHER),
        (b"{" * 100_000, Sort.BROKEN),
        (b"0" * 64 + b"\n", Sort.LOG_LEAVES),
    ],
)
def test_any_content_is_sorted_without_a_fault(content: bytes, sort: Sort, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert sort_file(path).sort is sort
    verify(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\n", bytes(900)])
def test_a_damaged_root_in_the_folder_is_seen_though_the_auditor_has_a_good_one(content: bytes, medium: Path) -> None:
    (medium / CODE / "root.pem").write_bytes(content)
    verification = verify(medium)
    assert names(verification, FAILED) == {"root"}


@pytest.mark.slow
def test_nothing_that_lies_there_can_stop_the_verification(medium: Path) -> None:
    """Every file in turn is cut in half, emptied, or exchanged for another; there is always an answer."""
    files = sorted(path for path in medium.rglob("*") if path.is_file())
    for path, other in zip(files[::4], files[1::4], strict=False):
        kept = path.read_bytes()
        for content in (kept[: len(kept) // 2], other.read_bytes()):
            path.write_bytes(content)
            assert verify(medium).results
        path.write_bytes(kept)
