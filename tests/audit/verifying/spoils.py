"""One way for each numbered check to make it fail, and as far as can be nothing but it."""

from __future__ import annotations

import spoils_announced
import spoils_evidence
from spoiling import ALSO, SPOILS

__all__ = ["ALSO", "SPOILS", "spoils_announced", "spoils_evidence"]
