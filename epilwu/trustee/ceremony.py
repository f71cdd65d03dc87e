"""The key ceremony among sticks: one private folder per key holder, one folder that all of them share.

certificate -> deal -> accept -> assemble -> confirm. Every step first makes its result durable on the stick, then
copies it to the shared folder; called again, it goes on where it stopped and never makes a second, different result.
The seed is sealed with its holder's opening code; the rest of a stick is public or sealed to that seed. What is said
aloud (``fingerprint``) lets the holders notice if they do not all see the same files. Where the shared folder holds a
plan (``epilwu.trustee.plan``), each stick keeps it and takes part in no ceremony of another plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from epilwu.election.rules import threshold_fault
from epilwu.protocol import pedersen
from epilwu.protocol.sealing import new_seed
from epilwu.protocol.trustees import MAX_TRUSTEES, Certificate, TrusteeSet, parse_trustees, serialise_trustees
from epilwu.trust.keyfile import DEFAULT, Cost, seal, unseal
from epilwu.trustee import plan as plans
from epilwu.trustee.errors import (
    CeremonyStopped,
    OthersAwaited,
    PassphraseWeak,
    PlanRefused,
    PublicFileChanged,
    StickInUse,
    StickUnready,
    in_plain_words,
)
from epilwu.trustee.files import Folder

FEWEST_CHARACTERS = 12
TRUSTEES = "trustees.json"
SEED = "benih.json"

_CERTIFICATE = "sertifikat.json"
_CERTIFICATES = "semua-sertifikat.jsons"
_DEALING = "pembagian.json"
_ACCEPTANCE = "penerimaan.json"
_LABEL = "E-Pilwu: benih pemegang kunci"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """One holder's view: the ``stick`` and the ``public`` folder. Nothing is read before a step is called."""

    stick: Path
    public: Path

    @property
    def own(self) -> Folder:
        """The private folder."""
        return Folder(self.stick, private=True)

    @property
    def shared(self) -> Folder:
        """The shared folder."""
        return Folder(self.public, private=False)


def certificate(
    ceremony: Ceremony, passphrase: str, *, index: int, threshold: int, size: int, cost: Cost = DEFAULT
) -> int:
    """Step 1: make seed and certificate of key holder ``index`` of ``size``; ``threshold`` of them open a sum.

    Gives the index back. Raises ``PassphraseWeak`` (fewer than 12 characters), ``StickInUse`` if the stick belongs to
    another ceremony, ``PlanRefused`` for numbers other than the plan's or a threshold of half or fewer,
    ``StickTrouble``, ``PublicFileChanged``, ``KeyFileRefused`` for another opening code.
    """
    own = ceremony.own
    if own.read(SEED) is None:
        _take_plan(ceremony, index=index, threshold=threshold, size=size)
        if len(passphrase) < FEWEST_CHARACTERS:
            raise PassphraseWeak(
                f"Kode pembuka terlalu pendek; paling sedikit {FEWEST_CHARACTERS} huruf.",
                todo="Pakai beberapa kata yang mudah Anda ingat dan sulit ditebak orang lain.",
            )
        own.write(SEED, seal(new_seed().encode(), passphrase, label=_label(own), cost=cost))
    _same_plan(ceremony)
    seed = unlock(ceremony.stick, passphrase)
    data = own.read(_CERTIFICATE)
    if data is None:
        with in_plain_words("Periksa nomor dan jumlah pemegang kunci."):
            data = pedersen.make_certificate(seed, index=index, threshold=threshold, size=size)
        own.write(_CERTIFICATE, data)
    context = _own_certificate(ceremony.stick).context
    if (context.index, context.threshold, context.size) != (index, threshold, size):
        raise StickInUse(
            f"Diska ini milik pemegang kunci {context.index} dari {context.size}, ambang {context.threshold}.",
            where=str(ceremony.stick),
            todo="Pakai diska kosong, atau nomor dan jumlah yang sama seperti tadi.",
        )
    ceremony.shared.publish(certificate_name(index), data)
    return index


def deal(ceremony: Ceremony, passphrase: str) -> str:
    """Step 3: check all certificates and deal. Gives the fingerprint of the certificates, to be read aloud.

    Raises ``StickUnready``, ``OthersAwaited``, ``CeremonyStopped``, ``PublicFileChanged`` if certificates changed
    since this stick dealt.
    """
    _same_plan(ceremony)
    seed = unlock(ceremony.stick, passphrase)
    index = _own_certificate(ceremony.stick).context.index
    certificates, joined = _certificates(ceremony)
    data = ceremony.own.read(_DEALING)
    if data is None:
        with in_plain_words():
            data = pedersen.deal(seed, certificates)
        ceremony.own.write(_CERTIFICATES, joined)
        ceremony.own.write(_DEALING, data)
    ceremony.shared.publish(dealing_name(index), data)
    return fingerprint(joined)


def accept(ceremony: Ceremony, passphrase: str) -> int:
    """Step 5: open and check what every dealer sent to this stick, and publish the own public key.

    Gives the own index back. Raises ``CeremonyStopped`` naming the dealer who cheats, and what ``deal`` raises.
    """
    _same_plan(ceremony)
    seed = unlock(ceremony.stick, passphrase)
    index = _own_certificate(ceremony.stick).context.index
    if ceremony.own.read(_DEALING) is None:
        raise StickUnready("Anda belum membagikan rahasia.", where=str(ceremony.stick), todo="Jalankan langkah deal.")
    certificates, _ = _certificates(ceremony)
    dealings = _dealings(ceremony.shared, certificates)
    data = ceremony.own.read(_ACCEPTANCE)
    if data is None:
        with in_plain_words():
            letter = pedersen.route(certificates, dealings)[index - 1]
            data = pedersen.accept(seed, certificates, letter)
        ceremony.own.write(_ACCEPTANCE, data)
    with in_plain_words():
        pedersen.read_acceptance(certificates, dealings, index, data)
    ceremony.shared.publish(acceptance_name(index), data)
    return index


def assemble(public: Path) -> bytes:
    """Step 6, by anyone: ``trustees.json`` from all files of the shared folder, checked and written there."""
    shared = Folder(public, private=False)
    certificates, _ = _read_certificates(shared)
    dealings = _dealings(shared, certificates)
    outputs = _collect(shared, acceptance_name, len(certificates), "penerimaan")
    with in_plain_words():
        data = serialise_trustees([pedersen.assemble(certificates, dealings, outputs)])
    shared.publish(TRUSTEES, data)
    return data


def confirm(ceremony: Ceremony) -> str:
    """Last step, by every holder: keep ``trustees.json`` if it holds exactly what this stick made and accepted.

    Gives its fingerprint, to be compared aloud. Raises ``StickUnready``, ``OthersAwaited``, ``CeremonyStopped``.
    """
    _same_plan(ceremony)
    data = ceremony.shared.read(TRUSTEES)
    if data is None:
        raise OthersAwaited("trustees.json belum disusun.", where=str(ceremony.public), todo="Jalankan assemble.")
    trustees = _checked(ceremony.stick, data)
    kept = ceremony.own.read(TRUSTEES)
    if kept is not None and kept != trustees.data:
        raise PublicFileChanged(
            "trustees.json sudah Anda sahkan, tetapi sekarang isinya lain.",
            where=str(ceremony.public / TRUSTEES),
            todo="Jangan pakai berkas baru ini.",
        )
    ceremony.own.write(TRUSTEES, data)
    return fingerprint(data)


def unlock(stick: Path, passphrase: str) -> str:
    """The seed on ``stick``. Raises ``StickUnready`` without one, ``KeyFileRefused`` for a wrong opening code."""
    sealed = Folder(stick, private=True).read(SEED)
    if sealed is None:
        raise StickUnready("Diska ini belum berisi benih kunci.", where=str(stick), todo="Mulai dari certificate.")
    own = Folder(stick, private=True)
    return unseal(sealed, passphrase, label=_label(own), where=str(stick / SEED)).decode()


def confirmed_trustees(stick: Path) -> tuple[TrusteeSet, int]:
    """The trustees that this stick's holder confirmed, and the holder's number among them.

    Raises ``StickUnready`` before ``confirm``, ``CeremonyStopped`` if the file does not fit the stick.
    """
    data = Folder(stick, private=True).read(TRUSTEES)
    if data is None:
        raise StickUnready("Upacara kunci belum disahkan.", where=str(stick), todo="Jalankan confirm lebih dahulu.")
    return _checked(stick, data), _own_certificate(stick).context.index


def sealed_secret(stick: Path) -> str:
    """The decryption secret as sealed in step 5."""
    data = Folder(stick, private=True).read(_ACCEPTANCE)
    if data is None:
        raise StickUnready("Anda belum menerima bagian rahasia.", where=str(stick), todo="Jalankan accept.")
    with in_plain_words("Berkas di diska ini rusak; pakai salinannya."):
        return pedersen.sealed_secret(data)


def fingerprint(data: bytes) -> str:
    """32 hex digits of SHA-256 in groups of four, to be read aloud and compared."""
    return grouped(hashlib.sha256(data).hexdigest())


def grouped(sha256: str) -> str:
    """The first 32 digits of a SHA-256 in hex, in groups of four."""
    return " ".join(sha256[start : start + 4] for start in range(0, 32, 4))


def certificate_name(index: int) -> str:
    """The shared name of a certificate."""
    return f"sertifikat-{index}.json"


def dealing_name(index: int) -> str:
    """The shared name of a dealing."""
    return f"pembagian-{index}.json"


def acceptance_name(index: int) -> str:
    """The shared name of an acceptance."""
    return f"penerimaan-{index}.json"


def stick_index(stick: Path) -> int | None:
    """The number of the holder whose certificate is on ``stick``; None where there is none yet."""
    if Folder(stick, private=True).read(_CERTIFICATE) is None:
        return None
    return _own_certificate(stick).context.index


def is_own_certificate(stick: Path, data: bytes) -> bool:
    """Whether ``data`` is the very certificate that ``stick`` made."""
    return Folder(stick, private=True).read(_CERTIFICATE) == data


def stick_plan(stick: Path) -> bytes | None:
    """The plan that ``stick`` keeps, None where it has none."""
    return Folder(stick, private=True).read(plans.NAME)


def secret_names(stick: Path) -> tuple[str, ...]:
    """The files on ``stick`` by which a sum can be opened, the sealed seed first."""
    present = Folder(stick, private=True).names()
    drafts = tuple(name for name in present if name.startswith("."))  # what a power cut left half written
    return tuple(name for name in (SEED, _ACCEPTANCE, _DEALING, *drafts) if name in present)


def _label(own: Folder) -> str:
    """What the seed is sealed for: with another plan beside it, or none, it does not open."""
    plan = own.read(plans.NAME)
    return _LABEL if plan is None else f"{_LABEL}, rencana {plans.plan_hash(plan)}"


def _take_plan(ceremony: Ceremony, *, index: int, threshold: int, size: int) -> None:
    """Before a seed is made: the shared folder's plan onto the stick, if it says the same numbers."""
    data = ceremony.shared.read(plans.NAME)
    if data is None:
        if 1 <= threshold <= size and 1 <= index <= size:  # other numbers are refused by the protocol's own step
            fault = threshold_fault(threshold, [str(number) for number in range(size)])
            if fault is not None:
                raise PlanRefused(f"Angka ini tidak aman: {fault}.", todo="Pakai ambang lebih dari separuh.")
        return
    plan = plans.parse(data, where=str(ceremony.public / plans.NAME))
    plan.seat(index)
    if (threshold, size) != (plan.threshold, plan.size):
        raise PlanRefused(
            f"Menurut rencana, {plan.threshold} dari {plan.size} pemegang kunci membuka suara.",
            where=str(ceremony.public / plans.NAME),
            todo="Pakai angka dari rencana.",
        )
    ceremony.own.publish(plans.NAME, data)


def _same_plan(ceremony: Ceremony) -> None:
    """The stick and the shared folder must be of one plan (or of none)."""
    own, shared = ceremony.own.read(plans.NAME), ceremony.shared.read(plans.NAME)
    if own != shared:
        raise StickInUse(
            "Rencana upacara di folder bersama bukan rencana yang disimpan diska ini.",
            where=str(ceremony.stick),
            todo="Jangan lanjutkan. Cari tahu siapa yang menggantinya, atau pakai diska kosong.",
        )


def _own_certificate(stick: Path) -> Certificate:
    data = Folder(stick, private=True).read(_CERTIFICATE)
    if data is None:
        raise StickUnready("Diska ini belum punya sertifikat.", where=str(stick), todo="Jalankan certificate.")
    with in_plain_words("Berkas di diska ini rusak; pakai salinannya."):
        return pedersen.read_certificate(data)


def _certificates(ceremony: Ceremony) -> tuple[tuple[Certificate, ...], bytes]:
    """All certificates of the shared folder; those that this stick dealt to, once it has."""
    certificates, joined = _read_certificates(ceremony.shared)
    mine = _own_certificate(ceremony.stick)
    if len(certificates) < mine.context.index or certificates[mine.context.index - 1] != mine:
        raise CeremonyStopped(
            "Sertifikat Anda di folder bersama bukan yang Anda buat.",
            where=str(ceremony.public / certificate_name(mine.context.index)),
            todo="Cari tahu siapa yang menggantinya.",
        )
    dealt = ceremony.own.read(_CERTIFICATES)
    if ceremony.own.read(_DEALING) is not None and dealt != joined:
        raise PublicFileChanged(
            "Sertifikat-sertifikat berubah sesudah Anda membagikan rahasia.",
            where=str(ceremony.public),
            todo="Hentikan upacara dan ulangi dari awal dengan diska kosong.",
        )
    return certificates, joined


def _read_certificates(shared: Folder) -> tuple[tuple[Certificate, ...], bytes]:
    size = _announced_size(shared)
    messages = _collect(shared, certificate_name, size, "sertifikat")
    with in_plain_words():
        certificates = pedersen.read_certificates(messages)
    return certificates, b"".join(message + b"\n" for message in messages)


def _announced_size(shared: Folder) -> int:
    """How many key holders the first certificate there speaks of; ``read_certificates`` then checks them all."""
    for index in range(1, MAX_TRUSTEES + 1):
        data = shared.read(certificate_name(index))
        if data is not None:
            with in_plain_words():
                return pedersen.read_certificate(data, index).context.size
    raise OthersAwaited("Belum ada sertifikat.", where=str(shared.path), todo="Jalankan certificate lebih dahulu.")


def _dealings(shared: Folder, certificates: tuple[Certificate, ...]) -> tuple[pedersen.Dealing, ...]:
    messages = _collect(shared, dealing_name, len(certificates), "pembagian")
    with in_plain_words():
        return pedersen.read_dealings(certificates, messages)


def _collect(shared: Folder, name: Callable[[int], str], size: int, what: str) -> list[bytes]:
    """The files of key holders 1 to ``size``, or ``OthersAwaited`` naming those that are not there."""
    found = {index: shared.read(name(index)) for index in range(1, size + 1)}
    absent = [str(index) for index, data in found.items() if data is None]
    if absent:
        raise OthersAwaited(
            f"Belum ada {what} dari pemegang kunci {', '.join(absent)}.",
            where=str(shared.path),
            todo="Tunggu mereka, lalu ulangi langkah ini.",
        )
    return [data for data in found.values() if data is not None]


def _checked(stick: Path, data: bytes) -> TrusteeSet:
    """``data`` as trustees, if they include this stick's certificate and public key."""
    mine = _own_certificate(stick)
    acceptance = Folder(stick, private=True).read(_ACCEPTANCE)
    if acceptance is None:
        raise StickUnready("Anda belum menerima bagian rahasia.", where=str(stick), todo="Jalankan accept.")
    with in_plain_words():
        trustees = parse_trustees(data)
        public_key = pedersen.published_key(acceptance)
    index = mine.context.index
    group = trustees.items[0]
    holds = trustees.is_one_group and len(group.certificates) == mine.context.size
    if not holds or group.certificates[index - 1] != mine or group.keys[index - 1] != public_key:
        raise CeremonyStopped(
            "trustees.json tidak memuat sertifikat dan kunci Anda.",
            where=f"pemegang kunci {index}",
            todo="Jangan sahkan. Susun ulang dari berkas yang benar.",
        )
    return trustees
