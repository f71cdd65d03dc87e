"""The server's audit log as an outsider checks it: bytes in, one answer a question out. Nothing is asked of any server.

What may be at hand: the entries (auditors), their leaf hashes (everyone), the checkpoint with the certificate of the
key that signed it, a head that somebody kept from before, a proof of growth. A chain shows an edited entry; the
checkpoint a tail cut off; a kept head or a witness's signature a log that was written and signed anew by whoever holds
the server and its keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise

from epilwu.audit.log_growth import Head, check_growth, check_witnesses
from epilwu.audit.log_words import LogCheck, LogName, failed, not_checked, passed
from epilwu.errors import EpilwuError
from epilwu.protocol.verify_report import Status
from epilwu.trust import act_log, checkpoint, merkle, note
from epilwu.trust.act_log import Act
from epilwu.trust.certificates import Role, check_certificate
from epilwu.trust.note import VerifierKey

_NO_ENTRIES = "Isi catatan ada pada auditor (log.jsonl); dari sidiknya saja rantai di dalamnya tidak dapat diperiksa."


class Fault(StrEnum):
    """What is wrong with a log, by name. Stable: programs and records quote them."""

    ENTRY = "log-entry-edited"
    LEAVES = "log-leaves-differ"
    CUT = "log-tail-cut"
    ROOT = "log-root-differs"
    ORIGIN = "log-origin-differs"
    CHECKPOINT = "checkpoint-unreadable"
    SIGNATURE = "checkpoint-not-signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMaterial:
    """What an auditor has of a log; None where it is not at hand.

    ``root`` is the regency's certificate that the auditor brings or trusts, ``day`` the day on which the certificate
    must have been valid (the election's); ``key`` takes the place of both. ``kept`` is a checkpoint from before,
    ``growth`` a proof file for it; ``witnesses`` are keys of witnesses that the auditor trusts, ``witnessed`` the
    published head that they signed last, where that is older than ``checkpoint``.
    """

    entries: bytes | None = None
    leaves: bytes | None = None
    checkpoint: bytes | None = None
    certificate: bytes | None = None
    root: bytes | None = None
    day: date | None = None
    key: VerifierKey | None = None
    kept: bytes | None = None
    growth: bytes | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    witnessed: bytes | None = None


@dataclass(frozen=True, slots=True)
class LogReport:
    """The answers, and what was read: ``acts`` only where the whole chain holds, ``head`` where a checkpoint is."""

    checks: tuple[LogCheck, ...]
    acts: tuple[Act, ...] = field(default=(), repr=False)
    head: checkpoint.Checkpoint | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every question was answered, and well."""
        return bool(self.checks) and all(check.status is Status.PASSED for check in self.checks)


def check_log(material: LogMaterial) -> LogReport:
    """Every check that the material allows; what it does not allow says "not checked". Raises nothing for bad files."""
    chain, acts = _check_chain(material)
    leaves, hashes = _check_leaves(material)
    opened = _read_checkpoint(material)
    checks = [leaves] if chain is None else [chain, leaves]
    notes = _clock_notes(acts) if chain is not None else (_NO_ENTRIES,)
    if isinstance(opened, LogCheck):
        checks += [opened, not_checked(LogName.SIGNATURE, "tidak ada checkpoint yang terbaca")]
        if material.kept is not None:
            checks.append(not_checked(LogName.GROWTH, "tidak ada checkpoint yang terbaca"))
        return LogReport(tuple(checks), acts, None, notes)
    head, signed = opened
    key, signature = _check_signature(material, head, signed)
    checks += [_check_root(head, hashes), signature]
    current = Head(head, signed, hashes)
    if material.kept is not None:
        checks.append(check_growth(material.kept, current, material.growth, key))
    else:
        notes = (*notes, "Simpan berkas checkpoint ini; lain kali periksa pertumbuhannya dengan --since.")
    seen, seen_notes = check_witnesses(current, material.witnesses, key, material.witnessed)
    return LogReport((*checks, *seen), acts, head, (*notes, *seen_notes))


def _check_chain(material: LogMaterial) -> tuple[LogCheck | None, tuple[Act, ...]]:
    """Every entry is canonical and carries the hash of the one before; None where only their hashes are public."""
    if material.entries is None:
        return None, ()
    try:
        acts = act_log.follow(act_log.split_export(material.entries))
    except EpilwuError as error:
        return failed(LogName.CHAIN, Fault.ENTRY, f"{error.where}: {error.what}"), ()
    if not acts:
        return failed(LogName.CHAIN, Fault.CUT, "catatan kosong"), ()
    return passed(LogName.CHAIN, f"{len(acts)} catatan, {acts[0].at} sampai {acts[-1].at}"), acts


def _check_leaves(material: LogMaterial) -> tuple[LogCheck, tuple[bytes, ...] | None]:
    """The published leaf hashes are those of the entries; gives the hashes of whichever is at hand, entries first."""
    if material.entries is None and material.leaves is None:
        return not_checked(LogName.LEAVES, "tidak ada catatan dan tidak ada daftar sidiknya"), None
    try:
        listed = None if material.leaves is None else act_log.split_leaves(material.leaves)
        entries = None if material.entries is None else act_log.split_export(material.entries)
    except EpilwuError as error:
        return failed(LogName.LEAVES, Fault.LEAVES, f"{error.where}: {error.what}"), None
    if entries is None:
        assert listed is not None
        return passed(LogName.LEAVES, f"{len(listed)} sidik catatan terbaca"), listed
    hashes = tuple(merkle.leaf_hash(entry) for entry in entries)
    if listed is None:
        return passed(LogName.LEAVES, f"{len(hashes)} sidik dihitung dari isi catatan"), hashes
    if listed != hashes:
        place = next((i for i, pair in enumerate(zip(listed, hashes, strict=False)) if pair[0] != pair[1]), None)
        what = f"{len(hashes)} catatan, {len(listed)} sidik" if place is None else f"catatan {place} berbeda"
        return failed(LogName.LEAVES, Fault.LEAVES, f"isi catatan bukan yang diterbitkan sidiknya: {what}"), hashes
    return passed(LogName.LEAVES, f"{len(hashes)} catatan sama dengan sidik yang diterbitkan"), hashes


def _read_checkpoint(material: LogMaterial) -> tuple[checkpoint.Checkpoint, note.Note] | LogCheck:
    if material.checkpoint is None:
        return not_checked(LogName.ROOT, "tidak ada checkpoint: ekor catatan yang dipotong tidak akan terlihat")
    try:
        return checkpoint.read(material.checkpoint)
    except EpilwuError as error:
        return failed(LogName.ROOT, Fault.CHECKPOINT, error.what)


def _check_root(head: checkpoint.Checkpoint, hashes: Sequence[bytes] | None) -> LogCheck:
    """The entries, or their hashes, lead to the checkpoint's root, and are the very log that it names."""
    if hashes is None:
        return not_checked(LogName.ROOT, "tidak ada catatan maupun daftar sidiknya")
    if len(hashes) < head.size:
        detail = f"checkpoint menyebut {head.size} catatan, yang ada {len(hashes)}: ekornya dipotong"
        return failed(LogName.ROOT, Fault.CUT, detail)
    if head.size == 0 or act_log.keeper(head.origin)[1] != act_log.keeper(act_log.log_name("", hashes))[1]:
        return failed(LogName.ROOT, Fault.ORIGIN, f"checkpoint ini milik catatan lain ({head.origin})")
    if merkle.root_of_hashes(hashes[: head.size]) != head.root:
        detail = "isi catatan tidak menuju akar checkpoint: ada catatan yang diubah, ditukar atau ditulis ulang"
        return failed(LogName.ROOT, Fault.ROOT, detail)
    if len(hashes) > head.size:
        detail = f"{head.size} catatan cocok; {len(hashes) - head.size} sesudahnya belum tercakup checkpoint"
        return not_checked(LogName.ROOT, detail)
    return passed(LogName.ROOT, f"{head.size} catatan menuju akar {head.root.hex()}")


def _check_signature(
    material: LogMaterial, head: checkpoint.Checkpoint, signed: note.Note
) -> tuple[VerifierKey | None, LogCheck]:
    """The log's own key signed the checkpoint; gives that key where it did."""
    name = LogName.SIGNATURE
    try:
        key, whose = (material.key, "kunci yang diberikan") if material.key else _certified(material, head)
        if key is None:
            return None, not_checked(name, whose)
        if key.name != head.origin:
            return None, failed(name, Fault.ORIGIN, f"kunci milik “{key.name}”, checkpoint dari “{head.origin}”")
        note.verify(signed, key)
    except EpilwuError as error:
        return None, failed(name, Fault.SIGNATURE, error.what)
    return key, passed(name, f"ditandatangani oleh {whose}")


def _certified(material: LogMaterial, head: checkpoint.Checkpoint) -> tuple[VerifierKey | None, str]:
    """The key of the tally's certificate under the root, as the name that its log has."""
    if material.certificate is None:
        return None, "tidak ada sertifikat kunci server (checkpoint.pem)"
    if material.root is None:
        return None, "tidak ada sertifikat akar kabupaten yang dibawa auditor"
    if material.day is None:
        return None, "hari pemilihan tidak diketahui (definition.json)"
    certificate = check_certificate(
        material.certificate, material.root, at=material.day, holder_role=Role.TALLY, where="checkpoint.pem"
    )
    origin = f"{certificate.holder.uri}/{act_log.keeper(head.origin)[1]}"
    return VerifierKey.of(origin, certificate.public_key), certificate.holder.uri


def _clock_notes(acts: Sequence[Act]) -> tuple[str, ...]:
    """A clock that was set back proves nothing by itself, but somebody should ask."""
    back = [after.seq for before, after in pairwise(acts) if after.at < before.at]
    if not back:
        return ()
    return (f"Jam server mundur pada {len(back)} catatan (pertama: catatan {back[0]}); tanyakan sebabnya.",)
