"""The booth package: everything that one booth needs, from the committee to the booth, checked whole on reading.

Files of the container: ``definition.json``, ``election.json``, ``trustees.json``, ``credentials.json`` (the station's),
``booth-credentials.json`` (this booth's), ``officers.json`` (who may open it), ``keys.json`` (sealed, see
``booth_keys``), ``device.pem``, ``root.pem``, ``photo-<sha256>`` for each photo that the definition names, and
``voice.<language>.<clip>.<kind>`` for each recording that the spoken guide plays instead of, or beside, its own. Which
booth it is for stands in the device certificate and nowhere else.
The package is signed by a committee certificate of the village, its district or its regency, under the regency root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election import definition as definitions
from epilwu.election.definition import Candidate, Definition
from epilwu.election.region import RegionCode
from epilwu.media import officers
from epilwu.media.booth_keys import BoothKeys, unseal_booth_keys
from epilwu.media.container import Kind, read_from, take, write_container
from epilwu.media.errors import OtherElection, PackageRefused, RootUnknown
from epilwu.media.officers import Officer
from epilwu.media.voice_clips import check_voices
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.errors import ProtocolError
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import parse_trustees
from epilwu.trust import pairfile
from epilwu.trust.certificates import Holder, Role, check_certificate
from epilwu.trust.errors import KeyFileRefused, TrustError

MAX_PHOTO = 1 << 20
_TODO = "Minta paket bilik yang baru dari panitia."
_PHOTO = "photo-"
_VOICE = "voice."
_NAMES = {
    "definition": "definition.json",
    "election": "election.json",
    "trustees": "trustees.json",
    "credentials": "credentials.json",
    "booth_credentials": "booth-credentials.json",
    "root_pem": "root.pem",
    "certificate_pem": "device.pem",
    "officers": "officers.json",
    "sealed_keys": "keys.json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothPackage:
    """One booth's package. Files as bytes; ``photos`` by SHA-256 in hex; ``voices`` by name as in ``voice_clips``;
    ``sealed_keys`` from ``seal_booth_keys``.
    """

    definition: bytes
    election: bytes
    trustees: bytes
    credentials: bytes
    booth_credentials: bytes
    station: int
    booth: int
    root_pem: bytes
    certificate_pem: bytes
    officers: bytes
    sealed_keys: bytes = field(repr=False)
    photos: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    voices: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def parsed_definition(self) -> Definition:
        """The election's definition."""
        return definitions.parse(self.definition)

    def parsed_officers(self) -> tuple[Officer, ...]:
        """The officers of whom any two may open the booth."""
        return officers.parse(self.officers)

    def holder(self) -> Holder:
        """Whom the device certificate must name."""
        return Holder(Role.BOOTH, self.parsed_definition().region.text, self.station, self.booth)

    def photo(self, candidate: Candidate) -> bytes | None:
        """The candidate's photo, None where the definition names none."""
        return None if candidate.photo_sha256 is None else self.photos[candidate.photo_sha256]


def open_booth_keys(package: BoothPackage, pins: Mapping[int, str], *, where: str = "paket bilik") -> BoothKeys:
    """The booth's secrets, with the PINs of two officers by number.

    Raises ``PinRefused`` for what cannot be a PIN, ``KeyFileRefused`` for wrong PINs or another booth's keys.
    """
    keys = unseal_booth_keys(package.sealed_keys, pins, package.holder(), where=where)
    if set(keys.verifiers) != {officer.number for officer in package.parsed_officers()}:
        raise KeyFileRefused("Berkas kunci bilik tidak utuh.", where=where, todo=_TODO)
    day = package.parsed_definition().day
    certificate = check_certificate(package.certificate_pem, package.root_pem, at=day, holder=package.holder())
    if keys.device.public_key() != certificate.public_key:
        raise KeyFileRefused("Kunci bilik dan sertifikatnya bukan pasangan.", where=where, todo=_TODO)
    return keys


def write(package: BoothPackage, committee_key: Ed25519PrivateKey, committee_pem: bytes) -> bytes:
    """The package's bytes. Refuses (as ``read`` does) what no booth would open on the election day."""
    files = {file_name: getattr(package, name) for name, file_name in _NAMES.items()}
    files |= {_PHOTO + sha256: photo for sha256, photo in package.photos.items()}
    files |= {_VOICE + name: recording for name, recording in package.voices.items()}
    data = write_container(Kind.BOOTH_PACKAGE, files, committee_key, committee_pem)
    if read(data, package.root_pem, package.parsed_definition().day) != package:
        raise PackageRefused("Nomor TPS atau bilik tidak sesuai dengan sertifikat.", todo=_TODO)
    return data


def read(data: bytes, root_pem: bytes | None, at: datetime | date, *, where: str = "paket bilik") -> BoothPackage:
    """Check a package whole and return it.

    ``root_pem`` is the regency root that this booth was given on another way; None is refused with ``RootUnknown``.
    ``at`` is the moment at which all certificates must be valid. Raises ``ContainerRefused`` and its kinds,
    ``CertificateRefused`` and its kinds, ``SignatureRefused``, ``MalformedFile``, ``DefinitionRefused``,
    ``OtherElection``, ``PackageRefused``, ``SoundRefused``.
    """
    if root_pem is None:
        raise RootUnknown(
            "Sertifikat akar kabupaten belum dipasang di bilik ini.",
            where=where,
            todo="Pasang root.pem yang sidiknya sudah dicocokkan dengan pengumuman kabupaten.",
        )
    contents, signer = read_from(data, Kind.BOOTH_PACKAGE, root_pem, at, Role.COMMITTEE, where=where)
    parts = {name: take(contents, file_name, where=where) for name, file_name in _NAMES.items()}
    device = check_certificate(
        parts["certificate_pem"], root_pem, at=at, holder_role=Role.BOOTH, where=f"{where}: device.pem"
    ).holder
    photos = {name.removeprefix(_PHOTO): photo for name, photo in contents.files.items() if name.startswith(_PHOTO)}
    voices = {name.removeprefix(_VOICE): sound for name, sound in contents.files.items() if name.startswith(_VOICE)}
    assert device.station is not None and device.booth is not None  # a booth's holder has both
    package = BoothPackage(**parts, photos=photos, voices=voices, station=device.station, booth=device.booth)
    definition = definitions.parse(package.definition, where=f"{where}: definition.json")
    if len(contents.files) != len(parts) + len(photos) + len(voices):
        raise PackageRefused("Paket berisi berkas yang tidak dikenal.", where=where, todo=_TODO)
    if package.root_pem != root_pem:
        raise PackageRefused("Akar di dalam paket bukan akar kabupaten ini.", where=f"{where}: root.pem", todo=_TODO)
    if not RegionCode(signer.holder.region).contains(definition.region) or device.region != definition.region.text:
        raise OtherElection("Sertifikat panitia atau bilik milik wilayah lain.", where=where, todo=_TODO)
    _check_station(package, definition, where)
    _check_credentials(package, where)
    _check_photos(package, definition, where)
    check_voices(package.voices, len(definition.candidates), where=where)
    _check_officers(package, where)
    return package


def _check_station(package: BoothPackage, definition: Definition, where: str) -> None:
    """The election is this definition's, for this station and these trustees, byte for byte."""
    if all(station.number != package.station for station in definition.stations):
        raise OtherElection("TPS bilik ini tidak ada dalam definisi pemilihan.", where=where, todo=_TODO)
    if package.booth > definition.station(package.station).booths:
        raise OtherElection("Bilik ini tidak ada dalam definisi pemilihan.", where=where, todo=_TODO)
    try:
        trustees = parse_trustees(package.trustees)
    except ProtocolError as error:
        raise PackageRefused(
            f"Kunci para pemegang kunci tidak sah ({error}).", where=f"{where}: trustees.json", todo=_TODO
        ) from error
    if not trustees.is_one_group:
        raise PackageRefused("Pemegang kunci bukan satu kelompok.", where=f"{where}: trustees.json", todo=_TODO)
    definition_hash = definitions.definition_hash(package.definition)
    if package.election != station_election(definition, definition_hash, package.station, trustees.public_key):
        raise OtherElection(
            "Pemilihan TPS tidak sama dengan definisi dan kunci para pemegang kunci.",
            where=f"{where}: election.json",
            todo=_TODO,
        )


def _check_credentials(package: BoothPackage, where: str) -> None:
    """Both lists sorted (their order must tell nothing), and the booth's a part of the station's."""
    lists: list[tuple[str, ...]] = []
    for name in ("credentials", "booth_credentials"):
        place = f"{where}: {_NAMES[name]}"
        try:
            lists.append(parse_credentials(getattr(package, name), bare=True))
        except ProtocolError as error:
            raise PackageRefused(f"Daftar token tidak sah ({error}).", where=place, todo=_TODO) from error
        if list(lists[-1]) != sorted(lists[-1]):
            raise PackageRefused("Daftar token tidak urut.", where=place, todo=_TODO)
    if not set(lists[1]) <= set(lists[0]):
        raise PackageRefused("Token bilik tidak semuanya token TPS ini.", where=where, todo=_TODO)


def _check_photos(package: BoothPackage, definition: Definition, where: str) -> None:
    """Exactly the photos that the definition names, each with the content that it names."""
    wanted = {c.photo_sha256 for c in definition.candidates if c.photo_sha256 is not None}
    if wanted != set(package.photos):
        raise PackageRefused("Foto calon kurang atau berlebih.", where=where, todo=_TODO)
    for sha256, photo in package.photos.items():
        if len(photo) > MAX_PHOTO or hashlib.sha256(photo).hexdigest() != sha256:
            raise PackageRefused("Foto calon terlalu besar atau tertukar.", where=where, todo=_TODO)


def _check_officers(package: BoothPackage, where: str) -> None:
    """Every two of the listed officers can open the keys, and nobody else."""
    listed = officers.parse(package.officers, where=f"{where}: officers.json")
    try:
        found = pairfile.people(package.sealed_keys, where=f"{where}: keys.json")
    except TrustError as error:
        raise PackageRefused(
            f"Berkas kunci bilik tidak sah ({error.what})", where=f"{where}: keys.json", todo=_TODO
        ) from error
    if found != len(listed):
        raise PackageRefused("Daftar petugas dan berkas kunci tidak cocok.", where=where, todo=_TODO)
