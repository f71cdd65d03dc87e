"""Whether a log only grew since a head that somebody kept, and who else saw it.

The server's keys cannot help whoever rewrote a log against these two: a kept checkpoint lies with another person, and a
witness signs with a key of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from epilwu.audit.log_words import LogCheck, LogName, failed, not_checked, passed
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status
from epilwu.trust import act_log, checkpoint, merkle, note
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import ProofRefused
from epilwu.trust.log_proof import GrowthProof
from epilwu.trust.note import Note, VerifierKey

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class GrowthFault(StrEnum):
    """How a log can be another than it was."""

    FORK = "log-forked"
    SHRUNK = "log-shrunk"
    OTHER = "log-replaced"
    KEPT = "kept-checkpoint-refused"
    PROOF = "growth-proof-refused"
    WITNESS = "cosignature-refused"


@dataclass(frozen=True, slots=True)
class Head:
    """The log's present head: the checkpoint, its note, and the leaf hashes where they are at hand."""

    checkpoint: Checkpoint
    note: Note
    hashes: Sequence[bytes] | None


def check_growth(kept: bytes, head: Head, growth: bytes | None, key: VerifierKey | None) -> LogCheck:
    """Whether ``head`` continues the ``kept`` checkpoint, from the leaf hashes or else from a proof file.

    ``key`` is the log's, by which the kept checkpoint too must be signed; where no key is known it says so.
    """
    name = LogName.GROWTH
    try:
        old, signed = checkpoint.read(kept, where="checkpoint simpanan")
        if key is not None and _same_keeper(old.origin, key.name):
            note.verify(signed, replace(key, name=old.origin), where="checkpoint simpanan")
    except EpilwuError as error:
        return failed(name, GrowthFault.KEPT, f"checkpoint simpanan: {error.what}")
    new = head.checkpoint
    if old.origin != new.origin:
        return failed(name, GrowthFault.OTHER, _other_log(old, new))
    if old.size > new.size:
        detail = f"dulu {old.size} catatan, sekarang {new.size}: salinan ini lebih tua, atau ekornya dipotong"
        return failed(name, GrowthFault.SHRUNK, detail)
    answer = _continues(old, head, growth)
    if answer.code or key is not None:
        return answer
    return not_checked(name, f"{answer.detail}; tetapi kunci server tidak diketahui, jadi keduanya dapat dipalsukan")


def _other_log(old: Checkpoint, new: Checkpoint) -> str:
    if _same_keeper(old.origin, new.origin):
        return "catatan ini bukan catatan yang dulu: semuanya ditulis baru dari catatan pertama"
    return f"checkpoint simpanan milik catatan lain ({old.origin})"


def _same_keeper(one: str, other: str) -> bool:
    return act_log.keeper(one)[0] == act_log.keeper(other)[0]


def _continues(old: Checkpoint, head: Head, growth: bytes | None) -> LogCheck:
    name, new = LogName.GROWTH, head.checkpoint
    if head.hashes is not None and len(head.hashes) >= new.size:
        if merkle.root_of_hashes(head.hashes[: old.size]) != old.root:
            return _forked(old)
        if merkle.root_of_hashes(head.hashes[: new.size]) != new.root:
            return not_checked(name, "catatan yang ada tidak menuju checkpoint ini, jadi pertumbuhannya tidak terbukti")
        return _grown(old, new)
    if old.size == new.size:
        return _grown(old, new) if old.root == new.root else _forked(old)
    if growth is None:
        return not_checked(name, "perlu daftar sidik catatan (log.leaves) atau bukti pertumbuhan (--proof)")
    return _by_proof(old, new, growth)


def _by_proof(old: Checkpoint, new: Checkpoint, growth: bytes) -> LogCheck:
    try:
        found = GrowthProof.parse(growth).verify(old)
    except ProofRefused:
        return _forked(old)
    except EpilwuError as error:
        return failed(LogName.GROWTH, GrowthFault.PROOF, error.what)
    if found != new:
        return failed(LogName.GROWTH, GrowthFault.PROOF, "bukti pertumbuhan ini untuk checkpoint lain")
    return _grown(old, new)


def _forked(old: Checkpoint) -> LogCheck:
    detail = f"{old.size} catatan pertama bukan lagi yang dulu: ada yang ditulis ulang lalu ditandatangani lagi"
    return failed(LogName.GROWTH, GrowthFault.FORK, detail)


def _grown(old: Checkpoint, new: Checkpoint) -> LogCheck:
    return passed(LogName.GROWTH, f"{old.size} catatan pertama tetap sama; bertambah {new.size - old.size}")


def check_witnesses(
    head: Head, witnesses: Sequence[VerifierKey], key: VerifierKey | None, older: bytes | None = None
) -> tuple[list[LogCheck], tuple[str, ...]]:
    """Each trusted witness's answer, and a note for each signature of somebody that the auditor does not know.

    ``older`` is a head from before that witnesses signed; it counts for those who have not signed the present one, and
    only if the present one continues it.
    """
    checks = [_check_witness(head, witness, key, older) for witness in witnesses]
    known = [*witnesses, *([key] if key else [])]
    strangers = [
        line
        for line in head.note.signatures
        if not any(line.is_by(each) for each in known) and line.name != head.checkpoint.origin
    ]
    return checks, tuple(f"Ada tanda tangan “{s.name}”; kuncinya tidak dikenal, tidak diperiksa." for s in strangers)


def _check_witness(head: Head, witness: VerifierKey, key: VerifierKey | None, older: bytes | None) -> LogCheck:
    signed, size = head.note, head.checkpoint.size
    try:
        if older is not None and not any(line.is_by(witness) for line in signed.signatures):
            before, signed = checkpoint.read(older, where="checkpoint.witnessed")
            growth, size = check_growth(older, head, None, key), before.size
            if growth.status is not Status.PASSED:
                return replace(growth, name=LogName.WITNESSES, detail=f"{witness.name}: {growth.detail}")
        time = note.verify_cosignature(signed, witness)
        seen = datetime.fromtimestamp(time, UTC).strftime(_TIME)
    except EpilwuError as error:
        return failed(LogName.WITNESSES, GrowthFault.WITNESS, f"{witness.name}: {error.what}")
    except (ValueError, OverflowError, OSError):
        return failed(LogName.WITNESSES, GrowthFault.WITNESS, f"{witness.name}: waktunya tidak masuk akal")
    return passed(LogName.WITNESSES, f"{witness.name} melihat {size} catatan pada {seen}")
