"""A pseudo-terminal that stands in for a serial line, under a name that stays when it is pulled and put back."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import termios
import threading
import tty
from pathlib import Path


class SerialLine:
    """One serial device. ``path`` is a symbolic link, as udev would name it; it is gone while the line is pulled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = -1
        self._slave = -1
        self._pulling = threading.Lock()  # a hand and the end of the day may pull at once

    @property
    def descriptor(self) -> int:
        """The device's own end of the line, non-blocking; -1 while it is pulled."""
        return self._master

    def plug(self) -> None:
        """Make line and name, unless it is plugged in. Its far end is kept open, so that hosts may come and go."""
        if self._master >= 0:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        temporary = self.path.with_name(f".{self.path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(os.ttyname(self._slave))
        temporary.rename(self.path)

    def watch_flushes(self) -> None:
        """Have the host's flushes told (packet mode, ioctl_tty(2)); from now on ``receive`` must be used."""
        fcntl.ioctl(self._master, termios.TIOCPKT, struct.pack("i", 1))

    def receive(self, *, listening: bool) -> bytes:
        """What the host sent, possibly nothing. While not ``listening`` bytes stay on the line, unless it flushes.

        A pseudo-terminal delivers at once, so that the host's flush finds nothing to drop, where a real line still
        holds what the device would not take. Here the dropping is done for it.
        """
        with contextlib.suppress(OSError):
            packet = os.read(self._master, 65536 if listening else 1)
            if packet[:1] == b"\0":
                return packet[1:]
            if not listening and packet[0] & termios.TIOCPKT_FLUSHWRITE:
                termios.tcflush(self._master, termios.TCIFLUSH)
        return b""

    def pull(self) -> None:
        """Take the line away, as a pulled plug does: the host's reads and writes fail from now on."""
        with self._pulling:
            master, slave = self._master, self._slave
            self._master = self._slave = -1
        if master < 0:
            return
        self.path.unlink(missing_ok=True)
        os.close(slave)
        os.close(master)
