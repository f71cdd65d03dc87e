#!/usr/bin/env python3
"""Write docs/checks.md from the table of checks. Usage: checks_doc.py [FILE]"""

from __future__ import annotations

import sys
from pathlib import Path

from epilwu.audit.verifying.table import document


def main() -> None:
    """Write the file named on the command line, else docs/checks.md."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs" / "checks.md"
    target.write_text(document(), "utf-8")


if __name__ == "__main__":
    main()
