"""The public part of a prepared village: what the tally takes in, and anyone may keep.

The committee's one signature over ``setup.json`` covers every file, each listed there with its SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from epilwu.disk import read_bounded, write_public
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.election.region import RegionCode
from epilwu.media.published import DEFINITION, ROOT, RULES, Context
from epilwu.media.setup_index import (
    CONTEXT,
    TRUSTEES,
    SetupIndex,
    booth_name,
    certificate_name,
    credentials_name,
    election_name,
)
from epilwu.media.setup_index import NAME as INDEX
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import parse_trustees
from epilwu.tally.errors import SetupRefused
from epilwu.tally.prepare import Prepared, StationSetup, VillageSetup
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.envelope import sign_detached, verify_detached

MAX_FILE = 64 << 20
_TODO = "Minta map persiapan (setup) yang utuh dari panitia."


@dataclass(frozen=True, slots=True)
class ReadSetup:
    """A verified setup: the files, the definition parsed, the committee's commitment (``index``) with its signature,
    each booth's certificate (PEM) by station and booth."""

    setup: VillageSetup
    definition: Definition
    definition_signature: bytes
    index: bytes
    index_signature: bytes
    booth_certificates: Mapping[tuple[int, int], bytes]


def setup_files(prepared: Prepared) -> dict[str, bytes]:
    """The public folder's files by name, the signed index included."""
    setup, keys = prepared.setup, prepared.keys
    signer = keys.committee
    files = {
        DEFINITION: setup.definition,
        f"{DEFINITION}.sig": sign_detached(Context.DEFINITION, setup.definition, signer.key, signer.certificate),
        ROOT: setup.root,
        TRUSTEES: setup.trustees,
        RULES: setup.rule_pack,
    }
    for station in setup.stations:
        files[election_name(station.uuid)] = station.election
        files[credentials_name(station.uuid)] = station.credentials
        for booth, credentials in station.booth_credentials.items():
            name = booth_name(station.number, booth)
            files[f"{name}.credentials.json"] = credentials
            files[certificate_name(station.number, booth)] = keys.booths[station.number, booth].certificate
    index = SetupIndex({name: _sha256(data) for name, data in files.items()}).serialise()
    signature = sign_detached(CONTEXT, index, signer.key, signer.certificate)
    return {**files, INDEX: index, f"{INDEX}.sig": signature}


def write_setup(prepared: Prepared, folder: Path) -> None:
    """Write the public folder. Raises ``FileTrouble``."""
    for name, data in setup_files(prepared).items():
        write_public(folder / name, data)


def read_setup(folder: Path, root: bytes | None = None) -> ReadSetup:
    """Read a public setup folder and check that it is whole, signed and consistent.

    ``root`` is the regency's root certificate if it is known already; without it the folder's own is taken (the caller
    shows its fingerprint). Raises ``SetupRefused``, ``FileTrouble``, and trust's refusals.
    """
    pem = read_bounded(folder / ROOT, MAX_FILE) if root is None else root
    # The definition's day is needed to judge certificates; it is believed only once its signature holds.
    content = read_bounded(folder / DEFINITION, MAX_FILE)
    definition = definitions.parse(content, where=str(folder / DEFINITION))
    _verify(content, Context.DEFINITION, folder / f"{DEFINITION}.sig", pem, definition)
    index = read_bounded(folder / INDEX, MAX_FILE)
    _verify(index, CONTEXT, folder / f"{INDEX}.sig", pem, definition)
    names = SetupIndex.parse(index, where=str(folder / INDEX)).files
    files = {name: _read_listed(folder / name, sha256) for name, sha256 in names.items()}
    if (_take(files, DEFINITION, folder), _take(files, ROOT, folder)) != (content, pem):
        raise SetupRefused("Map persiapan ini campuran dari dua persiapan.", where=str(folder), todo=_TODO)
    if definition.rehearsal:
        raise SetupRefused("Ini persiapan gladi, bukan pemilihan.", where=str(folder), todo="Pilih map yang benar.")
    setup, certificates = _assemble(files, definition, folder)
    return ReadSetup(
        setup=setup,
        definition=definition,
        definition_signature=files[f"{DEFINITION}.sig"],
        index=index,
        index_signature=read_bounded(folder / f"{INDEX}.sig", MAX_FILE),
        booth_certificates=certificates,
    )


def _verify(payload: bytes, context: str, path: Path, root: bytes, definition: Definition) -> None:
    """The committee of the village, its district or its regency signed ``payload``."""
    detached = read_bounded(path, MAX_FILE)
    signer = verify_detached(
        context, payload, detached, root, at=definition.day, holder_role=Role.COMMITTEE, where=str(path)
    )
    if not RegionCode(signer.holder.region).contains(definition.region):
        raise SetupRefused("Map persiapan ditandatangani panitia wilayah lain.", where=str(path), todo=_TODO)


def _read_listed(path: Path, sha256: str) -> bytes:
    data = read_bounded(path, MAX_FILE)
    if _sha256(data) != sha256:
        raise SetupRefused("Isi berkas tidak sama dengan yang ditandatangani.", where=str(path), todo=_TODO)
    return data


def _assemble(
    files: Mapping[str, bytes], definition: Definition, folder: Path
) -> tuple[VillageSetup, Mapping[tuple[int, int], bytes]]:
    """The setup of the listed files, and the booths' certificates."""
    digest = definitions.definition_hash(_take(files, DEFINITION, folder))
    rule_pack, trustees = _take(files, RULES, folder), _take(files, TRUSTEES, folder)
    if _sha256(rule_pack) != definition.rule_pack_sha256:
        raise SetupRefused("Aturan tidak sama dengan definisi.", where=str(folder / RULES), todo=_TODO)
    stations, certificates = [], {}
    try:
        public_key = parse_trustees(trustees).public_key
        for station in definition.stations:
            expected = station_election(definition, digest, station.number, public_key)
            if _take(files, election_name(station.uuid), folder) != expected:
                raise SetupRefused(f"Pemilihan TPS {station.number} menyimpang.", where=str(folder), todo=_TODO)
            booths = range(1, station.booths + 1)
            lists = {b: _take(files, f"{booth_name(station.number, b)}.credentials.json", folder) for b in booths}
            whole = _take(files, credentials_name(station.uuid), folder)
            _check_lists(whole, lists.values(), folder / credentials_name(station.uuid))
            stations.append(StationSetup(station.number, station.uuid, expected, whole, lists))
            for booth in booths:
                name = certificate_name(station.number, booth)
                pem = _take(files, name, folder)
                holder = Holder(Role.BOOTH, definition.region.text, station.number, booth)
                check_certificate(pem, files[ROOT], at=definition.day, holder=holder, where=str(folder / name))
                certificates[station.number, booth] = pem
    except ProtocolError as error:
        raise SetupRefused(f"Berkas kunci atau token tidak sah ({error}).", where=str(folder), todo=_TODO) from error
    return VillageSetup(files[DEFINITION], files[ROOT], trustees, rule_pack, tuple(stations)), certificates


def _check_lists(whole: bytes, parts: Iterable[bytes], path: Path) -> None:
    """The station's list is exactly the union of its booths', and no credential is good at two booths."""
    found = [credential for part in parts for credential in parse_credentials(part, bare=True)]
    if sorted(found) != list(parse_credentials(whole, bare=True)):
        raise SetupRefused("Daftar token TPS bukan gabungan daftar token bilik.", where=str(path), todo=_TODO)


def _take(files: Mapping[str, bytes], name: str, folder: Path) -> bytes:
    try:
        return files[name]
    except KeyError:
        raise SetupRefused("Berkas ini tidak ada dalam daftar.", where=str(folder / name), todo=_TODO) from None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
