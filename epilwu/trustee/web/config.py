"""What the page is told when it starts, and the laptop's folders."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from epilwu.election.rules import RulePack
from epilwu.trust.keyfile import DEFAULT, Cost
from epilwu.trustee.verifier import Verifier

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig:
    """``work`` is the laptop's folder for both evenings (public files only); ``sticks`` the folder whose inner folders
    are the sticks, None to take what is mounted as removable; ``verifier`` the published one, None where it is absent.

    ``secret`` is drawn anew for each start: the address of entry, the session and the forms' tokens follow from it.
    """

    port: int
    secret: bytes = field(repr=False)
    work: Path
    sticks: Path | None
    verifier: Verifier | None
    rules: RulePack
    cost: Cost = DEFAULT

    @property
    def host(self) -> str:
        """The one value of the Host header that is answered."""
        return f"{HOST}:{self.port}"

    @property
    def cookie(self) -> str:
        """The session cookie's name; cookies do not keep ports apart, so the name does."""
        return f"epilwu-kunci-{self.port}"

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

    def token(self, purpose: str) -> str:
        """An unguessable word for ``purpose`` (256 bits in hex), the same as long as the page runs."""
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).hexdigest()

    def entry(self) -> str:
        """The address to open; whoever has it may use the page."""
        return f"http://{self.host}/masuk/{self.token('entry')}"

    def prepare(self) -> None:
        """Make the folders that are missing, for this account alone."""
        for folder in (self.work, self.public, self.shares):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
