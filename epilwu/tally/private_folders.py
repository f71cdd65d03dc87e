"""The parts of a prepared village that are not public, each for other hands.

``packages/`` goes to the booths; ``envelopes/`` (opening codes, readable by the owner alone) to the officers by another
way; ``keys/`` stays with the committee, sealed with a passphrase; the regency's root likewise with the regency.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election import definition as definitions
from epilwu.media.published import ROOT, package_name
from epilwu.tally.files import read_bounded, write_private, write_public
from epilwu.tally.prepare import KeyPair, Prepared, VillageKeys
from epilwu.tally.setup_folder import booth_name
from epilwu.tally.token_cards import CardPlace, token_cards
from epilwu.trust import certificates, keyfile
from epilwu.trust.certificates import Holder, Role, read_root
from epilwu.trust.keyfile import DEFAULT, Cost


def write_packages(prepared: Prepared, folder: Path) -> None:
    """One package per booth, ``TPS01-B1.epb``."""
    for (station, booth), sealed in prepared.booths.items():
        write_public(folder / package_name(station, booth), sealed.package)


def write_envelopes(prepared: Prepared, folder: Path) -> None:
    """One opening code per booth as a text to be printed, put in an envelope and deleted."""
    definition = definitions.parse(prepared.setup.definition)
    for (station, booth), sealed in prepared.booths.items():
        text = (
            f"{definition.title}\nDesa {definition.village}\nTPS {station:02d} - Bilik {booth}\n\n"
            f"KODE PEMBUKA\n\n    {sealed.opening_code}\n\n"
            "Rahasia. Cetak, masukkan ke amplop tersegel, lalu hapus berkas ini.\n"
        )
        write_private(folder / f"{booth_name(station, booth)}.txt", text.encode())


def write_cards(prepared: Prepared, folder: Path) -> None:
    """A PDF of token cards per booth, and one of its spares: as secret as the tokens; print them, then delete them."""
    definition = definitions.parse(prepared.setup.definition)
    for (station, booth), tokens in prepared.tokens.items():
        name = booth_name(station, booth)
        for suffix, spare, cards in (("", False, tokens.main), ("-cadangan", True, tokens.spare)):
            if cards:
                place = CardPlace(definition, station, booth, spare)
                write_private(folder / f"{name}{suffix}.pdf", token_cards(place, cards))


def write_keys(keys: VillageKeys, region: str, folder: Path, passphrase: str, *, cost: Cost = DEFAULT) -> None:
    """The committee's, the tally's and the desks' keys, sealed with ``passphrase``, each with its certificate."""
    pairs = [
        (Holder(Role.COMMITTEE, region), keys.committee),
        (Holder(Role.TALLY, region), keys.tally),
        *((Holder(Role.DESK, region, number), pair) for number, pair in keys.desks.items()),
    ]
    for holder, pair in pairs:
        name = _name(holder)
        write_private(folder / f"{name}.key", seal_key(pair.key, holder.uri, passphrase, cost=cost))
        write_public(folder / f"{name}.pem", pair.certificate)


def write_authority(authority: KeyPair, folder: Path, passphrase: str, *, cost: Cost = DEFAULT) -> None:
    """The regency's root: ``root.key`` sealed, ``root.pem`` public."""
    label = read_root(authority.certificate).fingerprint
    write_private(folder / "root.key", seal_key(authority.key, label, passphrase, cost=cost))
    write_public(folder / ROOT, authority.certificate)


def read_authority(folder: Path, passphrase: str) -> KeyPair:
    """What ``write_authority`` wrote."""
    pem = read_bounded(folder / ROOT, certificates.LIMIT)
    label = read_root(pem, where=str(folder / ROOT)).fingerprint
    return KeyPair(open_key(folder / "root.key", label, passphrase), pem)


def read_key(folder: Path, holder: Holder, passphrase: str) -> KeyPair:
    """A key and certificate that ``write_keys`` wrote for ``holder``.

    The certificate is taken as it stands: whoever relies on a signature checks it under the root.
    """
    name = _name(holder)
    pem = read_bounded(folder / f"{name}.pem", certificates.LIMIT)
    return KeyPair(open_key(folder / f"{name}.key", holder.uri, passphrase), pem)


def seal_key(key: Ed25519PrivateKey, owner: str, passphrase: str, *, cost: Cost = DEFAULT) -> bytes:
    """A signing key sealed for ``owner`` (a holder's URI, or a root's fingerprint)."""
    return keyfile.seal(key.private_bytes_raw(), passphrase, label=_label(owner), cost=cost)


def open_key(path: Path, owner: str, passphrase: str) -> Ed25519PrivateKey:
    """What ``seal_key`` sealed, from a file."""
    data = read_bounded(path, keyfile.LIMIT)
    return Ed25519PrivateKey.from_private_bytes(keyfile.unseal(data, passphrase, label=_label(owner), where=str(path)))


def _name(holder: Holder) -> str:
    return str(holder.role) if holder.station is None else f"TPS{holder.station:02d}-{holder.role}"


def _label(owner: str) -> str:
    return f"epilwu/signing-key/v1 {owner}"
