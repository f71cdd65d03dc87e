"""The whole count of a small village, from reports to signed results."""

from __future__ import annotations

from tally_samples import CODE, NIGHT, share

from epilwu.media.published import StationResult
from epilwu.tally.board import Counting
from epilwu.tally.intake import Intake
from epilwu.tally.prepare import Prepared
from epilwu.tally.villages import find_village


def test_reports_become_results(reported: Intake, counting: Counting, prepared: Prepared) -> None:
    assert counting.close_stations(CODE, at=NIGHT) == (1, 2)
    for station in (1, 2):
        board = counting.archive(CODE, station)
        for owner in (5, 1, 3):
            receipt = counting.receive_share(share(prepared, board, station, owner), name="bagian", at=NIGHT)
        assert (receipt.have, receipt.need, receipt.new) == (3, 3, True)
    assert counting.finish_stations(CODE, prepared.keys.tally, at=NIGHT) == (1, 2)
    with counting.sessions() as session:
        results = [s.board.result for s in find_village(session, CODE).stations if s.board is not None]
    parsed = [StationResult.parse(result.document) for result in results if result is not None]
    assert [(r.counts.candidates, r.counts.blank) for r in parsed] == [((1, 3, 1), 1), ((3, 2, 1), 0)]
