"""The list of cheats: each has a name, a cheat, and what gives it away to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cheat_village import Night

from epilwu.audit.verifying.table import KINDS

Build = Callable[[], Night]
CHEATS: list[Cheat] = []
_AUDITORS = {"books-sources", "log-chain", "log-acts"}


@dataclass(frozen=True)
class Cheat:
    """One way to cheat.

    ``public`` are the numbered checks that fail for anyone with the published folder, ``auditors`` those that fail in
    addition for whoever has the auditors' folder, ``open_`` what of either can no longer be made (never passed over in
    silence), ``paper`` what the papers in the boxes show. ``else_`` says what notices it where none of these does.
    """

    title: str
    who: str
    public: frozenset[str]
    auditors: frozenset[str]
    open_: frozenset[str]
    paper: frozenset[str]
    else_: str
    build: Build

    @property
    def open_to_all(self) -> frozenset[str]:
        """Of ``open_``, what does not hang on the auditors' folder."""
        return frozenset(name for name in self.open_ if KINDS[name].number // 100 != 3 and name not in _AUDITORS)

    @property
    def noticed(self) -> bool:
        """Whether files or papers give it away."""
        return bool(self.public | self.auditors | self.open_ | self.paper)


def cheat(
    title: str,
    who: str,
    *,
    public: str = "",
    auditors: str = "",
    open_: str = "",
    paper: str = "",
    else_: str = "",
) -> Callable[[Build], Build]:
    """Add a cheat to the list; names of checks are separated by blanks, what papers show by semicolons."""

    def register(build: Build) -> Build:
        seen = frozenset(part.strip() for part in paper.split(";") if part.strip())
        names = (frozenset(text.split()) for text in (public, auditors, open_))
        CHEATS.append(Cheat(title, who, *names, seen, else_, build))
        return build

    return register
