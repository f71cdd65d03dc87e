#!/usr/bin/env python3
"""Make the spoken guide's recordings from their sentences, the same bytes each time.

Usage: make_voice.py          write epilwu/booth/voice/<language>/<clip>.opus and SHA256SUMS
       make_voice.py --check  make them again in memory and compare; exit 1 if they differ, 3 if nobody can tell
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path

from epilwu.tally import speech

VOICE = Path(__file__).resolve().parents[1] / "epilwu" / "booth" / "voice"
SUMS = "SHA256SUMS"
MADE_WITH = "espeak-ng 1.51, opus-tools 0.2, libopus 1.3.1"
"""Debian 12 on amd64. Others speak the same words in other bytes."""
CANNOT_TELL = 3


def recordings() -> dict[str, bytes]:
    """Every recording, and the sentences that it was made from, by path under epilwu/booth/voice."""
    made: dict[str, bytes] = {}
    for path in sorted((VOICE / "sentences").glob("*.toml")):
        data = path.read_bytes()
        made[f"sentences/{path.name}"] = data
        table = tomllib.loads(data.decode())
        for clip, text in table["clips"].items():
            spoken = speech.Spoken(table["voice"], text, table["speed"])
            made[f"{path.stem}/{clip}.opus"] = speech.record([spoken])
    return made


def sums(made: dict[str, bytes]) -> str:
    """What ``sha256sum`` would print."""
    return "".join(f"{hashlib.sha256(made[name]).hexdigest()}  {name}\n" for name in sorted(made))


def main(arguments: list[str]) -> int:
    """Make or compare."""
    checking = arguments == ["--check"]
    if missing := speech.missing():
        print(f"NOT CHECKED, NOT MADE: {', '.join(missing)} missing. As root: apt-get install espeak-ng opus-tools")
        return CANNOT_TELL
    if (found := speech.versions()) != MADE_WITH:
        print(f"NOT CHECKED, NOT MADE: the recordings come from {MADE_WITH}; here are {found}.")
        return CANNOT_TELL
    made = recordings()
    if checking:
        return _compare(made)
    for old in VOICE.glob("*/*.opus"):
        old.unlink()
    for name, data in made.items():
        if name.endswith(".opus"):
            (VOICE / name).parent.mkdir(exist_ok=True)
            (VOICE / name).write_bytes(data)
    (VOICE / SUMS).write_text(sums(made))
    total = sum(len(data) for name, data in made.items() if name.endswith(".opus"))
    print(f"{len(made)} files, {total >> 10} KB of sound")
    return 0


def _compare(made: dict[str, bytes]) -> int:
    shipped = {str(path.relative_to(VOICE)): path.read_bytes() for path in VOICE.glob("*/*.opus")}
    wanted = {name: data for name, data in made.items() if name.endswith(".opus")}
    wrong = sorted(name for name in wanted.keys() | shipped.keys() if wanted.get(name) != shipped.get(name))
    if (VOICE / SUMS).read_text() != sums(made):
        wrong.append(SUMS)
    for name in wrong:
        print(f"not what its sentence gives: {name}")
    if not wrong:
        print(f"{len(wanted)} recordings, each byte for byte what its sentence gives")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
