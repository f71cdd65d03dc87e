"""One cast in the booth: from "Benar, kirim suara saya" until everything is durable on both media."""

from __future__ import annotations

from pathlib import Path

import pytest
from booth_samples import Polling, make_village, stop
from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 60


@pytest.mark.slow
def test_cast(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    place = make_village(tokens=ROUNDS + 1)
    booth = Polling(tmp_path, place).start()
    tokens = iter(place.tokens)

    def until_the_slip_is_read() -> None:
        booth.finish()
        booth.scan(next(tokens).text)
        booth.choose(3)
        booth.confirm()
        booth.print_slip()

    booth.scan(next(tokens).text)
    booth.choose(1)
    booth.confirm()
    booth.print_slip()
    booth.slip_right()
    benchmark.pedantic(booth.slip_right, setup=until_the_slip_is_read, rounds=ROUNDS)
    benchmark.extra_info["says"] = "cast in the booth, from confirmation to durable on both media, without the printer"
    assert booth.ledger.store.counts().ballots == (ROUNDS + 1 if benchmark.enabled else 2)
    stop(booth)
