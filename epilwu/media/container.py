"""The one container for whatever crosses the air gap: an old-style tar, signed, hashed and bounded.

Members: ``MANIFEST`` (canonical JSON: kind, version, the SHA-256 of the signer's certificate, and the files' names,
sizes and SHA-256 in ascending order of names), ``MANIFEST.sig`` (a detached signature over the manifest's bytes for
``epilwu/media/<kind>/v1``, with the signer's certificate), then exactly the files of the manifest in its order.
Belief grows in this order: certificate, signature, manifest, hashes, files. One content has one sequence of bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from epilwu.media.errors import ContainerRefused, ContentChanged, WrongKind
from epilwu.protocol import tar
from epilwu.trust import envelope
from epilwu.trust.canonical import HEX_256, Json, Record, dumps
from epilwu.trust.certificates import Role, VerifiedCertificate, check_certificate
from epilwu.trust.errors import SignatureRefused

MANIFEST = "MANIFEST"
SIGNATURE = "MANIFEST.sig"
MAX_BYTES = 128 << 20
"""A station report of 5,000 ballots takes 50 MB; no booth or desk writes more than this."""
MAX_FILES = 256
"""A booth package with five photos and four whole sets of recordings has less."""
_MANIFEST_LIMIT = 64 << 10
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,98}", re.ASCII)
_TODO = "Salin ulang berkas dari media asal; bila tetap ditolak, pakai media kedua."


class Kind(StrEnum):
    """What a container holds."""

    BOOTH_PACKAGE = "booth-package"
    STATION_REPORT = "station-report"
    DESK_BOOK = "desk-book"

    @property
    def context(self) -> str:
        """The purpose that a manifest of this kind is signed for."""
        return f"epilwu/media/{self}/v1"


@dataclass(frozen=True, slots=True)
class Contents:
    """A verified container: its files by name, and the certificate (PEM) of whoever signed it."""

    files: Mapping[str, bytes]
    certificate_pem: bytes


def write_container(kind: Kind, files: Mapping[str, bytes], key: Ed25519PrivateKey, certificate_pem: bytes) -> bytes:
    """The container's bytes. Raises ``ContainerRefused`` for names or sizes that a reader would refuse."""
    if not 1 <= len(files) <= MAX_FILES or not all(_FILE_NAME.fullmatch(name) for name in files):
        raise ContainerRefused("Nama atau jumlah berkas di dalam wadah tidak diizinkan.", where=str(kind))
    names = sorted(files)
    listed: list[Json] = [
        {"name": name, "sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])} for name in names
    ]
    signer = hashlib.sha256(certificate_pem).hexdigest()
    manifest = dumps({"files": listed, "kind": str(kind), "signer": signer, "version": 1})
    signature = envelope.sign_detached(kind.context, manifest, key, certificate_pem)
    members = [(MANIFEST, manifest), (SIGNATURE, signature), *((name, files[name]) for name in names)]
    data = b"".join(tar.encode_member(name, content, 0) for name, content in members)
    if len(data) > MAX_BYTES:
        raise ContainerRefused(f"Isi wadah melebihi {MAX_BYTES >> 20} MB.", where=str(kind))
    return data


def read_container(data: bytes, kind: Kind, check: Callable[[bytes], Ed25519PublicKey], *, where: str = "") -> Contents:
    """Verify a container of ``kind`` and return its files.

    ``check`` gets the signer's certificate (PEM) and returns its key, or raises: who may sign is the caller's to say.
    Raises ``ContainerRefused``, ``WrongKind``, ``ContentChanged``, ``SignatureRefused``, ``MalformedFile``, and what
    ``check`` raises.
    """
    members = _members(data, where)
    if len(members) < 3 or [name for name, _ in members[:2]] != [MANIFEST, SIGNATURE]:
        raise ContainerRefused("Ini bukan wadah E-Pilwu.", where=where, todo=_TODO)
    (_, manifest), (_, signature), *files = members
    detached = envelope.DetachedSignature.parse(signature, where=f"{where}: {SIGNATURE}")
    if detached.context != kind.context:
        raise WrongKind(f"Berkas ini bukan jenis “{kind}”.", where=where, todo="Pilih berkas yang benar.")
    key = check(detached.certificate)
    try:
        envelope.verify(kind.context, manifest, detached.signature, key, where=where)
    except SignatureRefused as error:
        raise SignatureRefused("Tanda tangan wadah tidak cocok dengan isinya.", where=where, todo=_TODO) from error
    if _listed(manifest, kind, detached.certificate, where) != [_describe(name, content) for name, content in files]:
        raise ContentChanged("Isi wadah tidak sama dengan yang ditandatangani.", where=where, todo=_TODO)
    return Contents(dict(files), detached.certificate)


def read_from(
    data: bytes, kind: Kind, root_pem: bytes, at: datetime | date, role: Role, *, where: str
) -> tuple[Contents, VerifiedCertificate]:
    """``read_container`` for a signer of ``role`` under the root at ``at``; also says whose certificate it is.

    Raises what ``read_container`` raises, and ``CertificateRefused`` and its kinds.
    """
    signers: list[VerifiedCertificate] = []

    def check(pem: bytes) -> Ed25519PublicKey:
        signers.append(check_certificate(pem, root_pem, at=at, holder_role=role, where=where))
        return signers[0].public_key

    contents = read_container(data, kind, check, where=where)
    return contents, signers[0]


def _members(data: bytes, where: str) -> list[tuple[str, bytes]]:
    if len(data) > MAX_BYTES:
        raise ContainerRefused(f"Berkas melebihi {MAX_BYTES >> 20} MB.", where=where, todo=_TODO)
    members: list[tuple[str, bytes]] = []
    try:
        for member in tar.read_members(io.BytesIO(data), limit=MAX_BYTES):
            if member.mtime != 0 or len(members) == MAX_FILES + 2:
                raise ContainerRefused("Isi wadah tidak diizinkan.", where=f"{where}: {member.name}", todo=_TODO)
            members.append((member.name, member.data))
    except tar.TarTruncated as error:
        raise ContainerRefused("Berkas terpotong.", where=where, todo=_TODO) from error
    except tar.TarRefused as error:
        raise ContainerRefused("Berkas rusak atau bukan wadah E-Pilwu.", where=where, todo=_TODO) from error
    return members


def _listed(manifest: bytes, kind: Kind, certificate_pem: bytes, where: str) -> list[tuple[str, str, int]]:
    """What the manifest lists; order, uniqueness and form of names are checked here."""
    place = f"{where}: {MANIFEST}"
    record = Record.parse(manifest, ("files", "kind", "signer", "version"), limit=_MANIFEST_LIMIT, where=place)
    if record.values["kind"] != str(kind):
        raise WrongKind(f"Berkas ini bukan jenis “{kind}”.", where=where, todo="Pilih berkas yang benar.")
    if record.values["signer"] != hashlib.sha256(certificate_pem).hexdigest():
        raise SignatureRefused("Wadah ditandatangani dengan sertifikat lain.", where=where, todo=_TODO)
    listed = list(record.items("files", 1, MAX_FILES, _listed_file))
    names = [name for name, _, _ in listed]
    if names != sorted(set(names)):
        raise record.refuse("files", "tidak berurutan atau berulang")
    return listed


def _listed_file(value: Json, where: str) -> tuple[str, str, int]:
    record = Record.of(value, ("name", "sha256", "size"), where)
    return (
        record.matching("name", _FILE_NAME),
        record.matching("sha256", HEX_256),
        record.integer("size", 0, MAX_BYTES),
    )


def _describe(name: str, content: bytes) -> tuple[str, str, int]:
    return name, hashlib.sha256(content).hexdigest(), len(content)


def take(contents: Contents, name: str, *, where: str) -> bytes:
    """The file ``name``; raise ``ContainerRefused`` where the container lacks it."""
    try:
        return contents.files[name]
    except KeyError:
        raise ContainerRefused(f"Berkas “{name}” tidak ada di dalam wadah.", where=where, todo=_TODO) from None
