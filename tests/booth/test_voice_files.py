"""The shipped recordings: one for each sentence, whole, small, and made again byte for byte where that is possible."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from epilwu.booth import voice
from epilwu.media.sound import inspect
from epilwu.media.voice_clips import CLIPS

FOLDER = resources.files(voice)
ROOT = Path(__file__).resolve().parents[2]
MOST = 2 << 20
CANNOT_TELL = 3


@pytest.mark.parametrize("language", voice.SHIPPED)
def test_every_sentence_has_words_and_a_whole_recording(language: str) -> None:
    table = tomllib.loads(FOLDER.joinpath("sentences", f"{language}.toml").read_text())
    assert tuple(table["clips"]) == CLIPS
    for clip, words in table["clips"].items():
        assert words == words.strip() and len(words) > 3
        found = inspect(FOLDER.joinpath(language, f"{clip}.opus").read_bytes())
        assert found.kind == "opus" and 0.5 < found.seconds < 20


def test_all_recordings_together_are_small() -> None:
    assert sum(map(len, voice.shipped().values())) < MOST


def test_files_and_sentences_are_those_that_the_sums_bind() -> None:
    listed = dict(reversed(line.split("  ")) for line in FOLDER.joinpath("SHA256SUMS").read_text().splitlines())
    there = [*Path(str(FOLDER)).glob("*/*.opus"), *Path(str(FOLDER)).glob("sentences/*.toml")]
    found = {str(path.relative_to(str(FOLDER))): hashlib.sha256(path.read_bytes()).hexdigest() for path in there}
    assert listed == found


@pytest.mark.slow
def test_the_same_sentences_give_the_same_bytes() -> None:
    check = [sys.executable, str(ROOT / "tools" / "make_voice.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode == CANNOT_TELL:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
