"""What the booth's screens say about refusals and troubles, in Indonesian. One sentence on what, one on what to do."""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.booth.devices.errors import PrinterFault, PrinterState
from epilwu.booth.states import Cause, Halted, PrintTrouble, Refusal


@dataclass(frozen=True, slots=True)
class Message:
    """A heading, what it means for the person reading it, and what to do."""

    heading: str
    meaning: str
    todo: str = ""


REFUSALS = {
    Refusal.MALFORMED: Message(
        "Kartu tidak terbaca.",
        "Kartu Anda tidak rusak karena ini, dan masih berlaku.",
        "Pindai sekali lagi dengan pelan. Bila diketik, periksa huruf demi huruf.",
    ),
    Refusal.NOT_A_TOKEN: Message(
        "Ini bukan kartu token.",
        "Yang Anda pindai adalah struk atau bukti memilih.",
        "Pindai kartu token yang Anda terima dari meja petugas.",
    ),
    Refusal.USED: Message(
        "Kartu ini sudah dipakai.",
        "Suara dengan kartu ini sudah tercatat. Satu kartu hanya untuk satu suara.",
        "Bila Anda merasa belum memilih, panggil petugas.",
    ),
    Refusal.OTHER_BOOTH: Message(
        "Kartu ini untuk bilik lain.",
        "Kartu Anda masih berlaku di biliknya sendiri.",
        "Lihat nomor bilik pada kartu, lalu pindai di bilik itu.",
    ),
    Refusal.OTHER_ELECTION: Message(
        "Kartu ini bukan untuk TPS ini.",
        "Mungkin kartu dari TPS atau pemilihan lain, atau salah ketik.",
        "Tunjukkan kartu Anda kepada petugas.",
    ),
}

_RECORDED = {
    True: ("Suara Anda SUDAH tercatat.", ""),
    False: ("Suara Anda BELUM tercatat.", "Kartu Anda masih berlaku. "),
}
_NOBODY = {
    Cause.DISK: "Bila ada pemilih di bilik, layar akan menunjukkan suaranya tercatat atau tidak setelah bilik "
    "dinyalakan ulang.",
    Cause.RESTART: "Tidak ada suara yang terputus. Pemilih yang belum selesai memulai lagi dengan kartunya.",
}
_HEADINGS = {
    Cause.SECOND_MEDIUM: ("Media kedua tidak dapat ditulis.", "Pasang kembali media kedua, lalu lanjutkan."),
    Cause.DISK: ("Media pertama tidak dapat ditulis.", "Periksa media pertama, lalu nyalakan ulang bilik."),
    Cause.MEDIA_DISAGREE: ("Isi kedua media berbeda.", "Bilik berhenti. Jangan ubah apa pun; panggil pengawas."),
    Cause.RESTART: ("Bilik menyala kembali.", "Petugas membaca layar ini, lalu melanjutkan."),
    Cause.WRONG_SLIPS: ("Bilik berhenti: tiga struk dinyatakan salah.", "Panggil pengawas sebelum melanjutkan."),
    Cause.OFFICER: ("Bilik sedang dijeda.", "Mohon tunggu petugas."),
}


def refusal(reason: Refusal) -> Message:
    """What a refused card's screen says."""
    return REFUSALS[reason]


def halted(state: Halted) -> Message:
    """What the screen says while no voters are taken, first of all whether the vote is recorded."""
    cause, todo = _printer(state.detail) if state.cause is Cause.PRINTER else _HEADINGS[state.cause]
    if state.recorded is None:
        return Message(cause, _NOBODY.get(state.cause, ""), todo)
    recorded, comfort = _RECORDED[state.recorded]
    return Message(recorded, comfort + cause, todo)


def print_trouble(state: PrintTrouble) -> Message:
    """What the screen says after a slip that did not come out."""
    meaning = "Suara Anda BELUM tercatat; pilihan Anda tidak hilang."
    if state.ready:
        return Message("Printer sudah siap lagi.", meaning, "Cetak struk baru dengan tombol di bawah.")
    cause, todo = _printer(state.state)
    return Message(cause, meaning, todo)


def _printer(slug: str) -> tuple[str, str]:
    """What is wrong with the printer, and what to do."""
    try:
        fault = PrinterFault(PrinterState(slug))
    except ValueError:
        fault = PrinterFault(PrinterState.ERROR)
    return fault.what, fault.todo
