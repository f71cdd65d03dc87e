"""What an auditor brings is refused by name where it is missing, foreign or spoiled."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from audit_samples import (
    CODE,
    DAY,
    FROM,
    TO,
    Folders,
    Pair,
    define,
    honest_files,
    pair,
    report,
    scene,
    signed,
)

from epilwu.audit.errors import MaterialRefused
from epilwu.audit.material import MAX_FILE, load_material, read_board, read_file
from epilwu.errors import EpilwuError
from epilwu.media.published import Context
from epilwu.trust.certificates import Holder, Role, create_root, read_root

# In an order without the uuids, which are other ones in each of pytest-xdist's workers.
PUBLIC, AUDITORS = (sorted(files, key=lambda name: name.split(".", 1)[1]) for files in honest_files())


def refusal(folders: Folders, root: bytes | None = None) -> EpilwuError:
    with pytest.raises(EpilwuError) as caught:
        load_material(folders.public, folders.auditors, root)
    return caught.value


def test_honest_material_is_read(folders: Folders) -> None:
    material = load_material(folders.public, folders.auditors)
    assert material.definition_hash == scene().digest
    assert material.root_fingerprint == read_root(scene().root.pem).fingerprint
    assert not material.root_brought
    assert [sorted(station.reports) for station in material.stations] == [[1, 2], [1, 2]]
    assert [len(station.reported) for station in material.stations] == [12, 12]
    books = material.stations[0].books
    assert (books.roll, books.attendance, books.ballots, books.slips_cast, books.slips_void) == (15, 12, 12, 12, 1)
    assert books.slips_counted is None


@pytest.mark.parametrize("name", PUBLIC, ids=range(len(PUBLIC)))
def test_every_published_file_is_needed(folders: Folders, name: str) -> None:
    (folders.public / name).unlink()
    error = refusal(folders)
    assert isinstance(error, MaterialRefused)
    assert error.where.endswith(name)


@pytest.mark.parametrize("name", [name for name in AUDITORS if name.endswith(".epr")])
def test_every_booth_s_report_is_needed(folders: Folders, name: str) -> None:
    (folders.auditors / name).unlink()
    error = refusal(folders)
    assert isinstance(error, MaterialRefused)
    assert error.where.endswith(name)


def test_a_missing_desk_book_leaves_its_figures_unknown(folders: Folders) -> None:
    (folders.auditors / "TPS02.epd").unlink()
    first, second = load_material(folders.public, folders.auditors).stations
    assert first.desk is not None
    assert second.desk is None
    assert (second.books.roll, second.books.attendance, second.books.tokens_handed) == (None, None, None)
    assert second.books.tokens_spent == 12


@pytest.mark.parametrize("name", AUDITORS)
@pytest.mark.parametrize("position", [0.1, 0.5, 0.99])
def test_a_changed_byte_in_a_signed_file_is_refused(folders: Folders, name: str, position: float) -> None:
    path = folders.auditors / name
    data = bytearray(path.read_bytes())
    data[int(len(data) * position)] ^= 1
    path.write_bytes(data)
    assert name in refusal(folders).where


@pytest.mark.parametrize("name", AUDITORS)
def test_a_file_cut_off_is_refused(folders: Folders, name: str) -> None:
    path = folders.auditors / name
    path.write_bytes(path.read_bytes()[:-512])
    assert name in refusal(folders).where


def test_a_report_in_another_booth_s_place_is_refused(folders: Folders) -> None:
    first, second = folders.auditors / "TPS01-B1.epr", folders.auditors / "TPS01-B2.epr"
    first.write_bytes(second.read_bytes())
    assert refusal(folders).code == "certificate-wrong-holder"


def test_a_report_of_another_station_is_refused(folders: Folders) -> None:
    (folders.auditors / "TPS01-B1.epr").write_bytes((folders.auditors / "TPS02-B1.epr").read_bytes())
    assert refusal(folders).code == "certificate-wrong-holder"


def test_a_report_by_a_device_of_another_regency_is_refused(folders: Folders) -> None:
    stranger = Pair(*create_root("Kabupaten Lain", FROM, TO))
    device = pair(stranger, Holder(Role.BOOTH, CODE, 1, 1))
    (folders.auditors / "TPS01-B1.epr").write_bytes(_foreign_report(device, stranger))
    assert refusal(folders).code == "certificate-foreign"


def _foreign_report(device: Pair, root: Pair) -> bytes:
    return report(replace(scene(), root=root), (1, 1), signer=device)


def test_a_desk_book_in_another_station_s_place_is_refused(folders: Folders) -> None:
    (folders.auditors / "TPS01.epd").write_bytes((folders.auditors / "TPS02.epd").read_bytes())
    error = refusal(folders)
    assert isinstance(error, MaterialRefused)
    assert error.where.endswith("TPS01.epd")


def test_a_definition_that_the_committee_did_not_sign_is_refused(folders: Folders) -> None:
    folders.write(signed(scene(), "definition.json", scene().definition, Context.DEFINITION, scene().tally))
    assert refusal(folders).code == "certificate-wrong-holder"


def test_another_village_s_committee_is_refused(folders: Folders) -> None:
    other = pair(scene().root, Holder(Role.COMMITTEE, "32.09.07.2001"))
    folders.write(signed(scene(), "definition.json", scene().definition, Context.DEFINITION, other))
    assert isinstance(refusal(folders), MaterialRefused)


def test_the_regency_s_own_committee_may_sign(folders: Folders) -> None:
    regency = pair(scene().root, Holder(Role.COMMITTEE, "32.09"))
    folders.write(signed(scene(), "definition.json", scene().definition, Context.DEFINITION, regency))
    assert load_material(folders.public, folders.auditors).stations


def test_another_definition_does_not_fit_the_reports(folders: Folders) -> None:
    folders.write(signed(scene(), "definition.json", define(), Context.DEFINITION, scene().committee))
    assert isinstance(refusal(folders), EpilwuError)


def test_the_auditor_s_own_root_decides(folders: Folders) -> None:
    assert load_material(folders.public, folders.auditors, scene().root.pem).root_brought
    stranger = create_root("Kabupaten Uji", FROM, TO)[1]
    assert refusal(folders, stranger).code == "certificate-foreign"


@pytest.mark.parametrize("root", [b"", b"-----BEGIN CERTIFICATE-----\n", scene().tally.pem])
def test_what_is_no_root_is_refused(folders: Folders, root: bytes) -> None:
    assert refusal(folders, root).code in {"certificate-unreadable", "certificate-foreign"}


def test_a_root_that_had_expired_on_the_day_is_refused(folders: Folders) -> None:
    expired = create_root("Kabupaten Uji", FROM, DAY.replace(month=6))[1]
    assert refusal(folders, expired).code == "certificate-expired"


def test_a_file_beyond_reason_is_not_read(folders: Folders) -> None:
    path = folders.public / "result.json"
    os.truncate(path, MAX_FILE + 1)
    with pytest.raises(MaterialRefused, match="terlalu besar"):
        read_file(path)


def test_a_board_s_content_is_what_its_events_hold(folders: Folders) -> None:
    path = folders.public / f"{scene().uuid(1)}.bel"
    board = read_board(path)
    assert board.encrypted_tally is not None
    assert len(board.ballots) == 12
    with pytest.raises(MaterialRefused):
        read_board(folders.public / "none.bel")


def test_secrets_stay_out_of_messages(folders: Folders) -> None:
    material = load_material(folders.public, folders.auditors)
    (one, *_) = scene().slips[1, 1]
    assert repr(one.id) not in repr(material)
    assert one.id.hex() not in repr(material)
