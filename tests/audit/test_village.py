"""A village's audit as a whole: honest evidence passes, and each lie is named by the question that it falls to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from audit_samples import (
    ALL_PASSED,
    COUNTS,
    FAILED,
    NOT_CHECKED,
    Folders,
    announced,
    board,
    board_files,
    book,
    but,
    detail,
    report,
    scene,
    slip,
    statuses,
    stranger,
)
from paper_drawing import draw

from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.material import load_material
from epilwu.audit.verify import Workers
from epilwu.audit.village import audit_village, count_pictures
from epilwu.media import published
from epilwu.protocol.verify_report import Name
from epilwu.receipt.slip import new_nonce

# Honest evidence


def test_honest_evidence_passes(evidence: Folders) -> None:
    audit = evidence.audit()
    assert statuses(audit) == ALL_PASSED
    assert audit.counts == audit.papers == COUNTS[1].plus(COUNTS[2])
    for station in audit.stations:
        assert station.reconciliation is not None
        assert station.reconciliation.missing == {1: 0, 2: 0}
        assert station.books.slips_counted == 12
        assert station.archive.report is not None
        assert {check.name for check in station.archive.report.checks} == set(Name)


def test_progress_is_told(evidence: Folders) -> None:
    told: list[tuple[str, int]] = []
    material = load_material(evidence.public, evidence.auditors)
    with closing(Workers(1)) as workers:
        audit_village(material, evidence.papers, workers, lambda what, count: told.append((what, count)))
    assert (told.count(("archive", 1)), told.count(("slip", 1)), len(told)) == (2, 26, 28)
    assert count_pictures(material, evidence.papers) == 26


# What was not looked at is not passed


def test_without_boxes_the_paper_is_not_checked(folders: Folders) -> None:
    audit = folders.audit(papers=False)
    assert statuses(audit) == but(paper=NOT_CHECKED)
    assert audit.counts == COUNTS[1].plus(COUNTS[2])
    assert audit.papers is None


def test_one_box_that_was_not_opened(evidence: Folders) -> None:
    (evidence.papers / "TPS02").rename(evidence.papers / "TPS2")
    audit = evidence.audit()
    assert statuses(audit) == but(paper=NOT_CHECKED)
    assert "TPS 2" in detail(audit, "paper")
    assert "TPS 1" not in detail(audit, "paper")
    assert audit.papers is None


def test_a_folder_of_boxes_that_is_not_there_is_refused(folders: Folders) -> None:
    with pytest.raises(BoxUnreadable, match="papers"):
        folders.audit()


def test_a_missing_desk_book_leaves_paper_and_books_open(evidence: Folders) -> None:
    (evidence.auditors / "TPS01.epd").unlink()
    audit = evidence.audit()
    assert statuses(audit) == but(results=NOT_CHECKED, paper=NOT_CHECKED)
    assert detail(audit, "paper") == (
        "TPS 1: token diterima − (diserahkan + rusak + sisa); daftar hadir − token diserahkan;"
        " token diserahkan − token terpakai"
    )


# Boards


def test_a_ballot_dropped_from_the_board(evidence: Folders) -> None:
    kept = [*scene().ballots[1, 1][1:], *scene().ballots[1, 2]]
    boards = {**scene().boards, 1: board(scene().elections[1], kept)}
    evidence.write(announced(scene(), boards))
    audit = evidence.audit()
    assert statuses(audit) == but(boards=FAILED, paper=FAILED)
    assert "1 surat suara hilang dari papan, 0 tidak dilaporkan" in detail(audit, "boards")
    assert "calon 1: struk 3, suara 2 (+1)" in detail(audit, "paper")


def test_a_ballot_added_to_the_board(evidence: Folders) -> None:
    place = scene().elections[2]
    boards = {**scene().boards, 2: board(place, [*scene().ballots[2, 1], *scene().ballots[2, 2], place.ballot(12, 3)])}
    evidence.write(announced(scene(), boards))
    audit = evidence.audit()
    assert statuses(audit) == but(boards=FAILED, paper=FAILED)
    assert "0 surat suara hilang dari papan, 1 tidak dilaporkan" in detail(audit, "boards")
    assert "calon 3: struk 2, suara 3 (−1)" in detail(audit, "paper")


def test_a_ballot_exchanged_for_another(evidence: Folders) -> None:
    place = scene().elections[1]
    exchanged = [place.ballot(0, 2), *scene().ballots[1, 1][1:], *scene().ballots[1, 2]]
    evidence.write(announced(scene(), {**scene().boards, 1: board(place, exchanged)}))
    audit = evidence.audit()
    assert statuses(audit) == but(boards=FAILED, paper=FAILED)
    assert "1 surat suara hilang dari papan, 1 tidak dilaporkan" in detail(audit, "boards")


def test_a_false_count_of_a_true_board(evidence: Folders) -> None:
    """A result that the ballots do not give: the archive itself fails, and nothing is compared with it."""
    parts = replace(scene().boards[1], result=b'{"result":[[1,4,5,2]]}')
    evidence.write(announced(scene(), {**scene().boards, 1: parts}))
    audit = evidence.audit()
    assert statuses(audit) == but(archives=FAILED, results=NOT_CHECKED, paper=NOT_CHECKED)
    assert audit.counts is None
    station = audit.stations[0]
    assert station.votes is None
    assert station.reconciliation is not None
    assert [(row.slips, row.votes) for row in station.reconciliation.choices] == [
        (1, None),
        (3, None),
        (6, None),
        (2, None),
    ]
    assert audit.papers == COUNTS[1].plus(COUNTS[2])


def test_another_station_s_board_under_this_station_s_name(evidence: Folders) -> None:
    evidence.write(board_files(scene().boards[2], scene().uuid(1)))
    audit = evidence.audit()
    assert statuses(audit)["archives"] is statuses(audit)["boards"] is FAILED
    assert scene().uuid(2) in detail(audit, "archives")
    assert audit.stations[0].votes is None


def test_a_board_that_is_no_archive(evidence: Folders) -> None:
    evidence.write({published.archive_name(scene().uuid(1)): b"no archive"})
    audit = evidence.audit()
    assert statuses(audit)["archives"] is statuses(audit)["boards"] is FAILED
    assert audit.stations[0].archive.report is None


def test_proofs_of_another_decryption(evidence: Folders) -> None:
    """The bound proofs beside the archive are part of what must hold."""
    other = scene().boards[2].side_file
    assert other is not None
    evidence.write({published.decryption_name(scene().uuid(1)): other})
    assert statuses(evidence.audit())["archives"] is FAILED


# Paper


def test_a_box_without_one_slip(evidence: Folders) -> None:
    of = scene()
    target = evidence.papers / "TPS02"
    for path in target.iterdir():
        path.unlink()
    for each in (*of.slips[2, 1], *of.slips[2, 2][1:]):
        draw(each, target)
    audit = evidence.audit()
    assert statuses(audit) == but(paper=FAILED)
    assert detail(audit, "paper") == (
        "TPS 2: calon 3: struk 1, suara 2 (−1); struk tercatat − struk di kotak: 12 dan 11 (+1);"
        " struk hilang dari bilik 2: 1"
    )
    assert audit.stations[1].reconciliation is not None
    assert audit.stations[1].reconciliation.missing == {1: 0, 2: 1}


def test_a_stuffed_box(evidence: Folders) -> None:
    """Copies, slips of a device that knows the key but not the register, of another station, and rubbish."""
    of, target = scene(), evidence.papers / "TPS01"
    draw(of.slips[1, 1][0], target)
    draw(slip(of.uuid(1), (1, 1), 3, of.booths[1, 1].key), target)
    draw(slip(of.uuid(1), (1, 2), 3, stranger().key), target)
    draw(of.slips[2, 1][0], target)
    (target / "zz.jpg").write_bytes(b"torn")
    audit = evidence.audit()
    assert statuses(audit) == but(paper=FAILED)
    assert detail(audit, "paper") == (
        "TPS 1: struk ganda: 1 lembar; struk asing: 3 lembar; struk tidak terbaca: 1 lembar"
    )
    assert audit.papers == COUNTS[1].plus(COUNTS[2])


def test_boxes_exchanged(evidence: Folders) -> None:
    first, second = evidence.papers / "TPS01", evidence.papers / "TPS02"
    first.rename(evidence.papers / "x")
    second.rename(first)
    (evidence.papers / "x").rename(second)
    audit = evidence.audit()
    assert statuses(audit) == but(paper=FAILED)
    assert "struk asing: 13 lembar" in detail(audit, "paper")
    assert "struk hilang dari bilik 1: 6" in detail(audit, "paper")


def test_a_booth_that_encrypts_another_choice_than_it_prints(evidence: Folders) -> None:
    """Everything electronic agrees; only the paper tells."""
    of = scene()
    place = of.elections[1]
    ballots = (place.ballot(0, 3), *of.ballots[1, 1][1:])
    boards = {**of.boards, 1: board(place, [*ballots, *of.ballots[1, 2]])}
    evidence.write(announced(of, boards))
    (evidence.auditors / "TPS01-B1.epr").write_bytes(report(of, (1, 1), ballots=ballots))
    audit = evidence.audit()
    assert statuses(audit) == but(paper=FAILED)
    assert detail(audit, "paper") == ("TPS 1: calon 1: struk 3, suara 2 (+1); calon 3: struk 2, suara 3 (−1)")


def test_a_booth_that_casts_a_ballot_without_a_voter(evidence: Folders) -> None:
    """Ballot and register agree with each other; no token was handed out for it and no slip lies in the box."""
    of = scene()
    place = of.elections[1]
    ballots = (*of.ballots[1, 1], place.ballot(12, 3))
    cast = [*(each.id for each in of.slips[1, 1]), slip(of.uuid(1), (1, 1), 3, of.booths[1, 1].key, new_nonce()).id]
    boards = {**of.boards, 1: board(place, [*ballots, *of.ballots[1, 2]])}
    evidence.write(announced(of, boards))
    (evidence.auditors / "TPS01-B1.epr").write_bytes(report(of, (1, 1), ballots=ballots, cast=cast))
    audit = evidence.audit()
    assert statuses(audit) == but(results=FAILED, paper=FAILED)  # the books were published before the lie
    assert detail(audit, "paper") == (
        "TPS 1: calon 3: struk 2, suara 3 (−1); token diserahkan − token terpakai: 12 dan 13 (−1);"
        " struk tercatat − struk di kotak: 13 dan 12 (+1); struk hilang dari bilik 1: 1"
    )


def test_six_more_tokens_than_voters_show_even_without_boxes(folders: Folders) -> None:
    (folders.auditors / "TPS02.epd").write_bytes(book(scene(), 2, attendance=11))
    audit = folders.audit(papers=False)
    assert statuses(audit) == but(results=FAILED, paper=FAILED)
    assert "TPS 2: daftar hadir − token diserahkan: 11 dan 12 (−1)" in detail(audit, "paper")


def test_an_empty_box_fails(evidence: Folders) -> None:
    for path in (evidence.papers / "TPS01").iterdir():
        path.unlink()
    audit = evidence.audit()
    assert statuses(audit) == but(paper=FAILED)
    assert "struk hilang dari bilik 1: 6; struk hilang dari bilik 2: 6" in detail(audit, "paper")
