from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from media_samples import BOOTH, DAY, authority, certified

from epilwu.errors import EpilwuError
from epilwu.media.container import MAX_BYTES, MAX_FILES, Kind, read_container, take, write_container
from epilwu.media.errors import ContainerRefused, ContentChanged, WrongKind
from epilwu.protocol import tar
from epilwu.trust import envelope
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import check_certificate
from epilwu.trust.errors import CertificateForeign, MalformedFile, SignatureRefused

FILES = {"b.json": b"{}", "a.txt": b"satu\n" * 200, "kosong": b""}
KIND = Kind.STATION_REPORT


def _check(pem: bytes) -> Ed25519PublicKey:
    return check_certificate(pem, authority().root, at=DAY, holder=BOOTH).public_key


def _write(files: dict[str, bytes] = FILES, kind: Kind = KIND) -> bytes:
    return write_container(kind, files, certified(BOOTH).key, certified(BOOTH).pem)


def _members(data: bytes) -> list[tuple[str, bytes]]:
    return [(m.name, m.data) for m in tar.read_members(io.BytesIO(data), limit=1 << 20)]


def _join(members: list[tuple[str, bytes]], mtime: int = 0) -> bytes:
    return b"".join(tar.encode_member(name, data, mtime) for name, data in members)


def test_one_content_has_one_sequence_of_bytes() -> None:
    data = _write()
    contents = read_container(data, KIND, _check)
    assert dict(contents.files) == FILES and contents.certificate_pem == certified(BOOTH).pem
    assert _write(dict(reversed(FILES.items()))) == data
    assert [name for name, _ in _members(data)] == ["MANIFEST", "MANIFEST.sig", "a.txt", "b.json", "kosong"]
    assert _join(_members(data)) == data


@given(
    st.dictionaries(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True), st.binary(max_size=600), min_size=1)
)
def test_every_content_comes_back(files: dict[str, bytes]) -> None:
    assert dict(read_container(_write(files), KIND, _check).files) == files


@pytest.mark.parametrize("name", ["", "A.txt", "a/b", "../a", ".a", "a" * 100, "MANIFEST", "a b"])
def test_other_names_are_not_written(name: str) -> None:
    with pytest.raises(ContainerRefused):
        _write({name: b""})


def test_numbers_of_files_are_bounded() -> None:
    _write({f"f{n}": b"" for n in range(MAX_FILES)})
    for files in ({}, {f"f{n}": b"" for n in range(MAX_FILES + 1)}):
        with pytest.raises(ContainerRefused):
            _write(files)


def test_a_lacking_file_is_named() -> None:
    with pytest.raises(ContainerRefused, match=r"c\.txt"):
        take(read_container(_write(), KIND, _check), "c.txt", where="stik")


def test_another_kind_is_refused() -> None:
    for kind in (Kind.BOOTH_PACKAGE, Kind.DESK_BOOK):
        with pytest.raises(WrongKind):
            read_container(_write(kind=kind), KIND, _check)


def test_the_callers_refusal_of_the_signer_stands() -> None:
    foreign = Ed25519PrivateKey.generate()
    other_root = type(authority())()
    pem = other_root.certify(BOOTH).pem
    with pytest.raises(CertificateForeign):
        read_container(write_container(KIND, FILES, foreign, pem), KIND, _check)


Members = list[tuple[str, bytes]]
DAMAGED: dict[str, Callable[[Members], Members]] = {
    "a file missing": lambda m: m[:-1],
    "a file more": lambda m: [*m, ("z.txt", b"")],
    "a file twice": lambda m: [*m, m[-1]],
    "files swapped": lambda m: [*m[:2], m[3], m[2], m[4]],
    "contents swapped": lambda m: [*m[:2], (m[2][0], m[3][1]), (m[3][0], m[2][1]), m[4]],
    "a file renamed": lambda m: [*m[:2], ("aa.txt", m[2][1]), *m[3:]],
    "a file grown": lambda m: [*m[:4], ("kosong", b"\0")],
}


@pytest.mark.parametrize("fault", DAMAGED)
def test_other_files_than_the_signed_ones_are_refused(fault: str) -> None:
    with pytest.raises(ContentChanged) as refusal:
        read_container(_join(DAMAGED[fault](_members(_write()))), KIND, _check, where="stik/laporan.epr")
    assert refusal.value.where == "stik/laporan.epr"


@pytest.mark.parametrize(
    "change",
    [
        lambda m: [],
        lambda m: m[:1],
        lambda m: m[:2],
        lambda m: [m[1], m[0], *m[2:]],
        lambda m: m[1:],
        lambda m: [("manifest", m[0][1]), *m[1:]],
    ],
)
def test_other_beginnings_are_no_container(change: Callable[[Members], Members]) -> None:
    with pytest.raises(ContainerRefused, match="bukan wadah"):
        read_container(_join(change(_members(_write()))), KIND, _check)


@pytest.mark.parametrize(
    "data",
    [b"\0", b"PK\x03\x04", b"\0" * 512, b"\0" * 1024, b"{}", _write()[:-1], _write() + b"\0", _write() + bytes(1024)],
)
def test_truncated_padded_and_foreign_files_are_refused(data: bytes) -> None:
    with pytest.raises(ContainerRefused) as refusal:
        read_container(data, KIND, _check, where="stik/laporan.epr")
    assert refusal.value.where == "stik/laporan.epr" and refusal.value.todo


def test_sizes_are_bounded() -> None:
    with pytest.raises(ContainerRefused, match="melebihi"):
        read_container(bytes(MAX_BYTES + 1), KIND, _check)


@pytest.mark.slow
def test_nothing_is_written_beyond_the_bound() -> None:
    with pytest.raises(ContainerRefused, match="melebihi"):
        _write({"besar": bytes(MAX_BYTES)})


def test_a_doubled_file_is_refused() -> None:
    with pytest.raises(ContainerRefused):
        read_container(_write() * 2, KIND, _check)


def test_members_have_no_time() -> None:
    with pytest.raises(ContainerRefused):
        read_container(_join(_members(_write()), mtime=1), KIND, _check)


def test_too_many_members_are_refused_before_they_are_kept() -> None:
    with pytest.raises(ContainerRefused, match="tidak diizinkan"):
        read_container(_join([(f"f{n}", b"") for n in range(MAX_FILES + 3)]), KIND, _check)


def _with_manifest(change: Callable[[dict[str, object]], object]) -> bytes:
    """A container whose manifest is changed and signed by the rightful key."""
    members = _members(_write())
    value = json.loads(members[0][1])
    change(value)
    manifest = dumps(value)
    signer = certified(BOOTH)
    signature = envelope.sign_detached(KIND.context, manifest, signer.key, signer.pem)
    return _join([("MANIFEST", manifest), ("MANIFEST.sig", signature), *members[2:]])


def test_the_manifest_helper_is_faithful() -> None:
    assert _with_manifest(lambda value: None) == _write()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda v: v.update(kind="desk-book"), WrongKind),
        (lambda v: v.update(version=2), MalformedFile),
        (lambda v: v.update(extra=1), MalformedFile),
        (lambda v: v.update(signer="00" * 32), SignatureRefused),
        (lambda v: v["files"].reverse(), MalformedFile),
        (lambda v: v["files"].append(v["files"][-1]), MalformedFile),
        (lambda v: v["files"][0].update(size=3), ContentChanged),
        (lambda v: v["files"][0].update(size=-1), MalformedFile),
        (lambda v: v["files"][0].update(size=True), MalformedFile),
        (lambda v: v["files"][0].update(sha256="AB" * 32), MalformedFile),
        (lambda v: v["files"][0].update(name="../a"), MalformedFile),
        (lambda v: v.update(files=[]), MalformedFile),
    ],
)
def test_other_manifests_are_refused_though_signed(
    change: Callable[[dict[str, object]], object], refusal: type[EpilwuError]
) -> None:
    with pytest.raises(refusal):
        read_container(_with_manifest(change), KIND, _check)


def test_a_signature_of_another_key_or_manifest_is_refused() -> None:
    members = _members(_write())
    forged = envelope.sign_detached(KIND.context, members[0][1], Ed25519PrivateKey.generate(), certified(BOOTH).pem)
    for signature in (forged, _members(_write({"x": b""}))[1][1]):
        with pytest.raises(SignatureRefused):
            read_container(_join([members[0], ("MANIFEST.sig", signature), *members[2:]]), KIND, _check)


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(_write())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EpilwuError):
        read_container(bytes(changed), KIND, _check)


def test_the_manifest_names_the_hash_of_each_file() -> None:
    listed = json.loads(_members(_write())[0][1])["files"]
    assert {f["name"]: f["sha256"] for f in listed} == {n: hashlib.sha256(d).hexdigest() for n, d in FILES.items()}
