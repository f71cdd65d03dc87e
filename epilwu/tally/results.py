"""A village's result and books as far as they are known, from the accepted reports and the signed station results.

Figures that nobody has given yet are None ("not checked"), never zero.
"""

from __future__ import annotations

import hashlib
from datetime import date

from epilwu.election.balance import StationBooks
from epilwu.election.outcome import StationCounts, outcome
from epilwu.media import desk_book
from epilwu.media.desk_book import DeskBook
from epilwu.media.published import Books, StationResult, VillageResult, station_lines
from epilwu.tally.models import Report, Station, Village
from epilwu.tally.villages import definition_of, rules_of


def station_result(station: Station) -> StationResult | None:
    """The station's signed result, None before it is finished."""
    if station.board is None or station.board.result is None:
        return None
    return StationResult.parse(station.board.result.document, where=f"TPS {station.number}")


def station_books(station: Station, day: date) -> StationBooks:
    """The station's books: the desk's figures if its book is in, the booths' if all have reported."""
    book = desk_figures(station, day)
    reports = [booth.report for booth in station.booths if booth.report is not None]
    complete = len(reports) == len(station.booths)
    return StationBooks(
        roll=None if book is None else book.roll,
        attendance=None if book is None else book.attendance,
        tokens_received=None if book is None else book.tokens_received,
        tokens_handed=None if book is None else book.tokens_handed,
        tokens_spoiled=None if book is None else book.tokens_spoiled,
        tokens_unused=None if book is None else book.tokens_unused,
        tokens_spent=_sum(reports, "tokens_spent") if complete else None,
        ballots=_sum(reports, "ballots") if complete else None,
        slips_cast=_sum(reports, "slips_cast") if complete else None,
        slips_void=_sum(reports, "slips_void") if complete else None,
    )


def desk_figures(station: Station, day: date) -> DeskBook | None:
    """The station's desk book, its signature checked again; None before it is in."""
    if station.desk_book is None:
        return None
    where = f"buku meja TPS {station.number}"
    return desk_book.read(station.desk_book.file.data, station.village.root, day, where=where)


def village_books(village: Village) -> Books:
    """The books of every station."""
    definition = definition_of(village)
    return Books(
        definition_hash=village.definition_hash,
        region=village.code,
        rehearsal=definition.rehearsal,
        stations=tuple((station.number, station_books(station, definition.day)) for station in village.stations),
    )


def village_result(village: Village) -> VillageResult | None:
    """The village's result from the stations that are finished; None while none is."""
    definition, rules = definition_of(village), rules_of(village)
    finished = []
    for station in village.stations:
        result = station_result(station)
        if result is not None and station.board is not None and station.board.result is not None:
            book = desk_figures(station, definition.day)
            digest = hashlib.sha256(station.board.result.document).hexdigest()
            finished.append((result, digest, None if book is None else book.roll))
    if not finished:
        return None
    lines = station_lines(finished)
    counts = [StationCounts(line.number, line.counts, line.voters) for line in lines]
    return VillageResult(
        definition_hash=village.definition_hash,
        region=village.code,
        rehearsal=definition.rehearsal,
        rule_pack_sha256=rules.sha256,
        stations_expected=len(definition.stations),
        stations=lines,
        disputed=outcome(counts, rules).disputed,
    )


def _sum(reports: list[Report], figure: str) -> int:
    return sum(getattr(report, figure) for report in reports)
