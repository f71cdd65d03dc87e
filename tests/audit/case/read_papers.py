"""Reads papers of a case as fast as it can, telling of each; to be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from epilwu.audit.case.acts import Acts
from epilwu.audit.case.events import PaperRead
from epilwu.audit.case.store import CaseStore

if __name__ == "__main__":
    acts = Acts(CaseStore.resume(Path(sys.argv[1])))
    for draw, (_, paper) in enumerate(acts.order(), 1):
        for seat, reader in ((1, "Sari Wulandari"), (2, "Joko Prasetyo")):
            acts.read(PaperRead(draw, seat, reader, str(paper.choice)))
            print(draw, seat, flush=True)
