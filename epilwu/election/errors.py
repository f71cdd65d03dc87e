"""What an election's data is refused for, in sentences for the committee."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class ElectionError(EpilwuError):
    """Root of the room's refusals."""

    code = "election"


class RegionRefused(ElectionError):
    """Not a region code, or none of the table's."""

    code = "region-refused"


class DefinitionRefused(ElectionError):
    """An election definition contradicts itself or leaves the allowed ranges."""

    code = "definition-refused"


class RulePackRefused(ElectionError):
    """A rule pack cannot be read, lacks a rule, or lacks a rule's source."""

    code = "rule-pack-refused"


class CountsRefused(ElectionError):
    """Figures that cannot be counts."""

    code = "counts-refused"


class RollRefused(ElectionError):
    """A row of the voters' roll is ill-formed. The message never repeats the person's data."""

    code = "roll-refused"
