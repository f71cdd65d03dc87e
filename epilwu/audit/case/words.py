"""The case's words for people: steps, verdicts, what was read. Indonesian."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from epilwu.audit.case.errors import CaseRefused
from epilwu.audit.case.events import MISSING, UNREADABLE, Concluded
from epilwu.audit.case.state import Case
from epilwu.audit.risk.contest import parse_limit
from epilwu.audit.risk.decision import Decision
from epilwu.audit.risk.wording import share
from epilwu.election.outcome import Counts, ranking
from epilwu.indonesian import figure, in_words

VERDICTS = {
    "confirmed": "TERKONFIRMASI",
    "replaced": "DIGANTI OLEH HITUNG PENUH",
    "cannot_be_confirmed": "TIDAK DAPAT DIKONFIRMASI",
    "not_finished": "TIDAK DISELESAIKAN",
}
GIVEN_UP = "Audit dihentikan tanpa putusan: "
PROPOSALS = {
    "sample": "baca contoh",
    "full_count": "hitung penuh",
    "cannot_be_confirmed": "tidak dapat dikonfirmasi",
}
DECISIONS = {
    Decision.CONFIRMED: "terkonfirmasi",
    Decision.CONTINUE: "lanjutkan",
    Decision.FULL_COUNT: "hitung penuh",
    Decision.CANNOT: "tidak dapat dikonfirmasi",
}
KINDS = {
    "case_opened": "kasus dibuka",
    "box_opened": "kotak dibuka",
    "verified": "hitungan diperiksa",
    "box_scanned": "kotak selesai dipindai",
    "reconciled": "pencocokan",
    "committed": "daftar penarikan ditutup",
    "dice_thrown": "dadu dilempar",
    "order_printed": "urutan dicetak",
    "paper_read": "kertas dibaca",
    "risk_figured": "risiko dihitung",
    "full_count_chosen": "hitung penuh diputuskan",
    "pile_counted": "tumpukan dihitung",
    "full_count_closed": "hitung penuh ditutup",
    "concluded": "putusan",
    "signed": "tanda tangan",
    "corrected": "koreksi",
}


def risk(text: str) -> str:
    """A risk from the record as ``4,97 %``, never smaller than it is."""
    return share(Fraction(text))


def reading(text: str) -> str:
    """What a reader entered."""
    return {UNREADABLE: "tidak terbaca", MISSING: "kertas tidak ada", "0": "kosong"}.get(text, f"nomor {text}")


def counted(number: int) -> str:
    """A count in figures and words: ``123 (seratus dua puluh tiga)``."""
    return f"{figure(number)} ({in_words(number)})"


def verdict(case: Case, reason: str = "") -> Concluded:
    """The verdict that the record allows now; ``reason`` where the audit is left unfinished.

    Raises ``CaseRefused`` where it is neither finished nor given up with a reason.
    """
    if case.replaced is not None:
        votes = Counts(case.replaced.votes, case.replaced.blank)
        return Concluded("replaced", _replaced(votes, case.replaced.unclear, case))
    committed, last = case.committed, case.last_risk
    if case.full_count is None and committed is not None:
        winner = f"nomor {committed.winner}"
        if last is not None and last.decision == Decision.CONFIRMED and case.readings.both == len(case.risks):
            words = (
                f"Pemenang yang diumumkan, {winner}, terkonfirmasi: sesudah {counted(last.draw)} struk dibaca oleh dua"
                f" orang, risiko bahwa pemenang yang keliru lolos adalah {risk(last.betting)}, tidak melebihi batas"
                f" {share(parse_limit(committed.limit))}."
            )
            return Concluded("confirmed", words)
        if committed.proposal == Decision.CANNOT:
            words = (
                f"Pemenang yang diumumkan, {winner}, tidak dapat dikonfirmasi: {counted(committed.missing)} struk"
                f" hilang, dan dua kalinya mencapai selisih {counted(max(committed.margin, 0))} suara."
            )
            return Concluded("cannot_be_confirmed", words)
    if not reason:
        todo = "Lanjutkan membaca atau menghitung, atau tulis mengapa audit dihentikan."
        raise CaseRefused("Audit ini belum sampai pada putusan.", todo=todo)
    return Concluded("not_finished", f"{GIVEN_UP}{reason}")


def outcome(votes: Counts) -> str:
    """Who comes first, or that nobody does."""
    found = ranking(votes)
    if not votes.valid:
        return "tidak ada suara sah"
    if found.winner is None:
        return f"seri antara nomor {_and([str(number) for number in found.tied])}"
    return f"suara terbanyak nomor {found.winner}, selisih {counted(found.margin)} suara"


def _replaced(votes: Counts, unclear: int, case: Case) -> str:
    parts = [f"nomor {number}: {counted(count)}" for number, count in enumerate(votes.candidates, 1)]
    if case.case.blank:
        parts.append(f"kosong: {counted(votes.blank)}")
    if unclear:
        parts.append(f"tidak jelas: {counted(unclear)}")
    return f"Hitung penuh dengan mata menggantikan hasil yang diumumkan: {', '.join(parts)}; {outcome(votes)}."


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} dan {parts[-1]}"
