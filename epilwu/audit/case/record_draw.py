"""The record's parts about the draw, the readings with their risk, and the full count."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from reportlab.platypus import Flowable

from epilwu.audit.case.draw import Paper
from epilwu.audit.case.reading import THIRD
from epilwu.audit.case.state import Case
from epilwu.audit.case.words import DECISIONS, PROPOSALS, counted, outcome, reading, risk
from epilwu.audit.chart import RiskLine, risk_chart
from epilwu.audit.record import hash_lines
from epilwu.audit.risk.decision import Decision
from epilwu.audit.risk.sampler import Draw
from epilwu.audit.risk.wording import share
from epilwu.audit.words import choice_name, grouped
from epilwu.document import parts
from epilwu.election.definition import Definition
from epilwu.election.outcome import Counts
from epilwu.indonesian import figure, in_words, signed_figure

_EMPTY = "–"


def draw_parts(case: Case, order: Sequence[tuple[Draw, Paper]]) -> list[Flowable]:
    """What was fixed before the dice, the dice, every reading, the running risk."""
    committed = case.committed
    assert committed is not None
    story: list[Flowable] = [
        parts.heading("Undian: yang ditetapkan sebelum dadu dilempar"),
        parts.facts(
            [
                ("Kertas yang seharusnya ada (N)", f"{counted(committed.papers)}, dari buku meja"),
                ("Kertas dalam daftar undian", counted(committed.listed)),
                ("Kertas hilang", f"{counted(committed.missing)}, masing-masing dianggap 2 suara merugikan pemenang"),
                ("Pemenang yang diumumkan", f"nomor {committed.winner}"),
                ("Selisih menurut pengumuman", f"{figure(committed.published)} suara"),
                ("Selisih menurut struk", f"{signed_figure(committed.scanned)} suara"),
                ("Selisih yang diuji (V)", f"{signed_figure(committed.margin)} suara"),
                ("Batas risiko", share(Fraction(committed.limit))),
                ("Rencana bila semua sama", f"uji taruhan {figure(committed.betting)} kertas; Kaplan–Markov"
                                            f" {figure(committed.kaplan_markov)}"),
                ("Usul", PROPOSALS[committed.proposal]),
                *hash_lines("Akar daftar undian", committed.list_root),
            ]
        ),
        parts.table(
            ("TPS", "Bilik", "Akar daftar struk bilik (laporan yang ditandatangani)"),
            [(f"{root.station:02d}", str(root.booth), grouped(root.cast)) for root in committed.roots],
            widths=(1.4, 1.4, 17),
        ),
    ]  # fmt: skip
    if case.dice is not None:
        story += _dice(case)
    if case.risks or case.readings.entries:
        story += _readings(case, order)
    return story


def _dice(case: Case) -> list[Flowable]:
    assert case.dice is not None
    facts = [("Benih: 20 angka dadu", grouped(case.dice.seed, 5)), ("Saksi pelemparan", "; ".join(case.dice.witnesses))]
    if case.printed is not None:
        facts += hash_lines("SHA-256 urutan yang dicetak", case.printed.sha256)
    return [parts.heading("Dadu"), parts.facts(facts)]


def _readings(case: Case, order: Sequence[tuple[Draw, Paper]]) -> list[Flowable]:
    rows = []
    figures = {each.draw: each for each in case.risks}
    for draw, paper in order:
        entries = [case.readings.entries.get((draw.number, seat)) for seat in (1, 2, THIRD)]
        if entries[0] is None and entries[1] is None:
            break
        found = figures.get(draw.number)
        rows.append(
            (
                figure(draw.number),
                f"TPS {paper.station:02d} {paper.code}",
                *(_EMPTY if entry is None else f"{_short(entry.text)} ({entry.reader})" for entry in entries),
                _EMPTY if found is None else _short(str(found.code)),
                _EMPTY if found is None else signed_figure(found.overstatement),
                _EMPTY if found is None else risk(found.betting),
                _EMPTY if found is None else risk(found.kaplan_markov),
            )
        )
    header = ("Ke-", "Struk", "Pembaca 1", "Pembaca 2", "Penengah", "QR", "Lebih", "Risiko", "K–M")
    story: list[Flowable] = [parts.heading("Pembacaan oleh dua orang dan risiko")]
    if case.risks and case.committed is not None:
        last = case.risks[-1]
        story.append(
            parts.text(
                f"Sesudah {counted(len(case.risks))} kertas: risiko {risk(last.betting)} menurut uji taruhan (yang"
                f" memutuskan), {risk(last.kaplan_markov)} menurut Kaplan–Markov (pembanding);"
                f" {DECISIONS[Decision(last.decision)]}."
            )
        )
        lines = (
            RiskLine("uji taruhan (memutuskan)", [float(r.betting) for r in case.risks], main=True),
            RiskLine("Kaplan–Markov (pembanding)", [float(r.kaplan_markov) for r in case.risks], main=False),
        )
        story.append(risk_chart(lines, float(case.committed.limit)))
    widths = (1.3, 3.3, 3.6, 3.6, 3.1, 2.1, 1.9, 2.1, 2.1)
    return [*story, parts.table(header, rows, widths=widths, figures={0, 6, 7, 8})]


def _short(text: str) -> str:
    """A reading in the table's narrow columns: the ballot number alone."""
    return text if text.isdecimal() and text != "0" else reading(text)


def full_count_parts(case: Case, definition: Definition) -> list[Flowable]:
    """Why all papers were counted, each pile, and the figures that replace the outcome."""
    assert case.full_count is not None
    story: list[Flowable] = [
        parts.heading("Hitung penuh dengan mata"),
        parts.text(f"Sebab: {case.full_count.reason} Diputuskan oleh: {'; '.join(case.full_count.people)}."),
    ]
    counts, unclear = case.piles.totals(case.case.candidates)
    if case.replaced is None:
        story.append(parts.text("Hitung penuh belum ditutup; angka di bawah ini belum menggantikan apa pun."))
    rows = [(choice_name(definition, n), figure(v), in_words(v)) for n, v in enumerate(counts.candidates, 1)]
    if definition.blank:
        rows.append((choice_name(definition, 0), figure(counts.blank), in_words(counts.blank)))
    rows.append(("Tidak jelas", figure(unclear), in_words(unclear)))
    total = counts.ballots + unclear
    rows.append(("Jumlah", figure(total), in_words(total)))
    story += [
        parts.table(("Pilihan", "Angka", "Huruf"), rows, widths=(8, 3, 9), figures={1}, total=True),
        parts.text(f"Menurut hitung penuh: {outcome(Counts(counts.candidates, counts.blank))}."),
        _beside_scans(case),
        *([parts.text(f"Sebab selisihnya: {case.replaced.note}")] if case.replaced and case.replaced.note else []),
        _piles(case),
    ]
    return story


def _beside_scans(case: Case) -> Flowable:
    """Papers counted by eye beside papers scanned, by station."""
    rows = []
    for station, scanned in sorted(case.scanned.items()):
        counts, unclear = case.piles.totals(case.case.candidates, station)
        total = counts.ballots + unclear
        difference = signed_figure(total - scanned.counted)
        rows.append((f"{station:02d}", figure(total), figure(scanned.counted), figure(scanned.unreadable), difference))
    header = ("TPS", "Dihitung dengan mata", "Dipindai dan dihitung", "Kode tidak terbaca", "Selisih")
    return parts.table(header, rows, widths=(2, 4, 4, 4, 3), figures={1, 2, 3, 4})


def _piles(case: Case) -> Flowable:
    rows = []
    for station, pile in case.piles.keys:
        for turn in range(1, case.piles.turn((station, pile)) + 1):
            for seat in (1, 2):
                entry = case.piles.entry((station, pile), turn, seat)
                if entry is not None:
                    votes = " / ".join(map(str, entry.votes))
                    place = f"TPS {station:02d} tumpukan {pile}"
                    rows.append((place, str(turn), entry.counter, votes, str(entry.blank), str(entry.unclear),
                                 str(entry.total)))  # fmt: skip
    header = ("Tumpukan", "Kali", "Penghitung", "Suara per nomor", "Kosong", "Tak jelas", "Lembar")
    return parts.table(header, rows, widths=(4, 1.4, 4.5, 4.5, 1.9, 2, 2), figures={4, 5, 6})
