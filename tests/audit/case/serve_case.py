"""The app as a program of its own, so that a test can kill it: the case's folder and the port as arguments."""

from __future__ import annotations

import sys

from epilwu.cli import main

if __name__ == "__main__":
    main(["audit", "web", "--case", sys.argv[1], "--port", sys.argv[2], "--jobs", "1"])
