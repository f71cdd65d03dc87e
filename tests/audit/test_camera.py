"""What the server makes of a camera's frames, whatever they hold."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import scene
from paper_drawing import draw
from PIL import Image
from scan_samples import session_in

from epilwu.audit.scan.session import ScanSession
from epilwu.audit.scan.signals import SIGNALS, sound
from epilwu.audit.slips import SlipClass
from epilwu.audit.web.camera import Answer, Camera

OTHER, FIRST, SECOND = scene().slips[2, 1][0], *scene().slips[1, 1][:2]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[ScanSession]:
    with closing(session_in(tmp_path / "scan")) as opened:
        yield opened


@pytest.fixture
def camera(session: ScanSession) -> Camera:
    return Camera(lambda _station: session)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("drawn")
    found = {}
    for name, slip in (("first", FIRST), ("second", SECOND), ("other", OTHER)):
        with Image.open(draw(slip, folder)) as drawn:
            found[name] = jpeg(drawn.convert("RGB"))
    with Image.open(io.BytesIO(found["first"])) as one, Image.open(io.BytesIO(found["second"])) as two:
        both = Image.new("RGB", (one.width * 2, one.height), "white")
        both.paste(one, (0, 0))
        both.paste(two, (one.width, 0))
    return {**found, "both": jpeg(both), "empty": jpeg(Image.new("RGB", (640, 480)))}


def jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=90)
    return target.getvalue()


def state(answer: Answer) -> tuple[object, object]:
    return answer["state"], answer.get("class")


def test_a_slip_that_lies_there_is_entered_once(camera: Camera, frames: dict[str, bytes], session: ScanSession) -> None:
    assert state(camera.look(1, frames["first"])) == ("paper", "counted")
    assert camera.look(1, frames["first"]) == {"state": "same"}
    assert state(camera.look(1, frames["second"])) == ("paper", "counted")
    assert state(camera.look(1, frames["first"])) == ("doubt", "seen")
    assert state(camera.insist(1)) == ("paper", "duplicate")
    assert session.summary().papers == 3


def test_what_is_foreign_is_entered_only_on_somebody_s_word_and_once(
    camera: Camera, frames: dict[str, bytes], session: ScanSession
) -> None:
    assert state(camera.look(1, frames["other"])) == ("doubt", "again")
    assert session.summary().papers == 0
    assert state(camera.insist(1)) == ("paper", "foreign")
    assert camera.look(1, frames["other"]) == {"state": "same"}
    assert session.summary().classes[SlipClass.FOREIGN] == 1


def test_two_slips_at_once_are_not_entered(camera: Camera, frames: dict[str, bytes], session: ScanSession) -> None:
    assert camera.look(1, frames["both"])["state"] == "several"
    assert session.summary().papers == 0


@pytest.mark.parametrize("frame", [b"", b"no picture", b"\xff\xd8\xff", b"GIF89a" + bytes(30)])
def test_a_frame_without_a_slip_says_nothing(camera: Camera, frames: dict[str, bytes], frame: bytes) -> None:
    assert camera.look(1, frame) == camera.look(1, frames["empty"]) == {"state": "none"}
    assert camera.insist(1) == {"state": "none"}


def test_a_slip_set_aside_can_be_shown_again(camera: Camera, frames: dict[str, bytes], session: ScanSession) -> None:
    camera.look(1, frames["first"])
    session.correct(1, ("Ani", "Budi"), "salah kotak")
    assert state(camera.look(1, frames["first"])) == ("paper", "counted")


def test_a_paper_that_shows_nothing_is_laid_aside(camera: Camera, session: ScanSession) -> None:
    assert state(camera.unreadable(1)) == ("paper", "unreadable")
    assert session.papers_to_type("Ani")[0].number == 1


def test_every_class_has_a_word_a_mark_and_a_sound_of_its_own() -> None:
    assert set(SIGNALS) >= set(SlipClass)
    for values in zip(*((s.word, s.mark, s.notes) for s in SIGNALS.values()), strict=True):
        assert len(set(values)) == len(SIGNALS)
    for name in SIGNALS:
        with wave.open(io.BytesIO(sound(name))) as file:
            assert 0.1 < file.getnframes() / file.getframerate() < 1.2
