"""Reading slips from pictures: how long 500 take is 500 times this, over the processes that there are."""

from __future__ import annotations

import io

from damaged_box import drawn
from paper_damage import photo
from pytest_benchmark.fixture import BenchmarkFixture

from epilwu.audit.scan.pictures import read_bytes


def jpeg(number: int) -> bytes:
    target = io.BytesIO()
    photo(drawn(number)).convert("RGB").save(target, "JPEG", quality=90)
    return target.getvalue()


def test_bench_scan(benchmark: BenchmarkFixture) -> None:
    data = jpeg(0)
    found = benchmark(read_bytes, "slip.jpg", data)
    benchmark.extra_info["says"] = (
        "one slip read from a photo of two million dots, on one core (500 were to take a minute)"
    )
    benchmark.extra_info["limit_ms"] = 120
    assert len(found[0].texts) == 1
