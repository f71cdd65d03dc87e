"""The reports' fixed words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from epilwu.audit.verifying.result import Change
from epilwu.protocol.verify_report import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Fixed words; those with braces are filled in."""

    title: str
    status: Mapping[Status, str]
    village: str
    day: str
    rehearsal: str
    definition: str
    margin: str
    board: str
    winner_proven: str
    winner_announced: str
    tie: str
    general: str
    blank: str
    choice: str
    proven: str
    announced: str
    unknown: str
    times: str
    more: str
    also_open: str
    event: str
    number: str
    check: str
    answer: str
    seen: str
    why: str
    failures: str
    open: str
    all_checks: str
    notes_title: str
    all_passed: str
    some_open: str
    some_failed: str
    votes: str
    no_votes: str
    votes_unknown: str
    change: Mapping[Change, str]
    together: Mapping[Change, str]
    notes: Mapping[str, str]
    not_used: str
    not_proof: str
    signatures: str
    program: str
    nothing: str


_ID = Phrases(
    title="Laporan pemeriksaan",
    status={Status.PASSED: "lulus", Status.FAILED: "GAGAL", Status.NOT_CHECKED: "tidak diperiksa"},
    village="Desa",
    day="Hari pemungutan suara",
    rehearsal="GLADI, bukan pemilihan",
    definition="Sidik definisi (SHA-256)",
    margin="Selisih suara",
    board="Papan TPS {station} (SHA-256)",
    winner_proven="Suara terbanyak, terbukti",
    winner_announced="Suara terbanyak, diumumkan",
    tie="seri",
    general="Berkas, kabupaten dan catatan server",
    blank="Kosong",
    choice="Pilihan",
    proven="Terbukti",
    announced="Diumumkan",
    unknown="tidak diketahui",
    times="{count} kali",
    more="… dan {count} lagi (semuanya ada di --json)",
    also_open="{count} lagi tidak diperiksa",
    event="peristiwa",
    number="No.",
    check="Pemeriksaan",
    answer="Jawaban",
    seen="Yang terlihat",
    why="Sebabnya",
    failures="Yang gagal dan artinya",
    open="Yang TIDAK diperiksa",
    all_checks="Semua pemeriksaan",
    notes_title="Catatan",
    all_passed="Semua diperiksa dan lulus: {passed} pemeriksaan.",
    some_open="BELUM LENGKAP: tidak ada yang gagal, tetapi {skipped} tidak diperiksa; {passed} lulus.",
    some_failed="TIDAK LULUS: {failed} gagal, {skipped} tidak diperiksa, {passed} lulus.",
    votes="Menyangkut {count} suara",
    no_votes="Tidak menyangkut suara yang dihitung",
    votes_unknown="Menyangkut suara yang banyaknya tidak diketahui",
    change={
        Change.COULD: "Hasil akhir dapat berubah karenanya.",
        Change.CANNOT: "Hasil akhir tidak dapat berubah karenanya.",
        Change.UNKNOWN: "Apakah hasil akhir dapat berubah tidak diketahui.",
    },
    together={
        Change.COULD: "Yang gagal itu bersama-sama dapat mengubah hasil akhir.",
        Change.CANNOT: "Yang gagal itu bersama-sama tidak dapat mengubah hasil akhir.",
        Change.UNKNOWN: "Apakah yang gagal itu dapat mengubah hasil akhir tidak diketahui.",
    },
    notes={
        "not-bound": "pembukaan suara tidak terikat: menurut aturan Belenios sendiri, seorang pemegang kunci bersama"
        " pembuat satu surat suara dapat menerbitkan hasil palsu dengan bukti yang tampak benar",
        "replaced": "ada surat suara yang diganti oleh surat suara berikutnya dari kredensial yang sama",
        "no-definition": "definition.json tidak ada: calon, TPS dan aturan tidak dicocokkan",
        "running": "papan ini belum selesai",
    },
    not_used="{count} berkas lain tidak dikenal dan tidak dipakai: {names}",
    not_proof="Pemeriksaan ini membaca berkas. Apakah kode QR pada struk sama dengan teks yang dibaca pemilih hanya"
    " dapat dijawab dengan membaca struk yang diundi; siapa yang berhak memilih ada di daftar hadir dan DPT.",
    signatures="Tanda tangan",
    program="Dibuat dengan epilwu audit verify. Nomor pemeriksaan dijelaskan di docs/checks.md.",
    nothing="tidak ada yang dapat diperiksa di sini.",
)
_EN = Phrases(
    title="Verification report",
    status={Status.PASSED: "passed", Status.FAILED: "FAILED", Status.NOT_CHECKED: "not checked"},
    village="Village",
    day="Election day",
    rehearsal="REHEARSAL, not an election",
    definition="Definition's hash (SHA-256)",
    margin="Margin in votes",
    board="Board of TPS {station} (SHA-256)",
    winner_proven="Most votes, proven",
    winner_announced="Most votes, announced",
    tie="a tie",
    general="Files, regency and the server's log",
    blank="Blank",
    choice="Choice",
    proven="Proven",
    announced="Announced",
    unknown="not known",
    times="{count} times",
    more="… and {count} more (all are in --json)",
    also_open="{count} more were not checked",
    event="event",
    number="No.",
    check="Check",
    answer="Answer",
    seen="What was seen",
    why="Why",
    failures="What failed, and what it means",
    open="What was NOT checked",
    all_checks="All checks",
    notes_title="Notes",
    all_passed="Everything was checked and passed: {passed} checks.",
    some_open="NOT COMPLETE: nothing failed, but {skipped} were not checked; {passed} passed.",
    some_failed="NOT PASSED: {failed} failed, {skipped} not checked, {passed} passed.",
    votes="Touches {count} votes",
    no_votes="Touches no vote that was counted",
    votes_unknown="Touches an unknown number of votes",
    change={
        Change.COULD: "The outcome could change for it.",
        Change.CANNOT: "The outcome cannot change for it.",
        Change.UNKNOWN: "Whether the outcome could change is not known.",
    },
    together={
        Change.COULD: "What failed could, taken together, change the outcome.",
        Change.CANNOT: "What failed cannot, even taken together, change the outcome.",
        Change.UNKNOWN: "Whether what failed could change the outcome is not known.",
    },
    notes={},
    not_used="{count} other files were not recognised and not used: {names}",
    not_proof="This verification reads files. Whether the QR codes on the slips say what voters read is only answered"
    " by reading slips drawn by lot; who was entitled to vote stands in the attendance list and the roll.",
    signatures="Signatures",
    program="Made with epilwu audit verify. The numbers of the checks are explained in docs/checks.md.",
    nothing="there is nothing here that can be verified.",
)


def phrases(lang: str) -> Phrases:
    """The words of ``id`` or ``en``."""
    return _EN if lang == "en" else _ID
