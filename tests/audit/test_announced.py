"""What the count announced against what the audit found: under the right key or a wrong one, no lie passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from audit_samples import (
    ALL_PASSED,
    FAILED,
    NOT_CHECKED,
    Folders,
    Pair,
    books,
    but,
    detail,
    pair,
    scene,
    signed,
    station_result,
    statuses,
    stranger,
    village_result,
)

from epilwu.audit.village import VillageAudit
from epilwu.election.outcome import Counts
from epilwu.media import published
from epilwu.media.published import Context, StationResult
from epilwu.trust.certificates import Holder, Role


def lie_about(station: int, counts: Counts) -> dict[str, bytes]:
    """Announcements that agree with each other, but not with the boards."""
    results = [station_result(scene(), number, scene().boards[number]) for number in (1, 2)]
    results[station - 1] = replace(results[station - 1], counts=counts)
    return signed_results(results)


def signed_results(results: list[StationResult]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for each in results:
        files |= signed(scene(), published.station_result_name(each.uuid), each.serialise(), Context.STATION_RESULT)
    return files | signed(scene(), published.RESULT, village_result(scene(), results).serialise(), Context.RESULT)


def test_honest_announcements_pass_again(folders: Folders, honest_audit: VillageAudit) -> None:
    assert statuses(folders.listen(honest_audit)) == ALL_PASSED


def test_wrong_numbers_under_the_right_key(evidence: Folders) -> None:
    evidence.write(lie_about(1, Counts((4, 5, 2), 1)))
    audit = evidence.audit()
    assert statuses(audit) == but(results=FAILED)
    assert "diumumkan 4/5/2, kosong 1, terbukti 3/6/2, kosong 1" in detail(audit, "results")
    assert "hasil desa: TPS 1 lain dari hitungan yang terbukti" in detail(audit, "results")


def village_alone(counts: Counts) -> dict[str, bytes]:
    results = [station_result(scene(), number, scene().boards[number]) for number in (1, 2)]
    honest = village_result(scene(), results)
    lines = (replace(honest.stations[0], counts=counts), honest.stations[1])
    return signed(scene(), published.RESULT, replace(honest, stations=lines).serialise(), Context.RESULT)


def one_station_left_out() -> dict[str, bytes]:
    results = [station_result(scene(), 1, scene().boards[1])]
    return signed(scene(), published.RESULT, village_result(scene(), results).serialise(), Context.RESULT)


def two_of_two_where_one_counts() -> dict[str, bytes]:
    made = replace(village_result(scene(), [station_result(scene(), 1, scene().boards[1])]), stations_expected=1)
    return signed(scene(), published.RESULT, made.serialise(), Context.RESULT)


def result_signed_by(signer: Pair) -> dict[str, bytes]:
    results = [station_result(scene(), number, scene().boards[number]) for number in (1, 2)]
    return signed(scene(), published.RESULT, village_result(scene(), results).serialise(), Context.RESULT, signer)


def station_signed_by(signer: Pair) -> dict[str, bytes]:
    made = station_result(scene(), 1, scene().boards[1])
    name = published.station_result_name(made.uuid)
    return signed(scene(), name, made.serialise(), Context.STATION_RESULT, signer)


def unsigned_change() -> dict[str, bytes]:
    name = published.RESULT
    files = result_signed_by(scene().tally)
    return {name: files[name].replace(b'"winner":2', b'"winner":1')}


def other_village() -> Pair:
    return pair(scene().root, Holder(Role.TALLY, "32.09.07.2001"))


def station_naming(**fields: object) -> dict[str, bytes]:
    made = replace(station_result(scene(), 1, scene().boards[1]), **fields)  # type: ignore[arg-type]
    return signed(scene(), published.station_result_name(scene().uuid(1)), made.serialise(), Context.STATION_RESULT)


def disputed() -> dict[str, bytes]:
    results = [station_result(scene(), number, scene().boards[number]) for number in (1, 2)]
    made = village_result(scene(), results)
    return signed(scene(), published.RESULT, replace(made, disputed=not made.disputed).serialise(), Context.RESULT)


def wrong_books() -> dict[str, bytes]:
    return signed(scene(), published.BOOKS, books(scene(), ballots=11).serialise(), Context.BOOKS)


def fewer_books() -> dict[str, bytes]:
    made = books(scene())
    return signed(scene(), published.BOOKS, replace(made, stations=made.stations[:1]).serialise(), Context.BOOKS)


def counted_books(slips: int) -> dict[str, bytes]:
    made = books(scene())
    lines = tuple((number, replace(line, slips_counted=slips)) for number, line in made.stations)
    return signed(scene(), published.BOOKS, replace(made, stations=lines).serialise(), Context.BOOKS)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (unsigned_change, "Tanda tangan tidak cocok"),
        (lambda: result_signed_by(scene().booths[1, 1]), "Sertifikat ini milik urn:epilwu:booth"),
        (lambda: result_signed_by(scene().committee), "Sertifikat ini milik urn:epilwu:committee"),
        (lambda: result_signed_by(other_village()), "32.09.07.2001"),
        (lambda: result_signed_by(stranger()), "hasil desa: result.json"),
        (lambda: station_signed_by(scene().desks[1]), "Sertifikat ini milik urn:epilwu:desk"),
        (lambda: village_alone(Counts((4, 5, 2), 1)), "TPS 1 lain dari hitungan yang terbukti"),
        (lambda: village_alone(Counts((3, 6, 2), 2)), "TPS 1 lain dari hitungan yang terbukti"),
        (one_station_left_out, "tidak memuat tepat semua TPS"),
        (two_of_two_where_one_counts, "tidak memuat tepat semua TPS"),
        (lambda: station_naming(archive_sha256="0" * 64), "menyebut papan suara lain"),
        (lambda: station_naming(encrypted_tally="0" * 64), "menyebut papan suara lain"),
        (lambda: station_naming(decryption_sha256="0" * 64), "menyebut bukti pembukaan lain"),
        (lambda: station_naming(station=2), "TPS lain"),
        (lambda: station_naming(definition_hash="0" * 64), "milik pemilihan lain"),
        (lambda: station_naming(rehearsal=True), "milik pemilihan lain"),
        (disputed, "sengketa tidak sesuai"),
        (lambda: {published.RULES: b"changed"}, "hasil desa"),
        (wrong_books, "pembukuan: angka TPS 1 lain"),
        (fewer_books, "pembukuan: tidak memuat tepat semua TPS"),
        (lambda: counted_books(11), "pembukuan: angka TPS 1 lain"),
        (lambda: {"books.json": b"{}"}, "pembukuan: books.json"),
    ],
)
def test_a_false_announcement_fails(
    folders: Folders, honest_audit: VillageAudit, files: Callable[[], Mapping[str, bytes]], says: str
) -> None:
    folders.write(files())
    audit = folders.listen(honest_audit)
    assert statuses(audit) == but(results=FAILED)
    assert says in detail(audit, "results")


def test_books_that_name_the_slips_which_were_counted(folders: Folders, honest_audit: VillageAudit) -> None:
    folders.write(counted_books(12))
    assert statuses(folders.listen(honest_audit)) == ALL_PASSED


def test_books_announced_without_a_figure_that_the_auditor_knows(folders: Folders, honest_audit: VillageAudit) -> None:
    made = books(scene())
    lines = tuple((number, replace(line, attendance=None)) for number, line in made.stations)
    folders.write(signed(scene(), published.BOOKS, replace(made, stations=lines).serialise(), Context.BOOKS))
    assert statuses(folders.listen(honest_audit)) == but(results=NOT_CHECKED)


def test_a_roll_that_nobody_announced_and_nobody_knows_is_no_question(
    folders: Folders, honest_audit: VillageAudit
) -> None:
    made = books(scene())
    lines = tuple((number, replace(line, roll=None)) for number, line in made.stations)
    folders.write(signed(scene(), published.BOOKS, replace(made, stations=lines).serialise(), Context.BOOKS))
    unknown = tuple(replace(s, books=replace(s.books, roll=None)) for s in honest_audit.stations)
    assert statuses(folders.listen(replace(honest_audit, stations=unknown))) == ALL_PASSED
    assert statuses(folders.listen(honest_audit)) == but(results=NOT_CHECKED)


def test_a_wrong_figure_is_found_beside_an_unknown_one(folders: Folders, honest_audit: VillageAudit) -> None:
    made = books(scene(), ballots=11)
    lines = tuple((number, replace(line, attendance=None)) for number, line in made.stations)
    folders.write(signed(scene(), published.BOOKS, replace(made, stations=lines).serialise(), Context.BOOKS))
    assert statuses(folders.listen(honest_audit)) == but(results=FAILED)
