"""The local page: both evenings screen by screen, and everything that it must not do."""

from __future__ import annotations

from pathlib import Path

import pytest
from laptop import Laptop, config, hall_of


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    told = config(tmp_path)
    hall_of(told)
    return Laptop(told)


def test_the_ceremony(laptop: Laptop) -> None:
    laptop.hold()
    assert laptop.heading == "Kunci bersama jadi dan teruji"
