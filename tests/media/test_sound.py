"""Recordings are whole, of two kinds, and short; anything else is refused before a booth would try to play it."""

from __future__ import annotations

import struct
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_samples import silence

from epilwu.media import sound
from epilwu.media.errors import SoundRefused
from epilwu.media.sound import Sound, inspect

SHIPPED = resources.files("epilwu.booth.voice").joinpath("id", "number-3.opus").read_bytes()


def test_both_kinds_say_how_long_they_last() -> None:
    found = inspect(SHIPPED)
    assert found.kind == "opus" and 1.0 < found.seconds < 2.5
    assert inspect(silence(2.5)) == Sound("wav", 2.5)
    assert inspect(silence(1.0, channels=2, rate=44_100)) == Sound("wav", 1.0)


@given(st.integers(0, len(SHIPPED) - 1), st.integers(1, 255))
def test_no_changed_byte_of_opus_goes_unnoticed(at: int, change: int) -> None:
    data = bytearray(SHIPPED)
    data[at] ^= change
    with pytest.raises(SoundRefused):
        inspect(bytes(data))


@given(st.integers(0, len(SHIPPED) - 1))
def test_a_recording_cut_short_is_refused(length: int) -> None:
    with pytest.raises(SoundRefused):
        inspect(SHIPPED[:length])
    with pytest.raises(SoundRefused):
        inspect(silence(0.5)[: min(length, len(silence(0.5)) - 1)])


@given(st.binary(max_size=300))
def test_whatever_else_is_refused_and_never_a_crash(data: bytes) -> None:
    for given_bytes in (data, b"OggS" + data, b"RIFF" + data, SHIPPED + data[:50] + b"x"):
        with pytest.raises(SoundRefused):
            inspect(given_bytes)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 60.5])
def test_too_short_and_too_long_are_refused(seconds: float) -> None:
    with pytest.raises(SoundRefused, match=r"detik|utuh"):
        inspect(silence(seconds, rate=8_000))


def test_too_large_is_refused_before_anything_is_read() -> None:
    with pytest.raises(SoundRefused, match="terlalu besar"):
        inspect(bytes(sound.MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("at", "form", "value"),
    [(20, "<H", 3), (22, "<H", 6), (24, "<I", 96_000), (32, "<H", 3), (34, "<H", 8), (40, "<I", 7), (4, "<I", 1)],
)
def test_a_wav_of_another_form_is_refused(at: int, form: str, value: int) -> None:
    data = bytearray(silence(1.0))
    struct.pack_into(form, data, at, value)
    with pytest.raises(SoundRefused):
        inspect(bytes(data))


def test_pages_of_two_recordings_do_not_make_one() -> None:
    with pytest.raises(SoundRefused):
        inspect(SHIPPED + SHIPPED)
    pages = [b"OggS" + rest for rest in SHIPPED.split(b"OggS")[1:]]
    assert b"".join(pages) == SHIPPED and len(pages) >= 4
    with pytest.raises(SoundRefused):
        inspect(b"".join(pages[:2] + pages[3:]))
    with pytest.raises(SoundRefused):
        inspect(b"".join(pages[:-1]))
