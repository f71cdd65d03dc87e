"""What people type at the scanning table, checked; each refusal says what to type instead. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from epilwu.audit.scan.errors import EntryRefused, JustSeen, ReadAgain
from epilwu.audit.scan.events import CODE, NAME_LIMIT, Source
from epilwu.audit.scan.state import Paper, ScanState, place_of, same_person
from epilwu.audit.slips import Certainty, SlipClass, StationRegister
from epilwu.trust.canonical import is_plain_line


def entry(what: str, where: str, todo: str) -> EntryRefused:
    """The refusal of something typed."""
    return EntryRefused(what, where=where, todo=todo)


def line(text: str, where: str, longest: int) -> str:
    """One plain line, blanks around it taken off. Raises ``EntryRefused``."""
    text = unicodedata.normalize("NFC", text.strip())
    if not is_plain_line(text, longest):
        raise entry("Isian ini kosong, terlalu panjang atau berisi karakter aneh.", where, f"Isi 1–{longest} huruf.")
    return text


def people(names: Sequence[str], *, least: int) -> tuple[str, ...]:
    """Names of different people. Raises ``EntryRefused``; an act of two people takes exactly two."""
    listed = tuple(line(name, "Nama", NAME_LIMIT) for name in names)
    repeated = any(same_person(one, other) for n, one in enumerate(listed) for other in listed[n + 1 :])
    if repeated or len(listed) < least or (least == 2 and len(listed) != 2) or len(listed) > 20:
        what = "Tindakan ini memerlukan dua orang yang berbeda." if least == 2 else "Nama petugas kurang atau berulang."
        raise entry(what, "Nama", "Ketik nama masing-masing.")
    return listed


def number(value: int, where: str, low: int, high: int) -> int:
    """An integer within bounds. Raises ``EntryRefused``."""
    if not low <= value <= high:
        raise entry(f"Angka ini harus {low} sampai {high}.", where, "Periksa angkanya.")
    return value


def choice(value: int | None, register: StationRegister) -> int | None:
    """A choice that a slip of this station can show, or None. Raises ``EntryRefused``."""
    lowest = 0 if register.blank else 1
    if value is not None and not lowest <= value <= register.candidates:
        todo = f"Ketik nomor calon {lowest or 1} sampai {register.candidates}"
        todo += ", atau 0 untuk pilihan kosong." if register.blank else "."
        raise entry("Pilihan ini tidak ada di surat suara TPS ini.", "Pilihan", todo)
    return value


def code(text: str | None) -> str | None:
    """A short code as printed, blanks taken out, or None. Raises ``EntryRefused``."""
    if text is None:
        return None
    joined = "".join(text.split())
    if CODE.fullmatch(joined) is None:
        todo = "Ketik 8 huruf atau angka tepat seperti tercetak; angka 0 dan huruf O, I, l tidak pernah ada."
        raise entry("Kode struk tidak berbentuk semestinya.", "Kode", todo)
    return joined


def check_typing(paper: Paper, reader: str) -> None:
    """Raise ``EntryRefused`` unless ``reader`` may type this paper in."""
    where = f"kertas {paper.number}"
    if paper.set_aside is not None:
        raise entry("Kertas ini sudah dikesampingkan.", where, "Periksa nomornya.")
    if paper.slip.slip_class is not SlipClass.UNREADABLE:
        raise entry("Kertas ini terbaca oleh program, jadi tidak diketik.", where, "Periksa nomornya.")
    if any(same_person(reader, other.reader) for other in paper.entries):
        raise entry("Pembaca ini sudah mengetik kertas ini.", where, "Kertas ini harus dibaca orang lain.")


def ask_again(state: ScanState, text: str, source: Source) -> None:
    """Raise ``ReadAgain`` or ``JustSeen`` where a reading may be a slip of the hand or of the line.

    A line from a scanner has no checksum of its own: only the booth's signature shows that it came through whole. What
    no booth of this station signed may be a slip that was badly read, and must be seen twice to be called foreign.
    """
    slip = state.examine("", (text,), Certainty.SURE)
    if slip.slip_class is SlipClass.FOREIGN and slip.booth is None:
        todo = "Pindai kertas ini sekali lagi. Bila hasilnya tetap begini, catat seperti yang terbaca."
        raise ReadAgain(f"Kode ini belum dikenali ({slip.reason}); belum dicatat.", todo=todo)
    first, last = state.first_with_text(text), state.last
    if first is None or last is None:
        return
    if source is Source.CAMERA or (last.set_aside is None and last.seen.texts == (text,)):
        todo = "Bila ini memang kertas lain dengan kode yang sama, catat sebagai struk ganda."
        raise JustSeen("Kode ini sudah terbaca; belum dicatat lagi.", where=place_of(first.seen), todo=todo)
