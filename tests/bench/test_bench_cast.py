"""One cast in the booth, from the confirmed slip to durable on both media, without the printer.

The figure depends on the disk under the test's folder: the store and the second medium are synced for each cast.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from booth_samples import Polling, make_village, stop
from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.booth.booth import Booth
from epilwu.booth.states import Done, Reading

VOTERS = 60


def test_bench_cast(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    village = make_village(tokens=VOTERS)
    polling = Polling(tmp_path, village)
    booth = polling.start()
    tokens = iter(village.tokens)
    choices = itertools.cycle(range(6))

    def confirmed() -> tuple[tuple[Booth], dict[str, object]]:
        if isinstance(booth.state, Done):
            booth.finish()
        booth.scan(next(tokens).text)
        booth.choose(next(choices))
        booth.confirm()
        booth.print_slip()
        assert isinstance(booth.state, Reading)
        return (booth,), {}

    benchmark.pedantic(Booth.slip_right, setup=confirmed, rounds=VOTERS - 5)
    benchmark.extra_info["says"] = "cast in the booth, from confirmation to durable on both media, without the printer"
    assert booth.ledger.store.counts().ballots == (1 if benchmark.disabled else VOTERS - 5)
    assert booth.ledger.agree() == 0
    stop(booth)


def test_bench_session_without_printer(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """A whole session: card, choice, pending slip on both media, cast, screen acknowledged."""
    village = make_village(tokens=VOTERS)
    polling = Polling(tmp_path, village)
    booth = polling.start()
    tokens = iter(village.tokens)

    def session() -> None:
        booth.scan(next(tokens).text)
        booth.choose(3)
        booth.confirm()
        booth.print_slip()
        booth.slip_right()
        booth.finish()

    benchmark.pedantic(session, rounds=VOTERS - 5)
    benchmark.extra_info["says"] = "a whole session in the booth, without the printer and the voter"
    assert booth.ledger.store.counts().ballots == (1 if benchmark.disabled else VOTERS - 5)
    stop(booth)
