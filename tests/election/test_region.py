from __future__ import annotations

import pytest

from epilwu.election.errors import RegionRefused
from epilwu.election.region import RegionCode, load_regions, read_regions

LEMAHABANG = RegionCode("32.09.07.2007")


def test_shipped_table_has_every_region_of_cirebon() -> None:
    table = load_regions()
    codes = [RegionCode(text) for text in table.names]
    assert sum(code.level == 3 for code in codes) == 40
    assert len(table.villages()) == 412
    assert sum(code.level == 4 and not code.is_desa for code in codes) == 12
    names = table.village(LEMAHABANG)
    assert (names.village, names.district, names.regency) == ("Lemahabang", "Lemahabang", "Kabupaten Cirebon")


def test_parts_of_a_code() -> None:
    assert LEMAHABANG.is_desa and LEMAHABANG.level == 4
    assert LEMAHABANG.district == RegionCode("32.09.07")
    assert LEMAHABANG.regency == RegionCode("32.09")
    assert LEMAHABANG.regency.contains(LEMAHABANG) and LEMAHABANG.contains(LEMAHABANG)
    assert not RegionCode("32.09.0").contains(LEMAHABANG)
    assert not LEMAHABANG.contains(LEMAHABANG.district)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3209072007",
        "32.9.07.2007",
        "32.09.07.3007",
        "32.09.07.20070",
        " 32.09",
        "32.09\n",
        "32.09.",
        "02.09",
        "٣٢.٠٩",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(RegionRefused):
        RegionCode.parse(text)


def test_kelurahan_and_unknown_villages_elect_nobody() -> None:
    table = load_regions()
    kelurahan = next(c for c in map(RegionCode, table.names) if c.level == 4 and not c.is_desa)
    for code in (kelurahan, RegionCode("32.09.07.2999"), RegionCode("32.09.07")):
        with pytest.raises(RegionRefused):
            table.village(code)


def test_short_codes_have_no_parents() -> None:
    with pytest.raises(RegionRefused):
        _ = RegionCode("32").regency
    with pytest.raises(RegionRefused):
        _ = RegionCode("32.09").district


def test_remarks_and_empty_lines_are_skipped() -> None:
    table = read_regions(b"# remark\n\n32.09\tA\n")
    assert dict(table.names) == {"32.09": "A"}
    assert RegionCode("32.09").regency == RegionCode("32.09")


@pytest.mark.parametrize(
    "data",
    [
        b"32.09 X\n",
        b"32.09\t\n",
        b"32.09\tA\n32.09\tA\n",
        b"32.09\tA\n32.09.07.2007\tB\n",
        b"32.09\t\xff\n",
        b"32.09\t A\n",
    ],
)
def test_damaged_tables_are_refused(data: bytes) -> None:
    with pytest.raises(RegionRefused):
        read_regions(data)
