from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import media_samples as samples
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from media_samples import (
    BOOTH,
    COMMITTEE,
    DAY,
    NOT_BEFORE,
    OFFICERS,
    PHOTO,
    PINS,
    VILLAGE,
    certified,
    package,
    package_bytes,
)

from epilwu.election import definition as definitions
from epilwu.election.errors import DefinitionRefused
from epilwu.errors import EpilwuError
from epilwu.media import booth_package, officers
from epilwu.media.booth_keys import BoothKeys, seal_booth_keys
from epilwu.media.booth_package import open_booth_keys, read, write
from epilwu.media.container import Kind, write_container
from epilwu.media.errors import ContainerRefused, OtherElection, PackageRefused, RootUnknown, WrongKind
from epilwu.protocol.credential import Token, derive, serialise_credentials
from epilwu.trust import pairfile
from epilwu.trust.canonical import dumps
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.errors import (
    CertificateExpired,
    CertificateForeign,
    CertificateRefused,
    CertificateUnreadable,
    CertificateWrongHolder,
    KeyFileRefused,
    MalformedFile,
    PinRefused,
)
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trust.pin import new_pin

ROOT = samples.authority().root
Files = dict[str, bytes]


def _signed(change: Callable[[Files], Files | None], holder: Holder = COMMITTEE) -> bytes:
    return samples.resign(package_bytes(), Kind.BOOTH_PACKAGE, certified(holder), change)


def test_a_package_comes_back_whole() -> None:
    found = read(package_bytes(), ROOT, DAY)
    assert found == package()
    assert (found.station, found.booth, found.holder()) == (1, 2, BOOTH)
    first, second = found.parsed_definition().candidates
    assert (found.photo(first), found.photo(second)) == (PHOTO, None)
    assert _signed(lambda files: None) == package_bytes()


def test_the_only_booth_has_all_credentials() -> None:
    found = read(_signed(lambda f: f.update({"booth-credentials.json": f["credentials.json"]})), ROOT, DAY)
    assert found.booth_credentials == found.credentials


def _two(first: int, second: int) -> dict[int, str]:
    return {first: PINS[first], second: PINS[second]}


@pytest.mark.parametrize("pair", [(1, 2), (3, 1), (2, 3)])
def test_any_two_officers_open_the_keys_together(pair: tuple[int, int]) -> None:
    found = read(package_bytes(), ROOT, DAY)
    keys = open_booth_keys(found, _two(*pair))
    assert keys.register == bytes(range(32))
    assert keys.device.private_bytes_raw() == certified(BOOTH).key.private_bytes_raw()
    assert [officer.title for officer in found.parsed_officers()] == list(OFFICERS)
    assert "register" not in repr(keys) and "verifiers" not in repr(keys) and "sealed_keys" not in repr(found)


def test_nothing_of_keys_or_pins_stands_in_the_package() -> None:
    for secret in (certified(BOOTH).key.private_bytes_raw(), bytes(range(32))):
        assert secret not in package_bytes() and secret.hex().encode() not in package_bytes()
    assert not any(pin.encode() in package_bytes() for pin in PINS.values())


def test_the_keys_hold_what_checks_each_officers_pin() -> None:
    keys = open_booth_keys(package(), _two(1, 2))
    fitting = {(who, whose) for who, verifier in keys.verifiers.items() for whose in PINS if verifier.fits(PINS[whose])}
    assert fitting == {(1, 1), (2, 2), (3, 3)}


def test_no_officer_opens_the_keys_alone() -> None:
    for pins in ({1: PINS[1]}, {1: PINS[1], 2: PINS[1]}, {1: PINS[2], 2: PINS[1]}, {1: PINS[1], 2: new_pin()}, PINS):
        with pytest.raises(KeyFileRefused):
            open_booth_keys(package(), pins)
    with pytest.raises(KeyFileRefused, match="tidak ada dalam paket"):
        open_booth_keys(package(), {1: PINS[1], 4: PINS[3]})
    with pytest.raises(PinRefused):
        open_booth_keys(package(), {1: PINS[1], 2: PINS[2][:-1]})


def test_keys_of_another_booth_or_pair_do_not_open() -> None:
    keys = BoothKeys(certified(BOOTH).key, bytes(32))
    other = seal_booth_keys(keys, PINS, Holder(Role.BOOTH, VILLAGE, 1, 1), cost=CHEAPEST)
    with pytest.raises(KeyFileRefused, match="keperluan lain"):
        open_booth_keys(replace(package(), sealed_keys=other), _two(1, 2))
    strange = seal_booth_keys(BoothKeys(Ed25519PrivateKey.generate(), bytes(32)), PINS, BOOTH, cost=CHEAPEST)
    with pytest.raises(KeyFileRefused, match="bukan pasangan"):
        open_booth_keys(replace(package(), sealed_keys=strange), _two(1, 2))
    label = f"epilwu/booth-keys/v2 {BOOTH.uri}"
    for secret in (bytes(63), dumps({"device": "00"})):
        short = pairfile.seal(secret, PINS, label=label, cost=CHEAPEST)
        with pytest.raises(KeyFileRefused, match="tidak utuh"):
            open_booth_keys(replace(package(), sealed_keys=short), _two(1, 2))
    few = seal_booth_keys(keys, {1: PINS[1], 2: PINS[2]}, BOOTH, cost=CHEAPEST)
    with pytest.raises(KeyFileRefused, match="tidak utuh"):
        open_booth_keys(replace(package(), sealed_keys=few), _two(1, 2))
    with pytest.raises(ValueError, match="size"):
        seal_booth_keys(BoothKeys(certified(BOOTH).key, bytes(31)), PINS, BOOTH, cost=CHEAPEST)


def _keys_json(**changes: object) -> Callable[[Files], None]:
    return lambda files: files.update({"keys.json": dumps({**json.loads(files["keys.json"]), **changes})})  # type: ignore[dict-item]


def _pair_missing(files: Files) -> None:
    _keys_json(pairs=json.loads(files["keys.json"])["pairs"][:-1])(files)


def test_without_a_pinned_root_nothing_is_read() -> None:
    with pytest.raises(RootUnknown) as refusal:
        read(package_bytes(), None, DAY, where="TPS01-B2.epb")
    assert refusal.value.where == "TPS01-B2.epb" and "root.pem" in refusal.value.todo


def test_another_regencys_root_is_refused() -> None:
    with pytest.raises(CertificateForeign):
        read(package_bytes(), samples.Authority().root, DAY)


@pytest.mark.parametrize("at", [date(2023, 6, 1), date(2025, 1, 1)])
def test_outside_the_validity_nothing_opens(at: date) -> None:
    with pytest.raises(CertificateExpired):
        read(package_bytes(), ROOT, at)


@pytest.mark.parametrize(
    "signer",
    [BOOTH, samples.DESK, Holder(Role.TALLY, "32.09"), Holder(Role.REGENCY, "32.09")],
    ids=lambda signer: str(signer.role),
)
def test_only_a_committee_signs_packages(signer: Holder) -> None:
    with pytest.raises(CertificateWrongHolder):
        read(_signed(lambda files: None, signer), ROOT, DAY)


@pytest.mark.parametrize(
    ("region", "good"), [("32.09", True), ("32.09.07", True), ("32.09.08", False), ("32.09.07.2008", False)]
)
def test_a_committee_signs_for_its_own_region(region: str, good: bool) -> None:
    data = _signed(lambda files: None, Holder(Role.COMMITTEE, region))
    if good:
        assert read(data, ROOT, DAY) == package()
    else:
        with pytest.raises(OtherElection):
            read(data, ROOT, DAY)


def _device(holder: Holder) -> Callable[[Files], None]:
    return lambda files: files.update({"device.pem": certified(holder).pem})


def _definition(**changes: object) -> bytes:
    return dumps({**json.loads(samples.definition()), **changes})  # type: ignore[dict-item]


def _with_definition(data: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({"definition.json": data, "election.json": samples.election_bytes(data, 1)})


def _reversed_list(name: str) -> Callable[[Files], None]:
    return lambda files: files.update({name: json.dumps(json.loads(files[name])[::-1], separators=(",", ":")).encode()})


def _foreign_credentials(files: Files) -> None:
    files["booth-credentials.json"] = serialise_credentials([derive(Token.generate(), "1" * 14).public_hex])


def _expired_device(files: Files) -> None:
    signer = samples.authority().certify(BOOTH, not_after=NOT_BEFORE + timedelta(days=2))
    files["device.pem"] = signer.pem


FAULTS: dict[str, tuple[Callable[[Files], Files | None], type[EpilwuError]]] = {
    "a file missing": (lambda f: f.pop("trustees.json") and None, ContainerRefused),
    "a file more": (lambda f: f.update({"catatan.txt": b""}), PackageRefused),
    "another root inside": (lambda f: f.update({"root.pem": samples.Authority().root}), PackageRefused),
    "no certificate": (lambda f: f.update({"device.pem": b""}), CertificateUnreadable),
    "a desk's certificate": (_device(samples.DESK), CertificateWrongHolder),
    "a foreign certificate": (
        lambda f: f.update({"device.pem": samples.Authority().certify(BOOTH).pem}),
        CertificateForeign,
    ),
    "an expired certificate": (_expired_device, CertificateExpired),
    "another village's booth": (_device(Holder(Role.BOOTH, "32.09.07.2008", 1, 2)), OtherElection),
    "another station's booth": (_device(Holder(Role.BOOTH, VILLAGE, 2, 1)), OtherElection),
    "a station that is not there": (_device(Holder(Role.BOOTH, VILLAGE, 3, 1)), OtherElection),
    "a booth that is not there": (_device(Holder(Role.BOOTH, VILLAGE, 1, 3)), OtherElection),
    "a definition that is none": (lambda f: f.update({"definition.json": b"{}"}), MalformedFile),
    "an inconsistent definition": (
        lambda f: f.update({"definition.json": _definition(date="2023-02-30")}),
        DefinitionRefused,
    ),
    "another definition": (lambda f: f.update({"definition.json": _definition(title="Pilwu")}), OtherElection),
    "another station's election": (
        lambda f: f.update({"election.json": samples.election_bytes(samples.definition(), 2)}),
        OtherElection,
    ),
    "an election that is none": (lambda f: f.update({"election.json": b"{}"}), OtherElection),
    "other trustees": (lambda f: f.update({"trustees.json": samples.trustees(2, 4)}), OtherElection),
    "no trustees": (lambda f: f.update({"trustees.json": b"[]"}), PackageRefused),
    "an altered trustee": (
        lambda f: f.update({"trustees.json": f["trustees.json"].replace(b'"threshold":2', b'"threshold":3', 1)}),
        PackageRefused,
    ),
    "two groups of trustees": (
        lambda f: f.update({"trustees.json": f["trustees.json"][:-1] + b"," + samples.trustees(2, 4)[1:]}),
        PackageRefused,
    ),
    "no credentials": (lambda f: f.update({"credentials.json": b"[]"}), PackageRefused),
    "no credentials for the booth": (lambda f: f.update({"booth-credentials.json": b"[]"}), PackageRefused),
    "a credential that is none": (lambda f: f.update({"booth-credentials.json": b'["ab"]'}), PackageRefused),
    "credentials out of order": (_reversed_list("credentials.json"), PackageRefused),
    "booth's credentials out of order": (_reversed_list("booth-credentials.json"), PackageRefused),
    "credentials of no station": (_foreign_credentials, PackageRefused),
    "a photo missing": (lambda f: {n: d for n, d in f.items() if not n.startswith("photo-")}, PackageRefused),
    "a photo more": (lambda f: f.update({"photo-" + hashlib.sha256(b"x").hexdigest(): b"x"}), PackageRefused),
    "no officers": (lambda f: f.pop("officers.json") and None, ContainerRefused),
    "one officer": (lambda f: f.update({"officers.json": dumps({"officers": ["Ketua"], "version": 1})}), MalformedFile),
    "two officers alike": (
        lambda f: f.update({"officers.json": dumps({"officers": ["Ketua", "ketua", "B"], "version": 1})}),
        PackageRefused,
    ),
    "an officer of two lines": (
        lambda f: f.update({"officers.json": dumps({"officers": ["Ketua\nKPPS", "B", "C"], "version": 1})}),
        MalformedFile,
    ),
    "an officer without a PIN": (
        lambda f: f.update({"officers.json": officers.serialise(("A", "B", "C", "D"))}),
        PackageRefused,
    ),
    "a pair missing": (_pair_missing, PackageRefused),
    "keys that are none": (lambda f: f.update({"keys.json": b"{}"}), PackageRefused),
    "another photo": (lambda f: f.update({"photo-" + hashlib.sha256(PHOTO).hexdigest(): b"x"}), PackageRefused),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_contradicts_itself_is_refused_though_the_committee_signed_it(fault: str) -> None:
    change, refusal = FAULTS[fault]
    with pytest.raises(refusal) as raised:
        read(_signed(change), ROOT, DAY, where="TPS01-B2.epb")
    assert raised.value.where.startswith("TPS01-B2.epb") and raised.value.todo


def test_the_fault_is_the_change_and_not_the_helper() -> None:
    """The definition with its own election, but of the same hash: accepted again."""
    assert read(_signed(_with_definition(samples.definition())), ROOT, DAY) == package()


def test_a_big_photo_is_refused() -> None:
    big = bytes(booth_package.MAX_PHOTO + 1)
    sha256 = hashlib.sha256(big).hexdigest()
    candidates = json.loads(samples.definition())["candidates"]
    candidates[0]["photo_sha256"] = sha256
    data = _definition(candidates=candidates)

    def change(files: Files) -> Files:
        rest = {n: d for n, d in files.items() if not n.startswith("photo-")}
        return {
            **rest,
            "definition.json": data,
            "election.json": samples.election_bytes(data, 1),
            "photo-" + sha256: big,
        }

    with pytest.raises(PackageRefused, match="terlalu besar"):
        read(_signed(change), ROOT, DAY)


def test_nothing_is_written_that_no_booth_would_open() -> None:
    signer = certified(COMMITTEE)
    for broken in (
        replace(package(), booth=1),
        replace(package(), station=2),
        replace(package(), photos={}),
        replace(package(), credentials=package().booth_credentials[:-1] + b',"x"]'),
    ):
        with pytest.raises(PackageRefused):
            write(broken, signer.key, signer.pem)
    with pytest.raises(CertificateRefused):
        write(package(), certified(BOOTH).key, certified(BOOTH).pem)


def test_a_rehearsal_says_so() -> None:
    data = samples.definition(rehearsal=True)
    found = read(_signed(_with_definition(data)), ROOT, DAY)
    assert found.parsed_definition().rehearsal
    assert definitions.definition_hash(data) != definitions.definition_hash(samples.definition())


def test_a_report_is_no_package() -> None:
    signer = certified(COMMITTEE)
    files = samples.files_of(package_bytes(), Kind.BOOTH_PACKAGE)
    with pytest.raises(WrongKind):
        read(write_container(Kind.STATION_REPORT, files, signer.key, signer.pem), ROOT, DAY)


@given(st.data())
def test_no_flipped_bit_is_accepted(data: st.DataObject) -> None:
    changed = bytearray(package_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EpilwuError):
        read(bytes(changed), ROOT, DAY)


@given(st.integers(0, 40_000))
def test_no_truncated_package_is_accepted(length: int) -> None:
    data = package_bytes()
    with pytest.raises(EpilwuError):
        read(data[: min(length, len(data) - 1)], ROOT, DAY)
