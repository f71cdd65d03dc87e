"""The committee's commitment, revoked certificates and a regency's page: read strictly, signed by whom they must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election.outcome import Counts
from epilwu.media import regency, revocations, setup_index
from epilwu.media.errors import PublishedRefused
from epilwu.media.regency import RegencyResult, VillageLine
from epilwu.media.revocations import Reason, Revocations, Revoked
from epilwu.media.setup_index import SetupIndex
from epilwu.trust.canonical import dumps, loads
from epilwu.trust.certificates import Holder, Role, create_root, issue
from epilwu.trust.errors import CertificateExpired, CertificateWrongHolder, MalformedFile, SignatureRefused

SPAN = (datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
ROOT_KEY, ROOT = create_root("Kabupaten Uji", *SPAN)
OTHER_KEY, OTHER_ROOT = create_root("Kabupaten Lain", *SPAN)
KEY = Ed25519PrivateKey.generate()
LIST = Revocations(
    region="32.09",
    issued="2023-10-20",
    revoked=(Revoked("0" * 64, "2023-10-01", Reason.LOST), Revoked("1" * 64, "2023-10-02", Reason.REPLACED)),
)


def certificate(role: Role, region: str) -> bytes:
    return issue(ROOT_KEY, ROOT, KEY.public_key(), Holder(role, region), *SPAN)


def changed(data: bytes, **fields: Any) -> bytes:  # noqa: ANN401 - whatever a forger writes
    value = loads(data, limit=1 << 20)
    assert isinstance(value, dict)
    return dumps(value | fields)


# setup.json


def test_a_commitment_knows_its_files() -> None:
    index = SetupIndex({"definition.json": "a" * 64, "root.pem": "b" * 64})
    assert SetupIndex.parse(index.serialise()) == index
    assert not index.lists("root.pem", b"x") and not index.lists("rules.toml", b"x")
    assert setup_index.certificate_name(1, 2) == "TPS01-B2.pem"


@pytest.mark.parametrize("files", [{}, {"../x": "a" * 64}, {"x": "A" * 64}, {".x": "a" * 64}])
def test_a_commitment_of_other_names_or_hashes_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(MalformedFile):
        SetupIndex(files).serialise()


def test_a_commitment_lists_each_file_once_in_order() -> None:
    entries = [{"name": name, "sha256": "a" * 64} for name in ("b", "a")]
    for listed in (entries, [entries[0], entries[0]]):
        with pytest.raises(PublishedRefused):
            SetupIndex.parse(dumps({"files": listed, "version": 1}))


# revocations.json


def test_the_root_or_the_regencys_holder_signs_revocations() -> None:
    for key, pem in ((ROOT_KEY, ROOT), (KEY, certificate(Role.REGENCY, "32.09"))):
        data, signature = revocations.sign(LIST, key, pem)
        read = revocations.read(data, signature, ROOT)
        assert read == LIST
        found = read.find("1" * 64)
        assert found is not None and found.reason is Reason.REPLACED and found.day.isoformat() == "2023-10-02"
        assert read.find("2" * 64) is None


def test_nobody_else_signs_revocations() -> None:
    cases: tuple[tuple[Ed25519PrivateKey, bytes, type[Exception]], ...] = (
        (KEY, certificate(Role.TALLY, "32.09"), CertificateWrongHolder),
        (KEY, certificate(Role.REGENCY, "32.08"), PublishedRefused),
        (OTHER_KEY, ROOT, SignatureRefused),
        (OTHER_KEY, OTHER_ROOT, Exception),
    )
    for key, pem, refusal in cases:
        data, signature = revocations.sign(LIST, key, pem)
        with pytest.raises(refusal):
            revocations.read(data, signature, ROOT)
    late = replace(LIST, issued="2030-01-01")
    data, signature = revocations.sign(late, KEY, certificate(Role.REGENCY, "32.09"))
    with pytest.raises(CertificateExpired):
        revocations.read(data, signature, ROOT)
    data, signature = revocations.sign(LIST, ROOT_KEY, ROOT)
    with pytest.raises(SignatureRefused):
        revocations.read(changed(data, revoked=[]), signature, ROOT)


@pytest.mark.parametrize(
    "fields",
    [
        {"issued": "2023-02-30"},
        {"issued": "20231020"},
        {"region": "Cirebon"},
        {"revoked": [{"date": "2023-10-01", "fingerprint": "0" * 64, "reason": "bored"}]},
        {"revoked": [{"date": "2023-13-01", "fingerprint": "0" * 64, "reason": "lost"}]},
        {"more": 1},
    ],
)
def test_other_revocations_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedFile):
        Revocations.parse(changed(LIST.serialise(), **fields))


def test_revocations_stand_once_and_in_order() -> None:
    with pytest.raises(PublishedRefused):
        replace(LIST, revoked=LIST.revoked[::-1]).serialise()


# regency.json


def line(code: str, *votes: int, voters: int | None = 100) -> VillageLine:
    return VillageLine(
        code=code, definition_hash="d" * 64, result_sha256="e" * 64, counts=Counts(votes, 1), voters=voters
    )


PAGE = RegencyResult(
    region="32.09",
    date="2023-10-22",
    rehearsal=False,
    expected=3,
    villages=(line("32.09.07.2007", 10, 20), line("32.09.07.2008", 1, 2, 3)),
)


def test_a_page_adds_up_what_can_be_added() -> None:
    data = PAGE.serialise()
    assert RegencyResult.parse(data) == PAGE
    assert (PAGE.ballots, PAGE.voters) == (38, 200)
    assert PAGE.villages[0].turnout_permyriad == 3100
    assert line("32.09.07.2007", 1, voters=None).turnout_permyriad is None
    assert line("32.09.07.2007", 1, voters=0).turnout_permyriad is None
    assert replace(PAGE, villages=(*PAGE.villages[:1], line("32.09.07.2009", 1, voters=None))).voters is None
    assert set(regency.write(PAGE, KEY, certificate(Role.TALLY, "32.09"))) == {"regency.json", "regency.json.sig"}


@pytest.mark.parametrize("fields", [{"ballots": 39}, {"valid": 1}, {"voters": 1}, {"expected": 1}, {"blank": 0}])
def test_a_page_whose_sums_do_not_follow_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(PublishedRefused):
        RegencyResult.parse(changed(PAGE.serialise(), **fields))


@pytest.mark.parametrize(
    "villages",
    [
        (line("32.09.07.2008", 1), line("32.09.07.2007", 1)),
        (line("32.09.07.2007", 1), line("32.09.07.2007", 2)),
        (line("32.08.07.2007", 1),),
    ],
)
def test_a_page_of_unordered_repeated_or_foreign_villages_is_refused(villages: tuple[VillageLine, ...]) -> None:
    with pytest.raises(PublishedRefused):
        replace(PAGE, villages=villages).serialise()
