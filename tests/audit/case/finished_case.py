"""What tests know of the case that was finished for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """A confirmed case: where it lies, its export, its record's head, papers read."""

    case: Path
    exported: Path
    head: str
    read: int
