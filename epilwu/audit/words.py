"""The audit's words for people: questions, answers, classes of paper. Indonesian."""

from __future__ import annotations

from collections.abc import Sequence

from epilwu.audit.plain_text import grouped as grouped  # noqa: PLC0414 - found here by most
from epilwu.audit.plain_text import plain as plain  # noqa: PLC0414
from epilwu.audit.slips import SlipClass
from epilwu.election.balance import Status as BooksStatus
from epilwu.election.definition import Definition
from epilwu.protocol.verify_report import Name, Status

STATUS = {Status.PASSED: "lulus", Status.FAILED: "GAGAL", Status.NOT_CHECKED: "tidak diperiksa"}
BOOKS_STATUS = {
    BooksStatus.EQUAL: "cocok",
    BooksStatus.DIFFERENT: "BERBEDA",
    BooksStatus.NOT_CHECKED: "tidak diperiksa",
}
CHECKS = {
    Name.ARCHIVE: "bentuk arsip dan rantai sidik",
    Name.COMPLETE: "arsip sudah selesai",
    Name.ELECTION: "data pemilihan",
    Name.DEFINITION: "definisi pemilihan",
    Name.TRUSTEES: "pemegang kunci",
    Name.CREDENTIALS: "daftar kredensial",
    Name.BALLOTS: "surat suara",
    Name.REPEATS: "kredensial dipakai dua kali",
    Name.ORDER: "urutan surat suara menurut pelacak",
    Name.ENCRYPTED_TALLY: "jumlah tersandi",
    Name.DECRYPTIONS: "pembukaan oleh pemegang kunci",
    Name.BOUND: "pembukaan terikat pada jumlah",
    Name.RESULT: "hasil",
}
QUESTIONS = {
    "archives": "Apakah hasil tiap TPS jumlah dari surat suara di papannya, dan semuanya sah?",
    "boards": "Apakah papan suara memuat tepat surat suara yang dilaporkan bilik?",
    "results": "Apakah hasil dan pembukuan yang diumumkan sama dengan yang terbukti?",
    "paper": "Apakah struk kertas, hitungan dan pembukuan cocok?",
}
"""By the name of the village's finding."""
TEXT_QUESTION = "Apakah kode QR pada struk sama dengan teks yang dibaca pemilih?"
TEXT_ANSWER = (
    "Membaca kode QR hanyalah pencocokan, bukan audit atas apa yang dibaca pemilih. Untuk itu sejumlah struk harus"
    " diundi di depan umum dan teksnya dibaca oleh dua orang."
)
PAPERS = {
    SlipClass.COUNTED: "dihitung",
    SlipClass.DUPLICATE: "ganda",
    SlipClass.VOID: "batal",
    SlipClass.FOREIGN: "asing",
    SlipClass.UNREADABLE: "tidak terbaca",
}


def choice_name(definition: Definition, choice: int) -> str:
    """``3. Nama Calon``, or what a blank vote is called."""
    return "Kosong" if choice == 0 else f"{choice}. {definition.candidate(choice).name}"


def verdict(statuses: Sequence[Status]) -> str:
    """One sentence on all questions."""
    failed, skipped = statuses.count(Status.FAILED), statuses.count(Status.NOT_CHECKED)
    if failed or skipped or not statuses:
        return f"TIDAK LULUS: {failed} pertanyaan gagal, {skipped} tidak diperiksa."
    return f"Semua {len(statuses)} pertanyaan diperiksa dan lulus."
