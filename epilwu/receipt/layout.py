"""The five papers of E-Pilwu as data, in Indonesian.

What a paper may not carry cannot be passed in: the audit slip's function takes no time, sequence or voter, the
token's no voter, the tracker slip's no choice. Number, code and QR of an audit slip come from one signed payload, so
that what the voter reads and what the machine counts cannot differ by a slip of the program.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from epilwu.receipt.blocks import Align, Block, Feed, Layout, Level, Pair, QrCode, Rule, Size, Text
from epilwu.receipt.errors import LayoutMismatch
from epilwu.receipt.report_code import ReportFigures, parse_report
from epilwu.receipt.slip import parse_slip, short_code

REHEARSAL_MARK: Final = "GLADI – BUKAN PEMILIHAN"
TEST_MARK: Final = "UJI PRINTER – BUKAN STRUK"
TEST_CODE: Final = "UJI-ALAT"
"""What a test paper's QR says: no token (those are longer), no slip, no report."""
BLANK_NAME: Final = "PILIHAN KOSONG"
BLANK_NUMBER: Final = "KOSONG"
_HASH_GROUP: Final = 8
_TRACKER_GROUP: Final = 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper was printed. title: e.g. "Pemilihan Kuwu 2023"; station and booth: their numbers."""

    title: str
    village: str
    station: int
    booth: int
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class OpeningFigures:
    """What the booth counts in its stored rows before it opens; each must be 0, and is printed as it was counted."""

    ballots: int
    tokens_spent: int
    slips_cast: int
    slips_void: int


def token_card(place: Place, token: str) -> Layout:
    """The voting token for one booth. The QR is the plain token text, which is all that a booth needs.

    Nothing else is in the QR: the booth tells from its own lists whether a token belongs to it, to another booth of
    the station, or to neither.
    """
    return _paper(
        "token_card",
        place,
        [
            *_heading(place),
            Text(f"Desa {place.village}"),
            Text("KARTU TOKEN", Size.LARGE, bold=True),
            Text(f"TPS {place.station:02d}", Size.LARGE),
            Text(f"Bilik {place.booth}", Size.LARGE),
            Feed(),
            *_qr(place, token, Level.Q),
            Text(token, Size.TALL, bold=True),
            Feed(),
            Text("Pindai kartu ini di bilik. Berlaku satu kali, hanya di bilik ini."),
            Text("Jangan diberikan kepada siapa pun dan jangan difoto."),
        ],
    )


def audit_slip(place: Place, qr_text: str, name: str | None) -> Layout:
    """The slip that the voter reads and puts into the audit box.

    The choice is printed last: where paper or power ends within a slip, most often nobody can read it from the piece.
    ``qr_text`` is ``sign_slip``'s; number and short code are read from it. ``name`` is the candidate's, None for a
    blank vote. Raise ``MalformedCode`` for another text, ``LayoutMismatch`` when name or booth contradict it.
    """
    payload = parse_slip(qr_text).payload
    if payload.booth != place.booth or (payload.choice == 0) != (name is None):
        raise LayoutMismatch("Isi struk dan kode QR-nya tidak cocok.", todo="Struk tidak dicetak. Panggil pengawas.")
    number = str(payload.choice) if payload.choice else BLANK_NUMBER
    return _paper(
        "audit_slip",
        place,
        [
            *_heading(place),
            Text(f"Desa {place.village} · TPS {place.station:02d}"),
            Text(f"Bilik {place.booth}"),
            Feed(),
            Text("Periksa, lipat, masukkan ke"),
            Text("KOTAK AUDIT", Size.TALL, bold=True),
            Feed(),
            Text(f"Kode: {short_code(payload.nonce)}"),
            *_qr(place, qr_text, Level.M),
            Text("PILIHAN ANDA"),
            Text(number, Size.HUGE, bold=True),
            Text(name.upper() if name is not None else BLANK_NAME, Size.LARGE, bold=True),
        ],
    )


def tracker_slip(place: Place, tracker: str) -> Layout:
    """The paper that a voter may take home: that a ballot is on the board, and nothing about what it says.

    The booth is left off: the board has no booths, and a village's few ballots of one booth are best not told apart.
    """
    return _paper(
        "tracker_slip",
        place,
        [
            *_heading(place),
            Text(f"Desa {place.village} · TPS {place.station:02d}"),
            Feed(),
            Text("BUKTI MEMILIH", Size.LARGE, bold=True),
            *_qr(place, tracker, Level.Q),
            *(Text(line, Size.TALL) for line in _groups(tracker, _TRACKER_GROUP)),
            Feed(),
            Text("Cari kode ini pada daftar suara TPS Anda yang diumumkan."),
            Text("Kertas ini tidak memuat pilihan Anda dan boleh dibawa pulang."),
        ],
    )


def trial_paper(place: Place, purpose: str) -> Layout:
    """A paper that only shows that the printer prints: it says so above and below, and its QR is no code of ours."""
    return _paper(
        "trial_paper",
        place,
        [
            Text(TEST_MARK, Size.TALL, bold=True),
            Text(purpose),
            Text(f"TPS {place.station:02d} · Bilik {place.booth}"),
            Feed(),
            Text("0123456789 ABCDEFGHIJKLM"),
            Text("Huruf besar", Size.LARGE, bold=True),
            QrCode(TEST_CODE, Level.M),
            Text("Jangan masukkan ke kotak audit."),
            Text(TEST_MARK, Size.TALL, bold=True),
        ],
    )


def opening_report(
    place: Place,
    *,
    uuid: str,
    definition_hash: str,
    figures: OpeningFigures,
    candidates: Sequence[tuple[int, str]],
    journal_head: str,
    device_fingerprint: str,
    device: str,
    signers: Sequence[str],
    voice_fingerprint: str | None = None,
) -> Layout:
    """The zero report. Hashes in hex; ``candidates`` as (ballot number, name); ``signers`` e.g. "Ketua KPPS".

    ``device``: the machine's number. ``voice_fingerprint``: of the spoken guide's clips, None where there is none.
    """
    return _paper(
        "opening_report",
        place,
        [
            *_report_heading(place, "CETAK NOL", uuid),
            Pair("Surat suara", str(figures.ballots)),
            Pair("Token terpakai", str(figures.tokens_spent)),
            Pair("Struk tercatat", str(figures.slips_cast)),
            Pair("Struk batal", str(figures.slips_void)),
            Rule(),
            Text("Calon pada bilik ini", align=Align.LEFT, bold=True),
            *(Text(f"{number}. {name}", align=Align.LEFT) for number, name in candidates),
            Rule(),
            *_hash("Definisi pemilihan", definition_hash),
            *_hash("Kepala jurnal", journal_head),
            *_hash("Sidik sertifikat bilik", device_fingerprint),
            *(_hash("Sidik suara panduan", voice_fingerprint) if voice_fingerprint is not None else ()),
            Pair("Perangkat", device),
            *_signatures(signers),
        ],
    )


def closing_report(place: Place, qr_text: str, *, closed_at: str, signers: Sequence[str]) -> Layout:
    """The closing report; every figure is read from ``qr_text`` (``sign_report``'s), so that text and QR agree.

    ``closed_at`` is the hour as people here write it ("22-10-2023 14.15 WIB"). Raise ``MalformedCode`` for another
    text, ``LayoutMismatch`` when it is another place's.
    """
    figures = parse_report(qr_text).figures
    if (figures.station, figures.booth) != (place.station, place.booth):
        raise LayoutMismatch("Laporan dan kode QR-nya menyebut bilik yang berbeda.", todo="Panggil pengawas.")
    return _paper(
        "closing_report",
        place,
        [
            *_report_heading(place, "CETAK PENUTUPAN", figures.uuid),
            *_closing_figures(figures),
            Pair("Ditutup", closed_at),
            Rule(),
            *_hash("Definisi pemilihan", figures.definition_hash.hex()),
            *_hash("Kepala jurnal", figures.journal_head.hex()),
            *_hash("Akar struk tercatat", figures.cast_root.hex()),
            *_hash("Akar struk batal", figures.void_root.hex()),
            *_qr(place, qr_text, Level.M),
            Text("Perolehan per calon baru diketahui setelah pemegang kunci membuka hasil."),
            *_signatures(signers),
        ],
    )


def _closing_figures(figures: ReportFigures) -> list[Block]:
    return [
        Pair("Surat suara", str(figures.ballots)),
        Pair("Token terpakai", str(figures.tokens_spent)),
        Pair("Struk tercatat", str(figures.slips_cast)),
        Pair("Struk batal", str(figures.slips_void)),
        Pair("Mulai ulang", str(figures.restarts)),
        Pair("Pengambilalihan", str(figures.takeovers)),
    ]


def _paper(name: str, place: Place, blocks: list[Block]) -> Layout:
    if place.rehearsal:
        mark = Text(REHEARSAL_MARK, Size.TALL, bold=True)
        blocks = [mark, *blocks, mark]
    return Layout(name, tuple(blocks))


def _heading(place: Place) -> list[Block]:
    return [Text(place.title.upper(), bold=True)]


def _report_heading(place: Place, title: str, uuid: str) -> list[Block]:
    return [
        *_heading(place),
        Text(f"Desa {place.village} · TPS {place.station:02d}"),
        Text(f"Bilik {place.booth}"),
        Text(title, Size.LARGE, bold=True),
        Feed(),
        Pair("Pemilihan", uuid),
        Rule(),
    ]


def _qr(place: Place, text: str, level: Level) -> list[Block]:
    if not place.rehearsal:
        return [QrCode(text, level)]
    mark = Text(REHEARSAL_MARK, bold=True)
    return [mark, QrCode(text, level, beside=REHEARSAL_MARK), mark]


def _hash(label: str, digits: str) -> list[Block]:
    """A label and a hash in groups of eight digits, three groups to a line: fit for reading aloud."""
    groups = _groups(digits, _HASH_GROUP)
    lines = [" ".join(groups[start : start + 3]) for start in range(0, len(groups), 3)]
    return [Text(f"{label}:", align=Align.LEFT), *(Text(line, align=Align.LEFT) for line in lines)]


def _signatures(signers: Sequence[str]) -> list[Block]:
    blocks: list[Block] = [Rule(), Text("Tanda tangan", bold=True)]
    for signer in signers:
        blocks += [Feed(2), Text("." * 28, align=Align.LEFT), Text(signer, align=Align.LEFT)]
    return blocks


def _groups(text: str, size: int) -> list[str]:
    return (
        textwrap.wrap(text, size, break_on_hyphens=False)
        if " " in text
        else [text[start : start + size] for start in range(0, len(text), size)]
    )
