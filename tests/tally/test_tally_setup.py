"""Preparing a village: plan, steps around the ceremony, folders for other hands, and what a setup is refused for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from tally_samples import CODE, NIGHT, authority, make_village, rule_pack, spec, trustees

from epilwu.disk import FileTrouble
from epilwu.election import definition as definitions
from epilwu.election.errors import DefinitionRefused, RegionRefused
from epilwu.errors import EpilwuError
from epilwu.media import booth_package
from epilwu.media.published import package_name
from epilwu.protocol.credential import derive, parse_credentials
from epilwu.tally.database import sessions
from epilwu.tally.errors import SetupRefused, SpecRefused
from epilwu.tally.prepare import CODE_ALPHABET, Prepared, define, make_tokens, new_opening_code, prepare
from epilwu.tally.private_folders import (
    read_authority,
    read_key,
    write_authority,
    write_cards,
    write_desks,
    write_envelopes,
    write_keys,
    write_packages,
)
from epilwu.tally.setup_folder import read_setup, write_setup
from epilwu.tally.spec import BoothPlan, CandidatePlan, StationPlan, read_spec
from epilwu.tally.villages import find_village, import_setup
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.errors import KeyFileRefused, SignatureRefused
from epilwu.trust.keyfile import CHEAPEST
from epilwu.trust.pin import shown_pin

PLAN = """
title = "Pemilihan Kuwu 2023"
date = "2023-10-22"
region = "32.09.07.2007"
close_not_before = "13:00"
blank = true
rehearsal = false
officers = ["Ketua KPPS", "Anggota KPPS 2"]
candidates = [{ name = "Ayu", photo = "ayu.png" }, { name = "Bima", photo = "" }]
stations = [{ number = 1, booths = [{ tokens = 5, spares = 1 }, { tokens = 4, spares = 0 }] }]
"""


def test_a_plan_is_read_with_the_names_of_the_region_table() -> None:
    plan = read_spec(PLAN.encode(), lambda name: name.encode())
    assert (plan.names.village, plan.names.district) == ("Lemahabang", "Lemahabang")
    assert plan.candidates == (CandidatePlan("Ayu", b"ayu.png"), CandidatePlan("Bima"))
    assert plan.officers == ("Ketua KPPS", "Anggota KPPS 2")
    assert plan.stations == (StationPlan(1, (BoothPlan(5, 1), BoothPlan(4, 0))),)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("title", "titel", SpecRefused),
        ('"2023-10-22"', "2023-10-22", SpecRefused),
        ("blank = true", "blank = 1", SpecRefused),
        ("tokens = 5", "tokens = 0", SpecRefused),
        (', "Anggota KPPS 2"]', "]", SpecRefused),
        ("Anggota KPPS 2", "ketua kpps", SpecRefused),
        ("Anggota KPPS 2", "", SpecRefused),
        ('"Anggota KPPS 2"', "2", SpecRefused),
        ('"Anggota KPPS 2"', ", ".join(f'"{n}"' for n in range(7)), SpecRefused),
        ("tokens = 5", "tokens = 99999", SpecRefused),
        ("ayu.png", "../ayu.png", SpecRefused),
        ("number = 1", "number = 1000", SpecRefused),
        ("32.09.07.2007", "32.09.07.1007", RegionRefused),
        ("32.09.07.2007", "3209072007", RegionRefused),
        ("title =", "title", SpecRefused),
    ],
)
def test_a_faulty_plan_is_refused(old: str, new: str, kind: type[EpilwuError]) -> None:
    assert old in PLAN
    with pytest.raises(kind):
        read_spec(PLAN.replace(old, new, 1).encode(), lambda name: b"")


def test_rules_bind_the_plan() -> None:
    crowd = replace(spec(), candidates=tuple(CandidatePlan(f"Calon {n}") for n in range(1, 7)))
    with pytest.raises(SpecRefused, match="2 sampai 5"):
        prepare(crowd, define(crowd, rule_pack()), trustees().data, rule_pack(), authority(), cost=CHEAPEST)
    with pytest.raises(SpecRefused, match="5 orang, 3"):
        prepare(spec(), define(spec(), rule_pack()), trustees(2, 3).data, rule_pack(), authority(), cost=CHEAPEST)
    with pytest.raises(SpecRefused, match="Aturan"):
        prepare(spec(), define(spec(), rule_pack()), trustees().data, rule_pack() + b"\n", authority(), cost=CHEAPEST)
    with pytest.raises(DefinitionRefused):
        define(replace(spec(), date="2023-02-30"), rule_pack())


def test_tokens_are_good_at_one_booth_only(prepared: Prepared) -> None:
    for station in prepared.setup.stations:
        lists = {b: set(parse_credentials(data, bare=True)) for b, data in station.booth_credentials.items()}
        assert lists[1].isdisjoint(lists[2])
        assert sorted(lists[1] | lists[2]) == list(parse_credentials(station.credentials, bare=True))
        for booth, credentials in lists.items():
            tokens = prepared.tokens[station.number, booth]
            assert {derive(t, station.uuid).public_hex for t in (*tokens.main, *tokens.spare)} == credentials
            assert (len(tokens.main), len(tokens.spare)) == (4, 1)


def test_nothing_secret_shows_itself(prepared: Prepared) -> None:
    shown = repr(prepared)
    for tokens in prepared.tokens.values():
        assert not any(token.text in shown for token in tokens.main)
    for sealed in prepared.booths.values():
        assert not any(pin in shown for pin in sealed.pins.values())


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_every_part_goes_to_its_own_folder(prepared: Prepared, tmp_path: Path) -> None:
    write_packages(prepared, tmp_path / "packages")
    write_envelopes(prepared, tmp_path / "envelopes")
    write_setup(prepared, tmp_path / "setup")
    for (station, booth), sealed in prepared.booths.items():
        data = (tmp_path / "packages" / package_name(station, booth)).read_bytes()
        package = booth_package.read(data, prepared.setup.root, NIGHT)
        keys = booth_package.open_booth_keys(package, {1: sealed.pins[1], 3: sealed.pins[3]})
        assert keys.device.public_key() == prepared.keys.booths[station, booth].key.public_key()
        for number, pin in sealed.pins.items():
            envelope = tmp_path / "envelopes" / f"TPS{station:02d}-petugas-{number}.pdf"
            assert envelope.stat().st_mode & 0o077 == 0
            words = pdf_text(envelope.read_bytes())
            assert [shown_pin(each) in words for each in sealed.pins.values()] == [
                each == pin for each in sealed.pins.values()
            ]
        public = b"".join(path.read_bytes() for path in (tmp_path / "setup").iterdir())
        assert not any(pin.encode() in public + data for pin in sealed.pins.values())
        assert prepared.tokens[station, booth].main[0].text.encode() not in public + data


def test_opening_codes_avoid_signs_that_are_mistaken() -> None:
    codes = {new_opening_code() for _ in range(50)}
    assert len(codes) == 50
    assert set("".join(codes)) <= {*CODE_ALPHABET, "-"}
    assert not set("01ILO") & set(CODE_ALPHABET)


def test_keys_are_sealed_each_for_its_holder(prepared: Prepared, tmp_path: Path) -> None:
    write_keys(prepared.keys, CODE, tmp_path, "kata sandi panitia", cost=CHEAPEST)
    tally = read_key(tmp_path, Holder(Role.TALLY, CODE), "kata sandi panitia")
    assert tally.key.public_key() == prepared.keys.tally.key.public_key()
    assert (tmp_path / "tally.key").stat().st_mode & 0o077 == 0
    with pytest.raises(KeyFileRefused):
        read_key(tmp_path, Holder(Role.TALLY, CODE), "kata sandi lain")
    shutil.copy(tmp_path / "committee.key", tmp_path / "tally.key")
    with pytest.raises(KeyFileRefused):
        read_key(tmp_path, Holder(Role.TALLY, CODE), "kata sandi panitia")


def test_each_desk_has_a_code_of_its_own(prepared: Prepared, tmp_path: Path) -> None:
    codes = write_desks(prepared, tmp_path / "desks", tmp_path / "envelopes", cost=CHEAPEST)
    desk = read_key(tmp_path / "desks", Holder(Role.DESK, CODE, 2), codes[2])
    assert desk.certificate == prepared.keys.desks[2].certificate
    assert codes[2] in (tmp_path / "envelopes" / "TPS02-meja.txt").read_text()
    with pytest.raises(KeyFileRefused):
        read_key(tmp_path / "desks", Holder(Role.DESK, CODE, 2), codes[1])


def test_the_root_is_read_back(tmp_path: Path) -> None:
    write_authority(authority(), tmp_path, "sandi", cost=CHEAPEST)
    assert read_authority(tmp_path, "sandi").certificate == authority().certificate
    with pytest.raises(FileTrouble, match=r"root\.pem"):
        read_authority(tmp_path / "lain", "sandi")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler-utils) is not on this machine")
def test_token_cards_can_be_scanned_and_name_no_voter(prepared: Prepared, tmp_path: Path) -> None:
    write_cards(prepared, tmp_path)
    pdf = tmp_path / "TPS02-B1.pdf"
    assert pdf.stat().st_mode & 0o077 == 0
    subprocess.run(["pdftoppm", "-r", "110", "-png", str(pdf), str(tmp_path / "kartu")], check=True)
    with Image.open(next(tmp_path.glob("kartu*.png"))) as picture:
        scanned = [code.text for code in zxingcpp.read_barcodes(picture)]
    assert sorted(scanned) == sorted(token.text for token in prepared.tokens[2, 1].main)
    assert (tmp_path / "TPS02-B1-cadangan.pdf").exists()


def test_a_setup_is_taken_in_once(database: sessionmaker[Session], tmp_path: Path, prepared: Prepared) -> None:
    read = read_setup(tmp_path / "setup", prepared.setup.root)
    with database.begin() as session:
        import_setup(session, read, at=NIGHT, actor="uji")
    with database() as session:
        village = find_village(session, CODE)
        assert [len(station.booths) for station in village.stations] == [2, 2]
        assert village.definition_hash == definitions.definition_hash(prepared.setup.definition)
    other = make_village(spec(title="Pemilihan lain"))
    write_setup(other, tmp_path / "lain")
    with pytest.raises(SetupRefused, match="definisi lain"), database.begin() as session:
        import_setup(session, read_setup(tmp_path / "lain"), at=NIGHT, actor="uji")


def test_a_rehearsal_is_not_taken_in(engine: Engine, tmp_path: Path) -> None:
    write_setup(make_village(spec(rehearsal=True)), tmp_path)
    with pytest.raises(SetupRefused, match="gladi"):
        read_setup(tmp_path)
    assert sessions(engine)


def _swap(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)


SETUP_FAULTS: dict[str, Callable[[Path, Prepared], object]] = {
    "missing file": lambda folder, p: (folder / "trustees.json").unlink(),
    "changed list": lambda folder, p: _swap(folder, "TPS01-B1.credentials.json", b"[]"),
    "changed rules": lambda folder, p: _swap(folder, "rules.toml", rule_pack() + b"#"),
    "changed definition": lambda folder, p: _swap(
        folder, "definition.json", p.setup.definition.replace(b"Ayu", b"Ayo")
    ),
    "changed index": lambda folder, p: _swap(
        folder, "setup.json", (folder / "setup.json").read_bytes().replace(b"rules.toml", b"rulez.toml")
    ),
    "no signature": lambda folder, p: (folder / "setup.json.sig").unlink(),
}


@pytest.mark.parametrize("fault", SETUP_FAULTS)
def test_a_setup_that_was_changed_is_refused(tmp_path: Path, prepared: Prepared, fault: str) -> None:
    write_setup(prepared, tmp_path)
    SETUP_FAULTS[fault](tmp_path, prepared)
    with pytest.raises((SetupRefused, FileTrouble, SignatureRefused)) as refused:
        read_setup(tmp_path)
    assert str(tmp_path) in str(refused.value)


def test_parts_of_two_setups_do_not_mix(tmp_path: Path, prepared: Prepared) -> None:
    """Each file is signed, but not for one another."""
    write_setup(prepared, tmp_path)
    other = tmp_path / "lain"
    write_setup(make_village(), other)
    for name in ("definition.json", "definition.json.sig"):
        shutil.copy(other / name, tmp_path / name)
    with pytest.raises(SetupRefused):
        read_setup(tmp_path)


def test_a_setup_under_another_root_is_refused(tmp_path: Path, prepared: Prepared) -> None:
    from epilwu.tally.prepare import Validity, create_authority

    write_setup(prepared, tmp_path)
    stranger = create_authority("Kabupaten Lain", Validity.around(NIGHT.date()))
    with pytest.raises(EpilwuError):
        read_setup(tmp_path, stranger.certificate)


def test_tokens_follow_the_plan() -> None:
    tokens = make_tokens(spec())
    everything = [token.text for each in tokens.values() for token in (*each.main, *each.spare)]
    assert len(everything) == len(set(everything)) == 20
