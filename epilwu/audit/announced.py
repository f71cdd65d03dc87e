"""What the count announced, held against what the audit found by itself: station results, village result, books.

A bad signature, a file that contradicts itself and a wrong figure are all the same here: the announcement failed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields

from epilwu.audit.finding import Finding
from epilwu.audit.material import Board, Material, SignedFile, StationMaterial
from epilwu.election.balance import StationBooks
from epilwu.election.outcome import Counts
from epilwu.election.rules import RulePack
from epilwu.errors import EpilwuError
from epilwu.media.published import Books, Context, StationLine, StationResult, VillageResult
from epilwu.protocol.verify_report import Status
from epilwu.trust.certificates import Holder, Role
from epilwu.trust.envelope import verify_detached

_UNPROVEN = "hitungan yang diperiksa belum terbukti, jadi tidak dapat dibandingkan"


def check_station_result(
    material: Material, station: StationMaterial, board: Board | None, counts: Counts | None
) -> Finding:
    """A station's announced result against its verified ``counts`` and its ``board``, None where not verified."""
    name, label = "station-result", f"hasil TPS {station.station.number}"
    try:
        _check_signature(material, station.result, Context.STATION_RESULT)
        stated = StationResult.parse(station.result.data, where=station.result.path.name)
    except EpilwuError as error:
        return Finding(name, label, Status.FAILED, str(error))
    if counts is None or board is None:
        return Finding(name, label, Status.NOT_CHECKED, _UNPROVEN)
    wrong = _wrong_place(material, stated)
    if (stated.uuid, stated.station) != (station.station.uuid, station.station.number):
        wrong.append("TPS lain")
    if (stated.archive_sha256, stated.encrypted_tally) != (station.board_sha256, board.encrypted_tally):
        wrong.append("menyebut papan suara lain")
    if stated.decryption_sha256 != station.decryption_sha256:
        wrong.append("menyebut bukti pembukaan lain")
    if stated.counts != counts:
        wrong.append(f"diumumkan {written(stated.counts)}, terbukti {written(counts)}")
    return _judged(name, label, wrong, "sama dengan hitungan yang terbukti")


def check_village_result(material: Material, counts: Mapping[int, Counts | None]) -> Finding:
    """The village's announced result against each station's verified counts, by number."""
    name, label = "village-result", "hasil desa"
    try:
        _check_signature(material, material.result, Context.RESULT)
        rules = RulePack.parse_toml(material.rules)
        if rules.sha256 != material.definition.rule_pack_sha256:
            return Finding(name, label, Status.FAILED, "aturan yang diterbitkan bukan aturan dalam definisi")
        stated = VillageResult.parse(material.result.data, rules=rules, where=material.result.path.name)
    except EpilwuError as error:
        return Finding(name, label, Status.FAILED, str(error))
    if any(each is None for each in counts.values()):
        return Finding(name, label, Status.NOT_CHECKED, _UNPROVEN)
    wrong = _wrong_place(material, stated)
    expected = {station.station.number: station for station in material.stations}
    if stated.stations_expected != len(expected) or {line.number for line in stated.stations} != set(expected):
        wrong.append("tidak memuat tepat semua TPS")
    else:
        for line in stated.stations:
            wrong += _wrong_line(line, expected[line.number], counts[line.number])
    return _judged(name, label, wrong, "jumlah hasil semua TPS, pemenang dan selisihnya sama")


def check_books(material: Material, audited: Mapping[int, StationBooks]) -> Finding:
    """The announced books against those that the audit composed from the signed reports and desk books.

    A figure that only one side knows is not checked, one that neither knows was not announced. ``audited`` may know
    how many slips were counted; the announcement may, too, and must then say the same.
    """
    name, label = "books", "pembukuan"
    try:
        _check_signature(material, material.books, Context.BOOKS)
        stated = Books.parse(material.books.data, where=material.books.path.name)
    except EpilwuError as error:
        return Finding(name, label, Status.FAILED, str(error))
    wrong = _wrong_place(material, stated)
    if [number for number, _ in stated.stations] != sorted(audited):
        return _judged(name, label, [*wrong, "tidak memuat tepat semua TPS"], "")
    unknown: list[str] = []
    for number, books in stated.stations:
        compared = {f: (getattr(books, f), getattr(audited[number], f)) for f in _FIGURES}
        if any(left != right for left, right in compared.values() if left is not None and right is not None):
            wrong.append(f"angka TPS {number} lain dari laporan bilik dan buku meja")
        elif any((left is None) != (right is None) for f, (left, right) in compared.items() if f != _COUNTED_LATER):
            unknown.append(f"TPS {number}: tidak semua angkanya ada pada pengumuman dan pada auditor")
    if unknown and not wrong:
        return Finding(name, label, Status.NOT_CHECKED, "; ".join(unknown))
    return _judged(name, label, wrong, "sama dengan laporan bilik dan buku meja")


_FIGURES = tuple(f.name for f in fields(StationBooks))
_COUNTED_LATER = "slips_counted"
"""The only figure that books may be announced without."""


def written(counts: Counts) -> str:
    """Counts as ``1/3/1, kosong 1``."""
    return f"{'/'.join(map(str, counts.candidates))}, kosong {counts.blank}"


def _wrong_line(line: StationLine, station: StationMaterial, counts: Counts | None) -> list[str]:
    number = station.station.number
    wrong = []
    if line.counts != counts:
        wrong.append(f"TPS {number} lain dari hitungan yang terbukti")
    if (line.uuid, line.result_sha256) != (station.station.uuid, hashlib.sha256(station.result.data).hexdigest()):
        wrong.append(f"TPS {number} menyebut hasil TPS lain")
    if line.voters is not None and station.desk is not None and line.voters != station.desk.roll:
        wrong.append(f"jumlah pemilih TPS {number} lain dari buku meja")
    return wrong


def _wrong_place(material: Material, stated: StationResult | VillageResult | Books) -> list[str]:
    definition = material.definition
    expected = (material.definition_hash, definition.region.text, definition.rehearsal)
    return [] if (stated.definition_hash, stated.region, stated.rehearsal) == expected else ["milik pemilihan lain"]


def _judged(name: str, label: str, wrong: list[str], good: str) -> Finding:
    return Finding(name, label, Status.FAILED if wrong else Status.PASSED, "; ".join(wrong) or good)


def _check_signature(material: Material, file: SignedFile, context: Context) -> None:
    """The tally's signature; what is unsigned is refused before it is parsed."""
    verify_detached(
        context,
        file.data,
        file.signature,
        material.root,
        at=material.definition.day,
        holder=Holder(Role.TALLY, material.definition.region.text),
        where=file.path.name,
    )
