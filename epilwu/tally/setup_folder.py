"""The public part of a prepared village: what the tally takes in, and anyone may keep.

The committee's one signature over ``setup.json`` covers every file, each listed there with its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from epilwu.disk import read_bounded, write_public
from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.election.region import RegionCode
from epilwu.media.published import DEFINITION, ROOT, RULES, Context, package_name
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import parse_trustees
from epilwu.tally.errors import SetupRefused
from epilwu.tally.prepare import Prepared, StationSetup, VillageSetup
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.envelope import sign_detached, verify_detached

CONTEXT = "epilwu/setup/v1"
INDEX = "setup.json"
TRUSTEES = "trustees.json"
MAX_FILE = 64 << 20
MAX_FILES = 20_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_TODO = "Minta map persiapan (setup) yang utuh dari panitia."


@dataclass(frozen=True, slots=True)
class ReadSetup:
    """A verified setup: the files, the definition parsed, each booth's certificate (PEM) by station and booth."""

    setup: VillageSetup
    definition: Definition
    definition_signature: bytes
    booth_certificates: Mapping[tuple[int, int], bytes]


def booth_name(station: int, booth: int) -> str:
    """A booth in names of files: ``TPS01-B1``."""
    return package_name(station, booth).partition(".")[0]


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
        files[f"{station.uuid}.election.json"] = station.election
        files[f"{station.uuid}.credentials.json"] = station.credentials
        for booth, credentials in station.booth_credentials.items():
            name = booth_name(station.number, booth)
            files[f"{name}.credentials.json"] = credentials
            files[f"{name}.pem"] = keys.booths[station.number, booth].certificate
    listed: list[Json] = [{"name": name, "sha256": _sha256(files[name])} for name in sorted(files)]
    index = dumps({"files": listed, "version": 1})
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
    names = _listed(index, folder / INDEX)
    files = {name: _read_listed(folder / name, sha256) for name, sha256 in names.items()}
    if (_take(files, DEFINITION, folder), _take(files, ROOT, folder)) != (content, pem):
        raise SetupRefused("Map persiapan ini campuran dari dua persiapan.", where=str(folder), todo=_TODO)
    if definition.rehearsal:
        raise SetupRefused("Ini persiapan gladi, bukan pemilihan.", where=str(folder), todo="Pilih map yang benar.")
    return _assemble(files, definition, folder)


def _verify(payload: bytes, context: str, path: Path, root: bytes, definition: Definition) -> None:
    """The committee of the village, its district or its regency signed ``payload``."""
    detached = read_bounded(path, MAX_FILE)
    signer = verify_detached(
        context, payload, detached, root, at=definition.day, holder_role=Role.COMMITTEE, where=str(path)
    )
    if not RegionCode(signer.holder.region).contains(definition.region):
        raise SetupRefused("Map persiapan ditandatangani panitia wilayah lain.", where=str(path), todo=_TODO)


def _listed(index: bytes, path: Path) -> dict[str, str]:
    record = Record.parse(index, ("files", "version"), limit=MAX_FILE, where=str(path))
    entries = record.items("files", 1, MAX_FILES, _listed_file)
    names = [name for name, _ in entries]
    if names != sorted(set(names)):
        raise SetupRefused("Daftar berkas tidak urut atau berulang.", where=str(path), todo=_TODO)
    return dict(entries)


def _listed_file(value: Json, where: str) -> tuple[str, str]:
    record = Record.of(value, ("name", "sha256"), where)
    return record.matching("name", _NAME), record.matching("sha256", HEX_256)


def _read_listed(path: Path, sha256: str) -> bytes:
    data = read_bounded(path, MAX_FILE)
    if _sha256(data) != sha256:
        raise SetupRefused("Isi berkas tidak sama dengan yang ditandatangani.", where=str(path), todo=_TODO)
    return data


def _assemble(files: Mapping[str, bytes], definition: Definition, folder: Path) -> ReadSetup:
    digest = definitions.definition_hash(_take(files, DEFINITION, folder))
    rule_pack, trustees = _take(files, RULES, folder), _take(files, TRUSTEES, folder)
    if _sha256(rule_pack) != definition.rule_pack_sha256:
        raise SetupRefused("Aturan tidak sama dengan definisi.", where=str(folder / RULES), todo=_TODO)
    stations, certificates = [], {}
    try:
        public_key = parse_trustees(trustees).public_key
        for station in definition.stations:
            expected = station_election(definition, digest, station.number, public_key)
            if _take(files, f"{station.uuid}.election.json", folder) != expected:
                raise SetupRefused(f"Pemilihan TPS {station.number} menyimpang.", where=str(folder), todo=_TODO)
            booths = range(1, station.booths + 1)
            lists = {b: _take(files, f"{booth_name(station.number, b)}.credentials.json", folder) for b in booths}
            whole = _take(files, f"{station.uuid}.credentials.json", folder)
            _check_lists(whole, lists.values(), folder / f"{station.uuid}.credentials.json")
            stations.append(StationSetup(station.number, station.uuid, expected, whole, lists))
            for booth in booths:
                name = f"{booth_name(station.number, booth)}.pem"
                pem = _take(files, name, folder)
                holder = Holder(Role.BOOTH, definition.region.text, station.number, booth)
                check_certificate(pem, files[ROOT], at=definition.day, holder=holder, where=str(folder / name))
                certificates[station.number, booth] = pem
    except ProtocolError as error:
        raise SetupRefused(f"Berkas kunci atau token tidak sah ({error}).", where=str(folder), todo=_TODO) from error
    setup = VillageSetup(files[DEFINITION], files[ROOT], trustees, rule_pack, tuple(stations))
    return ReadSetup(setup, definition, files[f"{DEFINITION}.sig"], certificates)


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
