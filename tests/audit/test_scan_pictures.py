"""Pictures of paper: read as phones and scanners deliver them; damaged or hostile ones are unreadable, nothing more."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import scene
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper_drawing import draw
from PIL import Image, ImageDraw, ImageFilter

from epilwu.audit.errors import BoxUnreadable
from epilwu.audit.scan import pictures as scan
from epilwu.audit.scan.pictures import MAX_PIXELS, pictures_in, read_picture, scan_folder
from epilwu.audit.verify import Workers

FIRST, SECOND = scene().slips[1, 1][:2]


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One voter's slip."""
    return draw(FIRST, tmp_path_factory.mktemp("paper"))


def texts(path: Path) -> tuple[str, ...]:
    (picture,) = read_picture(path)
    return picture.texts


def saved(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


def test_a_slip_reads_back_from_its_picture(paper: Path) -> None:
    assert texts(paper) == (FIRST.text,)


@pytest.mark.parametrize("angle", [90, 180, 270, 7])
def test_however_it_lies(paper: Path, tmp_path: Path, angle: int) -> None:
    with Image.open(paper) as image:
        turned = image.convert("L").rotate(angle, expand=True, fillcolor=255)
    assert texts(saved(turned, tmp_path / "turned.png")) == (FIRST.text,)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.webp", "photo.bmp", "photo.tif", "PHOTO.JPEG"])
def test_a_blurred_coloured_photo_in_any_format(paper: Path, tmp_path: Path, name: str) -> None:
    with Image.open(paper) as image:
        photo = image.convert("RGB").resize((image.width * 2, image.height * 2))
    photo = Image.blend(photo, Image.new("RGB", photo.size, (180, 140, 90)), 0.45).filter(ImageFilter.GaussianBlur(2))
    assert texts(saved(photo, tmp_path / name)) == (FIRST.text,)


def test_a_phone_s_jpeg_with_a_second_picture_inside_is_one_paper(paper: Path, tmp_path: Path) -> None:
    with Image.open(paper) as image:
        grey = image.convert("L")
        grey.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[grey.resize((100, 200))])
    assert texts(tmp_path / "a.jpg") == (FIRST.text,)


def test_pages_of_a_scanned_stack_are_papers_of_their_own(paper: Path, tmp_path: Path) -> None:
    with Image.open(paper) as first, Image.open(draw(SECOND, tmp_path)) as second:
        empty = Image.new("L", first.size, 255)
        first.convert("L").save(tmp_path / "stack.tif", save_all=True, append_images=[second.convert("L"), empty])
    pages = read_picture(tmp_path / "stack.tif")
    assert [page.texts for page in pages] == [(FIRST.text,), (SECOND.text,), ()]
    assert [page.name for page in pages] == [f"stack.tif halaman {n}" for n in (1, 2, 3)]


def test_a_picture_of_two_slips_gives_both_texts(paper: Path, tmp_path: Path) -> None:
    with Image.open(paper) as first, Image.open(draw(SECOND, tmp_path)) as second:
        both = Image.new("L", (first.width + second.width, max(first.height, second.height)), 255)
        both.paste(first, (0, 0))
        both.paste(second, (first.width, 0))
    assert sorted(texts(saved(both, tmp_path / "both.png"))) == sorted([FIRST.text, SECOND.text])


def test_a_paper_torn_through_its_code_is_unreadable(paper: Path, tmp_path: Path) -> None:
    with Image.open(paper) as image:
        torn = image.convert("L").crop((0, 0, image.width, image.height * 5 // 8))
    assert texts(saved(torn, tmp_path / "torn.png")) == ()


def test_a_code_painted_over_is_unreadable(paper: Path, tmp_path: Path) -> None:
    with Image.open(paper) as image:
        painted = image.convert("L")
    ImageDraw.Draw(painted).rectangle((0, painted.height // 2, painted.width, painted.height * 2 // 3), fill=0)
    assert texts(saved(painted, tmp_path / "painted.png")) == ()


def test_a_file_cut_off_is_unreadable(paper: Path, tmp_path: Path) -> None:
    data = paper.read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    assert texts(tmp_path / "cut.png") == ()


@pytest.mark.parametrize("content", [b"", b"not a picture", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(20)])
def test_what_is_no_picture_is_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert texts(tmp_path / "a.png") == ()


def test_no_program_is_started_for_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow hands EPS to Ghostscript where that is installed."""
    made = tmp_path / "made"
    (tmp_path / "gs").write_text(f"#!/bin/sh\ntouch {made}\n")
    (tmp_path / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "a.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n%%EndComments\nshowpage\n%%EOF\n"
    )
    assert texts(tmp_path / "a.png") == ()
    assert not made.exists()


def test_a_decompression_bomb_is_not_unpacked(tmp_path: Path) -> None:
    side = 20_000  # 400 million dots in a few kilobytes
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    png = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        png += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    assert len(png) < 100_000
    (tmp_path / "bomb.png").write_bytes(png)
    assert texts(tmp_path / "bomb.png") == ()


def test_a_photo_of_the_most_dots_is_read_and_one_row_more_is_not(
    paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 50_000_000 < MAX_PIXELS < 100_000_000, "room for a phone's photo, none for a bomb"
    with Image.open(paper) as image:
        photo = Image.new("L", (1_000, 1_501), 255)
        photo.paste(image, (100, 100))
    monkeypatch.setattr(scan, "MAX_PIXELS", 1_500_000)
    assert texts(saved(photo.crop((0, 0, 1_000, 1_500)), tmp_path / "most.png")) == (FIRST.text,)
    assert texts(saved(photo, tmp_path / "more.png")) == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_the_scan_or_makes_another_slip(paper: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(paper.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "damaged.png").write_bytes(content)
    assert texts(tmp_path / "damaged.png") in ((), (FIRST.text,))


def test_nothing_in_a_box_is_passed_over(paper: Path, tmp_path: Path) -> None:
    for name in ("b.png", "a.PNG", "no-suffix", "IMG_0001.HEIC", "notes.txt"):
        shutil.copy(paper, tmp_path / name)
    for name in (".hidden.png", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in pictures_in(tmp_path)] == [
        "IMG_0001.HEIC",
        "a.PNG",
        "b.png",
        "no-suffix",
        "notes.txt",
    ]


def test_a_folder_within_a_box_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bilik-1").mkdir()
    with pytest.raises(BoxUnreadable, match="bilik-1"):
        pictures_in(tmp_path)


def test_a_pipe_within_a_box_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(BoxUnreadable, match=r"a\.png"):
        pictures_in(tmp_path)


def test_a_missing_box_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BoxUnreadable, match="TPS09"):
        pictures_in(tmp_path / "TPS09")


@pytest.mark.slow
def test_several_processes_read_what_one_reads(paper: Path, tmp_path: Path) -> None:
    for number in range(70):
        shutil.copy(paper, tmp_path / f"{number:02d}.png")
    (tmp_path / "33.png").write_bytes(b"torn")
    with closing(Workers(1)) as one, closing(Workers(2)) as two:
        found = list(scan_folder(tmp_path, two))
        assert found == list(scan_folder(tmp_path, one))
    assert [picture.name for picture in found] == [f"{number:02d}.png" for number in range(70)]
    assert [number for number, picture in enumerate(found) if picture.texts != (FIRST.text,)] == [33]
