"""How much paper surely is left on the printer's roll, from its near-end sensor and what was printed since.

A printer without that sensor always says READY; then nobody knows, and a paper may end inside a slip.
"""

from __future__ import annotations

from epilwu.booth.devices.errors import PrinterState


class Roll:
    """``reserve``: dots of paper that are surely left when the sensor first tells that the roll is near its end.

    A roll that is near its end when it is first seen (the program has just started) counts as used up.
    """

    def __init__(self, reserve: int) -> None:
        self._reserve = reserve
        self._known_full = False
        self._since_full = 0
        self._left: int | None = None

    @property
    def low(self) -> bool:
        """Whether the sensor has told that the roll is near its end."""
        return self._left is not None

    def seen(self, state: PrinterState) -> None:
        """The printer says that it is in ``state``. A fault tells nothing of the roll."""
        if state is PrinterState.READY:
            self._known_full, self._since_full, self._left = True, 0, None
        elif state is PrinterState.PAPER_LOW and self._left is None:
            self._left = max(0, self._reserve - self._since_full) if self._known_full else 0

    def used(self, dots: int) -> None:
        """A paper of ``dots`` was printed, whole or in part."""
        self._since_full += dots
        if self._left is not None:
            self._left = max(0, self._left - dots)

    def fits(self, dots: int) -> bool:
        """Whether so much is surely left, as far as the sensor can tell."""
        return self._left is None or self._left >= dots
