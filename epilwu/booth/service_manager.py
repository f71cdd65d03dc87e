"""What the booth tells systemd: that it is ready, and that it still turns over (sd_notify(3)).

Without systemd (``NOTIFY_SOCKET`` unset) nothing is said and nothing fails.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


def say(state: str, environment: Mapping[str, str] | None = None) -> bool:
    """Send ``state`` (as ``READY=1`` or ``WATCHDOG=1``) to the service manager; tell whether one heard it.

    A manager that cannot be reached is no reason to stop a booth: it will start the booth again if it misses the word.
    """
    address = (os.environ if environment is None else environment).get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]  # the abstract namespace, as unix(7) writes it
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(state.encode("ascii"), address)
        except OSError:
            return False
    return True
