"""A village's recordings: those given are checked, those missing are spoken, and neither names another candidate."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from epilwu.media.errors import SoundRefused
from epilwu.media.sound import inspect
from epilwu.media.voice_clips import check_voices
from epilwu.tally import speech
from epilwu.tally.errors import SpeechRefused
from epilwu.tally.speech import Spoken, record
from epilwu.tally.voices import candidate_sentences, read_recordings, speak_candidates

NAMES = ("Hj. Dewi Anggraeni", "Slamet Raharjo, S.Pd.")
needs_speech = pytest.mark.skipif(
    bool(speech.missing()),
    reason=f"missing: {', '.join(speech.missing())} (apt-get install espeak-ng opus-tools)",
)


def _silence() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(8_000))
    return out.getvalue()


def test_given_recordings_are_read_by_name(tmp_path: Path) -> None:
    names = {"id.candidate-1.wav", "id.candidate-2.wav", "su.choose.wav"}
    for name in names:
        (tmp_path / name).write_bytes(_silence())
    assert set(read_recordings(tmp_path, 2)) == names


def test_a_folder_that_leaves_a_candidate_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "id.candidate-2.wav").write_bytes(_silence())
    with pytest.raises(SoundRefused, match="belum semua calon") as caught:
        read_recordings(tmp_path, 2)
    assert "id.candidate-1" in caught.value.where


@pytest.mark.parametrize("name", ["candidate-1.wav", "id.candidate-3.wav", "id.candidate-1.mp3", "catatan.txt"])
def test_a_folder_with_anything_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(_silence())
    with pytest.raises(SoundRefused) as caught:
        read_recordings(tmp_path, 2)
    assert name in caught.value.where


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "id.candidate-1.wav").write_bytes(b"RIFF0000WAVE")
    with pytest.raises(SoundRefused):
        read_recordings(tmp_path, 2)
    (tmp_path / "id.candidate-1.wav").unlink()
    (tmp_path / "id").mkdir()
    with pytest.raises(SoundRefused):
        read_recordings(tmp_path, 2)
    (tmp_path / "id").rmdir()
    (tmp_path / "id.candidate-1.wav").symlink_to("/etc/hostname")
    with pytest.raises(SoundRefused):
        read_recordings(tmp_path, 2)


def test_each_candidate_is_spoken_by_number_and_name() -> None:
    assert candidate_sentences(2, NAMES[1]) == {
        "id": [Spoken("id", "Calon nomor dua."), Spoken("id", "Slamet Raharjo, S.Pd.")],
        "en": [Spoken("en", "Candidate number two."), Spoken("id", "Slamet Raharjo, S.Pd.")],
    }
    for number in range(1, 11):
        assert len(candidate_sentences(number, "X")) == 2


def test_without_the_programs_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert speech.missing() == ("espeak-ng", "opusenc")
    with pytest.raises(SpeechRefused) as caught:
        record([Spoken("id", "Halo.")])
    assert "espeak-ng" in caught.value.todo


@needs_speech
def test_missing_recordings_are_spoken_and_given_ones_are_kept() -> None:
    given = {"id.candidate-1.wav": _silence(), "id.candidate-2.wav": _silence(), "id.choose.wav": _silence()}
    made = speak_candidates(NAMES, given)
    assert made == {**given, **{name: made[name] for name in ("en.candidate-1.opus", "en.candidate-2.opus")}}
    check_voices(made, 2)
    spoken = speak_candidates(NAMES, {})
    assert set(spoken) == {f"{language}.candidate-{n}.opus" for language in ("id", "en") for n in (1, 2)}
    assert all(1 < inspect(data).seconds < 10 for data in spoken.values())
    assert len(set(spoken.values())) == 4
    check_voices(spoken, 2)


@pytest.mark.slow
@needs_speech
def test_the_same_sentence_gives_the_same_bytes() -> None:
    assert record([Spoken("id", "Calon nomor tiga.")]) == record([Spoken("id", "Calon nomor tiga.")])


@pytest.mark.slow
@needs_speech
@pytest.mark.parametrize("name", ["--version", "-w /tmp/x", "[[hello]] & <b>", "$(id)", "'\"; ls", "Ñâmé Ünï"])
def test_a_name_is_only_ever_words(name: str) -> None:
    assert 0.5 < inspect(record([Spoken("id", name)])).seconds < 20


@needs_speech
def test_silence_and_unknown_voices_are_refused() -> None:
    with pytest.raises(SpeechRefused):
        record([Spoken("tidak-ada", "Halo.")])
