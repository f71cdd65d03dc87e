"""Names and bounds of a package's recordings, and the hash of a set."""

from __future__ import annotations

import pytest
from sound_samples import silence

from epilwu.media import voice_clips
from epilwu.media.errors import SoundRefused
from epilwu.media.voice_clips import VoiceName, check_voices, fingerprint, parse_name

SHORT = silence(0.5, rate=8_000)


def test_a_name_has_a_language_a_clip_and_a_kind() -> None:
    assert parse_name("jv-x-cirebon.candidate-3.opus", 3) == VoiceName("jv-x-cirebon", "candidate-3", "opus")
    assert parse_name("id.choose.wav", 2).text == "id.choose.wav"


@pytest.mark.parametrize(
    "name",
    [
        "id.candidate-4.opus",  # there are three
        "id.candidate-0.opus",
        "id.candidate-03.opus",
        "id.candidate-٣.opus",
        "id.jingle.opus",
        "id.choose.mp3",
        "ID.choose.opus",
        "id.choose",
        "id.choose.opus.opus",
        "../id.choose.opus",
        "i d.choose.opus",
        "id..opus",
        "",
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(SoundRefused):
        parse_name(name, 3)


def test_recordings_must_be_what_their_names_say() -> None:
    check_voices({"id.choose.wav": SHORT, "su.candidate-1.wav": SHORT, "su.candidate-2.wav": SHORT}, 2)
    with pytest.raises(SoundRefused, match="tidak sesuai dengan namanya"):
        check_voices({"id.choose.opus": SHORT}, 2)
    with pytest.raises(SoundRefused, match="utuh"):
        check_voices({"id.choose.opus": b"OggS"}, 2)


def test_in_a_language_all_candidates_are_recorded_or_none() -> None:
    with pytest.raises(SoundRefused, match="belum semua calon") as caught:
        check_voices({"id.candidate-1.wav": SHORT, "id.candidate-3.wav": SHORT, "su.candidate-2.wav": SHORT[:]}, 3)
    assert "candidate-" in caught.value.where
    check_voices({f"id.candidate-{number}.wav": SHORT for number in (1, 2, 3)}, 3)


def test_one_sentence_has_one_recording() -> None:
    with pytest.raises(SoundRefused, match="dua rekaman"):
        check_voices({"id.choose.wav": SHORT, "id.choose.opus": SHORT}, 2)


def test_all_recordings_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_clips, "MAX_TOTAL", 2 * len(SHORT) - 1)
    check_voices({"id.choose.wav": SHORT}, 2)
    with pytest.raises(SoundRefused, match="melebihi"):
        check_voices({"id.choose.wav": SHORT, "id.sure.wav": SHORT}, 2)


def test_the_hash_changes_when_two_recordings_change_places() -> None:
    one, two = silence(0.5), silence(0.6)
    right = fingerprint({"id.candidate-1.wav": one, "id.candidate-2.wav": two})
    assert right == fingerprint({"id.candidate-2.wav": two, "id.candidate-1.wav": one})
    assert right != fingerprint({"id.candidate-1.wav": two, "id.candidate-2.wav": one})
    assert right != fingerprint({"id.candidate-1.wav": one})
    assert len(right) == 64
