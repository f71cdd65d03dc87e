"""The log's head for outsiders: signed at each publication, kept for good, and cosigned by witnesses.

A checkpoint is signed only if the whole chain holds and continues every checkpoint that was signed before; so a
restored backup that lost entries, or a database that somebody changed, is refused here and not papered over. A
checkpoint is handed out only after the transaction that stored it has ended. Witnesses' signatures prove themselves and
make no entry of their own: an entry would put a newer head, which no witness has seen yet, in front of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from epilwu.media import published
from epilwu.tally.errors import CosignatureRefused, LogBroken
from epilwu.tally.log import hold, read_log, stored_entries
from epilwu.tally.models import Cosignature, SignedHead
from epilwu.tally.prepare import KeyPair
from epilwu.trust import act_log, checkpoint, merkle, note
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.checkpoint import Checkpoint
from epilwu.trust.errors import TrustError
from epilwu.trust.note import KeyKind, Note, NoteSignature, VerifierKey


@dataclass(frozen=True, slots=True)
class LogView:
    """A log as far as a stored checkpoint covers it: the entries, and the note with its witnesses' signatures."""

    entries: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    note: Note
    certificate: bytes
    witnessed: Note | None

    @property
    def public_files(self) -> dict[str, bytes]:
        """What everyone gets: leaf hashes, checkpoint, certificate, and an older head where only that is witnessed."""
        files = {
            published.LOG_LEAVES: act_log.leaves(self.entries),
            published.LOG_CERTIFICATE: self.certificate,
            published.CHECKPOINT: self.note.serialise(),
        }
        if self.witnessed is not None:
            files[published.WITNESSED] = self.witnessed.serialise()
        return files


def sign_head(session: Session, signer: KeyPair, holder: Holder, *, at: datetime) -> Note:
    """Sign and store the log's present head as ``holder``'s, within the caller's transaction; the same head only once.

    That ``signer`` is the key of ``holder`` is the caller's to check. Raises ``LogBroken`` where the chain does not
    hold, is empty, or does not continue what was signed before.
    """
    hold(session)
    read_log(session)
    hashes = [merkle.leaf_hash(entry) for entry in stored_entries(session)]
    if not hashes:
        raise LogBroken("Catatan server masih kosong; tidak ada yang dapat ditandatangani.")
    for earlier in session.scalars(select(SignedHead)):
        _check_continues(Checkpoint.parse(Note.parse(earlier.note).text), hashes)
    origin = act_log.log_name(holder.uri, hashes)
    stored = session.get(SignedHead, (origin, len(hashes)))
    if stored is None:
        signed = checkpoint.sign(Checkpoint(origin, len(hashes), merkle.root_of_hashes(hashes)), signer.key)
        stored = SignedHead(
            origin=origin, size=len(hashes), note=signed.serialise(), certificate=signer.certificate, signed_at=at
        )
        session.add(stored)
        session.flush()
    return Note.parse(stored.note)


def _check_continues(earlier: Checkpoint, hashes: Sequence[bytes]) -> None:
    where = f"checkpoint {earlier.size}"
    todo = "Jangan terbitkan apa pun; simpan basis data ini dan panggil auditor."
    if earlier.size > len(hashes):
        raise LogBroken("Catatan server lebih pendek daripada yang sudah ditandatangani.", where=where, todo=todo)
    if merkle.root_of_hashes(hashes[: earlier.size]) != earlier.root:
        raise LogBroken("Catatan server bukan lagi yang sudah ditandatangani.", where=where, todo=todo)


def view(session: Session, region: str) -> LogView | None:
    """The log under the newest checkpoint of the tally of ``region``; None before the first publication."""
    keeper = Holder(Role.TALLY, region).uri + "/"
    heads = select(SignedHead).where(SignedHead.origin.startswith(keeper, autoescape=True))
    newest = session.scalars(heads.order_by(SignedHead.size.desc()).limit(1)).first()
    if newest is None:
        return None
    entries = stored_entries(session)[: newest.size]
    return LogView(
        entries=entries,
        hashes=tuple(merkle.leaf_hash(entry) for entry in entries),
        note=_with_cosignatures(newest),
        certificate=newest.certificate,
        witnessed=_last_witnessed(session, newest),
    )


def _last_witnessed(session: Session, newest: SignedHead) -> Note | None:
    if newest.cosignatures:
        return None
    found = session.scalars(
        select(SignedHead)
        .where(SignedHead.origin == newest.origin, SignedHead.cosignatures.any())
        .order_by(SignedHead.size.desc())
        .limit(1)
    ).first()
    return None if found is None else _with_cosignatures(found)


def _with_cosignatures(head: SignedHead) -> Note:
    return Note.parse(head.note).with_signatures(
        [NoteSignature(row.name, row.key_id, row.signature) for row in head.cosignatures]
    )


def accept_cosignatures(
    session: Session, data: bytes, witnesses: Sequence[VerifierKey], *, where: str = "checkpoint"
) -> tuple[VerifierKey, ...]:
    """Store the signatures that known witnesses put under one of our checkpoints; the witnesses whose are new.

    Signatures of others are left out, as the specification demands. Raises ``NoteRefused`` or ``CheckpointRefused``,
    and ``CosignatureRefused`` where the checkpoint was never signed here, or a known witness's signature is wrong.
    """
    head, signed = checkpoint.read(data, where=where)
    stored = session.get(SignedHead, (head.origin, head.size))
    if stored is None or Note.parse(stored.note).text != signed.text:
        raise CosignatureRefused(
            "Checkpoint ini tidak pernah ditandatangani server ini.",
            where=where,
            todo="Simpan berkasnya: bila tanda tangan server di situ asli, catatan ini pernah bercabang.",
        )
    return tuple(witness for witness in witnesses if _accept(session, stored, signed, witness, where))


def _accept(session: Session, head: SignedHead, signed: Note, witness: VerifierKey, where: str) -> bool:
    lines = [line for line in signed.signatures if line.is_by(witness)]
    if witness.kind is not KeyKind.WITNESS or not lines:
        return False
    try:
        time = note.verify_cosignature(signed, witness, where=where)
    except TrustError as error:
        raise CosignatureRefused(f"Tanda tangan saksi “{witness.name}” tidak sah.", where=where) from error
    line = max(lines, key=lambda found: found.signature)  # the time stands first: the latest
    key = (head.origin, head.size, witness.name, witness.key_id)
    if session.get(Cosignature, key) is not None:
        return False
    row = Cosignature(name=witness.name, key_id=witness.key_id, time=time, signature=line.signature)
    head.cosignatures.append(row)
    session.flush()
    return True
