"""A booth's long day through its pages: prints the process's memory (KiB) after a fifth of the voters and after all.

python long_day.py VOTERS
"""

from __future__ import annotations

import gc
import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "booth")]

from booth_samples import Polling, make_village, stop, temporary  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from kiosk_samples import officer_pins  # noqa: E402

from epilwu.booth.app import HOST, KioskConfig, create_app  # noqa: E402
from epilwu.booth.booth import Booth  # noqa: E402

PORT = 8017


def memory() -> int:
    """Resident memory in KiB."""
    gc.collect()
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def touch(pages: FlaskClient, booth: Booth, act: str) -> None:
    pages.get("/", base_url=f"http://{HOST}:{PORT}")
    answer = pages.post("/", base_url=f"http://{HOST}:{PORT}", data={"act": act, "turn": booth.shown.turn})
    assert answer.status_code == 303


def main(voters: int) -> None:
    village = make_village(tokens=voters)
    with temporary() as name:
        polling = Polling(Path(name), village)
        booth = polling.start()
        pages = create_app(booth, KioskConfig(port=PORT, officer=officer_pins(polling))).test_client()
        early = 0
        for number, token in enumerate(village.tokens, 1):
            booth.scan(token.text)
            for act in (f"pilih-{number % 6}", "cetak"):
                touch(pages, booth, act)
            booth.print_slip()
            polling.tray.papers.clear()
            touch(pages, booth, "benar")
            booth.finish()
            if number == voters // 5:
                early = memory()
        assert booth.counts().ballots == voters
        print(early, memory())
        stop(booth)


if __name__ == "__main__":
    main(int(sys.argv[1]))
