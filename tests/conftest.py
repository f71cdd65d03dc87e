"""Settings for every room's tests."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of the code
settings.register_profile("same-each-time", deadline=None, derandomize=True)
# People's runs search anew each time; what decides whether a change may land must not depend on luck.
settings.load_profile("same-each-time" if os.environ.get("CI") else "unhurried")
