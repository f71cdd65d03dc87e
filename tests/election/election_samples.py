"""A definition of the village of the published example, with invented candidates."""

from __future__ import annotations

from epilwu.election.definition import Candidate, Definition, Station
from epilwu.election.region import RegionCode

NAMES = ("Calon Satu", "Calon Dua", "Calon Tiga", "Calon Empat", "Calon Lima")
UUIDS = ("11111111111111", "22222222222222", "33333333333333", "44444444444444", "55555555555555")


def sample_definition(**changes: object) -> Definition:
    """Five candidates, five stations of two booths; ``changes`` replace fields."""
    values: dict[str, object] = {
        "rehearsal": False,
        "title": "Pemilihan Kuwu 2023",
        "date": "2023-10-22",
        "region": RegionCode("32.09.07.2007"),
        "village": "Lemahabang",
        "district": "Lemahabang",
        "regency": "Kabupaten Cirebon",
        "blank": True,
        "candidates": tuple(Candidate(ballot_number=i, name=name) for i, name in enumerate(NAMES, 1)),
        "stations": tuple(Station(number=i, uuid=uuid, booths=2) for i, uuid in enumerate(UUIDS, 1)),
        "rule_pack_sha256": "ab" * 32,
        "close_not_before": "13:00",
    }
    return Definition(**{**values, **changes})  # type: ignore[arg-type]
