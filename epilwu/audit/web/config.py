"""What the app is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from epilwu.web.laptop import OwnLaptop


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig(OwnLaptop):
    """``case`` is the case's folder; ``jobs`` how many processes verify."""

    service: ClassVar[str] = "audit"
    case: Path
    jobs: int
