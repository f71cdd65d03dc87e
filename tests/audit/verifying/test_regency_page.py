"""A regency's page with several villages' folders beside it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from audit_samples import CODE, Pair, define, pair, scene, sha256
from stick import REGENCY, honest, names, regency_tally

from epilwu.audit.verify import Workers
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.run import Asked, Verification, verify_paths
from epilwu.election import definition as definitions
from epilwu.election.outcome import Counts
from epilwu.election.region import RegionCode
from epilwu.election.rules import load_rule_pack
from epilwu.media import published, regency
from epilwu.media.published import Context, StationLine, VillageResult
from epilwu.media.regency import RegencyResult
from epilwu.protocol.verify_report import Status
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.envelope import sign_detached

OTHER = "32.09.07.2008"


def second_village(target: Path) -> tuple[VillageResult, str]:
    """Another village of the regency that has announced a result of one station; its board is not here."""
    root = scene().root
    parsed = definitions.parse(define(("Dedi Satria", "Euis Komala")))
    data = definitions.serialise(replace(parsed, region=RegionCode(OTHER), village="Sigong"))
    line = StationLine(
        number=1, uuid=parsed.stations[0].uuid, counts=Counts((7, 5), 1), voters=20, result_sha256="a" * 64
    )
    result = VillageResult(
        definition_hash=sha256(data),
        region=OTHER,
        rehearsal=False,
        rule_pack_sha256=parsed.rule_pack_sha256,
        stations_expected=2,
        stations=(line,),
        disputed=False,
    )
    tally, committee = (pair(root, Holder(role, OTHER)) for role in (Role.TALLY, Role.COMMITTEE))
    files = {published.ROOT: root.pem, published.RULES: load_rule_pack()}
    files |= with_signature(published.DEFINITION, data, Context.DEFINITION, committee)
    files |= with_signature(published.RESULT, result.serialise(), Context.RESULT, tally)
    (target / OTHER).mkdir(parents=True)
    for name, content in files.items():
        (target / OTHER / name).write_bytes(content)
    return result, sha256(result.serialise())


def with_signature(name: str, data: bytes, context: str, signer: Pair) -> dict[str, bytes]:
    return {name: data, published.signature_name(name): sign_detached(context, data, signer.key, signer.pem)}


def write_page(target: Path, *villages: tuple[VillageResult, str], expected: int = 2) -> None:
    page = RegencyResult(
        region=REGENCY,
        date="2023-10-22",
        rehearsal=False,
        expected=expected,
        villages=regency.lines(villages),
    )
    for name, data in regency.write(page, regency_tally().key, regency_tally().pem).items():
        (target / name).write_bytes(data)


def verify(target: Path) -> Verification:
    with closing(Workers(1)) as workers:
        return verify_paths([target], Asked(Brought(scene().root.pem)), workers)


@pytest.fixture
def first(tmp_path: Path) -> tuple[VillageResult, str]:
    honest().write(tmp_path)
    (tmp_path / "kept.txt").unlink()
    data = (tmp_path / CODE / published.RESULT).read_bytes()
    return VillageResult.parse(data), sha256(data)


def test_every_village_is_verified_and_its_line_compared(tmp_path: Path, first: tuple[VillageResult, str]) -> None:
    write_page(tmp_path, first, second_village(tmp_path))
    verification = verify(tmp_path)
    assert names(verification, Status.FAILED) == set()
    assert [village.files.region for village in verification.villages] == [CODE, OTHER]
    assert [village.proven is None for village in verification.villages] == [False, True]
    lines = [result for result in verification.general if result.kind.name == "regency-villages"]
    assert [(line.subject.region, line.status) for line in lines] == [(CODE, Status.PASSED), (OTHER, Status.PASSED)]
    second = verification.villages[1]
    missing = {result.kind.name for result in second.results if result.status is Status.NOT_CHECKED}
    assert {"boards-complete", "ballots", "station-result-counts", "village-result-counts"} <= missing


@pytest.mark.slow
def test_a_village_left_out_of_the_page_is_seen(tmp_path: Path, first: tuple[VillageResult, str]) -> None:
    second_village(tmp_path)
    write_page(tmp_path, first)
    verification = verify(tmp_path)
    assert names(verification, Status.FAILED) == {"regency-complete"}
    (result,) = [result for result in verification.results if result.status is Status.FAILED]
    assert OTHER in result.detail.id and result.votes == 0


@pytest.mark.slow
def test_a_village_that_has_not_published_yet_is_not_checked(tmp_path: Path, first: tuple[VillageResult, str]) -> None:
    write_page(tmp_path, first, expected=412)
    verification = verify(tmp_path)
    assert names(verification, Status.FAILED) == set()
    assert "regency-complete" in names(verification, Status.NOT_CHECKED)


def test_another_result_of_a_village_than_the_pages_is_seen(tmp_path: Path, first: tuple[VillageResult, str]) -> None:
    result, digest = second_village(tmp_path)
    write_page(tmp_path, first, (replace(result, disputed=True), digest[::-1]))
    assert names(verify(tmp_path), Status.FAILED) == {"regency-villages"}
