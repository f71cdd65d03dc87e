"""The desk's book on its medium, by the command that the desk types."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.cli import main
from epilwu.election import definition as definitions
from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.region import RegionCode
from epilwu.media import desk_book
from epilwu.trust.certificates import WESTERN_TIME, Holder, Role, create_root, issue
from epilwu.trust.keyfile import CHEAPEST, seal_signing_key

DAY = datetime.datetime(2027, 10, 17, tzinfo=WESTERN_TIME)
SPAN = (DAY - datetime.timedelta(days=9), DAY + datetime.timedelta(days=9))
HOLDER = Holder(Role.DESK, "32.09.07.2007", 1)
CODE = "7KQM-2XBW-9TRD-H4VN"
FIGURES = ["--received", "9", "--men", "3", "--women", "4", "--handed", "7", "--spoiled", "1"]


@pytest.fixture
def root(tmp_path: Path) -> bytes:
    """A desk's medium and a definition in ``tmp_path``; gives the root certificate."""
    authority, pem = create_root("Kabupaten Contoh", *SPAN)
    key = Ed25519PrivateKey.generate()
    (tmp_path / "TPS01-desk.pem").write_bytes(issue(authority, pem, key.public_key(), HOLDER, *SPAN))
    (tmp_path / "TPS01-desk.key").write_bytes(seal_signing_key(key, HOLDER.uri, CODE, cost=CHEAPEST))
    definition = Definition(
        rehearsal=False,
        title="Pemilihan Kuwu 2027",
        date="2027-10-17",
        region=RegionCode.parse(HOLDER.region),
        village="Lemahabang",
        district="Lemahabang",
        regency="Kabupaten Cirebon",
        blank=True,
        candidates=(Candidate(ballot_number=1, name="Calon Melati"), Candidate(ballot_number=2, name="Calon Kenanga")),
        stations=(Station(number=1, uuid="11111111111111", booths=1),),
        rule_pack_sha256="0" * 64,
        close_not_before="13:00",
    )
    (tmp_path / "definition.json").write_bytes(definitions.serialise(definition))
    return pem


def book(folder: Path, *more: str, code: str = CODE) -> tuple[int, str]:
    """Run the command; exit code and all that it said."""
    fixed = ["--definition", str(folder / "definition.json"), "--station", "1", "--keys", str(folder)]
    arguments = ["desk", "book", *fixed, "--out", str(folder), *FIGURES, *more]
    done = CliRunner().invoke(main, arguments, input=f"{code}\n")
    return done.exit_code, done.output


def test_book_is_what_the_tally_reads(tmp_path: Path, root: bytes) -> None:
    assert book(tmp_path, "--roll", "5", "6")[0] == 0
    read = desk_book.read((tmp_path / "TPS01.epd").read_bytes(), root, DAY.date())
    assert (read.attendance, read.tokens_handed, read.tokens_unused, read.roll) == (7, 7, 1, 11)


def test_writing_the_same_book_again_changes_nothing(tmp_path: Path, root: bytes) -> None:
    assert root
    assert book(tmp_path)[0] == 0
    first = (tmp_path / "TPS01.epd").read_bytes()
    assert book(tmp_path)[0] == 0
    assert (tmp_path / "TPS01.epd").read_bytes() == first


def test_another_book_is_never_replaced(tmp_path: Path, root: bytes) -> None:
    assert root
    book(tmp_path)
    first = (tmp_path / "TPS01.epd").read_bytes()
    code, said = book(tmp_path, "--men", "5")
    assert code == 1
    assert "TPS01.epd" in said
    assert (tmp_path / "TPS01.epd").read_bytes() == first


def test_differing_figures_are_signed_and_said(tmp_path: Path, root: bytes) -> None:
    assert root
    code, said = book(tmp_path, "--handed", "8")
    assert code == 0
    assert "hadir 7, kartu diserahkan 8" in said


@pytest.mark.parametrize("gone", ["definition.json", "TPS01-desk.key", "TPS01-desk.pem"])
def test_a_missing_file_is_named(tmp_path: Path, root: bytes, gone: str) -> None:
    assert root
    (tmp_path / gone).unlink()
    code, said = book(tmp_path)
    assert code == 1
    assert gone in said
    assert not (tmp_path / "TPS01.epd").exists()


def test_a_wrong_code_signs_nothing(tmp_path: Path, root: bytes) -> None:
    assert root
    code, said = book(tmp_path, code="SALAH")
    assert code == 1
    assert "Kode pembuka salah" in said
    assert not (tmp_path / "TPS01.epd").exists()
