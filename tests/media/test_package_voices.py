"""A booth package's recordings: bound by its signature, and none that a booth would not know or play."""

from __future__ import annotations

from dataclasses import replace

import pytest
from media_samples import COMMITTEE, DAY, authority, certified, package, resign
from sound_samples import silence

from epilwu.media import booth_package
from epilwu.media.booth_package import BoothPackage, read
from epilwu.media.container import Kind
from epilwu.media.errors import ContentChanged, SoundRefused

VOICES = {"id.candidate-1.wav": silence(0.5), "id.candidate-2.wav": silence(0.7), "su.choose.wav": silence(1.0)}


def _write(voices: dict[str, bytes]) -> bytes:
    committee = certified(COMMITTEE)
    return booth_package.write(replace(package(), voices=voices), committee.key, committee.pem)


def _read(data: bytes) -> BoothPackage:
    return read(data, authority().root, DAY)


def test_recordings_travel_with_the_package() -> None:
    assert _read(_write(VOICES)).voices == VOICES
    assert _read(_write({})).voices == {}


@pytest.mark.parametrize(
    "voices",
    [
        {"id.candidate-3.wav": silence(0.5)},  # there are two
        {"id.candidate-1.opus": silence(0.5)},
        {"id.candidate-1.wav": b"RIFF"},
        {"id.jingle.wav": silence(0.5)},
        {"id.choose.wav": silence(61, rate=8_000)},
    ],
    ids=["nobody", "kind", "broken", "name", "long"],
)
def test_a_recording_that_no_booth_would_play_is_neither_written_nor_read(voices: dict[str, bytes]) -> None:
    with pytest.raises(SoundRefused):
        _write(voices)
    smuggled = {f"voice.{name}": data for name, data in voices.items()}
    data = resign(_write({}), Kind.BOOTH_PACKAGE, certified(COMMITTEE), lambda files: {**files, **smuggled})
    with pytest.raises(SoundRefused):
        _read(data)


def test_recordings_that_change_places_are_found() -> None:
    one, two = _tone(1), _tone(2)
    data = _write({"id.candidate-1.wav": one, "id.candidate-2.wav": two})
    swapped = data.replace(one, b"?" * len(one)).replace(two, one).replace(b"?" * len(one), two)
    assert swapped != data and len(swapped) == len(data)
    with pytest.raises(ContentChanged):
        _read(swapped)


def _tone(step: int) -> bytes:
    quiet = silence(0.5)
    return quiet[:44] + bytes(step * n % 251 for n in range(len(quiet) - 44))
