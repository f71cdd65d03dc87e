"""Keeps the process's memory off every disk: no core dump, no swap, no debugger of the same user."""

from __future__ import annotations

import ctypes
import os
import resource

_MCL_CURRENT, _MCL_FUTURE = 1, 2
_PR_SET_DUMPABLE = 4


def keep_memory_off_disk() -> bool:
    """Forbid core dumps and lock memory; return whether memory is locked.

    It is only tried where nothing limits it: under a limit a later allocation would fail in the middle of a vote.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != resource.RLIM_INFINITY and os.geteuid() != 0:
        return False
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0)
