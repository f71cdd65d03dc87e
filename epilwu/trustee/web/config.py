"""What the page is told when it starts, and the laptop's folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from epilwu.election.rules import RulePack
from epilwu.trust.keyfile import DEFAULT, Cost
from epilwu.trustee.verifier import Verifier
from epilwu.web.laptop import OwnLaptop


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig(OwnLaptop):
    """``work`` is the laptop's folder for both evenings (public files only); ``sticks`` the folder whose inner folders
    are the sticks, None to take what is mounted as removable; ``verifier`` the published one, None where it is absent.
    """

    service: ClassVar[str] = "kunci"
    work: Path
    sticks: Path | None
    verifier: Verifier | None
    rules: RulePack
    cost: Cost = DEFAULT

    @property
    def public(self) -> Path:
        """The ceremony's shared folder."""
        return self.work / "upacara"

    @property
    def boards(self) -> Path:
        """The night's boards, copied from the committee's stick."""
        return self.work / "papan"

    @property
    def shares(self) -> Path:
        """The night's shares, to be handed to the committee."""
        return self.work / "bagian"

    def prepare(self) -> None:
        """Make the folders that are missing, for this account alone."""
        for folder in (self.work, self.public, self.shares):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
