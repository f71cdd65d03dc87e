#!/usr/bin/env python3
"""Write epilwu-verify.pyz, the verifier as one file, and say its SHA-256. Usage: build_verifier.py [FILE]"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from epilwu.audit.verifier_file import NAME, build


def main() -> None:
    """Build into the file named on the command line, else into dist/."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("dist") / NAME
    target.parent.mkdir(parents=True, exist_ok=True)
    data = build()
    target.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {target}")


if __name__ == "__main__":
    main()
