"""What a key holder is told, in Indonesian; the protocol's own reasons are put into these words here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from epilwu.errors import EpilwuError
from epilwu.protocol import errors as protocol

_TRUSTEE = re.compile(r"\btrustee (\d+)")


class TrusteeError(EpilwuError):
    """Root of the room's refusals."""

    code = "trustee"


class StickTrouble(TrusteeError):
    """A stick or the shared folder cannot be read or written."""

    code = "trustee-medium"


class StickInUse(TrusteeError):
    """The stick already belongs to another ceremony or key holder."""

    code = "trustee-stick-in-use"


class StickUnready(TrusteeError):
    """A step comes before the one that it needs."""

    code = "trustee-step-order"


class PassphraseWeak(TrusteeError):
    """The opening code is too short."""

    code = "trustee-passphrase"


class OthersAwaited(TrusteeError):
    """Other key holders have not put their file into the shared folder yet; ``what`` names them."""

    code = "trustee-awaited"


class PublicFileChanged(TrusteeError):
    """A file in the shared folder is no longer the one that this stick made or accepted."""

    code = "trustee-public-changed"


class CeremonyStopped(TrusteeError):
    """Something published in the ceremony is false; ``what`` names whose it is."""

    code = "trustee-ceremony-stopped"


class BoardRefused(TrusteeError):
    """The board does not deserve to be opened: foreign, unfinished, or its sum is not that of its ballots."""

    code = "trustee-board-refused"


class TooFewBallots(BoardRefused):
    """So few ballots that the sum would tell how people voted."""

    code = "trustee-too-few-ballots"


class AlreadyOpened(BoardRefused):
    """Another sum of the same station was opened before: their difference would tell how people voted."""

    code = "trustee-already-opened"


_SENTENCES: tuple[tuple[type[protocol.ProtocolError], str], ...] = (
    (protocol.DealtShareRefused, "Bagian rahasia yang ia kirim tidak cocok dengan angka yang ia umumkan."),
    (protocol.SealedMessageRefused, "Pesan rahasianya tidak dapat dibuka atau bukan untuk Anda."),
    (protocol.SeedRefused, "Benih kunci di diska ini tidak cocok dengan sertifikat yang beredar."),
    (protocol.TrusteeKeyRepeated, "Kuncinya sama dengan kunci pemegang lain."),
    (protocol.TrusteeSignatureRefused, "Tanda tangannya tidak sah."),
    (protocol.TrusteeProofRefused, "Tidak terbukti bahwa ia mengetahui rahasia kuncinya."),
    (protocol.TrusteeKeyRefused, "Kuncinya tidak sah."),
    (protocol.ThresholdRefused, "Angka-angkanya tidak sesuai dengan jumlah pemegang kunci yang disepakati."),
    (protocol.DecryptionKeyRefused, "Rahasia di diska ini bukan pasangan kunci yang diumumkan."),
    (protocol.DecryptionForeign, "Papan suara ini bukan milik para pemegang kunci ini."),
)
_TODO = "Hentikan upacara, catat dalam berita acara, dan ulangi bersama semua pemegang kunci."


@contextmanager
def in_plain_words(todo: str = _TODO) -> Iterator[None]:
    """Turn the protocol's refusals into ``CeremonyStopped`` that names the key holder in Indonesian."""
    try:
        yield
    except protocol.ProtocolError as error:
        sentence = next((text for kind, text in _SENTENCES if isinstance(error, kind)), "Berkasnya tidak sah.")
        where = _TRUSTEE.sub(r"pemegang kunci \1", error.where)
        raise CeremonyStopped(f"{sentence} ({error.code}: {error.what})", where=where, todo=todo) from error
