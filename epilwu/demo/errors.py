"""What ends a demonstration."""

from __future__ import annotations

from epilwu.errors import EpilwuError


class DemoBroken(EpilwuError):
    """A step did not give what it must; the demonstration shows no result that was not honestly obtained."""

    code = "demo-broken"


class FolderInUse(EpilwuError):
    """The demonstration writes into an empty folder, or one that an earlier demonstration made."""

    code = "demo-folder-in-use"
