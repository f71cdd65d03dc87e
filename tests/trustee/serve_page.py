"""The page as a program of its own, so that a test can kill it: folder, port and verifier's file as arguments.

As ``epilwu trustee web`` but for the cheap sealing of keys, which a test has no time to do dearly.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from laptop import config

from epilwu.trustee.verifier import Verifier
from epilwu.trustee.web.app import create_app
from epilwu.web.serving import serve

if __name__ == "__main__":
    folder, port, verifier = sys.argv[1:]
    told = config(Path(folder), Verifier(Path(verifier)), port=int(port))
    told = replace(told, secret=secrets.token_bytes(32))
    serve(create_app(told), told)
