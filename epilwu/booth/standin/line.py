"""A pseudo-terminal that stands in for a serial line, under a name that stays when it is pulled and put back."""

from __future__ import annotations

import os
import tty
from pathlib import Path


class SerialLine:
    """One serial device. ``path`` is a symbolic link, as udev would name it; it is gone while the line is pulled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = -1
        self._slave = -1

    @property
    def descriptor(self) -> int:
        """The device's own end of the line, non-blocking; -1 while it is pulled."""
        return self._master

    def plug(self) -> None:
        """Make the line and its name. The far end is kept open here too, so that hosts may come and go."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        temporary = self.path.with_name(f".{self.path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.rename(self.path)

    def pull(self) -> None:
        """Take the line away, as a pulled plug does: the host's reads and writes fail from now on."""
        if self._master < 0:
            return
        self.path.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1
