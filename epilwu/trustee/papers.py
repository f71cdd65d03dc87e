"""What the key holders print and sign: the certificate of the public key, the record that paper decides, and the record
of the keys' destruction. Each as PDF bytes; the same facts give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from reportlab.platypus import Flowable

from epilwu.document import parts
from epilwu.document.page import Sheet, render
from epilwu.document.parts import Signature
from epilwu.indonesian import long_date
from epilwu.protocol.group import encode_element
from epilwu.protocol.trustees import TrusteeSet
from epilwu.trustee import ceremony
from epilwu.trustee.destruction import Destroyed
from epilwu.trustee.night import PAPER_DECIDES, RECORD, NightSituation
from epilwu.trustee.plan import Plan, plan_hash, serialise
from epilwu.trustee.trial import TrialResult

KEY_TITLE = "Sertifikat Kunci Publik"
DESTRUCTION_TITLE = "Berita Acara Pemusnahan Kunci"
_WITNESSES = (Signature("Saksi"), Signature("Saksi"))

_Part = Flowable | Sequence[Flowable]


def key_certificate(plan: Plan, trustees: TrusteeSet, trial: TrialResult) -> bytes:
    """The public key with its fingerprint, how the trial went, and a line for every holder to sign."""
    tried = len(trial.groups)
    rows = [
        (str(seat.index), seat.title, seat.camp, _short(encode_element(trustees.key(seat.index)).encode()))
        for seat in plan.seats
    ]
    body: list[_Part] = [
        parts.title(KEY_TITLE, plan.title),
        parts.facts([*_facts(plan), *_key_facts(trustees)]),
        parts.text(
            f"Suara dibuka oleh {plan.threshold} dari {plan.size} pemegang kunci. Tidak satu kubu pun memegang"
            f" {plan.threshold} kursi."
        ),
        parts.table(("No.", "Pemegang kunci", "Kubu", "Sidik kunci"), rows, widths=(1.3, 6, 4, 9)),
        parts.text(
            f"Uji coba: setiap pemegang membuka jumlah uji dengan diskanya sendiri, dan {tried} kelompok berisi"
            f" {plan.threshold} orang membukanya menjadi angka yang sama"
            f" ({' dan '.join(map(str, trial.numbers))})."
        ),
        parts.text(f"Kunci bersama lengkap: {encode_element(trustees.public_key)}", fine=True),
        parts.text(
            "Yang bertanda tangan telah mendengar sidik di atas dibacakan dan mencocokkannya. Kode pembuka dan diska"
            " disimpan sendiri oleh masing-masing pemegang."
        ),
        parts.signatures([Signature(seat.title) for seat in plan.seats], caption="Pemegang kunci"),
        parts.signatures(_WITNESSES, caption="Saksi"),
    ]
    return render(_sheet(KEY_TITLE, plan), body)


def key_certificate_text(plan: Plan, trustees: TrusteeSet) -> str:
    """The certificate's facts as plain text, for a terminal or a printer of receipts."""
    lines = [KEY_TITLE.upper(), plan.title, ""]
    lines += [f"{label}: {value}" for label, value in (*_facts(plan), *_key_facts(trustees))]
    lines += ["", f"{plan.threshold} dari {plan.size} pemegang kunci membuka suara:"]
    lines += [f"  {seat.index}. {seat.title} ({seat.camp})  ........................" for seat in plan.seats]
    return "\n".join(lines)


def paper_decides(plan: Plan, night: NightSituation, reason: str) -> bytes:
    """The record that too few key holders came, so that the slips in the audit boxes are the count."""
    rows = [(str(seat.index), seat.title, "hadir" if seat in night.present else "tidak hadir") for seat in night.seats]
    body: list[_Part] = [
        parts.title(RECORD, plan.title),
        parts.facts([*_facts(plan), ("Pemegang kunci yang hadir", f"{len(night.present)} dari {len(night.seats)}")]),
        parts.table(("No.", "Pemegang kunci", "Kehadiran"), rows, widths=(1.3, 10, 5)),
        parts.text(f"Diperlukan {night.threshold} pemegang kunci. Sebab: {reason}"),
        parts.heading("Yang berlaku sekarang"),
        parts.items(PAPER_DECIDES),
        parts.signatures([Signature(seat.title) for seat in night.present], caption="Pemegang kunci yang hadir"),
        parts.signatures([Signature("Ketua panitia pemilihan"), *_WITNESSES], caption="Panitia dan saksi"),
    ]
    return render(_sheet(RECORD, plan), body)


def destruction_record(plan: Plan, destroyed: Sequence[Destroyed]) -> bytes:
    """The record of whose keys were wiped when; keys that were not are named as such."""
    done = {one.seat: one for one in destroyed}
    rows = []
    for seat in plan.seats:
        one = done.get(seat.index)
        state = ("BELUM DIMUSNAHKAN", "–") if one is None else (long_date(one.date), _grouped(one.sealed_seed))
        rows.append((str(seat.index), seat.title, *state))
    body: list[_Part] = [
        parts.title(DESTRUCTION_TITLE, plan.title),
        parts.facts([*_facts(plan), ("Kunci wajib disimpan sampai", long_date(plan.keep_until))]),
        parts.table(("No.", "Pemegang kunci", "Dimusnahkan", "Sidik benih tersegel"), rows, widths=(1.3, 6, 5, 8)),
        parts.text(
            "Berkas rahasia di setiap diska ditimpa dengan bita acak lalu dihapus. Diska kilat dapat menyimpan salinan"
            " lama di luar jangkauan program; karena itu setiap diska juga dirusak secara fisik di hadapan saksi."
        ),
        parts.signatures([Signature(seat.title) for seat in plan.seats], caption="Pemegang kunci"),
        parts.signatures(_WITNESSES, caption="Saksi"),
    ]
    return render(_sheet(DESTRUCTION_TITLE, plan), body)


def _facts(plan: Plan) -> list[tuple[str, str]]:
    return [
        ("Wilayah", f"{plan.place} ({plan.region})"),
        ("Hari pemungutan suara", long_date(plan.date)),
        ("Upacara ke", str(plan.number)),
        ("Sidik rencana", _grouped(plan_hash(serialise(plan)))),
    ]


def _key_facts(trustees: TrusteeSet) -> list[tuple[str, str]]:
    return [
        ("Sidik trustees.json", ceremony.fingerprint(trustees.data)),
        ("Sidik kunci bersama", _short(encode_element(trustees.public_key).encode())),
    ]


def _sheet(title: str, plan: Plan) -> Sheet:
    return Sheet(title, f"{plan.place} · upacara kunci ke-{plan.number}", plan.rehearsal)


def _short(data: bytes) -> str:
    return _grouped(hashlib.sha256(data).hexdigest())


def _grouped(sha256: str) -> str:
    return ceremony.grouped(sha256)
