from __future__ import annotations

import pytest

from epilwu.election.errors import RollRefused
from epilwu.election.roll import RollRow, Sex, mask_nik, parse_nik

NIK = "3209072210930001"
ROW = ("12", NIK, "Warga Satu", "P", "RT 01 RW 02", "3")


def test_a_row() -> None:
    row = RollRow.parse(ROW)
    assert (row.number, row.sex, row.station, row.name) == (12, Sex.WOMAN, 3, "Warga Satu")
    assert NIK not in repr(row) and "Warga" not in repr(row) and "RT 01" not in repr(row)


@pytest.mark.parametrize("nik", [NIK, "3209076210930001", "1101010101009999", "3209077112000001"])
def test_forms_of_a_nik(nik: str) -> None:
    assert parse_nik(nik) == nik


@pytest.mark.parametrize(
    "nik",
    [
        "",
        NIK[:-1],
        NIK + "1",
        "٣209072210930001",
        " " + NIK,
        "0009072210930001",
        "3209070010930001",
        "3209073210930001",
        "3209074010930001",
        "3209077210930001",
        "3209072200930001",
        "3209072213930001",
        "3209072210930000",
    ],
)
def test_other_forms_are_refused_without_repeating_them(nik: str) -> None:
    with pytest.raises(RollRefused) as refusal:
        parse_nik(nik, where="baris 7")
    assert refusal.value.where == "baris 7"
    assert not nik or nik not in str(refusal.value)


@pytest.mark.parametrize(
    ("column", "value"), [(0, "0"), (0, "+1"), (1, "1"), (2, ""), (2, "A\tB"), (3, "W"), (4, ""), (5, "x")]
)
def test_bad_columns_are_refused(column: int, value: str) -> None:
    row = list(ROW)
    row[column] = value
    with pytest.raises(RollRefused):
        RollRow.parse(tuple(row))  # type: ignore[arg-type]


def test_masked() -> None:
    assert mask_nik(NIK) == "••••••••••••0001"
