"""What auditors may do and when; every act out of its turn is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from audit_samples import scene, slip
from case_samples import (
    AUDITORS,
    READERS,
    SEED,
    WITNESSES,
    begin,
    landslide,
    opened,
    pile,
    read_one,
    read_until_confirmed,
    scan,
    to_reading,
    truth,
    verify,
    write_evidence,
)

from epilwu.audit.case.acts import Acts, CaseOpening
from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import BoxOpened, PaperRead, Signed
from epilwu.audit.case.reading import AHEAD
from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.decision import assess
from epilwu.audit.scan.events import Source
from epilwu.receipt.slip import parse_slip


@pytest.fixture
def acts(reading_case: Path) -> Iterator[Acts]:
    """A case whose order was just printed."""
    acts = begin(reading_case)
    yield acts
    acts.close()


def refused(acts: Acts, reading: PaperRead, words: str) -> None:
    before = len(acts.case.entries)
    with pytest.raises(CaseRefused, match=words):
        acts.read(reading)
    assert len(acts.case.entries) == before


def test_an_honest_audit_stops_where_it_planned_to(acts: Acts) -> None:
    committed = acts.case.committed
    assert committed is not None
    assert (committed.papers, committed.listed, committed.missing, committed.margin) == (24, 24, 0, 20)
    assert read_until_confirmed(acts) == committed.betting == 6
    found = assess(Contest(24, 20), [0] * 6, Fraction(1, 20))
    assert float(acts.case.risks[-1].betting) == pytest.approx(found.p_betting, abs=1e-12)
    assert acts.conclude().verdict == "confirmed"


def test_readers_are_blind_apart_and_in_order(acts: Acts) -> None:
    refused(acts, PaperRead(2, 1, READERS[1], "2"), "menurut urutan")
    refused(acts, PaperRead(25, 1, READERS[1], "2"), "tidak ada")
    refused(acts, PaperRead(1, 1, READERS[1], "4"), "tidak ada")
    acts.read(PaperRead(1, 1, READERS[1], "2"))
    refused(acts, PaperRead(1, 1, "Orang Lain", "2"), "sudah dicatat")
    refused(acts, PaperRead(1, 2, READERS[1].upper(), "2"), "sudah membaca")
    refused(acts, PaperRead(1, 3, READERS[3], "2"), "ketiga")
    assert not acts.case.risks


def test_one_reader_is_never_far_ahead(acts: Acts) -> None:
    for draw in range(1, AHEAD + 1):
        acts.read(PaperRead(draw, 1, READERS[1], truth(acts, draw)))
    refused(acts, PaperRead(AHEAD + 1, 1, READERS[1], "2"), "tertinggal")


def test_a_third_decides_where_two_differ_and_all_entries_stay(acts: Acts) -> None:
    other = "1" if truth(acts, 1) != "1" else "3"
    read_one(acts, 1, truth(acts, 1), other)
    assert not acts.case.risks
    refused(acts, PaperRead(1, 3, READERS[2], "2"), "sudah membaca")
    acts.read(PaperRead(1, 3, READERS[3], truth(acts, 1)))
    assert [risk.overstatement for risk in acts.case.risks] == [0]
    texts = [e.event.text for e in acts.case.entries if isinstance(e.event, PaperRead)]
    assert texts == [truth(acts, 1), other, truth(acts, 1)]


def test_a_paper_that_says_otherwise_or_is_gone_raises_the_risk(acts: Acts) -> None:
    first = next(draw for draw in range(1, 24) if truth(acts, draw) == "2")
    for draw in range(1, first):
        read_one(acts, draw, truth(acts, draw))
    read_one(acts, first, "missing")
    assert acts.case.risks[-1].overstatement == 2
    assert float(acts.case.risks[-1].betting) > 0.5


def test_a_correction_has_two_names_and_makes_the_figures_anew(acts: Acts) -> None:
    for draw in (1, 2, 3):
        read_one(acts, draw, "missing" if draw == 2 else truth(acts, draw))
    wrong = [e for e in acts.case.entries if isinstance(e.event, PaperRead) and e.event.draw == 2]
    before = acts.case.risks[-1].betting
    for entry in wrong:
        assert isinstance(entry.event, PaperRead)
        right = PaperRead(2, entry.event.seat, entry.event.reader, truth(acts, 2))
        with pytest.raises(CaseRefused):
            acts.correct(entry.seq, right, "salah ketik", (AUDITORS[0], AUDITORS[0].lower()))
        with pytest.raises(CaseRefused, match="tidak dapat dikoreksi"):
            acts.correct(entry.seq, PaperRead(3, right.seat, right.reader, "1"), "salah ketik", AUDITORS)
        acts.correct(entry.seq, right, "salah ketik", AUDITORS)
    assert [risk.overstatement for risk in acts.case.risks] == [0, 0, 0]
    assert float(acts.case.risks[-1].betting) < float(before)
    assert [entry.seq for entry in wrong] == [c.corrects for c in acts.case.corrections]


def test_the_dice_are_thrown_once_and_only_witnesses_are_corrected(acts: Acts) -> None:
    seq = next(e.seq for e in acts.case.entries if e.event.kind == "dice_thrown")
    dice = acts.case.dice
    assert dice is not None
    with pytest.raises(CaseRefused, match="satu kali"):
        acts.throw("0" * 20, WITNESSES)
    with pytest.raises(CaseRefused):
        acts.correct(seq, type(dice)("0" * 20, WITNESSES), "lempar lagi", AUDITORS)
    acts.correct(seq, type(dice)(SEED, WITNESSES[:2]), "Tono pulang lebih dulu", AUDITORS)
    assert acts.case.dice is not None and acts.case.dice.witnesses == WITNESSES[:2]


def test_after_the_list_is_closed_no_evidence_is_exchanged(acts: Acts) -> None:
    with pytest.raises(CaseRefused, match="ditutup"):
        acts.finish_box(1, AUDITORS)
    with pytest.raises(CaseRefused, match="ditutup"):
        acts.reconcile()
    with pytest.raises(CaseRefused, match="ditutup"):
        acts.commit("0.1")
    with closing(acts.scanning(1)) as session:
        session.add_unreadable()
    acts.close()
    again = begin(acts.folder)
    with pytest.raises(CaseRefused, match="berubah"):
        again.order()
    again.close()


def test_nothing_follows_a_verdict_but_signatures(acts: Acts) -> None:
    with pytest.raises(CaseRefused, match="belum dicatat"):
        acts.sign(Signed("Sari", "Auditor", ""))
    with pytest.raises(CaseRefused, match="belum sampai"):
        acts.conclude()
    read_until_confirmed(acts)
    acts.conclude()
    with pytest.raises(CaseRefused, match="Putusan"):
        read_one(acts, 7, "2")
    with pytest.raises(CaseRefused, match="Putusan"):
        acts.choose_full_count("ragu", AUDITORS)
    acts.sign(Signed("Sari", "Auditor", ""))
    with pytest.raises(CaseRefused, match="sudah tercatat"):
        acts.sign(Signed(" sari", "Saksi", ""))


def test_giving_up_is_no_verdict(acts: Acts) -> None:
    read_one(acts, 1, truth(acts, 1))
    found = acts.conclude("kotak TPS 02 dibawa pulang panitia.")
    assert found.verdict == "not_finished"
    assert "tanpa putusan" in found.words


@pytest.mark.slow
def test_missing_papers_count_against_the_winner(tmp_path: Path) -> None:
    acts = opened(tmp_path)
    to_reading(acts, leave_out=3)
    committed = acts.case.committed
    assert committed is not None
    assert (committed.papers, committed.listed, committed.missing) == (24, 21, 3)
    assert (committed.published, committed.scanned, committed.margin) == (20, 17, 20)
    acts.close()


@pytest.mark.slow
def test_the_smaller_margin_is_tested_where_codes_and_count_disagree(tmp_path: Path) -> None:
    """Three slips whose codes name another than was counted: the test must not be about the count's wider margin."""
    of, changed = landslide(), dict(landslide().slips)
    for place in ((1, 1), (1, 2), (2, 1)):
        first = next(slip for slip in of.slips[place] if slip.choice == 2)
        nonce = parse_slip(first.text).payload.nonce
        other = slip(of.uuid(place[0]), place, 3, of.booths[place].key, nonce)
        changed[place] = tuple(other if each is first else each for each in of.slips[place])
    acts = opened(tmp_path)
    verify(acts)
    scan(acts, lambda: replace(of, slips=changed))
    acts.reconcile()
    assert acts.case.reconciled is not None and acts.case.reconciled.differences > 0
    acts.commit("0.05")
    committed = acts.case.committed
    assert committed is not None
    assert (committed.published, committed.scanned, committed.missing, committed.margin) == (20, 14, 0, 14)
    acts.close()


@pytest.mark.slow
def test_too_many_missing_papers_cannot_be_confirmed(tmp_path: Path) -> None:
    acts = opened(tmp_path)
    verify(acts)
    scan(acts, leave_out=11)
    acts.reconcile()
    acts.commit("0.05")
    assert acts.case.committed is not None and acts.case.committed.proposal == "cannot_be_confirmed"
    with pytest.raises(CaseRefused, match="tidak berguna"):
        acts.throw(SEED, WITNESSES)
    assert acts.conclude().verdict == "cannot_be_confirmed"
    acts.close()


@pytest.mark.slow
def test_the_full_count_replaces_the_outcome(tmp_path: Path) -> None:
    acts = opened(tmp_path, scene)  # margin 1 of 24
    with pytest.raises(CaseRefused, match="belum"):
        acts.choose_full_count("selisih kecil", AUDITORS)
    verify(acts)
    scan(acts, scene)
    acts.reconcile()
    acts.commit("0.05")
    assert acts.case.committed is not None and acts.case.committed.proposal == "full_count"
    acts.choose_full_count("selisih 1 suara", AUDITORS)
    with pytest.raises(CaseRefused):
        acts.throw(SEED, WITNESSES)
    acts.count_pile(pile(1, 1, 1, (5, 4, 2), 1))
    with pytest.raises(CaseRefused, match="sudah menghitung"):
        acts.count_pile(replace(pile(1, 1, 2, (5, 4, 2), 1), counter=READERS[1]))
    acts.count_pile(pile(1, 1, 2, (4, 5, 2), 1))
    with pytest.raises(CaseRefused, match="berbeda"):
        acts.close_full_count()
    for seat in (1, 2):
        acts.count_pile(pile(1, 1, seat, (5, 4, 2), 1, turn=2))
    with pytest.raises(CaseRefused, match="TPS 2"):
        acts.close_full_count()
    for seat in (1, 2):
        acts.count_pile(pile(2, 1, seat, (5, 3, 1), 2))
    with pytest.raises(CaseRefused, match="dipindai: TPS 2"):
        acts.close_full_count()
    for seat in (1, 2):
        acts.count_pile(pile(2, 2, seat, (0, 0, 1)))
    acts.close_full_count()
    found = acts.conclude()
    assert found.verdict == "replaced"
    assert "nomor 1: 10 (sepuluh)" in found.words
    assert "suara terbanyak nomor 1" in found.words  # the announced winner was number 2
    assert len(acts.case.piles.entries) == 8
    acts.close()


@pytest.mark.slow
def test_a_pile_holds_at_most_fifty(tmp_path: Path) -> None:
    acts = opened(tmp_path, scene)
    verify(acts)
    scan(acts, scene)
    acts.reconcile()
    acts.choose_full_count("selisih 1 suara", AUDITORS)
    for votes, number in (((51, 0, 0), 1), ((0, 0, 0), 1), ((1, 1), 1), ((1, 0, 0), 2)):
        with pytest.raises(CaseRefused):
            acts.count_pile(pile(1, number, 1, votes))
    acts.close()


@pytest.mark.slow
def test_a_box_is_not_complete_while_bundles_or_typing_wait(tmp_path: Path) -> None:
    acts = opened(tmp_path)
    with pytest.raises(CaseRefused, match="belum dicatat dibuka"):
        acts.scanning(1)
    session = acts.open_box(BoxOpened(station=1, by_order="Bupati", seal="", people=AUDITORS, note=""))
    with pytest.raises(CaseRefused, match="Bundel"):
        acts.finish_box(1, AUDITORS)
    session.add_unreadable()
    session.close_bundle(2, "Sari Wulandari")
    with pytest.raises(CaseRefused, match="Bundel"):
        acts.finish_box(1, AUDITORS)
    session.count_bundle(1, 1, "Sari Wulandari")
    with pytest.raises(CaseRefused, match="tidak terbaca"):
        acts.finish_box(1, AUDITORS)
    for reader in AUDITORS:
        session.type_in(1, reader, None, None)
    acts.finish_box(1, AUDITORS)
    session.add_text("EPW1:PALSU", Source.KEYBOARD, sure=True)
    session.close()
    verify(acts)
    with pytest.raises(CaseRefused, match="berubah"):
        acts.reconcile()
    acts.close()


def test_evidence_is_taken_as_it_is_or_not_at_all(tmp_path: Path) -> None:
    public, auditors = write_evidence(tmp_path / "bahan", scene)
    opening = CaseOpening(order="1", by_order="B", auditors=AUDITORS, place="x", public=public,
                          auditors_folder=auditors, root=None)  # fmt: skip
    (public / "nama aneh.txt").write_bytes(b"x")
    acts = begin(tmp_path / "kasus")
    with pytest.raises(CaseRefused, match="bukan nama"):
        acts.open_case(opening)
    (public / "nama aneh.txt").unlink()
    acts.open_case(opening)
    assert not acts.case.case.root_brought
    acts.close()
    result = tmp_path / "kasus" / "bahan" / "umum" / "result.json"
    result.write_bytes(result.read_bytes() + b" ")
    again = begin(tmp_path / "kasus")
    with pytest.raises(CaseRefused, match="berubah"):
        _ = again.material
    again.close()
    shutil.rmtree(tmp_path / "kasus")
