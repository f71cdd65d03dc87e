"""The parts of a prepared village that are not public, each for other hands.

``packages/`` goes to the booths; ``envelopes/`` (a sheet for each officer's PIN, readable by the owner alone) to the
officers by another way; ``keys/`` stays with the committee, sealed with a passphrase; the regency's root likewise with
the regency.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.disk import read_bounded, write_private, write_public
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.media import booth_package
from epilwu.media.published import ROOT, package_name
from epilwu.media.setup_index import booth_name
from epilwu.tally.pin_sheets import pin_sheet
from epilwu.tally.prepare import KeyPair, Prepared, VillageKeys, new_opening_code
from epilwu.tally.token_cards import CardPlace, token_cards
from epilwu.trust import certificates, keyfile
from epilwu.trust.certificates import Holder, Role, read_root
from epilwu.trust.keyfile import DEFAULT, Cost, open_signing_key, seal_signing_key


def write_packages(prepared: Prepared, folder: Path) -> None:
    """One package per booth, ``TPS01-B1.epb``."""
    for (station, booth), sealed in prepared.booths.items():
        write_public(folder / package_name(station, booth), sealed.package)


def write_envelopes(prepared: Prepared, folder: Path) -> None:
    """One sheet per officer of each station with that officer's PIN, to be printed, put in an envelope and deleted."""
    definition = definitions.parse(prepared.setup.definition)
    for (station, _), sealed in prepared.booths.items():
        listed = booth_package.read(sealed.package, prepared.setup.root, definition.day).parsed_officers()
        for officer in listed:
            sheet = pin_sheet(definition, station, officer, sealed.pins[officer.number])
            write_private(folder / f"TPS{station:02d}-petugas-{officer.number}.pdf", sheet)


def _envelope(definition: Definition, place: str, code: str) -> str:
    return (
        f"{definition.title}\nDesa {definition.village}\n{place}\n\n"
        f"KODE PEMBUKA\n\n    {code}\n\n"
        "Rahasia. Cetak, masukkan ke amplop tersegel, lalu hapus berkas ini.\n"
    )


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
    """The committee's and the tally's keys, sealed with the committee's ``passphrase``, each with its certificate."""
    _write_pair(keys.committee, Holder(Role.COMMITTEE, region), folder, passphrase, cost)
    _write_pair(keys.tally, Holder(Role.TALLY, region), folder, passphrase, cost)


def write_desks(prepared: Prepared, folder: Path, envelopes: Path, *, cost: Cost = DEFAULT) -> dict[int, str]:
    """Each desk's key, sealed under a code of its own that goes into an envelope of its own; the codes by station."""
    definition = definitions.parse(prepared.setup.definition)
    codes = {}
    for station, pair in prepared.keys.desks.items():
        codes[station] = new_opening_code()
        _write_pair(pair, Holder(Role.DESK, definition.region.text, station), folder, codes[station], cost)
        text = _envelope(definition, f"TPS {station:02d} - Meja", codes[station])
        write_private(envelopes / f"TPS{station:02d}-meja.txt", text.encode())
    return codes


def write_authority(authority: KeyPair, folder: Path, passphrase: str, *, cost: Cost = DEFAULT) -> None:
    """The regency's root: ``root.key`` sealed, ``root.pem`` public."""
    label = read_root(authority.certificate).fingerprint
    write_private(folder / "root.key", seal_signing_key(authority.key, label, passphrase, cost=cost))
    write_public(folder / ROOT, authority.certificate)


def read_authority(folder: Path, passphrase: str) -> KeyPair:
    """What ``write_authority`` wrote."""
    pem = read_bounded(folder / ROOT, certificates.LIMIT)
    label = read_root(pem, where=str(folder / ROOT)).fingerprint
    return KeyPair(_open_key(folder / "root.key", label, passphrase), pem)


def read_key(folder: Path, holder: Holder, passphrase: str) -> KeyPair:
    """A key and certificate that ``write_keys`` wrote for ``holder``.

    The certificate is taken as it stands: whoever relies on a signature checks it under the root.
    """
    name = _name(holder)
    pem = read_bounded(folder / f"{name}.pem", certificates.LIMIT)
    return KeyPair(_open_key(folder / f"{name}.key", holder.uri, passphrase), pem)


def _write_pair(pair: KeyPair, holder: Holder, folder: Path, passphrase: str, cost: Cost) -> None:
    name = _name(holder)
    write_private(folder / f"{name}.key", seal_signing_key(pair.key, holder.uri, passphrase, cost=cost))
    write_public(folder / f"{name}.pem", pair.certificate)


def _open_key(path: Path, owner: str, passphrase: str) -> Ed25519PrivateKey:
    return open_signing_key(read_bounded(path, keyfile.LIMIT), owner, passphrase, where=str(path))


def _name(holder: Holder) -> str:
    return str(holder.role) if holder.station is None else f"TPS{holder.station:02d}-{holder.role}"
