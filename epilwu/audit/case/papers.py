"""Papers of the draw: the list's root to be signed before the dice, and the whole order to fetch papers by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from reportlab.platypus import Flowable

from epilwu.audit.case.acts import Acts
from epilwu.audit.case.draw import Paper
from epilwu.audit.case.state import Case
from epilwu.audit.case.words import PROPOSALS, counted
from epilwu.audit.record import hash_lines
from epilwu.audit.risk.sampler import Draw
from epilwu.audit.risk.wording import share
from epilwu.audit.words import grouped
from epilwu.document import page, parts
from epilwu.document.parts import Signature
from epilwu.indonesian import figure

_CHUNK = 100  # rows a table: splitting one long table over pages takes time that grows with its square


def commitment_paper(acts: Acts) -> bytes:
    """What all parties sign before the dice: the registers' roots, the list's root, N, V and the plan."""
    case, definition = acts.case, acts.material.definition
    committed = case.committed
    assert committed is not None
    story: list[Flowable | Sequence[Flowable]] = [
        parts.title("DAFTAR PENARIKAN STRUK", f"{definition.title} – Desa {definition.village}"),
        parts.text(
            "Lembar ini ditandatangani sebelum dadu dilempar. Sesudahnya tidak ada struk yang dapat ditambah, diganti"
            " atau dikeluarkan dari daftar tanpa mengubah angka di bawah ini."
        ),
        parts.facts(
            [
                ("Kertas yang seharusnya ada (N)", counted(committed.papers)),
                ("Kertas dalam daftar", counted(committed.listed)),
                ("Kertas hilang", counted(committed.missing)),
                ("Pemenang yang diumumkan", f"nomor {committed.winner}"),
                ("Selisih yang diuji (V)", f"{figure(committed.margin)} suara"),
                ("Batas risiko", share(Fraction(committed.limit))),
                (
                    "Rencana bila semua sama",
                    f"{figure(committed.betting)} kertas (usul: {PROPOSALS[committed.proposal]})",
                ),
                *hash_lines("Akar daftar penarikan", committed.list_root),
                *hash_lines("Sidik catatan kasus", case.head),
            ]
        ),
        parts.heading("Akar daftar struk tiap bilik"),
        parts.table(
            ("TPS", "Bilik", "Akar (harus sama dengan cetak penutupan bilik)"),
            [(f"{root.station:02d}", str(root.booth), grouped(root.cast)) for root in committed.roots],
            widths=(1.4, 1.4, 17),
        ),
        parts.signatures(_places(case), caption="Tanda tangan sebelum dadu dilempar"),
    ]
    return page.render(_sheet(acts, "Daftar penarikan struk"), story)


def order_paper(acts: Acts) -> bytes:
    """Every paper in the order to be fetched: where it lies, its short code, the start of its ticket."""
    case, order = acts.case, acts.order()
    assert case.dice is not None
    definition = acts.material.definition
    story: list[Flowable | Sequence[Flowable]] = [
        parts.title("URUTAN PENARIKAN STRUK", f"{definition.title} – Desa {definition.village}"),
        parts.facts(
            [
                ("Benih: 20 angka dadu", grouped(case.dice.seed, 5)),
                ("Saksi pelemparan", "; ".join(case.dice.witnesses)),
                ("Banyaknya kertas", counted(len(order))),
                *([] if case.printed is None else hash_lines("SHA-256 urutan", case.printed.sha256)),
            ]
        ),
        parts.text(
            "Tiket = SHA-256 dari teks “benih,kode desa,tanda struk”; yang terkecil ditarik lebih dulu. Ambil kertas"
            " menurut urutan ini dan cocokkan kode pendeknya. Kertas yang tidak ditemukan dicatat “tidak ada”.",
            fine=True,
        ),
        *_rows(order),
        parts.signatures(_places(case), caption="Dicetak sebelum kertas pertama diambil"),
    ]
    return page.render(_sheet(acts, "Urutan penarikan struk"), story)


def _rows(order: Sequence[tuple[Draw, Paper]]) -> Iterator[Flowable]:
    header = ("Ke-", "TPS", "Letak di kotak", "Kode pendek", "Tiket (16 angka pertama)", "✓")
    for start in range(0, len(order), _CHUNK):
        rows = [
            (figure(draw.number), f"{paper.station:02d}", paper.place, paper.code, grouped(draw.ticket[:16]), "")
            for draw, paper in order[start : start + _CHUNK]
        ]
        yield parts.table(header, rows, widths=(1.6, 1.3, 5, 3, 4.5, 1), figures={0})


def _places(case: Case) -> list[Signature]:
    listed = [Signature("Auditor", name) for name in case.case.auditors[:4]]
    witnesses = case.dice.witnesses[:6] if case.dice is not None else ()
    listed += [Signature("Saksi", name) for name in witnesses if name not in case.case.auditors]
    return listed if witnesses else [*listed, Signature("Panitia pemilihan"), Signature("Saksi"), Signature("Saksi")]


def _sheet(acts: Acts, name: str) -> page.Sheet:
    definition, case = acts.material.definition, acts.case
    return page.Sheet(
        title=f"{name} – {definition.title}",
        foot=f"{name} · Desa {definition.village} · sidik {case.head[:16]}",
        rehearsal=definition.rehearsal,
    )
