"""The one root of every refusal that E-Pilwu makes on purpose.

A refusal changes nothing and loses nothing. It says what happened, to what, and what to do next, in words that
the person in front of the screen understands (Indonesian; the words of ``protocol`` are for experts and English).
Exit codes are given in ``epilwu.cli`` alone.
"""

from __future__ import annotations

from typing import ClassVar


class EpilwuError(Exception):
    """A typed refusal.

    ``code`` is a stable slug for programs and tests; ``what`` one sentence on what happened; ``where`` names the
    file, device, event or field it happened to; ``todo`` says what to do next.
    """

    code: ClassVar[str] = "error"

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo

    def __str__(self) -> str:
        """``where: what todo``, leaving out what is empty."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} {self.todo}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        """Refusals cross process borders whole (verification runs in workers)."""
        return (_rebuild, (type(self), self.what, self.where, self.todo))


def _rebuild(kind: type[EpilwuError], what: str, where: str, todo: str) -> EpilwuError:
    error = kind.__new__(kind)
    EpilwuError.__init__(error, what, where=where, todo=todo)
    return error
