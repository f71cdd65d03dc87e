"""Keeps the process's memory off every disk: no core dump, no swap, no debugger of the same user."""

from __future__ import annotations

import ctypes
import resource

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_PR_SET_DUMPABLE = 4


def keep_memory_off_disk() -> bool:
    """Forbid core dumps and lock memory; return whether memory could be locked (it needs a limit or a privilege)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)
