"""What a key holder is told, in Indonesian; the protocol's own reasons are put into these words here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from epilwu.errors import EpilwuError
from epilwu.protocol import errors as protocol

_TRUSTEE = re.compile(r"\btrustee (\d+)")
_HOLDERS = re.compile(r"\b(pemegang kunci) (\d+(?:, \d+)*)(?! \(|\d)")


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


class PlanRefused(TrusteeError):
    """The ceremony's plan is no plan, is unsafe, or does not fit what is to be done under it."""

    code = "trustee-plan"


class SeatTaken(TrusteeError):
    """Another stick has this seat already."""

    code = "trustee-seat-taken"


class StickSwapped(TrusteeError):
    """The stick is another holder's than the one whose turn it is; ``what`` names both."""

    code = "trustee-stick-swapped"


class TickStale(TrusteeError):
    """What was ticked is not what the folder holds now."""

    code = "trustee-tick-stale"


class CeremonyFinished(TrusteeError):
    """The ceremony has been held to its end: its keys may guard votes already."""

    code = "trustee-ceremony-finished"


class KeysStillNeeded(TrusteeError):
    """The time in which a result may be disputed has not passed."""

    code = "trustee-keys-needed"


class VerifierFailed(TrusteeError):
    """The verifier's file is not the published one, or it did not answer to the end: nothing is known of the board."""

    code = "trustee-verifier"


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
    (protocol.DecryptionProofRefused, "Bukti pembukaannya tidak sah: itu bukan pembukaan dengan kuncinya."),
    (protocol.BoundProofRefused, "Bukti terikatnya tidak sah: pembukaannya tidak terikat pada jumlah ini."),
    (protocol.FactorsInconsistent, "Pembukaannya tidak cocok dengan pembukaan pemegang lain."),
    (protocol.DecryptionForeign, "Papan suara ini bukan milik para pemegang kunci ini."),
)
_TODO = "Hentikan upacara, catat dalam berita acara, dan ulangi bersama semua pemegang kunci."


@contextmanager
def in_plain_words(todo: str = _TODO) -> Iterator[None]:
    """Turn the protocol's refusals into ``CeremonyStopped`` that names the key holder in Indonesian."""
    try:
        yield
    except protocol.ProtocolError as error:
        where = _TRUSTEE.sub(r"pemegang kunci \1", error.where)
        raise CeremonyStopped(words_of(error), where=where, todo=todo) from error


def words_of(error: protocol.ProtocolError) -> str:
    """The protocol's reason as a sentence, with its own words for experts behind it."""
    sentence = next((text for kind, text in _SENTENCES if isinstance(error, kind)), "Berkasnya tidak sah.")
    return f"{sentence} ({error.code}: {error.what})"


def seat_of(error: protocol.ProtocolError) -> int:
    """The trustee whom the protocol's refusal names; 0 where it names none, or several."""
    found = _TRUSTEE.findall(error.where)
    return int(found[0]) if len(found) == 1 else 0


def name_seats(error: TrusteeError, titles: Mapping[int, str]) -> TrusteeError:
    """The same refusal with each ``pemegang kunci 2`` followed by what that holder is."""

    def named(text: str) -> str:
        return _HOLDERS.sub(lambda found: f"{found[1]} {_with_titles(found[2], titles)}", text)

    return type(error)(named(error.what), where=named(error.where), todo=error.todo)


def _with_titles(numbers: str, titles: Mapping[int, str]) -> str:
    def one(found: re.Match[str]) -> str:
        title = titles.get(int(found[0]))
        return found[0] if title is None else f"{found[0]} ({title})"

    return re.sub(r"\d+", one, numbers)
